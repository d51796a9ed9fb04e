//! Stored files that everybody can download, or change.

mod buckets;
mod objects;
mod options;

use super::database::api::{Served, served};
use super::exposed::FileCx;
use super::{Audience, Finding, Impact, Risk, RuleId, RuleMeta};
use crate::syntax::Language;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("public-storage"),
    title: "Stored files are open to everybody",
    risk: Risk::Database,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[276, 732],
    page: include_str!("../../../../queries/rules/public-storage.md"),
};

pub fn check(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    if cx.known.document.language == Language::Sql {
        if served(cx) != Served::No {
            buckets::check(cx, out);
            objects::check(cx, out);
        }
        return;
    }
    options::check(cx, out);
}
