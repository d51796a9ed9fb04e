//! What a file has to do with others: what its items use of each other and of other files. Equal shapes reach the same.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::item::{Form, Imported, ItemFacts, items};
use super::mention::{Mention, mentions};
use super::names::standing;
use super::table::EXPOSURE;
use crate::facts::browser::BROWSER;
use crate::model::FileModel;
use crate::syntax::{Document, Language};
use crate::text::{Name, Span};

/// All that is known of a file here.
#[derive(Debug, Default)]
pub struct FileExposure {
    /// One for each item of the model; for pages one more, which is what the markup asks for.
    pub items: Vec<Arc<ItemFacts>>,
    pub shape: Arc<Shape>,
    /// Of files that are not code.
    pub mentions: Vec<Mention>,
    /// The published variables that it names, in order and once.
    pub published: Arc<[Name]>,
}

#[derive(PartialEq, Eq, Debug, Default)]
pub struct Shape {
    pub items: Vec<ItemShape>,
    pub imports: Vec<ImportShape>,
    pub exports: FxHashMap<Name, ExportShape>,
    /// `export * from`: which imports.
    pub stars: Vec<u32>,
    /// What it exports cannot be told by name.
    pub opaque: bool,
    /// All names that it defines or imports.
    names: FxHashSet<Name>,
}

#[derive(PartialEq, Eq, Debug, Default)]
pub struct ItemShape {
    /// Items of the file that it uses where it may ship.
    pub local: Vec<u32>,
    /// Names of other files that it uses there: which import, and what it is called outside.
    pub outside: Vec<(u32, Name)>,
    /// It does something when the file is imported.
    pub runs: bool,
    /// Another item uses it, wherever that stays.
    pub used: bool,
    /// It runs before the page is sent.
    pub is_server: bool,
    pub exported: Vec<Name>,
    /// Secret variables that it reads and that no build publishes.
    pub secrets: Vec<Name>,
}

#[derive(PartialEq, Eq, Debug)]
pub struct ImportShape {
    pub source: Name,
    /// Which of the item's imports, for its place.
    pub item: u32,
    pub nth: u32,
}

#[derive(PartialEq, Eq, Debug)]
pub enum ExportShape {
    /// These items.
    Items(Vec<u32>),
    /// What that import calls so; and the item that says it.
    From(u32, Name, u32),
}

impl FileExposure {
    /// `before`: the same file with an earlier text.
    pub fn read(document: &Document, model: Option<&FileModel>, before: Option<(&FileModel, &FileExposure)>) -> FileExposure {
        let is_page = document.language.is_page();
        let model = model.filter(|model| model.language.is_ecma() || is_page);
        if model.is_none() && !is_page {
            return FileExposure::of_text(document);
        }
        let segments = model.map(|model| model.segments.as_slice()).unwrap_or_default();
        let mut items = model.map_or_else(Vec::new, |model| items(model, before.map(|(model, known)| (model, known.items.as_slice()))));
        let mut server = Vec::new();
        if is_page {
            // What stands in the markup of an Astro page is filled in on the server.
            let outside = document.language == Language::Astro;
            let is_server = |start: u32| document.embedded().and_then(|embedded| embedded.part_at(start)).map_or(outside, |part| part.is_server);
            server = segments.iter().map(|placed| is_server(placed.start)).collect();
            items.push(Arc::new(markup(document, &items)));
        }
        let is_alike = |known: &FileExposure| {
            let pairs = known.items.iter().zip(&items);
            let servers = known.shape.items.iter().map(|item| item.is_server);
            known.items.len() == items.len()
                && pairs.into_iter().all(|(old, new)| Arc::ptr_eq(old, new) || old.is_alike(new, |name| known.shape.names.contains(name)))
                && servers.eq((0..items.len()).map(|at| server.get(at).copied().unwrap_or(false)))
        };
        let known = before.map(|(_, known)| known).filter(|known| is_alike(known));
        let (shape, published) = match known {
            Some(known) => (Arc::clone(&known.shape), Arc::clone(&known.published)),
            None => {
                let shape = Shape::of(&items, &server, document.language);
                let same = before.map(|(_, known)| &known.shape).filter(|known| ***known == shape);
                (same.map_or_else(|| Arc::new(shape), Arc::clone), published(&items))
            }
        };
        FileExposure { items, shape, mentions: Vec::new(), published }
    }

