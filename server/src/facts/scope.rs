//! The names of a file: what they are defined as, and what the file exports.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::place::ItemKey;
use crate::model::{ClassId, ExprId, ExprKind, FileModel, FunctionId, Key, PatternId, PatternKind, Segment, StmtId, StmtKind};
use crate::text::Name;

/// A file ready to be walked.
#[derive(Debug)]
pub struct Module {
    pub model: Arc<FileModel>,
    /// One for each segment.
    pub items: Vec<ItemKey>,
    positions: FxHashMap<(u64, u32), usize>,
    pub definitions: FxHashMap<Name, SmallVec<[Definition; 1]>>,
    pub exports: FxHashMap<Name, Export>,
    /// `export * from`, `from x import *`.
    pub stars: Vec<Name>,
    /// Every module this file names, in order.
    pub imports: Vec<Name>,
}

/// Stands for a file's directives among the names that a walk reads: no name can be written so.
pub const DIRECTIVES: &str = "\"use\"";

/// The segment is an index into the model's segments.
#[derive(Clone, Debug, PartialEq)]
pub enum Definition {
    Import {
        source: Name,
        imported: Name,
    },
    Function(u32, FunctionId),
    Class(u32, ClassId),
    /// The name stands somewhere in this pattern.
    Variable {
        segment: u32,
        pattern: PatternId,
        value: ExprId,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Export {
    Local(Name),
    From { source: Name, name: Name },
    Expression(u32, ExprId),
}

impl Module {
    pub fn of(model: Arc<FileModel>) -> Module {
        let mut seen: FxHashMap<u64, u32> = FxHashMap::default();
        let items: Vec<ItemKey> = model
            .segments
            .iter()
            .map(|placed| {
                let ordinal = seen.entry(placed.segment.hash).or_default();
                *ordinal += 1;
                ItemKey { file: model.file.clone(), hash: placed.segment.hash, ordinal: *ordinal - 1 }
            })
            .collect();
        let positions = items.iter().enumerate().map(|(i, item)| ((item.hash, item.ordinal), i)).collect();
        let python = model.language == crate::syntax::Language::Python;
        let mut module = Module {
            model: Arc::clone(&model),
            items,
            positions,
            definitions: FxHashMap::default(),
            exports: FxHashMap::default(),
            stars: Vec::new(),
            imports: Vec::new(),
        };
        for (index, placed) in model.segments.iter().enumerate() {
            let mut reader = Reader { module: &mut module, segment: &placed.segment, index: index as u32, python };
            for stmt in &placed.segment.body {
                reader.stmt(*stmt, 0);
            }
        }
        module
    }

    /// The items that define or export a name: what looking it up depends on. `export x` asks for an export.
    pub fn meaning(&self, name: &str) -> Vec<(Option<u32>, Option<ItemKey>)> {
        let item = |segment: u32| (None, self.items.get(segment as usize).cloned());
        let local = |name: &str| -> Vec<(Option<u32>, Option<ItemKey>)> {
            let defined = self.definitions.get(name).into_iter().flatten().map(|definition| match definition {
                Definition::Import { source, imported } => (Some(fold(source, imported)), None),
                Definition::Function(segment, _) | Definition::Class(segment, _) => item(*segment),
                Definition::Variable { segment, .. } => item(*segment),
            });
            defined.collect()
        };
        let Some(exported) = name.strip_prefix("export ") else {
            let mut all = local(name);
            all.extend(self.stars.iter().map(|star| (Some(fold(star, "*")), None)));
            return all;
        };
        match self.exports.get(exported) {
            Some(Export::Local(name)) => local(name),
            Some(Export::From { source, name }) => vec![(Some(fold(source, name)), None)],
            Some(Export::Expression(segment, _)) => vec![item(*segment)],
            None => {
                let mut all = local(exported);
                all.extend(self.stars.iter().map(|star| (Some(fold(star, "*")), None)));
                all.push((Some(u32::from(self.exports.is_empty())), None));
                all
            }
        }
    }

    /// The segment an item is, if the file still has it.
    pub fn segment_of(&self, item: &ItemKey) -> Option<usize> {
        self.positions.get(&(item.hash, item.ordinal)).copied()
    }
}

struct Reader<'m> {
    module: &'m mut Module,
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
                self.module.imports.push(import.source.clone());
                for name in &import.names {
                    if name.imported == "*" && name.local == "*" {
                        self.module.stars.push(import.source.clone());
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
                self.module.exports.insert("default".into(), Export::Expression(self.index, *expr));
            }
            StmtKind::ExportNames { names, source, .. } => {
                if let Some(source) = source {
                    self.module.imports.push(source.clone());
                }
                for name in names {
                    match source {
                        Some(source) if name.local == "*" && (name.exported == "*" || name.exported.is_empty()) => {
                            self.module.stars.push(source.clone());
                        }
                        Some(source) => {
                            let export = Export::From { source: source.clone(), name: name.local.clone() };
                            self.module.exports.insert(name.exported.clone(), export);
                        }
                        None => {
                            self.module.exports.insert(name.exported.clone(), Export::Local(name.local.clone()));
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
            self.module.definitions.entry(name.clone()).or_default().push(definition);
        }
    }

    fn variable(&mut self, pattern: PatternId, value: ExprId) {
        let mut names = Vec::new();
        pattern_names(self.segment, pattern, &mut names, 0);
        for name in names {
            self.define(&name, Definition::Variable { segment: self.index, pattern, value });
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
                self.module.exports.insert("default".into(), Export::Local(name.clone()));
            } else if default {
                self.module.exports.insert("default".into(), Export::Local(ANONYMOUS_DEFAULT.into()));
            } else {
                self.module.exports.insert(name.clone(), Export::Local(name));
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
            PatternKind::Place(place) => self.commonjs(*place, *value),
            PatternKind::Name(_) => self.variable(*target, *value),
            _ => {}
        }
    }

    /// `module.exports = x`, `module.exports.a = x`, `exports.a = x`.
    fn commonjs(&mut self, place: ExprId, value: ExprId) {
        let ExprKind::Member { base, name, .. } = &self.segment[place].kind else { return };
        match &self.segment[*base].kind {
            ExprKind::Name(module) if module == "module" && name == "exports" => {
                if let ExprKind::Object(entries) = &self.segment[value].kind {
                    for entry in entries {
                        if let crate::model::Entry::Field { key: Key::Name(key), value, .. } = entry {
                            self.module.exports.insert(key.clone(), Export::Expression(self.index, *value));
                        }
                    }
                }
                self.module.exports.insert("default".into(), Export::Expression(self.index, value));
            }
            ExprKind::Name(exports) if exports == "exports" => {
                self.module.exports.insert(name.clone(), Export::Expression(self.index, value));
            }
            ExprKind::Member { base, name: exports, .. } if exports == "exports" => {
                if matches!(&self.segment[*base].kind, ExprKind::Name(module) if module == "module") {
                    self.module.exports.insert(name.clone(), Export::Expression(self.index, value));
                }
            }
            _ => {}
        }
    }
}

fn fold(a: &str, b: &str) -> u32 {
    use std::hash::{Hash, Hasher};
    let mut hasher = rustc_hash::FxHasher::default();
    (a, b).hash(&mut hasher);
    hasher.finish() as u32
}

/// The name under which `export default function () {}` is defined.
pub const ANONYMOUS_DEFAULT: &str = "*default*";

/// The names a pattern binds, in order.
pub fn pattern_names(segment: &Segment, id: PatternId, out: &mut Vec<Name>, depth: u32) {
    if depth > 12 {
        return;
    }
    match &segment[id].kind {
        PatternKind::Name(name) => out.push(name.clone()),
        PatternKind::Object { entries, rest } => {
            for entry in entries {
                pattern_names(segment, entry.pattern, out, depth + 1);
            }
            if let Some(rest) = rest {
                pattern_names(segment, *rest, out, depth + 1);
            }
        }
        PatternKind::Sequence { items } => {
            for item in items {
                pattern_names(segment, item.pattern, out, depth + 1);
            }
        }
        PatternKind::Default { pattern, .. } => pattern_names(segment, *pattern, out, depth + 1),
        PatternKind::Place(_) | PatternKind::Ignore => {}
    }
}
