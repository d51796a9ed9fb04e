//! What the statements of top-level items define, export and import.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::{ANONYMOUS_DEFAULT, Definition, Export, bound_later, members_of, pattern_names, prototype_of};
use crate::model::{Entry, ExprId, ExprKind, FileModel, Key, PatternId, PatternKind, Segment, StmtId, StmtKind};
use crate::syntax::Language;
use crate::text::Name;

/// What some items say, in order, each with the item's place among all.
#[derive(Default)]
pub(super) struct Said {
    pub definitions: Vec<(Name, u32, Definition)>,
    pub exports: Vec<(Name, u32, Export)>,
    pub stars: Vec<Name>,
    pub imports: Vec<Name>,
}

/// Reads the segments at these places.
pub(super) fn read(model: &FileModel, segments: Range<usize>) -> Said {
    let mut said = Said::default();
    let python = model.language == Language::Python;
    for (index, placed) in model.segments.iter().enumerate().take(segments.end).skip(segments.start) {
        let mut reader = Reader { said: &mut said, segment: &placed.segment, index: index as u32, python };
        for stmt in &placed.segment.body {
            reader.stmt(*stmt, 0);
        }
        reader.bound_later();
    }
    said
}

struct Reader<'m> {
    said: &'m mut Said,
    segment: &'m Segment,
    index: u32,
    python: bool,
}

