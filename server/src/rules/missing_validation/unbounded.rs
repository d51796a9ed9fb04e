//! A schema lets any number through, and what something costs is worked out from it: below zero, too.

use super::{META, is_price, is_stock};
use crate::facts::event::{Access, Event};
use crate::facts::place::Site;
use crate::facts::query::Operation;
use crate::facts::value::Value;
use crate::model::{Entry, ExprId, ExprKind, Key, Segment};
use crate::rules::handler::{Handler, is_checked};
use crate::rules::raw::Raw;
use crate::rules::{Confidence, Impact};
use crate::text::Name;

/// `z.object({ days: z.coerce.number().int() })`, and `totalCents: row.fee * input.days` is saved.
pub(super) fn unbounded(handler: &Handler<'_>, access: &Access) -> Option<Raw> {
    let query = &access.query;
    let is_written = |access: &Access| matches!(access.query.operation, Operation::Create | Operation::Update | Operation::Upsert);
    if !is_written(access) || handler.judge.is_machine(&access.facts) || handler.judge.is_elevated(&access.facts) {
        return None;
    }
    let written: Vec<&(Name, Value)> = handler
        .events()
        .filter_map(|event| if let Event::Access(access) = event { Some(access) } else { None })
        .filter(|access| is_written(access))
        .flat_map(|access| &access.query.data)
        .flat_map(Value::named_fields)
        .collect();
    let (name, total, site) = query.data.iter().flat_map(Value::named_fields).find_map(|(field, value)| {
        if is_price(field) || is_checked(value, &access.facts) {
            return None;
        }
        // As it was sent, and not worked out.
        let sent = value.symbol()?.path.last()?;
        let origin = value.taint().iter().find(|origin| origin.part.is_request() && origin.name == *sent)?;
        let counts = |(other, total): &&&(Name, Value)| {
            (is_price(other) || is_stock(other))
                && total.symbol() != value.symbol()
                && total.taint().iter().any(|other| other.part.is_request() && other.name == origin.name)
        };
        let (total, _) = written.iter().find(counts)?;
        Some((origin.name.clone(), total.clone(), declared(handler, &origin.name)?))
    })?;
    let mut raw = Raw::new(&META, site, Confidence::Likely);
    raw.impact = Some(Impact::Medium);
    raw.detail = Name::new_static("quantity");
    raw.message = format!(
        "Any number will do for `{name}`, also one below zero, and `{total}` is worked out from it: a caller can send -100, and is given money for it."
    );
    raw.also(access.site.clone(), "it is saved here".to_owned());
    Some(raw)
}

/// Where schemas say that it is a number and nothing more, if none that knows the name says more.
fn declared(handler: &Handler<'_>, name: &Name) -> Option<Site> {
    let mut found = None;
    for module in handler.cx.project.files().filter_map(|(_, known)| known.module.as_ref()) {
        for (at, placed) in module.model.segments.iter().enumerate() {
            let segment = &*placed.segment;
            let entries = segment.exprs.iter().filter_map(|expr| if let ExprKind::Object(entries) = &expr.kind { Some(entries) } else { None });
            for entry in entries.flatten() {
                let Entry::Field { key: Key::Name(key), value, .. } = entry else { continue };
                if key != name || !matches!(segment[*value].kind, ExprKind::Call { .. }) {
                    continue;
                }
                if !is_any_number(segment, *value) {
                    return None;
                }
                found = found.or_else(|| Some(Site { item: module.item(at)?, span: segment[*value].span }));
            }
        }
    }
    found
}

/// `z.coerce.number().int().max(60)`
fn is_any_number(segment: &Segment, value: ExprId) -> bool {
    const SAYS_NOTHING: [&str; 16] =
        ["number", "int", "coerce", "max", "lte", "lt", "optional", "default", "nullable", "nullish", "finite", "safe", "multipleOf", "step", "describe", "z"];
    let (mut at, mut is_number) = (value, false);
    for _ in 0..12 {
        match &segment[at].kind {
            ExprKind::Call { callee, .. } => at = *callee,
            ExprKind::Member { base, name, .. } => {
                if !SAYS_NOTHING.contains(&name.as_str()) {
                    return false;
                }
                is_number |= name == "number" || name == "int";
                at = *base;
            }
            ExprKind::Name(root) => return is_number && matches!(root.as_str(), "z" | "zod"),
            _ => return false,
        }
    }
    false
}
