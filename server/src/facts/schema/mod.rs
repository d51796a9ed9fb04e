//! Models: what a project stores, whose it is, and who may see it. From migrations, ORM classes and schema files to one
//! table of models with the paths to their owners.
//!
//! [`read`] gives the facts of one file, [`Schema::link`] puts those of all files together.

mod access_rules;
mod catalogue;
mod code;
mod declared;
mod grants;
mod guess;
mod link;
mod linker;
mod lookup;
mod merge;
mod model;
pub mod names;
mod order;
mod owners;
mod people;
mod predicate;
mod predicate_reader;
mod prisma;
mod privacy;
mod replay;
mod routine;
mod row_security;
pub mod show;
mod source;
mod supabase_types;
mod table;
#[cfg(test)]
mod testing;

pub use catalogue::{Classes, NameClass, column_classes, is_model_named, is_named_for_everybody, make_ready, model_classes, role_classes};
pub use code::Telling;
pub use declared::{Addition, Declared, DeclaredColumn, DeclaredReference, DeclaredRelation, FileSchema, Site, SourceKind, Target};
pub use guess::{guess_owner, guess_privacy, is_kept_for_anybody};
pub use lookup::Schema;
pub use model::{Column, Membership, Model, ModelKey, OwnerConfidence, OwnerKind, OwnerPath, Privacy, Reference, Relation, Step};
pub use predicate::Predicate;
pub use routine::{Routine, View};
pub use row_security::{Caller, Policy, PolicyRule, Reach, RowSecurity, TableGrant};
pub use source::{read, read_after, read_to_follow};
