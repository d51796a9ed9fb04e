//! A document about a person says what that person may do, and the person may write it.

use super::Verdict;
use super::set_by_server;
use super::verdict::collection;
use crate::facts::access_rules::{Area, Demand, FileRules, Operation, Permission, Role, Tie, Who};
use crate::model::access_rules::Segment;
use crate::rules::exposed::FileCx;
use crate::rules::{Confidence, Impact};
use crate::text::Name;

pub(super) fn verdict(cx: &FileCx<'_>, rules: &FileRules, area: &Area, permission: &Permission) -> Option<Verdict> {
    let own = collection(area)?;
    let is_written = permission.operations.iter().any(|operation| {
        matches!(operation, Operation::Create | Operation::Update)
            && permission.demand.who(*operation) >= Who::Owner
            && permission.demand.who(*operation) != Who::Unknown
    });
    // That it is the caller's own document is what makes it dangerous; other ties are somebody's considered choice.
    let is_own = permission.demand.parts().iter().any(|part| matches!(part, Demand::Owner(Tie::Path(_) | Tie::Field(_) | Tie::Incoming(_))));
    if !is_written || !is_own || permission.demand.parts().contains(&&Demand::Unknown) {
        return None;
    }
    let by_rules = trusted(rules, own);
    let by_rule = by_rules.is_some();
    let field = by_rules.or_else(|| set_by_server::field(cx, own).filter(|_| is_ones_own(area, permission)))?;
    let checked = permission.demand.checked();
    let is_checked = checked.iter().any(|name| **name == field || *name == "*" || name.is_empty());
    (!is_checked).then(|| Verdict {
        detail: "grants-itself",
        impact: Impact::High,
        confidence: if by_rule { Confidence::Proven } else { Confidence::Likely },
        message: format!(
            "{} `{field}` in `{own}`, and here everybody may write their own: anyone who signs up can give themselves another `{field}`",
            if by_rule { "Other rules trust" } else { "The server sets" }
        ),
    })
}

/// `/users/{uid}`, where the last part is the caller: one document for each person.
fn is_ones_own(area: &Area, permission: &Permission) -> bool {
    let by_path = |part: &&Demand| matches!(part, Demand::Owner(Tie::Path(name)) if matches!(area.path.last(), Some(Segment::One(last)) if last == name));
    permission.demand.parts().iter().any(by_path)
}

/// The field of a collection that some rule takes a role from.
fn trusted(rules: &FileRules, wanted: &Name) -> Option<Name> {
    let parts = rules.areas.iter().flat_map(|area| &area.permissions).flat_map(|permission| permission.demand.parts());
    parts.into_iter().find_map(|part| match part {
        Demand::Role(Role::Document(collection, field)) if collection == wanted && !field.is_empty() => Some(field.clone()),
        _ => None,
    })
}
