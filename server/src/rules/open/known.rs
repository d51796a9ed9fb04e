//! Is it known that nobody is known? A route is open only where nothing before it may have said who is calling.

use super::columns::is_from_outside;
use crate::facts::check::{Fact, Facts, GuardKind, Root, Symbol};
use crate::facts::event::{Access, AccessId, Event, Side, SinkKind};
use crate::facts::names;
use crate::facts::query::Filter;
use crate::facts::schema::{NameClass, column_classes, model_classes};
use crate::facts::taint::Part;
use crate::facts::value::{Kind, Value};
use crate::project::RootWalk;
use crate::rules::ownership::{Answer, Judge};
use crate::text::Name;

/// Nobody need be signed in where `facts` hold, no machine need prove itself, and no password or token was looked at.
pub fn nobody_is_known(walk: &RootWalk, judge: &Judge<'_>, facts: &Facts, at: usize) -> bool {
    !is_known(walk, judge, facts, 0) && !was_known_before(walk, judge, facts, at)
}

fn is_known(walk: &RootWalk, judge: &Judge<'_>, facts: &Facts, depth: u32) -> bool {
    if judge.signed_in(facts) != Answer::No || judge.is_machine(facts) || judge.is_delegated(facts) {
        return true;
    }
    facts.iter().any(|fact| match fact {
        Fact::Guard(guard) => guard.kind == GuardKind::Password,
        Fact::Present(symbol) => match symbol.root {
            Root::Row(id) | Root::Count(id) => access(walk, id).is_some_and(is_by_credential),
            _ => false,
        },
        // What only the owner of the row was told: `hash(key) === row.keyHash`.
        Fact::Same(..) => shown_secret(fact).is_some(),
        Fact::Any(arms) if depth < 4 => {
            arms.iter().any(|arm| is_known(walk, judge, arm, depth + 1))
                && arms.iter().all(|arm| is_known(walk, judge, arm, depth + 1) || arm.iter().any(is_mark_of_route))
        }
        _ => false,
    })
}

/// `routeOptions.config.open`: something that a route says of itself, which this one need not say.
fn is_mark_of_route(fact: &Fact) -> bool {
    matches!(fact, Fact::Present(symbol) if !symbol.path.is_empty() && matches!(&symbol.root, Root::Request(part) if part == "path"))
}

/// The row whose secret the caller was shown to know.
pub fn shown_secret(fact: &Fact) -> Option<AccessId> {
    let Fact::Same(a, b) = fact else { return None };
    [(a, b), (b, a)].into_iter().find_map(|(kept, given)| match kept.root {
        Root::Row(id) if is_kept_secret(kept) && !matches!(given.root, Root::Row(_) | Root::Global(_) | Root::Principal) => Some(id),
        _ => None,
    })
}

/// Is a secret of this row compared with something: `row.hash !== await stretch(password, row.salt)`? Whoever is let in knows it.
pub fn is_row_of_secret(walk: &RootWalk, id: AccessId) -> bool {
    let is_kept = |side: &Side| side.value.symbol().is_some_and(|symbol| symbol.root == Root::Row(id) && is_kept_secret(symbol));
    // What a library compares, it tells by what holds afterwards.
    let is_password = |facts: &Facts| facts.iter().any(|fact| matches!(fact, Fact::Guard(guard) if guard.kind == GuardKind::Password));
    walk.events.iter().any(|event| match event {
        Event::Compare(compare) => compare.sides.iter().any(is_kept),
        Event::Use(used) => is_password(&used.facts),
        _ => false,
    })
}

/// A column of a row that holds a secret, or what was worked out from one.
fn is_kept_secret(symbol: &Symbol) -> bool {
    let says = |name: &Name| {
        let classes = column_classes(name);
        let is_word = |word: &String| matches!(word.as_str(), "hash" | "digest" | "token" | "secret" | "key" | "pin" | "passcode" | "signature" | "otp");
        classes.has(NameClass::Capability) || classes.has(NameClass::Sensitive) || names::words(name).last().is_some_and(is_word)
    };
    symbol.path.last().is_some_and(says)
}

/// Where many ways meet, what was known on each of them may have been forgotten: then something before here was done with
/// somebody signed in, and not on a way that excludes this one.
fn was_known_before(walk: &RootWalk, judge: &Judge<'_>, facts: &Facts, at: usize) -> bool {
    // Nothing was forgotten here: what was shown before was shown to nobody who waited.
    if facts.iter().any(|fact| matches!(fact, Fact::Guard(guard) if guard.kind == GuardKind::Unawaited)) {
        return false;
    }
    // What runs before the handler looked who is there, and it is still known that there may be nobody: nothing was forgotten.
    let from = if facts.iter().any(|fact| leaves_open(walk, judge, fact)) { walk.before_handler } else { 0 };
    walk.events.iter().take(at).enumerate().skip(from).any(|(index, event)| {
        let before = match event {
            Event::Access(access) => &access.facts,
            Event::Effect(effect) => &effect.facts,
            // What is asked of a database is an access, too; what only opens it tells of nobody.
            Event::Sink(sink) if sink.kind != SinkKind::Sql => &sink.facts,
            Event::Use(used) if index < walk.before_handler => &used.facts,
            _ => return false,
        };
        is_known(walk, judge, before, 0) && !exclude(before, facts)
    })
}

