//! Declared types.

use super::kinds::{Field, Kind};
use super::{Child, Ecma};
use crate::model::TypeRef;
use crate::text::Name;

impl<'a> Ecma<'a> {
    /// The type of a `: T`; `None` where nothing was written.
    pub(super) fn annotation(&mut self, child: Option<Child<'a>>) -> Option<TypeRef> {
        let child = child?;
        match child.kind {
            Kind::TypeAnnotation => self.children(child.node).iter().next().map(|inner| self.type_ref(inner)),
            // `x is T`, `asserts x`.
            _ => Some(TypeRef { span: self.span(child), ..TypeRef::default() }),
        }
    }

    fn type_ref(&mut self, child: Child<'a>) -> TypeRef {
        let span = self.span(child);
        let mut ty = self.deeper(|ecma| ecma.type_shape(child)).unwrap_or_default();
        ty.span = span;
        ty
    }

    fn type_shape(&mut self, child: Child<'a>) -> TypeRef {
        match child.kind {
            Kind::TypeIdentifier | Kind::Identifier | Kind::PredefinedType => named(self.name(child), Vec::new()),
            Kind::NestedTypeIdentifier => named(self.dotted(child), Vec::new()),
            Kind::GenericType => {
                let children = self.children(child.node);
                let name = children.field(Field::Name).map(|name| self.dotted(name)).unwrap_or_default();
                let args = children.field(Field::TypeArguments).map(|args| self.types_in(args)).unwrap_or_default();
                named(name, args)
            }
            Kind::ArrayType => named(Name::new_static("Array"), self.types_in(child)),
            // `null` and `undefined` are the only values worth telling from other types.
            Kind::LiteralType => match self.children(child.node).iter().next() {
                Some(literal) if matches!(literal.kind, Kind::Null | Kind::Undefined) => named(self.name(literal), Vec::new()),
                _ => TypeRef::default(),
            },
            Kind::UnionType => self.joined("|", child),
            Kind::IntersectionType => self.joined("&", child),
            Kind::ObjectType => self.object_type(child),
            Kind::ParenthesizedType | Kind::ReadonlyType | Kind::FlowMaybeType => {
                self.children(child.node).iter().last().map(|inner| self.type_ref(inner)).unwrap_or_default()
            }
            _ => TypeRef::default(),
        }
    }

    fn types_in(&mut self, child: Child<'a>) -> Vec<TypeRef> {
        let children = self.children(child.node);
        children.iter().filter(|child| child.kind != Kind::Comma).map(|child| self.type_ref(child)).collect()
    }

    /// `A | B | C`, which nests to the left in the tree, as one list.
    fn joined(&mut self, name: &'static str, child: Child<'a>) -> TypeRef {
        let mut members = Vec::new();
        let mut head = child;
        loop {
            let children = self.children(head.node);
            let mut sides = children.iter();
            let first = sides.next();
            members.extend(sides.last());
            match first {
                Some(first) if first.kind == child.kind => head = first,
                Some(first) => {
                    members.push(first);
                    break;
                }
                None => break,
            }
        }
        let mut args: Vec<TypeRef> = members.into_iter().rev().map(|member| self.type_ref(member)).collect();
        // `| A` alone.
        match args.len() {
            1 => args.remove(0),
            _ => named(Name::new_static(name), args),
        }
    }

    fn object_type(&mut self, child: Child<'a>) -> TypeRef {
        let children = self.children(child.node);
        let mut members = Vec::new();
        for child in children.iter().filter(|child| matches!(child.kind, Kind::PropertySignature | Kind::MethodSignature)) {
            let inner = self.children(child.node);
            let Some(name) = inner.field(Field::Name) else { continue };
            let ty = match child.kind {
                Kind::PropertySignature => self.annotation(inner.field(Field::Type)),
                _ => None,
            };
            let span = self.span(child);
            members.push((self.property_name(name), ty.unwrap_or(TypeRef { span, ..TypeRef::default() })));
        }
        TypeRef { members, ..TypeRef::default() }
    }

    /// `a.b.C` as written, without what may stand between.
    pub(super) fn dotted(&self, child: Child<'a>) -> Name {
        let text = self.cx.text_of(child.node);
        if text.contains(char::is_whitespace) { text.split_whitespace().collect::<String>().into() } else { text.into() }
    }

    /// The name of a class's or type's member: an identifier, a string, or `[expression]` as written.
    pub(super) fn property_name(&mut self, child: Child<'a>) -> Name {
        match child.kind {
            Kind::String => self.string_name(child),
            Kind::ComputedPropertyName => match self.children(child.node).kind(Kind::String) {
                Some(string) => self.string_name(string),
                None => self.cx.name_of(child.node),
            },
            _ => self.name(child),
        }
    }
}

fn named(name: Name, args: Vec<TypeRef>) -> TypeRef {
    TypeRef { name, args, ..TypeRef::default() }
}
