//! What a page is given: the framework calls a function of the page's own first, and hands on what that gives.

use std::sync::Arc;

use super::Walker;
use crate::facts::catalogue::{PageEntry, PageRow};
use crate::facts::event::{Event, Use, UseKind};
use crate::facts::place::{ItemKey, Site};
use crate::facts::taint::{Origin, Part, Taint};
use crate::facts::value::{Alternative, Kind, Object, Seq, Value};
use crate::model::{Entry, ExprId, ExprKind, FunctionId, Key, PatternKind, Segment};
use crate::text::{FileId, Name};

/// Objects deeper than this are not looked into.
const MOST_DEPTH: u32 = 6;

impl Walker<'_> {
    /// The variable of a page that holds what was loaded for it: `data`.
    pub(super) fn loaded_as(&mut self, name: &Name) -> Option<Value> {
        let catalogue = self.world.catalogue();
        if !catalogue.pages().iter().any(|page| page.names.contains(name)) {
            return None;
        }
        let file = self.frame().module.model.file.clone();
        let page = catalogue.pages().iter().find(|page| page.names.contains(name) && page.is_at(&file))?;
        self.loaded(&file, page)
    }

    /// What the component that a file is about gets as its properties.
    pub(super) fn page_properties(&mut self) -> Option<Value> {
        let catalogue = self.world.catalogue();
        let file = self.frame().module.model.file.clone();
        let pages: Vec<&PageRow> = catalogue.pages().iter().filter(|page| page.is_parameter && page.is_at(&file)).collect();
        let frame = self.frame();
        let (item, function) = (frame.item.clone(), frame.function?);
        if pages.is_empty() {
            return None;
        }
        let component = self.exported(&file, &Name::new_static("default"))?;
        let is_it = matches!(component.kind(), Kind::Function(closure) if closure.item == item && closure.function == function);
        if !is_it {
            return None;
        }
        pages.into_iter().find_map(|page| {
            let value = self.loaded(&file, page)?;
            if is_written_into_page(page)
                && let Some(Kind::Function(closure)) = self.loading(&file, page).map(|function| function.kind().clone())
                && let Some(site) = self.given_at(&closure.item, closure.function, &page.member)
            {
                self.events.push(Event::Use(Use { value: value.clone(), kind: UseKind::Passed, site, facts: self.facts.clone() }));
            }
            if page.under.is_empty() {
                return Some(value);
            }
            let mut properties = Object::default();
            properties.set(page.under.clone(), value);
            properties.spread(Value::unknown());
            Some(Value::new(Kind::Object(Arc::new(properties))))
        })
    }

    /// What a function gives that loads a page, if this is one: it is written into the page whether its component asks for it or not.
    pub fn given_to_page(&mut self, value: &Value, item: &ItemKey, function: FunctionId) {
        let catalogue = self.world.catalogue();
        let mut pages = catalogue.pages().iter().filter(|page| is_written_into_page(page) && page.is_at(&item.file)).peekable();
        if pages.peek().is_none() {
            return;
        }
        let Some(Some(name)) = self.inside(item, None, None, |walker| loads_as(&walker.frame().segment, function)) else { return };
        let Some(page) = pages.find(|page| page.export == name) else { return };
        let given = self.inside(item, None, None, |walker| {
            let given = value.awaited();
            let given = if page.member.is_empty() { given } else { walker.member(&given, &page.member) };
            walker.opened(&given)
        });
        if let (Some(value), Some(site)) = (given, self.given_at(item, function, &page.member)) {
            self.events.push(Event::Use(Use { value, kind: UseKind::Passed, site, facts: self.facts.clone() }));
        }
    }

    /// Where the function writes down what it gives: the member of that name of what it returns, or that itself.
    fn given_at(&mut self, item: &ItemKey, own: FunctionId, member: &Name) -> Option<Site> {
        let span = self.inside(item, None, None, |walker| {
            let segment = walker.frame().segment.clone();
            let within = segment.functions.get(own.0 as usize)?.span;
            let mut objects = segment.exprs.iter().filter(|expr| within.contains(expr.span) && matches!(expr.kind, ExprKind::Object(_)));
            if member.is_empty() {
                return objects.max_by_key(|expr| (expr.span.end, expr.span.end - expr.span.start)).map(|expr| expr.span);
            }
            objects.find_map(|expr| match &expr.kind {
                ExprKind::Object(entries) => entries.iter().find_map(|entry| match entry {
                    Entry::Field { key: Key::Name(name), value, .. } if name == member => Some(segment[*value].span),
                    _ => None,
                }),
                _ => None,
            })
        });
        Some(Site { item: item.clone(), span: span.flatten()? })
    }

    /// The function that loads a page.
    fn loading(&mut self, file: &FileId, page: &PageEntry) -> Option<Value> {
        if !page.attached {
            return self.exported(file, &page.export);
        }
        let component = self.exported(file, &Name::new_static("default"))?;
        Some(self.member(&component, &page.export)).filter(|function| matches!(function.kind(), Kind::Function(_)))
    }

    /// What the function that a page is loaded by gives, as something new: its questions were asked there.
    pub(super) fn loaded(&mut self, file: &FileId, page: &PageEntry) -> Option<Value> {
        let key = (file.clone(), Name::from(format!("load {}", page.export)));
        if self.resolving.contains(&key) || self.resolving.len() > 16 || self.is_exhausted() {
            return None;
        }
        let function = if page.from.is_empty() {
            self.loading(file, page)
        } else {
            let files: Vec<FileId> = page
                .from
                .iter()
                .filter_map(|source| match self.world.resolve(file, source) {
                    super::Target::File(file) => Some(file),
                    _ => None,
                })
                .collect();
            files.iter().find_map(|file| self.exported(file, &page.export))
        };
        let function = function.filter(|function| matches!(function.kind(), Kind::Function(_)))?;
        let params: Vec<Value> = page.params.iter().map(|role| self.role(role)).collect();
        self.resolving.push(key);
        let (given, happened) = self.run_apart(&function, params);
        self.resolving.pop();
        // `return json({ unit })`: what is answered left already.
        let answered = || {
            happened.iter().rev().find_map(|event| match event {
                Event::Use(used) if used.kind == UseKind::Respond && matches!(used.value.kind(), Kind::Object(_)) => Some(used.value.clone()),
                _ => None,
            })
        };
        let given = match given.kind() {
            Kind::Library(_) => answered().unwrap_or(given),
            _ => given,
        };
        let given = if page.member.is_empty() { given } else { self.member(&given, &page.member) };
        Some(renewed(&given, 0))
    }

    /// Runs a function somewhere else: what it gives, and what happened there.
    pub(super) fn run_apart(&mut self, function: &Value, params: Vec<Value>) -> (Value, Vec<Event>) {
        let (events, passed, before) = (std::mem::take(&mut self.events), std::mem::take(&mut self.passed), self.save());
        let (ended, handler) = (std::mem::take(&mut self.ended), self.handler.take());
        self.facts = Default::default();
        let given = self.repeated(|walker| walker.apply_plain(function, params)).awaited();
        self.handler = handler;
        self.ended = ended;
        self.restore(before);
        self.passed = passed;
        (given, std::mem::replace(&mut self.events, events))
    }
}

