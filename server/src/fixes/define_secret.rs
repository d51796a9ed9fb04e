//! "Move to a secret of Cloud Functions": where a project keeps its keys in Secret Manager (`defineSecret`), a key in a function joins
//! them. The function says that it needs the secret, and reads it while it runs.
//!
//! Only inside of a function that is registered here: what runs when the file is loaded cannot read a secret.

use super::edits::{self, Edits};
use super::env_name::EnvName;
use super::literal::{Code, Literal};
use super::package::Package;
use super::phrasebook::{self, Phrasebook, Read};
use super::stack::{self, Wanted};
use super::{Fix, Grade};
use crate::model::{Arg, CallKind, Entry, ExprId, ExprKind, Key, PatternKind, Segment, StmtKind};
use crate::project::Project;
use crate::rules::Place;
use crate::text::{Name, Span, lines};

const PACKAGE: &str = "firebase-functions";
const MODULE: &str = "firebase-functions/params";
const DEFINES: &str = "defineSecret";

pub fn fix(project: &Project, place: &Place, name: &Name) -> Option<Fix> {
    let code = Code::of(project, &place.file).filter(|code| code.language.is_ecma())?;
    let package = Package::of(project, &code.file, code.language).filter(|package| package.dependencies.contains(PACKAGE))?;
    let literal = Literal::at(&code, place.span).filter(|literal| !literal.value.is_empty() && !literal.value.contains('\n'))?;
    let book = phrasebook::of(code.language)?;
    if literal.value.starts_with('{') || book.fallback(&literal).is_some() || !keeps_secrets(project, &package) {
        return None;
    }
    let args = registered(&code, &literal)?;
    let name = EnvName::from_words(name)?;
    let mut edits = Edits::default();
    let local = declare(&code, book, &name, &mut edits)?;
    bind(&code, &literal, args, &local, &mut edits)?;
    let quote = edits::quote(&code.text, '"');
    let read = Read { name: name.clone(), text: format!("{local}.value()"), quote, asserted: false, quotes_nest: true, lines: false };
    book.replace(&literal, &read)?.into_iter().for_each(|change| edits.edit(&code.file, change));
    Some(Fix {
        title: format!("Move to {name} in Secret Manager, which this function then asks for (value hidden)"),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some(format!(
            "Run `firebase functions:secrets:set {name}` with a new key before the next deploy; the emulator takes it from `.secret.local`, which git must leave out. The old key must be treated as seen: delete it at its provider."
        )),
        suppresses: false,
    })
}

/// Some file of the package defines secrets so.
fn keeps_secrets(project: &Project, package: &Package) -> bool {
    project.files().any(|(file, known)| {
        let mut imports = known.exposure.items.iter().flat_map(|item| &item.imports);
        file.folder().starts_with(&package.folder) && imports.any(|import| import.source == MODULE) && known.document.text().contains(DEFINES)
    })
}

/// What the call is given that registers the function around the literal.
fn registered<'c>(code: &Code<'_>, literal: &Literal<'c>) -> Option<&'c [Arg]> {
    let segment = literal.segment();
    let span = literal.expr().span;
    literal.around().into_iter().find_map(|id| {
        let ExprKind::Call { callee, args, kind: CallKind::Plain, .. } = &segment[id].kind else { return None };
        let ExprKind::Name(local) = &segment[*callee].kind else { return None };
        let (source, exported) = origin(code, local)?;
        let is_second = source.strip_prefix("firebase-functions/").is_some_and(|rest| !matches!(rest, "v1" | "params" | "logger"));
        let registers = ["on", "before"].iter().any(|start| exported.starts_with(start));
        let handles = args.last().is_some_and(|arg| matches!(segment[arg.value].kind, ExprKind::Function(_)) && arg.span.contains(span));
        (is_second && registers && handles).then_some(args.as_slice())
    })
}

/// The module that a name of the file comes from, by `import` or `require`, and what it is called there.
fn origin(code: &Code<'_>, local: &str) -> Option<(Name, Name)> {
    let imported = stack::imports(code.model).filter(|import| !import.type_only).find_map(|import| {
        let name = import.names.iter().find(|name| name.local == local)?;
        Some((import.source.clone(), name.imported.clone()))
    });
    imported.or_else(|| required(code).find(|(_, _, known, _)| known == local).map(|(source, exported, ..)| (source, exported)))
}

