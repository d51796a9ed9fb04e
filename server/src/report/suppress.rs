//! Which findings a person has silenced, and which marks do not do what they look like.

use rustc_hash::{FxHashMap, FxHashSet};

use super::marks::{self, Marks, Target};
use crate::config::{Audience, Config};
use crate::facts::signs::Sign;
use crate::model::{FileModel, comment_line};
use crate::project::{File, Project};
use crate::rules::{Finding, Level, Place, RuleId, RuleMeta};
use crate::syntax::Document;
use crate::text::{Date, FileId, Name};

/// Something to tell about a mark: shown like a finding of level information.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    pub place: Place,
    pub message: String,
}

/// A finding that a person has silenced, and why.
#[derive(Clone, PartialEq, Debug)]
pub struct Silenced {
    pub finding: Finding,
    pub reason: String,
}

/// Findings after the marks were obeyed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Judged {
    pub kept: Vec<Finding>,
    pub silenced: Vec<Silenced>,
    pub notes: Vec<Note>,
    /// Marks that hold and silence nothing. True only if all findings of the file were judged, hidden ones included.
    pub unused: Vec<Unused>,
}

/// A mark about a rule that finds nothing where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unused {
    pub rule: Name,
    pub note: Note,
}

/// Whether anybody is to hear of it before the marks are asked: what is only possible is for auditors, and the configuration silences some.
pub fn is_told(config: &Config, finding: &Finding, today: Date) -> bool {
    let is_for_all = finding.level != Level::Hidden || config.audience == Audience::Auditor;
    is_for_all && config.suppressed(finding.rule.as_str(), &finding.place.file, today).is_none()
}

/// Obeys the marks of one file. `today` decides about marks that end.
pub fn judge_file(known: &File, rules: &[&RuleMeta], findings: Vec<Finding>, today: Date) -> Judged {
    let (document, model) = (&*known.document, known.model.as_deref());
    // Most files have none, and this is asked at each keystroke.
    if document.embedded().is_none() && !known.signs.has(Sign::Mark) {
        return Judged { kept: findings, ..Judged::default() };
    }
    let marks = marks::read(document, model);
    let mut judged = Judged { notes: notes(document, &marks, rules, today), ..Judged::default() };
    let in_force = marks.in_force(today);
    let mut used: FxHashSet<(u32, RuleId)> = FxHashSet::default();
    for finding in findings {
        let span = finding.place.span;
        let (first, last) = (line(document, span.start), line(document, span.end));
        let silencing = in_force.over(&finding, first, last).or_else(|| {
            // Inside of a text that spans lines no comment can stand: the mark is above all of it.
            let above = in_force.hold_lines().then(|| line_above(document, model, span.start)).flatten()?;
            in_force.over_line(&finding, above)
        });
        match silencing {
            Some(mark) => {
                used.insert((mark.span.start, finding.rule.clone()));
                judged.silenced.push(Silenced { finding, reason: mark.reason.clone() });
            }
            None => judged.kept.push(finding),
        }
    }
    judged.unused = unused(document, &marks, rules, &used, today);
    judged
}

/// A mark above a line may be one of several in a comment, but two of them for one rule would be one too many.
fn unused(document: &Document, marks: &Marks, rules: &[&RuleMeta], used: &FxHashSet<(u32, RuleId)>, today: Date) -> Vec<Unused> {
    let mut unused = Vec::new();
    for mark in marks.marks.iter().filter(|mark| !mark.is_over(today)) {
        for target in &mark.targets {
            let Target::Rule { rule, .. } = target else { continue };
            let Some(meta) = rules.iter().find(|meta| meta.id.as_str() == rule) else { continue };
            if !used.contains(&(mark.span.start, meta.id.clone())) {
                let place = Place { file: document.file.clone(), span: mark.span };
                let message = format!("`{rule}` finds nothing here any more: this mark can go.");
                unused.push(Unused { rule: rule.clone(), note: Note { place, message } });
            }
        }
    }
    unused
}

