//! Values in the query of an address: `https://api.acme.io/items?api_key=..`. Each goes by the name before it.

use std::ops::Range;

use super::joined::Text;
use super::{Around, Finder};
use crate::facts::secrets::context::{Names, Position};
use crate::facts::secrets::hit::{HitKind, SecretHit};
use crate::facts::secrets::{judge, url};
use crate::text::Span;

/// So many parts of one query are looked at.
const MOST: usize = 16;

impl Finder<'_> {
    /// A secret in the address, the first one.
    pub(super) fn asked_for(&mut self, literal: Span, value: &Text<'_>, around: &Around) {
        if !value.text.starts_with("http") || around.position == Position::Comment || url::leads_nowhere(&value.text) {
            return;
        }
        for (key, range) in pairs(&value.text) {
            let (Some(name), Some(text)) = (value.text.get(key), value.text.get(range.clone())) else { continue };
            let named = Around { names: Names::of(name), position: Position::Value, fixed: around.fixed, ..Around::default() };
            let part = Text::one(text, literal);
            let Some(mut verdict) = judge::judge(&self.candidate(&part, &named), self.hints) else { continue };
            verdict.range = range.start + verdict.range.start..range.start + verdict.range.end;
            // Read from a variable it would still stand in the address.
            let hit = SecretHit { movable: false, ..self.hit(&verdict, literal, value, &named, HitKind::Literal) };
            self.hits.push(hit);
            return;
        }
    }
}

/// The names and values of a query, where the value ends inside of the text.
fn pairs(text: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let Some(start) = text.find('?').map(|at| at + 1) else { return Vec::new() };
    let end = text.get(start..).and_then(|query| query.find('#')).map_or(text.len(), |at| start + at);
    let mut found = Vec::new();
    let mut at = start;
    for part in text.get(start..end).unwrap_or_default().split('&').take(MOST) {
        if let Some(equals) = part.find('=') {
            found.push((at..at + equals, at + equals + 1..at + part.len()));
        }
        at += part.len() + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_names_and_values() {
        let text = "https://a.b/c?q=1&api_key=xyz&flag&e=#top=1";
        let told: Vec<(&str, &str)> = pairs(text).into_iter().map(|(key, value)| (&text[key], &text[value])).collect();
        assert_eq!(told, [("q", "1"), ("api_key", "xyz"), ("e", "")]);
        assert!(pairs("https://a.b/c").is_empty() && pairs("").is_empty());
    }
}
