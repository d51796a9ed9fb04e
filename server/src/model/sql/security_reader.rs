//! Reads policies, grants and roles: who may do what.

use super::reader::Reader;
use super::statement::{AlterPolicy, CreatePolicy, Grant, GrantObjects, PolicyCommand, PolicyExpr, StatementKind};
use super::token::TokenKind;
use crate::text::Name;

impl Reader<'_> {
    /// After `create policy`.
    pub fn create_policy(&mut self) -> Option<StatementKind> {
        self.eat_if_exists();
        let (name, _) = self.name()?;
        if !self.eat("on") {
            return None;
        }
        let table = self.object_name()?;
        let (mut permissive, mut command) = (true, PolicyCommand::All);
        let (mut roles, mut using, mut check) = (Vec::new(), None, None);
        while !self.is_done() {
            if self.eat("as") {
                permissive = !self.is_word("restrictive");
                self.next();
            } else if self.eat("for") {
                command = self.policy_command();
            } else if self.eat("to") {
                roles = self.roles();
            } else if self.is_word("using") && self.is_symbol_at(1, "(") {
                self.next();
                using = self.policy_expr();
            } else if self.are_words(&["with", "check"]) {
                self.next();
                self.next();
                check = self.policy_expr();
            } else {
                self.skip_one();
            }
        }
        Some(StatementKind::CreatePolicy(CreatePolicy { name, table, permissive, command, roles, using, check }))
    }

    fn policy_command(&mut self) -> PolicyCommand {
        let command = match () {
            () if self.is_word("select") => PolicyCommand::Select,
            () if self.is_word("insert") => PolicyCommand::Insert,
            () if self.is_word("update") => PolicyCommand::Update,
            () if self.is_word("delete") => PolicyCommand::Delete,
            () => PolicyCommand::All,
        };
        self.next();
        command
    }

    fn policy_expr(&mut self) -> Option<PolicyExpr> {
        if !self.eat_symbol("(") {
            return None;
        }
        let start = self.here();
        let condition = self.condition();
        while !self.is_done() && !self.is_symbol(")") {
            self.skip_one();
        }
        let span = self.since(start);
        self.eat_symbol(")");
        Some(PolicyExpr { condition, span })
    }

    /// After `alter policy`.
    pub fn alter_policy(&mut self) -> Option<StatementKind> {
        let (name, _) = self.name()?;
        if !self.eat("on") {
            return None;
        }
        let mut policy = AlterPolicy { name, table: self.object_name()?, rename: None, roles: None, using: None, check: None };
        while !self.is_done() {
            if self.eat_all(&["rename", "to"]) {
                policy.rename = self.name().map(|(name, _)| name);
            } else if self.eat("to") {
                policy.roles = Some(self.roles());
            } else if self.is_word("using") && self.is_symbol_at(1, "(") {
                self.next();
                policy.using = self.policy_expr();
            } else if self.eat_all(&["with", "check"]) {
                policy.check = self.policy_expr();
            } else {
                self.skip_one();
            }
        }
        Some(StatementKind::AlterPolicy(policy))
    }

    /// After `drop policy`.
    pub fn drop_policy(&mut self) -> Option<StatementKind> {
        self.eat_if_exists();
        let (name, _) = self.name()?;
        self.eat("on").then_some(())?;
        Some(StatementKind::DropPolicy { name, table: self.object_name()? })
    }

    /// `a, group b, "c"`, in lower case.
    fn roles(&mut self) -> Vec<Name> {
        let mut roles = Vec::new();
        loop {
            self.eat("group");
            let Some((name, _)) = self.name() else { return roles };
            roles.push(Name::from(name.to_ascii_lowercase()));
            if !self.eat_symbol(",") {
                return roles;
            }
        }
    }

    /// After `grant` or `revoke`.
    pub fn grant(&mut self, revoke: bool, default: bool) -> Option<StatementKind> {
        self.eat_all(&["grant", "option", "for"]);
        let (privileges, partial) = self.privileges();
        let objects = if self.eat("on") { self.grant_objects(default) } else { GrantObjects::Roles };
        self.eat_any(&["to", "from"]).then_some(())?;
        let start = self.here();
        let roles = self.roles();
        let roles_span = self.since(start);
        Some(StatementKind::Grant(Grant { revoke, default, privileges, partial, objects, roles, roles_span }))
    }

    /// `select, insert (a, b), all privileges`; and which of them are for some columns only.
    fn privileges(&mut self) -> (Vec<Name>, Vec<Name>) {
        let (mut privileges, mut partial) = (Vec::new(), Vec::new());
        while let Some((name, _)) = self.name() {
            let privilege = Name::from(name.to_ascii_lowercase());
            privileges.push(privilege.clone());
            self.eat("privileges");
            if self.is_symbol("(") {
                partial.push(privilege);
                self.skip_one();
            }
            if !self.eat_symbol(",") {
                break;
            }
        }
        (privileges, partial)
    }

    fn grant_objects(&mut self, default: bool) -> GrantObjects {
        let all = self.eat("all") || default;
        let is_type = |reader: &mut Self, words: &[&str]| reader.eat_any(words);
        if is_type(self, &["tables"]) {
            return GrantObjects::AllTables(self.in_schemas());
        }
        if all && is_type(self, &["functions", "routines", "procedures"]) {
            return GrantObjects::AllFunctions(self.in_schemas());
        }
        if is_type(self, &["function", "routine", "procedure"]) {
            return GrantObjects::Functions(self.dropped());
        }
        if is_type(self, &["schema"]) {
            return GrantObjects::Schemas(self.names());
        }
        let is_other = ["sequences", "sequence", "database", "type", "types", "language", "domain", "foreign", "schemas", "tablespace", "large", "parameter"];
        if all || is_type(self, &is_other) {
            while !self.is_done() && !self.is_any_word(&["to", "from"]) {
                self.skip_one();
            }
            return GrantObjects::Other;
        }
        self.eat("table");
        GrantObjects::Tables(self.dropped())
    }

    fn in_schemas(&mut self) -> Vec<Name> {
        if self.eat_all(&["in", "schema"]) { self.names() } else { Vec::new() }
    }

    /// After `alter default privileges`.
    pub fn default_privileges(&mut self) -> Option<StatementKind> {
        let mut schemas = Vec::new();
        while !self.is_done() && !self.is_any_word(&["grant", "revoke"]) {
            if self.eat_all(&["in", "schema"]) {
                schemas = self.names();
            } else {
                self.next();
            }
        }
        let revoke = self.is_word("revoke");
        self.next();
        let mut grant = self.grant(revoke, true)?;
        if let StatementKind::Grant(Grant { objects: GrantObjects::AllTables(of) | GrantObjects::AllFunctions(of), .. }) = &mut grant {
            *of = schemas;
        }
        Some(grant)
    }

    /// After `create role`, `alter role`, `create user`.
    pub fn role(&mut self) -> Option<StatementKind> {
        self.eat_if_exists();
        let (name, _) = self.name()?;
        let mut powers = Vec::new();
        while let Some(token) = self.next() {
            let word = Name::from(token.span.of(self.text).to_ascii_lowercase());
            if token.kind == TokenKind::Word && matches!(word.as_str(), "superuser" | "bypassrls") {
                powers.push(word);
            }
        }
        Some(StatementKind::Role { name: Name::from(name.to_ascii_lowercase()), powers })
    }
}
