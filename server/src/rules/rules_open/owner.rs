//! What a rule should ask instead: whose the document is, or nobody at all.

use super::change;
use super::verdict::{collection, is_everything, is_person_segment};
use crate::facts::access_rules::{Area, FileRules, Permission, Store, owner_fields};
use crate::model::access_rules::Segment;
use crate::rules::exposed::FileCx;
use crate::rules::plan::{OwnerDemand, OwnerTie};
use crate::rules::{FixPlan, database};

pub(super) fn plan(cx: &FileCx<'_>, rules: &FileRules, area: &Area, permission: &Permission) -> Option<FixPlan> {
    let tie = tie(cx, rules, area);
    let operations = permission.operations.clone();
    let demand = OwnerDemand { tie, operations, condition: permission.condition.map(|span| cx.place(span)), is_tree: area.store == Store::Realtime };
    Some(change(cx.place(permission.span), demand))
}

fn tie(cx: &FileCx<'_>, rules: &FileRules, area: &Area) -> OwnerTie {
    if is_everything(area) {
        return OwnerTie::Nobody;
    }
    let person = area.path.iter().zip(area.path.iter().skip(1)).find(|(name, id)| is_person_segment(name, id));
    if let Some((_, Segment::One(id))) = person {
        return OwnerTie::Path(id.clone());
    }
    if area.store != Store::Firestore {
        return OwnerTie::Nobody;
    }
    let by_rules = collection(area).and_then(|name| owner_fields(rules).into_iter().find(|(known, ..)| *known == name).map(|(_, field, _)| field.clone()));
    let by_code = || collection(area).and_then(|name| cx.schema.model(name)).and_then(|model| database::owner::direct(model).map(|path| path.column.clone()));
    by_rules.or_else(by_code).map_or(OwnerTie::Nobody, OwnerTie::Field)
}
