//! FLOOR 5. One file per mistake. A rule sees facts and the project, never syntax or a language.

pub mod built;
mod finding;
mod meta;
pub mod missing_ownership;
pub mod own;
pub mod ownership;
mod ownership_plan;
pub mod plan;
pub mod public_source_maps;
pub mod raw;
pub mod secret_hardcoded;
pub mod sensitive_data_exposed;
pub mod sql_injection;

pub use crate::text::Place;
pub use finding::{Confidence, Finding, Level, Related};
pub use meta::{Audience, Impact, Risk, RuleId, RuleMeta};
pub use plan::FixPlan;

/// Every rule's description, sorted by id.
pub fn all() -> &'static [&'static RuleMeta<'static>] {
    static ALL: &[&RuleMeta<'static>] =
        &[&missing_ownership::META, &public_source_maps::META, &secret_hardcoded::META, &sensitive_data_exposed::META, &sql_injection::META];
    ALL
}

/// Everything the flow rules say about one walk.
pub fn of_walk(cx: &raw::RuleCx<'_>) -> Vec<raw::Raw> {
    let mut out = Vec::new();
    missing_ownership::check(cx, &mut out);
    sensitive_data_exposed::check(cx, &mut out);
    sql_injection::check(cx, &mut out);
    out
}

/// The rule with this id, if there is one.
pub fn by_id(id: &str) -> Option<&'static RuleMeta<'static>> {
    all().iter().copied().find(|meta| meta.id.as_str() == id)
}
