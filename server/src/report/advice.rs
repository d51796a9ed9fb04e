//! A finding as an assistant is told of it: what is wrong, what a stranger could do, and the exact edit that repairs it.
//! Short, since every word costs the reader, and without any secret.

use super::diff::{self, Line};
use super::fingerprint::Names;
use super::page;
use super::paint::harmless;
use super::{Redactor, Repair, Texts, renew};
use crate::project::Project;
use crate::rules::{Finding, RuleMeta};
use crate::text::{FileId, position};

/// What is needed to tell of findings.
pub struct Advice<'a> {
    pub project: &'a Project,
    pub rules: &'a [&'a RuleMeta<'a>],
    pub redactor: Redactor,
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

    /// For each finding a name that stays while its line does, wherever that moves. It is a hash: there is nothing to be read in it.
    /// Findings that are equal on equal lines are told apart by counting them, so all that are shown of a file belong together here.
    pub fn keys(&self, findings: &[Finding]) -> Vec<String> {
        let mut names = Names::default();
        let name = |finding: &Finding| {
            let document = self.project.file(&finding.place.file).map(|known| &known.document);
            let line = document.map(|document| super::essence(document, finding.place.span, &self.redactor)).unwrap_or_default();
            names.name(&[finding.rule.as_str(), &finding.detail, self.project.relative(&finding.place.file), &finding.message, &line])
        };
        findings.iter().map(name).collect()
    }

    /// Text of the project's own, on one line, without secrets.
    pub fn clean(&self, text: &str) -> String {
        harmless(&self.redactor.clean(text).split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
    }

    /// Everything to be said of one finding, in lines, with a repair that was carried out and looked at.
    pub fn tell(&self, finding: &Finding, checked: Option<&Repair>) -> String {
        let meta = self.rules.iter().find(|meta| meta.id == finding.rule);
        let mut out = format!("{} {} [{}]: {}\n", self.place(finding), finding.rule, finding.level.word(), self.message(finding));
        for related in finding.related.iter().take(3) {
            let at = Finding { place: related.place.clone(), ..finding.clone() };
            out.push_str(&format!("   See also {}: {}\n", self.place(&at), self.clean(&related.message)));
        }
        if let Some(new) = renew::of(finding) {
            out.push_str(&format!("   It has been seen: {new}\n"));
        }
        if let Some(why) = meta.and_then(|meta| page::what_can_happen(meta.page)) {
            out.push_str(&format!("   Why it matters: {why}\n"));
        }
        match checked {
            Some(repair) => self.repair(repair, &mut out),
            None => {
                if let Some(how) = meta.and_then(|meta| page::how_to_fix(meta.page)) {
                    out.push_str(&format!("   How to repair it: {how}\n"));
                }
            }
        }
        out
    }

    fn repair(&self, repair: &Repair, out: &mut String) {
        out.push_str(&format!("   Repair, tried out already (the code parses, the finding is gone, nothing new is found): {}.\n", self.clean(&repair.title)));
        if repair.needs_review {
            out.push_str("   It decides who may do what: make sure that this is what the application is meant to do.\n");
        }
        let (hunks, hides) = self.difference(repair);
        out.push_str(&hunks);
        if hides {
            out.push_str("   (••• stands for a value that is not repeated here.)\n");
        }
        if let Some(note) = &repair.note {
            out.push_str(&format!("   To be done by hand: {}\n", self.clean(note)));
        }
    }

    /// What the repair changes, as a small difference, and whether anything in it is hidden.
    pub fn difference(&self, repair: &Repair) -> (String, bool) {
        let (mut out, mut left, mut hides) = (String::new(), MOST_LINES, false);
        for change in &repair.changes {
            let before = self.project.file(&change.file).map(|known| &*known.document);
            // What was there already is left alone.
            if change.creates && before.is_some() {
                continue;
            }
            out.push_str(&format!("   {} {}\n", if before.is_some() { "in" } else { "new file" }, self.named(&change.file)));
            for hunk in diff::hunks(&change.file, before, &change.replacements, 0, &self.redactor).unwrap_or_default() {
                let (line, size) = (hunk.before.0, hunk.lines.len());
                if size > left {
                    out.push_str(&format!("   @@ line {line}: {size} lines, not shown\n"));
                    continue;
                }
                left -= size;
                out.push_str(&format!("   @@ line {line}\n"));
                for line in &hunk.lines {
                    let (sign, text) = match line {
                        Line::Kept(text) => (' ', text),
                        Line::Gone(text) => ('-', text),
                        Line::Come(text) => ('+', text),
                    };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{RULES, finding, project};
    use crate::report::{Change, Repair};
    use crate::rules::Level;
    use crate::text::Span;

    #[test]
    fn what_why_and_the_exact_edit_are_told() {
        let (project, file) = project("app.ts", "first();\nopen(a);\n");
        let found = finding("missing-auth", &project, &file, "open(a)", Level::Error);
        let advice = Advice::new(&project, RULES, std::slice::from_ref(&found));
        let change = Change { file, creates: false, replacements: vec![(Span::new(15, 15), ", user".into())] };
        let repair = Repair { title: "Ask who is calling".into(), needs_review: true, tried: true, note: Some("Sign in once.".into()), changes: vec![change] };
        let told = advice.tell(&found, Some(&repair));
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

    #[test]
    fn equal_findings_on_equal_lines_have_names_of_their_own() {
        let (project, file) = project("app.ts", "open(a);\nopen(a);\n");
        let first = finding("missing-auth", &project, &file, "open(a)", Level::Error);
        let mut second = first.clone();
        second.place.span = Span::new(9, 16);
        let both = [first, second];
        let keys = Advice::new(&project, RULES, &both).keys(&both);
        assert_ne!(keys[0], keys[1]);
    }
}
