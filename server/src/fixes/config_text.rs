//! Moving a secret out of a file that is no code but knows variables: Docker Compose, workflows, `.npmrc`, a Prisma schema.

use super::edits::Edits;
use super::env_name::EnvName;
use super::env_target::{self, Origin};
use super::move_to_env::{seen, shown, still_in_git};
use super::stack::Setting;
use super::{Fix, Grade};
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{FileId, Name, Span, lines};

pub fn fix(project: &Project, place: &Place, name: &Name, kind: &Name) -> Option<Fix> {
    let known = project.file(&place.file)?;
    let language = known.document.language;
    let text = known.document.text();
    let setting = Setting::of(project, &place.file, language, None)?;
    let value = inner(&text, place.span);
    let raw = value.of(&text);
    // Escapes and references would have to be understood before they can be moved.
    if raw.is_empty() || raw.contains(['\\', '$', '\n', '\r', '"', '\'']) || in_comment(&text, value.start) {
        return None;
    }
    let span = if language == Language::Prisma { quoted(&text, value)? } else { value };
    let wish = EnvName::from_words(name)?;
    let mut edits = Edits::default();
    let variable = env_target::place(project, &setting, &wish, raw, &mut edits)?;
    if language == Language::Prisma && project.version_of(&place.file, "prisma").is_some_and(|version| version.major >= 7) {
        beside_the_schema(project, &place.file, &text, span, &setting, &variable.name, &mut edits)?;
    } else {
        edits.replace(&place.file, span, setting.words(&variable.name));
    }
    env_target::accompany(project, &setting, &variable, &mut edits);
    let title = match variable.origin {
        Origin::Provided => format!("Replace by {} (value hidden)", setting.words(&variable.name)),
        Origin::Written => format!("Move to {} in {} (value hidden)", variable.name, shown(project, &setting.env_file)),
        Origin::Known => format!("Read {} from {} (value hidden)", variable.name, shown(project, &setting.env_file)),
    };
    let env_file = shown(project, &setting.env_file);
    let goes_to = if variable.origin == Origin::Provided { "the settings named below" } else { &env_file };
    let note = format!("{} {}{}", seen(project, &place.file, kind, goes_to), setting.stack.note, still_in_git(project, &setting.env_file));
    Some(Fix { title, grade: Grade::NeedsReview, preferred: true, edits: edits.finish()?, note: Some(note), suppresses: false })
}

/// Prisma 7 takes no address in the schema: it stands in `prisma.config.ts`, which is made if there is none.
fn beside_the_schema(project: &Project, schema: &FileId, text: &str, span: Span, setting: &Setting, name: &EnvName, edits: &mut Edits) -> Option<()> {
    let line = Span::new(lines::line_start(text, span.start), lines::next_line(text, span.end));
    let is_alone = line.of(text).trim_start().strip_prefix("url").is_some_and(|rest| rest.trim_start().starts_with('='));
    if !is_alone || text.get(span.end as usize..line.end as usize).is_some_and(|rest| !rest.trim().is_empty()) {
        return None;
    }
    edits.replace(schema, line, "");
    let config = setting.package.file("prisma.config.ts");
    match project.file(&config) {
        // It says already where the database is.
        Some(known) => known.document.text().contains("datasource").then_some(()),
        None => {
            let path = schema.as_str().strip_prefix(&setting.package.folder)?.trim_start_matches('/');
            edits.create(
                &config,
                format!(
                    "import \"dotenv/config\";\nimport {{ defineConfig, env }} from \"prisma/config\";\n\nexport default defineConfig({{\n  schema: \"{path}\",\n  datasource: {{ url: env(\"{name}\") }},\n}});\n"
                ),
            );
            Some(())
        }
    }
}

/// Without the quotes, if the place has them.
fn inner(text: &str, span: Span) -> Span {
    match span.of(text).as_bytes() {
        [open @ (b'"' | b'\''), .., close] if open == close => Span::new(span.start + 1, span.end - 1),
        _ => span,
    }
}

/// With the quotes right around it.
fn quoted(text: &str, inner: Span) -> Option<Span> {
    let span = Span::new(inner.start.checked_sub(1)?, inner.end + 1);
    let raw = span.of(text);
    (raw.starts_with('"') && raw.ends_with('"')).then_some(span)
}

fn in_comment(text: &str, offset: u32) -> bool {
    let before = Span::new(lines::line_start(text, offset), offset).of(text);
    let trimmed = before.trim_start();
    trimmed.starts_with(['#', ';']) || trimmed.starts_with("//") && trimmed.starts_with("// ") || before.contains(" #")
}
