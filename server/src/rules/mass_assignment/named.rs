//! Single columns that say what somebody may do, or whose a row is, taken from the caller by name.

use super::exposed::is_privilege;
use super::{META, article};
use crate::facts::check::Fact;
use crate::facts::event::Access;
use crate::facts::query::Operation;
use crate::facts::schema::names::same;
use crate::facts::schema::{Model, OwnerKind};
use crate::facts::taint::Cleanings;
use crate::facts::value::Value;
use crate::rules::handler::any;
use crate::rules::input::is_fixed;
use crate::rules::open::columns::{given_where, is_switched_on};
use crate::rules::ownership::{Answer, Judge};
use crate::rules::raw::{Raw, RuleCx, tells};
use crate::rules::{Confidence, missing_auth};
use crate::text::Name;

/// Single columns that are taken from the caller by name.
pub(super) fn check(cx: &RuleCx<'_>, judge: &Judge<'_>, access: &Access, model: Option<&Model>, out: &mut Vec<Raw>) {
    let Some(model) = model else { return };
    for data in access.query.data.iter().flat_map(Value::alternatives) {
        let fields = data.named_fields();
        for (name, value) in fields {
            let Some(kind) = given_away(judge, access, model, fields, name, value) else { continue };
            // That nobody is asked who they are is told at the door.
            if matches!(kind, Given::Privilege) && tells(missing_auth::check, cx) {
                return;
            }
            let input =
                value.taint().without(Cleanings::ALL).find(|origin| origin.part.is_request()).map_or_else(|| name.clone(), |origin| origin.name.clone());
            let (detail, confidence) = match kind {
                Given::Privilege if judge.signed_in(&access.facts) == Answer::Unknown => ("AZ11", Confidence::Likely),
                Given::Privilege => ("AZ11", Confidence::Proven),
                Given::Owner => ("AZ05", Confidence::Likely),
            };
            let place = given_where(cx, &access.site, model, name).or_else(|| access.query.key.clone()).unwrap_or_else(|| access.site.clone());
            let mut raw = Raw::new(&META, place, confidence);
            raw.detail = Name::new_static(detail);
            raw.message = match kind {
                Given::Privilege => format!(
                    "`{name}` of {} {} is taken from what the caller sends (`{input}`): anybody can give it to themselves.",
                    article(&model.name),
                    model.name
                ),
                Given::Owner => format!(
                    "`{name}` says whose {} this is, and it is taken from what the caller sends (`{input}`): anybody signed in can create one in somebody else's name.",
                    model.name
                ),
            };
            if let Some(route) = &cx.walk.route {
                raw.also(route.site.clone(), format!("reached from {}", route.title()));
            }
            if let Some(site) = model.site() {
                raw.also_place(site.file.clone(), site.span, format!("{} is defined here", model.name));
            }
            out.push(raw);
            return;
        }
    }
}

enum Given {
    Privilege,
    Owner,
}

fn given_away(judge: &Judge<'_>, access: &Access, model: &Model, fields: &[(Name, Value)], name: &Name, value: &Value) -> Option<Given> {
    let facts = &access.facts;
    let may_decide = any(facts, &|fact| matches!(fact, Fact::Guard(guard) if !guard.sure));
    if model.is_principal && is_privilege(name) && !may_decide && is_switched_on(value, facts, &is_privilege) {
        return Some(Given::Privilege);
    }
    let is_open = value.taint().without(Cleanings::ALL).any(|origin| origin.part.is_request()) && !is_fixed(value, facts);
    if !is_open || crate::rules::handler::is_checked(value, facts) {
        return None;
    }
    // Who decides about others is asked elsewhere, in a way that cannot be seen.
    if model.is_principal && is_privilege(name) && !may_decide {
        return Some(Given::Privilege);
    }
    let owner = model.direct_owners().find(|path| path.kind == OwnerKind::Owner && same(&path.column, name))?;
    let is_principal = |(_, field): &(Name, Value)| field.symbol().is_some_and(crate::rules::ownership::is_principal);
    let is_mine = access.query.operation == Operation::Create
        && owner.target.is_some()
        && model.membership.is_none()
        && judge.signed_in(facts) == Answer::Yes
        && !may_decide
        && !fields.iter().any(is_principal);
    is_mine.then_some(Given::Owner)
}
