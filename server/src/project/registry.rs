//! What a file registers: the routes that its top level declares, and those that its place and its exports make of it.

use std::sync::Arc;

use super::routes::Route;
use super::session::RootKey;
use super::world::Linked;
use crate::facts::catalogue::BUILT_IN;
use crate::facts::event::Registration;
use crate::facts::place::Site;
use crate::facts::scope::Module;
use crate::facts::value::{Closure, Kind, Value};
use crate::facts::walk::{ModuleCache, Reads, Walker};
use crate::model::FunctionId;
use crate::text::{FileId, Name, Span};

/// What one file registers, and what that was found from. Holds until one of its walks, or what `reads` names, changes.
pub(super) struct Registry {
    /// The walks of its top-level items.
    pub items: Vec<RootKey>,
    /// In the order in which they are made.
    pub registered: Arc<[Registration]>,
    pub conventional: Vec<Route>,
    /// What was read to find those.
    pub reads: Reads,
}

impl Registry {
    pub fn is_empty(&self) -> bool {
        self.registered.is_empty() && self.conventional.is_empty()
    }
}

/// Handlers known by where their file is, or by a directive.
pub(super) fn conventional(world: &Linked<'_>, cache: &mut ModuleCache, file: &FileId, module: &Arc<Module>) -> (Vec<Route>, Reads) {
    let (mut found, mut reads) = (Vec::new(), Reads::default());
    let out = &mut found;
    let path = world.project.relative(file);
    for convention in BUILT_IN.conventions() {
        let entry = &convention.entry;
        if !entry.files.is_empty() && !convention.files.is_match(path) {
            continue;
        }
        if let Some(directive) = &entry.directive
            && !module.model.directives.contains(directive)
        {
            if entry.exports.is_empty() {
                inline_actions(module, directive, &entry.framework, out);
            }
            continue;
        }
        let names: Vec<Name> = if entry.exports.iter().any(|name| name == "*") {
            let mut names: Vec<Name> = module.exports.names().cloned().collect();
            names.sort();
            names
        } else {
            entry.exports.iter().filter(|name| module.exports.has(name)).cloned().collect()
        };
        for name in names {
            let mut walker = Walker::new(world, cache);
            let exported = walker.exported(file, &name);
            reads.add(&walker.reads);
            let Some(handler) = exported else { continue };
            let handler = first_function(&handler);
            let Kind::Function(closure) = handler.kind() else { continue };
            let site = Site { item: closure.item.clone(), span: function_span(world, closure).unwrap_or_default() };
            out.push(Route {
                framework: entry.framework.clone(),
                methods: if entry.methods { vec![name.clone()] } else { Vec::new() },
                path: Some(route_path(path)),
                handler: handler.clone(),
                chain: Vec::new(),
                adrift: false,
                site,
            });
        }
    }
    (found, reads)
}

/// Functions that begin with `"use server"` themselves.
fn inline_actions(module: &Arc<Module>, directive: &Name, framework: &Name, out: &mut Vec<Route>) {
    for (index, placed) in module.model.segments.iter().enumerate() {
        for (id, function) in placed.segment.functions.iter().enumerate() {
            if !function.directives.contains(directive) {
                continue;
            }
            let Some(item) = module.item(index) else { continue };
            let closure = Closure {
                item: item.clone(),
                function: FunctionId(id as u32),
                captured: None,
                this: None,
                class: None,
                bound: Vec::new(),
                assumes: Default::default(),
            };
            out.push(Route {
                framework: framework.clone(),
                methods: Vec::new(),
                path: None,
                handler: Value::new(Kind::Function(Arc::new(closure))),
                chain: Vec::new(),
                adrift: false,
                site: Site { item: item.clone(), span: function.span },
            });
        }
    }
}

fn first_function(value: &Value) -> Value {
    value.alternatives().into_iter().find(|value| matches!(value.kind(), Kind::Function(_))).unwrap_or_else(|| value.clone())
}

fn function_span(world: &Linked<'_>, closure: &Closure) -> Option<Span> {
    let module = world.project.file(&closure.item.file)?.module.as_ref()?;
    let segment = &module.model.segments.get(module.segment_of(&closure.item)?)?.segment;
    Some(segment.functions.get(closure.function.0 as usize)?.span)
}

/// The URL of a file-system route: `app/api/notes/[id]/route.ts` is `/api/notes/[id]`.
fn route_path(path: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    let last = parts.pop().unwrap_or_default();
    let from = parts.iter().rposition(|part| matches!(*part, "app" | "pages" | "routes")).map_or(0, |at| at + 1);
    let mut kept: Vec<&str> = parts.get(from..).unwrap_or_default().iter().copied().filter(|part| !part.starts_with('(') && !part.starts_with('@')).collect();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    if !matches!(stem, "route" | "page" | "layout" | "index" | "+server" | "+page.server" | "actions") {
        kept.push(stem);
    }
    format!("/{}", kept.join("/"))
}
