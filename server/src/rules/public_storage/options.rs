//! Options in code and configuration that open files to everybody.

use super::META;
use crate::facts::signs::Sign;
use crate::facts::storage::{self, Opening, OpeningKind};
use crate::model::data;
use crate::rules::database::content::Content;
use crate::rules::exposed::FileCx;
use crate::rules::{Confidence, Finding, FixPlan, Impact};
use crate::syntax::Language;

pub(super) fn check(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let document = &cx.known.document;
    let is_config = matches!(document.language, Language::Json | Language::Yaml);
    if cx.known.model.is_none() && !is_config {
        return;
    }
    if !cx.known.signs.has(Sign::Storage) {
        return;
    }
    let text = document.text();
    let openings = match &cx.known.model {
        Some(model) => storage::in_code(model),
        None => storage::in_config(&data::read(document.language, &text)),
    };
    for opening in openings {
        let Some((impact, confidence)) = rating(&opening, &text) else { continue };
        let mut finding = cx.finding(&META, "option", (impact, confidence), cx.place(opening.span), message(&opening, &text));
        if let Some((value, written)) = opening.value.and_then(|value| Some((value, closed(&opening, value.of(&text))?))) {
            finding.plans.push(FixPlan::SetOption { at: cx.place(value), name: opening.word.clone(), value: written.into() });
        }
        out.push(finding);
    }
}

fn rating(opening: &Opening, text: &str) -> Option<(Impact, Confidence)> {
    let around = opening.around.of(text);
    let content = Content::of_code(around, &opening.word);
    let by_content = || match content {
        Content::Private => Some((Impact::High, Confidence::Proven)),
        Content::Unclear => Some((Impact::High, Confidence::Likely)),
        Content::Shown => Some((Impact::High, Confidence::Possible)),
    };
    match opening.kind {
        OpeningKind::Write | OpeningKind::PolicyWrite => Some((Impact::Critical, Confidence::Proven)),
        OpeningKind::Read | OpeningKind::PolicyRead => by_content(),
        OpeningKind::List => Some((Impact::High, if content == Content::Shown { Confidence::Likely } else { Confidence::Proven })),
        OpeningKind::Unblocked => Some((Impact::Medium, if content == Content::Shown { Confidence::Possible } else { Confidence::Likely })),
        OpeningKind::Bucket => (content == Content::Private).then_some((Impact::Medium, Confidence::Proven)),
    }
}

fn message(opening: &Opening, text: &str) -> String {
    let word = &opening.word;
    let value = opening.value.map(|value| value.of(text)).filter(|value| !value.is_empty() && value.len() < 60);
    let what = match value {
        Some(value) => format!("`{word}` is set to `{}`", value.trim_matches(['"', '\''])),
        None => format!("`{word}`"),
    };
    match opening.kind {
        OpeningKind::Read => format!("{what}: anyone with the link can download these files, for as long as they exist"),
        OpeningKind::Write => format!("{what}: anyone can overwrite and delete these files, and put up their own"),
        OpeningKind::List => format!("{what}: anyone gets a list of all files there and can download each of them"),
        OpeningKind::Unblocked => format!("{what}: nothing keeps files of this bucket from being made public, by mistake or on purpose"),
        OpeningKind::PolicyRead => "This policy lets everybody read: anyone with the link can download every file it covers".to_owned(),
        OpeningKind::PolicyWrite => "This policy lets everybody do more than read: anyone can overwrite and delete the files it covers".to_owned(),
        OpeningKind::Bucket => format!("{what}: every file of this bucket has an address that anyone can open without signing in"),
    }
}

/// The value that closes it again, as its language writes it.
fn closed(opening: &Opening, written: &str) -> Option<String> {
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''));
    let text = |value: &str| quote.map_or_else(|| value.to_owned(), |quote| format!("{quote}{value}{quote}"));
    let plain = written.trim_matches(['"', '\'']);
    match (opening.kind, written) {
        (_, "true") => Some("false".to_owned()),
        (_, "True") => Some("False".to_owned()),
        (OpeningKind::Unblocked, "false") => Some("true".to_owned()),
        (OpeningKind::Unblocked, "False") => Some("True".to_owned()),
        _ if plain.starts_with("public-read") => Some(text("private")),
        _ if plain == "publicRead" || plain == "publicReadWrite" => Some(text("private")),
        _ if plain == "PublicRead" || plain == "PublicReadWrite" => Some(text("Private")),
        _ => None,
    }
}
