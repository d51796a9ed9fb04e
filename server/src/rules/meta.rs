//! What is known of a rule before it runs.

use crate::text::Name;

/// A rule's stable id: kebab-case, the file stem of its page, its fixtures and the SARIF `ruleId`. A project's own rules have
/// ids of the project's choice.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RuleId(Name);

impl RuleId {
    pub const fn new(id: &'static str) -> Self {
        RuleId(Name::new_static(id))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&Name> for RuleId {
    fn from(id: &Name) -> Self {
        RuleId(id.clone())
    }
}

impl std::fmt::Display for RuleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// The seven risks of the audit, in the order of the report, and what the project looks for besides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Risk {
    Secrets,
    Authorization,
    Routes,
    Database,
    Deployment,
    Input,
    Passwords,
    /// What the project's own rules say.
    Own,
}

impl Risk {
    pub const ALL: [Risk; 8] = [Risk::Secrets, Risk::Authorization, Risk::Routes, Risk::Database, Risk::Deployment, Risk::Input, Risk::Passwords, Risk::Own];

    /// A heading that a founder understands.
    pub const fn title(self) -> &'static str {
        match self {
            Risk::Secrets => "Secrets and keys",
            Risk::Authorization => "Who may touch what",
            Risk::Routes => "Open routes and functions",
            Risk::Database => "Database access",
            Risk::Deployment => "Browser and deployment",
            Risk::Input => "Untrusted input",
            Risk::Passwords => "Passwords and tokens",
            Risk::Own => "The project's own rules",
        }
    }
}

/// What the mistake can cost when it is real.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Impact {
    Low,
    Medium,
    High,
    Critical,
}

/// Who is shown the rule's findings: everybody, or only people who asked for the auditor's view.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Audience {
    Everyday,
    Auditor,
}

/// Texts live as long as the program, or, for the project's own rules, as its configuration.
#[derive(Clone, Debug)]
pub struct RuleMeta<'m> {
    pub id: RuleId,
    /// One line, naming the mistake.
    pub title: &'m str,
    pub risk: Risk,
    pub impact: Impact,
    pub audience: Audience,
    /// CWE numbers.
    pub cwe: &'m [u16],
    /// The rule's page (Markdown): help, and the rule's test.
    pub page: &'m str,
}
