//! Code that hands SQL to a function of the database which runs whatever it is given.

use super::META;
use crate::rules::exposed::{FileCx, audience};
use crate::rules::{Confidence, Finding, Impact};

/// Names under which such functions are made.
const NAMES: [&str; 10] =
    ["exec_sql", "execute_sql", "run_sql", "exec_raw_sql", "run_query", "execute_query", "exec_query", "raw_sql", "sql_exec", "query_sql"];

pub(super) fn check(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let starts = cx.starts();
    for (item, (facts, start)) in cx.known.exposure.items.iter().zip(&starts).enumerate() {
        for asked in facts.asked.iter().filter(|asked| asked.step == "rpc" && NAMES.contains(&asked.name.to_ascii_lowercase().as_str())) {
            // Where its SQL is part of the project, that is the place to tell of it, and this one is named there.
            if cx.schema.routines().iter().any(|routine| routine.name.name == asked.name) {
                continue;
            }
            let way = if asked.kept { None } else { cx.reach.way_of_item(cx.file, item) };
            let name = &asked.name;
            let (confidence, who) = match &way {
                Some(way) => (Confidence::Proven, format!("this code goes to {}, and any of them", audience(way.surface))),
                None => (Confidence::Likely, "unless it is taken from visitors, anyone who opens your site".to_owned()),
            };
            let message = format!(
                "`{name}` is a function of your database that runs the SQL it is given: {who} can call it as `/rpc/{name}` and read or delete what they like"
            );
            let mut finding = cx.finding(&META, "runs-sql", (Impact::Critical, confidence), cx.place(asked.span.shifted(*start)), message);
            finding.related = way.map(|way| cx.chain(&way)).unwrap_or_default();
            out.push(finding);
        }
    }
}
