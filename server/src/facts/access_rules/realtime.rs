//! The areas of a Realtime Database: what is allowed somewhere is allowed below, too.

use super::area::{Area, FileRules, MOST_AREAS, Operation, Permission, Store};
use super::demand::Demand;
use super::judge::Judge;
use crate::model::access_rules::{Expr, Node, Segment};

pub(super) fn areas(root: &Node) -> FileRules {
    let mut rules = FileRules::default();
    of_node(root, &[], &mut rules);
    rules
}

fn of_node(node: &Node, above: &[Segment], out: &mut FileRules) {
    let path: Vec<Segment> = above.iter().chain(&node.segment).cloned().collect();
    let said = [(&node.read, &Operation::READ[..]), (&node.write, &Operation::WRITE[..])];
    let permissions: Vec<Permission> = said.into_iter().filter_map(|(expr, operations)| Some(permission(expr.as_ref()?, operations))).collect();
    if !permissions.is_empty() && out.areas.len() < MOST_AREAS {
        out.areas.push(Area { store: Store::Realtime, path: path.clone(), is_deep: true, permissions, is_validated: is_validated(node), span: node.span });
    }
    for child in &node.children {
        of_node(child, &path, out);
    }
}

fn permission(expr: &Expr, operations: &[Operation]) -> Permission {
    let demand = if expr.is_missing() { Demand::Unknown } else { Judge::new(&[], &[], true).condition(expr) };
    Permission { operations: operations.to_vec(), demand, span: expr.span, condition: Some(expr.span) }
}

fn is_validated(node: &Node) -> bool {
    node.validate.is_some() || node.children.iter().any(is_validated)
}
