//! Readers of models that are written as code. Each of them looks at one file's program model and nothing else.

mod annotated;
mod convex;
mod decorated;
mod django;
mod drizzle;
mod drizzle_policy;
mod embedded_sql;
mod knex;
mod mongoose;
mod node;
mod relevance;
mod sequelize;
mod session;
mod sqlalchemy;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use self::node::{Call, ClassNode, Node};
use super::catalogue::{CATALOGUE, Definer, DefinerKind};
use super::declared::{FileSchema, Site};
use crate::model::{ExprId, ExprKind, FileModel, Pattern, PatternKind, Placed, Segment, StmtId, StmtKind, changed, kept, segments_that_came};
use crate::text::{FileId, Name, Span};

/// One file's code with its names.
struct Code<'m> {
    pub model: &'m FileModel,
    /// The segments in which models are looked for; names mean what they do in the file.
    within: Vec<&'m Placed>,
    /// Local name to module and exported name.
    imports: FxHashMap<Name, (Name, Name)>,
    /// Names bound at the top level to an expression, in order of appearance.
    pub bindings: Vec<Binding<'m>>,
    by_name: FxHashMap<Name, usize>,
}

struct Binding<'m> {
    pub name: Name,
    pub name_span: Span,
    pub value: Node<'m>,
}

impl<'m> Code<'m> {
    pub fn new(model: &'m FileModel) -> Code<'m> {
        let mut code =
            Code { model, within: model.segments.iter().collect(), imports: FxHashMap::default(), bindings: Vec::new(), by_name: FxHashMap::default() };
        for placed in &model.segments {
            for stmt in &placed.segment.body {
                code.top_level(placed, *stmt);
            }
        }
        code
    }

    fn top_level(&mut self, placed: &'m Placed, stmt: StmtId) {
        let segment: &'m Segment = &placed.segment;
        match &segment[stmt].kind {
            StmtKind::Import(import) => {
                for name in &import.names {
                    self.imports.insert(name.local.clone(), (import.source.clone(), name.imported.clone()));
                }
            }
            StmtKind::Export { stmt, .. } => self.top_level(placed, *stmt),
            StmtKind::Let { pattern, value: Some(value), .. } => self.bind(placed, &segment[*pattern], *value),
            StmtKind::Expr(expr) => {
                if let ExprKind::Assign { target, op: None, value } = &segment[*expr].kind {
                    self.bind(placed, &segment[*target], *value);
                }
            }
            // `try: from x import y except ImportError: …`, `if TYPE_CHECKING:`.
            StmtKind::Try { body, .. } | StmtKind::If { then: body, .. } | StmtKind::Block(body) => {
                for stmt in body {
                    if matches!(segment[*stmt].kind, StmtKind::Import(_)) {
                        self.top_level(placed, *stmt);
                    }
                }
            }
            _ => {}
        }
    }

    fn bind(&mut self, placed: &'m Placed, pattern: &'m Pattern, value: ExprId) {
        let node = Node { placed, id: value };
        match &pattern.kind {
            PatternKind::Name(name) => {
                if let Some(source) = required(node) {
                    self.imports.insert(name.clone(), (source, Name::new_static("*")));
                }
                self.by_name.insert(name.clone(), self.bindings.len());
                self.bindings.push(Binding { name: name.clone(), name_span: placed.absolute(pattern.span), value: node });
            }
            // `const { Schema, model } = require("mongoose")`, `= mongoose`.
            PatternKind::Object { entries, .. } => {
                let source = required(node).or_else(|| self.imports.get(node.last_name()?).map(|(source, _)| source.clone()));
                let Some(source) = source else { return };
                for entry in entries {
                    if let (crate::model::Key::Name(key), PatternKind::Name(local)) = (&entry.key, &placed.segment[entry.pattern].kind) {
                        self.imports.insert(local.clone(), (source.clone(), key.clone()));
                    }
                }
            }
            _ => {}
        }
    }

    pub fn file(&self) -> &FileId {
        &self.model.file
    }

    pub fn site(&self, span: Span) -> Site {
        Site { file: self.model.file.clone(), span }
    }

    /// The module and exported name of an imported name.
    pub fn import(&self, local: &str) -> Option<&(Name, Name)> {
        self.imports.get(local)
    }

    /// Some name of the file comes from a module that begins so.
    pub fn imports_from(&self, library: &str) -> bool {
        self.imports.values().any(|(source, _)| is_library(source, library))
    }

    /// Something of a library of models goes by a name of the file's own.
    fn renames_definers(&self) -> bool {
        let renamed = self.imports.iter().filter(|(local, (_, imported))| *local != imported && imported != "*" && imported != "default");
        renamed.into_iter().any(|(_, (source, _))| CATALOGUE.definers.iter().any(|definer| is_library(source, &definer.library)))
    }

    /// What a name of this file is bound to, through up to four names.
    pub fn resolve(&self, node: Node<'m>) -> Node<'m> {
        let mut node = node;
        for _ in 0..4 {
            let ExprKind::Name(name) = node.kind() else { break };
            match self.by_name.get(name).and_then(|index| self.bindings.get(*index)) {
                Some(binding) => node = binding.value,
                None => break,
            }
        }
        node
    }

    /// Names bound at the top level to an expression, in order of appearance.
    pub fn bound(&self) -> impl Iterator<Item = &Binding<'m>> {
        let is_within = |placed: &Placed| self.within.binary_search_by_key(&std::ptr::from_ref(placed), |within| std::ptr::from_ref(*within)).is_ok();
        self.bindings.iter().filter(move |binding| is_within(binding.value.placed))
    }

    /// Every call, in order of the arenas.
    pub fn calls(&self) -> impl Iterator<Item = (Node<'m>, Call<'m>)> {
        self.within.iter().copied().flat_map(|placed| {
            let nodes = (0..placed.segment.exprs.len()).map(move |index| Node { placed, id: ExprId(index as u32) });
            nodes.filter(|node| matches!(node.kind(), ExprKind::Call { .. })).filter_map(|node| Some((node, node.call()?)))
        })
    }

    pub fn classes(&self) -> impl Iterator<Item = ClassNode<'m>> {
        self.within.iter().copied().flat_map(|placed| placed.segment.classes.iter().map(move |class| ClassNode { placed, class }))
    }

