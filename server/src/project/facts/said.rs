//! What files that are not code say, told.

use super::beliefs::{OfAllow, OfArea, OfUnescaped, OfWho};
use crate::facts::access_rules::{Area, FileRules, Operation, Permission, Store, Who, show};
use crate::facts::template::name_of;
use crate::project::{File, Project};
use crate::text::FileId;

pub(super) fn access(project: &Project, file: &FileId, known: &File) -> Vec<OfArea> {
    let Some(rules) = known.said.as_ref().map(|said| &said.access) else { return Vec::new() };
    rules.areas.iter().map(|area| of_area(project, file, rules, area)).collect()
}

fn of_area(project: &Project, file: &FileId, rules: &FileRules, area: &Area) -> OfArea {
    OfArea {
        at: project.line_at(file, area.span),
        store: match area.store {
            Store::Firestore => "firestore",
            Store::Storage => "storage",
            Store::Realtime => "realtime",
            Store::Unknown => "unknown",
        },
        path: area.path_text(),
        validated: area.is_validated,
        who: Operation::ALL.iter().map(|operation| who(rules, area, *operation)).collect(),
        allows: area.permissions.iter().map(|permission| allow(project, file, permission)).collect(),
    }
}

fn who(rules: &FileRules, area: &Area, operation: Operation) -> OfWho {
    let who = rules.who(area, operation);
    OfWho {
        operation: operation.word(),
        who: who.word(),
        until: if let Who::AnyoneUntil(date) = who { Some(date.to_string()) } else { None },
        opened_by: rules.opened_by(area, operation).map(Area::path_text),
    }
}

fn allow(project: &Project, file: &FileId, permission: &Permission) -> OfAllow {
    let mut checks: Vec<String> = permission.demand.checked().into_iter().filter(|field| !field.is_empty()).map(|field| field.to_string()).collect();
    checks.sort();
    checks.dedup();
    OfAllow {
        at: project.line_at(file, permission.span),
        operations: permission.operations.iter().map(|operation| operation.word()).collect(),
        demand: show::demand(&permission.demand),
        checks,
    }
}

pub(super) fn unescaped(project: &Project, file: &FileId, known: &File) -> Vec<OfUnescaped> {
    let found = known.said.iter().flat_map(|said| &said.unescaped);
    found
        .map(|one| OfUnescaped {
            at: project.line_at(file, one.span),
            template: name_of(file).to_string(),
            how: one.how.word(),
            expression: one.expression.to_string(),
            roots: one.roots.iter().map(|root| root.to_string()).collect(),
        })
        .collect()
}
