//! A field of accounts that says what somebody may do, and that everybody fills in when they sign up or change their account.

use super::META;
use crate::facts::event::Effect;
use crate::facts::place::Site;
use crate::facts::value::{Kind, Object, Value};
use crate::model::{Entry, ExprKind, Key};
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::standing_columns::is_standing;
use crate::rules::{Confidence, FixPlan, Impact};
use crate::text::Name;

/// `betterAuth({ user: { additionalFields: { role: { type: "string" } } } })`: without `input: false` it is taken from the request.
pub(super) fn check(cx: &RuleCx<'_>, effect: &Effect, out: &mut Vec<Raw>) {
    let Some(fields) = effect.args.first().and_then(|options| object(field(object(field(object(&options.value)?, "user")?)?, "additionalFields")?)) else {
        return;
    };
    let is_open = |value: &Value| {
        let Kind::Object(options) = value.kind() else { return false };
        options.rest.is_none() && field(options, "type").is_some() && options.get("input").0.is_none_or(|input| matches!(input.kind(), Kind::Bool(true)))
    };
    for (name, _) in fields.fields.iter().filter(|(name, value)| is_standing(name) && is_open(value)) {
        let mut raw = Raw::new(&META, place(cx, &effect.site, name).unwrap_or_else(|| effect.site.clone()), Confidence::Proven);
        raw.detail = "account-field".into();
        raw.impact = Some(Impact::Critical);
        raw.message = format!(
            "`{name}` of an account is taken from the request: whoever signs up or changes their account can set it to what they like. Say `input: false`, and set it on the server."
        );
        raw.plans.extend(cx.project.place(&effect.site).map(|call| FixPlan::SetOptions {
            call,
            at: Some(0),
            way: vec![Name::new_static("user"), Name::new_static("additionalFields"), name.clone()],
            entries: vec![(Name::new_static("input"), Name::new_static("false"))],
            title: Name::from(format!("Let only the server set `{name}`")),
        }));
        out.push(raw);
    }
}

fn object(value: &Value) -> Option<&Object> {
    match value.kind() {
        Kind::Object(object) => Some(object),
        _ => None,
    }
}

fn field<'v>(object: &'v Object, name: &str) -> Option<&'v Value> {
    object.get(name).0
}

/// Where the field is named.
fn place(cx: &RuleCx<'_>, call: &Site, name: &Name) -> Option<Site> {
    let segment = &*cx.project.placed(&call.item)?.segment;
    let inside = segment.exprs.iter().filter(|expr| call.span.contains(expr.span));
    inside
        .filter_map(|expr| match &expr.kind {
            ExprKind::Object(entries) => entries.iter().find_map(|entry| match entry {
                Entry::Field { key: Key::Name(known), value, .. } if known == name => {
                    let is_options = matches!(&segment[*value].kind, ExprKind::Object(options) if options.iter().any(|option| matches!(option, Entry::Field { key: Key::Name(known), .. } if known == "type")));
                    is_options.then(|| segment[*value].span)
                }
                _ => None,
            }),
            _ => None,
        })
        .next()
        .map(|span| Site { item: call.item.clone(), span })
}
