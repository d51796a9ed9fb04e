//! Passwords and signatures are compared as plain text.

use super::{META, typed};
use crate::facts::check::Root;
use crate::facts::credential_names::{is_hash_of_password, is_password, is_password_column, is_repeated, is_signature, last};
use crate::facts::event::{Access, Compare, Compared, Event, Side};
use crate::facts::names;
use crate::facts::query::{Filter, Operation, Term, TermOp};
use crate::facts::schema::{NameClass, is_model_named};
use crate::facts::taint::Part;
use crate::facts::value::Value;
use crate::rules::called::chain;
use crate::rules::open::people::names_people;
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::{Confidence, FixPlan, Impact, Strengthen};
use crate::text::Name;

pub(super) fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let raw = match event {
            Event::Compare(compare) if compare.how == Compared::Equal => plain(cx, compare).or_else(|| timing(cx, compare)),
            Event::Access(access) => looked_up(cx, access),
            _ => None,
        };
        if let Some(raw) = raw
            && !out.iter().any(|known| known.site == raw.site)
        {
            out.push(raw);
        }
    }
}

/// `user.password === password`.
fn plain(cx: &RuleCx<'_>, compare: &Compare) -> Option<Raw> {
    let [left, right] = &compare.sides;
    let (kept, sent, (origin, sent_for_sure)) = [(left, right), (right, left)].into_iter().find_map(|(kept, sent)| Some((kept, sent, typed(&sent.value)?)))?;
    if is_repeated(&origin.name) || is_repeated(last(&kept.path)) || is_repeated(last(&sent.path)) {
        return None;
    }
    let (column, of_row) = kept_password(kept)?;
    if opens_a_thing(cx, kept, &column) {
        return None;
    }
    let confidence = match (of_row, sent_for_sure) {
        (true, sure) => sure,
        (false, Confidence::Proven) if !cx.project.surface(&compare.site.item.file).is_exposed() => Confidence::Likely,
        _ => Confidence::Possible,
    };
    let mut raw = Raw::new(&META, compare.site.clone(), confidence);
    raw.detail = "compare".into();
    if let (Some(at), Some(kept)) = (cx.project.place(&compare.site), cx.project.place(&kept.site)) {
        raw.plans.push(FixPlan::Strengthen { at, how: Strengthen::Compare { kept } });
    }
    raw.message = format!(
        "`{}` is compared with `{column}` as it was typed, so passwords are kept readable: whoever gets to see the table has the password of everybody",
        origin.name
    );
    Some(raw)
}

/// A password that somebody kept, and whether it certainly is of a row of the database.
fn kept_password(side: &Side) -> Option<(Name, bool)> {
    let of_row = side.value.symbol().filter(|symbol| matches!(symbol.root, Root::Row(_))).and_then(|symbol| symbol.path.last());
    if let Some(column) = of_row {
        return (is_password(column)).then(|| (column.clone(), true));
    }
    let stored = side.value.taint().iter().find(|origin| origin.part == Part::Stored).map(|origin| &origin.name);
    if let Some(column) = stored {
        return is_password(column).then(|| (column.clone(), true));
    }
    // `user.password` of a user that somebody else has found.
    let [.., holder, column] = side.path.as_slice() else { return None };
    let of_person = ["user", "account", "member", "admin", "customer", "employee", "person", "found", "existing", "record", "row", "u"]
        .iter()
        .any(|word| holder.eq_ignore_ascii_case(word) || word.len() > 3 && holder.to_ascii_lowercase().contains(word));
    (side.value.taint().is_empty() && of_person && is_password(column) && !is_hash_of_password(column)).then(|| (column.clone(), false))
}

/// `survey.pin`: the number that lets people in to one thing. Whoever gave it has to be able to read it again, and nobody uses it elsewhere.
fn opens_a_thing(cx: &RuleCx<'_>, kept: &Side, column: &Name) -> bool {
    let Some(Root::Row(id)) = kept.value.symbol().map(|symbol| &symbol.root) else { return false };
    is_pin(column) && cx.walk.events.iter().any(|event| matches!(event, Event::Access(access) if access.id == *id && is_thing(cx, access)))
}

