//! Rules of Firestore, Cloud Storage and the Realtime Database that let strangers in, or everybody who signs up.

mod grants_itself;
mod owner;
mod set_by_server;
mod verdict;

use super::exposed::FileCx;
use super::{Audience, Confidence, Finding, FixPlan, Impact, Place, Related, Risk, RuleId, RuleMeta};
use crate::facts::access_rules::{Area, FileRules, Operation, Permission};
use crate::text::{Name, Span};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("rules-open"),
    title: "Firebase rules let strangers in",
    risk: Risk::Database,
    impact: Impact::Critical,
    audience: Audience::Everyday,
    cwe: &[862, 863],
    page: include_str!("../../../../queries/rules/rules-open.md"),
};

/// So many rules that have no effect are told.
const MOST_TOLD: usize = 3;

pub fn check(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let Some(rules) = cx.known.said.as_ref().map(|said| &said.access).filter(|rules| !rules.areas.is_empty()) else { return };
    let mut trusted: Vec<(Name, usize)> = Vec::new();
    for area in &rules.areas {
        for permission in &area.permissions {
            let Some(verdict) = verdict::verdict(cx, rules, area, permission).or_else(|| grants_itself::verdict(cx, rules, area, permission)) else { continue };
            let place = cx.place(permission.condition.unwrap_or(permission.span));
            // One field that is trusted and not kept is one mistake, however many rules let it be written.
            if verdict.detail == "grants-itself" {
                let told = trusted.iter().find(|(message, _)| *message == verdict.message).and_then(|(_, at)| out.get_mut(*at));
                if let Some(told) = told {
                    told.related.push(Related { place, message: "and here".into() });
                    continue;
                }
                trusted.push((Name::from(verdict.message.as_str()), out.len()));
            }
            let mut finding = cx.finding(&META, verdict.detail, (verdict.impact, verdict.confidence), place, verdict.message);
            if verdict::is_everything(area) {
                finding.related.extend(without_effect(cx, rules, area, permission));
            }
            // That it is the caller's own document is what such a rule asks already.
            if finding.detail != "grants-itself" {
                finding.plans.extend(owner::plan(cx, rules, area, permission));
            }
            out.push(finding);
        }
    }
}

/// Tighter rules below, which the wide one makes worthless.
fn without_effect<'c>(cx: &'c FileCx<'_>, rules: &'c FileRules, wide: &'c Area, permission: &'c Permission) -> impl Iterator<Item = Related> + 'c {
    let is_undone = move |area: &&Area| {
        permission.operations.iter().any(|operation: &Operation| rules.opened_by(area, *operation).is_some_and(|opener| std::ptr::eq(opener, wide)))
    };
    let told = |area: &Area| {
        let span: Span = area.permissions.first().map_or(area.span, |permission| permission.span);
        Related { place: cx.place(span), message: format!("what is asked here for `{}` has no effect: rules add up", area.path_text()).into() }
    };
    rules.areas.iter().filter(is_undone).take(MOST_TOLD).map(told)
}

/// What is wrong with one permission.
struct Verdict {
    detail: &'static str,
    impact: Impact,
    confidence: Confidence,
    message: String,
}

fn change(at: Place, owner: super::plan::OwnerDemand) -> FixPlan {
    FixPlan::DemandOwner { at, demand: Box::new(owner) }
}
