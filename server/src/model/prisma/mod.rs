//! A reader of Prisma's schema language (`schema.prisma`, folders of such files, ZModel). Never fails: a line that is not
//! understood gives nothing, and a block without an end ends where the next one begins.

mod reader;
mod schema;

pub use reader::schema;
pub use schema::{Attribute, Block, BlockKind, Field, Key, PrismaFile, RelationAttribute};
