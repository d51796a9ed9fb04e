//! FLOOR 5. One file per mistake. A rule sees facts and the project, never syntax or a language.

pub mod built;
pub mod exposed;
mod finding;
pub mod handler;
pub mod input;
pub mod mass_assignment;
mod meta;
pub mod missing_ownership;
pub mod missing_rate_limit;
pub mod missing_validation;
pub mod own;
pub mod ownership;
mod ownership_plan;
pub mod plan;
pub mod public_env_secret;
pub mod public_source_maps;
pub mod raw;
pub mod secret_client_exposed;
pub mod secret_hardcoded;
pub mod sensitive_data_exposed;
pub mod service_role_exposed;
pub mod sql_injection;
pub mod webhook_unverified;

use rustc_hash::FxHashSet;

use crate::facts::exposure::vendor_calls;
use crate::facts::secrets::Memory;
pub use crate::text::Place;
use crate::text::{Name, Span};
pub use finding::{Confidence, Finding, Level, Related};
pub use meta::{Audience, Impact, Risk, RuleId, RuleMeta};
pub use plan::FixPlan;

/// Every rule's description, sorted by id.
pub fn all() -> &'static [&'static RuleMeta<'static>] {
    static ALL: &[&RuleMeta<'static>] = &[
        &mass_assignment::META,
        &missing_ownership::META,
        &missing_rate_limit::META,
        &missing_validation::META,
        &public_env_secret::META,
        &public_source_maps::META,
        &secret_client_exposed::META,
        &secret_hardcoded::META,
        &sensitive_data_exposed::META,
        &service_role_exposed::META,
        &sql_injection::META,
        &webhook_unverified::META,
    ];
    ALL
}

/// Everything the flow rules say about one walk.
pub fn of_walk(cx: &raw::RuleCx<'_>) -> Vec<raw::Raw> {
    let mut out = Vec::new();
    mass_assignment::check(cx, &mut out);
    missing_ownership::check(cx, &mut out);
    missing_rate_limit::check(cx, &mut out);
    missing_validation::check(cx, &mut out);
    sensitive_data_exposed::check(cx, &mut out);
    sql_injection::check(cx, &mut out);
    webhook_unverified::check(cx, &mut out);
    out
}

/// Everything that is said of secrets in one file, and of what it brings to the browser. `memory` is that file's, or empty. Of
/// tests and examples (`ships` is false) only the secrets in them are told.
pub fn of_file(cx: &exposed::FileCx<'_>, ships: bool, memory: &mut Memory, out: &mut Vec<Finding>) {
    let published = secret_hardcoded::of_file(cx, memory, out);
    if !ships {
        return;
    }
    let calls = vendor_calls(&cx.known.exposure.items, &cx.starts(), &|local| cx.package(local));
    let literals: Vec<Span> = out.iter().map(|finding| finding.place.span).collect();
    let before = out.len();
    service_role_exposed::check(cx, &calls, out);
    secret_client_exposed::check(cx, &calls, &literals, out);
    // Where a call or a switch tells of a variable, its reading there is not told once more.
    let messages: Vec<&str> = out.iter().skip(before).map(|finding| finding.message.as_str()).collect();
    let told = |name: &&Name| messages.iter().any(|message| message.contains(&format!("`{name}`")));
    let told: FxHashSet<Name> = cx.reach.published().names(cx.file).iter().filter(told).cloned().collect();
    public_env_secret::check(cx, &published, &told, out);
    public_source_maps::check(cx, out);
}

/// The rule with this id, if there is one.
pub fn by_id(id: &str) -> Option<&'static RuleMeta<'static>> {
    all().iter().copied().find(|meta| meta.id.as_str() == id)
}
