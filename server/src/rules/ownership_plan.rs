//! What to change so that a record is the caller's own: the plan behind `missing-ownership`.

use super::FixPlan;
use super::plan::RequireOwner;
use super::raw::RuleCx;
use crate::facts::event::{Access, Caller, Event};
use crate::facts::query::Filter;
use crate::facts::schema::{OwnerKind, OwnerPath};
use crate::facts::value::Kind;
use crate::project::routes::Route;
use crate::text::Name;

/// A plan, if the owner is a column of the model itself and somebody is signed in by name.
pub fn plan(cx: &RuleCx<'_>, access: &Access, route: &Route, owner: Option<&OwnerPath>) -> Option<FixPlan> {
    let owner = owner.filter(|owner| owner.steps.is_empty() && owner.kind == OwnerKind::Owner)?;
    let access = finder(cx, access);
    let query = &access.query;
    let model = cx.schema.model(&query.model)?;
    Some(FixPlan::RequireOwner(Box::new(RequireOwner {
        access: cx.project.place(&access.site)?,
        key: query.key.as_ref().and_then(|key| cx.project.place(key)),
        client: query.client.clone(),
        operation: query.operation,
        model: model.name.clone(),
        column: owner.column.clone(),
        db_column: owner.db_column.clone(),
        relation: owner.relation.clone(),
        handler: cx.project.place(&route.site)?,
        framework: route.framework.clone(),
        callers: access.callers.iter().map(|caller| (caller.expression.clone(), rest(caller))).collect(),
    })))
}

/// What is done to a row that was found before is tied to the user where it is found.
fn finder<'c>(cx: &RuleCx<'c>, access: &'c Access) -> &'c Access {
    let [Filter::Row(value)] = access.query.filter.as_slice() else { return access };
    let Kind::Row(row) = value.kind() else { return access };
    let found = cx.walk.events.iter().find_map(|event| match event {
        Event::Access(other) if other.id == row.access && other.query.model == access.query.model => Some(other),
        _ => None,
    });
    found.unwrap_or(access)
}

/// What leads from the expression to the id: for `auth`, which is the `data` of what `getUser()` gave, `user.id`.
fn rest(caller: &Caller) -> Vec<Name> {
    match caller.id.strip_prefix(caller.path.as_slice()) {
        Some(rest) => rest.to_vec(),
        // It is the id already, or a user of another shape.
        None if caller.path.last().is_some_and(|last| matches!(last.as_str(), "id" | "sub" | "userId" | "uid" | "user_id")) => Vec::new(),
        None => vec![Name::new_static("id")],
    }
}
