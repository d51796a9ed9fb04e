//! Expressions.

use std::sync::Arc;

use super::{ClassId, ExprId, FunctionId, PatternId};
use crate::text::{Name, Span};

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub span: Span,
    pub kind: ExprKind,
    /// TypeScript's `!`: the writer claims it is not null.
    pub asserted: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A string literal, escapes decoded. The expression's span includes quotes and prefix.
    Str(Arc<str>),
    /// Python's `b"..."`, decoded as far as it is text.
    Bytes(Arc<str>),
    /// A template literal with or without holes, or an f-string. Implicitly concatenated Python strings become one.
    Template(Vec<TemplatePart>),
    /// A number as written.
    Num(Name),
    Bool(bool),
    /// `null`, `undefined`, `None`.
    Null,
    Regex(Name),
    Name(Name),
    /// `<typeof a>`: the type of a value, given where a value could be ([`OF_TYPE`]).
    TypeOf(Name),
    /// `this` in TypeScript. Python's `self` is an ordinary name.
    This,
    /// `super` / `super()`.
    Super,
    /// `base.name`, `base?.name`.
    Member {
        base: ExprId,
        name: Name,
        name_span: Span,
        optional: bool,
    },
    /// `base[index]`; a Python slice has `index` of kind `Other` over its bounds.
    Index {
        base: ExprId,
        index: ExprId,
        optional: bool,
    },
    /// A call. For `Tagged`, the only argument is the template.
    Call {
        callee: ExprId,
        args: Vec<Arg>,
        kind: CallKind,
        optional: bool,
    },
    /// `{a: 1, ...b}`, a Python dict.
    Object(Vec<Entry>),
    /// Lists, tuples, sets, arrays.
    Seq {
        items: Vec<SeqItem>,
        kind: SeqKind,
    },
    /// Arrow functions, function expressions, lambdas.
    Function(FunctionId),
    Class(ClassId),
    Await(ExprId),
    /// `yield x`, `yield* x`, `yield from x`; `None` for a bare `yield`.
    Yield(Option<ExprId>),
    Unary {
        op: UnaryOp,
        operand: ExprId,
    },
    Binary {
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
    },
    Logical {
        op: LogicalOp,
        left: ExprId,
        right: ExprId,
    },
    /// `cond ? then : otherwise`, `then if cond else otherwise`.
    Cond {
        cond: ExprId,
        then: ExprId,
        otherwise: ExprId,
    },
    /// An assignment (statement, expression or walrus). `op` is the operator of `+=` and its kin.
    Assign {
        target: PatternId,
        op: Option<BinaryOp>,
        value: ExprId,
    },
    /// `??=`, `||=`, `&&=`.
    AssignLogical {
        target: PatternId,
        op: LogicalOp,
        value: ExprId,
    },
    /// `[element for pattern in over if cond]`; for dicts `element` is the key and `value` the value.
    Comprehension {
        kind: ComprehensionKind,
        clauses: Vec<Clause>,
        element: ExprId,
        value: Option<ExprId>,
    },
    /// `<Name attr={x}>children</Name>`; `name` is empty for a fragment, dotted for a member (`Form.Item`).
    Jsx {
        name: Name,
        attributes: Vec<JsxAttribute>,
        children: Vec<ExprId>,
    },
    /// The value bound by `with x as y`: what entering `x` gives.
    Enter(ExprId),
    /// What was not understood or not read (syntax errors, slices, types in value position): its readable children.
    Other(Vec<ExprId>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum TemplatePart {
    /// Literal text, escapes decoded; the span covers it as written.
    Text(Arc<str>, Span),
    /// `${x}` or `{x}`. The second span covers the hole with its brackets, conversion and format.
    Hole(ExprId, Span),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    Plain,
    New,
    Tagged,
}

/// The name of the argument that stands for a type: `context<typeof create>()`.
pub const OF_TYPE: &str = "*of type*";

/// An argument: positional (`name` is `None`), keyword (`name=value`), or spread (`*value`, `**value`, `...value`).
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    pub name: Option<Name>,
    pub value: ExprId,
    pub spread: bool,
    /// `**value`: spread by name.
    pub by_name: bool,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// `key: value`; a shorthand `{ a }` has the value `Name(a)` with the same span as its key; methods are functions.
    Field { key: Key, key_span: Span, value: ExprId, shorthand: bool, span: Span },
    /// `...value`, `**value`.
    Spread { value: ExprId, span: Span },
}

impl Entry {
    pub fn span(&self) -> Span {
        match self {
            Entry::Field { span, .. } | Entry::Spread { span, .. } => *span,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// An identifier, a string or a number, as text.
    Name(Name),
    Computed(ExprId),
}

#[derive(Clone, Debug, PartialEq)]
pub struct SeqItem {
    pub value: ExprId,
    pub spread: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeqKind {
    List,
    Tuple,
    Set,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComprehensionKind {
    List,
    Set,
    Dict,
    Generator,
}

/// `for pattern in over if c1 if c2`.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    pub pattern: PatternId,
    pub over: ExprId,
    pub conditions: Vec<ExprId>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum JsxAttribute {
    /// `name="text"`, `name={x}`, or `name` alone (`value` is `None`).
    Named { name: Name, name_span: Span, value: Option<ExprId>, span: Span },
    /// `{...value}`.
    Spread { value: ExprId, span: Span },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Not,
    Minus,
    Plus,
    BitNot,
    Typeof,
    Void,
    /// `delete x`, `del x`.
    Delete,
    /// `++` and `--`, before or after.
    Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    /// `%`: remainder, and Python's string formatting.
    Rem,
    Pow,
    /// `==` and `===`, `is`.
    Eq,
    /// `!=` and `!==`, `is not`.
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    /// `in`: membership in Python, key in JavaScript.
    In,
    NotIn,
    Instanceof,
    BitAnd,
    BitOr,
    BitXor,
    Shift,
    /// Python's `@`, and `,` in JavaScript.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogicalOp {
    And,
    Or,
    /// `??`.
    Nullish,
}