    /// True if the expression names one of `names` of this library: imported from it, or (because re-exports and files
    /// that are being written have no import) from no package at all. Dotted names are compared from the end.
    pub fn is_one_of(&self, node: Node<'m>, names: &[String], library: &str) -> bool {
        let Some(path) = node.path() else { return false };
        self.name_is_one_of(&path, names, library)
    }

    pub fn name_is_one_of(&self, path: &str, names: &[String], library: &str) -> bool {
        let root = path.split('.').next().unwrap_or(path);
        let (source, full) = match self.imports.get(root) {
            Some((source, imported)) => {
                (Some(source), if imported == "*" || imported == "default" { path.to_owned() } else { path.replacen(root, imported, 1) })
            }
            None => (None, path.to_owned()),
        };
        let is_named = names.iter().any(|name| full == *name || full.strip_suffix(name.as_str()).is_some_and(|rest| rest.ends_with('.')));
        is_named && source.is_none_or(|source| is_library(source, library) || self.is_own(source))
    }

    /// A module of the project. Python's absolute imports do not tell; there, what is no library of models is the project's.
    fn is_own(&self, source: &str) -> bool {
        if self.model.language.is_ecma() {
            return source.starts_with(['.', '/', '#', '~']) || source.starts_with("@/") || source.starts_with("src/");
        }
        !CATALOGUE.definers.iter().any(|definer| is_library(source, &definer.library))
    }

    pub fn definers(&self, kind: DefinerKind) -> impl Iterator<Item = &'static Definer> {
        CATALOGUE.definers(kind)
    }
}

