//! Expressions that do not begin with an expression.

use super::chain;
use super::kinds::{Field, Kind};
use super::marked::operator;
use super::{Child, Children, Ecma};
use crate::model::{Arg, BinaryOp, CallKind, ExprId, ExprKind, UnaryOp};
use crate::text::{Name, Span};

impl<'a> Ecma<'a> {
    pub(super) fn expr(&mut self, child: Child<'a>) -> ExprId {
        match self.deeper(|ecma| if chain::is_link(child.kind) { ecma.chain(child) } else { ecma.atom(child) }) {
            Some(expr) => expr,
            None => {
                let span = self.span(child);
                self.unknown(span)
            }
        }
    }

    /// An expression that is no chain.
    pub(super) fn atom(&mut self, child: Child<'a>) -> ExprId {
        let span = self.span(child);
        match child.kind {
            // What the parser made up to go on has no text.
            Kind::Identifier | Kind::PrivatePropertyIdentifier | Kind::PropertyIdentifier if span.is_empty() => self.unknown(span),
            Kind::Identifier | Kind::PrivatePropertyIdentifier | Kind::PropertyIdentifier | Kind::ShorthandPropertyIdentifier => {
                let name = self.name(child);
                self.push(span, ExprKind::Name(name))
            }
            Kind::Import => self.push(span, ExprKind::Name(Name::new_static("import"))),
            Kind::This => self.push(span, ExprKind::This),
            Kind::Super => self.push(span, ExprKind::Super),
            Kind::Null | Kind::Undefined => self.push(span, ExprKind::Null),
            Kind::True => self.push(span, ExprKind::Bool(true)),
            Kind::False => self.push(span, ExprKind::Bool(false)),
            Kind::Number => self.push(span, ExprKind::Num(self.cx.name_of(child.node))),
            Kind::Regex => self.push(span, ExprKind::Regex(self.cx.name_of(child.node))),
            Kind::String => {
                let text = self.string(child);
                self.push(span, ExprKind::Str(text))
            }
            Kind::TemplateString => self.template(child),
            Kind::Object => self.object(child),
            Kind::Array => self.array(child),
            Kind::ArrowFunction | Kind::FunctionExpression | Kind::GeneratorFunction => {
                let function = self.function(child, Vec::new());
                let span = self.cx.builder.segment.functions.get(function.0 as usize).map_or(span, |function| function.span);
                self.push(span, ExprKind::Function(function))
            }
            Kind::Class => {
                let class = self.class(child, Vec::new());
                self.push(span, ExprKind::Class(class))
            }
            Kind::JsxElement | Kind::JsxSelfClosingElement => self.jsx(child),
            _ => self.operation(child, span),
        }
    }

    /// Expressions with operands.
    fn operation(&mut self, child: Child<'a>, span: Span) -> ExprId {
        match child.kind {
            Kind::AssignmentExpression => self.assignment(child, span),
            Kind::AugmentedAssignmentExpression => self.augmented_assignment(child, span),
            Kind::NewExpression => self.new_expression(child, span),
            Kind::SequenceExpression => self.sequence(child, span),
            Kind::MetaProperty => self.meta_property(span),
            Kind::TernaryExpression => {
                let children = self.children(child.node);
                let cond = self.operand(children.field(Field::Condition), span);
                let then = self.operand(children.field(Field::Consequence), span);
                let otherwise = self.operand(children.field(Field::Alternative), span);
                self.push(span, ExprKind::Cond { cond, then, otherwise })
            }
            Kind::AwaitExpression | Kind::SpreadElement => {
                let operand = self.children(child.node).expression();
                let value = self.operand(operand, span);
                if child.kind == Kind::SpreadElement { value } else { self.push(span, ExprKind::Await(value)) }
            }
            Kind::YieldExpression => {
                let operand = self.children(child.node).expression();
                let value = operand.map(|operand| self.expr(operand));
                self.push(span, ExprKind::Yield(value))
            }
            Kind::UnaryExpression | Kind::UpdateExpression => {
                let children = self.children(child.node);
                let op = prefix(&children);
                let operand = children.iter().find(|child| child.field != Field::Operator && child.kind.is_expression());
                let operand = self.operand(operand, span);
                self.push(span, ExprKind::Unary { op, operand })
            }
            // Errors, a namespace where a value should be, and whatever a later grammar brings.
            _ => self.broken(child),
        }
    }

