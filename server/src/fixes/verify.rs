//! What every fix must keep: the code still parses, the finding is gone, nothing new is found, nothing else has moved.

use std::fmt::Display;

use super::{Fix, apply, edits};
use crate::project::{File, Project};
use crate::rules::{Finding, admin_open, csrf_disabled, missing_auth, missing_ownership};
use crate::text::FileId;

/// Carries the fix out and looks. `check` gives all findings of a project, or says why it cannot, which proves nothing. The error says, in
/// words, what is wrong.
pub fn verify<E: Display>(before: &Project, fix: &Fix, check: impl Fn(&Project) -> Result<Vec<Finding>, E>, finding: &Finding) -> Result<(), String> {
    well_formed(before, fix)?;
    let after = apply::apply(before, fix).ok_or("an edit does not fit the text")?;
    for edit in &fix.edits {
        untouched_outside(before, &after, fix, &edit.file)?;
        let broken = |project: &Project| project.file(&edit.file).map_or(0, errors);
        if broken(&after) > broken(before) {
            return Err(format!("{} no longer parses as it did", edit.file));
        }
    }
    let check = |project: &Project| check(project).map_err(|why| format!("it could not be looked at: {why}"));
    let (found, left) = (check(before)?, check(&after)?);
    if count(&found, finding) == 0 {
        return Err(format!("{} is not found as it is now", finding.rule));
    }
    if left.iter().any(|other| is_same(other, finding)) && count(&left, finding) >= count(&found, finding) {
        return Err(format!("{} is still found", finding.rule));
    }
    for new in &left {
        if count(&left, new) > count(&found, new) && !was_hidden(finding, new) {
            return Err(format!("{} is found anew in {}: {}", new.rule, new.place.file, new.message));
        }
    }
    Ok(())
}

/// Where nobody had to be signed in, it was not asked yet what those who are may do, nor what another site may have them do.
fn was_hidden(finding: &Finding, new: &Finding) -> bool {
    finding.rule == missing_auth::META.id && [&missing_ownership::META.id, &admin_open::META.id, &csrf_disabled::META.id].contains(&&new.rule)
}

/// Edits in order, without overlap, each of a file of its own, and a note without what was hidden.
fn well_formed(before: &Project, fix: &Fix) -> Result<(), String> {
    if fix.edits.is_empty() {
        return Err("the fix changes nothing".to_owned());
    }
    for (index, edit) in fix.edits.iter().enumerate() {
        if fix.edits[..index].iter().any(|other| other.file == edit.file) {
            return Err(format!("{} is edited twice", edit.file));
        }
        if edit.create == before.file(&edit.file).is_some() {
            return Err(format!("{} is created though it exists, or edited though it does not", edit.file));
        }
        if edits::ordered(edit.edits.clone()).as_ref() != Some(&edit.edits) {
            return Err(format!("the edits of {} overlap or are out of order", edit.file));
        }
    }
    Ok(())
}

/// Every byte outside the edits is where it was, and the edits put exactly their own text in between.
fn untouched_outside(before: &Project, after: &Project, fix: &Fix, file: &FileId) -> Result<(), String> {
    let text = |project: &Project| project.file(file).map(|file| file.document.text()).unwrap_or_default();
    let (before, after) = (text(before), text(after));
    let mut rest = after.as_str();
    let mut at = 0;
    let moved = || format!("{file} changes outside the edits");
    for edit in fix.edits.iter().filter(|edit| edit.file == *file).flat_map(|edit| &edit.edits) {
        let kept = before.get(at..edit.span.start as usize).ok_or_else(moved)?;
        rest = rest.strip_prefix(kept).and_then(|rest| rest.strip_prefix(edit.text.as_str())).ok_or_else(moved)?;
        at = edit.span.end as usize;
    }
    if before.get(at..) == Some(rest) { Ok(()) } else { Err(moved()) }
}

/// How many places of a file could not be read.
fn errors(file: &File) -> usize {
    file.model.as_ref().map_or(0, |model| model.segments.iter().map(|placed| placed.segment.errors.len()).sum())
}

/// Places move when text is inserted above them, so findings are told apart by what they say.
fn is_same(a: &Finding, b: &Finding) -> bool {
    a.rule == b.rule && a.detail == b.detail && a.place.file == b.place.file && a.message == b.message
}

fn count(findings: &[Finding], like: &Finding) -> usize {
    findings.iter().filter(|finding| is_same(finding, like)).count()
}
