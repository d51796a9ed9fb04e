//! What code finds out about a text before it uses it: how it begins, what it holds, and what others think of it.

use std::sync::Arc;

use super::Walker;
use crate::facts::catalogue::FitEntry;
use crate::facts::check::{Fact, Facts, Symbol, Test, Tested};
use crate::facts::host::is_host_asked;
use crate::facts::names;
use crate::facts::taint::{Cleanings, Part};
use crate::facts::value::{Argument, Kind, Piece, Seq, Truth, Value};
use crate::text::Name;

/// What an address that was read from a text is of that text.
const ADDRESS: &str = "*url*";

impl Walker<'_> {
    /// `next.startsWith("/")`, `url.includes("://")`, `name.match(/^[a-z]+$/)`.
    pub(super) fn tested(&mut self, base: &Value, name: &Name, args: &[Argument]) -> Option<Value> {
        let test = match name.as_str() {
            "startsWith" | "startswith" => Test::Begins,
            "endsWith" | "endswith" => Test::Ends,
            "includes" => Test::Holds,
            "match" | "matchAll" if !self.python() => return self.matched(base, args),
            "isalnum" | "isdigit" | "isnumeric" | "isdecimal" | "isalpha" | "isidentifier" if args.is_empty() => {
                let truth = Truth { if_true: Facts::one(Fact::Among(base.symbol()?.clone())), if_false: Facts::none() };
                return Some(Value::unknown().with_truth(truth));
            }
            "split" | "rsplit" | "partition" | "rpartition" => return parted(base, args),
            _ => return None,
        };
        let wanted = &args.first().filter(|_| args.len() == 1)?.value;
        let wanted = match wanted.kind() {
            // Of several beginnings the first speaks for all.
            Kind::Seq(seq) if test != Test::Holds => seq.items.first()?,
            _ => wanted,
        };
        let text = match wanted.kind() {
            Kind::Str(text) => Some(text.clone()),
            _ if test == Test::Holds || wanted.taint().iter().any(|origin| origin.part.is_request()) => return None,
            Kind::Text(text) => match text.pieces.as_slice() {
                [Piece::Literal(first), ..] if first.contains("://") || first.starts_with("..") => Some(first.clone()),
                _ => None,
            },
            _ => None,
        };
        if test == Test::Begins && begins_anyway(base, wanted, self.python()) {
            return None;
        }
        match base.kind() {
            Kind::Str(known) => {
                let text = text?;
                Some(Value::bool(match test {
                    Test::Begins => known.starts_with(&*text),
                    Test::Ends => known.ends_with(&*text),
                    Test::Holds => known.contains(&*text),
                }))
            }
            _ if base.taint().is_empty() => None,
            Kind::Unknown | Kind::Library(_) => Some(Value::unknown().with_truth(told(base.symbol()?, test, text))),
            Kind::Text(whole) => {
                let symbol = base.symbol().cloned().or_else(|| {
                    let holes = whole.pieces.iter().filter_map(|piece| if let Piece::Hole { value, .. } = piece { Some(value.clone()) } else { None });
                    only_from_outside(&holes.collect::<Vec<_>>())
                })?;
                Some(Value::unknown().with_truth(told(&symbol, test, text)))
            }
            _ => None,
        }
    }

    fn matched(&mut self, base: &Value, args: &[Argument]) -> Option<Value> {
        let (Some(symbol), Kind::Unknown | Kind::Library(_)) = (base.symbol(), base.kind()) else { return None };
        let Kind::Pattern(pattern) = args.first()?.value.kind() else { return None };
        if matches!(base.kind(), Kind::Library(_)) && base.taint().is_empty() {
            return None;
        }
        let truth = told_by_pattern(symbol, pattern);
        Some(Value::unknown().with_taint(base.taint().clone()).with_truth(truth))
    }

    /// What the catalogue says of a check: it throws, or its result tells.
    pub(super) fn found_fit(&mut self, fit: &FitEntry, function: &Value, args: &[Argument]) -> Value {
        let pattern = fit.pattern.as_ref().and_then(|place| super::entry::where_all(std::slice::from_ref(place), function, args).into_iter().next());
        let pattern = pattern.as_ref().and_then(Value::as_str).map(|pattern| Name::from(format!("/{pattern}/")));
        let mut truth = Truth::default();
        for value in super::entry::where_all(&fit.of, function, args) {
            for symbol in symbols(&value) {
                match &pattern {
                    Some(pattern) => truth.if_true.add(Fact::Matches(symbol, pattern.clone())),
                    None => self.facts.add(Fact::Fit(symbol)),
                }
            }
        }
        Value::unknown().with_truth(truth)
    }

    /// A function that says of itself that it tells safe values from others is believed, however it does that: what it does to
    /// them is often more than can be followed.
    pub(super) fn look_at(&mut self, name: &Name, args: &[Argument]) {
        if names::is_strict_check(name) {
            for symbol in args.iter().flat_map(|arg| symbols(&arg.value)) {
                self.facts.add(Fact::Fit(symbol));
            }
        }
    }

    /// Something that cannot be looked into, but is called what a check is called, or gets the host of an address.
    pub(super) fn let_pass(&mut self, name: &Name, args: &[Argument]) {
        let is_check = names::is_check(name) || matches!(name.as_str(), "includes" | "has" | "test");
        for symbol in args.iter().flat_map(|arg| symbols(&arg.value)) {
            if is_check || is_of_address(&symbol) {
                self.facts.add(Fact::Fit(symbol));
            }
        }
    }
}

