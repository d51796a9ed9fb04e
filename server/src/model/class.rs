//! Classes.

use super::{ExprId, FunctionId, StmtId, TypeRef};
use crate::text::{Name, Span};

#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    pub name: Name,
    pub name_span: Span,
    /// `extends X`, `class A(B, C)`.
    pub bases: Vec<ExprId>,
    /// `class Note(SQLModel, table=True)`.
    pub keywords: Vec<(Name, ExprId)>,
    pub decorators: Vec<ExprId>,
    pub fields: Vec<Field>,
    /// Methods, accessors and the constructor, in order.
    pub methods: Vec<FunctionId>,
    /// What else stands in the body: nested classes (`class Meta:`), static blocks, plain statements.
    pub statements: Vec<StmtId>,
    pub span: Span,
}

impl Class {
    /// A class with nothing in it yet.
    pub fn empty((name, name_span): (Name, Span), decorators: Vec<ExprId>, span: Span) -> Class {
        Class { name, name_span, bases: Vec::new(), keywords: Vec::new(), decorators, fields: Vec::new(), methods: Vec::new(), statements: Vec::new(), span }
    }
}

/// A class attribute or property. TypeScript's parameter properties (`constructor(private db: Db)`) are fields with
/// `injected`.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: Name,
    pub name_span: Span,
    pub ty: Option<TypeRef>,
    pub value: Option<ExprId>,
    pub decorators: Vec<ExprId>,
    pub is_static: bool,
    pub injected: bool,
    pub span: Span,
}
