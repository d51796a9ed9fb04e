//! Variables that a framework, or the types of a Worker, want declared before code reads them: `runtimeConfig` of Nuxt, the schema of
//! `astro:env`, `interface Env`.

use super::edits::{self, Edits};
use super::env_module::another;
use super::env_name::EnvName;
use super::held::held;
use super::literal::{Code, Literal};
use super::package::Package;
use super::stack::{Declared, Wanted};
use crate::model::{Entry, ExprId, ExprKind, FileModel, Key, PatternKind, Placed};
use crate::project::Project;
use crate::text::{FileId, Name, Span, lines};

/// How the variables of these literals are declared and read.
pub struct Declaring {
    row: &'static Declared,
    config: FileId,
}

/// `None` where the project has not begun to declare them, or these literals cannot reach what reads them.
pub fn declaring(project: &Project, code: &Code, package: &Package, literals: &[Literal]) -> Option<Declaring> {
    let row = Declared::of(package)?;
    let is_config = |file: &&FileId| file.folder() == package.folder && file.file_name().rsplit_once('.').is_some_and(|(stem, _)| stem == row.config);
    let config = project.files().map(|(file, _)| file).find(is_config)?.clone();
    let of = Code::of(project, &config)?;
    let is_ready = row.needs.as_ref().is_none_or(|word| of.text.contains(word.as_str())) && object(of.model, &row.at).is_some();
    let is_reached = |literal: &Literal| row.held.as_ref().is_none_or(|call| held(literal, call, None).is_some());
    (config != code.file && is_ready && literals.iter().all(is_reached)).then_some(Declaring { row, config })
}

impl Declaring {
    /// The variable as the framework looks for it.
    pub fn name(&self, name: &EnvName) -> Option<EnvName> {
        if name.as_str().starts_with(&self.row.prefix) { Some(name.clone()) } else { EnvName::parse(&format!("{}{name}", self.row.prefix)) }
    }

    /// Declares the variable. What reads it, and what that needs imported.
    pub fn declare(&self, project: &Project, literal: &Literal, variable: &EnvName, edits: &mut Edits) -> Option<(String, Option<Wanted>)> {
        let plain = EnvName::parse(variable.as_str().strip_prefix(self.row.prefix.as_str())?)?;
        let filled = |text: &str| text.replace("{camel}", &plain.camel()).replace("{name}", plain.as_str());
        let of = Code::of(project, &self.config)?;
        let (placed, id) = object(of.model, &self.row.at)?;
        let ExprKind::Object(entries) = &placed.segment[id].kind else { return None };
        let entry = filled(&self.row.entry).replace('"', edits::quote(&of.text, '"').encode_utf8(&mut [0; 4]));
        let key = entry.split(':').next().unwrap_or_default();
        if !entries.iter().any(|entry| matches!(entry, Entry::Field { key: Key::Name(known), .. } if known == key)) {
            let edit = match entries.is_empty() {
                true => super::TextEdit { span: placed.absolute(placed.segment[id].span), text: format!("{{ {entry} }}") },
                false => another(&of.text, placed, entries, &entry)?,
            };
            edits.edit(&self.config, edit);
        }
        let local = match &self.row.held {
            Some(call) => held(literal, call, None)?,
            None => Name::default(),
        };
        let import = self.row.import.as_ref().map(|wanted| Wanted { from: wanted.from.clone(), name: wanted.name.as_deref().map(filled) });
        Some((filled(&self.row.read).replace("{local}", &local), import))
    }
}

/// The object under these keys, in any object of the file.
fn object<'m>(model: &'m FileModel, keys: &[String]) -> Option<(&'m Placed, ExprId)> {
    let (first, rest) = keys.split_first()?;
    model.segments.iter().find_map(|placed| {
        let segment = &placed.segment;
        let under = |id: ExprId, wanted: &str| match &segment[id].kind {
            ExprKind::Object(entries) => entries.iter().find_map(|entry| match entry {
                Entry::Field { key: Key::Name(key), value, .. } if key == wanted => Some(*value),
                _ => None,
            }),
            _ => None,
        };
        let found = (0..segment.exprs.len() as u32).map(ExprId).find_map(|id| rest.iter().try_fold(under(id, first)?, |id, key| under(id, key)))?;
        matches!(segment[found].kind, ExprKind::Object(_)).then_some((placed, found))
    })
}

/// Adds the variable to the type of a parameter of this name around the literal, wherever the package writes that type down.
pub fn declare_type(project: &Project, literal: &Literal, package: &Package, parameter: &str, variable: &EnvName, edits: &mut Edits) {
    let (segment, span) = (literal.segment(), literal.expr().span);
    let functions = segment.functions.iter().filter(|function| function.body_span.contains(span));
    let params = functions.flat_map(|function| &function.params);
    let types =
        params.filter(|param| matches!(&segment[param.pattern].kind, PatternKind::Name(name) if name == parameter)).filter_map(|param| param.ty.as_ref());
    let Some(name) = types.map(|ty| ty.name.clone()).next_back().filter(|name| !name.is_empty() && !name.contains('.')) else { return };
    let own = members(&literal.code.text, &name).map(|span| (literal.code.file.clone(), literal.code.text.clone(), span));
    let others = || {
        let is_near = |file: &FileId| file.folder().starts_with(&package.folder) && matches!(file.extension(), "ts" | "tsx" | "mts");
        let mut found = project.files().filter(|(file, _)| is_near(file)).filter_map(|(file, known)| {
            let text = known.document.text();
            let span = members(&text, &name)?;
            Some((file.clone(), text, span))
        });
        let first = found.next();
        first.filter(|_| found.next().is_none())
    };
    let Some((file, text, span)) = own.or_else(others) else { return };
    let written = span.of(&text);
    if super::phrasebook::has_word(written, variable.as_str()) {
        return;
    }
    if written.contains('\n') {
        let at = lines::line_start(&text, span.end);
        let first = written.lines().find(|line| !line.trim().is_empty());
        let indent = first.map_or("  ", |line| line.get(..line.len() - line.trim_start().len()).unwrap_or_default());
        let stop = if first.is_some_and(|line| line.trim_end().ends_with(';')) { ";" } else { "" };
        edits.insert(&file, at, format!("{indent}{variable}: string{stop}{}", lines::line_end(&text)));
    } else {
        let end = span.start + written.trim_end().len() as u32;
        let lead = if written.trim().is_empty() || written.trim_end().ends_with([';', ',']) { " " } else { "; " };
        let tail = if written.trim().is_empty() { " " } else { "" };
        edits.insert(&file, end, format!("{lead}{variable}: string{tail}"));
    }
}

/// What stands between the braces of `interface Env { .. }` or `type Env = { .. }`.
fn members(text: &str, name: &str) -> Option<Span> {
    [format!("interface {name}"), format!("type {name}")].iter().find_map(|head| {
        let at = text.match_indices(head.as_str()).map(|(at, _)| at + head.len()).find(|at| {
            let rest = text.get(*at..).unwrap_or_default().trim_start();
            rest.starts_with('{') || rest.strip_prefix('=').is_some_and(|rest| rest.trim_start().starts_with('{'))
        })?;
        let open = at + text.get(at..)?.find('{')? + 1;
        let mut depth = 1usize;
        let close = text.get(open..)?.char_indices().find(|(_, c)| {
            depth = match c {
                '{' => depth + 1,
                '}' => depth - 1,
                _ => depth,
            };
            depth == 0
        })?;
        Some(Span::from(open..open + close.0))
    })
}
