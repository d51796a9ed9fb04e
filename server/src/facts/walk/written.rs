//! Where a member of an object that is handed over is written.

use super::Walker;
use super::sink::member_at;
use crate::facts::catalogue::SinkEntry;
use crate::facts::place::Site;
use crate::facts::value::{Kind, Value};
use crate::model::{Entry, ExprId, ExprKind, Key, PatternKind, Segment, StmtKind};
use crate::text::Span;

impl Walker<'_> {
    /// The members of an object that are dangerous, or else the value itself.
    pub(super) fn dangerous(&self, sink: &SinkEntry, value: Value, site: Option<Site>) -> Vec<(Value, Option<Site>)> {
        if !sink.inside.is_empty() {
            return sink.inside.iter().filter_map(|path| member_at(&value, path)).map(|value| (value, site.clone())).collect();
        }
        match value.kind() {
            Kind::Object(object) if !sink.keys.is_empty() => {
                let one = |key: &crate::text::Name| {
                    let value = object.get(key).0?.clone();
                    let written = site.as_ref().and_then(|site| self.written_at(site, key));
                    Some((value, written.or_else(|| site.clone())))
                };
                sink.keys.iter().filter_map(one).collect()
            }
            _ => vec![(value, site)],
        }
    }

    /// The place of a member in the object that stands at a place, or in that which the variable there was made with.
    fn written_at(&self, object: &Site, key: &str) -> Option<Site> {
        let frame = self.frames.last().filter(|frame| frame.item == object.item)?;
        let segment = &frame.segment;
        let span = segment.exprs.iter().filter(|expr| expr.span == object.span).find_map(|expr| match &expr.kind {
            ExprKind::Object(entries) => of_entries(segment, entries, key),
            ExprKind::Name(name) => segment.stmts.iter().find_map(|stmt| {
                let StmtKind::Let { pattern, value: Some(value), .. } = &stmt.kind else { return None };
                let is_it = matches!(&segment[*pattern].kind, PatternKind::Name(known) if known == name);
                is_it.then(|| of_object(segment, *value, key)).flatten()
            }),
            _ => None,
        })?;
        Some(Site { item: object.item.clone(), span })
    }
}

fn of_object(segment: &Segment, id: ExprId, key: &str) -> Option<Span> {
    match &segment[id].kind {
        ExprKind::Object(entries) => of_entries(segment, entries, key),
        _ => None,
    }
}

fn of_entries(segment: &Segment, entries: &[Entry], key: &str) -> Option<Span> {
    entries.iter().find_map(|entry| match entry {
        Entry::Field { key: Key::Name(name), value, .. } if name == key => Some(segment[*value].span),
        _ => None,
    })
}
