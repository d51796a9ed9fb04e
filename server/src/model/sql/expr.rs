//! SQL's expressions and conditions.

use super::Query;
use crate::text::{Name, Span};

/// A table, function or other object, with the schema if one is written. Names are as written, without quotes.
#[derive(Clone, Debug, Default)]
pub struct ObjectName {
    pub schema: Option<Name>,
    pub name: Name,
    pub span: Span,
}

/// Two mentions of one name are equal, wherever they stand.
impl PartialEq for ObjectName {
    fn eq(&self, other: &ObjectName) -> bool {
        self.schema == other.schema && self.name == other.name
    }
}

impl Eq for ObjectName {}

impl ObjectName {
    /// Equal as databases compare names; a missing schema is `public`.
    pub fn is(&self, other: &ObjectName) -> bool {
        self.name.eq_ignore_ascii_case(&other.name) && self.schema_or_public().eq_ignore_ascii_case(other.schema_or_public())
    }

    /// The schema; unqualified names, SQLite's `main` and MSSQL's `dbo` are `public`.
    pub fn schema_or_public(&self) -> &str {
        match self.schema.as_deref() {
            None | Some("main" | "dbo") => "public",
            Some(schema) => schema,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnRef {
    /// The table or alias in front of the dot.
    pub table: Option<Name>,
    pub name: Name,
    pub span: Span,
}

/// What stands for a value that is given apart from the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Placeholder {
    /// `$1`, `?1`: as written, from 1.
    Numbered(u32),
    /// `?`, `%s`: the n-th of them in the text, from 0.
    Positional(u32),
    /// `:name`, `@name`, `%(name)s`, without the marks.
    Named(Name),
    /// A substitution of the surrounding program: the n-th piece that is a hole, from 0.
    Hole(u32),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub span: Span,
    pub kind: ExprKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    Column(ColumnRef),
    /// `*`, `t.*`.
    Star,
    Placeholder(Placeholder),
    /// A string; holes inside it are listed by number.
    Text {
        value: Name,
        holes: Vec<u32>,
    },
    Number(Name),
    Bool(bool),
    Null,
    /// `auth.uid()`, `current_user`: dotted name in lower case.
    Call {
        name: Name,
        args: Vec<Expr>,
    },
    /// `base -> 'a' ->> 'b'`, `base['a']`: the constant keys; a key that is not constant is empty.
    Path {
        base: Box<Expr>,
        keys: Vec<Name>,
    },
    /// A subquery that gives a value or rows. `(select x)` without a table is read as `x`.
    Query(Box<Query>),
    Exists(Box<Query>),
    /// `(a, b)`, `array[a, b]`.
    List(Vec<Expr>),
    Not(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Compare {
        op: Op,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// Arithmetic, `case`, and what could not be read: its readable parts.
    Other(Vec<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `=`, `is` in front of a boolean, `is not distinct from`.
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Like,
    /// `in (…)`, `= any (…)`; the right side is a list, a query or a placeholder.
    In,
    NotIn,
    /// `$1 = any (members)`: the column on the left is a list with the value on the right in it.
    Has,
    IsNull,
    IsNotNull,
    /// `between`, containment, matching and the like.
    Other,
}

/// A boolean expression as a tree of terms.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// No condition at all, `true`, `1 = 1`.
    Always,
    /// `false`, `1 = 0`.
    Never,
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Term(Term),
    Exists(Box<Query>),
    /// A substitution that stands for a whole condition, or something that could not be read.
    Unknown(Span),
}

/// `left op right`. A column stands on the left if there is one on either side; a bare `is_public` is `is_public = true`.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    pub left: Expr,
    pub op: Op,
    pub right: Expr,
    pub span: Span,
}

impl Term {
    pub fn column(&self) -> Option<&ColumnRef> {
        self.left.column()
    }
}

impl Expr {
    pub fn column(&self) -> Option<&ColumnRef> {
        match &self.kind {
            ExprKind::Column(column) => Some(column),
            _ => None,
        }
    }

    pub fn placeholder(&self) -> Option<&Placeholder> {
        match &self.kind {
            ExprKind::Placeholder(placeholder) => Some(placeholder),
            _ => None,
        }
    }

    /// What does not change from row to row or call to call.
    pub fn is_constant(&self) -> bool {
        matches!(self.kind, ExprKind::Text { .. } | ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Null)
    }

    /// Its direct parts.
    pub fn parts(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Call { args: parts, .. } | ExprKind::List(parts) | ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::Other(parts) => {
                parts.iter().collect()
            }
            ExprKind::Path { base: part, .. } | ExprKind::Not(part) => vec![part],
            ExprKind::Compare { left, right, .. } => vec![left, right],
            _ => Vec::new(),
        }
    }

    /// True if it or one of its parts is so. Queries inside it are not looked into.
    pub fn mentions(&self, is: &dyn Fn(&Expr) -> bool) -> bool {
        is(self) || self.parts().into_iter().any(|part| part.mentions(is))
    }
}

impl Condition {
    /// The parts that must all hold: the arms of an `and`, or the condition itself.
    pub fn conjuncts(&self) -> &[Condition] {
        match self {
            Condition::All(arms) => arms,
            Condition::Always => &[],
            other => std::slice::from_ref(other),
        }
    }

    /// Every term in it, under whatever `and`, `or` and `not`.
    pub fn terms(&self) -> Vec<&Term> {
        match self {
            Condition::Term(term) => vec![term],
            Condition::All(arms) | Condition::Any(arms) => arms.iter().flat_map(Condition::terms).collect(),
            Condition::Not(inner) => inner.terms(),
            _ => Vec::new(),
        }
    }
}
