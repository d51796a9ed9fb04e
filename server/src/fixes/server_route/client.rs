//! Functions that a page asks with a client of its own, which knows their address: `supabase.functions.invoke("openai", { body })`.

use super::Asks;
use super::scaffold::Through;
use crate::fixes::ask_who::relative;
use crate::fixes::edits::Edits;
use crate::fixes::literal::Code;
use crate::fixes::phrasebook;
use crate::fixes::stack::{Wanted, local_export};
use crate::model::{ExprKind, PatternKind, StmtKind};
use crate::project::Project;
use crate::text::{FileId, Name};

/// Has the page ask with the client. `None` if the project has none, or more than one, that the page could import.
pub(super) fn redirect(project: &Project, code: &Code<'_>, asks: &Asks, through: &Through, function: &str, edits: &mut Edits) -> Option<()> {
    let (file, name) = exported(project, code, through)?;
    let mut local = name.clone();
    if file != code.file {
        let wanted = Wanted { from: relative(&code.file, &file), name: Some(name.to_string()) };
        let imported = phrasebook::of(code.language)?.import(code, &wanted)?;
        imported.edit.into_iter().for_each(|edit| edits.edit(&code.file, edit));
        local = imported.local;
    }
    let filled = |text: &str, sent: &str| text.replace("{vendor}", function).replace("{client}", &local).replace("{sent}", sent);
    match asks {
        Asks::Request(request) => {
            let sent = request.sent?.of(&code.text);
            request.replace(code, filled(&through.fetched, sent), edits);
        }
        // Of files that share a client of the vendor's each would need the import.
        Asks::Calls(calls) => calls.replace_in_one(|sent| filled(&through.called, sent), edits)?,
    }
    Some(())
}

/// The one constant that a file exports and that holds such a client.
fn exported(project: &Project, code: &Code<'_>, through: &Through) -> Option<(FileId, Name)> {
    let mut found = project.sorted_files().into_iter().filter_map(|(file, known)| {
        let model = known.model.as_deref().filter(|model| model.language.is_ecma() && project.speaks_for(file, &code.file))?;
        let makes = local_export(model, &through.package, &through.makes)?;
        let name = model.segments.iter().find_map(|placed| {
            let segment = &placed.segment;
            let StmtKind::Export { stmt, default: false } = segment[*segment.body.first()?].kind else { return None };
            let StmtKind::Let { pattern, value: Some(value), .. } = segment[stmt].kind else { return None };
            let (PatternKind::Name(name), ExprKind::Call { callee, .. }) = (&segment[pattern].kind, &segment[value].kind) else { return None };
            matches!(&segment[*callee].kind, ExprKind::Name(called) if *called == makes).then(|| name.clone())
        })?;
        Some((file.clone(), name))
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}
