//! A table of routes that has to name the new one: `app/routes.ts` of React Router.

use serde::Deserialize;

use crate::fixes::edits::Edits;
use crate::fixes::literal::Code;
use crate::fixes::package::{Package, inside};
use crate::fixes::phrasebook;
use crate::fixes::stack::Wanted;
use crate::model::{ExprId, ExprKind, PatternKind, Placed, StmtKind};
use crate::project::Project;
use crate::text::{FileId, Name, Span, lines};

/// What a row of the table of places says of it.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// The files that it may stand in.
    tables: Vec<String>,
    /// With this word in it, it finds the modules by their names.
    unless: String,
    module: String,
    makes: String,
    /// What the function that `makes` an entry is given.
    given: String,
}

impl Listed {
    /// The table of the package, where it lists its routes one by one.
    pub fn table(&self, project: &Project, package: &Package) -> Option<FileId> {
        let table = self.tables.iter().map(|name| inside(&package.folder, name)).find(|file| project.file(file).is_some())?;
        let text = project.file(&table)?.document.text();
        (!phrasebook::has_word(&text, &self.unless)).then_some(table)
    }

    /// Names the route at the end of the table. `None` where it is put together in a way that is not known.
    pub fn add(&self, project: &Project, table: &FileId, named: impl Fn(&str) -> String, edits: &mut Edits) -> Option<()> {
        let code = Code::of(project, table)?;
        let (placed, list) = exported_list(&code)?;
        let ExprKind::Seq { items, .. } = &placed.segment[list].kind else { return None };
        let span = placed.absolute(placed.segment[list].span);
        if !span.of(&code.text).starts_with('[') {
            return None;
        }
        let imported = phrasebook::of(code.language)?.import(&code, &Wanted { from: self.module.clone(), name: Some(self.makes.clone()) })?;
        let entry = format!("{}{}", imported.local, named(&self.given));
        if let Some(edit) = imported.edit {
            edits.edit(table, edit);
        }
        let Some(last) = items.last().map(|item| placed.absolute(placed.segment[item.value].span)) else {
            edits.insert(table, span.start + 1, entry);
            return Some(());
        };
        let is_alone = lines::begins_line(&code.text, last.start);
        let text = match is_alone {
            true => format!(",{}{}{entry}", lines::line_end(&code.text), lines::indentation(&code.text, last.start)),
            false => format!(", {entry}"),
        };
        // A spread or a comment behind the last entry would have to be understood.
        let rest = Span::new(last.end, span.end).of(&code.text).trim_start_matches(',').trim();
        (rest == "]" && !code.text.get(..last.start as usize)?.trim_end().ends_with("...")).then(|| edits.insert(table, last.end, text))
    }
}

/// `export default [..]`, or the list that a name has which is exported so.
fn exported_list<'c>(code: &'c Code<'_>) -> Option<(&'c Placed, ExprId)> {
    let (placed, value) = code.model.segments.iter().find_map(|placed| {
        let mut stmts = placed.segment.body.iter().map(|id| &placed.segment[*id].kind);
        stmts.find_map(|kind| if let StmtKind::ExportDefault(value) = kind { Some((placed, *value)) } else { None })
    })?;
    match &placed.segment[value].kind {
        ExprKind::Seq { .. } => Some((placed, value)),
        ExprKind::Name(name) => code.model.segments.iter().find_map(|placed| Some((placed, list_of(placed, name)?))),
        _ => None,
    }
}

fn list_of(placed: &Placed, wanted: &Name) -> Option<ExprId> {
    let segment = &placed.segment;
    segment.body.iter().find_map(|id| {
        let StmtKind::Let { pattern, value: Some(value), .. } = &segment[*id].kind else { return None };
        let is_it = matches!(&segment[*pattern].kind, PatternKind::Name(name) if name == wanted);
        (is_it && matches!(segment[*value].kind, ExprKind::Seq { .. })).then_some(*value)
    })
}
