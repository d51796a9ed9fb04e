//! **Tokens**: verified instead of read, signed by one algorithm, and with an end.

use super::super::edits::{self, Edits};
use super::super::literal::Code;
use super::names::bring_module;
use super::{Done, Here};
use crate::model::{Arg, Entry, ExprKind, FileModel, Key, Segment};
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{Name, Span};

/// The token ends after an hour.
pub(super) fn ending(code: &Code<'_>, at: &Place) -> Option<Done> {
    let here = Here::at(code, at.span)?;
    let ExprKind::Call { callee, args, .. } = here.kind() else { return None };
    let callee = here.of(*callee);
    let ExprKind::Member { base, .. } = callee.kind() else { return None };
    let quote = edits::quote(&code.text, '"');
    let mut edits = Edits::default();
    if here.is_python() {
        let payload = here.of(args.iter().find(|arg| arg.name.as_deref() == Some("payload")).or_else(|| args.first())?.value);
        let ExprKind::Object(entries) = payload.kind() else { return None };
        let time = bring_module(code, "time")?;
        let last = here.placed.absolute(entries.last()?.span()).end;
        edits.insert(&code.file, last, format!(", {quote}exp{quote}: int({}.time()) + 3600", time.text));
        time.edit.into_iter().for_each(|edit| edits.edit(&code.file, edit));
    } else if here.of(*base).text().contains("SignJWT") {
        edits.insert(&code.file, here.of(*base).span().end, format!(".setExpirationTime({quote}1h{quote})"));
    } else {
        let option = format!("expiresIn: {quote}1h{quote}");
        let plain = |arg: &Arg| here.placed.absolute(arg.span);
        match args.as_slice() {
            [_, secret] => edits.insert(&code.file, plain(secret).end, format!(", {{ {option} }}")),
            [_, secret, third, ..] => match here.of(third.value).kind() {
                ExprKind::Object(entries) => match entries.first() {
                    Some(first) => edits.insert(&code.file, here.placed.absolute(first.span()).start, format!("{option}, ")),
                    None => edits.replace(&code.file, plain(third), format!("{{ {option} }}")),
                },
                ExprKind::Function(_) => edits.insert(&code.file, plain(secret).end, format!(", {{ {option} }}")),
                _ => return None,
            },
            _ => return None,
        }
    }
    let note =
        Some("People sign in again after that time, unless the token is renewed. Tokens that were given out before stay valid: change the secret to end them.");
    Some(Done { title: "Let the token end after an hour".to_owned(), edits, is_safe: false, note })
}

/// `decode` becomes `verify`, with the secret that the project signs with.
pub(super) fn verified(project: &Project, code: &Code<'_>, at: &Place) -> Option<Done> {
    let here = Here::at(code, at.span)?;
    let ExprKind::Call { callee, args, .. } = here.kind() else { return None };
    let callee = here.of(*callee);
    let ExprKind::Member { base, name, name_span, .. } = callee.kind() else { return None };
    if name != "decode" {
        return None;
    }
    let mut edits = Edits::default();
    let first = args.first().filter(|arg| arg.name.is_none() && !arg.spread)?;
    let quote = edits::quote(&code.text, '"');
    if here.is_python() {
        if args.iter().skip(1).any(|arg| !matches!(arg.name.as_deref(), Some("options" | "verify" | "algorithms" | "key")) && arg.name.is_some()) {
            return None;
        }
        let own = args.get(1).filter(|arg| arg.name.is_none()).map(|arg| here.of(arg.value).text().to_owned());
        let key = own.filter(|key| !matches!(key.as_str(), "None" | "\"\"" | "''")).or_else(|| secret(project, code))?;
        let token = here.of(first.value).text();
        let called = callee.text();
        edits.replace(&code.file, here.span(), format!("{called}({token}, {key}, algorithms=[{quote}HS256{quote}])"));
    } else {
        if args.len() != 1 || !matches!(here.of(*base).kind(), ExprKind::Name(_)) {
            return None;
        }
        let key = secret(project, code)?;
        edits.replace(&code.file, here.placed.absolute(*name_span), "verify");
        edits.insert(&code.file, here.placed.absolute(first.span).end, format!(", {key}, {{ algorithms: [{quote}HS256{quote}] }}"));
    }
    let note = Some("A token that is not genuine now throws: answer 401 then. If your tokens are signed with another algorithm, name that one.");
    Some(Done { title: "Verify the token".to_owned(), edits, is_safe: false, note })
}

