//! Who may reach which rows of a table, as the database itself decides it.

use super::declared::Site;
use super::predicate::Predicate;
use crate::model::sql::PolicyCommand;
use crate::text::Name;

/// The final state of one table after all migrations.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RowSecurity {
    /// `None`: no SQL of the project speaks of it, or a loop over all tables may have switched it on.
    pub enabled: Option<bool>,
    /// Also for the table's owner.
    pub forced: bool,
    pub policies: Vec<Policy>,
    pub grants: Vec<TableGrant>,
    /// Roles from which everything on the table was taken.
    pub revoked: Vec<Name>,
    /// The right to change rows was taken from those who sign in, and not given back for the row as a whole.
    pub update_taken: bool,
    /// The functions that look at a row when it is changed, in lower case and without their schemas.
    pub watchers: Vec<Name>,
    /// Where it was switched on or off last.
    pub changed_at: Option<Site>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Policy {
    pub name: Name,
    pub permissive: bool,
    pub command: PolicyCommand,
    /// In lower case; empty: everybody.
    pub roles: Vec<Name>,
    pub using: Option<PolicyRule>,
    pub check: Option<PolicyRule>,
    pub site: Site,
}

/// An expression of a policy: what it demands, and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct PolicyRule {
    pub predicate: Predicate,
    pub site: Site,
}

/// What is left of the grants on one table after all revokes.
#[derive(Clone, PartialEq, Debug)]
pub struct TableGrant {
    pub role: Name,
    /// In lower case; `all`.
    pub privilege: Name,
    /// Through `all tables in schema`, or default privileges.
    pub blanket: bool,
    pub site: Site,
}

/// How far the rows of a table are open to one kind of caller for one command.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reach {
    /// No row.
    Nobody,
    /// Rows that belong to the caller or to a group of the caller.
    Own,
    /// Rows marked as public.
    Marked,
    /// Some rows; which ones is not known.
    Unknown,
    /// Every row, for everybody who signed in.
    SignedIn,
    /// Every row, for everybody.
    Everybody,
}

/// Who asks: a visitor, or somebody who signed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Caller {
    Anonymous,
    SignedIn,
}

impl Policy {
    /// True if the policy has a say for this command.
    pub fn covers(&self, command: PolicyCommand) -> bool {
        self.command == PolicyCommand::All || self.command == command || command == PolicyCommand::All
    }

    pub fn covers_caller(&self, caller: Caller) -> bool {
        let claims = &super::catalogue::CATALOGUE.claims;
        let lists = |roles: &[String]| self.roles.iter().any(|role| roles.iter().any(|known| known == role.as_str()));
        match caller {
            _ if self.roles.is_empty() || self.roles.iter().any(|role| role == "public") => true,
            Caller::Anonymous => lists(&claims.anonymous),
            Caller::SignedIn => lists(&claims.signed_in),
        }
    }

    /// What rows must fulfil: for INSERT the check, otherwise what selects them. A missing check is the `using`.
    pub fn rule(&self, command: PolicyCommand) -> Predicate {
        let rule = match command {
            PolicyCommand::Insert => self.check.as_ref().or(self.using.as_ref()),
            _ => self.using.as_ref(),
        };
        match (rule, self.command) {
            (Some(rule), _) => rule.predicate.clone(),
            (None, PolicyCommand::Insert) if command != PolicyCommand::Insert => Predicate::Never,
            (None, _) => Predicate::Always,
        }
    }
}

