//! Passwords, keys and private columns get out: into answers, logs, addresses, or the browser's storage.

mod answered;
mod leaks;
mod logged;
mod proof;
mod sent;
mod template;
mod variable;
mod whole;

pub use answered::personal_columns_answered;

use super::raw::{Raw, RuleCx};
use super::{Audience, Impact, Risk, RuleId, RuleMeta};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("sensitive-data-exposed"),
    title: "Private data gets out",
    risk: Risk::Database,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[200, 532],
    page: include_str!("../../../../queries/rules/sensitive-data-exposed.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    answered::check(cx, out);
    proof::check(cx, out);
    logged::check(cx, out);
    sent::check(cx, out);
    template::check(cx, out);
}
