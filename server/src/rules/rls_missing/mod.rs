//! Tables that an interface hands to everybody, and that have no lock, or one that stands open.

mod off;
mod open;
mod own_row;

use super::database::api::{Served, served};
use super::exposed::FileCx;
use super::{Audience, Finding, Impact, Risk, RuleId, RuleMeta};
use crate::syntax::Language;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("rls-missing"),
    title: "Anyone can reach the rows of a table",
    risk: Risk::Database,
    impact: Impact::Critical,
    audience: Audience::Everyday,
    cwe: &[862, 863],
    page: include_str!("../../../../queries/rules/rls-missing.md"),
};

/// What is said of the tables that a SQL file makes, and of the policies that it writes.
pub fn check(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    if cx.known.document.language != Language::Sql || cx.known.tables.statements.is_empty() {
        return;
    }
    let served = served(cx);
    if served == Served::No {
        return;
    }
    off::check(cx, served, out);
    open::check(cx, served, out);
}
