//! A finding as an assistant is told of it: what is wrong, what a stranger could do, and the exact edit that repairs it.
//! Short, since every word costs the reader, and without any secret.

use sha2::{Digest, Sha256};

use super::difference::{self, Hunk};
use super::page;
use super::paint::harmless;
use super::{Redactor, Repair, Texts};
use crate::project::Project;
use crate::rules::{Finding, Level, RuleMeta};
use crate::text::{FileId, position};

/// What is needed to tell of findings.
pub struct Advice<'a> {
    pub project: &'a Project,
    pub rules: &'a [&'a RuleMeta<'a>],
    pub redactor: Redactor,
}

/// A repair that was carried out and looked at, and what it leads to.
pub struct Checked<'a> {
    pub repair: &'a Repair,
    pub after: &'a Project,
}

/// A repair of more lines is named, not shown.
const MOST_LINES: usize = 60;

impl<'a> Advice<'a> {
    /// `findings`: all there are, also those that are not shown: a silenced key is still a key.
    pub fn new(project: &'a Project, rules: &'a [&'a RuleMeta<'a>], findings: &[Finding]) -> Advice<'a> {
        Advice { redactor: Redactor::new(&Texts::of(project), rules, findings), project, rules }
    }

    /// Where it stands: the path below the project's folder, and a line from 1.
    pub fn place(&self, finding: &Finding) -> String {
        format!("{}:{}", self.project.relative(&finding.place.file), self.line(finding))
    }

    pub fn line(&self, finding: &Finding) -> usize {
        let document = self.project.file(&finding.place.file).map(|known| &known.document);
        document.map_or(1, |document| position::position(document.rope(), finding.place.span.start, crate::text::Encoding::Utf8).line as usize + 1)
    }

    /// The message, on one line, without secrets.
    pub fn message(&self, finding: &Finding) -> String {
        self.clean(&finding.message)
    }

    /// A name for a finding that stays while its line does, wherever that moves. It is a hash: there is nothing to be read in it.
    pub fn key(&self, finding: &Finding) -> String {
        let document = self.project.file(&finding.place.file).map(|known| &known.document);
        let line = document.map(|document| super::essence(document, finding.place.span, &self.redactor)).unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [finding.rule.as_str(), &finding.detail, self.project.relative(&finding.place.file), &finding.message, &line] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Text of the project's own, on one line, without secrets.
    pub fn clean(&self, text: &str) -> String {
        harmless(&self.redactor.clean(text).split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
    }

    /// Everything to be said of one finding, in lines.
    pub fn tell(&self, finding: &Finding, checked: Option<&Checked<'_>>) -> String {
        let meta = self.rules.iter().find(|meta| meta.id == finding.rule);
        let mut out = format!("{} {} [{}]: {}\n", self.place(finding), finding.rule, word(finding.level), self.message(finding));
        for related in finding.related.iter().take(3) {
            let at = Finding { place: related.place.clone(), ..finding.clone() };
            out.push_str(&format!("   See also {}: {}\n", self.place(&at), self.clean(&related.message)));
        }
        if let Some(why) = meta.and_then(|meta| page::what_can_happen(meta.page)) {
            out.push_str(&format!("   Why it matters: {why}\n"));
        }
        match checked {
            Some(checked) => self.repair(checked, &mut out),
            None => {
                if let Some(how) = meta.and_then(|meta| page::how_to_fix(meta.page)) {
                    out.push_str(&format!("   How to repair it: {how}\n"));
                }
            }
        }
        out
    }

    fn repair(&self, checked: &Checked<'_>, out: &mut String) {
        let repair = checked.repair;
        out.push_str(&format!("   Repair, tried out already (the code parses, the finding is gone, nothing new is found): {}.\n", self.clean(&repair.title)));
        if repair.needs_review {
            out.push_str("   It decides who may do what: make sure that this is what the application is meant to do.\n");
        }
        let (hunks, hides) = self.difference(checked);
        out.push_str(&hunks);
        if hides {
            out.push_str("   (••• stands for a value that is not repeated here.)\n");
        }
        if let Some(note) = &repair.note {
            out.push_str(&format!("   To be done by hand: {}\n", self.clean(note)));
        }
    }

    /// What the repair changes, as a small difference, and whether anything in it is hidden.
    pub fn difference(&self, checked: &Checked<'_>) -> (String, bool) {
        let (mut out, mut left, mut hides) = (String::new(), MOST_LINES, false);
        for change in &checked.repair.changes {
            let Some(after) = checked.after.file(&change.file) else { continue };
            let before = self.project.file(&change.file).map(|known| &*known.document);
            out.push_str(&format!("   {} {}\n", if before.is_some() { "in" } else { "new file" }, self.named(&change.file)));
            for Hunk { line, old, new } in difference::hunks(before, &after.document, &change.replacements, &self.redactor) {
                let size = old.len() + new.len();
                if size > left {
                    out.push_str(&format!("   @@ line {line}: {size} lines, not shown\n"));
                    continue;
                }
                left -= size;
                out.push_str(&format!("   @@ line {line}\n"));
                for (sign, text) in old.iter().map(|text| ('-', text)).chain(new.iter().map(|text| ('+', text))) {
                    hides |= text.contains(super::redact::MASK);
                    out.push_str(&format!("   {sign} {text}\n"));
                }
            }
        }
        (out, hides)
    }

    fn named(&self, file: &FileId) -> String {
        self.clean(self.project.relative(file))
    }
}

/// The word for a level.
pub fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Information => "information",
        Level::Hint => "hint",
        Level::Hidden => "possible",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{RULES, finding, project};
    use crate::report::{Change, Repair};
    use crate::syntax::{Document, Language};
    use crate::text::Span;

    #[test]
    fn what_why_and_the_exact_edit_are_told() {
        let (project, file) = project("app.ts", "first();\nopen(a);\n");
        let found = finding("missing-auth", &project, &file, "open(a)", Level::Error);
        let advice = Advice::new(&project, RULES, std::slice::from_ref(&found));
        let after = Document::new(file.clone(), Language::TypeScript, 1, "first();\nopen(a, user);\n");
        let after = project.with(vec![(file.clone(), Some(std::sync::Arc::new(after)))]);
        let change = Change { file, creates: false, replacements: vec![(Span::new(15, 15), ", user".into())] };
        let repair = Repair { title: "Ask who is calling".into(), needs_review: true, note: Some("Sign in once.".into()), changes: vec![change] };
        let told = advice.tell(&found, Some(&Checked { repair: &repair, after: &after }));
        for part in [
            "app.ts:2 missing-auth [error]: Anybody can call this",
            "nothing new is found): Ask who is calling.\n",
            "   in app.ts\n   @@ line 2\n   - open(a);\n   + open(a, user);\n",
            "   To be done by hand: Sign in once.\n",
        ] {
            assert!(told.contains(part), "{part:?} is not in:\n{told}");
        }
        assert!(!advice.tell(&found, None).contains("tried out"));
    }
}