/// `require("x")`, `await import("x")`.
fn required(node: Node<'_>) -> Option<Name> {
    let call = node.call()?;
    let is_require = matches!(call.callee.last_name().map(Name::as_str), Some("require" | "import"));
    if is_require { call.arg(0)?.text() } else { None }
}

fn is_library(source: &str, library: &str) -> bool {
    source.strip_prefix(library).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.', '-']))
}

/// `User`, `"User"`, `User.name`, `models.User`: the model that is meant.
fn named_model(node: Node<'_>) -> Option<Name> {
    if let Some(text) = node.text() {
        return Some(text);
    }
    match node.kind() {
        ExprKind::Member { base, name, .. } if name == "name" => node.at(*base).last_name().cloned(),
        _ => node.last_name().cloned(),
    }
}

/// The file defined no models, and what changed in it since then makes none of it.
pub(super) fn still_defines_nothing(before: &FileModel, after: &FileModel) -> bool {
    if before.language != after.language {
        return false;
    }
    if changed(before, after).all(relevance::is_irrelevant) {
        return true;
    }
    // In Python a piece of code that gives others nothing to build on makes models of itself alone.
    !after.language.is_ecma() && changed(before, after).all(relevance::is_for_itself) && {
        let come = segments_that_came(before, after);
        let mut out = FileSchema::default();
        read_python(&Code { within: after.segments.get(come).into_iter().flatten().collect(), ..Code::new(after) }, &mut out);
        out.is_empty()
    }
}

/// In which items of a file models may be found: known of files that are written in. Those that go on unchanged are not searched again.
#[derive(Default, Debug)]
pub struct Telling {
    segments: Vec<Arc<Segment>>,
    speaks: Vec<bool>,
}

impl Telling {
    pub(super) fn of(model: &FileModel) -> Telling {
        Telling::after(None, model)
    }

    fn after(before: Option<&Telling>, model: &FileModel) -> Telling {
        let known = before.map_or(&[][..], |before| &before.segments);
        let at = kept(known, |segment| segment, &model.segments);
        let speaks = |(at, placed): (&Option<usize>, &Placed)| {
            let known = at.and_then(|at| before?.speaks.get(at).copied());
            known.unwrap_or_else(|| relevance::speaks_of_models(&placed.segment))
        };
        Telling {
            speaks: at.iter().zip(&model.segments).map(speaks).collect(),
            segments: model.segments.iter().map(|placed| Arc::clone(&placed.segment)).collect(),
        }
    }
}

/// Reads every kind of model that code can define.
pub(super) fn read(model: &FileModel) -> FileSchema {
    read_in(&Code::new(model))
}

/// The same of a file that was read before, or one like it.
pub(super) fn read_again(model: &FileModel, before: Option<&Telling>) -> (FileSchema, Telling) {
    let telling = Telling::after(before, model);
    let mut code = Code::new(model);
    // Under other names what defines models may stand anywhere.
    if !code.renames_definers() {
        code.within = model.segments.iter().zip(&telling.speaks).filter_map(|(placed, speaks)| speaks.then_some(placed)).collect();
    }
    let found = read_in(&code);
    debug_assert!(found == read(model), "models of {} stand where none are looked for", model.file);
    (found, telling)
}

fn read_in(code: &Code<'_>) -> FileSchema {
    let mut out = FileSchema::default();
    if code.model.language.is_ecma() {
        drizzle::read(code, &mut out);
        mongoose::read(code, &mut out);
        decorated::read(code, &mut out);
        sequelize::read(code, &mut out);
        convex::read(code, &mut out);
        knex::read(code, &mut out);
        embedded_sql::read(code, &mut out);
        session::read(code, &mut out);
    } else {
        read_python(code, &mut out);
    }
    out
}

fn read_python(code: &Code<'_>, out: &mut FileSchema) {
    sqlalchemy::read(code, out);
    annotated::read(code, out);
    django::read(code, out);
    django::read_heirs(code, out);
    embedded_sql::read(code, out);
    session::read(code, out);
}
