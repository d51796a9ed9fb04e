//! A route asks with the key that stands above all policies, and nobody has to show who they are.

use rustc_hash::FxHashSet;

use super::META;
use super::listed::is_shown_name;
use crate::facts::credential::{Credential, credential};
use crate::facts::event::Access;
use crate::facts::query::{Columns, Operation, Query};
use crate::facts::schema::{NameClass, Privacy, column_classes};
use crate::rules::open::is_by_capability;
use crate::rules::ownership::{Answer, Judge, Tie};
use crate::rules::raw::{Raw, RuleCx, tells};
use crate::rules::{Confidence, Impact, missing_auth, webhook_unverified};
use crate::text::Name;

pub(super) fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    let Some(route) = &cx.walk.route else { return };
    let is_public = route.path.as_deref().is_some_and(|path| cx.config.is_public_route(&route.methods, path));
    if is_public || cx.walk.exhausted {
        return;
    }
    let judge = &cx.judge;
    let mut told: FxHashSet<Name> = FxHashSet::default();
    let mut at_the_door = None;
    for access in judge.accesses() {
        let Some((input, confidence)) = verdict(judge, access) else { continue };
        // What follows from an open door is told at the door.
        if *at_the_door.get_or_insert_with(|| tells(missing_auth::check, cx) || tells(webhook_unverified::check, cx)) {
            return;
        }
        let query = &access.query;
        if !told.insert(query.model.clone()) {
            continue;
        }
        let mut raw = Raw::new(&META, query.key.clone().unwrap_or_else(|| access.site.clone()), confidence);
        raw.detail = Name::new_static("privileged");
        raw.impact = Some(Impact::High);
        let verb = query.operation.verb();
        let which = match &input {
            Some(input) => format!("{verb} any row of `{}` by changing `{input}`", query.model),
            None => format!("{verb} all of `{}`", query.model),
        };
        raw.message = format!("This asks with the server's key, which skips every policy, and nobody has to be signed in: anyone can {which}");
        raw.absence = true;
        raw.also(route.site.clone(), format!("reached from {}", route.title()));
        out.push(raw);
    }
}

/// The input that chooses the rows, if one does.
fn verdict(judge: &Judge<'_>, access: &Access) -> Option<(Option<Name>, Confidence)> {
    let query = &access.query;
    let above = query.row_security && credential(query.handle.as_ref()) == Credential::Privileged;
    if !above || query.model.is_empty() || matches!(query.operation, Operation::Raw | Operation::Create) {
        return None;
    }
    let facts = &access.facts;
    if judge.signed_in(facts) != Answer::No || judge.is_machine(facts) || judge.is_elevated(facts) || judge.is_delegated(facts) || access.delegated {
        return None;
    }
    let privacy = judge.privacy(query);
    let is_private = privacy == Privacy::Private || privacy == Privacy::Principal;
    if privacy == Privacy::Principal && !query.operation.is_write() && shows_only_names(query) {
        return None;
    }
    if !is_private || !query.operation.is_write() && judge.leaves_unchecked(access) != Some(true) {
        return None;
    }
    // Whoever was given the link with the token may do what it is for.
    if is_by_capability(access, judge.model_of(query)) {
        return None;
    }
    match judge.tie(access) {
        Tie::Client(choice) => Some((Some(choice.input), Confidence::Likely)),
        Tie::Spoofed => Some((None, Confidence::Likely)),
        Tie::List if query.operation == Operation::ReadMany => Some((None, Confidence::Likely)),
        _ => None,
    }
}

/// Of people, only what they go by in front of others: what a check whether a name is free asks for.
fn shows_only_names(query: &Query) -> bool {
    let is_telling = |name: &Name| {
        let classes = column_classes(name);
        classes.has(NameClass::Sensitive) || classes.has(NameClass::Login) && !is_shown_name(name)
    };
    matches!(&query.columns, Some(Columns::Only(names)) if !names.iter().any(is_telling))
}
