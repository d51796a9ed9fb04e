//! A check that believes what the caller says of themselves: a role out of the request, or out of what each user may change of
//! their own account (authorization reference, AZ11).

use super::Deed;
use super::why::{Flaw, Looked, Why};
use crate::facts::check::{Fact, Facts, Root, Symbol};
use crate::facts::event::{Event, UseKind};
use crate::facts::names;
use crate::facts::place::{FunctionKey, Site};
use crate::facts::role_words::{names_above, names_right};
use crate::facts::value::{Kind, Value};
use crate::model::{ExprId, ExprKind, StmtKind};
use crate::rules::ownership::Judge;
use crate::rules::raw::RuleCx;
use crate::text::{Name, Span};

/// What is believed, and where.
pub struct Claim {
    pub why: Why,
    /// What of the request it is: `role`.
    pub said: Name,
}

/// The check on the way to a deed that only asks what the caller says. `None` if anything else may have decided.
pub fn claimed(cx: &RuleCx<'_>, judge: &Judge<'_>, deed: &Deed<'_>) -> Option<Claim> {
    let symbol = believed(judge, deed.facts).filter(|symbol| !is_saved(deed, symbol))?;
    claim_of(cx, symbol)
}

/// The same in front of whatever the handler answers, where what is believed is kept with the account and meant to be written by its
/// owner: such a check is wrong whatever it guards.
pub fn editable_role(cx: &RuleCx<'_>, judge: &Judge<'_>) -> Option<Claim> {
    let answered = cx.walk.events.iter().filter_map(|event| match event {
        Event::Use(used) if matches!(used.kind, UseKind::Respond | UseKind::Return | UseKind::Shown) => Some(&used.facts),
        _ => None,
    });
    let symbol = answered.filter_map(|facts| believed(judge, facts)).find(|symbol| symbol.path.iter().any(|name| is_editable(name)))?;
    claim_of(cx, symbol)
}

fn believed<'f>(judge: &Judge<'_>, facts: &'f Facts) -> Option<&'f Symbol> {
    if judge.is_elevated(facts) || judge.is_machine(facts) || judge.is_delegated(facts) { None } else { claim(facts, 0) }
}

fn claim_of(cx: &RuleCx<'_>, symbol: &Symbol) -> Option<Claim> {
    let said = symbol.path.last()?.clone();
    let handler = cx.walk.route.as_ref().and_then(|route| route.function());
    let mut others: Vec<&FunctionKey> = cx.walk.visited.iter().collect();
    others.sort();
    let all: Vec<&FunctionKey> = handler.iter().chain(others).collect();
    let site = all.iter().find_map(|key| check_of(cx, key, &said)).or_else(|| answer_of(cx, &all, &said))?;
    let is_own = symbol.root == Root::Principal;
    let metadata = symbol.path.iter().find(|name| is_editable(name));
    let message = match (is_own, metadata) {
        (true, Some(metadata)) => format!("This check reads `{said}` from `{metadata}`, which each user can change in their own account."),
        (true, None) => format!("This check only looks for a word in `{said}`, and everybody chooses theirs."),
        (false, _) => format!("This check believes what the caller says: `{said}` comes from {}.", source(symbol)),
    };
    let flaw = if metadata.is_some_and(|name| name == "user_metadata") { Flaw::EditableMetadata } else { Flaw::Claimed };
    Some(Claim { why: Why { site, detail: "AZ11", message, flaw }, said })
}

/// It is looked at because it is written: one of the roles that there are.
fn is_saved(deed: &Deed<'_>, symbol: &Symbol) -> bool {
    let is_it = |value: &Value| value.alternatives().iter().any(|one| one.symbol() == Some(symbol));
    deed.access.is_some_and(|access| {
        access.query.data.iter().any(|data| match data.kind() {
            Kind::Object(object) => object.fields.iter().any(|(_, value)| is_it(value)),
            Kind::Instance(instance) => instance.fields.iter().any(|(_, value)| is_it(value)),
            _ => false,
        })
    })
}

/// What was shown only by the caller's word.
fn claim(facts: &Facts, depth: u32) -> Option<&Symbol> {
    facts.iter().find_map(|fact| match fact {
        Fact::Is(symbol, text) if is_word_of_caller(symbol) => (names_role(symbol) && is_plain(text) || is_role(text)).then_some(symbol),
        Fact::Is(symbol, text) if is_chosen_name(symbol) && is_role(text) && !text.contains('@') => Some(symbol),
        Fact::Among(symbol) if is_word_of_caller(symbol) && names_role(symbol) => Some(symbol),
        Fact::Present(symbol) if is_word_of_caller(symbol) && symbol.path.last().is_some_and(|name| names_above(name)) => Some(symbol),
        Fact::Any(arms) if depth < 3 => {
            let mut all = arms.iter().map(|arm| claim(arm, depth + 1));
            let first = all.next()??;
            all.all(|other| other.is_some()).then_some(first)
        }
        _ => None,
    })
}

