//! Binding and assigning.

use std::sync::Arc;

use super::Walker;
use super::expression::either;
use super::row::row_without;
use crate::facts::check::{Fact, Facts};
use crate::facts::taint::Cleanings;
use crate::facts::value::{Alternative, Argument, Kind, Library, Object, Value};
use crate::facts::ways::Ways;
use crate::model::{ExprId, ExprKind, Key, PatternId, PatternKind};
use crate::text::Name;

impl Walker<'_> {
    /// Declares the names of a pattern.
    pub(super) fn bind(&mut self, pattern: PatternId, value: Value) {
        self.place(pattern, value, true, 0);
    }

    /// Assigns to places that exist.
    pub(super) fn assign(&mut self, pattern: PatternId, value: Value) {
        let declares = self.python();
        self.place(pattern, value, declares, 0);
    }

    pub(super) fn declare(&mut self, name: Name, value: Value) {
        if self.python() {
            // One scope a function: a second assignment is the same variable.
            let state = &mut self.frame_mut().state;
            if let Some((_, old)) = state.iter_mut().rev().find(|(known, _)| *known == name) {
                *old = value;
                return;
            }
        }
        self.frame_mut().state.push((name, value));
    }

    /// Sets a variable wherever it lives.
    pub(super) fn set(&mut self, name: &Name, value: Value) {
        // Only functions written inside each other share variables.
        let own = &self.frame().item;
        let around = self.frames.iter().rev().enumerate().take(6).filter(|(_, frame)| frame.item == *own);
        let reached = around.clone().map(|(depth, _)| depth).next_back();
        let found = around.clone().find_map(|(depth, frame)| {
            let at = frame.state.iter().rposition(|(known, _)| known == name)?;
            Some((depth, at))
        });
        let reached = found.map(|(depth, _)| depth).or(reached).unwrap_or_default();
        self.look_at_frames(self.frames.len().saturating_sub(reached + 1));
        let Some((depth, at)) = found else {
            let frame = self.frame_mut();
            if !frame.around.contains(name) {
                frame.around.push(name.clone());
            }
            frame.state.push((name.clone(), value));
            return;
        };
        // A function that sets a variable around it may do so on one of its paths only, and paths meet in its own variables.
        let value = if depth == 0 { value } else { self.set_perhaps(depth, at, value) };
        if let Some((_, old)) = self.frames.iter_mut().rev().nth(depth).and_then(|frame| frame.state.get_mut(at)) {
            *old = value;
        }
    }

    fn set_perhaps(&mut self, depth: usize, at: usize, value: Value) -> Value {
        let old = self.frames.iter().rev().nth(depth).and_then(|frame| frame.state.get(at)).map(|(_, old)| old.clone());
        let Some(old) = old.filter(|old| !old.is_same(&value)) else { return value };
        let fork = self.fork();
        let side = |value, side| Alternative { value, facts: Facts::on(Ways::turn(&fork, side)) };
        Value::union(vec![side(old, 0), side(value, 1)])
    }

    fn place(&mut self, pattern: PatternId, value: Value, declares: bool, depth: u32) {
        if depth > 24 {
            return;
        }
        let segment = self.frame().segment.clone();
        match &segment[pattern].kind {
            PatternKind::Name(name) => {
                self.given_weak(name, &value, segment[pattern].span);
                if declares { self.declare(name.clone(), value) } else { self.set(name, value) }
            }
            PatternKind::Object { entries, rest } => {
                let mut taken = Vec::new();
                for entry in entries {
                    let part = match &entry.key {
                        Key::Name(key) => {
                            taken.push(key.clone());
                            self.member(&value, key)
                        }
                        Key::Computed(key) => {
                            let key = self.eval(*key);
                            self.index(&value, &key)
                        }
                    };
                    self.place(entry.pattern, part, declares, depth + 1);
                }
                if let Some(rest) = rest {
                    let remaining = value.map(|value| match value.kind() {
                        Kind::Object(object) => {
                            let mut left = (**object).clone();
                            left.fields.retain(|(name, _)| !taken.contains(name));
                            left.spread_at = left.spread_at.min(left.fields.len());
                            Value::new(Kind::Object(Arc::new(left))).with_taint(value.taint().clone())
                        }
                        // A row without what was taken out of it.
                        Kind::Row(_) if !taken.is_empty() => row_without(value, &taken),
                        _ => value.clone(),
                    });
                    self.place(*rest, remaining, declares, depth + 1);
                }
            }
            PatternKind::Sequence { items } => {
                for (i, item) in items.iter().enumerate() {
                    let part = if item.rest { value.without_symbol() } else { self.nth(&value, i) };
                    self.place(item.pattern, part, declares, depth + 1);
                }
            }
            PatternKind::Default { pattern, default } => {
                let value = match value.kind() {
                    Kind::Null => self.eval(*default),
                    Kind::Unknown | Kind::Union(_) => {
                        let default = self.eval(*default);
                        // The identity stays that of what was given: a default does not change who it is.
                        let symbol = value.symbol().cloned();
                        let joined = either(value, default);
                        match symbol {
                            Some(symbol) => joined.with_symbol(symbol),
                            None => joined,
                        }
                    }
                    _ => value,
                };
                self.place(*pattern, value, declares, depth + 1);
            }
            PatternKind::Place(expr) => self.store(*expr, value, 0),
            PatternKind::Ignore => {}
        }
    }

    /// What stands in a place that is about to be changed.
    pub(super) fn pattern_value(&mut self, pattern: PatternId) -> Value {
        let segment = self.frame().segment.clone();
        match &segment[pattern].kind {
            PatternKind::Name(name) => self.name(name),
            PatternKind::Place(expr) => self.eval(*expr),
            _ => Value::unknown(),
        }
    }

    /// `a.b = value`: `a` becomes a value with another `b`, and is stored in its own place in turn.
    pub(super) fn store(&mut self, place: ExprId, value: Value, depth: u32) {
        if depth > 8 {
            return;
        }
        let segment = self.frame().segment.clone();
        match &segment[place].kind {
            ExprKind::Name(name) => self.set(name, value),
            ExprKind::This => self.frame_mut().this = Some(value),
            ExprKind::Member { base, name, .. } => {
                let old = self.eval(*base);
                if depth == 0 {
                    self.given_weak(name, &value, segment[place].span);
                    self.option_assigned(&old, name, &value, segment[place].span);
                }
                self.row_assigned(&old, name, &value, segment[place].span);
                self.sunk_member(&old, name, &value, segment[place].span);
                self.set_up(&old, name, &value, segment[place].span);
                if self.put_together(&old, name, &value) {
                    return;
                }
                let changed = self.with_member(&old, name, value);
                if self.shared.as_ref().is_some_and(|shared| shared.is_same(&old)) {
                    self.shared = Some(changed.clone());
                }
                self.store(*base, changed, depth + 1);
            }
            ExprKind::Index { base, index, .. } => {
                let old = self.eval(*base);
                let written = self.site(segment[*index].span);
                let index = self.eval(*index);
                if depth == 0 {
                    self.written_by_name(*base, &old, (&index, written), segment[place].span);
                }
                let changed = match index.as_str() {
                    Some(key) => {
                        let key = Name::from(&**key);
                        if depth == 0 {
                            self.option_assigned(&old, &key, &value, segment[place].span);
                        }
                        self.row_assigned(&old, &key, &value, segment[place].span);
                        self.set_up(&old, &key, &value, segment[place].span);
                        if depth == 0 && !self.python() && matches!(old.kind(), Kind::Library(_)) {
                            self.sunk_member(&old, &key, &value, segment[place].span);
                        }
                        if self.python() {
                            let at = segment[place].span;
                            self.sunk_member(&old, &key, &value, at);
                            let given = |value: Value| Argument { name: Name::default(), value, site: self.site(at), spread: false };
                            let (name, value) = (given(index), given(value.clone()));
                            self.header_given(name, value, at);
                        }
                        self.with_member(&old, &key, value)
                    }
                    None => match old.kind() {
                        Kind::Object(object) => {
                            let mut object = (**object).clone();
                            let others = self.not_named(&object, &index);
                            object.spread_over(under_some_key(&value), &others);
                            Value::new(Kind::Object(Arc::new(object))).with_taint(old.taint().join(index.taint()))
                        }
                        _ => old.with_taint(old.taint().join(value.taint())),
                    },
                };
                self.store(*base, changed, depth + 1);
            }
            _ => {}
        }
    }

    /// The fields of an object that a key cannot name: a pattern was found in the key that is not in their names.
    fn not_named(&self, object: &Object, key: &Value) -> Vec<Name> {
        let Some(symbol) = key.symbol() else { return Vec::new() };
        let patterns: Vec<regex::Regex> = self
            .facts
            .iter()
            .filter_map(|fact| match fact {
                Fact::Matches(known, pattern) if known == symbol => super::pattern::read(pattern),
                _ => None,
            })
            .collect();
        let named = |name: &Name| !name.is_ascii() || patterns.iter().all(|pattern| pattern.is_match(name));
        object.fields.iter().map(|(name, _)| name).filter(|name| !named(name)).cloned().collect()
    }

    /// The same value with one member replaced.
    fn makes_its_own(&self, library: &Library, name: &Name) -> bool {
        let states = self.catalogue().member(&library.states, name);
        !states.is_empty() && !self.catalogue().members(&states).is_empty()
    }

    pub(super) fn with_member(&mut self, old: &Value, name: &Name, value: Value) -> Value {
        match old.kind() {
            Kind::Object(object) => {
                let mut object: Object = (**object).clone();
                object.set(name.clone(), value);
                old.with_kind(Kind::Object(Arc::new(object)))
            }
            Kind::Instance(instance) => {
                let mut instance = (**instance).clone();
                instance.fields.retain(|(known, _)| known != name);
                instance.fields.push((name.clone(), value));
                old.with_kind(Kind::Instance(Arc::new(instance)))
            }
            // `cookies["theme"] = "dark"`: the library makes something of its own of the text.
            Kind::Library(library) if self.python() && matches!(value.kind(), Kind::Str(_) | Kind::Text(_)) && self.makes_its_own(library, name) => old.clone(),
            Kind::Library(library) => {
                let mut library: Library = (**library).clone();
                library.set.retain(|(known, _)| known != name);
                library.set.push((name.clone(), value));
                old.with_kind(Kind::Library(Arc::new(library)))
            }
            // Each of the values that it may be, after a branch.
            Kind::Union(_) => old.map(|one| self.with_member(one, name, value.clone())),
            Kind::Row(_) if matches!(value.kind(), Kind::Null) => row_without(old, std::slice::from_ref(name)),
            Kind::Unknown => {
                // What is put on an unknown object is found there again; the rest stays unknown.
                let mut object = Object::default();
                object.spread(old.clone());
                object.set(name.clone(), value);
                let changed = Value::new(Kind::Object(Arc::new(object))).with_taint(old.taint().clone());
                match old.symbol() {
                    Some(symbol) => changed.with_symbol(symbol.clone()),
                    None => changed,
                }
            }
            _ => old.clone(),
        }
    }
}

/// What is put into an object under a key that is not known.
pub(super) fn under_some_key(value: &Value) -> Value {
    value.with_taint(value.taint().cleaned(Cleanings::SOME_KEY))
}