impl Reader<'_> {
    fn stmt(&mut self, id: StmtId, depth: u32) {
        if depth > 12 {
            return;
        }
        match &self.segment[id].kind {
            StmtKind::Import(import) => {
                self.said.imports.push(import.source.clone());
                for name in &import.names {
                    if name.imported == "*" && name.local == "*" {
                        self.said.stars.push(import.source.clone());
                    } else if !(import.type_only || name.type_only) {
                        self.define(&name.local, Definition::Import { source: import.source.clone(), imported: name.imported.clone() });
                    } else {
                        // A type's name still resolves: injection hangs on it.
                        self.define(&name.local, Definition::Import { source: import.source.clone(), imported: name.imported.clone() });
                    }
                }
            }
            StmtKind::Let { pattern, value: Some(value), .. } => self.variable(*pattern, *value),
            StmtKind::Function(function) => {
                let name = self.segment[*function].name.clone();
                self.define(&name, Definition::Function(self.index, *function));
            }
            StmtKind::Class(class) => {
                let name = self.segment[*class].name.clone();
                self.define(&name, Definition::Class(self.index, *class));
            }
            StmtKind::Expr(expr) => self.expr(*expr),
            StmtKind::Export { stmt, default } => self.export(*stmt, *default, depth),
            StmtKind::ExportDefault(expr) => {
                self.exports("default".into(), Export::Expression(self.index, *expr));
            }
            StmtKind::ExportNames { names, source, .. } => {
                if let Some(source) = source {
                    self.said.imports.push(source.clone());
                }
                for name in names {
                    match source {
                        Some(source) if name.local == "*" && (name.exported == "*" || name.exported.is_empty()) => {
                            self.said.stars.push(source.clone());
                        }
                        Some(source) => {
                            let export = Export::From { source: source.clone(), name: name.local.clone() };
                            self.exports(name.exported.clone(), export);
                        }
                        None => {
                            self.exports(name.exported.clone(), Export::Local(name.local.clone()));
                        }
                    }
                }
            }
            StmtKind::If { then, otherwise, .. } => {
                for stmt in then.iter().chain(otherwise) {
                    self.stmt(*stmt, depth + 1);
                }
            }
            StmtKind::Try { body, handlers, otherwise, finally } => {
                // What the body defines is preferred to the fallback: handlers first, so that the last definition wins.
                for stmt in handlers.iter().flat_map(|handler| &handler.body).chain(body).chain(otherwise).chain(finally) {
                    self.stmt(*stmt, depth + 1);
                }
            }
            StmtKind::Block(body) | StmtKind::Loop { body, .. } => {
                for stmt in body {
                    self.stmt(*stmt, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn define(&mut self, name: &Name, definition: Definition) {
        if !name.is_empty() {
            self.said.definitions.push((name.clone(), self.index, definition));
        }
    }

    fn exports(&mut self, name: Name, export: Export) {
        self.said.exports.push((name, self.index, export));
    }

    fn variable(&mut self, pattern: PatternId, value: ExprId) {
        let mut names = Vec::new();
        pattern_names(self.segment, pattern, &mut names, 0);
        for name in names {
            self.define(&name, Definition::Variable { segment: self.index, pattern, value });
        }
    }

    /// `let pool; export async function open() { pool = await connect(); }`
    fn bound_later(&mut self) {
        let segment = self.segment;
        if segment.functions.is_empty() {
            return;
        }
        let mut own: FxHashSet<&Name> = FxHashSet::default();
        if !self.python {
            let declared = segment.stmts.iter().filter_map(|stmt| if let StmtKind::Let { pattern, .. } = &stmt.kind { Some(*pattern) } else { None });
            let params = segment.functions.iter().flat_map(|function| function.params.iter().map(|param| param.pattern));
            own = declared.chain(params).filter_map(|pattern| if let PatternKind::Name(name) = &segment[pattern].kind { Some(name) } else { None }).collect();
        }
        for expr in &segment.exprs {
            let ExprKind::Assign { target, op: None, value } = &expr.kind else { continue };
            let PatternKind::Name(name) = &segment[*target].kind else { continue };
            if matches!(segment[*value].kind, ExprKind::Null) || own.contains(name) {
                continue;
            }
            let mut around = segment.functions.iter().filter(|function| function.body_span.contains(expr.span));
            if around.any(|function| !self.python || function.globals.contains(name)) {
                self.define(&bound_later(name), Definition::Later { segment: self.index, pattern: *target, value: *value });
            }
        }
    }

    fn export(&mut self, stmt: StmtId, default: bool, depth: u32) {
        let mut names = Vec::new();
        match &self.segment[stmt].kind {
            StmtKind::Let { pattern, .. } => pattern_names(self.segment, *pattern, &mut names, 0),
            StmtKind::Function(function) => names.push(self.segment[*function].name.clone()),
            StmtKind::Class(class) => names.push(self.segment[*class].name.clone()),
            _ => {}
        }
        for name in names {
            if default && !name.is_empty() {
                self.exports("default".into(), Export::Local(name.clone()));
            } else if default {
                self.exports("default".into(), Export::Local(ANONYMOUS_DEFAULT.into()));
            } else {
                self.exports(name.clone(), Export::Local(name));
            }
        }
        if default
            && let StmtKind::Function(function) = &self.segment[stmt].kind
            && self.segment[*function].name.is_empty()
        {
            self.define(&ANONYMOUS_DEFAULT.into(), Definition::Function(self.index, *function));
        } else if default
            && let StmtKind::Class(class) = &self.segment[stmt].kind
            && self.segment[*class].name.is_empty()
        {
            self.define(&ANONYMOUS_DEFAULT.into(), Definition::Class(self.index, *class));
        } else {
            self.stmt(stmt, depth + 1);
        }
    }

    fn expr(&mut self, id: ExprId) {
        let ExprKind::Assign { target, op: None, value } = &self.segment[id].kind else { return };
        if self.python {
            self.variable(*target, *value);
            // `a = b = c` is one assignment inside the other.
            if matches!(self.segment[*value].kind, ExprKind::Assign { .. }) {
                self.expr(*value);
            }
            return;
        }
        match &self.segment[*target].kind {
            PatternKind::Place(place) => {
                self.commonjs(*place, *value);
                self.member(*place, *value);
            }
            PatternKind::Name(_) => self.variable(*target, *value),
            _ => {}
        }
    }

    /// `tools.run = x`, `Store.prototype.find = x`, `Store.prototype = { .. }`.
    fn member(&mut self, place: ExprId, value: ExprId) {
        let ExprKind::Member { base, name, .. } = &self.segment[place].kind else { return };
        let member = |name: Option<&Name>| Definition::Member { segment: self.index, name: name.cloned(), value };
        let (of, definition) = match &self.segment[*base].kind {
            ExprKind::Name(function) if name == "prototype" => (prototype_of(function), member(None)),
            ExprKind::Name(object) if object != "exports" && object != "module" => (members_of(object), member(Some(name))),
            ExprKind::Member { base, name: prototype, .. } if prototype == "prototype" => {
                let ExprKind::Name(function) = &self.segment[*base].kind else { return };
                (prototype_of(function), member(Some(name)))
            }
            _ => return,
        };
        self.define(&of, definition);
    }

    /// `module.exports = x`, `module.exports.a = x`, `exports.a = x`.
    fn commonjs(&mut self, place: ExprId, value: ExprId) {
        let ExprKind::Member { base, name, .. } = &self.segment[place].kind else { return };
        match &self.segment[*base].kind {
            ExprKind::Name(module) if module == "module" && name == "exports" => {
                if let ExprKind::Object(entries) = &self.segment[value].kind {
                    for entry in entries {
                        if let Entry::Field { key: Key::Name(key), value, .. } = entry {
                            self.exports(key.clone(), Export::Expression(self.index, *value));
                        }
                    }
                }
                self.exports("default".into(), Export::Expression(self.index, value));
            }
            ExprKind::Name(exports) if exports == "exports" => {
                self.exports(name.clone(), Export::Expression(self.index, value));
            }
            ExprKind::Member { base, name: exports, .. } if exports == "exports" => {
                if matches!(&self.segment[*base].kind, ExprKind::Name(module) if module == "module") {
                    self.exports(name.clone(), Export::Expression(self.index, value));
                }
            }
            _ => {}
        }
    }
}
