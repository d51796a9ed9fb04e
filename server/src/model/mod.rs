//! FLOOR 2. The program model: one small shape for TypeScript, JavaScript and Python.
//!
//! A file is a list of [`Segment`]s (its top-level items), each an arena of its own with spans relative to its start, so
//! that an edit elsewhere leaves it untouched. Nothing here means anything for security yet; that is the floor above.

pub mod access_rules;
pub mod around;
mod class;
pub mod comment_line;
pub mod data;
mod expr;
mod file;
mod function;
pub mod lower;
mod moves;
mod part;
mod pattern;
pub mod print;
pub mod prisma;
mod segment;
pub mod sql;
mod stmt;
pub mod string_token;
mod types;
pub mod visit;

pub use class::{Class, Field};
pub use expr::{
    Arg, BinaryOp, CallKind, Clause, ComprehensionKind, Entry, Expr, ExprKind, JsxAttribute, Key, LogicalOp, OF_TYPE, SeqItem, SeqKind, TemplatePart, UnaryOp,
};
pub use file::{FileModel, Placed, around_changes, changed, kept, segments_that_came};
pub use function::{Function, FunctionKind, Param, Rest};
pub use moves::Moves;
pub use part::{Marks, Part};
pub use pattern::{ObjectPatternEntry, Pattern, PatternKind, SequencePatternItem};
pub use segment::{Builder, ClassId, Comment, ExprId, FunctionId, PatternId, Segment, StmtId};
pub use stmt::{ExportName, Handler, Import, ImportName, LetKind, LoopKind, Stmt, StmtKind};
pub use types::TypeRef;
