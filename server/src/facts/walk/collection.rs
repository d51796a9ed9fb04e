//! Values with parts: objects, lists, comprehensions, JSX elements.

use std::sync::Arc;

use super::Walker;
use super::expression::either;
use crate::facts::taint::Taint;
use crate::facts::value::{Argument, Kind, Object, Seq, Value};
use crate::model::{Clause, Entry, ExprId, ExprKind, JsxAttribute, Key, PatternKind, Segment, SeqItem, SequencePatternItem, UnaryOp};
use crate::text::{Name, Span};

/// Comprehensions over so many known values give a list of known values.
const MOST_UNROLLED: usize = 6;

impl Walker<'_> {
    pub(super) fn object(&mut self, entries: &[Entry]) -> Value {
        let mut object = Object::default();
        let mut taint = Taint::none();
        for entry in entries {
            match entry {
                Entry::Field { key: Key::Name(key), value: id, key_span, .. } => {
                    self.under.push(key.clone());
                    let value = self.eval_named(key, *id);
                    self.under.pop();
                    self.given_weak(key, &value, *key_span);
                    self.option_given(key, &value, *id);
                    object.set(key.clone(), value);
                }
                Entry::Field { key: Key::Computed(key), value, .. } => {
                    let key = self.eval(*key);
                    let value = self.eval(*value);
                    match key.as_str() {
                        Some(key) => object.set(Name::from(&**key), value),
                        None => {
                            taint = taint.join(key.taint());
                            object.spread(super::bind::under_some_key(&value));
                        }
                    }
                }
                Entry::Spread { value, .. } => {
                    let value = self.eval(*value);
                    self.spread_into(&mut object, &value);
                }
            }
        }
        Value::new(Kind::Object(Arc::new(object))).with_taint(taint)
    }

    /// `{...value}`: known fields are laid over what is there, the rest is remembered as the rest.
    /// `dict(name=value, **more)`, unless somebody has called something else so.
    pub(super) fn dictionary(&mut self, function: &Value, args: &[Argument]) -> Option<Value> {
        let is_python_s_own = function.as_library().is_some_and(|library| library.package.is_empty() && library.receiver.is_none());
        let is_readable = |arg: &Argument| !arg.name.is_empty() || matches!(arg.value.kind(), Kind::Object(_));
        if !is_python_s_own || args.is_empty() || !args.iter().all(is_readable) {
            return None;
        }
        let mut object = Object::default();
        for arg in args {
            if arg.name.is_empty() {
                self.spread_into(&mut object, &arg.value);
            } else {
                object.set(arg.name.clone(), arg.value.clone());
            }
        }
        let taint = args.iter().fold(Taint::none(), |taint, arg| taint.join(arg.value.taint()));
        Some(Value::new(Kind::Object(Arc::new(object))).with_taint(taint))
    }

    pub(super) fn spread_into(&mut self, object: &mut Object, value: &Value) {
        match value.kind() {
            Kind::Object(inner) => {
                if let Some(rest) = &inner.rest {
                    object.spread(rest.clone());
                }
                for (name, value) in &inner.fields {
                    object.set(name.clone(), value.clone());
                }
            }
            Kind::Null | Kind::Bool(_) => {}
            Kind::Union(alternatives) if alternatives.iter().all(|a| matches!(a.value.kind(), Kind::Object(_) | Kind::Null | Kind::Bool(_))) => {
                for alternative in alternatives.iter() {
                    if let Kind::Object(inner) = alternative.value.kind() {
                        for (name, value) in &inner.fields {
                            let old = object.get(name).0.cloned();
                            let value = match old {
                                Some(old) => either(old, value.clone()),
                                None => value.clone(),
                            };
                            object.set(name.clone(), value);
                        }
                        if let Some(rest) = &inner.rest {
                            object.spread(rest.clone());
                        }
                    }
                }
            }
            _ => object.spread(value.clone()),
        }
    }

    pub(super) fn sequence(&mut self, items: &[SeqItem]) -> Value {
        let mut seq = Seq::default();
        for item in items {
            let value = self.eval(item.value);
            if item.spread {
                match value.kind() {
                    Kind::Seq(inner) => {
                        seq.items.extend(inner.items.iter().cloned());
                        if let Some(rest) = &inner.rest {
                            seq.rest = Some(rest.clone());
                        }
                    }
                    _ => seq.rest = Some(self.element_of(&value)),
                }
            } else if seq.items.len() < 64 {
                seq.items.push(value);
            }
        }
        Value::new(Kind::Seq(Arc::new(seq)))
    }

    pub(super) fn comprehension(&mut self, clauses: &[Clause], element: ExprId, value: Option<ExprId>) -> Value {
        let made = self.repeated(|walker| walker.comprehended(clauses, element, value));
        self.copied_by(clauses, element, value).unwrap_or(made)
    }

    /// `{k: v for k, v in os.environ.items()}`: everything that it goes through, in another dict.
    fn copied_by(&mut self, clauses: &[Clause], element: ExprId, value: Option<ExprId>) -> Option<Value> {
        let ([clause], Some(value)) = (clauses, value) else { return None };
        let segment = self.frame().segment.clone();
        if let PatternKind::Name(name) = &segment[clause.pattern].kind {
            let of = named_one_by_one(&segment, clause, name, element, value)?;
            let of = self.eval(of);
            let is_environment = of.taint().iter().any(|origin| origin.part.is_environment());
            return is_environment.then_some(of);
        }
        let PatternKind::Sequence { items } = &segment[clause.pattern].kind else { return None };
        let [key, each] = items.as_slice() else { return None };
        let names = |item: &SequencePatternItem, expr: ExprId| match (&segment[item.pattern].kind, &segment[expr].kind) {
            (PatternKind::Name(a), ExprKind::Name(b)) => a == b,
            // `str(v)`
            (PatternKind::Name(a), ExprKind::Call { callee, args, .. }) => {
                let is_text = matches!(&segment[*callee].kind, ExprKind::Name(name) if matches!(name.as_str(), "str" | "repr"));
                is_text && matches!(args.as_slice(), [only] if matches!(&segment[only.value].kind, ExprKind::Name(b) if a == b))
            }
            _ => false,
        };
        if !clause.conditions.is_empty() || !names(key, element) || !names(each, value) {
            return None;
        }
        let over = self.eval(clause.over);
        let called = over.as_library().filter(|over| over.step == "()")?.receiver.as_ref()?.as_library()?.clone();
        let of = called.receiver.clone().filter(|_| called.step == "items")?;
        let is_environment = of.taint().iter().any(|origin| origin.part.is_environment());
        is_environment.then_some(of)
    }

    fn comprehended(&mut self, clauses: &[Clause], element: ExprId, value: Option<ExprId>) -> Value {
        let depth = self.frame().state.len();
        let facts = self.facts.clone();
        for clause in clauses {
            let over = self.eval(clause.over);
            let over = self.gone_through(&over);
            if let ([only], None, Kind::Seq(seq)) = (clauses, value, over.kind())
                && only.conditions.is_empty()
                && seq.rest.is_none()
                && (1..=MOST_UNROLLED).contains(&seq.items.len())
            {
                let mut items = Vec::with_capacity(seq.items.len());
                for item in &seq.items {
                    self.bind(only.pattern, item.clone());
                    items.push(self.eval(element));
                }
                self.frame_mut().state.truncate(depth);
                self.facts = facts;
                return Value::seq(items);
            }
            let item = self.element_of(&over);
            self.bind(clause.pattern, item);
            for condition in &clause.conditions {
                let condition = self.eval(*condition);
                let truth = self.truth_of(&condition);
                self.facts.add_all(&truth.if_true);
            }
        }
        let element = self.eval(element);
        let result = match value {
            Some(value) => {
                let value = self.eval(value);
                let mut object = Object::default();
                object.spread(value);
                Value::new(Kind::Object(Arc::new(object))).with_taint(element.taint().clone())
            }
            None => Value::new(Kind::Seq(Arc::new(Seq { items: Vec::new(), rest: Some(element) }))),
        };
        self.frame_mut().state.truncate(depth);
        self.facts = facts;
        result
    }

    pub(super) fn jsx(&mut self, name: &Name, attributes: &[JsxAttribute], children: &[ExprId], span: Span) -> Value {
        let mut props = Object::default();
        self.settle_state();
        for attribute in attributes {
            match attribute {
                JsxAttribute::Named { name, value, .. } => {
                    let value = match value {
                        Some(value) => self.eval(*value),
                        None => Value::bool(true),
                    };
                    self.done_by_visitor(name, &value);
                    props.set(name.clone(), value);
                }
                JsxAttribute::Spread { value, .. } => {
                    let value = self.eval(*value);
                    self.spread_into(&mut props, &value);
                }
            }
        }
        let mut shown = Vec::new();
        for child in children {
            let value = self.eval(*child);
            shown.push(value);
        }
        let props = Value::new(Kind::Object(Arc::new(props)));
        self.rendered(name, &props, &shown, span);
        self.markup_of(name, attributes, &props, span);
        self.component(name, &props);
        self.passed_to_browser(name, &props, span);
        // What is rendered holds what it was given: rows in it reach the visitor.
        Value::new(Kind::Object(Arc::new(Object::element(props, Value::seq(shown)))))
    }
}