/// Obeys the marks of all files. Findings keep their order; notes are ordered by place.
pub fn judge(project: &Project, rules: &[&RuleMeta], findings: Vec<Finding>, today: Date) -> Judged {
    let mut by_file: FxHashMap<FileId, Vec<Finding>> = FxHashMap::default();
    let mut order: Vec<FileId> = Vec::new();
    for finding in findings {
        let file = finding.place.file.clone();
        by_file
            .entry(file.clone())
            .or_insert_with(|| {
                order.push(file);
                Vec::new()
            })
            .push(finding);
    }
    let mut silent: Vec<&FileId> = project.files().map(|(file, _)| file).filter(|file| !by_file.contains_key(*file)).collect();
    silent.sort();
    let mut all = Judged::default();
    for file in order.iter().chain(silent) {
        let findings = by_file.remove(file).unwrap_or_default();
        let Some(known) = project.file(file) else {
            all.kept.extend(findings);
            continue;
        };
        let judged = judge_file(known, rules, findings, today);
        all.kept.extend(judged.kept);
        all.silenced.extend(judged.silenced);
        all.notes.extend(judged.notes);
        all.unused.extend(judged.unused);
    }
    all.unused.sort_by(|a, b| a.note.place.cmp(&b.note.place));
    all.notes.sort_by(|a, b| a.place.cmp(&b.place));
    all
}

fn notes(document: &Document, marks: &Marks, rules: &[&RuleMeta], today: Date) -> Vec<Note> {
    let at = |span| Place { file: document.file.clone(), span };
    let mut notes: Vec<Note> = marks.misread.iter().map(|misread| Note { place: at(misread.span), message: misread.message.clone() }).collect();
    for mark in &marks.marks {
        for target in &mark.targets {
            let Target::Rule { rule, .. } = target else { continue };
            if !rules.iter().any(|meta| meta.id.as_str() == rule) {
                let meant = nearest(rule, rules).map(|id| format!(" Did you mean `{id}`?")).unwrap_or_default();
                notes.push(Note { place: at(mark.span), message: format!("There is no rule `{rule}`, so this silences nothing.{meant}") });
            }
        }
        if let (Some(until), true) = (mark.until, mark.is_over(today)) {
            notes.push(Note { place: at(mark.span), message: format!("This mark ended on {until} and silences nothing any more.") });
        }
    }
    notes
}

/// The line that a comment about this place would stand above.
fn line_above(document: &Document, model: Option<&FileModel>, offset: u32) -> Option<u32> {
    let start = comment_line::comment_line(document, model, offset)?;
    Some(line(document, start)).filter(|above| *above != line(document, offset))
}

fn line(document: &Document, offset: u32) -> u32 {
    let rope = document.lines();
    rope.byte_to_line((offset as usize).min(rope.len_bytes())) as u32
}

/// The rule whose id is most like a misspelt one, if one is like it at all.
pub fn nearest<'r>(id: &str, rules: &[&'r RuleMeta]) -> Option<&'r str> {
    let id: String = id.chars().take(64).collect();
    let best = rules.iter().map(|meta| (distance(&id, meta.id.as_str()), meta.id.as_str())).min()?;
    let inside = rules.iter().map(|meta| meta.id.as_str()).find(|known| id.len() >= 4 && known.contains(&id));
    if best.0 <= 1 + best.1.len() / 4 { Some(best.1) } else { inside }
}

