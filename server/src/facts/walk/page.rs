//! What becomes markup of a page: attributes of elements, members of them, and what a component is given or keeps.

use super::Walker;
use super::expression::either;
use crate::facts::catalogue::{Entry, Root};
use crate::facts::event::{Effect, Event, Sink, SinkKind};
use crate::facts::place::{FunctionKey, Site};
use crate::facts::taint::Part;
use crate::facts::value::{Alternative, Argument, Kind, Library, Value};
use crate::model::{BinaryOp, CallKind, Entry as Field, ExprId, ExprKind, JsxAttribute, Key, Segment};
use crate::text::{Name, Span};

/// Attributes whose value is markup: React's and Solid's, with the member of an object that holds it. The page of a frame is another
/// page; that of an app's web view is the app's own.
const MARKUP: &[Markup] = &[
    Markup { element: "", attribute: "dangerouslySetInnerHTML", member: "__html" },
    Markup { element: "", attribute: "innerHTML", member: "" },
    Markup { element: "WebView", attribute: "source", member: "html" },
];

struct Markup {
    /// Empty: any.
    element: &'static str,
    attribute: &'static str,
    member: &'static str,
}
/// Of what one state was set to, so many are remembered.
const MOST_KEPT: usize = 24;

impl Walker<'_> {
    /// The markup that an element is given as text.
    pub(super) fn markup_of(&mut self, element: &Name, attributes: &[JsxAttribute], props: &Value, span: Span) {
        let Kind::Object(object) = props.kind() else { return };
        // Without scripts in it a page can only be looked at.
        let runs_nothing = object.get("javaScriptEnabled").0.is_some_and(|is| matches!(is.kind(), Kind::Bool(false)));
        for markup in MARKUP.iter().filter(|markup| markup.element.is_empty() || element == markup.element && !runs_nothing) {
            let (Some(given), _) = object.get(markup.attribute) else { continue };
            let given = given.clone();
            let value = match (markup.member, markup.element.is_empty(), given.kind()) {
                ("", ..) => given,
                // `source={{ uri }}` shows another page.
                (member, false, Kind::Object(source)) if source.get(member).0.is_none() => continue,
                (_, false, kind) if !matches!(kind, Kind::Object(_)) => continue,
                (member, ..) => self.member(&given, &Name::new_static(member)),
            };
            let place = self.attribute_place(attributes, markup).unwrap_or(span);
            let (site, call, facts) = (self.site(place), self.site(span), self.facts.clone());
            self.events.push(Event::Sink(Sink {
                kind: SinkKind::Html,
                value,
                site,
                call,
                args: Vec::new(),
                client: element.clone(),
                facts,
                guessed: false,
                spoken: Vec::new(),
            }));
        }
    }

    /// Where the markup is written: `html` of `{{ __html: html }}`.
    fn attribute_place(&self, attributes: &[JsxAttribute], wanted: &Markup) -> Option<Span> {
        let segment = &self.frame().segment;
        let value = attributes.iter().find_map(|attribute| match attribute {
            JsxAttribute::Named { name, value, .. } if name == wanted.attribute => *value,
            _ => None,
        })?;
        let inner = match &segment[value].kind {
            ExprKind::Object(fields) => fields.iter().find_map(|field| match field {
                Field::Field { key: Key::Name(key), value, .. } if key == wanted.member => Some(*value),
                _ => None,
            }),
            _ => None,
        };
        Some(segment[inner.unwrap_or(value)].span)
    }

    /// A component of the project that writes markup is looked into, with what it is given here.
    pub(super) fn component(&mut self, name: &Name, props: &Value) {
        if !name.starts_with(|c: char| c.is_ascii_uppercase()) || name.contains('.') || self.is_exhausted() {
            return;
        }
        let function = match self.name(name) {
            value if matches!(value.kind(), Kind::Function(_)) => value,
            _ => return,
        };
        let Kind::Function(closure) = function.kind() else { return };
        let item = closure.item.clone();
        let writes = match self.writers.get(&item) {
            Some(writes) => *writes,
            None => {
                let Some(module) = self.world.module(&item.file) else { return };
                let writes = module.segment_of(&item).and_then(|at| module.model.segments.get(at)).is_some_and(|placed| writes_markup(&placed.segment));
                self.writers.insert(item, writes);
                writes
            }
        };
        if !writes {
            return;
        }
        let before = self.save();
        self.repeated(|walker| walker.apply_plain(&function, vec![props.clone()]));
        self.ended = false;
        self.restore(before);
    }

    /// Before a component's markup is read, what its own functions put into its state.
    pub(super) fn settle_state(&mut self) {
        let frame = self.frame();
        let Some(function) = frame.function else { return };
        let key = FunctionKey { item: frame.item.clone(), function };
        let holds_state = !self.settled.contains(&key) && frame.state.iter().any(|(_, value)| self.is_setter(value));
        if !holds_state {
            return;
        }
        let writes = writes_markup(&frame.segment);
        self.settled.insert(key);
        if !writes {
            return;
        }
        let names: Vec<Name> = self.frame().state.iter().map(|(name, _)| name.clone()).collect();
        for name in names {
            let value = self.name(&name);
            let Kind::Function(closure) = value.kind() else { continue };
            let closure = closure.clone();
            let before = self.save();
            self.repeated(|walker| walker.inline(&closure, &[]));
            self.ended = false;
            self.restore(before);
        }
    }

    /// `onSubmit={save}`: what a component does when somebody clicks, with what it knows around it.
    pub(super) fn done_by_visitor(&mut self, name: &Name, value: &Value) {
        let is_handler = name.strip_prefix("on").is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()));
        let Kind::Function(closure) = value.kind() else { return };
        let key = FunctionKey { item: closure.item.clone(), function: closure.function };
        // Whether it was come through already, and how far the walk has come.
        self.look_at_events(0);
        if !is_handler || closure.item != self.frame().item || self.visited.contains(&key) || self.steps > self.most_steps / 2 {
            return;
        }
        let closure = closure.clone();
        let before = self.save();
        self.repeated(|walker| {
            let event = Argument { name: Name::default(), value: Value::unknown(), site: walker.site(Span::default()), spread: false };
            walker.inline(&closure, &[event])
        });
        self.ended = false;
        self.restore(before);
    }

    fn is_setter(&self, value: &Value) -> bool {
        let Kind::Library(library) = value.kind() else { return false };
        let states = self.world.catalogue().call(&library.states);
        self.world.catalogue().at(&states).any(|entry| matches!(entry, Entry::Keeps))
    }

    /// `setText(x)`: from now on `text` may be `x`.
    pub(super) fn keep(&mut self, function: &Value, args: &[Argument]) {
        let (Kind::Library(library), Some(arg)) = (function.kind(), args.first()) else { return };
        let Some(site) = library.site.clone() else { return };
        let given = match arg.value.kind() {
            Kind::Function(_) => {
                let before = self.kept_at(&site).unwrap_or_else(Value::unknown);
                self.repeated(|walker| walker.apply_plain(&arg.value, vec![before]))
            }
            _ => arg.value.clone(),
        };
        let given = given.awaited();
        let is_known = self.kept.iter().any(|(known, value)| *known == site && (value.is_same(&given) || value.equals(&given)));
        if !is_known && self.kept.len() < MOST_KEPT {
            self.kept.push((site, given));
        }
    }

    fn kept_at(&self, site: &Site) -> Option<Value> {
        let of = |value: &Value| Alternative { value: value.clone(), facts: Default::default() };
        let all: Vec<Alternative> = self.kept.iter().filter(|(known, _)| known == site).map(|(_, value)| of(value)).collect();
        (!all.is_empty()).then(|| Value::union(all))
    }

    /// What a state may hold by now.
    pub(super) fn with_kept(&self, value: Value) -> Value {
        let Kind::Library(library) = value.kind() else { return value };
        let (Some(site), "0") = (&library.site, library.step.as_str()) else { return value };
        match (self.begun_with(library), self.kept_at(site)) {
            (Some(begun), Some(kept)) => either(begun, kept),
            (Some(begun), None) => begun,
            (None, Some(kept)) => kept,
            (None, None) => value,
        }
    }

    /// What a state holds at first, where somebody outside has a say in that: `useState(params.get("q"))`.
    fn begun_with(&self, first: &Library) -> Option<Value> {
        let made = first.receiver.as_ref()?.as_library().filter(|made| made.step == "()")?;
        let given = &made.args.first()?.value;
        let catalogue = self.world.catalogue();
        let setter = catalogue.call(&catalogue.member(&made.states, "1"));
        let is_state = catalogue.at(&setter).any(|entry| matches!(entry, Entry::Keeps));
        (is_state && !given.taint().is_empty() && !matches!(given.kind(), Kind::Function(_))).then(|| given.clone())
    }

    /// A method of something of which only the method's name tells what it does: `element.insertAdjacentHTML(where, html)`.
    pub(super) fn told_by_name(&mut self, base: &Value, function: &Value, name: &Name, args: &[Argument], kind: CallKind, span: Span) {
        let is_open = match function.kind() {
            Kind::Unknown => true,
            // Only by its name it is another client: `db.notes.update(query, { $set: .. })` is a document database's.
            Kind::Library(library) => library.states.is_empty() || library.guessed && changes_by_operators(args),
            _ => false,
        };
        if !is_open {
            return;
        }
        let is_file = base.taint().iter().any(|origin| origin.part == Part::Files);
        for role in ["any", "file"].into_iter().take(1 + usize::from(is_file)) {
            let catalogue = self.world.catalogue();
            let language = if self.python() { "python" } else { "ecma" };
            let states = catalogue.root(&Root::Role(Name::from(format!("{language}.{role}"))));
            let states = catalogue.call(&catalogue.member(&states, name));
            for entry in catalogue.at(&states) {
                let Entry::Sink(sink) = entry else { continue };
                let mut all = args.to_vec();
                let site = self.site(span);
                all.push(Argument { name: Name::new_static("*receiver*"), value: base.clone(), site, spread: false });
                self.sink(sink, function, &all, kind, span, false);
            }
        }
    }

    /// `file.size > MOST`, `KINDS.includes(file.type)`: what is asked about a file that was sent.
    pub(super) fn looked_at_file(&mut self, op: BinaryOp, a: &Value, b: &Value, span: Span) {
        let is_nothing = |value: &Value| matches!(value.kind(), Kind::Null | Kind::Bool(_)) || value.as_str().is_some_and(|text| text.is_empty());
        let is_asked = match op {
            BinaryOp::Gt | BinaryOp::Ge | BinaryOp::Lt | BinaryOp::Le => true,
            BinaryOp::Eq | BinaryOp::Ne => !is_nothing(a) && !is_nothing(b),
            BinaryOp::In | BinaryOp::NotIn => true,
            _ => false,
        };
        let of_file = [a, b].into_iter().find(|value| speaks_of_file(value)).cloned();
        if let (true, Some(value)) = (is_asked, of_file) {
            let is_size = matches!(op, BinaryOp::Gt | BinaryOp::Ge | BinaryOp::Lt | BinaryOp::Le);
            self.noted(if is_size { "file-measured" } else { "file-checked" }, value, span);
        }
    }

    /// `ENDINGS[file.type]`: what it may be stands in a table.
    pub(super) fn looked_up_by_file(&mut self, table: &Value, key: &Value, span: Span) {
        if matches!(table.kind(), Kind::Object(_) | Kind::Unknown) && !speaks_of_file(table) && speaks_of_file(key) {
            self.noted("file-checked", key.clone(), span);
        }
    }

    /// `file.type.startsWith("image/")`, `KINDS.has(file.type)`, `ENDINGS.get(file.content_type)`.
    pub(super) fn looked_at_by_method(&mut self, base: &Value, name: &Name, args: &[Argument], span: Span) {
        if let ([key, ..], "get") = (args, name.as_str()) {
            return self.looked_up_by_file(base, &key.value, span);
        }
        if !matches!(name.as_str(), "has" | "includes" | "startsWith" | "endsWith" | "startswith" | "endswith" | "test" | "match" | "some" | "indexOf") {
            return;
        }
        let asked = args.iter().map(|arg| &arg.value).chain([base]).find(|value| speaks_of_file(value)).cloned();
        if let Some(value) = asked {
            self.noted("file-checked", value, span);
        }
    }

    fn noted(&mut self, kind: &'static str, value: Value, span: Span) {
        let (site, facts) = (self.site(span), self.facts.clone());
        let arg = Argument { name: Name::default(), value, site: site.clone(), spread: false };
        self.events.push(Event::Effect(Effect::noted(Name::new_static(kind), site, vec![arg], facts)));
    }

    /// `element.innerHTML = x` and the like, whatever the element is.
    pub(super) fn is_markup_member(name: &str) -> bool {
        matches!(name, "innerHTML" | "outerHTML")
    }

    pub(super) fn value_span(&self, value: ExprId) -> Span {
        self.frame().segment[value].span
    }
}

