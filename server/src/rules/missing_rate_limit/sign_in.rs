//! A handler that signs somebody in by a password, whatever it is called and wherever the password is compared.

use super::Need;
use crate::facts::check::{Fact, Facts, GuardKind, Root};
use crate::facts::event::{Event, Side};
use crate::facts::names;
use crate::facts::query::{Filter, Term};
use crate::facts::taint::Part;
use crate::facts::value::{Kind, Library, Value};
use crate::facts::walk::is_stub;
use crate::project::routes::Link;
use crate::rules::handler::{Handler, any, facts_of, origins};
use crate::rules::ownership::Answer;
use crate::rules::{Confidence, Impact};
use crate::text::Name;

/// A handler that is called a login and reads a password, whatever it does with it.
pub(super) fn guessed<'e>(handler: &Handler<'e>) -> Option<Need<'e>> {
    let is_login = handler.is_called(&["login", "signin", "authenticate", "authorize"]) || handler.is_called(&["sign"]) && handler.is_called(&["in"]);
    let by_strategy = handler.route.chain.iter().any(asks_for_password);
    if !is_login && !by_strategy {
        return None;
    }
    let begun = &handler.cx.walk.begun;
    // Whoever passes such a strategy is somebody from then on.
    if handler.who(begun) != Answer::No && !by_strategy {
        return None;
    }
    let is_limit = |fact: &Fact| matches!(fact, Fact::Guard(guard) if guard.kind == GuardKind::Limit);
    if handler.events().filter_map(facts_of).any(|facts| any(facts, &is_limit)) {
        return None;
    }
    let compared = handler.events().filter_map(facts_of).find(|facts| {
        any(facts, &|fact| match fact {
            Fact::Is(symbol, _) | Fact::IsNot(symbol, _) => is_password(symbol.path.last()),
            Fact::Same(one, other) | Fact::Differ(one, other) => is_password(one.path.last()) || is_password(other.path.last()),
            _ => false,
        })
    });
    // What was hashed on the way to the query has lost where it is from.
    let is_hashed = handler.events().any(|event| match event {
        Event::Effect(effect) => matches!(effect.kind.as_str(), "hash" | "password-hash") && effect.args.iter().any(|arg| is_typed(&arg.value)),
        _ => false,
    });
    let is_kept = |side: &Side| side.value.symbol().is_some_and(|symbol| matches!(symbol.root, Root::Row(_)) && !symbol.path.is_empty());
    let asks = |event: &Event| match event {
        // `row["pw"] == digest(typed)`
        Event::Compare(compare) => is_hashed && compare.sides.iter().any(is_kept),
        Event::Access(access) => {
            let terms = access.query.conjuncts();
            terms
                .into_iter()
                .any(|filter| matches!(filter, Filter::Term(Term { path, value, .. }) if is_password(path.last()) && (is_typed(value) || is_hashed)))
        }
        _ => false,
    };
    let there = |event: &'e Event| if let Event::Compare(compare) = event { Some(&compare.facts) } else { facts_of(event) };
    let asked = || handler.events().find(|event| asks(event)).and_then(there);
    let facts = compared.or_else(asked).or_else(|| (by_strategy || is_asked_for(handler) || signs_in(&handler.route.handler, 0)).then_some(begun))?;
    Some(tried(handler, facts))
}

/// Whatever it is called: a stranger types a password or a code, which is worked into something that is looked for, and gets a token or a
/// cookie for it.
pub(super) fn admitted<'e>(handler: &Handler<'e>) -> Option<Need<'e>> {
    if handler.who(&handler.cx.walk.begun) != Answer::No || handler.events().any(keeps_new_password) {
        return None;
    }
    let is_worked = |event: &Event| match event {
        Event::Effect(effect) => {
            matches!(effect.kind.as_str(), "hash" | "hmac" | "password-hash" | "compare" | "password-compare")
                && effect.args.iter().chain(effect.takes.iter().map(|(_, arg)| arg)).any(|arg| is_secret(&arg.value))
        }
        _ => false,
    };
    let worked = handler.events().position(is_worked)?;
    handler.events().skip(worked).find_map(|event| match event {
        Event::Effect(effect) if matches!(effect.kind.as_str(), "jwt-sign" | "cookie") && is_let_in(handler, &effect.facts) => {
            Some(tried(handler, &effect.facts))
        }
        _ => None,
    })
}

