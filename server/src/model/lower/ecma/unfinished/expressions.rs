//! Expressions that break off.

use super::super::chain;
use super::super::kinds::Kind;
use super::super::{Ecma, MAX_LINKS};
use super::Pieces;
use crate::model::{Arg, CallKind, ExprId, ExprKind, FunctionKind, PatternKind, UnaryOp};
use crate::text::Span;

/// What a member's name may be; half of one may be a plain identifier.
const PROPERTIES: &[Kind] = &[Kind::PropertyIdentifier, Kind::PrivatePropertyIdentifier, Kind::Identifier];

impl<'a> Ecma<'a> {
    /// An expression, if one begins here. Operators have no precedence: what follows is not complete anyway.
    pub(super) fn read_expression(&mut self, pieces: &mut Pieces<'a>) -> Option<ExprId> {
        self.deeper(|ecma| {
            let start = ecma.span(pieces.peek()?).start;
            let mut value = ecma.read_operand(pieces)?;
            let links = ecma.links;
            while ecma.links < MAX_LINKS
                && let Some(longer) = ecma.read_rest(pieces, start, value)
            {
                value = longer;
                ecma.links += 1;
            }
            ecma.links = links;
            Some(value)
        })
        .flatten()
    }

    pub(super) fn read_operand(&mut self, pieces: &mut Pieces<'a>) -> Option<ExprId> {
        let child = pieces.peek()?;
        let start = self.span(child).start;
        let next = pieces.behind(1);
        let is_arrow = next.is_some_and(|next| super::word(next) == "=>");
        match super::word(child) {
            "async" if next.is_none_or(|next| super::word(next) != "function") => return Some(self.read_arrow(pieces)),
            "async" | "function" => {
                let function = self.read_function(pieces);
                return Some(self.push(pieces.span_from(start), ExprKind::Function(function)));
            }
            word @ ("await" | "yield" | "new" | "typeof" | "void" | "delete" | "!" | "-" | "+" | "~") => return Some(self.read_prefixed(pieces, word, start)),
            "(" => {
                self.take(pieces);
                let value = self.inside(pieces, |ecma, pieces| ecma.read_expression(pieces)).flatten();
                self.accept(pieces, ")");
                return Some(value.unwrap_or_else(|| self.unknown(Span::at(pieces.end))));
            }
            "[" => return Some(self.read_list(pieces, start)),
            "{" => return Some(self.read_object(pieces, start)),
            "`" => return Some(self.read_template(pieces, start)),
            "\"" | "'" => {
                self.take(pieces);
                while self.accept_kind(pieces, &[Kind::Unknown]).is_some() {}
                self.accept(pieces, super::word(child));
                return Some(self.unknown(pieces.span_from(start)));
            }
            "<" => return self.read_tag(pieces, start),
            _ => {}
        }
        match child.kind {
            Kind::FormalParameters | Kind::TypeParameters => Some(self.read_arrow(pieces)),
            Kind::Identifier if is_arrow => Some(self.read_arrow(pieces)),
            Kind::ObjectPattern | Kind::ArrayPattern => {
                self.take(pieces);
                let target = self.pattern(child);
                let value = if self.accept(pieces, "=") { self.read_expression(pieces) } else { None };
                let value = value.unwrap_or_else(|| self.unknown(Span::at(pieces.end)));
                Some(self.push(pieces.span_from(start), ExprKind::Assign { target, op: None, value }))
            }
            Kind::JsxOpeningElement => Some(self.read_element(pieces, start)),
            // `{ f(` might have become a method of an object.
            kind if kind.is_expression() || matches!(kind, Kind::PropertyIdentifier | Kind::ShorthandPropertyIdentifier) => {
                self.take(pieces);
                Some(self.expr(child))
            }
            _ => None,
        }
    }

