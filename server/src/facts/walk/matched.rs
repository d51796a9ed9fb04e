//! What the request names and the code looked for among the rows that it had found: `note.fields.find((field) => field.id ===
//! input.id)`. Where that was, what it says may have been shown before it is used, in a way that facts do not follow.

use super::Walker;
use crate::facts::check::Root;
use crate::facts::event::AccessId;
use crate::facts::taint::Part;
use crate::facts::value::{Kind, Value};
use crate::model::BinaryOp;
use crate::text::Name;

/// Something of the request, and the access whose row it was compared with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Matched {
    pub access: AccessId,
    pub part: Part,
    pub name: Name,
}

/// So many are kept.
const MOST: usize = 64;

impl Walker<'_> {
    pub(super) fn note_matched(&mut self, op: BinaryOp, a: &Value, b: &Value) {
        if !matches!(op, BinaryOp::Eq | BinaryOp::Ne | BinaryOp::In | BinaryOp::NotIn) || self.matched.len() >= MOST {
            return;
        }
        for (row, other) in [(a, b), (b, a)] {
            let Some(access) = row_of(row) else { continue };
            for origin in other.taint().iter().filter(|origin| origin.part.is_request()) {
                let matched = Matched { access, part: origin.part, name: origin.name.clone() };
                if !self.matched.contains(&matched) {
                    self.matched.push(matched);
                }
            }
        }
    }
}

fn row_of(value: &Value) -> Option<AccessId> {
    if let Some(Root::Row(id)) = value.symbol().map(|symbol| &symbol.root) {
        return Some(*id);
    }
    match value.kind() {
        Kind::Row(row) | Kind::Rows(row) => Some(row.access),
        Kind::Seq(seq) => seq.rest.as_ref().or(seq.items.first()).and_then(row_of),
        Kind::Union(alternatives) => alternatives.iter().find_map(|alternative| row_of(&alternative.value)),
        _ => None,
    }
}
