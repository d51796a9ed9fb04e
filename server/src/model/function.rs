//! Functions, methods, arrows and lambdas.

use super::{ExprId, PatternId, StmtId, TypeRef};
use crate::text::{Name, Span};

#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Empty for functions without a name of their own.
    pub name: Name,
    pub name_span: Span,
    pub kind: FunctionKind,
    pub params: Vec<Param>,
    pub body: Vec<StmtId>,
    /// An arrow or lambda whose body is an expression: `body` is one `Return`.
    pub expression_body: bool,
    pub decorators: Vec<ExprId>,
    /// `"use server"`, `"use client"` and the like at the top of the body.
    pub directives: Vec<Name>,
    /// Python: names of its module that it binds, `global pool`.
    pub globals: Vec<Name>,
    pub is_async: bool,
    pub is_generator: bool,
    pub is_static: bool,
    pub returns: Option<TypeRef>,
    pub span: Span,
    /// The parameter list with its parentheses; for `x => y` the parameter alone.
    pub params_span: Span,
    /// The body: with braces in TypeScript, the statements in Python, the expression of an expression body.
    pub body_span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    /// `function f() {}`, `def f():`.
    Function,
    /// Arrow or lambda: `this` is the surrounding one.
    Arrow,
    Method,
    Getter,
    Setter,
    Constructor,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    pub pattern: PatternId,
    pub default: Option<ExprId>,
    pub decorators: Vec<ExprId>,
    pub ty: Option<TypeRef>,
    pub rest: Rest,
    /// Python: after `*` or `*args`, so only given by name.
    pub keyword_only: bool,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    No,
    /// `...xs`, `*args`.
    Sequence,
    /// `**kwargs`.
    Mapping,
}
