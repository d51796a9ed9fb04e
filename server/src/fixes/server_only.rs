//! `import "server-only"`: the build refuses to ship the file, and says which import would have done it.

use super::edits::Edits;
use super::literal::Code;
use super::package::Package;
use super::{Fix, Grade, edits};
use crate::model::StmtKind;
use crate::project::Project;
use crate::rules::Place;
use crate::text::{FileId, lines};

/// The package, and what knows it without a dependency.
const MODULE: &str = "server-only";
const KNOWN_BY: &str = "next";

pub fn fix(project: &Project, file: &FileId) -> Option<Fix> {
    let code = Code::of(project, file)?;
    if project.file(file)?.document.language.is_page() {
        return None;
    }
    if !is_known(project, file, &code) {
        return None;
    }
    let first = code.model.segments.iter().find_map(|placed| {
        let stmt = &placed.segment[*placed.segment.body.first()?];
        matches!(stmt.kind, StmtKind::Import(_)).then(|| placed.absolute(stmt.span).start)
    });
    let quote = edits::quote(&code.text, '"');
    let at = first.filter(|at| lines::begins_line(&code.text, *at)).or(code.head)?;
    let mut edits = Edits::default();
    edits.insert(file, at, format!("import {quote}{MODULE}{quote};{}", lines::line_end(&code.text)));
    Some(Fix {
        title: format!("Keep {} on the server: import \"{MODULE}\"", file.file_name()),
        grade: Grade::NeedsReview,
        preferred: false,
        edits: edits.finish()?,
        note: Some(
            "The build now refuses to ship this file and names the import that would. Take what the browser needs out of it, or call it over a route."
                .to_owned(),
        ),
        suppresses: false,
    })
}

/// In the place of `"use server"`: the functions stay where they are, and nobody outside can call them.
pub fn instead(project: &Project, at: &Place) -> Option<Fix> {
    let code = Code::of(project, &at.file)?;
    if !is_known(project, &at.file, &code) {
        return None;
    }
    let quote = edits::quote(&code.text, '"');
    let mut edits = Edits::default();
    edits.replace(&at.file, at.span, format!("import {quote}{MODULE}{quote}"));
    Some(Fix {
        title: format!("Keep these functions on the server: import \"{MODULE}\" instead"),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some("Your server can still call them. The build now refuses the file wherever the browser would need it.".to_owned()),
        suppresses: false,
    })
}

fn is_known(project: &Project, file: &FileId, code: &Code<'_>) -> bool {
    Package::of(project, file, code.language).is_some_and(|package| package.dependencies.contains(MODULE) || package.dependencies.contains(KNOWN_BY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::testing::{after, file, project};

    #[test]
    fn it_stands_before_the_other_imports() {
        let next = ("package.json", "{ \"dependencies\": { \"next\": \"16\" } }");
        for (before, expected) in [
            ("import { Pool } from 'pg';\nexport const a = 1;\n", "import 'server-only';\nimport { Pool } from 'pg';\nexport const a = 1;\n"),
            ("export const a = 1;\n", "import \"server-only\";\nexport const a = 1;\n"),
        ] {
            let known = project(&[next, ("lib/db.ts", before)]);
            assert_eq!(after(&known, &fix(&known, &file("lib/db.ts")).unwrap(), &["lib/db.ts"]), [expected]);
        }
        let known = project(&[("package.json", "{ \"dependencies\": { \"vite\": \"7\" } }"), ("lib/db.ts", "export const a = 1;\n")]);
        assert!(fix(&known, &file("lib/db.ts")).is_none());
    }
}
