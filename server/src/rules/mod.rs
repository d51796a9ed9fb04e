//! FLOOR 5. One file per mistake. A rule sees facts and the project, never syntax or a language.

mod address;
pub mod admin_open;
mod asked_for;
pub mod built;
pub mod called;
mod chosen_by_caller;
pub mod code_injection;
pub mod command_injection;
pub mod cors_permissive;
pub mod csrf_disabled;
pub mod database;
pub mod debug_enabled;
pub mod error_leak;
pub mod evidence;
pub mod exposed;
mod finding;
mod foreign_parent;
pub mod habits;
pub mod handler;
pub mod hardcoded_login;
mod hardcoded_setting;
mod holes;
pub mod input;
pub mod insecure_cookie;
pub mod jwt_misuse;
pub mod llm_output_unsafe;
pub mod map;
pub mod mass_assignment;
mod meta;
pub mod missing_auth;
pub mod missing_ownership;
pub mod missing_rate_limit;
pub mod missing_security_headers;
pub mod missing_validation;
pub mod nosql_injection;
pub mod open;
pub mod open_redirect;
pub mod options;
pub mod overbroad_db_access;
pub mod own;
pub mod ownership;
mod ownership_plan;
mod paid_by_word;
mod parts;
pub mod path_traversal;
pub mod plan;
mod prototype_written;
pub mod public_env_secret;
pub mod public_source_maps;
pub mod public_storage;
pub mod raw;
pub mod rls_missing;
pub mod rules_open;
mod said_as_bought;
pub mod secret_client_exposed;
pub mod secret_hardcoded;
pub mod sensitive_data_exposed;
mod served_folder;
pub mod service_role_exposed;
pub mod sql_injection;
pub mod ssrf;
mod standing_columns;
mod standing_place;
mod takes_part;
mod template_called;
pub mod tls_disabled;
pub mod unsafe_deserialization;
pub mod upload_unrestricted;
pub mod usage;
pub mod vendor_account;
mod weak_crypto;
pub mod weak_password_storage;
pub mod weak_random;
pub mod webhook_unverified;
pub mod xss;

use rustc_hash::FxHashSet;

use crate::facts::exposure::vendor_calls;
use crate::facts::secrets::Memory;
pub use crate::text::Place;
use crate::text::{Name, Span};
pub use finding::{Confidence, Finding, Level, Related};
pub use meta::{Audience, Impact, Risk, RuleId, RuleMeta};
pub use plan::{FixPlan, Strengthen};

/// Every rule's description, sorted by id.
pub fn all() -> &'static [&'static RuleMeta<'static>] {
    static ALL: &[&RuleMeta<'static>] = &[
        &admin_open::META,
        &code_injection::META,
        &command_injection::META,
        &cors_permissive::META,
        &csrf_disabled::META,
        &debug_enabled::META,
        &error_leak::META,
        &insecure_cookie::META,
        &jwt_misuse::META,
        &llm_output_unsafe::META,
        &mass_assignment::META,
        &missing_auth::META,
        &missing_ownership::META,
        &missing_rate_limit::META,
        &missing_security_headers::META,
        &missing_validation::META,
        &nosql_injection::META,
        &open_redirect::META,
        &overbroad_db_access::META,
        &path_traversal::META,
        &public_env_secret::META,
        &public_source_maps::META,
        &public_storage::META,
        &rls_missing::META,
        &rules_open::META,
        &secret_client_exposed::META,
        &secret_hardcoded::META,
        &sensitive_data_exposed::META,
        &service_role_exposed::META,
        &sql_injection::META,
        &ssrf::META,
        &tls_disabled::META,
        &unsafe_deserialization::META,
        &upload_unrestricted::META,
        &weak_crypto::META,
        &weak_password_storage::META,
        &weak_random::META,
        &webhook_unverified::META,
        &xss::META,
    ];
    ALL
}

/// Everything the flow rules say about one walk.
pub fn of_walk(cx: &raw::RuleCx<'_>) -> Vec<raw::Raw> {
    let mut out = Vec::new();
    hardcoded_login::check(cx, &mut out);
    hardcoded_setting::check(cx, &mut out);
    jwt_misuse::check(cx, &mut out);
    admin_open::check(cx, &mut out);
    missing_auth::check(cx, &mut out);
    missing_ownership::check(cx, &mut out);
    overbroad_db_access::of_walk(cx, &mut out);
    cors_permissive::check(cx, &mut out);
    csrf_disabled::check(cx, &mut out);
    debug_enabled::check(cx, &mut out);
    error_leak::check(cx, &mut out);
    insecure_cookie::check(cx, &mut out);
    missing_security_headers::check(cx, &mut out);
    sensitive_data_exposed::check(cx, &mut out);
    sql_injection::check(cx, &mut out);
    command_injection::check(cx, &mut out);
    code_injection::check(cx, &mut out);
    unsafe_deserialization::check(cx, &mut out);
    path_traversal::check(cx, &mut out);
    ssrf::check(cx, &mut out);
    open_redirect::check(cx, &mut out);
    xss::check(cx, &mut out);
    nosql_injection::check(cx, &mut out);
    llm_output_unsafe::check(cx, &mut out);
    upload_unrestricted::check(cx, &mut out);
    tls_disabled::check(cx, &mut out);
    weak_crypto::check(cx, &mut out);
    weak_password_storage::check(cx, &mut out);
    weak_random::check(cx, &mut out);
    mass_assignment::check(cx, &mut out);
    prototype_written::check(cx, &mut out);
    missing_rate_limit::check(cx, &mut out);
    missing_validation::check(cx, &mut out);
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
    let calls = vendor_calls(&cx.known.exposure.items, &cx.starts());
    let literals: Vec<Span> = out.iter().map(|finding| finding.place.span).collect();
    let before = out.len();
    service_role_exposed::check(cx, &calls, out);
    secret_client_exposed::check(cx, &calls, &literals, out);
    // Where a call or a switch tells of a variable, its reading there is not told once more.
    let messages: Vec<&str> = out.iter().skip(before).map(|finding| finding.message.as_str()).collect();
    let told = |name: &&Name| messages.iter().any(|message| message.contains(&format!("`{name}`")));
    let told: FxHashSet<Name> = cx.reach.published().names(cx.file).iter().filter(told).cloned().collect();
    public_env_secret::check(cx, &published, &calls, &told, out);
    public_source_maps::check(cx, out);
    rls_missing::check(cx, out);
    rules_open::check(cx, out);
    overbroad_db_access::of_file(cx, out);
    public_storage::check(cx, out);
    tls_disabled::of_file(cx, out);
    mass_assignment::of_file(cx, out);
    cors_permissive::of_setup(cx, out);
    csrf_disabled::of_setup(cx, out);
    debug_enabled::of_setup(cx, out);
    insecure_cookie::of_setup(cx, out);
    open::script_page::check(cx, out);
    missing_security_headers::of_file(cx, out);
}

/// The rule with this id, if there is one.
pub fn by_id(id: &str) -> Option<&'static RuleMeta<'static>> {
    all().iter().copied().find(|meta| meta.id.as_str() == id)
}
