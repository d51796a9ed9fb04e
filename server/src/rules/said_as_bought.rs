//! What a payment is remembered as comes from the caller: they pay for little, and what arrives later says that it was much.

use super::handler::{Handler, is_checked};
use super::missing_validation::META;
use super::raw::Raw;
use super::{Confidence, Impact};
use crate::facts::event::Effect;
use crate::facts::names;
use crate::facts::taint::Origin;
use crate::facts::value::{Kind, Value};
use crate::model::{ExprKind, PatternKind, Segment};
use crate::text::Name;

/// `metadata: { credits: body.credits }` beside a price that is fixed, where something else of the project reads it from there.
pub fn said_as_bought(handler: &Handler<'_>, effect: &Effect) -> Option<Raw> {
    let (mut kept, mut asked) = (Vec::new(), Vec::new());
    for arg in &effect.args {
        parts(&arg.name, &arg.value, false, &mut kept, &mut asked, 0);
    }
    let is_paid_for = |origin: &Origin| asked.iter().any(|value| value.taint().iter().any(|other| other.part == origin.part && other.name == origin.name));
    let (name, origin) = kept.into_iter().find_map(|(name, value)| {
        let origin = value.taint().iter().find(|origin| origin.part.is_request() && !is_paid_for(origin))?;
        (is_worth_money(&name) && !is_checked(&value, &effect.facts)).then(|| (name, origin.clone()))
    })?;
    if !handler.cx.project.files().filter_map(|(_, known)| known.model.as_ref()).any(|model| model.segments.iter().any(|placed| reads(&placed.segment, &name)))
    {
        return None;
    }
    let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Likely);
    raw.impact = Some(Impact::High);
    raw.detail = Name::new_static("bought");
    raw.message = format!(
        "The buyer says how much they bought: `{}`, sent by the caller, is kept with the payment as `{name}`, which the price does not depend on, and believed when the payment arrives.",
        origin.name
    );
    if let Some(site) = &origin.site {
        raw.also(site.clone(), "it comes from here".to_owned());
    }
    Some(raw)
}

/// What is kept with the payment, and what it asks for.
fn parts(key: &Name, value: &Value, is_kept: bool, kept: &mut Vec<(Name, Value)>, asked: &mut Vec<Value>, depth: u32) {
    if depth > 8 {
        return;
    }
    match value.kind() {
        Kind::Object(object) => {
            for (name, field) in &object.fields {
                let is_kept = is_kept || matches!(name.as_str(), "metadata" | "custom_data" | "customData" | "passthrough");
                parts(name, field, is_kept, kept, asked, depth + 1);
            }
        }
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).for_each(|item| parts(key, item, is_kept, kept, asked, depth + 1)),
        _ if is_kept => kept.push((key.clone(), value.clone())),
        _ => asked.push(value.clone()),
    }
}

fn is_worth_money(name: &str) -> bool {
    let words = names::words(name);
    words.last().is_some_and(|word| matches!(word.as_str(), "credits" | "credit" | "coins" | "tokens" | "points" | "amount" | "seats" | "quantity" | "minutes"))
}

/// `session.metadata.credits`, `const { credits } = session.metadata`.
fn reads(segment: &Segment, name: &Name) -> bool {
    let is_kept =
        |expr: &ExprKind| matches!(expr, ExprKind::Member { name, .. } if matches!(name.as_str(), "metadata" | "custom_data" | "customData" | "passthrough"));
    let by_member = segment.exprs.iter().any(|expr| match &expr.kind {
        ExprKind::Member { base, name: read, .. } => read == name && is_kept(&segment[*base].kind),
        ExprKind::Index { base, index, .. } => {
            matches!(&segment[*index].kind, ExprKind::Str(key) if **key == **name)
                && (is_kept(&segment[*base].kind) || matches!(&segment[*base].kind, ExprKind::Index { .. }))
        }
        _ => false,
    });
    let has_metadata = segment.exprs.iter().any(|expr| is_kept(&expr.kind));
    let binds = |pattern: &PatternKind| match pattern {
        PatternKind::Object { entries, .. } => entries.iter().any(|entry| matches!(&entry.key, crate::model::Key::Name(key) if key == name)),
        _ => false,
    };
    by_member || has_metadata && segment.patterns.iter().any(|pattern| binds(&pattern.kind))
}
