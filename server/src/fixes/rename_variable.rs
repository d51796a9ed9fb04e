//! A variable gets the name that no build publishes, in every file that names it. Only where all of them stay on a server.

use super::edits::Edits;
use super::env_name::EnvName;
use super::{Fix, Grade};
use crate::facts::browser::BROWSER;
use crate::project::{File, Project};
use crate::syntax::Language;
use crate::text::{FileId, Name, Span};

pub fn fix(project: &Project, from: &Name, to: &Name, files: &[FileId]) -> Option<Fix> {
    EnvName::parse(to)?;
    let mut edits = Edits::default();
    for file in files {
        let known = project.file(file)?;
        let text = known.document.text();
        // It may hold something else already.
        if !words(&text, to).is_empty() {
            return None;
        }
        let spans = if known.exposure.items.is_empty() { in_text(&text, from) } else { in_code(known, &text, from)? };
        spans.into_iter().for_each(|span| edits.replace(file, span, to.as_str()));
    }
    let prefix = from.strip_suffix(BROWSER.unpublished(from)).unwrap_or_default();
    Some(Fix {
        title: format!("Rename {from} to {to}, which no build publishes"),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some(format!(
            "Rename it at your host as well, or the next deploy will miss it. If it was ever deployed with `{prefix}` and read by a page, treat the value as seen and replace it."
        )),
        suppresses: false,
    })
}

/// Whole words, but not the names under which a workflow keeps its secrets.
pub(super) fn in_text(text: &str, name: &str) -> Vec<Span> {
    let is_kept = |span: &Span| text.get(..span.start as usize).is_some_and(|before| before.ends_with("secrets."));
    words(text, name).into_iter().filter(|span| !is_kept(span)).collect()
}

/// The places where code reads it; `None` if it is named in another way as well.
fn in_code(known: &File, text: &str, name: &str) -> Option<Vec<Span>> {
    let segments = &known.model.as_ref()?.segments;
    let mut read = Vec::new();
    for (facts, placed) in known.exposure.items.iter().zip(segments) {
        read.extend(facts.env.iter().filter(|read| read.name == name).map(|read| placed.absolute(read.span)));
    }
    let is_comment = |span: Span| known.model.as_ref().is_some_and(|model| model.comments().any(|(comment, _)| comment.contains(span)));
    let mut spans = Vec::new();
    for word in words(text, name).into_iter().filter(|word| !is_comment(*word)) {
        let expression = read.iter().find(|read| read.contains(word))?.of(text);
        // Only some frameworks give other variables by this object, and a shorthand names two things.
        let stays = expression.starts_with("import.meta") && !matches!(known.document.language, Language::Astro) || expression == name;
        if stays {
            return None;
        }
        spans.push(word);
    }
    Some(spans)
}

fn words(text: &str, name: &str) -> Vec<Span> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let alone = |at: &usize| {
        !text.get(..*at).is_some_and(|before| before.ends_with(is_part)) && !text.get(at + name.len()..).is_some_and(|after| after.starts_with(is_part))
    };
    text.match_indices(name).map(|(at, _)| at).filter(alone).map(|at| Span::from(at..at + name.len())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::testing::{after, file, project};

    fn renamed(files: &[(&str, &str)]) -> Option<Vec<String>> {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        let project = project(files);
        let ids: Vec<FileId> = names.iter().map(|name| file(name)).collect();
        let fix = fix(&project, &"NEXT_PUBLIC_KEY".into(), &"KEY".into(), &ids)?;
        Some(after(&project, &fix, &names))
    }

    #[test]
    fn every_file_is_renamed() {
        let after = renamed(&[
            (".env", "# NEXT_PUBLIC_KEY\nNEXT_PUBLIC_KEY=abc\nNEXT_PUBLIC_KEY_2=b\n"),
            ("ci.yml", "env:\n  NEXT_PUBLIC_KEY: ${{ secrets.NEXT_PUBLIC_KEY }}\n"),
            ("a.ts", "const a = process.env.NEXT_PUBLIC_KEY!;\nconst b = process.env[\"NEXT_PUBLIC_KEY\"];\n"),
        ]);
        let expected = [
            "# KEY\nKEY=abc\nNEXT_PUBLIC_KEY_2=b\n",
            "env:\n  KEY: ${{ secrets.NEXT_PUBLIC_KEY }}\n",
            "const a = process.env.KEY!;\nconst b = process.env[\"KEY\"];\n",
        ];
        assert_eq!(after.unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_renamed_is_left_alone() {
        for code in [
            "const { NEXT_PUBLIC_KEY } = process.env;\n",
            "const a = import.meta.env.NEXT_PUBLIC_KEY;\n",
            "const a = read(\"NEXT_PUBLIC_KEY\") ?? process.env.NEXT_PUBLIC_KEY;\n",
        ] {
            assert_eq!(renamed(&[("a.ts", code)]), None, "{code}");
        }
        assert_eq!(renamed(&[(".env", "NEXT_PUBLIC_KEY=a\nKEY=b\n")]), None);
    }
}
