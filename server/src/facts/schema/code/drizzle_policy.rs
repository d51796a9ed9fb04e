//! Row level security as Drizzle's tables declare it.

use super::Code;
use super::node::{Call, Node};
use crate::facts::schema::predicate::Predicate;
use crate::facts::schema::row_security::{Policy, PolicyRule};
use crate::model::sql::{Piece, Pieces, PolicyCommand, query};
use crate::model::{CallKind, ExprKind, TemplatePart};
use crate::text::Name;

/// `pgPolicy("own rows", { for: "select", to: authenticatedRole, using: sql`…`, withCheck: sql`…` })`
pub(super) fn policy(code: &Code<'_>, call: &Call<'_>) -> Option<Policy> {
    let options = call.arg(1)?;
    let rule = |name: &str| {
        let value = options.field(name)?;
        let predicate = predicate(&sql_text(value)?);
        Some(PolicyRule { predicate, site: code.site(value.span()) })
    };
    let command = match options.field("for").and_then(Node::text).as_deref() {
        Some("select") => PolicyCommand::Select,
        Some("insert") => PolicyCommand::Insert,
        Some("update") => PolicyCommand::Update,
        Some("delete") => PolicyCommand::Delete,
        _ => PolicyCommand::All,
    };
    Some(Policy {
        name: call.arg(0).and_then(Node::text).unwrap_or_default(),
        permissive: options.field("as").and_then(Node::text).as_deref() != Some("restrictive"),
        command,
        roles: options.field("to").map(roles).unwrap_or_default(),
        using: rule("using"),
        check: rule("withCheck"),
        site: code.site(call.callee.span()),
    })
}

/// `"authenticated"`, `authenticatedRole`, `[anonRole, …]`
fn roles(node: Node<'_>) -> Vec<Name> {
    if node.is_list() {
        return node.items().into_iter().flat_map(roles).collect();
    }
    let name = node.text().or_else(|| node.last_name().map(|name| Name::from(name.trim_end_matches("Role"))));
    name.map(|name| Name::from(name.to_ascii_lowercase())).into_iter().collect()
}

/// `crudPolicy({ role: authenticatedRole, read: authUid(t.userId), modify: authUid(t.userId) })`
pub(super) fn crud_policies(code: &Code<'_>, call: &Call<'_>) -> Vec<Policy> {
    let Some(options) = call.arg(0) else { return Vec::new() };
    let site = code.site(call.callee.span());
    let predicate_of = |node: Node<'_>| match node.kind() {
        ExprKind::Bool(true) => Some(Predicate::Always),
        ExprKind::Bool(false) => Some(Predicate::Never),
        ExprKind::Null => None,
        _ => {
            match node.call().filter(|call| call.callee.last_name().is_some_and(|name| name == "authUid")).and_then(|call| call.arg(0)?.last_name().cloned()) {
                Some(column) => Some(Predicate::Owner { column }),
                None => Some(sql_text(node).map_or(Predicate::Unknown, |text| predicate(&text))),
            }
        }
    };
    let mut policies = Vec::new();
    for (field, commands) in [("read", [PolicyCommand::Select].as_slice()), ("modify", &[PolicyCommand::Insert, PolicyCommand::Update, PolicyCommand::Delete])]
    {
        let Some(predicate) = options.field(field).and_then(predicate_of) else { continue };
        for command in commands {
            let rule = PolicyRule { predicate: predicate.clone(), site: site.clone() };
            policies.push(Policy {
                name: Name::new_static("crud"),
                permissive: true,
                command: *command,
                roles: options.field("role").map(roles).unwrap_or_default(),
                using: Some(rule.clone()),
                check: Some(rule),
                site: site.clone(),
            });
        }
    }
    policies
}

/// The text of a tagged template; a hole that names a column stands as that name.
pub(super) fn sql_text(node: Node<'_>) -> Option<String> {
    let call = node.call()?;
    let template = call.args().next().filter(|_| call.kind == CallKind::Tagged)?;
    match template.kind() {
        ExprKind::Str(text) => Some(text.to_string()),
        ExprKind::Template(parts) => {
            let mut text = String::new();
            for part in parts {
                match part {
                    TemplatePart::Text(part, _) => text.push_str(part),
                    TemplatePart::Hole(hole, _) => match template.at(*hole).last_name() {
                        Some(name) => text.push_str(name),
                        None => text.push('\0'),
                    },
                }
            }
            Some(text)
        }
        _ => None,
    }
}

fn predicate(text: &str) -> Predicate {
    let asked = query(&Pieces::new(&[Piece::Text("select 1 where "), Piece::Text(text)]));
    asked.map_or(Predicate::Unknown, |query| Predicate::of(&query.filter))
}