/// `f"{folder}/{name}".startswith(folder)`, `str(folder / name).startswith(..)`: what was put behind it and not worked out, `..` and
/// all, begins with it whatever was put there.
fn begins_anyway(base: &Value, wanted: &Value, python: bool) -> bool {
    let first = match base.kind() {
        Kind::Text(text) => match text.pieces.first() {
            Some(Piece::Hole { value, .. }) => Some(value),
            _ => None,
        },
        Kind::Library(library) if python && library.step == "()" && library.args.len() > 1 => {
            let called = library.receiver.as_ref().and_then(Value::as_library);
            let joins = library.package == "pathlib" && called.is_none() || called.is_some_and(|called| called.step == "join");
            library.args.first().filter(|_| joins).map(|arg| &arg.value)
        }
        _ => None,
    };
    first.is_some_and(|first| !first.taint().iter().any(|origin| origin.part.is_request()) && wanted.as_str().is_none_or(|text| text.len() >= 2))
}

/// `name.split(".")`: no part leads out of a folder, as there is no dot in it, or no slash.
fn parted(base: &Value, args: &[Argument]) -> Option<Value> {
    if base.taint().is_empty() || !matches!(base.kind(), Kind::Unknown | Kind::Text(_) | Kind::Library(_)) {
        return None;
    }
    let between = args.first()?.value.as_str()?;
    if !matches!(&**between, "." | "/" | "\\") {
        return None;
    }
    let part = Value::unknown().with_taint(base.taint().cleaned(Cleanings::PATH));
    Some(Value::new(Kind::Seq(Arc::new(Seq { items: Vec::new(), rest: Some(part) }))))
}

/// `/^[a-z]+$/.test(text)`: known of what is written in the program, and of everything else a question.
pub(super) fn tests(pattern: &Name, text: &Value) -> Value {
    text.map(|one| match (one.as_str(), one.symbol()) {
        (Some(known), None) => super::pattern::read(pattern).map_or_else(Value::unknown, |pattern| Value::bool(pattern.is_match(known))),
        (_, Some(symbol)) => Value::unknown().with_truth(told_by_pattern(symbol, pattern)),
        (None, None) => Value::unknown(),
    })
}

/// What it tells that a pattern fits or does not: one that is plain text asks whether that text is in it.
pub(super) fn told_by_pattern(symbol: &Symbol, pattern: &Name) -> Truth {
    let absent = plain_texts(pattern).into_iter().map(|text| {
        let tested = Tested { test: Test::Holds, text: Some(Arc::from(text.as_str())), holds: false };
        Fact::Tested(symbol.clone(), Arc::new(tested))
    });
    let mut if_false = Facts::none();
    absent.for_each(|fact| if_false.add(fact));
    Truth { if_true: Facts::one(Fact::Matches(symbol.clone(), pattern.clone())), if_false }
}

