//! `current_user: CurrentUser`, `user: User = Depends(get_current_user)`: a parameter that the framework fills, or refuses.

use super::{Copying, names_used};
use crate::facts::names;
use crate::fixes::edits::Edits;
use crate::model::{Param, PatternKind};

pub(super) fn copy(copying: &Copying<'_>, edits: &mut Edits) -> Option<()> {
    if !copying.is_python() {
        return None;
    }
    let guide = &copying.guide;
    let text_of = |param: &Param| guide.placed.absolute(param.span).of(&guide.code.text).to_owned();
    let asks = |param: &&Param| {
        let text = text_of(param);
        let by_name = |word: &str| !word.is_empty() && (word == copying.plan.asks || names::is_current_user(word) || names::is_guard(word));
        let declared = text.split_once(':').map_or(text.as_str(), |(_, declared)| declared);
        declared.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(by_name)
    };
    let param = guide.function.params.iter().find(asks)?;
    let PatternKind::Name(name) = &guide.placed.segment[param.pattern].kind else { return None };
    let ours = &copying.ours;
    let taken = |known: &Param| matches!(&ours.placed.segment[known.pattern].kind, PatternKind::Name(known) if known == name);
    if ours.function.params.iter().any(taken) {
        return None;
    }
    let text = text_of(param);
    let colon = param.span.start + text.find(':')? as u32;
    names_used::bring(copying, &words_of(&text, name), edits)?;
    let _ = colon;
    // One without a default stands before those that have one.
    let has_default = param.default.is_some();
    let at = |offset: u32| ours.placed.start + offset;
    match (ours.function.params.first(), ours.function.params.last()) {
        (Some(first), _) if !has_default => edits.insert(&ours.code.file, at(first.span.start), format!("{text}, ")),
        (_, Some(last)) => edits.insert(&ours.code.file, at(last.span.end), format!(", {text}")),
        _ => edits.insert(&ours.code.file, at(ours.function.params_span.start) + 1, text),
    }
    Some(())
}

/// The names in `user: Annotated[User, Depends(get_current_user)]`, but for its own.
fn words_of(text: &str, own: &str) -> Vec<crate::text::Name> {
    let declared = text.split_once(':').map_or("", |(_, declared)| declared);
    let mut words: Vec<crate::text::Name> = Vec::new();
    let mut before = ' ';
    for word in declared.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_')) {
        let name = word.trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
        let is_member = before == '.';
        before = word.chars().last().unwrap_or(' ');
        let is_name = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        if is_name && !is_member && name != own && !words.iter().any(|known| known == name) {
            words.push(name.into());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::words_of;

    #[test]
    fn the_names_of_a_declaration_are_found() {
        let words: Vec<String> = words_of("user: Annotated[models.User, Depends(get_current_user)]", "user").iter().map(ToString::to_string).collect();
        assert_eq!(words, ["Annotated", "models", "Depends", "get_current_user"]);
    }
}
