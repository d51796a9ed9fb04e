//! Values in the query of an address: `https://api.acme.io/items?api_key=..`. Each goes by the name before it.

use super::joined::Text;
use super::{Around, Finder};
use crate::facts::secrets::context::{Names, Position};
use crate::facts::secrets::hit::{HitKind, SecretHit};
use crate::facts::secrets::{judge, url};
use crate::text::Span;

impl Finder<'_> {
    /// A secret in the address, the first one.
    pub(super) fn asked_for(&mut self, literal: Span, value: &Text<'_>, around: &Around) {
        if !value.text.starts_with("http") || around.position == Position::Comment || url::leads_nowhere(&value.text) {
            return;
        }
        for (key, range) in url::pairs(&value.text) {
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
