//! Functions, methods, arrows and their parameters.

use super::kinds::{Field, Kind};
use super::{Child, Children, Ecma};
use crate::model::{ExprId, ExprKind, Field as ClassField, Function, FunctionId, FunctionKind, Param, PatternKind, Rest, StmtId, StmtKind};
use crate::text::{Name, Span};

impl<'a> Ecma<'a> {
    /// A function declaration or expression, or an arrow function.
    pub(super) fn function(&mut self, child: Child<'a>, decorators: Vec<ExprId>) -> FunctionId {
        let children = self.children(child.node);
        let kind = if child.kind == Kind::ArrowFunction { FunctionKind::Arrow } else { FunctionKind::Function };
        let name = children.field(Field::Name).map(|name| (self.name(name), self.span(name)));
        self.callable(child, &children, kind, name, decorators).0
    }

    /// A method or accessor of a class or object. The fields are those that a constructor's parameters declare.
    pub(super) fn method(&mut self, child: Child<'a>, decorators: Vec<ExprId>) -> (FunctionId, Vec<ClassField>) {
        let children = self.children(child.node);
        let name = children.field(Field::Name).map(|name| (self.property_name(name), self.span(name)));
        let kind = if children.has(Kind::WordGet) {
            FunctionKind::Getter
        } else if children.has(Kind::WordSet) {
            FunctionKind::Setter
        } else {
            FunctionKind::Method
        };
        self.callable(child, &children, kind, name, decorators)
    }

    fn callable(
        &mut self,
        child: Child<'a>,
        children: &Children<'a>,
        kind: FunctionKind,
        name: Option<(Name, Span)>,
        decorators: Vec<ExprId>,
    ) -> (FunctionId, Vec<ClassField>) {
        let span = self.span(child);
        let (name, name_span) = name.unwrap_or((Name::default(), Span::at(span.start)));
        let mut injected = Vec::new();
        let (params, params_span) = match (children.field(Field::Parameters), children.field(Field::Parameter)) {
            (Some(list), _) => (self.parameters(list, &mut injected), self.span(list)),
            (None, Some(only)) => (vec![self.lone_parameter(only)], self.span(only)),
            (None, None) => (Vec::new(), Span::at(name_span.end)),
        };
        // `<T,>(a: T) => ..` is read as a function with types, or as a claim about one, by what stands around it: either way the function
        // begins at its parameters.
        let begins = if kind == FunctionKind::Arrow && !children.has(Kind::WordAsync) { params_span.start } else { span.start };
        let span = Span::new(begins, span.end);
        let name_span = if name_span.is_empty() { Span::at(begins) } else { name_span };
        let returns = self.annotation(children.field(Field::ReturnType));
        let breaks = std::mem::take(&mut self.breaks);
        self.functions += 1;
        let (body, body_span, expression_body) = match children.field(Field::Body) {
            Some(block) if block.kind == Kind::StatementBlock => (self.block(block), self.span(block), false),
            Some(expr) => {
                let body_span = self.span(expr);
                let value = self.deeper(|ecma| ecma.expr(expr)).unwrap_or_else(|| self.unknown(body_span));
                (vec![self.cx.builder.stmt(body_span, StmtKind::Return(Some(value)))], body_span, true)
            }
            None => (Vec::new(), Span::at(span.end), false),
        };
        self.functions -= 1;
        self.breaks = breaks;
        let directives = if expression_body { Vec::new() } else { self.directives(&body) };
        let is_generator = children.has(Kind::Star) || matches!(child.kind, Kind::GeneratorFunction | Kind::GeneratorFunctionDeclaration);
        let function = self.cx.builder.function(Function {
            name,
            name_span,
            kind,
            params,
            body,
            expression_body,
            decorators,
            directives,
            globals: Vec::new(),
            is_async: children.has(Kind::WordAsync),
            is_generator,
            is_static: children.has(Kind::WordStatic),
            returns,
            span,
            params_span,
            body_span,
        });
        (function, injected)
    }

    /// The strings that a body begins with.
    pub(super) fn directives(&self, body: &[StmtId]) -> Vec<Name> {
        let segment = &self.cx.builder.segment;
        let text = |stmt: &StmtId| match &segment[*stmt].kind {
            StmtKind::Expr(expr) => match &segment[*expr].kind {
                ExprKind::Str(text) => Some(Name::from(&**text)),
                _ => None,
            },
            _ => None,
        };
        body.iter().map_while(text).collect()
    }

    /// `x` in `x => …`.
    pub(super) fn lone_parameter(&mut self, child: Child<'a>) -> Param {
        let pattern = self.pattern(child);
        Param { pattern, default: None, decorators: Vec::new(), ty: None, rest: Rest::No, keyword_only: false, span: self.span(child) }
    }

    pub(super) fn parameters(&mut self, list: Child<'a>, injected: &mut Vec<ClassField>) -> Vec<Param> {
        let children = self.children(list.node);
        let mut params = Vec::with_capacity(children.0.len());
        for child in children.iter() {
            if matches!(child.kind, Kind::RequiredParameter | Kind::OptionalParameter) {
                params.extend(self.parameter(child, injected));
            }
        }
        params
    }

    /// `None` for `this: T`, which no caller passes.
    fn parameter(&mut self, child: Child<'a>, injected: &mut Vec<ClassField>) -> Option<Param> {
        let span = self.span(child);
        let children = self.children(child.node);
        let name = children.field(Field::Pattern).or(children.field(Field::Name))?;
        if name.kind == Kind::This {
            return None;
        }
        let decorators = self.decorators(&children);
        let rest = if name.kind == Kind::RestPattern { Rest::Sequence } else { Rest::No };
        let inner = if rest == Rest::Sequence { self.children(name.node).iter().next() } else { Some(name) };
        let pattern = self.target(inner, span);
        let ty = self.annotation(children.field(Field::Type));
        let default = children.field(Field::Value).map(|value| self.expr(value));
        let is_property = children.iter().any(|child| matches!(child.kind, Kind::AccessibilityModifier | Kind::OverrideModifier | Kind::WordReadonly));
        let pattern_of = &self.cx.builder.segment[pattern];
        if let (true, PatternKind::Name(name)) = (is_property, &pattern_of.kind) {
            injected.push(ClassField {
                name: name.clone(),
                name_span: pattern_of.span,
                ty: ty.clone(),
                value: None,
                decorators: decorators.clone(),
                is_static: false,
                injected: true,
                span,
            });
        }
        Some(Param { pattern, default, decorators, ty, rest, keyword_only: false, span })
    }

    /// The decorators among these children, in order.
    pub(super) fn decorators(&mut self, children: &Children<'a>) -> Vec<ExprId> {
        children.iter().filter(|child| child.kind == Kind::Decorator).map(|child| self.decorator(child)).collect()
    }

    pub(super) fn decorator(&mut self, child: Child<'a>) -> ExprId {
        let span = self.span(child);
        let inner = self.children(child.node).expression();
        self.operand(inner, span)
    }
}
