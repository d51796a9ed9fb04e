//! Stored files in configuration: CloudFormation, SAM and Serverless resources, and policies of buckets in JSON.

use super::{Opening, OpeningKind, is_block, of_access_list, of_actions};
use crate::model::data::{Datum, Tree};
use crate::text::Span;

/// More values are not looked at; deeper ones neither.
const MOST: usize = 20_000;
const DEEPEST: usize = 24;

pub fn in_config(tree: &Tree) -> Vec<Opening> {
    let mut reader = Reader { left: MOST, found: Vec::new() };
    for document in tree.documents() {
        reader.read(document, 0);
    }
    let mut found = reader.found;
    found.sort_by_key(|opening| (opening.span.start, opening.span.end));
    found.dedup_by_key(|opening| opening.span);
    found
}

struct Reader {
    left: usize,
    found: Vec<Opening>,
}

impl Reader {
    fn read(&mut self, value: Datum<'_>, depth: usize) {
        if self.left == 0 || depth > DEEPEST {
            return;
        }
        self.left -= 1;
        if value.is_map() {
            let is_bucket = value.get("Type").and_then(|ty| ty.text()) == Some("AWS::S3::Bucket");
            if let Some(properties) = value.get("Properties").filter(|_| is_bucket) {
                self.of_bucket(value.span(), properties);
            }
            self.of_statement(value);
        }
        for (_, inner) in value.entries() {
            self.read(inner, depth + 1);
        }
        for inner in value.items() {
            self.read(inner, depth + 1);
        }
    }

    fn of_bucket(&mut self, around: Span, properties: Datum<'_>) {
        // A bucket that is a website is there to be read.
        if properties.get("WebsiteConfiguration").is_some() {
            return;
        }
        let mut add = |kind, key: Span, value: Datum<'_>, word: &str| {
            self.found.push(Opening { kind, span: Span::new(key.start, value.span().end), value: Some(value.span()), word: word.into(), around });
        };
        if let Some((entry, value)) = properties.entry("AccessControl")
            && let Some(kind) = value.text().and_then(of_access_list)
        {
            add(kind, entry.span, value, "AccessControl");
        }
        let block = properties.get("PublicAccessBlockConfiguration");
        let off = block.iter().flat_map(|block| block.entries()).find(|(entry, value)| is_block(&entry.key) && value.bool() == Some(false));
        if let Some((entry, value)) = off {
            add(OpeningKind::Unblocked, entry.span, value, &entry.key);
        }
    }

    fn of_statement(&mut self, statement: Datum<'_>) {
        let is_text = |key: &str, wanted: &str| statement.get(key).and_then(|value| value.text()) == Some(wanted);
        let Some(principal) = statement.get("Principal") else { return };
        let is_everybody = principal.text() == Some("*") || principal.get("AWS").is_some_and(|who| who.one_or_many().any(|who| who.text() == Some("*")));
        if !is_everybody || !is_text("Effect", "Allow") || statement.get("Condition").is_some() {
            return;
        }
        let Some(actions) = statement.get("Action") else { return };
        if let Some(kind) = of_actions(actions.one_or_many().filter_map(Datum::text)) {
            self.found.push(Opening { kind, span: principal.span(), value: None, word: "Principal".into(), around: statement.span() });
        }
    }
}
