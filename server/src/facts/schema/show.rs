//! A schema in words, for people and tests.

use std::fmt::Write;

use super::{Model, OwnerConfidence, OwnerPath, Schema};

/// Every model with its columns, whose its rows are, and what the database itself enforces.
pub fn describe(schema: &Schema) -> String {
    let mut out = String::new();
    for model in schema.models() {
        describe_model(schema, model, &mut out);
    }
    for (name, row_security) in schema.undefined_tables() {
        let _ = writeln!(
            out,
            "table {}.{} (defined nowhere): rls {:?}, {} policies",
            name.schema_or_public(),
            name.name,
            row_security.enabled,
            row_security.policies.len()
        );
    }
    for routine in schema.routines() {
        let _ = writeln!(
            out,
            "function {}{}{}{}",
            routine.name.name,
            if routine.definer { " definer" } else { "" },
            if routine.search_path.is_some() { " with search_path" } else { "" },
            if routine.asks_caller { " asks who calls" } else { "" },
        );
    }
    for view in schema.views() {
        let reads: Vec<&str> = view.reads.iter().map(|table| table.name.as_str()).collect();
        let _ = writeln!(out, "view {} of {}{}", view.name.name, reads.join(", "), if view.security_invoker { " as the caller" } else { "" });
    }
    out
}

fn describe_model(schema: &Schema, model: &Model, out: &mut String) {
    let kinds: Vec<String> = model.sources.iter().map(|(kind, _)| format!("{kind:?}")).collect();
    let mut marks = String::new();
    for (is, mark) in [(model.is_principal, " people"), (model.is_tenant, " group"), (model.membership.is_some(), " membership")] {
        marks.push_str(if is { mark } else { "" });
    }
    let _ = writeln!(out, "model {} (table {}, from {}): {:?}{marks}", model.name, model.key.0, kinds.join(" + "), model.privacy());
    for column in &model.columns {
        let references = column.references.as_ref().map(|reference| format!(" -> {}.{}", reference.model.0, reference.column)).unwrap_or_default();
        let db_name = if column.db_name == column.name { String::new() } else { format!(" ({})", column.db_name) };
        let _ = writeln!(out, "  {}{db_name} {}{references}", column.name, column.ty);
    }
    if !model.owners().is_empty() {
        let _ = writeln!(out, "  owners: {}", owners(schema, model));
    }
    for (what, columns) in [("protected", model.protected_columns()), ("secret", model.secret_columns()), ("sensitive", model.sensitive_columns())] {
        if !columns.is_empty() {
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let _ = writeln!(out, "  {what}: {}", names.join(", "));
        }
    }
    if model.row_security.enabled.is_some() || !model.row_security.policies.is_empty() {
        let _ = writeln!(out, "  rls: {:?}{}", model.row_security.enabled, if model.row_security.forced { " forced" } else { "" });
    }
    for policy in &model.row_security.policies {
        let rule = |rule: &Option<super::PolicyRule>| rule.as_ref().map_or("-".to_owned(), |rule| format!("{:?}", rule.predicate));
        let _ = writeln!(
            out,
            "  policy {:?} {:?} to [{}]: using {} check {}",
            policy.name,
            policy.command,
            policy.roles.join(", "),
            rule(&policy.using),
            rule(&policy.check)
        );
    }
}

/// `project.ownerId (owner of User); teamId (tenant of Team)`
pub fn owners(schema: &Schema, model: &Model) -> String {
    let one = |path: &OwnerPath| {
        let target = path.target.as_ref().and_then(|key| schema.get(key)).map_or("?", |target| target.name.as_str());
        let named = if path.confidence == OwnerConfidence::Named { ", by name" } else { "" };
        format!("{} ({:?} of {target}{named})", path.text(), path.kind)
    };
    model.owners().iter().map(one).collect::<Vec<_>>().join("; ")
}
