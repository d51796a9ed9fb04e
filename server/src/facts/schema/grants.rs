//! GRANT and REVOKE while the SQL files are run.

use super::declared::{MOST_PARTS, Site};
use super::replay::Replay;
use super::row_security::{RowSecurity, TableGrant};
use crate::model::sql::{Grant, GrantObjects, ObjectName};
use crate::text::{Name, Span};

/// What tables made later in a schema will be granted; without a schema, in all of them.
pub(super) struct Blanket {
    schema: Option<Name>,
    role: Name,
    privilege: Name,
    site: Site,
}

impl Replay {
    pub(super) fn grant(&mut self, grant: &Grant, site: &Site) {
        match &grant.objects {
            GrantObjects::Tables(names) => {
                for name in names {
                    let table = self.table(name, &|_| site.clone());
                    apply(&mut table.row_security, grant, false, site);
                }
            }
            GrantObjects::AllTables(schemas) if grant.default => self.change_defaults(grant, schemas, site),
            GrantObjects::AllTables(_) if self.blanket_grants >= MOST_PARTS => {}
            GrantObjects::AllTables(schemas) => {
                self.blanket_grants += 1;
                for table in self.tables_mut() {
                    if schemas.iter().any(|schema| schema.eq_ignore_ascii_case(table.name.schema_or_public())) {
                        apply(&mut table.row_security, grant, true, site);
                    }
                }
            }
            GrantObjects::Schemas(schemas) if grant.revoke && grant.privileges.iter().any(|privilege| matches!(privilege.as_str(), "usage" | "all")) => {
                let closed = schemas.iter().flat_map(|schema| grant.roles.iter().map(move |role| (schema.clone(), role.clone())));
                self.closed_schemas.extend(closed.take(MOST_PARTS.saturating_sub(self.closed_schemas.len())));
            }
            GrantObjects::Schemas(schemas) => {
                self.closed_schemas.retain(|(schema, role)| !(schemas.contains(schema) && grant.roles.contains(role)));
            }
            GrantObjects::Functions(names) => {
                for name in names {
                    self.execute_granted(grant, |routine| routine.is(name));
                }
            }
            GrantObjects::AllFunctions(schemas) if !grant.default => {
                self.execute_granted(grant, |routine| schemas.iter().any(|schema| schema.eq_ignore_ascii_case(routine.schema_or_public())));
            }
            _ => {}
        }
    }

    fn execute_granted(&mut self, grant: &Grant, is_meant: impl Fn(&ObjectName) -> bool) {
        for routine in self.routines.iter_mut().filter(|routine| is_meant(&routine.name)) {
            for role in &grant.roles {
                if routine.granted_to.len() + routine.revoked_from.len() > MOST_PARTS {
                    break;
                }
                if grant.revoke {
                    routine.granted_to.retain(|known| known != role);
                    routine.revoked_from.push(role.clone());
                } else {
                    routine.revoked_from.retain(|known| known != role);
                    routine.granted_to.push(role.clone());
                }
            }
        }
    }

    fn change_defaults(&mut self, grant: &Grant, schemas: &[Name], site: &Site) {
        let schemas: Vec<Option<Name>> = if schemas.is_empty() { vec![None] } else { schemas.iter().cloned().map(Some).collect() };
        for schema in schemas {
            for role in &grant.roles {
                if grant.revoke {
                    self.default_grants.retain(|known| known.schema != schema || known.role != *role);
                    if self.default_revokes.len() < MOST_PARTS && grant.privileges.iter().any(|privilege| privilege == "all") {
                        self.default_revokes.push((schema.clone(), role.clone()));
                    }
                    continue;
                }
                self.default_revokes.retain(|known| known != &(schema.clone(), role.clone()));
                for privilege in grant.privileges.iter().take(MOST_PARTS.saturating_sub(self.default_grants.len())) {
                    self.default_grants.push(Blanket { schema: schema.clone(), role: role.clone(), privilege: privilege.clone(), site: site.clone() });
                }
            }
        }
    }

    /// What a table that is made now is granted at once.
    pub(super) fn granted_by_default(&self, table: &ObjectName) -> Vec<TableGrant> {
        let is_meant = |blanket: &&Blanket| blanket.schema.as_ref().is_none_or(|schema| schema.eq_ignore_ascii_case(table.schema_or_public()));
        let grant = |blanket: &Blanket| TableGrant {
            role: blanket.role.clone(),
            privilege: blanket.privilege.clone(),
            blanket: true,
            site: Site { span: Span::default(), ..blanket.site.clone() },
        };
        self.default_grants.iter().filter(is_meant).map(grant).collect()
    }
}

impl Replay {
    /// From whom everything on a table that is made now was taken before.
    pub(super) fn revoked_by_default(&self, table: &ObjectName) -> Vec<Name> {
        let is_meant = |schema: &Option<Name>| schema.as_ref().is_none_or(|schema| schema.eq_ignore_ascii_case(table.schema_or_public()));
        self.default_revokes.iter().filter(|(schema, _)| is_meant(schema)).map(|(_, role)| role.clone()).collect()
    }
}

fn apply(security: &mut RowSecurity, grant: &Grant, blanket: bool, site: &Site) {
    let changes = grant.privileges.iter().any(|privilege| matches!(privilege.as_str(), "update" | "all") && !grant.partial.contains(privilege));
    if changes && grant.roles.iter().any(|role| matches!(role.as_str(), "authenticated" | "public")) {
        security.update_taken = grant.revoke;
    }
    let (grants, revoked) = (&mut security.grants, &mut security.revoked);
    for role in &grant.roles {
        if !grant.revoke {
            revoked.retain(|known| known != role);
        } else if revoked.len() < MOST_PARTS && grant.privileges.iter().any(|privilege| privilege == "all") && !revoked.contains(role) {
            revoked.push(role.clone());
        }
        for privilege in &grant.privileges {
            let same = |known: &TableGrant| known.role == *role && known.privilege == *privilege;
            if grant.revoke {
                grants.retain(|known| known.role != *role || privilege != "all" && !same(known));
            } else if grants.len() < MOST_PARTS && !grants.iter().any(same) {
                grants.push(TableGrant { role: role.clone(), privilege: privilege.clone(), blanket, site: site.clone() });
            }
        }
    }
}
