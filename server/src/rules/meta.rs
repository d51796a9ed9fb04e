//! What is known of a rule before it runs.

/// A rule's stable id: kebab-case, the file stem of its page, its fixtures and the SARIF `ruleId`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RuleId(&'static str);

impl RuleId {
    pub const fn new(id: &'static str) -> Self {
        RuleId(id)
    }

    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl std::fmt::Display for RuleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.0)
    }
}

/// The seven risks of the audit, in the order of the report.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Risk {
    Secrets,
    Authorization,
    Routes,
    Database,
    Deployment,
    Input,
    Passwords,
}

impl Risk {
    pub const ALL: [Risk; 7] = [Risk::Secrets, Risk::Authorization, Risk::Routes, Risk::Database, Risk::Deployment, Risk::Input, Risk::Passwords];

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

#[derive(Debug)]
pub struct RuleMeta {
    pub id: RuleId,
    /// One line, naming the mistake.
    pub title: &'static str,
    pub risk: Risk,
    pub impact: Impact,
    pub audience: Audience,
    /// CWE numbers.
    pub cwe: &'static [u16],
    /// The rule's page (Markdown): help, and the rule's test.
    pub page: &'static str,
}
