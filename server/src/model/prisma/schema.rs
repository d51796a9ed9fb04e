//! What a Prisma file says.

use crate::text::{Name, Span};

#[derive(Clone, Debug, PartialEq, Default)]
pub struct PrismaFile {
    /// The datasource's provider: `postgresql`, `mysql`, `sqlite`, `mongodb`.
    pub provider: Option<Name>,
    /// The datasource's url as written: `env("DATABASE_URL")`, or a literal with its quotes.
    pub url: Option<(Name, Span)>,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    Model,
    View,
    /// A composite type, or ZModel's abstract model.
    Type,
    Enum,
}

/// `model Note { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub kind: BlockKind,
    pub name: Name,
    pub name_span: Span,
    pub fields: Vec<Field>,
    /// An enum's values.
    pub values: Vec<Name>,
    /// `@@map("notes")`.
    pub map: Option<Name>,
    /// `@@schema("auth")`.
    pub schema: Option<Name>,
    /// `@@id`, `@@unique`.
    pub keys: Vec<Key>,
    /// ZModel: models whose fields this one has too.
    pub extends: Vec<Name>,
    /// Every `@@attribute`, as written.
    pub attributes: Vec<Attribute>,
    pub span: Span,
    /// Its closing brace is there.
    pub closed: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    pub primary: bool,
    pub fields: Vec<Name>,
}

/// `ownerId String @map("owner_id")`
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Field {
    pub name: Name,
    pub name_span: Span,
    /// `String`, `User`, `auth.AuthUser`; without `?` and `[]`. `Unsupported("x")` is `Unsupported`.
    pub ty: Name,
    pub optional: bool,
    pub list: bool,
    pub id: bool,
    pub unique: bool,
    /// The argument of `@default`, as written.
    pub default: Option<Name>,
    pub map: Option<Name>,
    pub relation: Option<RelationAttribute>,
    /// `@db.Uuid`: `Uuid`.
    pub native: Option<Name>,
    pub attributes: Vec<Attribute>,
    pub span: Span,
}

/// `@relation("Written", fields: [authorId], references: [id], onDelete: Cascade)`
#[derive(Clone, Debug, PartialEq, Default)]
pub struct RelationAttribute {
    pub name: Option<Name>,
    pub fields: Vec<Name>,
    pub references: Vec<Name>,
    pub cascades: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Without its `@` or `@@`.
    pub name: Name,
    /// What stands in its parentheses, as written.
    pub args: Name,
    pub span: Span,
}