    fn assignment(&mut self, child: Child<'a>, span: Span) -> ExprId {
        let children = self.children(child.node);
        let target = self.target(children.field(Field::Left), span);
        let value = self.operand(children.field(Field::Right), span);
        self.push(span, ExprKind::Assign { target, op: None, value })
    }

    fn augmented_assignment(&mut self, child: Child<'a>, span: Span) -> ExprId {
        let children = self.children(child.node);
        let target = self.target(children.field(Field::Left), span);
        let value = self.operand(children.field(Field::Right), span);
        let operator = children.field(Field::Operator).map_or("", |operator| operator.node.kind());
        let operator = operator.strip_suffix('=').unwrap_or(operator);
        let kind = match chain::logical(operator) {
            Some(op) => ExprKind::AssignLogical { target, op, value },
            None => ExprKind::Assign { target, op: Some(chain::binary(operator)), value },
        };
        self.push(span, kind)
    }

    fn new_expression(&mut self, child: Child<'a>, span: Span) -> ExprId {
        let children = self.children(child.node);
        let callee = self.operand(children.field(Field::Constructor), span);
        let args: Vec<Arg> = children.field(Field::Arguments).map(|arguments| self.arguments(arguments)).unwrap_or_default();
        self.push(span, ExprKind::Call { callee, args, kind: CallKind::New, optional: false })
    }

    /// `a, b, c`: as nested as `a + b + c`, or side by side if that would be too deep.
    fn sequence(&mut self, child: Child<'a>, span: Span) -> ExprId {
        let children = self.children(child.node);
        let operands: Vec<Child<'a>> = children.iter().filter(|child| child.kind != Kind::Comma).collect();
        let nested = operands.len() <= self.room();
        let links = if nested { operands.len() } else { 0 };
        self.links += links;
        let values: Vec<ExprId> = operands.into_iter().map(|operand| self.expr(operand)).collect();
        self.links -= links;
        if !nested {
            return self.push(span, ExprKind::Other(values));
        }
        let pair = |left: ExprId, right: ExprId| {
            let span = Span::new(span.start, self.cx.builder.segment[right].span.end.max(span.start));
            self.cx.builder.expr(span, ExprKind::Binary { op: BinaryOp::Other, left, right })
        };
        match values.into_iter().reduce(pair) {
            Some(value) => value,
            None => self.unknown(span),
        }
    }

    /// `import.meta`, `new.target`: members of names that nobody can declare.
    fn meta_property(&mut self, span: Span) -> ExprId {
        let text = span.of(self.cx.text);
        let (first, last) = text.split_once('.').unwrap_or((text, ""));
        let (first, last) = (first.trim_end(), last.trim_start());
        let name_span = Span::new(span.end - last.len() as u32, span.end);
        let base = self.push(Span::new(span.start, span.start + first.len() as u32), ExprKind::Name(first.into()));
        self.push(span, ExprKind::Member { base, name: last.into(), name_span, optional: false })
    }
}

pub(super) fn prefix(children: &Children<'_>) -> UnaryOp {
    match operator(children) {
        "!" => UnaryOp::Not,
        "-" => UnaryOp::Minus,
        "+" => UnaryOp::Plus,
        "~" => UnaryOp::BitNot,
        "typeof" => UnaryOp::Typeof,
        "void" => UnaryOp::Void,
        "delete" => UnaryOp::Delete,
        _ => UnaryOp::Step,
    }
}
