//! How a name of a library gets into a file, whatever way of importing the file has.

use super::super::TextEdit;
use super::super::literal::Code;
use super::super::phrasebook;
use super::super::stack::{Wanted, imports};
use crate::model::{ExprKind, PatternKind, StmtKind};

/// What to write for a name, and the edit that brings it in.
pub struct Brought {
    pub text: String,
    pub edit: Option<TextEdit>,
}

/// `name` of one of these modules, which are the same; the last of them is imported if none is yet.
pub fn bring(code: &Code, modules: &[&str], name: &str) -> Option<Brought> {
    for import in imports(code.model).filter(|import| modules.contains(&import.source.as_str()) && !import.type_only) {
        for known in &import.names {
            if known.imported == name && !known.type_only {
                return Some(Brought { text: known.local.to_string(), edit: None });
            }
            if matches!(known.imported.as_str(), "default" | "*") && !known.type_only {
                return Some(Brought { text: format!("{}.{name}", known.local), edit: None });
            }
        }
    }
    if let Some(local) = required(code, modules) {
        return Some(Brought { text: format!("{local}.{name}"), edit: None });
    }
    let module = modules.last()?;
    let wanted = Wanted { from: (*module).to_owned(), name: Some(name.to_owned()) };
    match phrasebook::of(code.language)?.import(code, &wanted) {
        Some(imported) => Some(Brought { text: imported.local.to_string(), edit: imported.edit }),
        // A file without modules asks where it needs it.
        None if code.language.is_ecma() && code.text.contains("require(") && imports(code.model).next().is_none() => {
            let quote = super::super::edits::quote(&code.text, '"');
            Some(Brought { text: format!("require({quote}{module}{quote}).{name}"), edit: None })
        }
        None => None,
    }
}

/// A module of Python as a whole.
pub fn bring_module(code: &Code, module: &str) -> Option<Brought> {
    let imported = phrasebook::of(code.language)?.import(code, &Wanted { from: module.to_owned(), name: None })?;
    Some(Brought { text: imported.local.to_string(), edit: imported.edit })
}

/// `const crypto = require("crypto")`.
fn required(code: &Code, modules: &[&str]) -> Option<String> {
    code.model.segments.iter().find_map(|placed| {
        let segment = &placed.segment;
        segment.body.iter().find_map(|id| {
            let StmtKind::Let { pattern, value: Some(value), .. } = &segment[*id].kind else { return None };
            let ExprKind::Call { callee, args, .. } = &segment[*value].kind else { return None };
            let is_require = matches!(&segment[*callee].kind, ExprKind::Name(name) if name == "require");
            let is_module = args.first().is_some_and(|arg| matches!(&segment[arg.value].kind, ExprKind::Str(source) if modules.contains(&&**source)));
            match &segment[*pattern].kind {
                PatternKind::Name(name) if is_require && is_module => Some(name.to_string()),
                _ => None,
            }
        })
    })
}
