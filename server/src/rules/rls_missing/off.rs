//! Row level security was never switched on, or was switched off.

use super::META;
use crate::facts::schema::{Model, NameClass, Site, SourceKind, model_classes};
use crate::model::sql::{CreateTable, StatementKind};
use crate::rules::database::api::{Served, asked_for, is_closed, is_granted, needs_grant};
use crate::rules::database::change::{ChangeKind, DatabaseChange, Policies};
use crate::rules::database::owner;
use crate::rules::exposed::FileCx;
use crate::rules::{Confidence, Finding, FixPlan, Impact, Place, Related};

pub(super) fn check(cx: &FileCx<'_>, served: Served, out: &mut Vec<Finding>) {
    for model in cx.schema.models() {
        let security = &model.row_security;
        let Some((_, made_at)) = model.sources.iter().rev().find(|(kind, _)| *kind == SourceKind::Sql) else { continue };
        let switched_off = security.changed_at.as_ref();
        let site = switched_off.unwrap_or(made_at);
        let is_handed_out = model.schema.is_none() || is_granted(security);
        if site.file != *cx.file || security.enabled != Some(false) || !is_handed_out || is_closed(security) || is_bookkeeping(&model.table) {
            continue;
        }
        // Half a table is still being written.
        if switched_off.is_none() && !is_whole(cx, made_at) {
            continue;
        }
        out.extend(finding(cx, served, model, site, switched_off.is_some()));
    }
}

fn finding(cx: &FileCx<'_>, served: Served, model: &Model, site: &Site, is_switched_off: bool) -> Option<Finding> {
    let security = &model.row_security;
    let asked = asked_for(cx, "from", &model.table);
    let (impact, confidence) = match served {
        _ if !asked.is_empty() || is_granted(security) => (Impact::Critical, Confidence::Proven),
        Served::Yes if needs_grant(cx.file) => (Impact::High, Confidence::Likely),
        Served::Yes => (Impact::Critical, Confidence::Proven),
        Served::Perhaps => (Impact::High, Confidence::Possible),
        Served::No => return None,
    };
    let table = &model.table;
    let what = match () {
        () if is_switched_off => format!("Row level security of `{table}` is switched off here"),
        () if !security.policies.is_empty() => format!("`{table}` has policies, but row level security was never switched on, so the database ignores them"),
        () => format!("`{table}` has no row level security"),
    };
    let who = match confidence {
        Confidence::Likely => "as soon as the table is granted to `anon` or `authenticated`, anyone",
        _ if security.revoked.iter().any(|role| role == "anon") => "anyone who signs up",
        _ => "anyone who opens your site",
    };
    let message = format!("{what}: {who} can read, change and delete every row in it");
    let place = Place { file: site.file.clone(), span: site.span };
    let detail = if is_switched_off { "disabled" } else { "off" };
    let mut finding = cx.finding(&META, detail, (impact, confidence), place.clone(), message);
    finding.related.extend(asked.iter().map(|asked| asked.related(table)));
    let policy = security.policies.first().map(|policy| (&policy.site, "this policy has no effect"));
    let grant = security.grants.iter().find(|grant| is_api_role(&grant.role) && !grant.site.span.is_empty()).map(|grant| (&grant.site, "granted here"));
    finding.related.extend(
        policy.into_iter().chain(grant).map(|(site, message)| Related { place: Place { file: site.file.clone(), span: site.span }, message: message.into() }),
    );
    finding.absence = !is_switched_off;
    let policies = match owner::condition(cx.schema, model) {
        _ if !security.policies.is_empty() => Policies::None,
        Some(condition) => Policies::Owner(condition),
        None if model_classes(table).has(NameClass::PublicModel) && !owner::is_private(model) => Policies::Read,
        None => Policies::None,
    };
    let kind = ChangeKind::Lock { table: owner::qualified(model), policies };
    finding.plans.push(FixPlan::ChangeDatabase(Box::new(DatabaseChange { at: place, object: table.clone(), kind })));
    Some(finding)
}

fn is_api_role(role: &str) -> bool {
    matches!(role, "anon" | "authenticated" | "web_anon" | "public")
}

/// What migration tools and extensions keep for themselves.
fn is_bookkeeping(table: &str) -> bool {
    matches!(
        table,
        "_prisma_migrations"
            | "__drizzle_migrations"
            | "schema_migrations"
            | "flyway_schema_history"
            | "knex_migrations"
            | "knex_migrations_lock"
            | "spatial_ref_sys"
            | "alembic_version"
    )
}

fn is_whole(cx: &FileCx<'_>, made_at: &Site) -> bool {
    cx.known.tables.statements.iter().any(|statement| match &statement.kind {
        StatementKind::CreateTable(CreateTable { name, body, like, .. }) => name.span == made_at.span && (body.is_some() || like.is_some()),
        _ => false,
    })
}
