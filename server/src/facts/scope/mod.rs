//! The names of a file: what they are defined as, and what the file exports.

mod items;
mod reader;
mod table;

use std::sync::Arc;

use rustc_hash::FxHashSet;

use self::items::Items;
use self::reader::Said;
pub use self::table::Table;
use super::place::ItemKey;
use crate::model::{ClassId, ExprId, FileModel, FunctionId, PatternId, PatternKind, Placed, Segment, Stmt, StmtKind};
use crate::text::{Name, common_ends};

/// A file ready to be walked.
#[derive(Debug)]
pub struct Module {
    pub model: Arc<FileModel>,
    items: Items,
    pub definitions: Table<Definition>,
    /// The last one counts.
    pub exports: Table<Export>,
    /// Local names that are exported under another name, with that.
    aliases: Arc<[(Name, Name)]>,
    /// `export * from`, `from x import *`.
    pub stars: Arc<[Name]>,
    /// Every module this file names, in order.
    pub imports: Arc<[Name]>,
    /// Every module that is imported, wherever in the file that stands.
    imported: Arc<[Name]>,
}

/// Stands for a file's directives among the names that a walk reads: no name can be written so.
pub const DIRECTIVES: &str = "\"use\"";
/// The same of the modules that a file imports.
pub const IMPORTS: &str = "\"import\"";

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
    /// Under [`bound_later`]: what a function of the file assigns.
    Later {
        segment: u32,
        pattern: PatternId,
        value: ExprId,
    },
    /// Under [`members_of`] and [`prototype_of`]: what is assigned to a member of something; without a name, to all of them.
    Member {
        segment: u32,
        name: Option<Name>,
        value: ExprId,
    },
}

/// The name under which it stands what a file assigns to members of `name`: `tools.run = ..`. No name can be written so.
pub fn members_of(name: &str) -> Name {
    Name::from(format!("{name}."))
}

/// The name under which it stands what functions of a file bind `name` to, a name of the file that begins as nothing: `pool = connect()`.
pub fn bound_later(name: &str) -> Name {
    Name::from(format!("{name}="))
}

/// The same of the prototype of a function: `Store.prototype.find = ..`.
pub fn prototype_of(name: &str) -> Name {
    Name::from(format!("{name}.prototype."))
}

#[derive(Clone, Debug, PartialEq)]
pub enum Export {
    Local(Name),
    From { source: Name, name: Name },
    Expression(u32, ExprId),
}

fn imported(segments: &[Placed]) -> Vec<Name> {
    let of = |stmt: &Stmt| match &stmt.kind {
        StmtKind::Import(import) => Some(import.source.clone()),
        _ => None,
    };
    segments.iter().flat_map(|placed| &placed.segment.stmts).filter_map(of).collect()
}

/// An edit changes no more items than this; what changes more is read anew.
const MOST_CHANGED: usize = 8;

impl Module {
    /// Does the file import one of these?
    pub fn imports_any(&self, sources: &[Name]) -> bool {
        sources.iter().any(|source| self.imported.contains(source))
    }

    /// Every module that it imports, wherever that stands.
    pub fn imported(&self) -> &[Name] {
        &self.imported
    }

    pub fn of(model: Arc<FileModel>) -> Module {
        let said = reader::read(&model, 0..model.segments.len());
        let aliases = said.exports.iter().filter_map(|(name, _, export)| match export {
            Export::Local(local) if local != name => Some((local.clone(), name.clone())),
            _ => None,
        });
        Module {
            items: Items::of(&model),
            aliases: aliases.collect(),
            stars: said.stars.into(),
            imports: said.imports.into(),
            imported: imported(&model.segments).into(),
            definitions: Table::of(said.definitions),
            exports: Table::of(said.exports),
            model,
        }
    }

    /// The names of a file after an edit: those of [`Module::of`], but what did not change is shared with the text before.
    pub fn after(before: &Module, model: Arc<FileModel>) -> Module {
        before.edited(&model).unwrap_or_else(|| Module::of(model))
    }

    /// `None` if so much has changed that all of it is better read anew.
    fn edited(&self, model: &Arc<FileModel>) -> Option<Module> {
        let (old, new) = (&self.model.segments, &model.segments);
        if old.len() != new.len() || self.model.language != model.language || self.model.file != model.file {
            return None;
        }
        let same = |a: &Placed, b: &Placed| Arc::ptr_eq(&a.segment, &b.segment);
        let (first, last) = common_ends(old, new, same, same);
        let changed = first..old.len() - last;
        if changed.len() > MOST_CHANGED {
            return None;
        }
        let Said { definitions: gone, exports: withdrawn, stars, imports } = reader::read(&self.model, changed.clone());
        let come = reader::read(model, changed.clone());
        let imported_in = |segments: &[Placed]| segments.get(changed.clone()).map(imported);
        if stars != come.stars || imports != come.imports || imported_in(old) != imported_in(new) {
            return None;
        }
        Some(Module {
            model: Arc::clone(model),
            items: self.items.edited(model, changed.clone())?,
            definitions: self.definitions.edited(&changed, &gone, &come.definitions)?,
            exports: self.exports.edited(&changed, &withdrawn, &come.exports)?,
            aliases: Arc::clone(&self.aliases),
            stars: Arc::clone(&self.stars),
            imports: Arc::clone(&self.imports),
            imported: Arc::clone(&self.imported),
        })
    }

