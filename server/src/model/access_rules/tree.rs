//! What a file of access rules says.

use crate::text::{Name, Span};

#[derive(Clone, Debug, PartialEq, Default)]
pub struct RulesFile {
    /// `rules_version = '2'`.
    pub version: Option<Name>,
    pub services: Vec<Service>,
}

/// `service cloud.firestore { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    pub name: Name,
    pub block: Block,
    pub span: Span,
}

/// What stands between the braces of a service or a match.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Block {
    /// Empty for a service.
    pub path: MatchPath,
    pub allows: Vec<Allow>,
    pub functions: Vec<Function>,
    pub matches: Vec<Block>,
    pub span: Span,
    /// Its closing brace is there.
    pub closed: bool,
}

/// `/users/{userId}/notes/{rest=**}`
#[derive(Clone, Debug, PartialEq, Default)]
pub struct MatchPath {
    pub segments: Vec<Segment>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    Literal(Name),
    /// `{id}`, `$id`
    One(Name),
    /// `{rest=**}`
    Rest(Name),
}

/// `allow read, write: if …;`
#[derive(Clone, Debug, PartialEq)]
pub struct Allow {
    pub operations: Vec<(Name, Span)>,
    pub condition: Condition,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// `allow read;`
    None,
    If(Expr),
    /// Not yet written to its end.
    Unfinished,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    pub name: Name,
    pub params: Vec<Name>,
    /// `let x = …;`
    pub lets: Vec<(Name, Expr)>,
    pub result: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
    /// How many expressions are nested in each other here, at most [`Expr::DEEPEST`].
    pub depth: u16,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// Nothing where an expression should be, or more than is looked at.
    Missing,
    Null,
    Bool(bool),
    Number(Name),
    /// Without its quotes, escapes as they are written.
    Text(Name),
    /// `/^a+$/`
    Pattern(Name),
    Name(Name),
    Member(Box<Expr>, Name),
    Index(Box<Expr>, Box<Expr>),
    /// `a[1:2]`
    Slice(Box<Expr>, Box<Expr>, Box<Expr>),
    Call(Box<Expr>, Vec<Expr>),
    /// `/users/$(request.auth.uid)`
    Path(Vec<PathPart>),
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    Not(Box<Expr>),
    Minus(Box<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// The condition, what is taken if it holds, and what if not.
    Choice(Box<Expr>, Box<Expr>, Box<Expr>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum PathPart {
    Literal(Name),
    /// `$(database)`
    Value(Expr),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Is,
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
}

impl Expr {
    /// Deeper ones are not read: who looks at an expression may do so by recursion.
    pub const DEEPEST: u16 = 120;

    pub fn new(kind: ExprKind, span: Span) -> Expr {
        let mut expr = Expr { kind, span, depth: 1 };
        expr.depth += expr.children().map(|child| child.depth).max().unwrap_or(0);
        if expr.depth > Expr::DEEPEST { Expr::missing(span) } else { expr }
    }

    pub fn missing(span: Span) -> Expr {
        Expr { kind: ExprKind::Missing, span, depth: 1 }
    }

    pub fn is_missing(&self) -> bool {
        self.kind == ExprKind::Missing
    }

    /// The expressions it is made of.
    pub fn children(&self) -> impl Iterator<Item = &Expr> {
        let (boxed, listed): ([Option<&Expr>; 3], &[Expr]) = match &self.kind {
            ExprKind::Member(a, _) | ExprKind::Not(a) | ExprKind::Minus(a) => ([Some(a), None, None], &[]),
            ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => ([Some(a), Some(b), None], &[]),
            ExprKind::Slice(a, b, c) | ExprKind::Choice(a, b, c) => ([Some(a), Some(b), Some(c)], &[]),
            ExprKind::Call(a, args) => ([Some(a), None, None], args),
            ExprKind::List(items) | ExprKind::All(items) | ExprKind::Any(items) => ([None; 3], items),
            _ => ([None; 3], &[]),
        };
        let entries: &[(Expr, Expr)] = if let ExprKind::Map(entries) = &self.kind { entries } else { &[] };
        let parts: &[PathPart] = if let ExprKind::Path(parts) = &self.kind { parts } else { &[] };
        let values = parts.iter().filter_map(|part| if let PathPart::Value(value) = part { Some(value) } else { None });
        boxed.into_iter().flatten().chain(listed).chain(entries.iter().flat_map(|(key, value)| [key, value])).chain(values)
    }
}