/// `user ?? null`: on one of the ways to here somebody is known, and on another one it was seen that nobody is.
fn leaves_open(walk: &RootWalk, judge: &Judge<'_>, fact: &Fact) -> bool {
    let Fact::Any(arms) = fact else { return false };
    arms.iter().any(|arm| may_be_known(walk, judge, arm, 1)) && arms.iter().any(|arm| !is_known(walk, judge, arm, 1) && lacks_somebody(arm, 0))
}

/// On one of the ways that led here somebody was known.
fn may_be_known(walk: &RootWalk, judge: &Judge<'_>, facts: &Facts, depth: u32) -> bool {
    let on_one = |fact: &Fact| matches!(fact, Fact::Any(arms) if arms.iter().any(|arm| may_be_known(walk, judge, arm, depth + 1)));
    is_known(walk, judge, facts, depth) || depth < 4 && facts.iter().any(on_one)
}

/// No session, no cookie, no header.
fn lacks_somebody(facts: &Facts, depth: u32) -> bool {
    facts.iter().any(|fact| match fact {
        Fact::Absent(symbol) => match &symbol.root {
            Root::Principal => true,
            Root::Request(part) => matches!(part.as_str(), "cookies" | "headers"),
            _ => false,
        },
        Fact::Any(arms) if depth < 4 => !arms.is_empty() && arms.iter().all(|arm| lacks_somebody(arm, depth + 1)),
        _ => false,
    })
}

/// Can the two not hold in one request? `req.method === "GET"` here, `"DELETE"` there.
pub fn exclude(one: &Facts, other: &Facts) -> bool {
    one.iter().any(|fact| {
        other.iter().any(|against| match (fact, against) {
            (Fact::Is(a, text), Fact::Is(b, other)) => a == b && text != other,
            (Fact::Is(a, text), Fact::IsNot(b, other)) | (Fact::IsNot(a, text), Fact::Is(b, other)) => a == b && text == other,
            (Fact::Present(a), Fact::Absent(b)) | (Fact::Absent(a), Fact::Present(b)) => a == b,
            _ => false,
        })
    })
}

fn access(walk: &RootWalk, id: AccessId) -> Option<&Access> {
    walk.events.iter().find_map(|event| match event {
        Event::Access(access) if access.id == id => Some(access),
        _ => None,
    })
}

/// What a call gave that could not be followed: a session is looked up by it because it came with the request.
fn is_worked_out(value: &Value) -> bool {
    value.taint().is_empty() && value.symbol().is_some_and(|symbol| matches!(symbol.root, Root::Call(_)))
}

/// Neither written in the program nor as it was sent: what was made of a key.
fn is_unsent(value: &Value) -> bool {
    let is_as_sent = |part: Part| matches!(part, Part::Body | Part::RawBody | Part::Query | Part::Params | Part::Path | Part::Input);
    !matches!(value.kind(), Kind::Str(_) | Kind::Number(_) | Kind::Bool(_) | Kind::Null) && !value.taint().iter().any(|origin| is_as_sent(origin.part))
}

fn is_of_request(value: &Value) -> bool {
    value.symbol().is_some_and(|symbol| matches!(symbol.root, Root::Request(_)))
}

/// A row that is found by what only its holder knows: a session by its token, a key by its hash.
fn is_by_credential(access: &Access) -> bool {
    let conjuncts = access.query.conjuncts();
    let names_credential = model_classes(&access.query.model).has(NameClass::Session) || model_classes(&access.query.model).has(NameClass::CapabilityModel);
    // A code that ends at some time was sent to somebody.
    let named = |filter: &Filter, says: &dyn Fn(&str) -> bool| matches!(filter, Filter::Term(term) if term.path.last().is_some_and(|column| says(column)));
    let ends = conjuncts.iter().any(|filter| named(filter, &names::says_end));
    let is_sent_code = |filter: &Filter| {
        named(filter, &names::says_code) && matches!(filter, Filter::Term(term) if is_from_outside(&term.value) || is_of_request(&term.value))
    };
    if ends && conjuncts.iter().any(|filter| is_sent_code(filter)) {
        return true;
    }
    conjuncts.iter().any(|filter| is_credential(filter, names_credential))
}

/// Nobody knows what it is compared with but whom the row belongs to. `names_credential`: the rows are credentials themselves.
fn is_credential(filter: &Filter, names_credential: bool) -> bool {
    match filter {
        Filter::Term(term) => {
            let column = term.path.last().map(|column| column_classes(column));
            let in_header = term.value.taint().iter().any(|origin| matches!(origin.part, Part::Headers | Part::Cookies));
            let is_secret = column.is_some_and(|classes| classes.has(NameClass::Capability) || classes.has(NameClass::Sensitive));
            let is_digest = term.path.last().is_some_and(|column| names::words(column).iter().any(|word| matches!(word.as_str(), "hash" | "digest")));
            in_header || is_secret || is_digest && is_unsent(&term.value) || names_credential && (is_from_outside(&term.value) || is_worked_out(&term.value))
        }
        Filter::Opaque(_) => true,
        // Whichever of several keys it was found by.
        Filter::Any(arms) => !arms.is_empty() && arms.iter().all(|arm| is_credential(arm, names_credential)),
        Filter::All(all) => all.iter().any(|one| is_credential(one, names_credential)),
        _ => false,
    }
}