/// What this file, or another, signs and verifies with.
fn secret(project: &Project, code: &Code<'_>) -> Option<String> {
    if let Some(own) = keys(code.model, &code.text, true).into_iter().next() {
        return Some(own);
    }
    let python = code.language == Language::Python;
    let others = project.sorted_files().into_iter().filter(|(file, _)| **file != code.file);
    let found = others.filter_map(|(_, known)| {
        let model = known.model.as_deref().filter(|model| (model.language == Language::Python) == python)?;
        keys(model, &known.document.code().to_string(), false).into_iter().next()
    });
    let key = found.into_iter().next()?;
    let asserts = matches!(code.language, Language::TypeScript | Language::Tsx) && !key.ends_with('!');
    Some(if asserts { format!("{key}!") } else { key })
}

/// The second arguments of what signs and verifies. From another file only what can be read anywhere: a variable of the environment.
fn keys(model: &FileModel, text: &str, own: bool) -> Vec<String> {
    let mut found = Vec::new();
    for placed in &model.segments {
        let segment: &Segment = &placed.segment;
        for expr in &segment.exprs {
            let ExprKind::Call { callee, args, .. } = &expr.kind else { continue };
            let ExprKind::Member { base, name, .. } = &segment[*callee].kind else { continue };
            let is_jwt = matches!(&segment[*base].kind, ExprKind::Name(base) if base.to_ascii_lowercase().contains("jwt") || base == "jsonwebtoken");
            if !is_jwt || !matches!(name.as_str(), "sign" | "verify" | "encode" | "decode") {
                continue;
            }
            let Some(key) = args.get(1).filter(|arg| arg.name.is_none() || arg.name.as_deref() == Some("key")) else { continue };
            let written = placed.absolute(segment[key.value].span).of(text);
            let is_read =
                written.starts_with("process.env.") && written.trim_end_matches('!').bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_'));
            let is_name = own && matches!(segment[key.value].kind, ExprKind::Name(_)) && written.bytes().any(|b| b.is_ascii_uppercase());
            if is_read || is_name {
                found.push(written.to_owned());
            }
        }
    }
    found
}

/// `["HS256", "none"]` without `"none"`.
pub(super) fn signed(code: &Code<'_>, at: &Place) -> Option<Done> {
    let here = Here::at(code, at.span)?;
    let segment = here.segment();
    let inside = segment[here.id].span;
    let of_entry = segment.exprs.iter().filter(|expr| inside.contains(expr.span)).find_map(|expr| match &expr.kind {
        ExprKind::Object(entries) => entries.iter().find_map(|entry| match entry {
            Entry::Field { key: Key::Name(key), value, .. } if key == "algorithms" => Some(*value),
            _ => None,
        }),
        _ => None,
    });
    let list =
        here.args().iter().find(|arg| arg.name.as_ref().is_some_and(|name| name == &Name::new_static("algorithms"))).map(|arg| arg.value).or(of_entry)?;
    let ExprKind::Seq { items, .. } = &segment[list].kind else { return None };
    let is_none = |item: &&crate::model::SeqItem| matches!(&segment[item.value].kind, ExprKind::Str(text) if text.eq_ignore_ascii_case("none"));
    let kept: Vec<&str> = items.iter().filter(|item| !is_none(item)).map(|item| here.of(item.value).text()).collect();
    let quote = edits::quote(&code.text, '"');
    let text = if kept.is_empty() { format!("[{quote}HS256{quote}]") } else { format!("[{}]", kept.join(", ")) };
    let mut edits = Edits::default();
    edits.replace(&code.file, Span::new(here.of(list).span().start, here.of(list).span().end), text);
    Some(Done { title: "Accept signed tokens only".to_owned(), edits, is_safe: !kept.is_empty(), note: None })
}
