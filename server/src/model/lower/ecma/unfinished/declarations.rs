//! Functions and classes that break off.

use super::super::kinds::Kind;
use super::super::{Child, Ecma};
use super::Pieces;
use crate::model::{Class, ExprId, Field, Function, FunctionId, FunctionKind, StmtId, StmtKind};
use crate::text::{Name, Span};

const NAMES: &[Kind] = &[Kind::PropertyIdentifier, Kind::PrivatePropertyIdentifier, Kind::Identifier, Kind::String, Kind::Number, Kind::ComputedPropertyName];

/// What stands before a function's or member's name.
#[derive(Default)]
pub(super) struct Modifiers {
    is_async: bool,
    is_generator: bool,
    is_static: bool,
    kind: Option<FunctionKind>,
}

impl<'a> Ecma<'a> {
    pub(super) fn read_modifiers(&mut self, pieces: &mut Pieces<'a>) -> Modifiers {
        let mut modifiers = Modifiers::default();
        while let Some(child) = pieces.peek() {
            match super::word(child) {
                "async" => modifiers.is_async = true,
                "*" => modifiers.is_generator = true,
                "static" => modifiers.is_static = true,
                "get" => modifiers.kind = Some(FunctionKind::Getter),
                "set" => modifiers.kind = Some(FunctionKind::Setter),
                "function" | "readonly" | "declare" | "abstract" | "accessor" => {}
                _ if matches!(child.kind, Kind::AccessibilityModifier | Kind::OverrideModifier) => {}
                _ => break,
            }
            self.take(pieces);
        }
        modifiers
    }

    pub(super) fn read_function_declaration(&mut self, pieces: &mut Pieces<'a>, out: &mut Vec<StmtId>) {
        let function = self.read_function(pieces);
        let span = self.cx.builder.segment[function].span;
        self.emit(span, StmtKind::Function(function), out);
    }

    /// `async function* f(a) {`
    pub(super) fn read_function(&mut self, pieces: &mut Pieces<'a>) -> FunctionId {
        let start = pieces.peek().map_or(pieces.end, |child| self.span(child).start);
        let modifiers = self.read_modifiers(pieces);
        let name = self.accept_kind(pieces, &[Kind::Identifier]);
        self.read_callable(pieces, start, modifiers, FunctionKind::Function, name, Vec::new()).0
    }

    /// The parameters, the body and what is between. The fields are those that parameters declare.
    pub(super) fn read_callable(
        &mut self,
        pieces: &mut Pieces<'a>,
        start: u32,
        modifiers: Modifiers,
        kind: FunctionKind,
        name: Option<Child<'a>>,
        decorators: Vec<ExprId>,
    ) -> (FunctionId, Vec<Field>) {
        let (name, name_span) = match name {
            Some(name) => (self.property_name(name), self.span(name)),
            None => (Name::default(), Span::at(pieces.end.max(start))),
        };
        self.accept_kind(pieces, &[Kind::TypeParameters]);
        let mut injected = Vec::new();
        let list = self.accept_kind(pieces, &[Kind::FormalParameters]);
        let lone = if list.is_none() && kind == FunctionKind::Arrow { self.accept_kind(pieces, &[Kind::Identifier]) } else { None };
        let (params, params_span) = match (list, lone) {
            (Some(list), _) => (self.parameters(list, &mut injected), self.span(list)),
            (None, Some(only)) => (vec![self.lone_parameter(only)], self.span(only)),
            (None, None) => (Vec::new(), Span::at(name_span.end)),
        };
        let returns = if pieces.kind() == Some(Kind::TypeAnnotation) { self.take(pieces) } else { None };
        let returns = self.annotation(returns);
        self.accept(pieces, "=>");
        let body_start = pieces.peek().map_or(pieces.end, |child| self.span(child).start).max(start);
        let breaks = std::mem::take(&mut self.breaks);
        self.functions += 1;
        let is_block = pieces.word() == "{" || pieces.kind() == Some(Kind::StatementBlock);
        let body = if is_block {
            self.read_body(pieces)
        } else if kind == FunctionKind::Arrow
            && let Some(value) = self.read_expression(pieces)
        {
            let span = self.cx.builder.segment[value].span;
            vec![self.cx.builder.stmt(span, StmtKind::Return(Some(value)))]
        } else {
            Vec::new()
        };
        self.functions -= 1;
        self.breaks = breaks;
        let directives = if is_block { self.directives(&body) } else { Vec::new() };
        let function = Function {
            name,
            name_span,
            kind: modifiers.kind.unwrap_or(kind),
            params,
            expression_body: !is_block && !body.is_empty(),
            body,
            decorators,
            directives,
            globals: Vec::new(),
            is_async: modifiers.is_async,
            is_generator: modifiers.is_generator,
            is_static: modifiers.is_static,
            returns,
            span: pieces.span_from(start),
            params_span,
            body_span: pieces.span_from(body_start),
        };
        (self.cx.builder.function(function), injected)
    }

