//! People may change their own row, and nothing keeps them from changing in it what they may do or what they paid for.

use super::META;
use crate::facts::schema::{Caller, Column, Model, Policy, Predicate, Schema};
use crate::model::sql::PolicyCommand;
use crate::rules::database::change::{ChangeKind, DatabaseChange};
use crate::rules::database::owner;
use crate::rules::exposed::FileCx;
use crate::rules::standing_columns::is_standing;
use crate::rules::{Confidence, Finding, FixPlan, Impact, Place, Related};
use crate::text::Name;

pub(super) fn check(cx: &FileCx<'_>, model: &Model, policy: &Policy, most: Confidence) -> Option<Finding> {
    let security = &model.row_security;
    let covers = policy.covers(PolicyCommand::Update) && policy.covers_caller(Caller::SignedIn);
    let is_narrowed = security.policies.iter().any(|other| !other.permissive && other.covers(PolicyCommand::Update));
    if !covers || is_narrowed || security.update_taken || security.enabled != Some(true) {
        return None;
    }
    // One row for each person: of many rows the caller's own numbers are the caller's.
    let column = only_owner(policy)?;
    let owner = model.column(column)?;
    if !(owner.primary || owner.unique || model.is_principal) {
        return None;
    }
    let kept = |column: &Column| security.watchers.iter().any(|watcher| watches(cx.schema, watcher, &column.db_name));
    let open: Vec<&Column> = model.columns.iter().filter(|column| is_standing(&column.db_name) && !kept(column)).collect();
    let first = *open.first()?;
    let table = &model.table;
    let confidence = if is_trusted(cx.schema, model) { Confidence::Proven } else { Confidence::Likely };
    let rule = policy.check.as_ref().or(policy.using.as_ref());
    let site = rule.map_or(&policy.site, |rule| &rule.site);
    let place = Place { file: site.file.clone(), span: site.span };
    let message = format!(
        "The policy \"{}\" asks whose the row is, and not what is changed in it: anyone who signs up can set `{}` of their own row in `{table}`",
        policy.name, first.db_name
    );
    let mut finding = cx.finding(&META, "own-row", (Impact::High, confidence.min(most)), place.clone(), message);
    let related = open.iter().filter(|column| column.site.file == *cx.file);
    finding.related.extend(related.map(|column| Related {
        place: Place { file: column.site.file.clone(), span: column.site.span },
        message: format!("`{}` can be set by whoever the row is about", column.db_name).into(),
    }));
    let may_set = |column: &&Column| !column.primary && *column != owner && !is_standing(&column.db_name) && !is_made(&column.db_name);
    let columns: Vec<String> = model.columns.iter().filter(may_set).map(|column| owner::quoted(&column.db_name)).collect();
    if !columns.is_empty() && !model.columns.iter().any(|column| column.implicit) {
        let kind = ChangeKind::KeepColumns { table: owner::qualified(model), columns };
        finding.plans.push(FixPlan::ChangeDatabase(Box::new(DatabaseChange { at: place, object: table.clone(), kind })));
    }
    Some(finding)
}

fn is_made(column: &str) -> bool {
    matches!(column, "created_at" | "updated_at" | "inserted_at" | "deleted_at")
}

/// The column that must be the caller, where that is all the policy asks.
fn only_owner(policy: &Policy) -> Option<&Name> {
    let using = policy.using.as_ref()?;
    let is_only_me = |predicate: &Predicate| {
        let parts = predicate.parts();
        let is_me = |part: &&Predicate| matches!(part, Predicate::All(_) | Predicate::SignedIn | Predicate::Owner { .. });
        parts.iter().all(is_me) && parts.iter().filter(|part| matches!(part, Predicate::Owner { .. })).count() == 1
    };
    let check = policy.check.as_ref().is_none_or(|rule| is_only_me(&rule.predicate));
    (is_only_me(&using.predicate) && check).then(|| using.predicate.owner_columns().first().copied()).flatten()
}

/// Does a trigger look at the column? One whose function is not seen may.
fn watches(schema: &Schema, watcher: &Name, column: &str) -> bool {
    let mut routines = schema.routines().iter().filter(|routine| routine.name.name.eq_ignore_ascii_case(watcher)).peekable();
    // Functions of extensions that only keep the time.
    if routines.peek().is_none() {
        return !matches!(watcher.as_str(), "moddatetime" | "set_updated_at" | "update_updated_at_column" | "trigger_set_timestamp");
    }
    routines.any(|routine| routine.watches.iter().any(|name| name == "*" || name.eq_ignore_ascii_case(column)))
}

/// Do policies or functions take from this table what somebody may do?
fn is_trusted(schema: &Schema, model: &Model) -> bool {
    let asks = |predicate: &Predicate| {
        predicate.parts().iter().any(|part| matches!(part, Predicate::Member { table, .. } if table.eq_ignore_ascii_case(&model.table)))
    };
    let policies = schema.models().iter().flat_map(|other| &other.row_security.policies);
    let by_policy = policies.flat_map(|policy| policy.using.iter().chain(&policy.check)).any(|rule| asks(&rule.predicate));
    let reads = |routine: &crate::facts::schema::Routine| {
        routine.asks_caller && !routine.is_trigger() && routine.reads.iter().any(|table| table.name.eq_ignore_ascii_case(&model.table))
    };
    by_policy || schema.routines().iter().any(reads)
}
