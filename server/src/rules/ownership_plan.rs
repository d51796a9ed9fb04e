//! What to change so that a record is the caller's own: the plan behind `missing-ownership`.

use super::raw::RuleCx;
use super::FixPlan;
use super::plan::RequireOwner;
use crate::facts::event::Access;
use crate::facts::schema::{OwnerKind, OwnerPath};
use crate::project::routes::Route;

/// A plan, if the owner is a column of the model itself and somebody is signed in by name.
pub fn plan(cx: &RuleCx<'_>, access: &Access, route: &Route, owner: Option<&OwnerPath>) -> Option<FixPlan> {
    let owner = owner.filter(|owner| owner.steps.is_empty() && owner.kind == OwnerKind::Owner)?;
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
    })))
}
