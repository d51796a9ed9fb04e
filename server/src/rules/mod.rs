//! FLOOR 5. One file per mistake. A rule sees facts and the project, never syntax or a language.

mod finding;
mod meta;
pub mod plan;
pub mod secret_hardcoded;

pub use finding::{Confidence, Finding, Level, Place, Related};
pub use meta::{Audience, Impact, Risk, RuleId, RuleMeta};
pub use plan::FixPlan;

/// Every rule's description, sorted by id.
pub fn all() -> &'static [&'static RuleMeta] {
    &[]
}

/// The rule with this id, if there is one.
pub fn by_id(id: &str) -> Option<&'static RuleMeta> {
    all().iter().copied().find(|meta| meta.id.as_str() == id)
}
