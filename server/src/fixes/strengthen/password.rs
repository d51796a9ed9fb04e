//! **Hash the password**, and let the library compare.

use super::super::edits::Edits;
use super::super::literal::Code;
use super::hasher::{self, Missing};
use super::{Done, Here, relative};
use crate::model::{BinaryOp, Entry, ExprKind, Placed};
use crate::project::Project;
use crate::rules::Place;
use crate::text::Span;

pub(super) fn hashed(project: &Project, code: &Code<'_>, at: &Place) -> Option<Done> {
    let (value, before) = value_at(code, at.span)?;
    let asked = hasher::hash(project, &value, value.text(), Missing::None)?;
    let mut edits = Edits::default();
    edits.replace(&code.file, value.span(), format!("{before}{}", asked.call));
    asked.brought.edit.into_iter().for_each(|edit| edits.edit(&code.file, edit));
    let note = Some("Let the same library compare where somebody signs in, and hash the passwords that are kept already, or have them set anew.");
    Some(Done { title: format!("Hash the password with {}", asked.with), edits, is_safe: false, note })
}

/// The value of the field, argument or member that stands there, and what must be written before it.
fn value_at<'c>(code: &'c Code<'c>, at: Span) -> Option<(Here<'c>, String)> {
    let placed: &'c Placed = code.model.segment_at(at.start)?;
    let span = relative(placed, at)?;
    let segment = &placed.segment;
    segment.exprs.iter().find_map(|expr| match &expr.kind {
        ExprKind::Object(entries) => entries.iter().find_map(|entry| match entry {
            Entry::Field { key_span, value, shorthand, .. } if *key_span == span => {
                let before = if *shorthand { format!("{}: ", placed.absolute(*key_span).of(&code.text)) } else { String::new() };
                Some((Here { code, placed, id: *value }, before))
            }
            _ => None,
        }),
        ExprKind::Call { args, .. } => {
            args.iter().find(|arg| arg.name.is_some() && arg.span == span).map(|arg| (Here { code, placed, id: arg.value }, String::new()))
        }
        ExprKind::Seq { items, .. } => {
            items.iter().find(|item| !item.spread && segment[item.value].span == span).map(|item| (Here { code, placed, id: item.value }, String::new()))
        }
        ExprKind::Assign { target, op: None, value } => {
            let is_it = matches!(&segment[*target].kind, crate::model::PatternKind::Place(place) if segment[*place].span == span);
            is_it.then(|| (Here { code, placed, id: *value }, String::new()))
        }
        _ => None,
    })
}

/// `kept === sent` becomes what the library says of the two.
pub(super) fn compared(project: &Project, code: &Code<'_>, at: &Place, kept: &Place) -> Option<Done> {
    let here = Here::at(code, at.span)?;
    let ExprKind::Binary { op, left, right } = here.kind() else { return None };
    let (left, right) = (here.of(*left), here.of(*right));
    let (kept, sent) = if left.span() == kept.span { (left, right) } else { (right, left) };
    let asked = hasher::compare(project, &here, kept.text(), sent.text(), *op == BinaryOp::Ne, Missing::None)?;
    let mut edits = Edits::default();
    edits.replace(&code.file, here.span(), asked.call);
    asked.brought.edit.into_iter().for_each(|edit| edits.edit(&code.file, edit));
    let note = Some("Hash the password where it is kept, too: until then nobody can sign in.");
    Some(Done { title: format!("Let {} compare the passwords", asked.with), edits, is_safe: false, note })
}
