//! The page asks who is signed in and sends strangers away; the address that it calls asks nobody.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::model::{Expr, ExprId, ExprKind, FileModel, Placed, Segment, TemplatePart};
use crate::project::Project;
use crate::text::{FileId, Name, Span};

/// Shorter beginnings of a path say too little.
const SHORTEST: usize = 8;
/// Only of such paths it is asked which pages call them.
const API: &str = "api";

/// The checks of all pages, kept with the text that each was found in.
#[derive(Default)]
pub struct PageGuards {
    pages: FxHashMap<FileId, Page>,
    is_up_to_date: bool,
}

struct Page {
    model: Arc<FileModel>,
    /// In order of place.
    guards: Vec<Guard>,
}

/// An effect that sends people elsewhere, and the addresses in the same item.
struct Guard {
    span: Span,
    addresses: Vec<Address>,
}

struct Address {
    text: Box<str>,
    goes_on: bool,
}

impl PageGuards {
    /// The project may be another from now on.
    pub fn expire(&mut self) {
        self.is_up_to_date = false;
    }

    /// The check in a script of a page that calls this path.
    pub fn calling(&mut self, project: &Project, path: &str) -> Option<(FileId, Span)> {
        let fixed = path.split(['[', ':', '<', '{', '*']).next().unwrap_or_default();
        if fixed.len() < SHORTEST || !fixed.contains(API) {
            return None;
        }
        if !std::mem::replace(&mut self.is_up_to_date, true) {
            self.follow(project);
        }
        let calls = |address: &Address| address.text.starts_with(fixed) || !address.goes_on && *address.text == *fixed.trim_end_matches('/');
        let found = self.pages.iter().filter_map(|(file, page)| {
            let guard = page.guards.iter().find(|guard| guard.addresses.iter().any(calls))?;
            Some((file, guard.span))
        });
        found.min().map(|(file, span)| (file.clone(), span))
    }

    fn follow(&mut self, project: &Project) {
        self.pages.retain(|file, _| project.file(file).is_some());
        for (file, known) in project.files() {
            let model = known.model.as_ref().filter(|model| model.directives.iter().any(|directive| directive == "use client"));
            match model {
                Some(model) if self.pages.get(file).is_some_and(|page| Arc::ptr_eq(&page.model, model)) => {}
                Some(model) => {
                    let guards = model.segments.iter().filter_map(guard).collect();
                    self.pages.insert(file.clone(), Page { model: Arc::clone(model), guards });
                }
                None => drop(self.pages.remove(file)),
            }
        }
    }
}

fn guard(placed: &Placed) -> Option<Guard> {
    let address = |expr: &Expr| match &expr.kind {
        ExprKind::Str(text) if text.contains(API) => Some(Address { text: (&**text).into(), goes_on: false }),
        ExprKind::Template(parts) => match parts.first() {
            Some(TemplatePart::Text(text, _)) if text.contains(API) => Some(Address { text: (&**text).into(), goes_on: true }),
            _ => None,
        },
        _ => None,
    };
    let addresses: Vec<Address> = placed.segment.exprs.iter().filter_map(address).collect();
    if addresses.is_empty() {
        return None;
    }
    Some(Guard { span: placed.absolute(sends_away(&placed.segment)?), addresses })
}

/// `useEffect(() => { if (!user) router.push("/login") }, [user])`: as far as its name.
fn sends_away(segment: &Segment) -> Option<Span> {
    (0..segment.exprs.len() as u32).map(ExprId).find_map(|id| {
        let ExprKind::Call { callee, .. } = &segment[id].kind else { return None };
        if called(segment, *callee).is_none_or(|name| name != "useEffect") {
            return None;
        }
        let inside = segment[id].span;
        let leaves = segment.exprs.iter().filter(|expr| inside.contains(expr.span)).any(|expr| match &expr.kind {
            ExprKind::Call { callee, .. } => called(segment, *callee).is_some_and(|name| matches!(name.as_str(), "push" | "replace" | "redirect" | "navigate")),
            _ => false,
        });
        leaves.then(|| segment[*callee].span)
    })
}

fn called(segment: &Segment, expr: ExprId) -> Option<&Name> {
    match &segment[expr].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name),
        _ => None,
    }
}
