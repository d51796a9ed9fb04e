//! How expressions and patterns print.

use super::{Piece, Pieces, Printer, Write};
use crate::model::{
    Arg, BinaryOp, CallKind, ComprehensionKind, Entry, ExprId, ExprKind, JsxAttribute, LogicalOp, PatternId, PatternKind, SeqKind, TemplatePart, UnaryOp,
};

impl<'s> Printer<'s> {
    pub(super) fn expr(&self, id: ExprId, out: &mut Pieces<'s>) {
        let expr = &self.segment[id];
        match &expr.kind {
            ExprKind::Str(text) => out.quoted(text),
            ExprKind::Bytes(text) => out.text(format!("b{text:?}")),
            ExprKind::Num(text) | ExprKind::Regex(text) => out.text(text.as_str()),
            ExprKind::Bool(value) => out.text(if *value { "true" } else { "false" }),
            ExprKind::Null => out.text("null"),
            ExprKind::Name(name) => out.name(name),
            ExprKind::This => out.text("this"),
            ExprKind::Super => out.text("super"),
            ExprKind::Function(function) => out.push(Piece::Function(*function)),
            ExprKind::Class(class) => out.push(Piece::Class(*class)),
            kind => {
                out.text("(");
                composite(kind, out);
                out.text(")");
            }
        }
        if expr.asserted {
            out.text("!");
        }
    }

    pub(super) fn pattern(&self, id: PatternId, out: &mut Pieces<'s>) {
        match &self.segment[id].kind {
            PatternKind::Name(name) => out.name(name),
            PatternKind::Object { entries, rest } => {
                out.text("{");
                for (n, entry) in entries.iter().enumerate() {
                    if n > 0 {
                        out.text(" ");
                    }
                    out.key(&entry.key);
                    out.text(": ");
                    out.push(Piece::Pattern(entry.pattern));
                }
                if let Some(rest) = rest {
                    out.text(if entries.is_empty() { "..." } else { " ..." });
                    out.push(Piece::Pattern(*rest));
                }
                out.text("}");
            }
            PatternKind::Sequence { items } => {
                out.text("[");
                for (n, item) in items.iter().enumerate() {
                    if n > 0 {
                        out.text(" ");
                    }
                    if item.rest {
                        out.text("...");
                    }
                    out.push(Piece::Pattern(item.pattern));
                }
                out.text("]");
            }
            PatternKind::Default { pattern, default } => {
                out.text("(default ");
                out.push(Piece::Pattern(*pattern));
                out.expr(" ", *default);
                out.text(")");
            }
            PatternKind::Place(expr) => {
                out.expr("(place ", *expr);
                out.text(")");
            }
            PatternKind::Ignore => out.text("_"),
        }
    }
}

