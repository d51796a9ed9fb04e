//! What can be read of code that could not be parsed.
//!
//! An error holds the pieces that were complete: whole statements, expressions, members of half an object. Statements
//! go on as statements; runs of other pieces become an [`ExprKind::Other`], so that nothing takes them for more.

use super::kinds::{Field, Kind};
use super::{Child, Ecma};
use crate::model::{Entry, ExprId, ExprKind, Function, FunctionKind, StmtId, StmtKind};
use crate::text::{Name, Span};

/// Pieces that were read and do not belong to a statement yet.
#[derive(Default)]
struct Pieces {
    exprs: Vec<ExprId>,
    /// Members of half an object, that became no expression yet.
    entries: Vec<Entry>,
}

impl<'a> Ecma<'a> {
    /// The statements and other pieces of nodes that stand where they should not.
    pub(super) fn fragments(&mut self, children: &[Child<'a>], out: &mut Vec<StmtId>) {
        let mut pieces = Pieces::default();
        for child in children {
            self.fragment(*child, &mut pieces, out);
        }
        self.finish(&mut pieces, out);
    }

    /// An expression that could not be parsed. Statements in it are most likely the body of a function.
    pub(super) fn broken(&mut self, child: Child<'a>) -> ExprId {
        let span = self.span(child);
        let mut stmts = Vec::new();
        if child.kind == Kind::Error {
            self.unfinished(child.node, &mut stmts);
        } else {
            let children = self.children(child.node);
            self.deeper(|ecma| ecma.fragments(&children.0, &mut stmts));
        }
        let mut parts = Vec::new();
        let mut body = Vec::new();
        for stmt in stmts {
            match &self.cx.builder.segment[stmt].kind {
                StmtKind::Expr(expr) if body.is_empty() => match &self.cx.builder.segment[*expr].kind {
                    ExprKind::Other(exprs) => parts.extend(exprs.iter().copied()),
                    _ => parts.push(*expr),
                },
                _ => body.push(stmt),
            }
        }
        if !body.is_empty() {
            let function = self.cx.builder.function(Function {
                name: Name::default(),
                name_span: Span::at(span.start),
                kind: FunctionKind::Arrow,
                params: Vec::new(),
                body,
                expression_body: false,
                decorators: Vec::new(),
                directives: Vec::new(),
                globals: Vec::new(),
                is_async: false,
                is_generator: false,
                is_static: false,
                returns: None,
                span,
                params_span: Span::at(span.start),
                body_span: span,
            });
            parts.push(self.push(span, ExprKind::Function(function)));
        }
        self.push(span, ExprKind::Other(parts))
    }

    fn fragment(&mut self, child: Child<'a>, pieces: &mut Pieces, out: &mut Vec<StmtId>) {
        match child.kind {
            kind if kind.is_statement() => {
                self.finish(pieces, out);
                self.stmt(child, out);
            }
            Kind::Error => {
                self.finish(pieces, out);
                self.unfinished(child.node, out);
            }
            kind if kind.is_expression() => {
                self.close_object(pieces);
                pieces.exprs.push(self.expr(child));
            }
            Kind::Pair | Kind::ShorthandPropertyIdentifier => pieces.entries.extend(self.entry(child)),
            Kind::MethodDefinition => {
                self.finish(pieces, out);
                let (function, _) = self.method(child, Vec::new());
                let span = self.span(child);
                out.push(self.cx.builder.stmt(span, StmtKind::Function(function)));
            }
            Kind::ClassBody => {
                self.finish(pieces, out);
                let class = self.class(child, Vec::new());
                let span = self.span(child);
                out.push(self.cx.builder.stmt(span, StmtKind::Class(class)));
            }
            Kind::JsxText => {}
            kind if kind.is_silent() => {}
            _ => {
                let children = self.children(child.node);
                self.deeper(|ecma| {
                    // Targets of half a declaration are names without meaning.
                    for inner in children.iter().filter(|inner| !matches!(inner.field, Field::Name | Field::Left | Field::Pattern)) {
                        ecma.fragment(inner, pieces, out);
                    }
                });
            }
        }
    }

    fn close_object(&mut self, pieces: &mut Pieces) {
        if let (Some(first), Some(last)) = (pieces.entries.first(), pieces.entries.last()) {
            let span = Span::new(first.span().start, last.span().end);
            let entries = std::mem::take(&mut pieces.entries);
            pieces.exprs.push(self.push(span, ExprKind::Object(entries)));
        }
    }

    fn finish(&mut self, pieces: &mut Pieces, out: &mut Vec<StmtId>) {
        self.close_object(pieces);
        let exprs = std::mem::take(&mut pieces.exprs);
        if let (Some(first), Some(last)) = (exprs.first(), exprs.last()) {
            let segment = &self.cx.builder.segment;
            let span = Span::new(segment[*first].span.start, segment[*last].span.end.max(segment[*first].span.start));
            let other = self.push(span, ExprKind::Other(exprs));
            out.push(self.cx.builder.stmt(span, StmtKind::Expr(other)));
        }
    }
}