/// The request, except for what names the row; or what users write into their own account.
fn is_word_of_caller(symbol: &Symbol) -> bool {
    let of_request = match &symbol.root {
        Root::Request(part) => matches!(part.as_str(), "headers" | "query" | "body" | "cookies" | "input"),
        Root::Principal => symbol.path.iter().any(|name| is_editable(name)),
        _ => false,
    };
    of_request && symbol.path.last().is_some_and(|name| !is_secret(name))
}

fn is_editable(name: &str) -> bool {
    matches!(name, "user_metadata" | "unsafeMetadata" | "unsafe_metadata" | "raw_user_meta_data")
}

/// `user.email.includes("admin")`: a test of a part of it, since an address is more than a word.
fn is_chosen_name(symbol: &Symbol) -> bool {
    symbol.root == Root::Principal && symbol.path.last().is_some_and(|name| matches!(name.as_str(), "email" | "emailAddress"))
}

/// What somebody has to know is no mere word: `x-admin-token`.
fn is_secret(name: &str) -> bool {
    names::words(name).iter().any(|word| matches!(word.as_str(), "key" | "token" | "secret" | "password" | "authorization" | "auth" | "code" | "signature"))
}

fn names_role(symbol: &Symbol) -> bool {
    symbol.path.last().is_some_and(|name| names_right(name))
}

/// A word, and nothing that could only be guessed.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() < 24
}

fn is_role(text: &str) -> bool {
    is_plain(text) && names_above(text)
}

fn source(symbol: &Symbol) -> &'static str {
    match &symbol.root {
        Root::Request(part) => match part.as_str() {
            "headers" => "a header of the request",
            "query" => "the query string",
            "cookies" => "a cookie",
            _ => "the request body",
        },
        _ => "the request",
    }
}

/// `const isStaff = async () => (await me())?.unsafeMetadata.role === "staff"`, by whose answer another function refuses.
fn answer_of(cx: &RuleCx<'_>, all: &[&FunctionKey], said: &Name) -> Option<Site> {
    all.iter().find_map(|key| {
        let looked = Looked::of(cx, key)?;
        let name = cx.project.function_name(key).filter(|name| !name.is_empty())?;
        let names = said_in(&looked, said);
        let answer = looked.stmts().find_map(|(id, _)| match &looked.segment[id].kind {
            StmtKind::Return(Some(value)) => {
                let about = looked.segment[*value].span;
                looked.exprs_within(about).any(|expr| names.iter().any(|name| mentions(&looked, expr, name))).then_some(about)
            }
            _ => None,
        })?;
        let is_asked = all.iter().any(|other| Looked::of(cx, other).is_some_and(|looked| refusing(&looked, std::slice::from_ref(&name)).is_some()));
        is_asked.then(|| Site { item: key.item.clone(), span: answer })
    })
}

/// The condition in a function that speaks of it and refuses what fails.
fn check_of(cx: &RuleCx<'_>, key: &FunctionKey, said: &Name) -> Option<Site> {
    let looked = Looked::of(cx, key)?;
    let names = said_in(&looked, said);
    refusing(&looked, &names).map(|span| Site { item: key.item.clone(), span })
}

fn refusing(looked: &Looked<'_>, names: &[Name]) -> Option<Span> {
    let body = looked.function.body_span;
    looked.segment.stmts.iter().filter(|stmt| body.contains(stmt.span)).find_map(|stmt| {
        let StmtKind::If { cond, then, otherwise, .. } = &stmt.kind else { return None };
        let about = looked.segment[*cond].span;
        let speaks = looked.exprs_within(about).any(|expr| names.iter().any(|name| mentions(looked, expr, name)));
        let refuses = |block: &[crate::model::StmtId]| {
            block.iter().any(|stmt| looked.exprs_within(looked.segment[*stmt].span).any(|expr| looked.denies(expr)))
                || block.iter().any(|stmt| matches!(looked.segment[*stmt].kind, StmtKind::Throw(_)))
        };
        (speaks && (refuses(then) || refuses(otherwise))).then_some(about)
    })
}

/// What it is called here: its own name, and that of the variable it was put into.
fn said_in(looked: &Looked<'_>, said: &Name) -> Vec<Name> {
    let mut names = vec![said.clone()];
    for stmt in looked.segment.stmts.iter().filter(|stmt| looked.function.body_span.contains(stmt.span)) {
        if let StmtKind::Let { pattern, value: Some(value), .. } = &stmt.kind
            && let crate::model::PatternKind::Name(name) = &looked.segment[*pattern].kind
            && looked.exprs_within(looked.segment[*value].span).any(|expr| mentions(looked, expr, said))
        {
            names.push(name.clone());
        }
    }
    names
}

fn mentions(looked: &Looked<'_>, expr: ExprId, name: &Name) -> bool {
    match &looked.segment[expr].kind {
        ExprKind::Name(known) | ExprKind::Member { name: known, .. } => known == name,
        ExprKind::Str(text) => **text == **name || text.eq_ignore_ascii_case(name),
        _ => false,
    }
}
