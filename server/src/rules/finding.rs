//! What a rule says about a place.

use super::{FixPlan, Impact, RuleId};
use crate::text::{Name, Place, Words};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Related {
    pub place: Place,
    pub message: Words,
}

/// How sure the engine is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Confidence {
    /// Hidden unless an auditor asks.
    Possible,
    Likely,
    Proven,
}

/// How loud it is shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Shown only to auditors.
    Hidden,
    Hint,
    Information,
    Warning,
    Error,
}

impl Level {
    /// The word for it among programmers.
    pub fn word(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Information => "information",
            Level::Hint => "hint",
            Level::Hidden => "possible",
        }
    }

    /// Level = impact x confidence: proven critical or high is an error, proven medium a warning, proven low information;
    /// likely is one step lower; possible is hidden.
    pub fn of(impact: Impact, confidence: Confidence) -> Level {
        let proven = match impact {
            Impact::Critical | Impact::High => Level::Error,
            Impact::Medium => Level::Warning,
            Impact::Low => Level::Information,
        };
        match confidence {
            Confidence::Proven => proven,
            Confidence::Likely => proven.lower(),
            Confidence::Possible => Level::Hidden,
        }
    }

    /// One step quieter; a hint stays a hint.
    pub fn lower(self) -> Level {
        match self {
            Level::Error => Level::Warning,
            Level::Warning => Level::Information,
            Level::Information | Level::Hint => Level::Hint,
            Level::Hidden => Level::Hidden,
        }
    }
}

/// One mistake at one place. Messages never contain a secret's value.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    pub rule: RuleId,
    /// The finer distinction: which provider, which ORM, AZ03 or AZ08. Empty if there is none.
    pub detail: Name,
    pub impact: Impact,
    pub confidence: Confidence,
    pub level: Level,
    pub place: Place,
    /// What happened, in the user's own names, and what a stranger could do.
    pub message: Words,
    pub related: Vec<Related>,
    /// What could be changed. Turned into edits on request, by `fixes`.
    pub plans: Vec<FixPlan>,
    /// Something is *missing* (a guard, a limit): shown only once the construct is complete and quiet.
    pub absence: bool,
}
