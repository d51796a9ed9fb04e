//! Files that use a client which another one makes and exports: they ask the route as well, and their imports of it go.

use super::key::whole_lines;
use crate::facts::walk::Target;
use crate::fixes::TextEdit;
use crate::fixes::literal::Code;
use crate::fixes::stack::imports;
use crate::model::{ExprKind, Import, StmtKind};
use crate::project::{File, Project};
use crate::text::{FileId, Name, Span, lines};

/// A file that imports the client.
pub(super) struct User<'p> {
    pub code: Code<'p>,
    /// What it calls the client.
    pub local: Name,
    /// Its import of it.
    pub import: Gone,
}

/// What becomes of an import.
pub(super) enum Gone {
    Lines(Span),
    Names(TextEdit),
}

/// Every file that uses what `own` exports as `name`. `None` if one of them may do so in a way that cannot be followed.
pub(super) fn users<'p>(project: &'p Project, own: &FileId, name: &Name) -> Option<Vec<User<'p>>> {
    let mut users = Vec::new();
    for (file, known) in project.sorted_files() {
        // What does not name the file cannot ask for it.
        let is_named = |known: &File| known.document.text().contains(stem(own));
        if file == own || known.model.is_none() || !is_named(known) {
            continue;
        }
        let code = Code::of(project, file)?;
        let leads_there = |source: &str| matches!(project.resolver().resolve(file, source), Target::File(target) if target == *own);
        if names_otherwise(&code, &leads_there) {
            return None;
        }
        for import in imports(code.model).filter(|import| leads_there(&import.source)) {
            if import.names.iter().any(|known| matches!(known.imported.as_str(), "*" | "default")) {
                return None;
            }
            let Some(known) = import.names.iter().find(|known| known.imported == *name && !known.type_only && !import.type_only) else { continue };
            let gone = without(&code, import, &known.local)?;
            users.push(User { local: known.local.clone(), import: gone, code: Code::of(project, file)? });
        }
    }
    Some(users)
}

/// `lib/ai` of `lib/ai.ts` and `lib/ai/index.ts`: the last part of it stands in every import.
fn stem(file: &FileId) -> &str {
    let path = file.as_str();
    let path = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let path = path.strip_suffix("/index").unwrap_or(path);
    path.rsplit('/').next().unwrap_or(path)
}

/// Handed on, waited for with `import()`, or asked for with `require`.
fn names_otherwise(code: &Code<'_>, leads_there: &dyn Fn(&str) -> bool) -> bool {
    code.model.segments.iter().any(|placed| {
        let segment = &placed.segment;
        let hands_on = segment.stmts.iter().any(|stmt| matches!(&stmt.kind, StmtKind::ExportNames { source: Some(source), .. } if leads_there(source)));
        hands_on || segment.exprs.iter().any(|expr| matches!(&expr.kind, ExprKind::Str(text) if leads_there(text)))
    })
}

/// The lines of an import that brings nothing else, or what its names are without this one.
fn without(code: &Code<'_>, import: &Import, local: &Name) -> Option<Gone> {
    let spans = code.model.segments.iter().flat_map(|placed| placed.segment.stmts.iter().map(|stmt| (placed.absolute(stmt.span), &stmt.kind)));
    let (span, _) = spans.into_iter().find(|(_, kind)| matches!(kind, StmtKind::Import(known) if std::ptr::eq(known, import)))?;
    if import.names.len() == 1 {
        return lines::begins_line(&code.text, span.start).then(|| Gone::Lines(whole_lines(&code.text, span)));
    }
    let (before, behind) = span.of(&code.text).split_once('{')?;
    let (names, _) = behind.split_once('}')?;
    let start = span.start + before.len() as u32 + 1;
    let rest: Vec<&str> = names.split(',').map(str::trim).filter(|name| !name.is_empty() && name.split_whitespace().last() != Some(local.as_str())).collect();
    let span = Span::new(start, start + names.len() as u32);
    (!names.contains("/*") && !names.contains("//") && !rest.is_empty()).then(|| Gone::Names(TextEdit { span, text: format!(" {} ", rest.join(", ")) }))
}