impl RowSecurity {
    /// How far the table is open to a caller through its policies. Grants are not looked at.
    pub fn reach(&self, command: PolicyCommand, caller: Caller) -> Reach {
        match self.enabled {
            Some(true) => {}
            Some(false) => return Reach::Everybody,
            None if self.policies.is_empty() => return Reach::Unknown,
            None => {}
        }
        let of = |policy: &Policy| policy.rule(command).reach(caller);
        let applies = |policy: &&Policy| policy.covers(command) && policy.covers_caller(caller);
        let open = self.policies.iter().filter(applies).filter(|policy| policy.permissive).map(of).max().unwrap_or(Reach::Nobody);
        let limit = self.policies.iter().filter(applies).filter(|policy| !policy.permissive).map(of).min().unwrap_or(Reach::Everybody);
        open.min(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::schema::testing::link;

    fn reach(policies: &str, command: PolicyCommand) -> (Reach, Reach) {
        let schema = link(&[("/p/a.sql", &format!("create table t (id int); alter table t enable row level security; {policies}"))]);
        let security = &schema.expect("t").row_security;
        (security.reach(command, Caller::Anonymous), security.reach(command, Caller::SignedIn))
    }

    #[test]
    fn policies_open_as_far_as_the_widest_of_them() {
        use PolicyCommand::{Delete, Insert, Select, Update};
        assert_eq!(reach("", Select), (Reach::Nobody, Reach::Nobody));
        let own = "create policy a on t using (auth.uid() = user_id);";
        assert_eq!(reach(own, Select), (Reach::Nobody, Reach::Own));
        assert_eq!(reach(own, Insert), (Reach::Nobody, Reach::Own));
        assert_eq!(reach(&format!("{own} create policy b on t for select using (true);"), Select), (Reach::Everybody, Reach::Everybody));
        assert_eq!(reach(&format!("{own} create policy b on t for select using (true);"), Update), (Reach::Nobody, Reach::Own));
        assert_eq!(reach("create policy a on t for insert to authenticated with check (true);", Insert), (Reach::Nobody, Reach::Everybody));
        assert_eq!(reach("create policy a on t for insert with check (true);", Delete), (Reach::Nobody, Reach::Nobody));
        assert_eq!(
            reach("create policy a on t using (true); create policy b on t as restrictive using (auth.uid() = user_id);", Select),
            (Reach::Nobody, Reach::Own)
        );
        assert_eq!(reach("create policy a on t to service_role using (true);", Select), (Reach::Nobody, Reach::Nobody));
        assert_eq!(reach("create policy a on t using (auth.role() = 'authenticated');", Select), (Reach::Nobody, Reach::SignedIn));
        assert_eq!(reach("create policy a on t using (is_public or auth.uid() = user_id);", Select), (Reach::Marked, Reach::Marked));
        assert_eq!(reach("create policy a on t using (true); drop policy a on t;", Select), (Reach::Nobody, Reach::Nobody));
        assert_eq!(reach("create policy a on t using (true); alter policy a on t using (auth.uid() = user_id);", Select), (Reach::Nobody, Reach::Own));
    }

    #[test]
    fn without_row_security_policies_are_ignored() {
        let schema = link(&[(
            "/p/a.sql",
            "create table t (id int); create policy a on t using (auth.uid() = user_id); create policy b on storage.objects using (true);",
        )]);
        assert_eq!(schema.expect("t").row_security.reach(PolicyCommand::Select, Caller::Anonymous), Reach::Everybody);
        assert!(schema.expect("t").row_security.reach(PolicyCommand::Select, Caller::SignedIn) > Reach::Own);
        assert_eq!(schema.undefined_tables().len(), 1);
    }

    #[test]
    fn grants_and_revokes_leave_what_is_left() {
        let schema = link(&[(
            "/p/a.sql",
            "create table a (id int); grant all on a to anon; revoke all on a from anon; grant select, insert on table a to authenticated; revoke insert on a from authenticated;
             alter default privileges in schema public grant all on tables to anon; create table b (id int); create schema x; create table x.c (id int);
             grant select on all tables in schema x to web;",
        )]);
        let grants = |name: &str| {
            schema.expect(name).row_security.grants.iter().map(|grant| format!("{} {} {}", grant.role, grant.privilege, grant.blanket)).collect::<Vec<_>>()
        };
        assert_eq!(grants("a"), ["authenticated select false"]);
        assert_eq!(grants("b"), ["anon all true"]);
        assert_eq!(grants("c"), ["web select true"]);
    }
}
