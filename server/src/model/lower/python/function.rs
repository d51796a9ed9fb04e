//! `def`, `lambda`, their parameters, and decorated definitions.

use tree_sitter::Node;

use super::kind::{Field, Kind};
use super::{Part, Reader, part_of};
use crate::model::{ExprId, ExprKind, Function, FunctionId, FunctionKind, Param, PatternId, Rest, StmtId, StmtKind, TypeRef};
use crate::text::{Name, Span};

impl<'t, 'n> Reader<'t, 'n> {
    /// The decorators and the definition of a decorated definition.
    pub(super) fn decorated_parts(&mut self, node: Node<'n>) -> (Vec<ExprId>, Option<Part<'n>>) {
        let mut decorators = Vec::new();
        let mut definition = None;
        for part in self.parts(node) {
            match part.kind {
                Kind::Decorator => decorators.push(self.only(part.node)),
                _ if part.field == Field::Definition => definition = Some(part),
                _ => {}
            }
        }
        (decorators, definition)
    }

    pub(super) fn decorated(&mut self, node: Node<'n>, out: &mut Vec<StmtId>) {
        let span = self.span(node);
        let (decorators, definition) = self.decorated_parts(node);
        match definition {
            Some(part) if part.kind == Kind::ClassDefinition => {
                let class = self.class(part.node, decorators);
                out.push(self.cx.builder.stmt(span, StmtKind::Class(class)));
            }
            Some(part) => {
                let function = self.function(part.node, decorators);
                out.push(self.cx.builder.stmt(span, StmtKind::Function(function)));
            }
            None => {
                for decorator in decorators {
                    out.push(self.cx.builder.stmt(span, StmtKind::Expr(decorator)));
                }
            }
        }
    }

    pub(super) fn function(&mut self, node: Node<'n>, decorators: Vec<ExprId>) -> FunctionId {
        let span = self.span(node);
        let parts = self.parts(node);
        let field = |field| part_of(&parts, field);
        let (name, name_span) = self.definition_name(field(Field::Name), span.start);
        if let Some(generics) = field(Field::TypeParameters) {
            self.skip(generics.node);
        }
        let (params, params_span) = match field(Field::Parameters) {
            Some(list) => (self.params(list), self.span(list.node)),
            None => (Vec::new(), Span::at(name_span.end)),
        };
        let returns = field(Field::ReturnType).map(|ty| self.annotation(ty));
        let (kind, is_static) = self.function_kind(&name, &decorators);

        let around = std::mem::take(&mut self.globals);
        let ((body, body_span), is_generator) = self.inside_function(|reader| reader.body(field(Field::Body), span));
        let globals = std::mem::replace(&mut self.globals, around);

        self.cx.builder.function(Function {
            name,
            name_span,
            kind,
            params,
            body,
            expression_body: false,
            decorators,
            directives: Vec::new(),
            globals,
            is_async: parts.iter().any(|part| part.kind == Kind::Async),
            is_generator,
            is_static,
            returns,
            span,
            params_span,
            body_span,
        })
    }

    /// The name of what is defined, or an empty one at `at`.
    pub(super) fn definition_name(&self, name: Option<Part<'n>>, at: u32) -> (Name, Span) {
        match name {
            Some(name) => (self.cx.name_of(name.node), self.span(name.node)),
            None => (Name::default(), Span::at(at)),
        }
    }