/// Nobody is known but by this: that what was typed is what was kept, in whatever way the two were compared.
fn is_let_in(handler: &Handler<'_>, facts: &Facts) -> bool {
    let mut others = Facts::none();
    let is_compared = |fact: &&Fact| matches!(fact, Fact::Guard(guard) if matches!(guard.kind, GuardKind::Machine | GuardKind::Password));
    facts.iter().filter(|fact| !is_compared(fact)).for_each(|fact| others.add(fact.clone()));
    handler.judge.signed_in(&others) == Answer::No
}

/// Typed by the caller as a password or a code.
fn is_secret(value: &Value) -> bool {
    let is_short = |name: &Name| is_password(Some(name)) || names::says_code(name);
    let is_outside = |part: Part| matches!(part, Part::Body | Part::RawBody | Part::Input | Part::Query | Part::Params);
    // `const { pin } = await request.json()`: what was taken out says its name.
    let is_called_so = value.symbol().and_then(|symbol| symbol.path.last()).is_some_and(is_short);
    let mut found = false;
    origins(value, &mut |origin| found |= is_outside(origin.part) && (is_called_so || is_short(&origin.name)));
    found
}

/// Whoever signs up, or sets a new one, can guess nothing.
fn keeps_new_password(event: &Event) -> bool {
    let Event::Access(access) = event else { return false };
    access.query.operation.is_write() && access.query.data.iter().any(super::keeps_password)
}

fn tried<'e>(handler: &Handler<'e>, facts: &'e Facts) -> Need<'e> {
    Need {
        detail: "login",
        impact: Impact::High,
        confidence: Confidence::Proven,
        site: handler.site(),
        event: handler.site(),
        message: format!(
            "Anyone can try as many passwords at {} as they like: lists of leaked ones are tried by machine, thousands a minute.",
            handler.title()
        ),
        also: "a password is compared here",
        facts,
    }
}

/// What a library has its users' passwords checked by: it looks whether one was typed.
fn is_asked_for(handler: &Handler<'_>) -> bool {
    let is_typed = |fact: &Fact| matches!(fact, Fact::Present(symbol) if matches!(symbol.root, Root::Request(_)) && is_password(symbol.path.last()));
    handler.route.known_framework().is_some_and(|framework| framework.checks_passwords)
        && handler.events().filter_map(facts_of).any(|facts| any(facts, &is_typed))
}

/// `passport.authenticate("local")`, `@UseGuards(AuthGuard("local"))`, or a class made of that: a password is compared before the handler.
fn asks_for_password(link: &Link) -> bool {
    is_strategy(&link.value, 0)
}

fn is_strategy(value: &Value, depth: u32) -> bool {
    let is_password = |name: &str| names::words(name).iter().any(|word| matches!(word.as_str(), "local" | "password" | "pin" | "credentials" | "login"));
    let named = |library: &Library| library.args.first().and_then(|arg| arg.value.as_str().cloned()).is_some_and(|name| is_password(&name));
    match value.kind() {
        Kind::Library(library) => {
            let maker = library.receiver.as_ref().and_then(Value::as_library);
            let is_maker = maker.is_some_and(|maker| {
                let is_passport = maker.package.contains("passport") || depth == 0 && maker.step == "authenticate";
                is_passport && matches!(maker.step.as_str(), "authenticate" | "AuthGuard")
            });
            library.step == "()" && (is_maker && named(library) || depth < 4 && library.receiver.as_ref().is_some_and(|inner| is_strategy(inner, depth + 1)))
        }
        Kind::Class(class) if depth < 4 => class.bases.iter().any(|base| is_strategy(base, depth + 1)),
        Kind::Seq(seq) if depth < 4 => seq.items.iter().any(|item| is_strategy(item, depth + 1)),
        _ => false,
    }
}

/// Django's own view for signing in, or one that is made of it.
fn signs_in(handler: &Value, depth: u32) -> bool {
    match handler.kind() {
        Kind::Function(closure) => closure.captured.as_ref().and_then(|captured| captured.get("cls")).is_some_and(|class| signs_in(class, depth + 1)),
        Kind::Class(class) if depth > 0 && depth < 6 => {
            is_stub(&class.item.file) && class.name == "LoginView" || class.bases.iter().any(|base| signs_in(base, depth + 1))
        }
        _ => false,
    }
}

fn is_password(name: Option<&Name>) -> bool {
    name.is_some_and(|name| {
        names::words(name).iter().any(|word| matches!(word.as_str(), "password" | "passwd" | "passcode" | "passphrase" | "pin" | "passwort" | "pwd" | "pw"))
    })
}

fn is_typed(value: &Value) -> bool {
    value.taint().iter().any(|origin| matches!(origin.part, Part::Body | Part::RawBody | Part::Input | Part::Query))
}