    pub(super) fn read_class_declaration(&mut self, pieces: &mut Pieces<'a>, out: &mut Vec<StmtId>) {
        let start = pieces.peek().map_or(pieces.end, |child| self.span(child).start);
        self.accept(pieces, "abstract");
        self.accept(pieces, "class");
        let name = self.accept_kind(pieces, &[Kind::TypeIdentifier, Kind::Identifier]);
        self.accept_kind(pieces, &[Kind::TypeParameters]);
        let heritage = self.accept_kind(pieces, &[Kind::ClassHeritage]);
        let name = (name.map(|name| self.name(name)).unwrap_or_default(), name.map_or(Span::at(start), |name| self.span(name)));
        let mut class = Class::empty(name, std::mem::take(&mut pieces.decorators), Span::at(start));
        if let Some(heritage) = heritage {
            class.bases = self.bases(heritage);
        }
        if self.accept(pieces, "extends") {
            class.bases.extend(self.read_expression(pieces));
        }
        while pieces.peek().is_some() && pieces.word() != "{" && pieces.kind() != Some(Kind::ClassBody) {
            self.take(pieces);
        }
        if self.accept(pieces, "{") {
            self.inside(pieces, |ecma, pieces| ecma.read_members(pieces, &mut class));
            self.accept(pieces, "}");
        }
        class.span = pieces.span_from(start);
        let span = class.span;
        let class = self.cx.builder.class(class);
        self.emit(span, StmtKind::Class(class), out);
    }

    fn read_members(&mut self, pieces: &mut Pieces<'a>, class: &mut Class) {
        let mut decorators = Vec::new();
        while let Some(child) = pieces.peek() {
            if super::word(child) == "}" {
                return;
            }
            let before = pieces.at;
            let start = self.span(child).start;
            let modifiers = self.read_modifiers(pieces);
            let Some(name) = self.accept_kind(pieces, NAMES) else {
                if pieces.at == before {
                    self.take(pieces);
                    self.member(child, class, &mut decorators);
                }
                continue;
            };
            if pieces.peek().is_some_and(|next| matches!(next.kind, Kind::FormalParameters | Kind::TypeParameters)) {
                let decorators = std::mem::take(&mut decorators);
                let (function, injected) = self.read_callable(pieces, start, modifiers, FunctionKind::Method, Some(name), decorators);
                self.add_method(function, injected, class);
                continue;
            }
            let ty = self.accept_kind(pieces, &[Kind::TypeAnnotation]);
            let ty = self.annotation(ty);
            let value = if self.accept(pieces, "=") { self.read_expression(pieces) } else { None };
            class.fields.push(Field {
                name: self.property_name(name),
                name_span: self.span(name),
                ty,
                value,
                decorators: std::mem::take(&mut decorators),
                is_static: modifiers.is_static,
                injected: false,
                span: pieces.span_from(start),
            });
        }
    }
}