/// How many letters must be added, dropped or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{RULES, finding, project};
    use crate::rules::Level;

    fn judged(name: &str, text: &str, findings: &[(&str, &str)], today: &str) -> Judged {
        let (project, file) = project(name, text);
        let findings = findings.iter().map(|(rule, part)| finding(rule, &project, &file, part, Level::Error)).collect();
        judge(&project, RULES, findings, Date::parse(today).expect("a day"))
    }

    #[test]
    fn the_line_below_a_mark_is_silenced_and_no_other() {
        let text = "-- guardline-ignore-next-line rls-missing: a public lookup table\ncreate table a();\ncreate table b();\n";
        let judged = judged("a.sql", text, &[("rls-missing", "table a"), ("rls-missing", "table b"), ("sql-injection", "table a")], "2026-01-01");
        assert_eq!(judged.kept.len(), 2);
        assert_eq!(judged.silenced[0].reason, "a public lookup table");
        assert_eq!(judged.notes, []);
    }

    #[test]
    fn a_mark_above_a_text_covers_all_its_lines() {
        let text = "f();\n// guardline-ignore-next-line secret-hardcoded: a sample\nconst a = `x\n  key\n`;\nconst key = 1;\n";
        let silenced = judged("a.ts", text, &[("secret-hardcoded", "  key")], "2026-01-01");
        assert_eq!((silenced.kept.len(), silenced.silenced.len()), (0, 1));
        let kept = judged("a.ts", text, &[("secret-hardcoded", "const key")], "2026-01-01");
        assert_eq!(kept.kept.len(), 1);
    }

    #[test]
    fn a_detail_narrows_a_mark() {
        let text = "-- guardline-ignore-file rls-missing[other]: because\ncreate table a();\n";
        assert_eq!(judged("a.sql", text, &[("rls-missing", "table a")], "2026-01-01").kept.len(), 1);
    }

    #[test]
    fn marks_end() {
        let text = "-- guardline-ignore-next-line rls-missing until 2026-03-31: launch first\ncreate table a();\n";
        assert_eq!(judged("a.sql", text, &[("rls-missing", "table a")], "2026-03-31").kept.len(), 0);
        let over = judged("a.sql", text, &[("rls-missing", "table a")], "2026-04-01");
        assert_eq!(over.kept.len(), 1);
        assert_eq!(over.notes[0].message, "This mark ended on 2026-03-31 and silences nothing any more.");
    }

    #[test]
    fn other_scanners_marks_silence_secrets_only() {
        let text = "KEY=abc # gitleaks:allow\n";
        let judged = judged(".env", text, &[("secret-hardcoded", "abc"), ("public-env-secret", "KEY")], "2026-01-01");
        let kept: Vec<&str> = judged.kept.iter().map(|finding| finding.rule.as_str()).collect();
        assert_eq!(kept, ["public-env-secret"]);
    }

    #[test]
    fn marks_of_scanners_of_code_silence_secrets_if_they_name_them() {
        let is_kept = |mark: &str| judged("a.py", &format!("KEY = 'abc'  # {mark}\n"), &[("secret-hardcoded", "abc")], "2026-01-01").kept.len() == 1;
        for mark in ["nosec", "nosec B105", "nosec: B106", "nosemgrep", "nosemgrep: generic.secrets.found", "noqa: S105", "noqa: E501,S106", "nosec # a sample"]
        {
            assert!(!is_kept(mark), "{mark}");
        }
        for mark in ["nosec B608", "noqa", "noqa: E501", "nosemgrep: python.flask.xss", "nosector", "unosec"] {
            assert!(is_kept(mark), "{mark}");
        }
    }

    #[test]
    fn a_mark_that_silences_nothing_is_told() {
        let text = "-- guardline-ignore-next-line rls-missing, sql-injection: a public lookup table\ncreate table a();\n-- guardline-ignore-file weak-random until 2020-01-01: over\nselect 1; -- gitleaks:allow\n";
        let judged = judged("a.sql", text, &[("rls-missing", "table a")], "2026-01-01");
        let told: Vec<&str> = judged.unused.iter().map(|unused| unused.note.message.as_str()).collect();
        assert_eq!(told, ["`sql-injection` finds nothing here any more: this mark can go."]);
    }

    #[test]
    fn an_unknown_rule_is_told_even_where_nothing_was_found() {
        let judged = judged("a.sql", "-- guardline-ignore-file sql-injektion: our own text\n", &[], "2026-01-01");
        assert_eq!(judged.notes[0].message, "There is no rule `sql-injektion`, so this silences nothing. Did you mean `sql-injection`?");
    }

    #[test]
    fn misspelt_ids_are_guessed_within_reason() {
        assert_eq!(nearest("secret-hard-coded", RULES), Some("secret-hardcoded"));
        assert_eq!(nearest("hardcoded", RULES), Some("secret-hardcoded"));
        assert_eq!(nearest("quantum-entanglement", RULES), None);
        assert_eq!(nearest("", RULES), None);
    }
}
