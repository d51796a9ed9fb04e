//! Models, told: whose their rows are, and how that is known.

use std::collections::BTreeSet;

use super::beliefs::{OfModel, OfOwner, OfSource};
use crate::facts::schema::{Model, OwnerConfidence, OwnerKind, OwnerPath, Privacy, guess_privacy};
use crate::project::Project;
use crate::text::Name;

/// The models of these names, each once.
pub(super) fn all(project: &Project, names: &BTreeSet<Name>) -> Vec<OfModel> {
    let mut told: Vec<OfModel> = names.iter().map(|name| project.schema().model(name).map_or_else(|| by_name(name), |model| known(project, model))).collect();
    told.sort_by(|a, b| (&a.name, &a.table).cmp(&(&b.name, &b.table)));
    told.dedup_by(|a, b| a.name == b.name && a.table == b.table);
    told
}

fn by_name(name: &Name) -> OfModel {
    OfModel {
        name: name.to_string(),
        table: None,
        known: false,
        privacy: guess_privacy(name).word(),
        people: guess_privacy(name) == Privacy::Principal,
        group: false,
        membership: false,
        owners: Vec::new(),
        secret_columns: Vec::new(),
        protected_columns: Vec::new(),
        row_security: None,
        policies: 0,
        sources: Vec::new(),
    }
}

fn known(project: &Project, model: &Model) -> OfModel {
    let names = |columns: Vec<&crate::facts::schema::Column>| columns.into_iter().map(|column| column.name.to_string()).collect();
    OfModel {
        name: model.name.to_string(),
        table: Some(model.table.to_string()),
        known: true,
        privacy: model.privacy().word(),
        people: model.is_principal,
        group: model.is_tenant,
        membership: model.membership.is_some(),
        owners: model.owners().iter().map(|path| owner(project, path)).collect(),
        secret_columns: names(model.secret_columns()),
        protected_columns: names(model.protected_columns()),
        row_security: model.row_security.enabled,
        policies: model.row_security.policies.len(),
        sources: model.sources.iter().map(|(kind, site)| OfSource { kind: kebab(&format!("{kind:?}")), at: project.line_at(&site.file, site.span) }).collect(),
    }
}

fn owner(project: &Project, path: &OwnerPath) -> OfOwner {
    OfOwner {
        path: path.text(),
        kind: match path.kind {
            OwnerKind::Owner => "owner",
            OwnerKind::Tenant => "tenant",
            OwnerKind::Party => "party",
            OwnerKind::Audit => "audit",
        },
        of: path.target.as_ref().and_then(|key| project.schema().get(key)).map(|target| target.name.to_string()),
        proven: path.confidence == OwnerConfidence::Proven,
    }
}

/// `SqlInCode` as `sql-in-code`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    out
}
