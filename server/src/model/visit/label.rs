//! The name under which a value is put somewhere.

use super::{Node, Place, Role};
use crate::model::{Entry, ExprKind, JsxAttribute, Key, PatternId, PatternKind, Segment, StmtKind};

impl Place {
    /// The name that this place gives to what stands in it: the key of an entry, the name of an argument, attribute,
    /// field, parameter, or of what is assigned to (`a`, `x.a`, `x["a"]`).
    pub fn label(self, segment: &Segment) -> Option<&str> {
        match (self.parent, self.role) {
            (Node::Expr(parent), role) => match (&segment[parent].kind, role) {
                (ExprKind::Object(entries), Role::Entry(n)) => match entries.get(n as usize)? {
                    Entry::Field { key: Key::Name(name), .. } => Some(name),
                    Entry::Field { key: Key::Computed(key), .. } => match &segment[*key].kind {
                        ExprKind::Str(text) => Some(text),
                        _ => None,
                    },
                    Entry::Spread { .. } => None,
                },
                (ExprKind::Call { args, .. }, Role::Arg(n)) => args.get(n as usize)?.name.as_deref(),
                (ExprKind::Jsx { attributes, .. }, Role::Attribute(n)) => match attributes.get(n as usize)? {
                    JsxAttribute::Named { name, .. } => Some(name),
                    JsxAttribute::Spread { .. } => None,
                },
                (ExprKind::Assign { target, .. } | ExprKind::AssignLogical { target, .. }, Role::Value) => target_name(segment, *target),
                _ => None,
            },
            (Node::Stmt(parent), Role::Value) => match &segment[parent].kind {
                StmtKind::Let { pattern, .. } => target_name(segment, *pattern),
                _ => None,
            },
            (Node::Pattern(parent), Role::Default) => match &segment[parent].kind {
                PatternKind::Default { pattern, .. } => target_name(segment, *pattern),
                _ => None,
            },
            (Node::Function(parent), Role::ParamDefault(n)) => target_name(segment, segment[parent].params.get(n as usize)?.pattern),
            (Node::Class(parent), Role::FieldValue(n)) => Some(&segment[parent].fields.get(n as usize)?.name),
            (Node::Class(parent), Role::Keyword(n)) => Some(&segment[parent].keywords.get(n as usize)?.0),
            _ => None,
        }
    }
}

fn target_name(segment: &Segment, pattern: PatternId) -> Option<&str> {
    match &segment[pattern].kind {
        PatternKind::Name(name) => Some(name),
        PatternKind::Place(place) => match &segment[*place].kind {
            ExprKind::Member { name, .. } => Some(name),
            ExprKind::Index { index, .. } => match &segment[*index].kind {
                ExprKind::Str(text) => Some(text),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}
