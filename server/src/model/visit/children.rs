//! What stands directly in a node, and as what.

use super::{Node, Role};
use crate::model::{Class, Entry, ExprId, ExprKind, Function, JsxAttribute, Key, PatternKind, Segment, StmtId, StmtKind, TemplatePart, TypeRef};

type Found = Vec<(Node, Role)>;

/// Adds the children of `node` to the empty `out`, in the order they are written.
pub(super) fn of(segment: &Segment, node: Node, out: &mut Found) {
    match node {
        Node::Expr(id) => of_expr(&segment[id].kind, out),
        Node::Stmt(id) => of_stmt(&segment[id].kind, out),
        Node::Pattern(id) => of_pattern(&segment[id].kind, out),
        Node::Function(id) => of_function(&segment[id], out),
        Node::Class(id) => of_class(&segment[id], out),
    }
    if is_listed_in_parts(segment, node) {
        out.sort_by_key(|(child, _)| child.span(segment).start);
    }
}

/// True where languages differ in the order of the parts (`a if b else c`, `with value as name`, `do ... while`), and
/// for classes, whose fields, methods and statements the model keeps apart.
fn is_listed_in_parts(segment: &Segment, node: Node) -> bool {
    match node {
        Node::Expr(id) => matches!(segment[id].kind, ExprKind::Cond { .. }),
        Node::Stmt(id) => match &segment[id].kind {
            StmtKind::Let { .. } => true,
            StmtKind::Loop { cond: Some(cond), body, .. } => body.last().is_some_and(|last| segment[*last].span.end <= segment[*cond].span.start),
            _ => false,
        },
        Node::Class(_) => true,
        Node::Pattern(_) | Node::Function(_) => false,
    }
}

fn of_expr(kind: &ExprKind, out: &mut Found) {
    match kind {
        ExprKind::Str(_) | ExprKind::Bytes(_) | ExprKind::Num(_) | ExprKind::Bool(_) | ExprKind::Null | ExprKind::Regex(_) => {}
        ExprKind::Name(_) | ExprKind::TypeOf(_) | ExprKind::This | ExprKind::Super => {}
        ExprKind::Template(parts) => {
            for (n, part) in (0..).zip(parts) {
                if let TemplatePart::Hole(hole, _) = part {
                    out.push((Node::Expr(*hole), Role::Part(n)));
                }
            }
        }
        ExprKind::Member { base, .. } => out.push((Node::Expr(*base), Role::Base)),
        ExprKind::Index { base, index, .. } => out.extend([(Node::Expr(*base), Role::Base), (Node::Expr(*index), Role::Index)]),
        ExprKind::Call { callee, args, .. } => {
            out.push((Node::Expr(*callee), Role::Callee));
            exprs(args.iter().map(|arg| arg.value), Role::Arg, out);
        }
        ExprKind::Object(entries) => {
            for (n, entry) in (0..).zip(entries) {
                match entry {
                    Entry::Field { key, value, .. } => {
                        computed(key, n, out);
                        out.push((Node::Expr(*value), Role::Entry(n)));
                    }
                    Entry::Spread { value, .. } => out.push((Node::Expr(*value), Role::Entry(n))),
                }
            }
        }
        ExprKind::Seq { items, .. } => exprs(items.iter().map(|item| item.value), Role::Item, out),
        ExprKind::Function(function) => out.push((Node::Function(*function), Role::Definition)),
        ExprKind::Class(class) => out.push((Node::Class(*class), Role::Definition)),
        ExprKind::Await(value) | ExprKind::Enter(value) => out.push((Node::Expr(*value), Role::Value)),
        ExprKind::Yield(value) => out.extend(value.map(|value| (Node::Expr(value), Role::Value))),
        ExprKind::Unary { operand, .. } => out.push((Node::Expr(*operand), Role::Operand)),
        ExprKind::Binary { left, right, .. } | ExprKind::Logical { left, right, .. } => {
            out.extend([(Node::Expr(*left), Role::Left), (Node::Expr(*right), Role::Right)]);
        }
        ExprKind::Cond { cond, then, otherwise } => {
            out.extend([(Node::Expr(*cond), Role::Cond), (Node::Expr(*then), Role::Then), (Node::Expr(*otherwise), Role::Otherwise)]);
        }
        ExprKind::Assign { target, value, .. } | ExprKind::AssignLogical { target, value, .. } => {
            out.extend([(Node::Pattern(*target), Role::Target), (Node::Expr(*value), Role::Value)]);
        }
        ExprKind::Comprehension { clauses, element, value, .. } => {
            out.push((Node::Expr(*element), Role::Element));
            out.extend(value.map(|value| (Node::Expr(value), Role::ElementValue)));
            for (n, clause) in (0..).zip(clauses) {
                out.extend([(Node::Pattern(clause.pattern), Role::Target), (Node::Expr(clause.over), Role::Over(n))]);
                out.extend(clause.conditions.iter().map(|condition| (Node::Expr(*condition), Role::Filter(n))));
            }
        }
        ExprKind::Jsx { attributes, children, .. } => {
            for (n, attribute) in (0..).zip(attributes) {
                let value = match attribute {
                    JsxAttribute::Named { value, .. } => *value,
                    JsxAttribute::Spread { value, .. } => Some(*value),
                };
                out.extend(value.map(|value| (Node::Expr(value), Role::Attribute(n))));
            }
            exprs(children.iter().copied(), Role::Child, out);
        }
        ExprKind::Other(parts) => exprs(parts.iter().copied(), Role::Part, out),
    }
}

