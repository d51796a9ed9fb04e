//! **Ask whose it is**: a rule of Firebase lets in only the person that a document belongs to; where nothing says whose it is,
//! nobody.

use super::edits::Edits;
use super::{Fix, Grade};
use crate::facts::access_rules::Operation;
use crate::project::Project;
use crate::rules::Place;
use crate::rules::plan::{OwnerDemand, OwnerTie};
use crate::text::{Span, lines};

pub fn fix(project: &Project, at: &Place, demand: &OwnerDemand) -> Option<Fix> {
    let text = project.file(&at.file)?.document.text();
    let (span, written) = if demand.is_tree { in_tree(&text, at.span, &demand.tie)? } else { in_rules(&text, at.span, demand)? };
    if span.of(&text) == written {
        return None;
    }
    let mut edits = Edits::default();
    edits.replace(&at.file, span, written);
    let (title, note) = match &demand.tie {
        OwnerTie::Nobody => (
            "Let nobody in until a rule says who may".to_owned(),
            "Nothing says whose these documents are, so the rule now refuses everybody but the Admin SDK. Write one `match` for each collection, and let it ask whose the document is.",
        ),
        OwnerTie::Path(name) => (
            format!("Let in only the person that `{name}` is"),
            "Try it in the rules playground of the Firebase console: signed out, and as somebody else. Both must be refused.",
        ),
        OwnerTie::Field(field) => (
            format!("Let in only the person that `{field}` names"),
            "Queries must then ask for the person's own documents, or they are refused. Try it in the rules playground: signed out, and as somebody else.",
        ),
    };
    Some(Fix { title, grade: Grade::NeedsReview, preferred: true, edits: edits.finish()?, note: Some(note.to_owned()), suppresses: false })
}

/// `true` becomes `"auth != null && auth.uid === $uid"`; what stands in quotes stays in them.
fn in_tree(text: &str, span: Span, tie: &OwnerTie) -> Option<(Span, String)> {
    let is_quoted = text.get(..span.start as usize)?.ends_with('"');
    let condition = match tie {
        OwnerTie::Path(name) => format!("auth != null && auth.uid === {name}"),
        _ => return Some((span, "false".to_owned())),
    };
    Some((span, if is_quoted { condition } else { format!("\"{condition}\"") }))
}

fn in_rules(text: &str, span: Span, demand: &OwnerDemand) -> Option<(Span, String)> {
    let is_somebody = "request.auth != null";
    let field = match &demand.tie {
        OwnerTie::Nobody => return Some(with_condition(text, span, demand, "false")),
        OwnerTie::Path(name) => return Some(with_condition(text, span, demand, &format!("{is_somebody} && request.auth.uid == {name}"))),
        OwnerTie::Field(field) => field,
    };
    let stored = format!("{is_somebody} && resource.data.{field} == request.auth.uid");
    let incoming = format!("request.resource.data.{field} == request.auth.uid");
    let mut parts: Vec<(Vec<&str>, String)> = Vec::new();
    let (reads, writes): (Vec<Operation>, Vec<Operation>) = demand.operations.iter().copied().partition(|operation| operation.is_read());
    let mut plain: Vec<&str> = match reads.as_slice() {
        [Operation::Get, Operation::List] => vec!["read"],
        some => some.iter().map(|operation| operation.word()).collect(),
    };
    plain.extend(writes.iter().filter(|operation| **operation == Operation::Delete).map(|operation| operation.word()));
    parts.push((plain, stored.clone()));
    for operation in writes {
        match operation {
            Operation::Create => parts.push((vec!["create"], format!("{is_somebody} && {incoming}"))),
            // Nobody gives a document away, or takes one over.
            Operation::Update => parts.push((vec!["update"], format!("{stored} && {incoming}"))),
            _ => {}
        }
    }
    let indent = lines::indentation(text, lines::line_start(text, span.start));
    let end = lines::line_end(text);
    let statements: Vec<String> =
        parts.into_iter().filter(|(words, _)| !words.is_empty()).map(|(words, condition)| format!("allow {}: if {condition};", words.join(", "))).collect();
    (!statements.is_empty()).then(|| (span, statements.join(&format!("{end}{indent}"))))
}

/// The `allow` with another condition, or with one.
fn with_condition(text: &str, span: Span, demand: &OwnerDemand, condition: &str) -> (Span, String) {
    match &demand.condition {
        Some(place) => (place.span, condition.to_owned()),
        None => {
            let bare = span.of(text).trim_end_matches([';', ' ', ':', '\n', '\r', '\t']);
            (span, format!("{bare}: if {condition};"))
        }
    }
}
