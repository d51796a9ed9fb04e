//! A cookie that is written as the text of a header: `Set-Cookie: session=...; HttpOnly`.

use super::{Faults, META, is_of_login, is_unspoken};
use crate::facts::event::Effect;
use crate::facts::value::{Kind, Piece, Value};
use crate::rules::options::taken;
use crate::rules::raw::Raw;
use crate::rules::{Confidence, Impact};

/// What stands for a value that is put in.
const HOLE: char = '\u{0}';

pub(super) fn of_header(effect: &Effect, out: &mut Vec<Raw>) {
    let Some(value) = said(effect) else { return };
    let mut texts = Vec::new();
    collect(&value, &mut texts, 0);
    for text in texts {
        let Some((name, faults)) = judge(&text) else { continue };
        let signs_in = is_of_login(&name);
        let (impact, confidence) = if signs_in { faults.weight() } else { (Impact::Low, Confidence::Likely) };
        let mut raw = Raw::new(&META, effect.site.clone(), confidence);
        raw.impact = (impact != Impact::Medium).then_some(impact);
        raw.detail = "header".into();
        raw.message = format!("The cookie `{name}` {}", if signs_in { faults.harm() } else { faults.lack() });
        out.push(raw);
        return;
    }
}

/// What is said under the name, by itself or among other headers.
fn said(effect: &Effect) -> Option<Value> {
    let name = taken(effect, "name").map(|arg| &arg.value);
    if name.and_then(Value::as_str).is_some_and(|name| name.eq_ignore_ascii_case("set-cookie")) {
        return taken(effect, "value").map(|arg| arg.value.clone());
    }
    let listed = name.or_else(|| taken(effect, "headers").map(|arg| &arg.value))?;
    match listed.kind() {
        Kind::Object(object) => object.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("set-cookie")).map(|(_, value)| value.clone()),
        _ => None,
    }
}

fn collect(value: &Value, out: &mut Vec<String>, depth: u32) {
    if depth > 4 {
        return;
    }
    match value.kind() {
        Kind::Str(text) => out.push(text.to_string()),
        Kind::Text(text) => {
            let pieces = text.pieces.iter().map(|piece| match piece {
                Piece::Literal(literal) => literal.to_string(),
                Piece::Hole { value, .. } => value.as_str().map_or(HOLE.to_string(), |text| text.to_string()),
            });
            out.push(pieces.collect());
        }
        Kind::Seq(seq) => seq.items.iter().for_each(|item| collect(item, out, depth + 1)),
        _ => {}
    }
}

/// The name of a cookie that signs somebody in, and what it lacks. Where something unknown may say it, nothing is known.
fn judge(text: &str) -> Option<(String, Faults)> {
    let mut parts = text.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let name = name.trim();
    if name.contains(HOLE) || value.trim().is_empty() || !is_of_login(name) && !is_unspoken(name) {
        return None;
    }
    let attributes: Vec<String> = parts.map(|part| part.trim().to_ascii_lowercase()).collect();
    let is_open = attributes.iter().any(|part| part.contains(HOLE) && !part.contains('='));
    let ends = attributes.iter().any(|part| part == "max-age=0" || part.starts_with("expires=thu, 01 jan 1970"));
    if is_open || ends {
        return None;
    }
    let has = |wanted: &str| attributes.iter().any(|part| part == wanted);
    let faults = Faults { readable: !has("httponly"), plain: !has("secure"), everywhere: has("samesite=none") && !has("secure"), said: true };
    (faults.readable || faults.plain).then(|| (name.to_owned(), faults))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cookie_lacks_is_read_from_its_text() {
        let lacks = |text: &str| judge(text).map(|(name, faults)| (name, faults.readable, faults.plain));
        assert_eq!(lacks("session=abc"), Some(("session".to_owned(), true, true)));
        assert_eq!(lacks("session=\u{0}; Path=/; HttpOnly"), Some(("session".to_owned(), false, true)));
        assert_eq!(lacks("session=\u{0}; HttpOnly; Secure; Max-Age=\u{0}"), None);
        assert_eq!(lacks("session=\u{0}; \u{0}"), None);
        assert_eq!(lacks("session=; Max-Age=0"), None);
        assert_eq!(lacks("theme=dark"), None);
    }
}