    fn read_prefixed(&mut self, pieces: &mut Pieces<'a>, word: &str, start: u32) -> ExprId {
        self.take(pieces);
        let operand = self.read_expression(pieces);
        let operand = operand.unwrap_or_else(|| self.unknown(Span::at(pieces.end)));
        let span = pieces.span_from(start);
        let op = match word {
            "await" => return self.push(span, ExprKind::Await(operand)),
            "yield" => return self.push(span, ExprKind::Yield(Some(operand))),
            // `new A(…` reads as a call of `A`.
            "new" => {
                if let ExprKind::Call { kind, .. } = &mut self.cx.builder.segment.exprs[operand.0 as usize].kind {
                    *kind = CallKind::New;
                    return operand;
                }
                return self.push(span, ExprKind::Call { callee: operand, args: Vec::new(), kind: CallKind::New, optional: false });
            }
            "typeof" => UnaryOp::Typeof,
            "void" => UnaryOp::Void,
            "delete" => UnaryOp::Delete,
            "!" => UnaryOp::Not,
            "-" => UnaryOp::Minus,
            "+" => UnaryOp::Plus,
            _ => UnaryOp::BitNot,
        };
        self.push(span, ExprKind::Unary { op, operand })
    }

    fn read_arrow(&mut self, pieces: &mut Pieces<'a>) -> ExprId {
        let start = pieces.peek().map_or(pieces.end, |child| self.span(child).start);
        let modifiers = self.read_modifiers(pieces);
        let (function, _) = self.read_callable(pieces, start, modifiers, FunctionKind::Arrow, None, Vec::new());
        self.push(pieces.span_from(start), ExprKind::Function(function))
    }

    /// What may follow an expression and make it a longer one.
    fn read_rest(&mut self, pieces: &mut Pieces<'a>, start: u32, value: ExprId) -> Option<ExprId> {
        let child = pieces.peek()?;
        // `await a.b` was complete before `(` came.
        if let ExprKind::Await(inner) = self.cx.builder.segment[value].kind
            && (matches!(super::word(child), "(" | "." | "?." | "[" | "`") || child.kind == Kind::Arguments)
        {
            let longer = self.read_rest(pieces, self.cx.builder.segment[inner].span.start, inner)?;
            return Some(self.push(pieces.span_from(start), ExprKind::Await(longer)));
        }
        match super::word(child) {
            "(" => {
                self.take(pieces);
                let args = self.read_arguments(pieces);
                return Some(self.push(pieces.span_from(start), ExprKind::Call { callee: value, args, kind: CallKind::Plain, optional: false }));
            }
            "." | "?." => return self.read_member(pieces, start, value),
            "[" => {
                self.take(pieces);
                let index = self.inside(pieces, |ecma, pieces| ecma.read_expression(pieces)).flatten();
                let index = index.unwrap_or_else(|| self.unknown(Span::at(pieces.end)));
                self.accept(pieces, "]");
                return Some(self.push(pieces.span_from(start), ExprKind::Index { base: value, index, optional: false }));
            }
            "`" => {
                let template_start = self.span(child).start;
                let template = self.read_template(pieces, template_start);
                return Some(self.tagged(value, template, pieces.span_from(start)));
            }
            "as" | "satisfies" => {
                self.take(pieces);
                if pieces.peek().is_some_and(|next| next.kind.is_silent() || next.kind == Kind::Identifier) {
                    self.take(pieces);
                }
                return Some(value);
            }
            "?" => {
                self.take(pieces);
                let then = self.read_part(pieces);
                self.accept(pieces, ":");
                let otherwise = self.read_part(pieces);
                return Some(self.push(pieces.span_from(start), ExprKind::Cond { cond: value, then, otherwise }));
            }
            "=" => {
                self.take(pieces);
                let span = self.cx.builder.segment[value].span;
                let target = match self.cx.builder.segment[value].kind.clone() {
                    ExprKind::Name(name) => PatternKind::Name(name),
                    _ => PatternKind::Place(value),
                };
                let target = self.cx.builder.pattern(span, target);
                let value = self.read_part(pieces);
                return Some(self.push(pieces.span_from(start), ExprKind::Assign { target, op: None, value }));
            }
            word if child.kind == Kind::Operator || matches!(word, "*") => {
                if matches!(word, "!" | "~" | "++" | "--" | "const" | "let" | "var" | "of" | "void" | "delete") {
                    return None;
                }
                self.take(pieces);
                let right = self.read_part(pieces);
                let kind = match chain::logical(word) {
                    Some(op) => ExprKind::Logical { op, left: value, right },
                    None => ExprKind::Binary { op: chain::binary(word), left: value, right },
                };
                return Some(self.push(pieces.span_from(start), kind));
            }
            _ => {}
        }
        match child.kind {
            Kind::Arguments => {
                self.take(pieces);
                let args = self.arguments(child);
                Some(self.push(pieces.span_from(start), ExprKind::Call { callee: value, args, kind: CallKind::Plain, optional: false }))
            }
            Kind::OptionalChain => self.read_member(pieces, start, value),
            Kind::TemplateString => {
                self.take(pieces);
                let template = self.expr(child);
                Some(self.tagged(value, template, pieces.span_from(start)))
            }
            Kind::TypeArguments => {
                self.take(pieces);
                Some(value)
            }
            _ => None,
        }
    }