    fn of_text(document: &Document) -> FileExposure {
        let mentions = mentions(document);
        let mut published: Vec<Name> = mentions.iter().map(|mention| mention.name.clone()).collect();
        published.sort();
        published.dedup();
        FileExposure { mentions, published: published.into(), ..FileExposure::default() }
    }

    /// Nothing in it concerns anybody.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.mentions.is_empty()
    }
}

/// The published variables that code reads, by their names in the environment or in a module that stands for it.
fn published(items: &[Arc<ItemFacts>]) -> Arc<[Name]> {
    let read = items.iter().flat_map(|facts| &facts.env).map(|read| &read.name);
    let imported = items.iter().flat_map(|facts| &facts.imports).filter(|import| is_environment(&import.source));
    let imported = imported.flat_map(|import| import.names.iter().map(|(name, _)| name));
    let mut names: Vec<Name> = read.chain(imported).filter(|name| BROWSER.shows(name)).cloned().collect();
    names.sort();
    names.dedup();
    names.into()
}

/// `$env/static/public`: a module whose names are variables.
pub fn is_environment(source: &str) -> bool {
    source.starts_with("$env/") || source.starts_with("astro:env/") || source == "@env"
}

/// What the markup of a page asks for: `<script src>`, and, of components that a server renders, those that also run in the
/// browser (`client:load`).
fn markup(document: &Document, items: &[Arc<ItemFacts>]) -> ItemFacts {
    let Some(rest) = document.embedded().map(|embedded| embedded.rest().to_string()) else { return ItemFacts::default() };
    let mut facts = ItemFacts { runs: true, ..ItemFacts::default() };
    let locals = items.iter().flat_map(|item| &item.imports).flat_map(|import| import.names.iter().map(|(_, local)| local)).filter(|local| !local.is_empty());
    if document.language == Language::Astro {
        let tags: FxHashSet<&str> =
            rest.split('<').skip(1).filter(|tag| tag.split('>').next().is_some_and(|tag| tag.contains(" client:"))).map(first_word).collect();
        facts.uses.extend(locals.filter(|local| tags.contains(local.as_str())).cloned());
    } else {
        facts.uses.extend(locals.cloned());
    }
    facts.uses.sort();
    facts.uses.dedup();
    if document.language == Language::Html {
        let scripts = rest.split("<script").skip(1).filter_map(|tag| attribute(tag.split('>').next()?, "src"));
        for source in scripts.filter(|source| !source.contains("://") && !source.starts_with("//")) {
            let source = Name::from(format!("./{}", source.trim_start_matches("./").trim_start_matches('/')));
            facts.imports.push(Imported { source, names: vec![("*".into(), Name::default())], span: Span::default(), form: Form::Called, kept: false });
        }
    }
    facts
}

fn first_word(tag: &str) -> &str {
    tag.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default()
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = tag.split_once(&format!(" {name}="))?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest.get(1..)?.split(quote).next()
}

