//! Objects and calls: where literals get their names from what is around them.

use std::rc::Rc;

use super::joined::constant;
use super::walk::Walk;
use super::{Around, reads};
use crate::facts::secrets::context::{self, Names, Position, Siblings, lists};
use crate::model::{Arg, CallKind, Entry, ExprId, ExprKind, Key};
use crate::text::{Name, Span};

impl Walk<'_, '_> {
    pub(super) fn object(&mut self, entries: &[Entry], around: &Around) {
        let segment = self.finder.segment;
        let fields = entries.iter().filter_map(|entry| match entry {
            Entry::Field { key: Key::Name(name), value, .. } => Some((name.clone(), constant(segment, *value))),
            _ => None,
        });
        let siblings = Rc::new(Siblings::of(fields.clone()));
        let is_named = |key: &str| lists().name_fields.contains(key);
        let named = fields.clone().find(|(key, _)| is_named(key)).and_then(|(_, value)| value);
        self.finder.login_table(entries, &Around { siblings: Rc::clone(&siblings), ..around.clone() });
        for entry in entries {
            match entry {
                Entry::Spread { value, .. } => self.expr(*value, around),
                Entry::Field { key, key_span, value, .. } => {
                    let outer = if around.names.own.is_empty() { &around.names.outer } else { &around.names.own };
                    let mut fallback = around.fallback.clone();
                    let mut names = Names { outer: outer.clone(), callee: around.names.callee.clone(), ..Names::default() };
                    match key {
                        Key::Name(name) => names.own = name.clone(),
                        Key::Computed(key) => {
                            self.expr(*key, &Around::quiet());
                            names.own = Name::from(reads::last(&reads::path(segment, *key)));
                        }
                    }
                    names.slot = names.own.clone();
                    let lower = names.own.to_ascii_lowercase();
                    if let (true, Some(named)) = (lower == "value", named) {
                        names.own = Name::from(named);
                    } else if lists().value_fields.contains(lower.as_str()) && !around.names.own.is_empty() {
                        names.own = around.names.own.clone();
                        names.outer = around.names.outer.clone();
                        if lower.ends_with("default") && is_variable_name(&names.own) {
                            fallback = Some(names.own.clone());
                        }
                    }
                    // `enum Keys { A = "..." }` lowers to an object.
                    let between = Span::new(key_span.end, segment[*value].span.start);
                    let is_enum = key_span.end < segment[*value].span.start && between.of(self.finder.text).trim_start().starts_with('=');
                    let position = if is_enum { Position::Quiet } else { Position::Value };
                    let inner = Around { names, position, fallback, siblings: Rc::clone(&siblings), fixed: around.fixed || is_enum, ..around.clone() };
                    self.expr(*value, &inner);
                }
            }
        }
    }

    pub(super) fn call(&mut self, callee: ExprId, args: &[Arg], kind: CallKind, around: &Around) {
        let segment = self.finder.segment;
        let called = reads::path(segment, callee);
        let method = reads::last(&called);
        if let Some((variable, default)) = reads::called_variable(segment, callee, args) {
            for (at, arg) in args.iter().enumerate().skip(1) {
                let names = Names { own: variable.clone(), also: around.names.own.clone(), ..Names::default() };
                let fallback = Around { names, fallback: Some(variable.clone()), position: Position::Value, ..Around::default() };
                self.expr(arg.value, &if Some(at) == default { fallback } else { Around::quiet() });
            }
            return;
        }
        // What a method does to a literal leaves it what it is.
        let keeps = matches!(segment[callee].kind, ExprKind::Member { .. }) && lists().transparent_methods.contains(method);
        if let ExprKind::Member { base, .. } = &segment[callee].kind {
            let inside = matches!(
                segment[*base].kind,
                ExprKind::Str(_) | ExprKind::Template(_) | ExprKind::Bytes(_) | ExprKind::Binary { .. } | ExprKind::Logical { .. } | ExprKind::Cond { .. }
            );
            if keeps && inside || method == "default" || matches!(segment[*base].kind, ExprKind::Call { .. }) {
                self.expr(*base, around);
            } else {
                self.expr(*base, &Around::quiet());
            }
        } else {
            self.expr(callee, &Around::quiet());
        }
        if lists().transparent_calls.contains(called.as_str()) || lists().transparent_calls.contains(method) && called.starts_with("crypto") {
            for arg in args {
                let is_value = arg.name.as_ref().is_none_or(|name| matches!(name.as_str(), "default" | "value" | "data"));
                // Where nothing around it names the value, the call itself may.
                let is_nameless = around.names.own.is_empty() && around.names.callee.is_empty() && around.names.outer.is_empty();
                let given = || Around {
                    names: Names { callee: Name::from(called.as_str()), slot: Name::new_static("0"), ..Names::default() },
                    position: Position::Argument,
                    ..Around::default()
                };
                self.expr(
                    arg.value,
                    &if !is_value {
                        Around::quiet()
                    } else if is_nameless {
                        given()
                    } else {
                        around.clone()
                    },
                );
            }
            return;
        }
        // `z.string().default("...")` in a schema of the environment.
        if method == "default" && kind == CallKind::Plain && args.len() == 1 && !around.names.own.is_empty() {
            let fallback = is_variable_name(&around.names.own).then(|| around.names.own.clone());
            args.iter().for_each(|arg| self.expr(arg.value, &Around { fallback: fallback.clone(), ..around.clone() }));
            return;
        }
        self.arguments(&called, method, args, around);
    }

    fn arguments(&mut self, called: &str, method: &str, args: &[Arg], around: &Around) {
        let segment = self.finder.segment;
        let quiet = lists().quiet_calls.contains(called) || lists().quiet_calls.contains(method) && !called.starts_with("jwt");
        let connects = lists().connection_calls.contains(called) || lists().connection_calls.contains(method);
        let naming = lists().naming_calls.contains(method);
        let keywords = args.iter().filter_map(|arg| Some((arg.name.clone()?, constant(segment, arg.value))));
        let siblings = Rc::new(Siblings::of(keywords));
        let named = args.first().filter(|_| naming && args.len() >= 2).and_then(|arg| constant(segment, arg.value));
        for (at, arg) in args.iter().enumerate() {
            let slot = arg.name.clone().unwrap_or_else(|| Name::from(at.to_string()));
            let callee = Name::from(called);
            let passed = match (&arg.name, named) {
                (Some(name), _) => {
                    let position = if quiet && !context::is_strong(name) { Position::Quiet } else { Position::Value };
                    Around { names: Names { own: name.clone(), callee, slot, ..Names::default() }, position, ..Around::default() }
                }
                (None, Some(own)) if at == 1 => Around { names: Names { callee, slot, ..Names::of(own) }, ..Around::default() },
                _ if quiet => Around::quiet(),
                // An object that is handed over: its fields are read by the callee.
                _ => {
                    let outer = if args.len() == 1 { around.names.own.clone() } else { Name::default() };
                    Around { names: Names { outer, callee, slot, ..Names::default() }, position: Position::Argument, ..Around::default() }
                }
            };
            self.expr(arg.value, &Around { connects, siblings: Rc::clone(&siblings), ..passed });
        }
    }
}

/// `JWT_SECRET`: the schema around it describes the environment.
fn is_variable_name(name: &str) -> bool {
    name.contains('_') && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}
