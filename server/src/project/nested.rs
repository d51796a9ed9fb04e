//! Which modules a module of routes is nested in: by a table of routes (`layout("routes/staff.tsx", [route(..)])`), or by the dots of its name.

use std::sync::Arc;

use super::file_names::layouts;
use super::routes::Route;
use super::world::Linked;
use crate::facts::catalogue::NestingEntry;
use crate::facts::scope::{Export, Module};
use crate::facts::walk::Reads;
use crate::model::{Arg, ExprId, ExprKind, Segment, StmtKind};
use crate::text::{FileId, Name};

/// Tables are looked for in so many folders above a module.
const MOST_ABOVE: usize = 6;

/// So deep may a table be.
const MOST_DEEP: usize = 12;

const EXTENSIONS: &[&str] = &["tsx", "ts", "jsx", "js"];

/// Where a module of routes has its place.
#[derive(Default)]
pub(super) struct Nested {
    /// As a table says it; `None` where none does.
    path: Option<String>,
    around: Vec<FileId>,
}

impl Nested {
    pub fn tell(self, route: &mut Route) {
        if self.path.is_some() {
            route.path = self.path;
        }
        route.around = self.around.into();
    }
}

/// Where this module has its place, and what was read to find it.
pub(super) fn nested(world: &Linked<'_>, file: &FileId, entry: &NestingEntry, reads: &mut Reads) -> Nested {
    let tables = above(file).take(MOST_ABOVE).flat_map(|folder| entry.tables.iter().map(move |name| (folder, FileId::new(&format!("{folder}/{name}")))));
    for (folder, table) in tables {
        reads.names.insert((table.clone(), Name::from("export default")));
        let Some(module) = world.project.file(&table).and_then(|known| known.module.as_ref()) else { continue };
        let Some(Export::Expression(segment, expr)) = module.exports.last("default") else { continue };
        reads.items.extend(module.item(*segment as usize));
        let Some(placed) = module.model.segments.get(*segment as usize) else { continue };
        let reader = Reader { segment: &placed.segment, module, entry, folder, wanted: file };
        if let Some(mut found) = reader.find(*expr, "", &[], MOST_DEEP) {
            found.around.extend(roots(folder, entry));
            return found;
        }
    }
    let mut around: Vec<FileId> =
        layouts(file).iter().flat_map(|stem| EXTENSIONS.iter().map(move |extension| FileId::new(&format!("{stem}.{extension}")))).collect();
    if let Some((folder, _)) = file.as_str().rsplit_once("/routes/") {
        around.extend(roots(folder, entry));
    }
    Nested { path: None, around }
}

fn roots<'e>(folder: &'e str, entry: &'e NestingEntry) -> impl Iterator<Item = FileId> + 'e {
    entry.root.iter().map(move |name| FileId::new(&format!("{folder}/{name}")))
}

/// The folders that a file lies in, the nearest first.
fn above(file: &FileId) -> impl Iterator<Item = &str> {
    let mut rest = file.as_str();
    std::iter::from_fn(move || {
        rest = rest.rsplit_once('/')?.0;
        (!rest.is_empty()).then_some(rest)
    })
}

struct Reader<'a> {
    segment: &'a Segment,
    module: &'a Arc<Module>,
    entry: &'a NestingEntry,
    folder: &'a str,
    wanted: &'a FileId,
}

impl Reader<'_> {
    /// The place of the wanted module in what an expression says, below `path` and inside of `around`.
    fn find(&self, expr: ExprId, path: &str, around: &[FileId], depth: usize) -> Option<Nested> {
        let depth = depth.checked_sub(1)?;
        match &self.segment[expr].kind {
            ExprKind::Seq { items, .. } => items.iter().find_map(|item| self.find(item.value, path, around, depth)),
            ExprKind::Await(inner) => self.find(*inner, path, around, depth),
            ExprKind::Call { callee, args, .. } => {
                let ExprKind::Name(name) = &self.segment[*callee].kind else { return None };
                let call = self.entry.calls.get(&self.imported(name)?)?;
                let path = match call.path.and_then(|at| self.text(args, at)) {
                    Some(more) => format!("{path}/{}", more.trim_matches('/')).trim_end_matches('/').to_owned(),
                    None => path.to_owned(),
                };
                let file = call.file.and_then(|at| self.text(args, at)).map(|name| self.file(name));
                if let Some(file) = &file
                    && self.is_wanted(file)
                {
                    let path = if path.is_empty() { "/".to_owned() } else { path };
                    return Some(Nested { path: Some(path), around: around.to_vec() });
                }
                let mut inside = around.to_vec();
                inside.extend(file.into_iter().flat_map(|stem| files(&stem)));
                // `route("notes", "notes.tsx", { id: "n" }, [..])` has options in between.
                let inner = args.get(call.inner?..)?.iter().find(|arg| matches!(self.segment[arg.value].kind, ExprKind::Seq { .. }))?;
                self.find(inner.value, &path, &inside, depth)
            }
            _ => None,
        }
    }

    fn text(&self, args: &[Arg], at: usize) -> Option<&str> {
        match &self.segment[args.get(at)?.value].kind {
            ExprKind::Str(text) => Some(text),
            _ => None,
        }
    }

    fn file(&self, name: &str) -> String {
        format!("{}/{}", self.folder, name.trim_start_matches("./"))
    }

    fn is_wanted(&self, name: &str) -> bool {
        files(name).contains(self.wanted)
    }

    /// What a name of the table's file was called where it was exported.
    fn imported(&self, local: &Name) -> Option<Name> {
        let stmts = self.module.model.segments.iter().flat_map(|placed| &placed.segment.stmts);
        stmts.into_iter().find_map(|stmt| match &stmt.kind {
            StmtKind::Import(import) if self.entry.packages.contains(&import.source) => {
                import.names.iter().find(|name| name.local == *local).map(|name| name.imported.clone())
            }
            _ => None,
        })
    }
}

/// The file of this name, or those it may be where its extension is left out.
fn files(name: &str) -> Vec<FileId> {
    let last = name.rsplit('/').next().unwrap_or(name);
    match EXTENSIONS.iter().any(|extension| last.strip_suffix(extension).is_some_and(|stem| stem.ends_with('.'))) {
        true => vec![FileId::new(name)],
        false => EXTENSIONS.iter().map(|extension| FileId::new(&format!("{name}.{extension}"))).collect(),
    }
}
