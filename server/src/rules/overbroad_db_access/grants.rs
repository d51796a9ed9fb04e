//! Grants to everybody, and roles above all policies.

use super::{META, plan};
use crate::facts::schema::Schema;
use crate::model::sql::{Grant, GrantObjects, Statement, StatementKind};
use crate::rules::database::api::Served;
use crate::rules::database::change::ChangeKind;
use crate::rules::exposed::FileCx;
use crate::rules::{Confidence, Finding, Impact};
use crate::text::Name;

/// The roles that visitors have, and the ones that the interface asks as.
const VISITORS: [&str; 3] = ["anon", "web_anon", "public"];
const ABOVE: [&str; 3] = ["service_role", "postgres", "supabase_admin"];

pub(super) fn check(cx: &FileCx<'_>, served: Served, out: &mut Vec<Finding>) {
    // What `pg_dump` prints is how the database is set up by its host, table by table.
    let is_dump = is_dump(&cx.known.document.text());
    for statement in &cx.known.tables.statements {
        let verdict = match &statement.kind {
            StatementKind::Grant(grant) if !grant.revoke => of_grant(cx, served, statement, grant, is_dump),
            StatementKind::Role { name, powers } => of_role(name, powers),
            _ => None,
        };
        let Some((impact, confidence, message, change)) = verdict else { continue };
        let place = cx.place(statement.span);
        let mut finding = cx.finding(&META, "grant", (impact, confidence), place.clone(), message);
        finding.plans.extend(change.map(|(object, kind)| plan(place, &object, kind)));
        out.push(finding);
    }
}

fn is_dump(text: &str) -> bool {
    text.contains("PostgreSQL database dump") || text.contains("SET statement_timeout = 0") || text.contains("pg_catalog.set_config('search_path', ''")
}

type Found = (Impact, Confidence, String, Option<(Name, ChangeKind)>);

fn of_grant(cx: &FileCx<'_>, served: Served, statement: &Statement, grant: &Grant, is_dump: bool) -> Option<Found> {
    if let GrantObjects::Roles = grant.objects {
        return of_membership(grant);
    }
    let visitors: Vec<&Name> = grant.roles.iter().filter(|role| VISITORS.contains(&role.as_str())).collect();
    let verbs: Vec<&str> =
        grant.privileges.iter().map(Name::as_str).filter(|verb| matches!(*verb, "all" | "insert" | "update" | "delete" | "truncate")).collect();
    let first = visitors.first()?;
    if verbs.is_empty() || is_dump {
        return None;
    }
    let is_public = first.as_str() == "public";
    if is_public && served == Served::No && grant.default {
        return None;
    }
    let schemas = match &grant.objects {
        GrantObjects::AllTables(schemas) => schemas,
        _ => return None,
    };
    let is_taken_back = if grant.default { is_default_revoked(cx, grant) } else { !is_in_force(cx.schema, statement, cx) };
    if is_taken_back {
        return None;
    }
    let what = match verbs.as_slice() {
        ["all"] => "everything".to_owned(),
        verbs => verbs.join(", "),
    };
    let schema = schemas.first().map_or("public", Name::as_str);
    let tables = if grant.default { format!("every table that is made later in `{schema}`") } else { format!("every table of `{schema}`") };
    let who = if is_public { "every role of the database, visitors included," } else { "visitors who are not signed in" };
    let (impact, confidence) = if served == Served::No { (Impact::Medium, Confidence::Likely) } else { (Impact::High, Confidence::Proven) };
    let message = format!("{who} are granted {what} on {tables}: a table that is not locked can be changed by anyone", who = capital(who));
    let roles: Vec<&str> = visitors.iter().map(|role| role.as_str()).collect();
    let change = (!grant.default).then(|| {
        let kind =
            ChangeKind::TakeBack { privileges: verbs.join(", "), on: format!("all tables in schema {}", schemas.join(", ")), roles: roles.join(", ").into() };
        (Name::from(format!("tables of {schema}")), kind)
    });
    Some((impact, confidence, message, change))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// `grant service_role to authenticated`
fn of_membership(grant: &Grant) -> Option<Found> {
    let above = grant.privileges.iter().find(|role| ABOVE.contains(&role.as_str()))?;
    let to = grant.roles.iter().find(|role| matches!(role.as_str(), "anon" | "authenticated" | "public" | "web_anon"))?;
    let who = if to == "authenticated" { "everybody who signs up" } else { "everybody" };
    let message = format!("`{to}` is made a member of `{above}`, which stands above all policies: {who} can read and change every table");
    Some((Impact::Critical, Confidence::Proven, message, None))
}

fn of_role(name: &Name, powers: &[Name]) -> Option<Found> {
    let power = powers.first()?;
    let is_visitor = matches!(name.as_str(), "anon" | "authenticated" | "web_anon");
    if ABOVE.contains(&name.as_str()) || name.ends_with("_admin") || matches!(name.as_str(), "admin" | "root" | "dba" | "replicator" | "backup" | "migrator") {
        return None;
    }
    let message = match is_visitor {
        true => format!("`{name}` is given `{power}`: everybody who reaches the database stands above all policies"),
        false => format!("The role `{name}` is given `{power}`: whoever gets hold of a connection of the app can do everything, and no policy applies to it"),
    };
    let (impact, confidence) = if is_visitor { (Impact::Critical, Confidence::Proven) } else { (Impact::Medium, Confidence::Proven) };
    Some((impact, confidence, message, None))
}

/// Is something of the grant left on some table, or is there none to look at?
fn is_in_force(schema: &Schema, statement: &Statement, cx: &FileCx<'_>) -> bool {
    let mut grants =
        schema.models().iter().flat_map(|model| &model.row_security.grants).chain(schema.undefined_tables().iter().flat_map(|(_, security)| &security.grants));
    let is_this = |site: &crate::facts::schema::Site| site.file == *cx.file && site.span == statement.span;
    schema.models().is_empty() || grants.any(|grant| VISITORS.contains(&grant.role.as_str()) && is_this(&grant.site))
}

/// Some file takes it back again.
fn is_default_revoked(cx: &FileCx<'_>, grant: &Grant) -> bool {
    cx.project.files().flat_map(|(_, known)| &known.tables.statements).any(|statement| match &statement.kind {
        StatementKind::Grant(other) => other.revoke && other.default && grant.roles.iter().all(|role| other.roles.contains(role)),
        _ => false,
    })
}
