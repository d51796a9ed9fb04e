//! What a value is bound to.

use super::{ExprId, Key, PatternId};
use crate::text::{Name, Span};

#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    pub span: Span,
    pub kind: PatternKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    Name(Name),
    /// `{ a, b: c, d = 1, ...rest }`.
    Object {
        entries: Vec<ObjectPatternEntry>,
        rest: Option<PatternId>,
    },
    /// `[a, , b, ...rest]`, `a, *rest = xs`.
    Sequence {
        items: Vec<SequencePatternItem>,
    },
    /// `pattern = default`.
    Default {
        pattern: PatternId,
        default: ExprId,
    },
    /// A place that already exists: `a.b`, `a[i]`.
    Place(ExprId),
    /// A hole, `_` in a `match`, or something that could not be read.
    Ignore,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ObjectPatternEntry {
    pub key: Key,
    pub key_span: Span,
    pub pattern: PatternId,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SequencePatternItem {
    pub pattern: PatternId,
    pub rest: bool,
}
