//! A line above each handler: what it answers, who may call it, whose data it touches, and what care it takes. From the map that
//! `guardline routes` prints, made when the client asks and not while somebody types.

use std::sync::Arc;

use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::*;

use super::places::Places;
use super::state::State;
use super::uri;
use crate::rules::map::{Entry, Touched, Who};
use crate::text::Span;

/// More routes than this behind one handler are counted.
const MOST_AT_A_PLACE: usize = 4;

pub async fn shown(state: &Arc<State>, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
    let Some(open) = uri::file_of(params.text_document.uri.as_str()).and_then(|file| state.documents.in_step(&file)) else {
        return Ok(None);
    };
    state.first_read().await;
    if !state.config().code_lens || !state.looks_at(&open.document) {
        return Ok(None);
    }
    let (shared, document) = (state.clone(), open.document.clone());
    let found = state
        .workers
        .run(move |cancel| {
            let snapshot = shared.snapshot_with(&document);
            let routes = shared.analysis.routes(&snapshot, &document.file, cancel)?;
            let placed = routes.into_iter().filter_map(|entry| {
                let place = snapshot.project.place(&entry.site).filter(|place| place.file == document.file)?;
                Some((place.span, title(&entry)))
            });
            Some(placed.collect::<Vec<_>>())
        })
        .await
        .ok_or_else(Error::internal_error)?;
    let mut places = Places::new(open.document.rope(), state.capabilities().encoding);
    Ok(found.map(|found| lines(found).into_iter().map(|(span, title)| lens(places.range(span), title)).collect()))
}

fn lens(range: Range, title: String) -> CodeLens {
    // It says something and does nothing.
    let command = Command { title, command: String::new(), arguments: None };
    CodeLens { range: Range { start: range.start, end: range.start }, command: Some(command), data: None }
}

/// In the order of the text, and not too many at a place.
fn lines(mut found: Vec<(Span, String)>) -> Vec<(Span, String)> {
    found.sort_by(|a, b| (a.0.start, a.0.end, &a.1).cmp(&(b.0.start, b.0.end, &b.1)));
    found.dedup();
    let mut out: Vec<(Span, String)> = Vec::with_capacity(found.len());
    for group in found.chunk_by(|a, b| a.0 == b.0) {
        out.extend(group.iter().take(MOST_AT_A_PLACE).cloned());
        if let Some(last) = group.get(MOST_AT_A_PLACE) {
            out.push((last.0, format!("and {} more", group.len() - MOST_AT_A_PLACE)));
        }
    }
    out
}

/// `PATCH /notes/:id · callers: signed-in · data: Note own · input checked: yes · rate limit: no · signature: no`.
fn title(entry: &Entry) -> String {
    let mut parts = vec![entry.title(), format!("callers: {}", who(entry))];
    if let Some(data) = data(&entry.data) {
        parts.push(format!("data: {data}"));
    }
    if let Some(validated) = entry.care.validated {
        parts.push(format!("input checked: {}", validated.word()));
    }
    parts.push(format!("rate limit: {}", entry.care.limited.word()));
    parts.push(format!("signature: {}", entry.care.signature.word()));
    parts.join(" · ")
}

fn who(entry: &Entry) -> String {
    let word = match entry.callers.who {
        Who::Anyone if entry.is_public => "anyone, on purpose",
        Who::Anyone => "anyone",
        Who::SignedIn => "signed in",
        Who::Role => "with a role",
        Who::Object => "whose data it is",
        Who::Machine => "a machine that proves itself",
        Who::Unknown => "unknown",
    };
    match &entry.callers.proof {
        Some(proof) if !proof.name.is_empty() && entry.callers.who != Who::Anyone => format!("{word} ({})", proof.name),
        _ => word.to_owned(),
    }
}

fn data(touched: &[Touched]) -> Option<String> {
    const MOST: usize = 3;
    let one = |touched: &Touched| {
        let rows: Vec<&str> = touched.rows.iter().map(|rows| rows.word()).collect();
        let model = if touched.model.is_empty() { "?" } else { &touched.model };
        format!("{model} {}", rows.join("/"))
    };
    let mut named: Vec<String> = touched.iter().take(MOST).map(one).collect();
    if touched.len() > MOST {
        named.push(format!("{} more", touched.len() - MOST));
    }
    (!named.is_empty()).then(|| named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_one_place_stand_in_order_and_are_not_too_many() {
        let at = |start, text: &str| (Span::new(start, start + 1), text.to_owned());
        let found = vec![at(9, "b"), at(3, "f"), at(3, "a"), at(3, "a"), at(3, "c"), at(3, "d"), at(3, "e")];
        let texts: Vec<(u32, String)> = lines(found).into_iter().map(|(span, text)| (span.start, text)).collect();
        let expected = [(3, "a"), (3, "c"), (3, "d"), (3, "e"), (3, "and 1 more"), (9, "b")];
        assert_eq!(texts, expected.map(|(start, text)| (start, text.to_owned())));
    }
}
