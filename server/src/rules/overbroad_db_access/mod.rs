//! The database does more for a caller than it should: functions and views that step over row level security, grants to
//! everybody, and the server's key asking on a stranger's behalf.

mod grants;
mod listed;
mod privileged;
mod remote_sql;
mod routines;
mod views;

use super::database::api::{Served, served};
use super::database::change::{ChangeKind, DatabaseChange};
use super::exposed::FileCx;
use super::raw::{Raw, RuleCx};
use super::{Audience, Finding, FixPlan, Impact, Place, Risk, RuleId, RuleMeta};
use crate::syntax::Language;
use crate::text::Name;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("overbroad-db-access"),
    title: "The database gives a caller more than it should",
    risk: Risk::Database,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[269, 276, 426],
    page: include_str!("../../../../queries/rules/overbroad-db-access.md"),
};

/// What is said of the functions, views and grants of a SQL file.
pub fn of_file(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    if cx.known.document.language != Language::Sql {
        remote_sql::check(cx, out);
        return;
    }
    let served = served(cx);
    grants::check(cx, served, out);
    if served == Served::Yes {
        routines::check(cx, out);
        views::check(cx, out);
    }
}

/// What is said of what a handler asks the database for.
pub fn of_walk(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    privileged::check(cx, out);
    listed::check(cx, out);
}

fn plan(at: Place, object: &Name, kind: ChangeKind) -> FixPlan {
    FixPlan::ChangeDatabase(Box::new(DatabaseChange { at, object: object.clone(), kind }))
}
