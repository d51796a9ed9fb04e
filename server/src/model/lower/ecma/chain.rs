//! Expressions that begin with an expression: `a + b`, `a.b`, `a[b]`, `a(b)`, `a!`, `a as T`, `(a)`.
//!
//! Long ones (`"a" + b + "c" …`, `query.where(…).limit(…)`) are as deep in the tree as they are long. They are walked
//! down to their head in one loop and built up from it in another.

use super::kinds::{Field, Kind};
use super::marked::{Waiting, binds, joined, operator};
use super::{Child, Children, Ecma};
use crate::model::{Arg, BinaryOp, CallKind, ExprId, ExprKind, LogicalOp, OF_TYPE};
use crate::text::{Name, Span};

struct Link<'a> {
    child: Child<'a>,
    children: Children<'a>,
}

pub(super) fn is_link(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::BinaryExpression
            | Kind::MemberExpression
            | Kind::NestedIdentifier
            | Kind::SubscriptExpression
            | Kind::CallExpression
            | Kind::NonNullExpression
            | Kind::AsExpression
            | Kind::SatisfiesExpression
            | Kind::InstantiationExpression
            | Kind::ParenthesizedExpression
            | Kind::TypeAssertion
    )
}

impl<'a> Ecma<'a> {
    pub(super) fn chain(&mut self, child: Child<'a>) -> ExprId {
        let mut links: Vec<Link<'a>> = Vec::new();
        let mut head = child;
        let room = self.room();
        while is_link(head.kind) && links.len() < room {
            let children = self.children(head.node);
            let Some(next) = next(head.kind, &children) else { break };
            links.push(Link { child: head, children });
            head = next;
        }
        let count = links.len();
        self.links += count;
        let mut waiting = Waiting::default();
        // Of what stands in parentheses the parentheses are called.
        let is_marked = |links: &[Link<'a>]| links.last().is_some_and(|link| matches!(link.child.kind, Kind::NonNullExpression | Kind::CallExpression));
        let mut value = if matches!(head.kind, Kind::UnaryExpression | Kind::AwaitExpression) && is_marked(&links) {
            self.marked(head, &mut waiting)
        } else if !is_link(head.kind) {
            self.atom(head)
        } else if count == room {
            self.flat(head)
        } else {
            self.broken(head)
        };
        while let Some(link) = links.pop() {
            let span = self.span(link.child);
            value = match link.child.kind {
                Kind::BinaryExpression if is_marked(&links) || !waiting.is_empty() => {
                    let operator = operator(&link.children);
                    let left = self.settled(&mut waiting, value, binds(operator));
                    waiting.between(operator, left, span.start);
                    match link.children.field(Field::Right) {
                        Some(right) if is_marked(&links) => self.marked(right, &mut waiting),
                        right => self.operand(right, span),
                    }
                }
                Kind::ParenthesizedExpression | Kind::TypeAssertion => {
                    value = self.settled(&mut waiting, value, 0);
                    waiting.start = None;
                    value
                }
                _ => self.link(&link, Span { start: waiting.start.unwrap_or(span.start), ..span }, value),
            };
            waiting.end = span.end;
        }
        self.links -= count;
        self.settled(&mut waiting, value, 0)
    }

    /// The rest of a chain that is too long, without its structure: its operands and arguments, side by side.
    fn flat(&mut self, child: Child<'a>) -> ExprId {
        let mut parts = Vec::new();
        let mut head = child;
        // The first operand of many is as whole as the others.
        while is_link(head.kind) && (head.kind == Kind::BinaryExpression || child.kind != Kind::BinaryExpression) {
            let children = self.children(head.node);
            let Some(next) = next(head.kind, &children) else { break };
            for other in children.iter().filter(|other| other.node != next.node) {
                match other.kind {
                    Kind::Arguments => parts.extend(self.arguments(other).into_iter().rev().map(|arg| arg.value)),
                    kind if kind.is_expression() => parts.push(self.expr(other)),
                    _ => {}
                }
            }
            head = next;
        }
        parts.push(self.expr(head));
        parts.reverse();
        let span = self.span(child);
        self.push(span, ExprKind::Other(parts))
    }

    fn link(&mut self, link: &Link<'a>, span: Span, base: ExprId) -> ExprId {
        let children = &link.children;
        match link.child.kind {
            Kind::BinaryExpression => {
                let right = self.operand(children.field(Field::Right), span);
                self.push(span, joined(operator(children), base, right))
            }
            Kind::MemberExpression | Kind::NestedIdentifier => {
                let (name, name_span) = match children.field(Field::Property) {
                    Some(property) => (self.name(property), self.span(property)),
                    None => ("".into(), Span::at(span.end)),
                };
                self.push(span, ExprKind::Member { base, name, name_span, optional: is_optional(children) })
            }
            Kind::SubscriptExpression => {
                let index = self.operand(children.field(Field::Index), span);
                self.push(span, ExprKind::Index { base, index, optional: is_optional(children) })
            }
            Kind::CallExpression => self.call(span, base, children),
            Kind::NonNullExpression => {
                if let Some(expr) = self.cx.builder.segment.exprs.get_mut(base.0 as usize) {
                    expr.asserted = true;
                }
                base
            }
            // Parentheses and everything that only the type checker reads.
            _ => base,
        }
    }

    fn call(&mut self, span: Span, callee: ExprId, children: &Children<'a>) -> ExprId {
        let optional = is_optional(children);
        let (args, kind) = match children.field(Field::Arguments) {
            Some(template) if template.kind == Kind::TemplateString => {
                let value = self.expr(template);
                let arg = Arg { name: None, value, spread: false, by_name: false, span: self.span(template) };
                (vec![arg], CallKind::Tagged)
            }
            Some(arguments) => (self.arguments(arguments), CallKind::Plain),
            None => (Vec::new(), CallKind::Plain),
        };
        let args = if args.is_empty() { self.value_of_type(callee, children).into_iter().collect() } else { args };
        self.push(span, ExprKind::Call { callee, args, kind, optional })
    }

    /// `context<typeof createContext>()`: a call that is given nothing but a type, where the type is that of a value.
    fn value_of_type(&mut self, callee: ExprId, children: &Children<'a>) -> Option<Arg> {
        let types = children.field(Field::TypeArguments)?;
        let (text, within) = (self.cx.text_of(types.node), self.span(types));
        // `context<Context>()`: of a type that is called something, the name says which.
        let is_named = || matches!(&self.cx.builder.segment[callee].kind, ExprKind::Member { name, .. } if name == "context");
        let from = match text.find("typeof ") {
            Some(at) => at + "typeof ".len(),
            None if is_named() => 1,
            None => return None,
        };
        let length = text.get(from..)?.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')?;
        let name: Name = text.get(from..from + length).filter(|name| !name.is_empty())?.into();
        let start = within.start + from as u32;
        let span = Span { start, end: start + length as u32 };
        let value = self.push(span, ExprKind::TypeOf(name));
        Some(Arg { name: Some(Name::new_static(OF_TYPE)), value, spread: false, by_name: false, span })
    }

    pub(super) fn arguments(&mut self, child: Child<'a>) -> Vec<Arg> {
        let children = self.children(child.node);
        let mut args = Vec::with_capacity(children.0.len());
        for child in children.iter().filter(|child| child.kind != Kind::Comma) {
            let spread = child.kind == Kind::SpreadElement;
            let value = self.expr(child);
            if child.kind == Kind::Error && self.is_nothing(value) {
                continue;
            }
            args.push(Arg { name: None, value, spread, by_name: false, span: self.span(child) });
        }
        args
    }

    /// True for an error in which nothing could be read: a dot too many.
    pub(super) fn is_nothing(&self, value: ExprId) -> bool {
        matches!(&self.cx.builder.segment[value].kind, ExprKind::Other(parts) if parts.is_empty())
    }

    /// A part that has to be there; nothing is known of it when it is not.
    pub(super) fn operand(&mut self, child: Option<Child<'a>>, within: Span) -> ExprId {
        match child {
            Some(child) => self.expr(child),
            None => self.unknown(Span::at(within.end)),
        }
    }
}

/// The expression that an expression begins with (ends with, for `<T>a`).
fn next<'a>(kind: Kind, children: &Children<'a>) -> Option<Child<'a>> {
    match kind {
        Kind::BinaryExpression => children.field(Field::Left),
        Kind::MemberExpression | Kind::NestedIdentifier | Kind::SubscriptExpression => children.field(Field::Object),
        Kind::CallExpression => children.field(Field::Function),
        Kind::TypeAssertion => children.iter().filter(|child| child.kind.is_expression()).last(),
        _ => children.expression(),
    }
}