fn of_stmt(kind: &StmtKind, out: &mut Found) {
    match kind {
        StmtKind::Let { pattern, value, ty, .. } => {
            out.push((Node::Pattern(*pattern), Role::Target));
            of_type(ty.as_ref(), Role::Type, out);
            out.extend(value.map(|value| (Node::Expr(value), Role::Value)));
        }
        StmtKind::Expr(value) | StmtKind::ExportDefault(value) => out.push((Node::Expr(*value), Role::Value)),
        StmtKind::Return(value) | StmtKind::Throw(value) => out.extend(value.map(|value| (Node::Expr(value), Role::Value))),
        StmtKind::If { cond, then, otherwise, .. } => {
            out.push((Node::Expr(*cond), Role::Cond));
            stmts(then, Role::Then, out);
            stmts(otherwise, Role::Otherwise, out);
        }
        StmtKind::Loop { pattern, over, cond, body, .. } => {
            out.extend(pattern.map(|pattern| (Node::Pattern(pattern), Role::Target)));
            out.extend(over.map(|over| (Node::Expr(over), Role::Over(0))));
            out.extend(cond.map(|cond| (Node::Expr(cond), Role::Cond)));
            stmts(body, Role::Body, out);
        }
        StmtKind::Try { body, handlers, otherwise, finally } => {
            stmts(body, Role::Body, out);
            for (n, handler) in (0..).zip(handlers) {
                exprs(handler.types.iter().copied(), |_| Role::HandlerType(n), out);
                out.extend(handler.pattern.map(|pattern| (Node::Pattern(pattern), Role::Target)));
                stmts(&handler.body, Role::HandlerBody(n), out);
            }
            stmts(otherwise, Role::Otherwise, out);
            stmts(finally, Role::Finally, out);
        }
        StmtKind::Block(body) => stmts(body, Role::Body, out),
        StmtKind::Function(function) => out.push((Node::Function(*function), Role::Definition)),
        StmtKind::Class(class) => out.push((Node::Class(*class), Role::Definition)),
        StmtKind::Export { stmt, .. } => out.push((Node::Stmt(*stmt), Role::Exported)),
        StmtKind::Break | StmtKind::Continue | StmtKind::Import(_) | StmtKind::ExportNames { .. } => {}
    }
}

fn of_pattern(kind: &PatternKind, out: &mut Found) {
    match kind {
        PatternKind::Name(_) | PatternKind::Ignore => {}
        PatternKind::Object { entries, rest } => {
            for (n, entry) in (0..).zip(entries) {
                computed(&entry.key, n, out);
                out.push((Node::Pattern(entry.pattern), Role::Entry(n)));
            }
            out.extend(rest.map(|rest| (Node::Pattern(rest), Role::Rest)));
        }
        PatternKind::Sequence { items } => {
            out.extend((0..).zip(items).map(|(n, item)| (Node::Pattern(item.pattern), Role::Item(n))));
        }
        PatternKind::Default { pattern, default } => {
            out.extend([(Node::Pattern(*pattern), Role::Inner), (Node::Expr(*default), Role::Default)]);
        }
        PatternKind::Place(place) => out.push((Node::Expr(*place), Role::Place)),
    }
}

fn of_function(function: &Function, out: &mut Found) {
    exprs(function.decorators.iter().copied(), Role::Decorator, out);
    for (n, param) in (0..).zip(&function.params) {
        exprs(param.decorators.iter().copied(), |_| Role::ParamDecorator(n), out);
        out.push((Node::Pattern(param.pattern), Role::Param(n)));
        of_type(param.ty.as_ref(), Role::ParamType(n), out);
        out.extend(param.default.map(|default| (Node::Expr(default), Role::ParamDefault(n))));
    }
    of_type(function.returns.as_ref(), Role::Returns, out);
    stmts(&function.body, Role::Body, out);
}

fn of_class(class: &Class, out: &mut Found) {
    exprs(class.decorators.iter().copied(), Role::Decorator, out);
    exprs(class.bases.iter().copied(), Role::Extends, out);
    exprs(class.keywords.iter().map(|(_, value)| *value), Role::Keyword, out);
    for (n, field) in (0..).zip(&class.fields) {
        exprs(field.decorators.iter().copied(), |_| Role::FieldDecorator(n), out);
        of_type(field.ty.as_ref(), Role::FieldType(n), out);
        out.extend(field.value.map(|value| (Node::Expr(value), Role::FieldValue(n))));
    }
    out.extend((0..).zip(&class.methods).map(|(n, method)| (Node::Function(*method), Role::Method(n))));
    stmts(&class.statements, Role::Body, out);
}

/// The outermost values of a type: those further in are parts of them.
fn of_type(ty: Option<&TypeRef>, role: Role, out: &mut Found) {
    let mut waiting: Vec<&TypeRef> = ty.into_iter().collect();
    while let Some(ty) = waiting.pop() {
        match ty.value {
            Some(value) => out.push((Node::Expr(value), role)),
            None => waiting.extend(ty.args.iter().chain(ty.members.iter().map(|(_, member)| member)).rev()),
        }
    }
}

fn computed(key: &Key, n: u32, out: &mut Found) {
    if let Key::Computed(key) = key {
        out.push((Node::Expr(*key), Role::Key(n)));
    }
}

fn exprs(list: impl Iterator<Item = ExprId>, role: impl Fn(u32) -> Role, out: &mut Found) {
    out.extend((0..).zip(list).map(|(n, expr)| (Node::Expr(expr), role(n))));
}

fn stmts(list: &[StmtId], role: Role, out: &mut Found) {
    out.extend(list.iter().map(|stmt| (Node::Stmt(*stmt), role)));
}
