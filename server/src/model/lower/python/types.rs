//! Annotations as types.

use super::{Part, Reader};
use crate::model::{BinaryOp, ExprId, ExprKind, Segment, TypeRef};
use crate::text::{Name, Span};

impl<'t, 'n> Reader<'t, 'n> {
    pub(super) fn annotation(&mut self, part: Part<'n>) -> TypeRef {
        let value = self.expr(part);
        type_ref(&self.cx.builder.segment, value, Strings::AreTypes)
    }
}

/// What a string in an annotation is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strings {
    /// A forward reference.
    AreTypes,
    /// A value: in `Literal["a"]` and behind the first argument of `Annotated`.
    AreValues,
}

/// The type that `value`, an annotation or a part of one, stands for.
fn type_ref(segment: &Segment, value: ExprId, strings: Strings) -> TypeRef {
    let expr = &segment[value];
    let mut ty = TypeRef { value: Some(value), span: expr.span, ..TypeRef::default() };
    match &expr.kind {
        ExprKind::Null => ty.name = Name::new_static("None"),
        ExprKind::Name(_) | ExprKind::Member { .. } => ty.name = dotted(segment, value).unwrap_or_default(),
        ExprKind::Index { base, index, .. } => {
            ty.name = dotted(segment, *base).unwrap_or_default();
            let last = ty.name.rsplit('.').next().unwrap_or_default();
            let (literal, annotated) = (last == "Literal", last == "Annotated");
            let strings = |position: usize| {
                if literal || (annotated && position > 0) { Strings::AreValues } else { Strings::AreTypes }
            };
            ty.args = match &segment[*index].kind {
                ExprKind::Seq { items, .. } if !is_list(segment, *index) => {
                    items.iter().enumerate().map(|(at, item)| type_ref(segment, item.value, strings(at))).collect()
                }
                _ => vec![type_ref(segment, *index, strings(0))],
            };
        }
        ExprKind::Binary { op: BinaryOp::BitOr, .. } => {
            ty.name = Name::new_static("|");
            ty.args = alternatives(segment, value).into_iter().map(|id| type_ref(segment, id, strings)).collect();
        }
        // The parameters in `Callable[[int], str]`.
        ExprKind::Seq { items, .. } => ty.args = items.iter().map(|item| type_ref(segment, item.value, strings)).collect(),
        ExprKind::Str(text) if strings == Strings::AreTypes => {
            if let Some(forward) = Forward::read(text, expr.span) {
                ty = TypeRef { value: Some(value), ..forward };
            }
        }
        _ => {}
    }
    ty
}

fn is_list(segment: &Segment, id: ExprId) -> bool {
    matches!(&segment[id].kind, ExprKind::Seq { kind: crate::model::SeqKind::List, .. })
}

/// `a.b.c` as text.
fn dotted(segment: &Segment, id: ExprId) -> Option<Name> {
    let mut names = Vec::new();
    let mut at = id;
    loop {
        match &segment[at].kind {
            ExprKind::Name(name) => {
                names.push(name.as_str());
                break;
            }
            ExprKind::Member { base, name, .. } => {
                names.push(name.as_str());
                at = *base;
            }
            _ => return None,
        }
    }
    match names.as_slice() {
        [only] => Some(Name::from(*only)),
        _ => {
            names.reverse();
            Some(Name::from(names.join(".")))
        }
    }
}

/// The operands of `a | b | c`.
fn alternatives(segment: &Segment, id: ExprId) -> Vec<ExprId> {
    let mut found = Vec::new();
    let mut waiting = vec![id];
    while let Some(id) = waiting.pop() {
        match &segment[id].kind {
            ExprKind::Binary { op: BinaryOp::BitOr, left, right } => waiting.extend([*right, *left]),
            _ => found.push(id),
        }
    }
    found
}

/// Reads a type out of a string: `"User"`, `"list[models.User] | None"`. Its parts have the literal's span.
struct Forward<'s> {
    rest: &'s str,
    span: Span,
}

/// Deeper types are not read out of strings.
const FORWARD_DEPTH: u32 = 8;

impl<'s> Forward<'s> {
    fn read(text: &'s str, span: Span) -> Option<TypeRef> {
        let mut forward = Forward { rest: text.trim(), span };
        let ty = forward.union(0)?;
        forward.rest.is_empty().then_some(ty)
    }

    fn union(&mut self, depth: u32) -> Option<TypeRef> {
        let mut args = vec![self.single(depth)?];
        while self.take('|') {
            args.push(self.single(depth)?);
        }
        match args.len() {
            1 => args.pop(),
            _ => Some(TypeRef { name: Name::new_static("|"), args, span: self.span, ..TypeRef::default() }),
        }
    }

    fn single(&mut self, depth: u32) -> Option<TypeRef> {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        let starts_well = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        if !starts_well || name.ends_with('.') || depth > FORWARD_DEPTH {
            return None;
        }
        self.rest = rest.trim_start();
        let mut ty = TypeRef { name: Name::from(name), span: self.span, ..TypeRef::default() };
        if self.take('[') {
            while !self.take(']') {
                ty.args.push(self.union(depth + 1)?);
                if !self.take(',') && !self.rest.starts_with(']') {
                    return None;
                }
            }
        }
        Some(ty)
    }

    fn take(&mut self, expected: char) -> bool {
        match self.rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }
}
