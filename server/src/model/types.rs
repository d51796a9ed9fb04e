//! Declared types, as far as they matter: a name with arguments.

use super::ExprId;
use crate::text::{Name, Span};

/// `User`, `models.User`, `Promise<{..}>`, `Annotated[User, Depends(f)]`, `Note[]` (name `Array`), `A | None` (name `|`).
/// Literal types and other shapes have an empty name. Object types keep their members.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct TypeRef {
    /// Dotted, as written.
    pub name: Name,
    pub args: Vec<TypeRef>,
    /// Members of an object type literal, in order.
    pub members: Vec<(Name, TypeRef)>,
    /// Python: the annotation, or the part of it that is an expression with a value (`Depends(f)`, `"forward"`).
    pub value: Option<ExprId>,
    pub span: Span,
}