/// It is of a file that was sent: its kind, its name, how long it is.
fn speaks_of_file(value: &Value) -> bool {
    value.taint().iter().any(|origin| match origin.part {
        Part::Files => true,
        Part::Body | Part::Input => matches!(origin.name.as_str(), "size" | "type" | "name" | "byteLength"),
        _ => false,
    })
}

/// Some element in it is given markup as text.
fn writes_markup(segment: &Segment) -> bool {
    segment.exprs.iter().any(|expr| match &expr.kind {
        ExprKind::Jsx { attributes, .. } => {
            let is_markup = |name: &Name| MARKUP.iter().any(|markup| name == markup.attribute);
            attributes.iter().any(|attribute| matches!(attribute, JsxAttribute::Named { name, .. } if is_markup(name)))
        }
        // Hono's way to write markup out as it is.
        ExprKind::Call { callee, .. } => matches!(&segment[*callee].kind, ExprKind::Name(name) if name == "raw"),
        _ => false,
    })
}

/// The second argument says with words of its own what is to be changed: `{ $set: { title } }`.
fn changes_by_operators(args: &[Argument]) -> bool {
    args.get(1).is_some_and(|change| matches!(change.value.kind(), Kind::Object(object) if object.fields.iter().any(|(name, _)| name.starts_with('$'))))
}