/// The texts that a pattern looks for, if it looks for nothing else: `/\.\./`, `/(\.\.\/|\\)/`.
fn plain_texts(pattern: &str) -> Vec<String> {
    let Some((inside, _)) = pattern.strip_prefix('/').and_then(|pattern| pattern.rsplit_once('/')) else { return Vec::new() };
    let inside = inside.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(inside);
    let mut texts = vec![String::new()];
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        let Some(text) = texts.last_mut() else { return Vec::new() };
        match character {
            '|' => texts.push(String::new()),
            '\\' => match characters.next() {
                Some(escaped @ ('.' | '/' | '\\' | '-' | ':' | '$' | '<' | '>' | '"')) => text.push(escaped),
                _ => return Vec::new(),
            },
            '.' | '^' | '$' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' => return Vec::new(),
            plain => text.push(plain),
        }
    }
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}

/// What the outcome of a test tells.
pub(super) fn told(symbol: &Symbol, test: Test, text: Option<Arc<str>>) -> Truth {
    let fact = |holds| Facts::one(Fact::Tested(symbol.clone(), Arc::new(Tested { test, text: text.clone(), holds })));
    Truth { if_true: fact(true), if_false: fact(false) }
}

/// The host of an address, or what names it.
pub(super) fn is_of_address(symbol: &Symbol) -> bool {
    symbol.path.iter().any(|step| step == ADDRESS) && symbol.path.last().is_some_and(|last| matches!(last.as_str(), "host" | "hostname" | "origin" | "netloc"))
}

/// The one value from outside among these. The host that was asked is what all addresses of the page begin with: it is told of
/// where there is nothing else.
pub(super) fn only_from_outside(values: &[Value]) -> Option<Symbol> {
    let all: Vec<Value> = values.iter().flat_map(Value::alternatives).filter(|value| value.taint().without(Cleanings::ALL).next().is_some()).collect();
    let chosen: Vec<&Value> = all.iter().filter(|value| !is_host_of_server(value)).collect();
    let mut found: Vec<Symbol> = Vec::new();
    for value in if chosen.is_empty() { all.iter().collect() } else { chosen } {
        found.push(value.symbol()?.clone());
    }
    found.dedup();
    match found.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

fn is_host_of_server(value: &Value) -> bool {
    value.taint().without(Cleanings::ALL).all(|origin| origin.part == Part::Headers && is_host_asked(&origin.name))
}

/// Of a value from outside, of each it may be, and of each in a list.
fn symbols(value: &Value) -> Vec<Symbol> {
    let is_from_outside = |value: &&Value| value.taint().without(Cleanings::ALL).next().is_some();
    let of = |value: &Value| Some(value).filter(is_from_outside).and_then(|value| value.symbol().cloned());
    match (value.symbol(), value.kind()) {
        (Some(_), _) => of(value).into_iter().collect(),
        (None, Kind::Union(alternatives)) => alternatives.iter().filter_map(|alternative| of(&alternative.value)).collect(),
        (None, Kind::Seq(seq)) => seq.items.iter().filter_map(of).collect(),
        _ => Vec::new(),
    }
}

/// `name.replace(/[^a-z0-9.-]/gi, "_")`: whatever does harm anywhere is gone.
pub(super) fn keeps_only_plain(args: &[Argument]) -> bool {
    let Some(Kind::Pattern(pattern)) = args.first().map(|arg| arg.value.kind()) else { return false };
    let Some((inside, flags)) = pattern.strip_prefix('/').and_then(|pattern| pattern.rsplit_once('/')) else { return false };
    let Some(class) = inside.strip_prefix("[^").and_then(|rest| rest.trim_end_matches(['+', '*']).strip_suffix(']')) else { return false };
    let mut characters = class.chars();
    while let Some(character) = characters.next() {
        let is_plain = match character {
            '\\' => characters.next().is_some_and(|escaped| matches!(escaped, 'w' | 'd' | 's' | '-' | '.' | '_')),
            _ => character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | ' ' | '@' | ','),
        };
        if !is_plain {
            return false;
        }
    }
    flags.contains('g')
}