/// What a name of a file stands for.
#[derive(Default)]
struct Known<'f> {
    items: SmallVec<[u32; 1]>,
    imports: SmallVec<[(u32, &'f Name); 1]>,
    is_used: bool,
}

impl Shape {
    fn of(items: &[Arc<ItemFacts>], server: &[bool], language: Language) -> Shape {
        let mut shape = Shape::default();
        let mut known: FxHashMap<&Name, Known<'_>> = FxHashMap::default();
        let mut called: Vec<SmallVec<[u32; 1]>> = Vec::with_capacity(items.len());
        for (at, facts) in (0u32..).zip(items) {
            facts.defines.iter().for_each(|name| known.entry(name).or_default().items.push(at));
            let mut own = SmallVec::new();
            for (nth, import) in (0u32..).zip(&facts.imports) {
                let id = shape.imports.len() as u32;
                shape.imports.push(ImportShape { source: import.source.clone(), item: at, nth });
                match import.form {
                    Form::Names => import.names.iter().for_each(|(name, local)| known.entry(local).or_default().imports.push((id, name))),
                    Form::Export => shape.exported(id, at, &import.names),
                    Form::Bare | Form::Called if !import.kept => own.push(id),
                    Form::Bare | Form::Called => {}
                }
            }
            called.push(own);
        }
        shape.names = known.keys().map(|name| (*name).clone()).collect();
        let declares = items.iter().flat_map(|facts| &facts.imports).any(|import| EXPOSURE.declares_variables(&import.source));
        for ((at, facts), called) in (0u32..).zip(items).zip(called) {
            let mut item = ItemShape { runs: facts.runs, is_server: server.get(at as usize).copied().unwrap_or(false), ..ItemShape::default() };
            for name in &facts.uses {
                let Some(meant) = known.get_mut(name) else { continue };
                meant.is_used = true;
                // A script of an Astro page knows nothing of what ran before the page was sent.
                let is_of_server = |other: u32| server.get(other as usize).copied().unwrap_or(false);
                item.local.extend(meant.items.iter().filter(|other| **other != at && (item.is_server || !is_of_server(**other))));
                item.outside.extend(meant.imports.iter().map(|(import, name)| (*import, (*name).clone())));
            }
            for name in &facts.kept_uses {
                if let Some(meant) = known.get_mut(name) {
                    meant.is_used = true;
                }
            }
            item.outside.extend(called.into_iter().map(|import| (import, Name::new_static("*"))));
            item.local.sort_unstable();
            item.local.dedup();
            item.exported = facts.exports.iter().filter(|(_, inside)| inside.is_empty()).map(|(outside, _)| outside.clone()).collect();
            // What a build leaves out there is left out on purpose.
            if !facts.asks && !declares {
                let secret = |name: &&Name| !BROWSER.shows(name) && standing(name).is_secret();
                item.secrets = facts.env.iter().filter(|read| !read.kept).map(|read| &read.name).filter(secret).cloned().collect();
                item.secrets.sort();
                item.secrets.dedup();
            }
            shape.items.push(item);
        }
        for (item, facts) in shape.items.iter_mut().zip(items) {
            item.used = facts.defines.iter().any(|name| known.get(name).is_some_and(|meant| meant.is_used));
        }
        for (at, facts) in (0u32..).zip(items) {
            for (outside, inside) in &facts.exports {
                let meant = known.get(inside);
                let export = match (inside.is_empty(), meant.map(|meant| meant.items.as_slice()), meant.and_then(|meant| meant.imports.first())) {
                    (true, ..) => ExportShape::Items(vec![at]),
                    (_, Some(items @ [_, ..]), _) => ExportShape::Items(items.to_vec()),
                    (_, _, Some((import, name))) => ExportShape::From(*import, (*name).clone(), at),
                    _ => continue,
                };
                if let (false, ExportShape::Items(items)) = (inside.is_empty(), &export) {
                    for item in items {
                        if let Some(item) = shape.items.get_mut(*item as usize) {
                            item.exported.push(outside.clone());
                        }
                    }
                }
                shape.opaque |= outside == "default" && facts.uses.iter().any(|name| matches!(name.as_str(), "module" | "exports"));
                shape.exports.insert(outside.clone(), export);
            }
        }
        shape.opaque |= language.is_page();
        shape
    }

    fn exported(&mut self, import: u32, item: u32, names: &[(Name, Name)]) {
        for (name, outside) in names {
            if name == "*" && (outside == "*" || outside.is_empty()) {
                self.stars.push(import);
            } else {
                self.exports.insert(outside.clone(), ExportShape::From(import, name.clone(), item));
            }
        }
    }
}
