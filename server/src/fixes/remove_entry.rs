//! An entry of an object is taken out, with its comma, and with its line if it has that to itself.

use super::edits::Edits;
use super::{Fix, Grade};
use crate::model::{Entry, ExprKind, FileModel};
use crate::project::Project;
use crate::rules::Place;
use crate::text::{Name, Span, lines};

pub fn fix(project: &Project, entry: &Place, name: &Name) -> Option<Fix> {
    let mut edits = Edits::default();
    take_out(project, entry, &mut edits)?;
    Some(Fix {
        title: format!("Remove {name}"),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some(
            "What relied on it fails until the call is made on a server. If a key was already deployed with it, treat the key as seen and replace it."
                .to_owned(),
        ),
        suppresses: false,
    })
}

pub(super) fn take_out(project: &Project, entry: &Place, edits: &mut Edits) -> Option<()> {
    let known = project.file(&entry.file)?;
    let text = known.document.text();
    let span = known.model.as_deref().and_then(|model| with_its_key(model, entry.span)).unwrap_or(entry.span);
    edits.replace(&entry.file, extent(&text, span)?, "");
    Some(())
}

/// The entry whose value stands there.
fn with_its_key(model: &FileModel, value: Span) -> Option<Span> {
    let placed = model.segment_at(value.start)?;
    let entries = placed.segment.exprs.iter().filter_map(|expr| if let ExprKind::Object(entries) = &expr.kind { Some(entries) } else { None });
    let is_it = |entry: &&Entry| matches!(entry, Entry::Field { value: of, .. } if placed.absolute(placed.segment[*of].span) == value);
    entries.flatten().find(is_it).map(|entry| placed.absolute(entry.span()))
}

/// The entry with the comma that goes with it.
pub(super) fn extent(text: &str, entry: Span) -> Option<Span> {
    let after = text.get(entry.end as usize..)?;
    let blank = after.len() - after.trim_start_matches([' ', '\t']).len();
    if after.get(blank..)?.starts_with(',') {
        let end = entry.end + blank as u32 + 1;
        let rest = text.get(end as usize..lines::line_stop(text, end) as usize)?;
        if lines::begins_line(text, entry.start) && rest.trim().is_empty() {
            return Some(Span::new(lines::line_start(text, entry.start), lines::next_line(text, end)));
        }
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        return Some(Span::new(entry.start, end + spaces as u32));
    }
    // The last one goes with the comma before it.
    let before = text.get(..entry.start as usize)?.trim_end();
    let start = if before.ends_with(',') { before.len() as u32 - 1 } else { entry.start };
    Some(Span::new(start, entry.end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::testing::{after, file, project};

    #[test]
    fn the_comma_goes_with_it() {
        for (before, expected) in [
            ("f({ a: 1, flag: true });", "f({ a: 1 });"),
            ("f({ flag: true, a: 1 });", "f({ a: 1 });"),
            ("f({\n  a: 1,\n  flag: true,\n});", "f({\n  a: 1,\n});"),
            ("f({\n  flag: true,\n  a: 1\n});", "f({\n  a: 1\n});"),
            ("f({ flag: true });", "f({  });"),
        ] {
            let known = project(&[("a.ts", before)]);
            let start = before.find("flag").unwrap();
            let place = Place { file: file("a.ts"), span: Span::from(start..start + "flag: true".len()) };
            assert_eq!(after(&known, &fix(&known, &place, &"flag".into()).unwrap(), &["a.ts"]), [expected]);
        }
    }
}
