//! What fixes did, told, and the report on what remains.

use anyhow::{Context, Result};
use rustc_hash::FxHashSet;

use super::Fixing;
use crate::cli::args::Format;
use crate::cli::audit::{self, trying};
use crate::cli::{STOPPED, output};
use crate::engine::NoAnswer;
use crate::report::paint::Tone;
use crate::rules::own::Known;
use crate::text::FileId;

impl Fixing<'_> {
    /// What was done, and then the report on what remains.
    pub(super) fn tell(&mut self, notes: Vec<String>, no_color: bool) -> Result<u8> {
        self.summary()?;
        let known = Known::of(&self.snapshot.config);
        let rules = known.all();
        let targets = self.judging.targets;
        let (_, evidence) = match self.engine.survey(&self.snapshot, &|file| targets.cover(file), &mut |_| {}, self.cancel) {
            Err(NoAnswer::Cancelled) => {
                let _ = output::complain("stopped");
                return Ok(STOPPED);
            }
            looked_at => looked_at?,
        };
        let report = self.report(&self.snapshot, &rules, notes, evidence);
        let report = trying::with_repairs(&self.snapshot, report, Some(&mut self.engine), trying::PATIENCE, self.cancel);
        let code = self.judging.exit_code(&report);
        let to_read = report.entries.iter().filter(|entry| entry.repairs.first().is_some_and(|repair| repair.tried && repair.needs_review)).count();
        if to_read > 0 && !self.judging.audit.repair.review {
            let (of_them, it, each) =
                if to_read == 1 { ("1 problem has a fix", "it is", "it") } else { (&*format!("{to_read} problems have fixes"), "they are", "each") };
            self.say(&format!("{of_them} to be read before {it} applied: `guardline audit --fix --review` shows {each} and asks.\n"))?;
        }
        if self.judging.audit.repair.dry_run {
            let remain = audit::counted(report.entries.len(), "problem would remain", "problems would remain");
            self.say(&format!("{remain}. Nothing was written.\n"))?;
            return Ok(code.max(u8::from(!self.done.is_empty())));
        }
        audit::write(self.judging.audit, &report, no_color)?;
        Ok(code)
    }

    pub(super) fn summary(&self) -> Result<()> {
        let is_dry = self.judging.audit.repair.dry_run;
        let files: FxHashSet<&FileId> = self.done.iter().flat_map(|done| &done.files).collect();
        let in_files = audit::counted(files.len(), "file", "files");
        let mut out = String::from("\n");
        let mut line = |text: String| {
            out.push_str(&text);
            out.push('\n');
        };
        let head = match (self.done.len(), is_dry) {
            (0, false) => "Nothing was changed: no fix could be applied.".to_owned(),
            (0, true) => "No fix could be applied.".to_owned(),
            (n, false) => format!("{} in {in_files}.", audit::counted(n, "problem was fixed", "problems were fixed")),
            (n, true) => format!("{} in {in_files}.", audit::counted(n, "problem would be fixed", "problems would be fixed")),
        };
        line(self.style.paint(Tone::Strong, &head));
        for done in &self.done {
            self.style.wrap_hanging("  ✓ ", "    ", &format!("{}  {}", done.place, done.title)).into_iter().for_each(&mut line);
        }
        let mut notes: Vec<&str> = Vec::new();
        for note in self.done.iter().filter_map(|done| done.note.as_deref()) {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        if !notes.is_empty() {
            line("Left for you to do:".to_owned());
            notes.iter().for_each(|note| self.style.wrap_hanging("  - ", "    ", note).into_iter().for_each(&mut line));
        }
        for failed in &self.failed {
            self.style.wrap_hanging("  ✗ ", "    ", failed).into_iter().for_each(&mut line);
        }
        self.say(&out)
    }

    /// To standard output where people read, beside it where a program does.
    pub(super) fn say(&self, text: &str) -> Result<()> {
        let audit = self.judging.audit;
        if audit.format == Format::Text && audit.output.is_none() || audit.repair.dry_run {
            return output::print(text).context("the result cannot be told");
        }
        use std::io::Write;
        write!(std::io::stderr().lock(), "{text}").context("the result cannot be told")
    }
}
