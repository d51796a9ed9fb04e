//! What a client, as Sequelize, is told beside the question: rows that have to be there with it, and the columns that may be written.

use std::sync::Arc;

use super::Walker;
use super::filter::items;
use super::written_filter::object_filter;
use crate::facts::query::{Filter, Query};
use crate::facts::value::{Argument, Kind, Object, Value};
use crate::text::Name;

/// Relations of relations are followed so far.
const DEEPEST: u32 = 4;

impl Walker<'_> {
    pub(super) fn told_by_options(&mut self, query: &mut Query, args: &[Argument]) {
        if !self.world.catalogue().client(&query.client).is_some_and(|client| client.by_options) {
            return;
        }
        for arg in args.iter().filter(|arg| arg.name.is_empty()) {
            let Kind::Object(given) = arg.value.kind() else { continue };
            if let Some(include) = given.get("include").0 {
                let mut filter = Vec::new();
                self.required(include, &[], &mut filter, 0);
                query.filter.extend(filter);
            }
            if let Some(names) = given.get("fields").0.and_then(texts) {
                query.data = query.data.iter().map(|data| self.only(data, &names)).collect();
            }
        }
    }

    /// `include: { model: Instrument, where: { companyId } }`: only those of which there is such an instrument.
    fn required(&mut self, include: &Value, path: &[Name], out: &mut Vec<Filter>, depth: u32) {
        for item in items(include) {
            let Kind::Object(relation) = item.kind() else { continue };
            let named = relation.get("as").0.and_then(Value::as_str).map(|name| Name::from(&**name));
            let of_model = |walker: &mut Self| {
                let mut asked = Query::default();
                walker.take_model(&mut asked, relation.get("model").0?);
                let mut letters = asked.model.chars();
                let first = letters.next()?;
                Some(Name::from(format!("{}{}", first.to_lowercase(), letters.as_str())))
            };
            let Some(name) = named.or_else(|| of_model(self)) else { continue };
            let path = [path, &[name]].concat();
            if let Some(wanted) = relation.get("where").0 {
                out.extend(object_filter(wanted, &path, 0));
            }
            if let Some(further) = relation.get("include").0.filter(|_| depth < DEEPEST) {
                self.required(further, &path, out, depth + 1);
            }
        }
    }

    /// `note.update(body, { fields: ["text"] })`
    fn only(&mut self, data: &Value, names: &[Name]) -> Value {
        let mut object = Object::default();
        for name in names {
            let value = self.member(data, name);
            object.set(name.clone(), value);
        }
        Value::new(Kind::Object(Arc::new(object)))
    }
}

/// A list of texts and nothing else.
fn texts(value: &Value) -> Option<Vec<Name>> {
    let Kind::Seq(seq) = value.kind() else { return None };
    let names: Option<Vec<Name>> = seq.items.iter().map(|item| item.as_str().map(|text| Name::from(&**text))).collect();
    names.filter(|_| seq.rest.is_none())
}
