//! Tokens that are taken apart by hand: `JSON.parse(atob(token.split(".")[1]))`. Nothing of that looks at the signature.

use super::Walker;
use crate::facts::check::{Root, Symbol};
use crate::facts::event::{Effect, Event};
use crate::facts::taint::{Cleanings, Origin, Taint};
use crate::facts::value::{Argument, Value};
use crate::model::{Arg, ExprId, ExprKind, PatternKind, Segment, StmtKind};
use crate::text::{Name, Span};

/// From a variable to what it was given, so many times.
const MOST_STEPS: u32 = 4;
/// So many values are looked at in all: in code that was made small every name is given something many times.
const MOST_LOOKS: usize = 24;

impl Walker<'_> {
    /// What a reader of JSON gives: if it read the middle of a token, what the token says.
    pub(super) fn read_by_hand(&mut self, name: &Name, args: &[Arg], given: &[Argument], value: Value, span: Span) -> Value {
        let (Some(read), Some(first)) = (args.first(), given.first()) else { return value };
        let Some(origin) = first.value.taint().iter().next().cloned().filter(|_| matches!(name.as_str(), "parse" | "loads")) else { return value };
        let mut found = Found::default();
        look(&self.frame().segment, read.value, &mut found, MOST_STEPS);
        // Whoever makes a keyed digest compares it.
        let is_checked = |event: &Event| matches!(event, Event::Effect(effect) if matches!(effect.kind.as_str(), "hmac" | "jwt-verify" | "signature"));
        if found.is_part && found.is_decoded {
            self.look_at_events(0);
        }
        if !found.is_part || !found.is_decoded || self.events.iter().any(is_checked) {
            return value;
        }
        let (site, facts) = (self.site(span), self.facts.clone());
        self.events.push(Event::Effect(Effect::noted(Name::new_static("jwt-decode"), site.clone(), given.to_vec(), facts)));
        self.calls += 1;
        let said = Origin { part: origin.part, name: Name::new_static("payload"), site: Some(site), clean: Cleanings::default() };
        Value::unknown().with_symbol(Symbol::new(Root::Call(self.calls))).with_taint(Taint::of(said))
    }
}

#[derive(Default)]
struct Found {
    /// The second of what stands between dots.
    is_part: bool,
    is_decoded: bool,
    looked_at: Vec<ExprId>,
}

fn look(segment: &Segment, expr: ExprId, found: &mut Found, steps: u32) {
    if found.looked_at.len() >= MOST_LOOKS || found.looked_at.contains(&expr) {
        return;
    }
    found.looked_at.push(expr);
    let within = segment[expr].span;
    let mut names: Vec<Name> = Vec::new();
    for expr in segment.exprs.iter().filter(|expr| within.contains(expr.span)) {
        match &expr.kind {
            ExprKind::Call { callee, args, .. } => found.is_decoded |= is_decoder(segment, *callee, args),
            ExprKind::Index { base, index, .. } => found.is_part |= is_split(segment, *base) && is_second(segment, *index),
            ExprKind::Name(name) if names.len() < 16 => names.push(name.clone()),
            _ => {}
        }
    }
    if steps == 0 || found.is_part && found.is_decoded {
        return;
    }
    for name in names {
        for stmt in &segment.stmts {
            let StmtKind::Let { pattern, value: Some(value), .. } = &stmt.kind else { continue };
            if stmt.span.contains(within) {
                continue;
            }
            match &segment[*pattern].kind {
                PatternKind::Name(known) if *known == name => look(segment, *value, found, steps - 1),
                PatternKind::Sequence { items } => {
                    let second = items.get(1).map(|item| &segment[item.pattern].kind);
                    found.is_part |= matches!(second, Some(PatternKind::Name(known)) if *known == name) && is_split(segment, *value);
                }
                _ => {}
            }
        }
    }
}

/// `atob(..)`, `Buffer.from(.., "base64url")`, `base64.urlsafe_b64decode(..)`.
fn is_decoder(segment: &Segment, callee: ExprId, args: &[Arg]) -> bool {
    let says_base64 = || args.iter().any(|arg| matches!(&segment[arg.value].kind, ExprKind::Str(text) if text.starts_with("base64")));
    match &segment[callee].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => match name.as_str() {
            "atob" | "b64decode" | "urlsafe_b64decode" | "decodeBase64" | "decodeBase64Url" | "base64url_decode" | "base64decode" | "base64UrlDecode" => true,
            "from" | "toString" => says_base64(),
            "decode" => matches!(&segment[callee].kind, ExprKind::Member { base, .. } if is_base64(segment, *base)),
            _ => false,
        },
        _ => false,
    }
}

fn is_base64(segment: &Segment, base: ExprId) -> bool {
    matches!(&segment[base].kind, ExprKind::Name(name) | ExprKind::Member { name, .. } if name.to_ascii_lowercase().starts_with("base64"))
}

/// `token.split(".")`
fn is_split(segment: &Segment, expr: ExprId) -> bool {
    let ExprKind::Call { callee, args, .. } = &segment[expr].kind else { return false };
    let is_named = matches!(&segment[*callee].kind, ExprKind::Member { name, .. } if name == "split");
    is_named && args.first().is_some_and(|arg| matches!(&segment[arg.value].kind, ExprKind::Str(text) if &**text == "."))
}

fn is_second(segment: &Segment, index: ExprId) -> bool {
    matches!(&segment[index].kind, ExprKind::Num(text) if text.trim() == "1")
}