    /// Reads a body to which the loops and classes around it do not count. The flag says that it yields.
    pub(super) fn inside_function<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        let (around, breaks) = (std::mem::replace(&mut self.in_class, false), self.breaks);
        let yields = std::mem::replace(&mut self.yields, false);
        let body = read(self);
        let is_generator = std::mem::replace(&mut self.yields, yields);
        (self.in_class, self.breaks) = (around, breaks);
        (body, is_generator)
    }

    /// A body's statements, and the stretch from the first to the last of them as written (`pass` is one, a comment is not).
    fn body(&mut self, block: Option<Part<'n>>, whole: Span) -> (Vec<StmtId>, Span) {
        let Some(block) = block else { return (Vec::new(), Span::at(whole.end)) };
        let parts = self.parts_and_errors(block.node);
        let span = match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => Span::new(self.span(first.node).start, self.span(last.node).end),
            _ => self.span(block.node),
        };
        let mut body = Vec::new();
        for part in parts {
            self.statement(part, &mut body);
        }
        (body, span)
    }

    pub(super) fn function_kind(&self, name: &str, decorators: &[ExprId]) -> (FunctionKind, bool) {
        if !self.in_class {
            return (FunctionKind::Function, false);
        }
        let mut kind = if name == "__init__" { FunctionKind::Constructor } else { FunctionKind::Method };
        let mut is_static = false;
        for decorator in decorators {
            let (base, name) = match &self.cx.builder.segment[*decorator].kind {
                ExprKind::Name(name) => (None, name),
                ExprKind::Member { base, name, .. } => (Some(*base), name),
                _ => continue,
            };
            match (base, name.as_str()) {
                (None, "staticmethod") => is_static = true,
                (None, "property") | (_, "cached_property" | "abstractproperty") | (Some(_), "getter") => kind = FunctionKind::Getter,
                (Some(_), "setter") => kind = FunctionKind::Setter,
                _ => {}
            }
        }
        (kind, is_static)
    }

    pub(super) fn lambda(&mut self, node: Node<'n>) -> FunctionId {
        let span = self.span(node);
        let parts = self.parts(node);
        let field = |field| part_of(&parts, field);
        let (params, params_span) = match field(Field::Parameters) {
            Some(list) => (self.params(list), self.span(list.node)),
            None => (Vec::new(), Span::at((span.start + "lambda".len() as u32).min(span.end))),
        };
        let (value, is_generator) = self.inside_function(|reader| reader.expr_or_absent(field(Field::Body), span.end));
        let body_span = field(Field::Body).map_or(Span::at(span.end), |body| self.span(body.node));
        let returned = self.cx.builder.stmt(body_span, StmtKind::Return(Some(value)));
        self.cx.builder.function(Function {
            name: Name::default(),
            name_span: Span::at(span.start),
            kind: FunctionKind::Arrow,
            params,
            body: vec![returned],
            expression_body: true,
            decorators: Vec::new(),
            directives: Vec::new(),
            globals: Vec::new(),
            is_async: false,
            is_generator,
            is_static: false,
            returns: None,
            span,
            params_span,
            body_span,
        })
    }

    pub(super) fn params(&mut self, list: Part<'n>) -> Vec<Param> {
        let mut keyword_only = false;
        let mut params = Vec::new();
        for part in self.parts(list.node) {
            match part.kind {
                Kind::KeywordSeparator => keyword_only = true,
                Kind::PositionalSeparator => {}
                kind if kind.is_token() => {}
                _ => params.push(self.next_param(part, &mut keyword_only)),
            }
        }
        params
    }

    /// A parameter after others, of which some may have said that those behind them are given by name only.
    pub(super) fn next_param(&mut self, part: Part<'n>, keyword_only: &mut bool) -> Param {
        let mut param = self.param(part);
        param.keyword_only = *keyword_only && param.rest == Rest::No;
        *keyword_only |= param.rest == Rest::Sequence;
        param
    }

    fn param(&mut self, part: Part<'n>) -> Param {
        let span = self.span(part.node);
        let typed = matches!(part.kind, Kind::TypedParameter | Kind::DefaultParameter | Kind::TypedDefaultParameter);
        let (pattern, rest, ty, default): (PatternId, Rest, Option<TypeRef>, Option<ExprId>) = if typed {
            let parts = self.parts(part.node);
            let field = |field| part_of(&parts, field);
            let target = field(Field::Name).or(parts.first().copied());
            let pattern = self.pattern_or_ignore(target, span.start);
            let ty = field(Field::Type).map(|ty| self.annotation(ty));
            let default = field(Field::Value).map(|value| self.expr(value));
            (pattern, target.map_or(Rest::No, |target| rest(target.kind)), ty, default)
        } else {
            (self.pattern(part), rest(part.kind), None, None)
        };
        Param { pattern, default, decorators: Vec::new(), ty, rest, keyword_only: false, span }
    }
}

fn rest(kind: Kind) -> Rest {
    match kind {
        Kind::ListSplatPattern => Rest::Sequence,
        Kind::DictionarySplatPattern => Rest::Mapping,
        _ => Rest::No,
    }
}
