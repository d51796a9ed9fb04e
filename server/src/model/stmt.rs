//! Statements, imports and exports.

use super::{ClassId, ExprId, FunctionId, PatternId, StmtId, TypeRef};
use crate::text::{Name, Span};

#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    pub span: Span,
    pub kind: StmtKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// A declaration: `const`, `let`, `var`; in Python an annotated assignment (`x: int = 1`) and the target of `with`.
    /// A plain Python assignment is an `Expr` over `ExprKind::Assign`.
    Let {
        pattern: PatternId,
        value: Option<ExprId>,
        ty: Option<TypeRef>,
        kind: LetKind,
    },
    Expr(ExprId),
    /// `removable`: an `assert`, which `python -O` drops.
    /// A `switch` is a chain of these; a body that several of its arms fall into is listed in each, with the same ids.
    If {
        cond: ExprId,
        then: Vec<StmtId>,
        otherwise: Vec<StmtId>,
        removable: bool,
    },
    Loop {
        kind: LoopKind,
        pattern: Option<PatternId>,
        over: Option<ExprId>,
        cond: Option<ExprId>,
        body: Vec<StmtId>,
    },
    Try {
        body: Vec<StmtId>,
        handlers: Vec<Handler>,
        otherwise: Vec<StmtId>,
        finally: Vec<StmtId>,
    },
    Return(Option<ExprId>),
    Throw(Option<ExprId>),
    Break,
    Continue,
    Block(Vec<StmtId>),
    Function(FunctionId),
    Class(ClassId),
    Import(Import),
    /// `export` in front of a declaration. `default`: `export default function f() {}`.
    Export {
        stmt: StmtId,
        default: bool,
    },
    /// `export default expression`.
    ExportDefault(ExprId),
    /// `export { a as b }`, `export { a as b } from "x"`, `export * from "x"` (name `*`), `export * as n from "x"`.
    ExportNames {
        names: Vec<ExportName>,
        source: Option<Name>,
        type_only: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetKind {
    Const,
    Let,
    Var,
    /// Python: annotated assignment.
    Annotated,
    /// Python: `with x as y`.
    With,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopKind {
    /// `for (const x of xs)`, `for x in xs`.
    Each,
    /// `for (const k in o)`.
    Keys,
    /// `while`, `for (;;)` (its initialiser stands before it, its step at the end of the body), `do` (its condition stands
    /// at the end of the body).
    While,
    /// Runs exactly once and exists so that a `break` inside has somewhere to go: an arm of a `switch`, a labelled block.
    Once,
}

/// `catch (pattern)`, `except types as pattern`.
#[derive(Clone, Debug, PartialEq)]
pub struct Handler {
    pub pattern: Option<PatternId>,
    pub types: Vec<ExprId>,
    pub body: Vec<StmtId>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// The module as written: `./x`, `next-auth`, `@/lib/db`, `.models`, `app.models`, `..`.
    pub source: Name,
    /// Covers exactly that text, without quotes.
    pub source_span: Span,
    /// Empty for a bare import (`import "server-only"`). Python's `import a.b` binds the name `a` to the module `a`
    /// (`imported: "*"`, source `a`), `import a.b as c` binds `c` to the module `a.b`.
    pub names: Vec<ImportName>,
    pub type_only: bool,
    pub bare: bool,
}

/// `imported` is the exported name, `default`, or `*` for the module itself (and Python's `from x import *`, local `*`).
#[derive(Clone, Debug, PartialEq)]
pub struct ImportName {
    pub imported: Name,
    pub local: Name,
    pub type_only: bool,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ExportName {
    pub local: Name,
    pub exported: Name,
    pub type_only: bool,
}