    pub(super) fn read_part(&mut self, pieces: &mut Pieces<'a>) -> ExprId {
        let part = self.read_expression(pieces);
        part.unwrap_or_else(|| self.unknown(Span::at(pieces.end)))
    }

    fn tagged(&mut self, callee: ExprId, template: ExprId, span: Span) -> ExprId {
        let arg = Arg { name: None, value: template, spread: false, by_name: false, span: self.cx.builder.segment[template].span };
        self.push(span, ExprKind::Call { callee, args: vec![arg], kind: CallKind::Tagged, optional: false })
    }

    /// `.name`, `?.name`, `?.(…`, `?.[…`; nothing known follows a dot without a name.
    fn read_member(&mut self, pieces: &mut Pieces<'a>, start: u32, base: ExprId) -> Option<ExprId> {
        let dot = self.take(pieces)?;
        let optional = super::word(dot) != ".";
        if let Some(property) = self.accept_kind(pieces, PROPERTIES) {
            let (name, name_span) = (self.name(property), self.span(property));
            return Some(self.push(pieces.span_from(start), ExprKind::Member { base, name, name_span, optional }));
        }
        if optional && (matches!(pieces.word(), "(" | "[") || pieces.kind() == Some(Kind::Arguments)) {
            return Some(base);
        }
        Some(self.push(pieces.span_from(start), ExprKind::Other(vec![base])))
    }

    fn read_arguments(&mut self, pieces: &mut Pieces<'a>) -> Vec<Arg> {
        let mut args = Vec::new();
        self.inside(pieces, |ecma, pieces| {
            ecma.read_items(pieces, |spread, value, span| args.push(Arg { name: None, value, spread, by_name: false, span }));
        });
        self.accept(pieces, ")");
        args
    }

    pub(super) fn read_items(&mut self, pieces: &mut Pieces<'a>, mut add: impl FnMut(bool, ExprId, Span)) {
        while let Some(child) = pieces.peek() {
            let start = self.span(child).start;
            match super::word(child) {
                "}" | ")" | "]" => return,
                "," => {
                    self.take(pieces);
                    continue;
                }
                _ => {}
            }
            let spread = self.accept(pieces, "...") || child.kind == Kind::SpreadElement;
            let value = match child.kind {
                Kind::SpreadElement | Kind::Error => {
                    self.take(pieces);
                    Some(self.expr(child))
                }
                _ => self.read_expression(pieces),
            };
            match value {
                Some(value) => add(spread, value, pieces.span_from(start)),
                // A statement here means that the list was left without its end.
                None if child.kind.is_statement() => return,
                None => {
                    self.take(pieces);
                }
            }
        }
    }
}
