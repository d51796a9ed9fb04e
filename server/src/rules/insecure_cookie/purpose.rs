//! What a cookie is for: by its name, and by what is put into it.

use crate::facts::event::Effect;
use crate::facts::names;
use crate::facts::sign_in;
use crate::facts::value::{Kind, Value};
use crate::rules::raw::RuleCx;
use crate::text::Name;

/// What the code calls the cookie: its name, or the name of the constant or setting that says it.
pub(super) fn spoken(name: &Value) -> Option<Name> {
    match name.kind() {
        Kind::Str(text) => Some(Name::from(&**text)),
        Kind::Text(text) => text.pieces.iter().find_map(|piece| match piece {
            crate::facts::value::Piece::Literal(text) if text.len() > 2 => Some(Name::from(&**text)),
            _ => None,
        }),
        // `SESSION_COOKIE_NAME`, of which the value stands elsewhere.
        Kind::Library(library) if library.package.is_empty() && library.step != "()" && name.symbol().is_none() => Some(library.step.clone()),
        _ => name.symbol().and_then(|symbol| symbol.path.last().cloned()),
    }
}

/// Does it sign somebody in? A token against forged requests is meant to be read by the page's own scripts.
pub(super) fn is_of_login(name: &str) -> bool {
    let words = names::words(name);
    let squeezed: String = words.concat();
    if is_for_the_page(name) {
        return false;
    }
    let known = sign_in::cookie_names();
    words.iter().any(|word| known.login.contains(word))
        || known.login_whole.contains(&squeezed)
        || squeezed.ends_with("sid") && words.len() > 1
        || squeezed.contains("session")
        || words.iter().any(|word| word == "user") && words.iter().any(|word| matches!(word.as_str(), "id" | "uid"))
}

/// Something that the page's own scripts read, or that says nothing of who somebody is.
pub(super) fn is_for_the_page(name: &str) -> bool {
    let words = names::words(name);
    let squeezed: String = words.concat();
    words.iter().any(|word| sign_in::cookie_names().page.contains(word)) || squeezed.contains("csrf") || squeezed.contains("xsrf")
}

/// A name that says nothing of what the cookie is for: `cookie`, `key`, `c1`.
pub(super) fn is_unspoken(name: &str) -> bool {
    let words = names::words(name);
    let says_nothing = |word: &String| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        word.len() < 2 || sign_in::cookie_names().unspoken.iter().any(|known| known == word)
    };
    !words.is_empty() && words.iter().all(says_nothing)
}

/// Whatever it is called: what was just signed is shown again to be let in.
pub(super) fn is_signed_token(value: &Value) -> bool {
    let Some(made) = value.awaited().as_library().cloned() else { return false };
    if made.step != "()" || made.guessed {
        return false;
    }
    let signs = made.receiver.as_ref().and_then(|receiver| receiver.as_library()).is_some_and(|called| {
        let step = called.step.to_ascii_lowercase();
        ["sign", "encode", "encrypt"].iter().any(|verb| step.starts_with(verb))
    });
    signs && sign_in::is_signer(&made.package)
}

/// An empty text takes a cookie back.
pub(super) fn is_no_content(value: &Value) -> bool {
    match value.kind() {
        Kind::Str(text) => text.is_empty() || &**text == "deleted",
        Kind::Null => true,
        _ => false,
    }
}

pub(super) fn is_empty(value: &Value) -> bool {
    match value.kind() {
        Kind::Str(text) => text.is_empty() || matches!(&**text, "deleted" | "true" | "false" | "1" | "0"),
        Kind::Null | Kind::Bool(_) => true,
        Kind::Number(text) => !text.is_empty(),
        _ => false,
    }
}

/// Somebody is still writing the call: its options may come.
pub(super) fn is_being_typed(cx: &RuleCx<'_>, effect: &Effect) -> bool {
    let is_whole = cx.project.placed(&effect.site.item).is_none_or(|placed| placed.segment.errors.is_empty());
    let (false, Some(place)) = (is_whole, cx.project.place(&effect.site)) else { return false };
    let Some(known) = cx.project.file(&place.file) else { return false };
    let text = known.document.code().to_string();
    let after = text.get(place.span.end as usize..).unwrap_or_default().trim_start();
    !place.span.of(&text).ends_with(')') || after.starts_with([',', '{', '('])
}
