//! What should change, as data. `fixes` turns it into edits when somebody asks.

use super::{Place, RuleId};
use crate::text::Name;

/// Closed on purpose: a new plan does not compile until `fixes` handles it.
#[derive(Clone, PartialEq, Debug)]
pub enum FixPlan {
    /// Replace the literal at `literal` by a read of an environment variable, `name` by preference.
    MoveToEnv { literal: Place, name: Name },
    /// Silence this one finding with a comment and a reason.
    Suppress { at: Place, rule: RuleId, detail: Name },
}
