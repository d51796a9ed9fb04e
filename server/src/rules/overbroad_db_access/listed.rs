//! Everybody who signs up gets the list of all people, with what reaches them: addresses, numbers.

use super::META;
use crate::facts::check::{Fact, GuardKind};
use crate::facts::event::Access;
use crate::facts::names;
use crate::facts::query::{Columns, Operation};
use crate::facts::schema::{Column, Model, NameClass, Privacy, column_classes};
use crate::rules::open::administrative::is_directory;
use crate::rules::ownership::{Answer, Judge, Tie};
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::{Confidence, Impact};
use crate::text::Name;

pub(super) fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    let Some(route) = &cx.walk.route else { return };
    let is_public = route.path.as_deref().is_some_and(|path| cx.config.is_public_route(&route.methods, path));
    if is_public || cx.walk.exhausted || is_directory(route) {
        return;
    }
    let judge = &cx.judge;
    for access in judge.accesses() {
        let Some(model) = cx.schema.model_near(&access.query.model, &access.site.item.file) else { continue };
        let Some(column) = contact(model, access) else { continue };
        if !lists_everybody(judge, model, access) {
            continue;
        }
        // What an answer is declared to hold may leave the column out.
        let is_sure = !cx.project.declares_answer(cx.walk);
        let mut raw = Raw::new(&META, access.site.clone(), if is_sure { Confidence::Proven } else { Confidence::Likely });
        raw.detail = Name::new_static("everybody");
        raw.impact = Some(Impact::Medium);
        raw.message = format!(
            "Anyone who signs up gets the list of every {} with `{}`: no filter says which of them the caller may see, and no role is asked for",
            model.name, column.name
        );
        raw.absence = true;
        raw.also(route.site.clone(), format!("reached from {}", route.title()));
        out.push(raw);
        return;
    }
}

/// A column of people by which they can be reached, if the question asks for it.
fn contact<'m>(model: &'m Model, access: &Access) -> Option<&'m Column> {
    let is_contact = |column: &&Column| {
        let classes = column_classes(&column.name);
        (classes.has(NameClass::Login) && !is_shown_name(&column.name)) || classes.has(NameClass::Sensitive)
    };
    let columns = access.query.columns.as_ref()?;
    let is_given = |column: &&Column| columns.give(&column.name) && (!column.withheld || matches!(columns, Columns::Only(_) | Columns::Also(_)));
    model.columns.iter().filter(is_contact).find(is_given)
}

/// Names that people go by in front of others.
pub(super) fn is_shown_name(name: &str) -> bool {
    matches!(name.to_ascii_lowercase().replace('_', "").as_str(), "username" | "handle" | "login")
}

fn lists_everybody(judge: &Judge<'_>, model: &Model, access: &Access) -> bool {
    let query = &access.query;
    let facts = &access.facts;
    if query.operation != Operation::ReadMany || model.privacy() != Privacy::Principal || query.guessed {
        return false;
    }
    // A guard that cannot be looked into and whose name says more than a login: `RolesGuard` of a library.
    let may_ask_more =
        |fact: &Fact| matches!(fact, Fact::Guard(guard) if !guard.sure && guard.kind == GuardKind::Identity && !names::only_asks_who(&guard.name));
    if judge.is_machine(facts) || judge.is_elevated(facts) || judge.is_delegated(facts) || facts.iter().any(may_ask_more) {
        return false;
    }
    // Without anybody signed in the route is open, which is another mistake.
    judge.signed_in(facts) == Answer::Yes
        && judge.tie(access) == Tie::List
        && judge.row_security(query) == Some(false)
        && judge.leaves_unchecked(access) == Some(true)
}
