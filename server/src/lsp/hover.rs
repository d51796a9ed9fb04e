//! What is shown over a finding: its message, and from the rule's page what people ask next.

use std::sync::Arc;

use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::*;

use super::audit::escaped;
use super::from_proto;
use super::judge;
use super::places::Places;
use super::state::State;
use super::uri;
use crate::facts::secrets::made_to_be_seen;
use crate::report::{page, renew};
use crate::rules::Finding;
use crate::rules::own::Known;
use crate::syntax::Document;
use crate::text::Span;

pub async fn shown(state: &Arc<State>, params: HoverParams) -> Result<Option<Hover>> {
    let at = params.text_document_position_params;
    let Some(open) = uri::file_of(at.text_document.uri.as_str()).and_then(|file| state.documents.in_step(&file)) else {
        return Ok(None);
    };
    if !state.looks_at(&open.document) {
        return Ok(None);
    }
    let (document, encoding) = (open.document.clone(), state.capabilities().encoding);
    let span = from_proto::span(document.rope(), Range { start: at.position, end: at.position }, encoding);
    let result = state.result(&document.file).filter(|result| result.revision == open.revision);
    let shared = state.clone();
    let found = match result {
        Some(result) => Some(here(&result.findings, span)),
        None => state
            .workers
            .run(move |cancel| {
                let snapshot = shared.snapshot_with(&document);
                judge::check(&shared, &snapshot, &document.file, cancel).map(|shown| here(&shown.findings, span))
            })
            .await
            .ok_or_else(Error::internal_error)?,
    };
    let Some(first) = found.as_ref().and_then(|found| found.first()) else { return Ok(no_secret(&open.document, span, state)) };
    let range = Places::new(open.document.rope(), encoding).range(first.place.span);
    let markdown = state.capabilities().markdown;
    let config = state.config();
    let rules = Known::of(&config);
    let texts: Vec<String> = found.iter().flatten().map(|finding| about(finding, rules.by_id(finding.rule.as_str()).map(|meta| meta.page), markdown)).collect();
    let kind = if markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    let value = texts.join(if markdown { "\n\n---\n\n" } else { "\n\n" });
    Ok(Some(Hover { contents: HoverContents::Markup(MarkupContent { kind, value }), range: Some(range) }))
}

/// Where nothing is found, a key that is made to be seen is called by its name: people wonder about them.
fn no_secret(document: &Document, span: Span, state: &State) -> Option<Hover> {
    let rope = document.rope();
    let line = rope.try_byte_to_line(span.start as usize).ok()?;
    let start = rope.try_line_to_byte(line).ok()?;
    let text = rope.get_line(line).filter(|line| line.len_bytes() <= LONGEST_LINE)?.to_string();
    let (range, said) = made_to_be_seen(&text, (span.start as usize).checked_sub(start)?)?;
    let value = if state.capabilities().markdown { format!("**Guardline** {}", escaped(&said)) } else { format!("Guardline: {said}") };
    let kind = if state.capabilities().markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    let range = Places::new(rope, state.capabilities().encoding).range(Span::from(start + range.start..start + range.end));
    Some(Hover { contents: HoverContents::Markup(MarkupContent { kind, value }), range: Some(range) })
}

/// Longer lines are data.
const LONGEST_LINE: usize = 64 * 1024;

fn here(findings: &[Finding], span: Span) -> Vec<Finding> {
    findings.iter().filter(|finding| finding.place.span.touches(span)).cloned().collect()
}

fn about(finding: &Finding, page: Option<&str>, markdown: bool) -> String {
    let prose = page.map(prose).unwrap_or_default();
    let new = renew::of(finding).map(|new| format!("{new}\n\n")).unwrap_or_default();
    let text = if markdown {
        format!("**Guardline** `{}`\n\n{}\n\n{new}{prose}", finding.rule, escaped(&finding.message))
    } else {
        format!("Guardline {}\n\n{}\n\n{}{}", finding.rule, finding.message, page::plain(&new), page::plain(&prose))
    };
    text.trim_end().to_owned()
}

/// The page's words: all but the examples that are also its tests, and the notes for those who build Guardline.
/// Headings become smaller, there is little room.
fn prose(page: &str) -> String {
    let sections = page::sections(page);
    let advice = sections.iter().enumerate().filter(|(_, section)| page::is_advice(section) && !section.body.is_empty());
    let words = advice.map(|(i, section)| if i == 0 { section.body.to_owned() } else { format!("**{}**\n\n{}", section.title, section.body) });
    words.collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Confidence, Impact, Level, Place, RuleId};
    use crate::text::FileId;

    const PAGE: &str = "# xss: somebody's text becomes part of the page\n\nIt is common.\n\n## What can happen\nA stranger runs `code` in it.\n\n## How to fix\nUse **text**.\n\n## Flagged\n```ts\nbad\n```\n";

    fn finding() -> Finding {
        Finding {
            rule: RuleId::new("xss"),
            detail: "".into(),
            impact: Impact::High,
            confidence: Confidence::Proven,
            level: Level::Error,
            place: Place { file: FileId::new("/a.ts"), span: Span::new(2, 4) },
            message: "`name` becomes HTML".into(),
            related: Vec::new(),
            plans: Vec::new(),
            absence: false,
        }
    }

    #[test]
    fn the_pages_words_follow_the_message() {
        let expected = "**Guardline** `xss`\n\n\\`name\\` becomes HTML\n\nIt is common.\n\n**What can happen**\n\nA stranger runs `code` in it.\n\n**How to fix**\n\nUse **text**.";
        assert_eq!(about(&finding(), Some(PAGE), true), expected);
        let expected = "Guardline xss\n\n`name` becomes HTML\n\nIt is common.\n\nWhat can happen\n\nA stranger runs `code` in it.\n\nHow to fix\n\nUse text.";
        assert_eq!(about(&finding(), Some(PAGE), false), expected);
        assert_eq!(about(&finding(), None, false), "Guardline xss\n\n`name` becomes HTML");
    }

    #[test]
    fn a_cursor_at_the_edge_of_a_finding_is_on_it() {
        let at = |offset| here(&[finding()], Span::at(offset)).len();
        assert_eq!([1, 2, 4, 5].map(at), [0, 1, 1, 0]);
    }
}
