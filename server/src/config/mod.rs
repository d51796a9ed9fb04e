//! What a person may set: `guardline.json` and the client's settings. Plain data; `workspace` reads it from disk.

pub mod own;
pub mod parse;
mod route;
mod suppression;

use std::sync::Arc;

use crate::text::{FileId, Name};

pub use own::OwnRule;
pub use parse::ConfigError;
pub use suppression::Suppression;

/// Defaults are what a person who configured nothing gets.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// How long, in milliseconds, a construct that is being edited must be left alone before findings about something
    /// that is *missing* in it are shown.
    pub quiet_ms: u64,
    /// Show findings that are only possible, for people who review code for a living.
    pub audience: Audience,
    /// Rules switched off, or their level changed. Unknown ids are reported when the file is read.
    pub rules: Vec<(Name, RuleSetting)>,
    /// Globs (relative to the folder of `guardline.json`) of files not to look at.
    pub ignore: Vec<String>,
    /// Look at tests, fixtures and examples like at other code.
    pub include_tests: bool,
    /// Say above each handler in the editor what the map of the application says of it.
    pub code_lens: bool,
    /// Names of functions that stop a request unless somebody is signed in.
    pub guards: Vec<Name>,
    /// Names of functions that decide whether the caller may touch an object.
    pub policies: Vec<Name>,
    /// Column names that hold the owner of a row, besides those the schema shows.
    pub owner_columns: Vec<Name>,
    /// Models whose rows everybody may read.
    pub public_models: Vec<Name>,
    /// Paths (`/api/health`, `/api/public/**`, `GET /posts`) that are open on purpose: see [`Config::is_public_route`].
    pub public_routes: Vec<String>,
    /// Role names that stand above ownership.
    pub elevated_roles: Vec<Name>,
    /// Files larger than this many bytes are not read.
    pub max_file_bytes: u64,
    /// Findings that a person has judged, by rule and path.
    pub suppress: Vec<Suppression>,
    /// The folder of `guardline.json`, which paths in it are relative to.
    pub folder: Option<FileId>,
    /// The project's own rules, in order of file and place. All of them can be run; ids are unique.
    pub own_rules: Arc<[OwnRule]>,
}

impl Config {
    /// Is this route meant for everybody? `methods` are all that it answers.
    pub fn is_public_route(&self, methods: &[Name], path: &str) -> bool {
        self.public_routes.iter().any(|route| route::covers(route, methods, path))
    }

    /// Does a column of this name hold an owner because the person says so?
    pub fn is_owner_column(&self, column: &str) -> bool {
        let letters = |name: &str| name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
        !self.owner_columns.is_empty() && self.owner_columns.iter().any(|known| letters(known) == letters(column))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Audience {
    #[default]
    Everyday,
    Auditor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleSetting {
    Off,
    Error,
    Warning,
    Information,
    Hint,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            quiet_ms: 500,
            audience: Audience::Everyday,
            rules: Vec::new(),
            ignore: Vec::new(),
            include_tests: false,
            code_lens: true,
            guards: Vec::new(),
            policies: Vec::new(),
            owner_columns: Vec::new(),
            public_models: Vec::new(),
            public_routes: Vec::new(),
            elevated_roles: Vec::new(),
            max_file_bytes: 2 * 1024 * 1024,
            suppress: Vec::new(),
            folder: None,
            own_rules: Arc::default(),
        }
    }
}