/// `{name: getattr(settings, name) for name in dir(settings) if name.isupper()}`: what is asked for each of its names.
fn named_one_by_one(segment: &Segment, clause: &Clause, name: &Name, element: ExprId, value: ExprId) -> Option<ExprId> {
    let is_name = |expr: ExprId| matches!(&segment[expr].kind, ExprKind::Name(known) if known == name);
    let called = |expr: ExprId, names: &[&str]| match &segment[expr].kind {
        ExprKind::Call { callee, args, .. } => match &segment[*callee].kind {
            ExprKind::Name(function) if names.contains(&function.as_str()) => Some(args.as_slice()),
            _ => None,
        },
        _ => None,
    };
    let value = match called(value, &["str", "repr"]) {
        Some([text]) => text.value,
        _ => value,
    };
    let ([of], [asked, by, ..]) = (called(clause.over, &["dir"])?, called(value, &["getattr"])?) else { return None };
    // Names by their style, which those of secrets have as well.
    let is_style = |condition: &ExprId| {
        let condition = match &segment[*condition].kind {
            ExprKind::Unary { op: UnaryOp::Not, operand } => *operand,
            _ => *condition,
        };
        match &segment[condition].kind {
            ExprKind::Call { callee, args, .. } => match &segment[*callee].kind {
                ExprKind::Member { base, name, .. } if is_name(*base) => {
                    let begins = args.first().is_some_and(|arg| matches!(&segment[arg.value].kind, ExprKind::Str(text) if text.starts_with('_')));
                    name == "isupper" || name == "startswith" && begins
                }
                _ => false,
            },
            _ => false,
        }
    };
    let is_same = segment[of.value].kind == segment[asked.value].kind;
    (is_same && is_name(element) && is_name(by.value) && clause.conditions.iter().all(is_style)).then_some(of.value)
}