fn is_optional(children: &Children<'_>) -> bool {
    children.has(Kind::OptionalChain) || children.has(Kind::QuestionDot)
}

pub(super) fn logical(operator: &str) -> Option<LogicalOp> {
    Some(match operator {
        "&&" => LogicalOp::And,
        "||" => LogicalOp::Or,
        "??" => LogicalOp::Nullish,
        _ => return None,
    })
}

pub(super) fn binary(operator: &str) -> BinaryOp {
    match operator {
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Sub,
        "*" => BinaryOp::Mul,
        "/" => BinaryOp::Div,
        "%" => BinaryOp::Rem,
        "**" => BinaryOp::Pow,
        "==" | "===" => BinaryOp::Eq,
        "!=" | "!==" => BinaryOp::Ne,
        "<" => BinaryOp::Lt,
        "<=" => BinaryOp::Le,
        ">" => BinaryOp::Gt,
        ">=" => BinaryOp::Ge,
        "in" => BinaryOp::In,
        "instanceof" => BinaryOp::Instanceof,
        "&" => BinaryOp::BitAnd,
        "|" => BinaryOp::BitOr,
        "^" => BinaryOp::BitXor,
        "<<" | ">>" | ">>>" => BinaryOp::Shift,
        _ => BinaryOp::Other,
    }
}
