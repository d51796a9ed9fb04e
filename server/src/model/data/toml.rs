//! TOML, by the library that reads it with places and goes on after an error.

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use super::builder::Builder;
use super::tree::{Entry, Kind, NodeId, Tree};
use crate::text::{Name, Span};

pub(super) fn read(text: &str) -> Tree {
    let mut builder = Builder::default();
    let (table, errors) = DeTable::parse_recoverable(text);
    builder.broken = !errors.is_empty();
    let root = map(&mut builder, table.get_ref(), 0);
    builder.documents.push(root);
    builder.done()
}

/// No deeper than the library itself goes.
fn value(builder: &mut Builder, of: &Spanned<DeValue<'_>>) -> NodeId {
    let span = Span::from(of.span());
    let kind = match of.get_ref() {
        DeValue::String(text) => Kind::Text(text.as_ref().into()),
        DeValue::Integer(number) => Kind::Number(Name::from(number.as_str())),
        DeValue::Float(number) => Kind::Number(Name::from(number.as_str())),
        DeValue::Boolean(value) => Kind::Bool(*value),
        DeValue::Datetime(date) => Kind::Number(Name::from(date.to_string())),
        DeValue::Array(items) => {
            let items: Vec<NodeId> = items.iter().map(|item| value(builder, item)).collect();
            Kind::List(items)
        }
        DeValue::Table(table) => return map(builder, table, span.start),
    };
    builder.add(span, kind)
}

fn map(builder: &mut Builder, table: &DeTable<'_>, start: u32) -> NodeId {
    let mut entries: Vec<Entry> =
        table.iter().map(|(key, of)| Entry { key: key.get_ref().as_ref().into(), span: Span::from(key.span()), value: value(builder, of) }).collect();
    entries.sort_by_key(|entry| entry.span.start);
    let span = builder.span_of(start, &entries);
    builder.add(span, Kind::Map(entries))
}