fn is_pin(column: &str) -> bool {
    names::words(column).last().is_some_and(|word| word == "pin")
}

/// Rows that are about no person.
fn is_thing(cx: &RuleCx<'_>, access: &Access) -> bool {
    let model = cx.schema.model_near(&access.query.model, &access.site.item.file);
    let is_holders = |word: &String| matches!(word.as_str(), "card" | "account" | "wallet" | "profile" | "staff");
    model.is_some_and(|model| {
        let of_people = model.is_principal || is_model_named(&model.name, Some(model), NameClass::ModelOfPeople) || names_people(model, access);
        !of_people && !model.columns.is_empty() && !names::words(&model.name).iter().any(is_holders)
    })
}

/// `WHERE email = $1 AND password = $2`, `findOne({ email, password })`.
fn looked_up(cx: &RuleCx<'_>, access: &Access) -> Option<Raw> {
    if !matches!(access.query.operation, Operation::ReadOne | Operation::ReadMany | Operation::Count) {
        return None;
    }
    let conjuncts = access.query.conjuncts();
    let (term, (origin, confidence)) = conjuncts.into_iter().find_map(|filter| match filter {
        Filter::Term(term @ Term { op: TermOp::Eq, .. }) if term.path.last().is_some_and(|column| is_password_column(column)) => {
            Some((term, typed(&term.value)?))
        }
        _ => None,
    })?;
    let confidence = if access.query.guessed { confidence.min(Confidence::Likely) } else { confidence };
    let column = last(&term.path);
    if is_pin(column) && is_thing(cx, access) {
        return None;
    }
    let site = term.site.clone().unwrap_or_else(|| access.site.clone());
    let mut raw = Raw::new(&META, site, confidence);
    raw.detail = "compare".into();
    raw.message = format!(
        "`{}` is looked up in `{column}` as it was typed, so passwords are kept readable: whoever gets to see the table has the password of everybody",
        origin.name
    );
    raw.also(access.site.clone(), "the database is asked here".to_owned());
    Some(raw)
}

/// `signature === expected`: what is computed or kept secret, compared with what a stranger sent.
fn timing(cx: &RuleCx<'_>, compare: &Compare) -> Option<Raw> {
    let [left, right] = &compare.sides;
    if compare.sides.iter().any(|side| matches!(last(&side.path), "length" | "byteLength" | "size")) {
        return None;
    }
    let is_sent = |side: &Side| side.value.taint().iter().any(|origin| origin.part.is_request());
    let is_given = |side: &Side| is_sent(side) || side.value.taint().iter().any(|origin| origin.part == Part::Parameter);
    let is_secret = |side: &Side| is_computed(&side.value) || side.value.taint().iter().any(|origin| origin.part.is_environment());
    let (sent, secret) = [(left, right), (right, left)].into_iter().find(|(sent, secret)| is_given(sent) && is_secret(secret) && !is_secret(sent))?;
    let name = [last(&sent.path), last(&secret.path)].into_iter().find(|name| is_signature(name));
    let name = name.or_else(|| is_computed(&secret.value).then(|| last(&sent.path)))?;
    let name = if name.is_empty() { "a secret" } else { name };
    // A fixed secret of the program's own is hard to measure over a network; what is computed differs with each try.
    let confidence = match (is_sent(sent), is_computed(&secret.value)) {
        (true, true) => Confidence::Proven,
        (_, true) => Confidence::Likely,
        _ => Confidence::Possible,
    };
    let mut raw = Raw::new(&META, compare.site.clone(), confidence);
    raw.impact = Some(Impact::Low);
    raw.detail = "timing".into();
    if let (Some(at), Some(sent)) = (cx.project.place(&compare.site), cx.project.place(&sent.site)) {
        raw.plans.push(FixPlan::Strengthen { at, how: Strengthen::SameTime { sent } });
    }
    raw.message = format!(
        "`{name}` is compared in a way that takes longer the more of it is right: with enough tries somebody can measure what is expected, piece by piece"
    );
    Some(raw)
}

/// What an HMAC gave.
fn is_computed(value: &Value) -> bool {
    chain(value).any(|library| library.step == "createHmac" || library.step == "new" && library.package.starts_with("hmac"))
}