    /// The names that may mean something else than in an earlier text of the file, and those that it may export as something
    /// else. `None` if nothing is known to have stayed.
    pub fn changed_names(&self, before: &Module) -> Option<(FxHashSet<Name>, FxHashSet<Name>)> {
        let names: FxHashSet<Name> = self.definitions.changed_since(&before.definitions)?.cloned().collect();
        let mut exported: FxHashSet<Name> = self.exports.changed_since(&before.exports)?.cloned().collect();
        exported.extend(names.iter().filter(|name| self.exports.has(name) || before.exports.has(name)).cloned());
        exported.extend(self.aliases.iter().filter(|(local, _)| names.contains(local)).map(|(_, exported)| exported.clone()));
        Some((names, exported))
    }

    /// The items that define or export a name: what looking it up depends on. `export x` asks for an export.
    pub fn meaning(&self, name: &str) -> Vec<(Option<u32>, Option<ItemKey>)> {
        let item = |segment: u32| (None, self.item(segment as usize));
        let local = |name: &str| -> Vec<(Option<u32>, Option<ItemKey>)> {
            let defined = self.definitions.get(name).iter().map(|(segment, definition)| match definition {
                Definition::Import { source, imported } => (Some(fold(source, imported)), None),
                _ => item(*segment),
            });
            defined.collect()
        };
        let Some(exported) = name.strip_prefix("export ") else {
            let mut all = local(name);
            all.extend(self.stars.iter().map(|star| (Some(fold(star, "*")), None)));
            return all;
        };
        match self.exports.last(exported) {
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

    /// The name of a segment.
    pub fn item(&self, segment: usize) -> Option<ItemKey> {
        let (hash, ordinal) = *self.items.keys.get(segment)?;
        Some(ItemKey { file: self.model.file.clone(), hash, ordinal })
    }

    /// The hash of each segment, and which of several equal ones it is.
    pub fn keys(&self) -> &[(u64, u32)] {
        &self.items.keys
    }

    /// The segment an item is, if the file still has it.
    pub fn segment_of(&self, item: &ItemKey) -> Option<usize> {
        self.items.position((item.hash, item.ordinal))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lower;
    use crate::syntax::{Document, Language};
    use crate::text::FileId;

    fn model(text: &str, before: Option<(&Document, &FileModel)>) -> (Document, Arc<FileModel>) {
        let document = Document::new(FileId::new("/a.ts"), Language::TypeScript, 1, text);
        let model = Arc::new(lower::lower(&document, before).expect("code"));
        (document, model)
    }

    #[test]
    fn what_is_shared_says_what_would_be_read_anew() {
        let texts = [
            "import { a } from 'a';\nexport const f = () => 1;\nfunction g() {}\nexport { g as h };\n",
            "import { a } from 'a';\nexport const f = () => [1, 2];\nfunction g() {}\nexport { g as h };\n",
            "import { a } from 'a';\nexport const e = () => [1, 2];\nfunction g() {}\nexport { g as h };\n",
            "import { a } from 'a';\nexport const e = () => [1, 2];\nfunction f() {}\nexport { g as h };\n",
            "import { a } from 'a';\nexport const e = () => [1, 2];\nfunction f() {}\nexport { f, e as h };\n",
            "import { a as b } from 'a';\nexport const e = () => [1, 2];\nfunction f() {}\nexport { f, e as h };\n",
            "import { a as b } from 'c';\nexport const e = () => [1, 2];\nfunction f() {}\nexport { f, e as h };\n",
            "import { a as b } from 'c';\nfunction f() {}\nfunction f() {}\nexport { f, e as h };\n",
            "import { a as b } from 'c';\nfunction f() {}\nfunction e() {}\nexport { f, e as h };\n",
            "import { a as b } from 'c';\n",
        ];
        let (mut document, first) = model(texts[0], None);
        let mut module = Module::of(first);
        for text in texts {
            let (next, model) = model(text, Some((&document, &module.model)));
            let (anew, edited) = (Module::of(Arc::clone(&model)), Module::after(&module, model));
            assert_eq!(anew.keys(), edited.keys(), "{text}");
            for name in ["a", "b", "e", "f", "g", "h"] {
                assert_eq!(anew.definitions.get(name), edited.definitions.get(name), "{name} in {text}");
                assert_eq!(anew.exports.last(name), edited.exports.last(name), "{name} in {text}");
                let exported = format!("export {name}");
                for asked in [name, &exported] {
                    assert_eq!(anew.meaning(asked), edited.meaning(asked), "{asked} in {text}");
                    let told = edited.changed_names(&module).is_none_or(|(names, exported)| names.contains(name) || exported.contains(name));
                    assert!(told || edited.meaning(asked) == module.meaning(asked), "{asked} in {text} means something else");
                }
            }
            for at in 0..edited.keys().len() {
                assert_eq!(edited.item(at).and_then(|item| edited.segment_of(&item)), Some(at), "{text}");
            }
            (document, module) = (next, edited);
        }
    }
}