/// `const { exported: local } = require("source")`, with where the statement ends.
fn required<'c>(code: &'c Code<'_>) -> impl Iterator<Item = (Name, Name, Name, u32)> + 'c {
    code.model.segments.iter().flat_map(|placed| {
        let segment = &placed.segment;
        segment.body.iter().flat_map(move |id| {
            let found = || {
                let StmtKind::Let { pattern, value: Some(value), .. } = &segment[*id].kind else { return None };
                let source = called_with_text(segment, *value, "require")?;
                let PatternKind::Object { entries, .. } = &segment[*pattern].kind else { return None };
                Some((source, entries))
            };
            let end = placed.absolute(segment[*id].span).end;
            found().into_iter().flat_map(move |(source, entries)| {
                entries.iter().filter_map(move |entry| match (&entry.key, &segment[entry.pattern].kind) {
                    (Key::Name(exported), PatternKind::Name(local)) => Some((source.clone(), exported.clone(), local.clone(), end)),
                    _ => None,
                })
            })
        })
    })
}

/// The text that a function of this name is called with.
fn called_with_text(segment: &Segment, id: ExprId, name: &str) -> Option<Name> {
    let ExprKind::Call { callee, args, .. } = &segment[id].kind else { return None };
    let is_it = matches!(&segment[*callee].kind, ExprKind::Name(called) if called == name);
    match &segment[args.first().filter(|_| is_it)?.value].kind {
        ExprKind::Str(text) => Some(Name::from(&**text)),
        _ => None,
    }
}

/// What the secret is called in the file, which defines it if it does not yet.
fn declare(code: &Code<'_>, book: &dyn Phrasebook, name: &EnvName, edits: &mut Edits) -> Option<Name> {
    let imported = stack::local_export(code.model, MODULE, DEFINES).map(|local| (local, None));
    let known =
        imported.or_else(|| required(code).find(|(source, exported, ..)| source == MODULE && exported == DEFINES).map(|(.., local, end)| (local, Some(end))));
    let mut last = None;
    if let Some((defines, _)) = &known {
        for placed in &code.model.segments {
            let segment = &placed.segment;
            for id in &segment.body {
                let stmt = match segment[*id].kind {
                    StmtKind::Export { stmt, .. } => stmt,
                    _ => *id,
                };
                let StmtKind::Let { pattern, value: Some(value), .. } = &segment[stmt].kind else { continue };
                let Some(defined) = called_with_text(segment, *value, defines) else { continue };
                let PatternKind::Name(local) = &segment[*pattern].kind else { continue };
                if defined == name.as_str() {
                    return Some(local.clone());
                }
                last = Some(placed.absolute(segment[*id].span).end);
            }
        }
    }
    let local = Name::from(name.camel());
    if phrasebook::has_word(&code.text, &local) {
        return None;
    }
    let (quote, end) = (edits::quote(&code.text, '"'), lines::line_end(&code.text));
    let (defines, behind) = match known {
        Some((defines, behind)) => (defines, last.or(behind)),
        None => {
            let imported = book.import(code, &Wanted { from: MODULE.to_owned(), name: Some(DEFINES.to_owned()) })?;
            imported.edit.into_iter().for_each(|edit| edits.edit(&code.file, edit));
            (imported.local, None)
        }
    };
    let line = format!("const {local} = {defines}({quote}{name}{quote});{end}");
    match behind {
        Some(behind) => edits.insert(&code.file, lines::next_line(&code.text, behind), line),
        None => edits.insert(&code.file, book.behind_imports(code)?, format!("{end}{line}")),
    }
    Some(local)
}

/// Says in the options of the function that it needs the secret.
fn bind(code: &Code<'_>, literal: &Literal<'_>, args: &[Arg], local: &str, edits: &mut Edits) -> Option<()> {
    let segment = literal.segment();
    let absolute = |span: Span| literal.placed.absolute(span);
    let first = args.first()?;
    let entries = match &segment[first.value].kind {
        ExprKind::Function(_) => {
            edits.insert(&code.file, absolute(first.span).start, format!("{{ secrets: [{local}] }}, "));
            return Some(());
        }
        ExprKind::Object(entries) => entries,
        _ => return None,
    };
    let secrets = entries.iter().find_map(|entry| match entry {
        Entry::Field { key: Key::Name(key), value, .. } if key == "secrets" => Some(*value),
        _ => None,
    });
    let (at, text) = match (secrets, entries.first()) {
        (Some(secrets), _) => {
            let ExprKind::Seq { items, .. } = &segment[secrets].kind else { return None };
            if items.iter().any(|item| matches!(&segment[item.value].kind, ExprKind::Name(name) if name == local)) {
                return Some(());
            }
            match items.last() {
                Some(item) => (segment[item.value].span.end, format!(", {local}")),
                None => (segment[secrets].span.start + 1, local.to_owned()),
            }
        }
        (None, Some(entry)) => (entry.span().start, format!("secrets: [{local}], ")),
        (None, None) => (segment[first.value].span.start + 1, format!(" secrets: [{local}] ")),
    };
    edits.insert(&code.file, absolute(Span::at(at)).start, text);
    Some(())
}
