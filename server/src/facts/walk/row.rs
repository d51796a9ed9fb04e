//! Rows that were read: their columns, their own methods, and changes that are written back.

use std::sync::Arc;

use super::Walker;
use crate::facts::catalogue::Returns;
use crate::facts::check::{Root, Symbol};
use crate::facts::event::{AccessId, Event};
use crate::facts::query::{Filter, Operation, Query};
use crate::facts::taint::{Origin, Part, Taint};
use crate::facts::value::{Argument, Kind, Object, Row, Value};
use crate::model::{ExprId, ExprKind};
use crate::text::{Name, Span};

/// A row of which some columns are not given on.
pub(super) fn row_without(row: &Value, columns: &[Name]) -> Value {
    let mut left = Object::default();
    left.spread(row.clone());
    columns.iter().for_each(|name| left.set(name.clone(), Value::null()));
    Value::new(Kind::Object(Arc::new(left))).with_taint(row.taint().clone())
}

impl Walker<'_> {
    /// `delete user.password`: the variable's row goes on without it.
    pub(super) fn deleted(&mut self, operand: ExprId) {
        let segment = self.frame().segment.clone();
        let ExprKind::Member { base, name, .. } = &segment[operand].kind else { return };
        let ExprKind::Name(variable) = &segment[*base].kind else { return };
        let old = self.name(variable);
        let new = self.with_member(&old, name, Value::null());
        let is_own = self.frame().state.iter().any(|(known, _)| known == variable);
        self.set(variable, new.clone());
        // `session.regenerate(() => { delete user.password; .. })`: from here to the function's end it is gone, whose variable that is.
        if !is_own {
            self.frame_mut().state.push((variable.clone(), new));
        }
    }

    pub(super) fn row_member(&mut self, base: &Value, row: &Row, name: &Name) -> Value {
        let origin = Origin { part: Part::Stored, name: name.clone(), site: None, clean: Default::default() };
        let symbol = base.symbol().map_or_else(|| Symbol::new(Root::Row(row.access)).member(name), |symbol| symbol.member(name));
        Value::unknown().with_symbol(symbol).with_taint(Taint::of(origin))
    }

    /// `row.save()`, `row.delete()`, `row.update(data)`.
    pub(super) fn row_method(&mut self, base: &Value, name: &Name, args: &[Argument], span: Span) -> Value {
        let Kind::Row(row) = base.kind() else { return Value::unknown() };
        // `user.get("disabled")`: a column, and not the row.
        if let ("get", Some(column)) = (name.as_str(), args.first().and_then(|arg| arg.value.as_str())) {
            return self.row_member(base, &row.clone(), &Name::from(&**column));
        }
        let operation = match name.as_str() {
            "save" | "update" | "updateOne" | "set" | "patch" | "replaceOne" => Operation::Update,
            "delete" | "destroy" | "remove" | "deleteOne" | "delete_instance" | "softRemove" => Operation::Delete,
            _ => {
                // `row.to_dict()`, `row.toObject()`, `row.items.filter_by(...)`: still that row's content.
                let mut value = base.clone();
                if !matches!(
                    name.as_str(),
                    "to_dict"
                        | "dict"
                        | "model_dump"
                        | "toObject"
                        | "toJSON"
                        | "json"
                        | "lean"
                        | "data"
                        | "as_dict"
                        | "serialize"
                        | "get"
                        | "populate"
                        | "exec"
                        | "mappings"
                        | "_asdict"
                        | "items"
                        | "reload"
                        | "refresh"
                        | "unwrap"
                        | "scalar_one"
                        | "get_dataValues"
                ) {
                    value = Value::unknown().with_taint(base.taint().clone());
                    if let Some(symbol) = base.symbol() {
                        value = value.with_symbol(symbol.member(name));
                    }
                }
                self.handed(args, span);
                return value;
            }
        };
        let mut query = Query { model: row.model.clone(), operation, filter: vec![Filter::Row(base.clone())], ..Query::default() };
        query.key = Some(self.site(span));
        query.client = self.client_of(row.access);
        if let Some(arg) = args.first() {
            query.data.push(arg.value.clone());
        }
        self.told_by_options(&mut query, args.get(1..).unwrap_or_default());
        self.ask(query, Returns::Row, span);
        base.clone()
    }

    fn client_of(&self, id: AccessId) -> Name {
        self.look_at_events(0);
        self.events
            .iter()
            .find_map(|event| match event {
                Event::Access(access) if access.id == id => Some(access.query.client.clone()),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// `row.title = x` under a unit of work is an update.
    pub(super) fn row_assigned(&mut self, base: &Value, name: &Name, value: &Value, span: Span) {
        let Kind::Row(row) = base.kind() else { return };
        let client = self.client_of(row.access);
        let unit_of_work = self.world.catalogue().client(&client).is_some_and(|client| client.unit_of_work);
        if !unit_of_work || base.symbol().is_some_and(|symbol| symbol.root == Root::Principal) {
            return;
        }
        let row = row.clone();
        let mut object = Object::default();
        object.set(name.clone(), value.clone());
        let data = Value::new(Kind::Object(Arc::new(object)));
        // One change of a row is one access, however many fields it sets.
        let known = self.events.iter_mut().rev().find_map(|event| match event {
            Event::Access(access) if access.query.operation == Operation::Update && access.query.is_of_row(row.access) => Some(access),
            _ => None,
        });
        if let Some(access) = known {
            Arc::make_mut(&mut access.query).data.push(data);
            return;
        }
        let mut query = Query { model: row.model.clone(), operation: Operation::Update, filter: vec![Filter::Row(base.clone())], ..Query::default() };
        query.client = client;
        query.key = Some(self.site(span));
        query.data.push(data);
        self.ask(query, Returns::Nothing, span);
    }
}