/// What such a function gives stands in the page for everybody to read.
fn is_written_into_page(page: &PageEntry) -> bool {
    page.is_parameter && (page.member == "props" || page.attached)
}

/// The name under which a page's file has a function: its own, or the member that it is assigned to.
fn loads_as(segment: &Segment, function: FunctionId) -> Option<Name> {
    let is_it = |id: ExprId| matches!(segment[id].kind, ExprKind::Function(other) if other == function);
    let assigned = segment.exprs.iter().find_map(|expr| {
        let ExprKind::Assign { target, value, .. } = &expr.kind else { return None };
        let PatternKind::Place(place) = &segment[*target].kind else { return None };
        let ExprKind::Member { name, .. } = &segment[*place].kind else { return None };
        is_it(*value).then(|| name.clone())
    });
    assigned.or_else(|| Some(super::noticed::name_of(segment, function)).filter(|name| !name.is_empty()))
}

/// Rows are what they hold; that they were asked for is known where they were.
pub(super) fn renewed(value: &Value, depth: u32) -> Value {
    let stored = |name: Name| Taint::of(Origin { part: Part::Stored, name, site: None, clean: Default::default() });
    if depth > MOST_DEPTH {
        return Value::unknown().with_taint(value.taint().clone());
    }
    match value.kind() {
        Kind::Row(_) => Value::unknown().with_taint(stored(Name::new_static("row"))),
        Kind::Rows(_) => {
            let row = Value::unknown().with_taint(stored(Name::new_static("row")));
            Value::new(Kind::Seq(Arc::new(Seq { items: Vec::new(), rest: Some(row) })))
        }
        Kind::Object(object) => {
            let fields = object.fields.iter().map(|(name, field)| (name.clone(), renewed(field, depth + 1))).collect();
            let rest = object.rest.as_ref().map(|rest| renewed(rest, depth + 1));
            Value::new(Kind::Object(Arc::new(Object { fields, rest, spread_at: object.spread_at }))).with_taint(value.taint().clone())
        }
        Kind::Seq(seq) => {
            let items = seq.items.iter().map(|item| renewed(item, depth + 1)).collect();
            let rest = seq.rest.as_ref().map(|rest| renewed(rest, depth + 1));
            Value::new(Kind::Seq(Arc::new(Seq { items, rest }))).with_taint(value.taint().clone())
        }
        Kind::Union(alternatives) => {
            let each = alternatives.iter().map(|one| Alternative { value: renewed(&one.value, depth + 1), facts: Default::default() });
            Value::union(each.collect())
        }
        Kind::Promise(inner) => renewed(inner, depth + 1),
        Kind::Unknown => value.without_symbol().without_truth(),
        _ => value.clone(),
    }
}