/// The inside of the parentheses of an expression that has parts.
fn composite<'s>(kind: &'s ExprKind, out: &mut Pieces<'s>) {
    match kind {
        ExprKind::Template(parts) => {
            out.text("template");
            for part in parts {
                match part {
                    TemplatePart::Text(text, _) => {
                        out.text(" ");
                        out.quoted(text);
                    }
                    TemplatePart::Hole(expr, _) => out.expr(" ", *expr),
                }
            }
        }
        ExprKind::Member { base, name, optional, .. } => {
            out.expr(if *optional { "?. " } else { ". " }, *base);
            out.text(" ");
            out.name(name);
        }
        ExprKind::Index { base, index, optional } => {
            out.expr(if *optional { "?at " } else { "at " }, *base);
            out.expr(" ", *index);
        }
        ExprKind::Call { callee, args, kind, optional } => call(*callee, args, *kind, *optional, out),
        ExprKind::Object(entries) => {
            out.text("object");
            for entry in entries {
                out.text(" ");
                match entry {
                    Entry::Field { key, shorthand: true, .. } => out.key(key),
                    Entry::Field { key, value, .. } => {
                        out.key(key);
                        out.expr(": ", *value);
                    }
                    Entry::Spread { value, .. } => out.expr("...", *value),
                }
            }
        }
        ExprKind::Seq { items, kind } => {
            out.text(match kind {
                SeqKind::List => "list",
                SeqKind::Tuple => "tuple",
                SeqKind::Set => "set",
            });
            for item in items {
                out.expr(if item.spread { " ..." } else { " " }, item.value);
            }
        }
        ExprKind::Await(operand) => out.expr("await ", *operand),
        ExprKind::Yield(Some(operand)) => out.expr("yield ", *operand),
        ExprKind::Yield(None) => out.text("yield"),
        ExprKind::Unary { op, operand } => {
            out.text(unary(*op));
            out.expr(" ", *operand);
        }
        ExprKind::Binary { op, left, right } => {
            out.text(binary(*op));
            out.expr(" ", *left);
            out.expr(" ", *right);
        }
        ExprKind::Logical { op, left, right } => {
            out.text(logical(*op));
            out.expr(" ", *left);
            out.expr(" ", *right);
        }
        ExprKind::Cond { cond, then, otherwise } => {
            out.expr("cond ", *cond);
            out.expr(" ", *then);
            out.expr(" ", *otherwise);
        }
        ExprKind::Assign { target, op, value } => assignment(op.map_or("", binary), *target, *value, out),
        ExprKind::AssignLogical { target, op, value } => assignment(logical(*op), *target, *value, out),
        ExprKind::Comprehension { kind, clauses, element, value } => {
            out.text(match kind {
                ComprehensionKind::List => "list-of",
                ComprehensionKind::Set => "set-of",
                ComprehensionKind::Dict => "dict-of",
                ComprehensionKind::Generator => "generator-of",
            });
            out.expr(" ", *element);
            if let Some(value) = value {
                out.expr(": ", *value);
            }
            for clause in clauses {
                out.text(" (for ");
                out.push(Piece::Pattern(clause.pattern));
                out.expr(" ", clause.over);
                for condition in &clause.conditions {
                    out.expr(" if ", *condition);
                }
                out.text(")");
            }
        }
        ExprKind::Jsx { name, attributes, children } => {
            out.text("jsx ");
            out.name(name);
            for attribute in attributes {
                match attribute {
                    JsxAttribute::Named { name, value, .. } => {
                        out.text(" ");
                        out.name(name);
                        if let Some(value) = value {
                            out.expr("=", *value);
                        }
                    }
                    JsxAttribute::Spread { value, .. } => out.expr(" ...", *value),
                }
            }
            for child in children {
                out.expr(" ", *child);
            }
        }
        ExprKind::Enter(operand) => out.expr("enter ", *operand),
        ExprKind::Other(parts) => {
            out.text("other");
            for part in parts {
                out.expr(" ", *part);
            }
        }
        // Expressions without parts of their own are printed by the caller.
        _ => {}
    }
}

fn call<'s>(callee: ExprId, args: &'s [Arg], kind: CallKind, optional: bool, out: &mut Pieces<'s>) {
    out.text(match kind {
        CallKind::Plain if optional => "?call",
        CallKind::Plain => "call",
        CallKind::New => "new",
        CallKind::Tagged => "tagged",
    });
    out.expr(" ", callee);
    for arg in args {
        out.text(" ");
        if let Some(name) = &arg.name {
            out.name(name);
            out.text("=");
        }
        out.expr(
            if arg.by_name {
                "**"
            } else if arg.spread {
                "..."
            } else {
                ""
            },
            arg.value,
        );
    }
}

fn assignment<'s>(op: &'static str, target: PatternId, value: ExprId, out: &mut Pieces<'s>) {
    out.text(op);
    out.text("= ");
    out.push(Piece::Pattern(target));
    out.expr(" ", value);
}

fn unary(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Not => "not",
        UnaryOp::Minus => "minus",
        UnaryOp::Plus => "plus",
        UnaryOp::BitNot => "~",
        UnaryOp::Typeof => "typeof",
        UnaryOp::Void => "void",
        UnaryOp::Delete => "delete",
        UnaryOp::Step => "step",
    }
}

fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
        BinaryOp::Pow => "**",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::In => "in",
        BinaryOp::NotIn => "not-in",
        BinaryOp::Instanceof => "instanceof",
        BinaryOp::BitAnd => "&",
        BinaryOp::BitOr => "|",
        BinaryOp::BitXor => "^",
        BinaryOp::Shift => "shift",
        BinaryOp::Other => ",",
    }
}

fn logical(op: LogicalOp) -> &'static str {
    match op {
        LogicalOp::And => "and",
        LogicalOp::Or => "or",
        LogicalOp::Nullish => "??",
    }
}
