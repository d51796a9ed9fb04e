//! **Ask a generator that cannot be worked out**: the system's own, in the place of one that was made for games.

use super::super::edits::Edits;
use super::super::literal::Code;
use super::names::{bring, bring_module};
use super::{Done, Here};
use crate::model::{BinaryOp, ExprKind};
use crate::project::Project;
use crate::rules::Place;
use crate::text::Span;

const CRYPTO: &[&str] = &["crypto", "node:crypto"];

pub(super) fn strong(project: &Project, code: &Code<'_>, at: &Place) -> Option<Done> {
    let here = Here::at(code, at.span)?;
    if here.is_python() {
        return python(&here);
    }
    if project.surface(&at.file).is_exposed() {
        return in_browser(&here);
    }
    let (span, call, name, keeps_length) = whole_number(&here).map(|(span, call)| (span, call, "randomInt", true)).or_else(|| text(&here))?;
    let brought = bring(code, CRYPTO, name)?;
    let mut edits = Edits::default();
    edits.replace(&code.file, span, call.replacen(name, &brought.text, 1));
    if let Some(edit) = brought.edit {
        edits.edit(&code.file, edit);
    }
    let note = (!keeps_length).then_some("The new text has 43 characters: make sure that what keeps it has room for them.");
    Some(Done { title: format!("Ask `{name}` of node:crypto"), edits, is_safe: keeps_length, note })
}

/// `Math.floor(Math.random() * n)`, `Math.floor(from + Math.random() * n)`.
fn whole_number(here: &Here<'_>) -> Option<(Span, String)> {
    let around = here.around();
    let mut around = around.iter();
    let product = around.next()?;
    let ExprKind::Binary { op: BinaryOp::Mul, left, right } = product.kind() else { return None };
    let count = if *left == here.id { product.of(*right) } else { product.of(*left) };
    let mut next = around.next()?;
    let mut start = None;
    if let ExprKind::Binary { op: BinaryOp::Add, left, right } = next.kind() {
        start = Some(if *left == product.id { next.of(*right) } else { next.of(*left) });
        next = around.next()?;
    }
    // What is called and with what: `Math.floor`.
    let ExprKind::Call { callee, args, .. } = next.kind() else { return None };
    if args.len() != 1 || !matches!(next.of(*callee).text(), "Math.floor" | "Math.trunc" | "parseInt" | "Math.round" | "Math.ceil") {
        return None;
    }
    let count = count.text();
    let number = |text: &str| text.replace('_', "").parse::<u64>().ok();
    let call = match start.map(|start| start.text()) {
        None => format!("randomInt({})", plain(count)),
        Some(start) => match (number(start), number(count)) {
            (Some(from), Some(more)) => format!("randomInt({from}, {})", from.checked_add(more)?),
            _ => format!("randomInt({start}, {start} + {count})"),
        },
    };
    Some((next.span(), call))
}

/// Without the brackets around all of it.
fn plain(text: &str) -> &str {
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inner.filter(|inner| !inner.contains(['(', ')'])).unwrap_or(text)
}

/// `Math.random().toString(36).slice(2)`, and several of them one behind the other.
fn text(here: &Here<'_>) -> Option<(Span, String, &'static str, bool)> {
    let (last, length) = one_text(here)?;
    // A sum of such texts is one.
    let mut whole = last;
    for next in last.around() {
        let ExprKind::Binary { op: BinaryOp::Add, left, right } = next.kind() else { break };
        if ![left, right].into_iter().all(|side| next.of(*side).text().contains("Math.random()") && next.of(*side).text().contains(".toString(")) {
            break;
        }
        whole = next;
    }
    let is_sum = whole.id != last.id;
    Some(match length {
        Some(length) if !is_sum && length <= 32 => (whole.span(), format!("randomBytes(16).toString(\"hex\").slice(0, {length})"), "randomBytes", true),
        _ => (whole.span(), "randomBytes(32).toString(\"base64url\")".to_owned(), "randomBytes", false),
    })
}

/// The text that is made of one number, and its length if that is said.
fn one_text<'c>(here: &Here<'c>) -> Option<(Here<'c>, Option<u32>)> {
    let mut at = *here;
    let mut is_text = false;
    let mut length = None;
    let around = here.around();
    let mut around = around.iter();
    while let Some(member) = around.next() {
        let ExprKind::Member { base, name, .. } = member.kind() else { break };
        let Some(call) = around.next() else { break };
        let ExprKind::Call { callee, args, .. } = call.kind() else { break };
        if *base != at.id || *callee != member.id {
            break;
        }
        let number = |at: usize| args.get(at).and_then(|arg| call.of(arg.value).text().parse::<i64>().ok());
        match name.as_str() {
            "toString" => is_text = true,
            "slice" | "substring" | "substr" if is_text => {
                length = match (name.as_str(), number(0)?, number(1)) {
                    (_, from, None) if from < 0 => u32::try_from(-from).ok(),
                    (_, _, None) if args.len() == 1 => None,
                    ("substr", _, Some(count)) => u32::try_from(count).ok(),
                    (_, from, Some(to)) if from >= 0 && to > from => u32::try_from(to - from).ok(),
                    _ => return None,
                };
            }
            _ => break,
        }
        at = *call;
    }
    is_text.then_some((at, length))
}

/// In a browser there is no module to ask.
fn in_browser(here: &Here<'_>) -> Option<Done> {
    let (last, length) = one_text(here)?;
    if length.is_some() {
        return None;
    }
    let mut edits = Edits::default();
    edits.replace(&here.code.file, last.span(), "crypto.randomUUID()");
    let note = Some("Better still, let the server make it: what a page makes up, a page can make up again.");
    Some(Done { title: "Ask `crypto.randomUUID`".to_owned(), edits, is_safe: false, note })
}

/// `random.choice(x)` becomes `secrets.choice(x)`, everything else is asked of the system's generator.
fn python(here: &Here<'_>) -> Option<Done> {
    let ExprKind::Call { callee, .. } = here.kind() else { return None };
    let callee = here.of(*callee);
    let name = match callee.kind() {
        ExprKind::Member { name, .. } | ExprKind::Name(name) => name.to_string(),
        _ => return None,
    };
    let mut edits = Edits::default();
    let (module, text) = match name.as_str() {
        "uuid1" => ("uuid", "{module}.uuid4"),
        "choice" => ("secrets", "{module}.choice"),
        "random" | "randint" | "randrange" | "choices" | "sample" | "getrandbits" | "randbytes" | "uniform" => ("secrets", "{module}.SystemRandom().{name}"),
        _ => return None,
    };
    let brought = bring_module(here.code, module)?;
    edits.replace(&here.code.file, callee.span(), text.replace("{module}", &brought.text).replace("{name}", &name));
    if let Some(edit) = brought.edit {
        edits.edit(&here.code.file, edit);
    }
    Some(Done { title: format!("Ask the system's generator through `{module}`"), edits, is_safe: true, note: None })
}
