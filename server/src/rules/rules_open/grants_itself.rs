//! A document about a person says what that person may do, and the person may write it.

use super::Verdict;
use super::set_by_server;
use super::verdict::{collection, is_person_segment};
use crate::facts::access_rules::{Area, Demand, FileRules, Operation, Permission, Role, Tie, Who};
use crate::facts::schema::{NameClass, model_classes};
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
    let Some(field) = by_rules.or_else(|| set_by_server::field(cx, own).filter(|_| is_ones_own(area, permission))) else {
        return made_with_less(rules, area, permission, own);
    };
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

/// Their own document is made by the server, or with a few fields only, and then they may change all of it.
fn made_with_less(rules: &FileRules, area: &Area, permission: &Permission, own: &Name) -> Option<Verdict> {
    let changes = permission.operations.contains(&Operation::Update) && permission.demand.who(Operation::Update) >= Who::Owner;
    if !changes || !permission.demand.checked().is_empty() || !is_ones_own(area, permission) || !is_of_people(area) {
        return None;
    }
    let same = rules.areas.iter().filter(|other| other.path == area.path && other.store == area.store);
    let mut making = same.flat_map(|other| &other.permissions).filter(|other| other.operations.contains(&Operation::Create)).peekable();
    making.peek()?;
    let made = making.map(|other| (other.demand.who(Operation::Create) < Who::Owner, !other.demand.checked().is_empty())).collect::<Vec<_>>();
    let by_server = made.iter().all(|(by_server, _)| *by_server);
    let is_limited = made.iter().all(|(by_server, limited)| *by_server || *limited);
    is_limited.then(|| Verdict {
        detail: "grants-itself",
        impact: Impact::High,
        confidence: Confidence::Likely,
        message: format!(
            "Documents in `{own}` are made {}, and here everybody may change every field of their own afterwards: a role, a plan or a balance that is kept there, too",
            if by_server { "by the server" } else { "with a few fields only" }
        ),
    })
}

/// `/users/{uid}`: a document about each person, and not what a person has.
fn is_of_people(area: &Area) -> bool {
    let [.., name, id] = area.path.as_slice() else { return false };
    is_person_segment(name, id) && matches!(name, Segment::Literal(name) if model_classes(name).has(NameClass::ModelOfPeople))
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
