//! `guardline audit --fix`: fixes are carried out one after the other, each looked at first, until none is left.
//!
//! A fix is written only if the project with it has lost the finding, has no new one and parses as before. Its files are
//! written together or not at all.

use std::cell::RefCell;
use std::io::StdinLock;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use rustc_hash::FxHashSet;

use super::judging::{Found, Judging};
use super::review::{self, Answer, Questions};
use crate::cli::args::Format;
use crate::cli::reading::{self, Progress, Read};
use crate::cli::{STOPPED, output};
use crate::engine::{self, Cancel, Engine, Snapshot};
use crate::fixes::{self, Fix, Grade};
use crate::project::Project;
use crate::report::paint::{Style, Tone};
use crate::report::{Report, Texts};
use crate::rules::evidence::Evidence;
use crate::rules::own::Known;
use crate::rules::{Finding, Level, RuleMeta};
use crate::text::FileId;
use crate::workspace::apply;
use crate::workspace::git::{Git, GitProblem};

/// More fixes than this in one run, and something is wrong with them.
const MOST_FIXES: usize = 1000;
/// Files without a commit that are named before the rest is counted.
const MOST_NAMED: usize = 5;

pub fn run(judging: &Judging<'_>, cancel: &Cancel, no_color: bool) -> Result<u8> {
    let repair = &judging.audit.repair;
    if !repair.dry_run && !repair.allow_dirty {
        demand_clean_tree(&judging.targets.projects)?;
    }
    let questions = if repair.review && !repair.dry_run { Some(review::at_terminal()?) } else { None };
    let progress = Progress::new();
    let Some(read) = reading::read(judging.targets, judging.audit.include_tests, cancel, &progress)? else { return Ok(reading::stopped(&progress)) };
    let Read { project, config, config_folder, notes } = read;
    progress.say("Checking");
    let mut fixing = Fixing {
        judging,
        cancel,
        style: output::style(no_color),
        here: super::here(),
        snapshot: Snapshot { project: Arc::new(project), config: Arc::new(config) },
        config_folder,
        engine: Engine::staying(),
        found: Vec::new(),
        questions,
        refused: FxHashSet::default(),
        done: Vec::new(),
        failed: Vec::new(),
    };
    let went = fixing.carry_out(&progress);
    progress.clear();
    match went? {
        Went::Through => fixing.tell(notes, no_color),
        Went::Stopped => {
            fixing.summary()?;
            let _ = output::complain("stopped");
            Ok(STOPPED)
        }
    }
}

/// What git has no commit of it could not bring back.
fn demand_clean_tree(projects: &[PathBuf]) -> Result<()> {
    for project in projects {
        let git = match Git::around(project) {
            Ok(git) => git,
            Err(GitProblem::NoRepository(folder)) => bail!(
                "{} is not in a git repository, so a fix could not be taken back: commit it first, or say `--allow-dirty` (`--dry-run` shows what would be changed)",
                folder.display()
            ),
            Err(problem) => return Err(problem.into()),
        };
        let unsaved = git.unsaved(std::slice::from_ref(project))?;
        if unsaved.is_empty() {
            continue;
        }
        let mut names: Vec<String> = unsaved.iter().take(MOST_NAMED).map(|path| path.strip_prefix(project).unwrap_or(path).display().to_string()).collect();
        if unsaved.len() > MOST_NAMED {
            names.push(format!("{} more", unsaved.len() - MOST_NAMED));
        }
        bail!(
            "there are changes without a commit ({}), and a fix could not be told from them: commit or stash them, or say `--allow-dirty` (`--dry-run` shows what would be changed)",
            names.join(", ")
        );
    }
    Ok(())
}

enum Went {
    Through,
    Stopped,
}

struct Fixing<'a> {
    judging: &'a Judging<'a>,
    cancel: &'a Cancel,
    style: Style,
    here: FileId,
    snapshot: Snapshot,
    config_folder: Option<PathBuf>,
    engine: Engine,
    /// What is found in the project as it is now.
    found: Vec<Finding>,
    /// Nobody is asked without `--review`.
    questions: Option<Questions<StdinLock<'static>>>,
    /// Fixes that are not to be tried again: the finding's fingerprint and the fix's title.
    refused: FxHashSet<(String, String)>,
    done: Vec<Done>,
    failed: Vec<String>,
}

/// A fix that was carried out.
struct Done {
    place: String,
    title: String,
    note: Option<String>,
    files: Vec<FileId>,
}

/// What came of looking at a fix before it is carried out.
enum Looked {
    /// The project with it, and what is found there.
    Fits(Project, Vec<Finding>),
    Unfit,
    Stopped,
}

struct Candidate {
    finding: Finding,
    fix: Fix,
    key: (String, String),
}

impl Fixing<'_> {
    fn carry_out(&mut self, progress: &Progress) -> Result<Went> {
        let snapshot = self.snapshot.clone();
        let Some(found) = self.engine.check_all(&snapshot, self.cancel) else { return Ok(Went::Stopped) };
        self.found = found;
        while self.done.len() < MOST_FIXES {
            if self.cancel.is_cancelled() {
                return Ok(Went::Stopped);
            }
            let Some(candidate) = self.next() else { break };
            let after = match self.looked_at(&candidate) {
                Looked::Fits(project, found) => (project, found),
                Looked::Unfit => {
                    self.refused.insert(candidate.key);
                    continue;
                }
                Looked::Stopped => return Ok(Went::Stopped),
            };
            progress.clear();
            match self.ask(&candidate)? {
                Answer::Yes => {}
                Answer::All => self.questions = None,
                Answer::No => {
                    self.refused.insert(candidate.key);
                    continue;
                }
                Answer::Quit => break,
            }
            self.write(candidate, after);
        }
        Ok(Went::Through)
    }

    /// The first fix that has not been tried.
    fn next(&self) -> Option<Candidate> {
        let known = Known::of(&self.snapshot.config);
        let rules = known.all();
        let report = self.report(&self.snapshot, &rules, Vec::new(), Evidence::default());
        let is_wanted = |fix: &Fix| !fix.suppresses && (self.judging.audit.repair.review || fix.grade == Grade::Safe);
        report.entries.iter().zip(report.fingerprints()).find_map(|(entry, fingerprint)| {
            let fixes = engine::offers(&self.snapshot.project, &entry.finding).into_iter().filter(is_wanted);
            let mut untried = fixes.map(|fix| Candidate { key: (fingerprint.clone(), fix.title.clone()), fix, finding: entry.finding.clone() });
            untried.find(|candidate| !self.refused.contains(&candidate.key))
        })
    }

    /// The project with the fix, if the fix does what it says.
    fn looked_at(&mut self, candidate: &Candidate) -> Looked {
        let snapshot = self.snapshot.clone();
        let failures = self.engine.failures();
        let engine = RefCell::new(&mut self.engine);
        let mut seen: RefCell<Vec<Finding>> = RefCell::default();
        let (found, cancel) = (&self.found, self.cancel);
        // What is only possible is not shown, so it neither counts as repaired nor as new.
        let shown =
            |findings: &[Finding]| findings.iter().filter(|finding| finding.level != Level::Hidden || *finding == &candidate.finding).cloned().collect();
        let check = |project: &Project| -> Vec<Finding> {
            if std::ptr::eq(project, &*snapshot.project) {
                return shown(found);
            }
            let after = Snapshot { project: Arc::new(project.clone()), config: Arc::clone(&snapshot.config) };
            let all = engine.borrow_mut().check_all(&after, cancel).unwrap_or_default();
            let told = shown(&all);
            *seen.borrow_mut() = all;
            told
        };
        let verified = fixes::verify::verify(&snapshot.project, &candidate.fix, check, &candidate.finding);
        if cancel.is_cancelled() {
            return Looked::Stopped;
        }
        if engine.borrow().failures() != failures {
            return Looked::Unfit;
        }
        match verified.ok().and_then(|()| fixes::apply::apply(&snapshot.project, &candidate.fix)) {
            Some(after) => Looked::Fits(after, std::mem::take(seen.get_mut())),
            None => Looked::Unfit,
        }
    }

    fn ask(&mut self, candidate: &Candidate) -> Result<Answer> {
        let repair = &self.judging.audit.repair;
        if !repair.dry_run && self.questions.is_none() {
            return Ok(Answer::Yes);
        }
        let known = Known::of(&self.snapshot.config);
        let rules = known.all();
        let report = self.report(&self.snapshot, &rules, Vec::new(), Evidence::default());
        let what = format!("{}: {}", self.place(&candidate.finding), candidate.finding.message);
        review::print(&review::shown(&self.snapshot.project, &candidate.fix, &what, &report.redactor, &self.here, self.style))?;
        match &mut self.questions {
            Some(questions) => questions.ask(&mut std::io::stdout().lock()),
            None => Ok(Answer::Yes),
        }
    }

    fn write(&mut self, candidate: Candidate, (after, found): (Project, Vec<Finding>)) {
        let Candidate { finding, fix, key } = candidate;
        let files: Vec<FileId> = if self.judging.audit.repair.dry_run {
            fix.edits.iter().map(|edit| edit.file.clone()).collect()
        } else {
            let also: Vec<PathBuf> = self.judging.targets.files.iter().filter_map(|file| file.parent().map(PathBuf::from)).collect();
            match apply::apply_to(&self.snapshot.project, &fix.edits, &also) {
                Ok(applied) => applied.changed.into_iter().chain(applied.created).collect(),
                Err(why) => {
                    self.failed.push(format!("{}: {why}", self.place(&finding)));
                    self.refused.insert(key);
                    // The engine has seen the project with the fix.
                    let snapshot = self.snapshot.clone();
                    self.found = self.engine.check_all(&snapshot, self.cancel).unwrap_or_default();
                    return;
                }
            }
        };
        let place = self.place(&finding);
        let (project, is_as_written) = self.as_on_disk(after, &files);
        self.snapshot = Snapshot { project: Arc::new(project), config: Arc::clone(&self.snapshot.config) };
        self.found = if is_as_written {
            found
        } else {
            let snapshot = self.snapshot.clone();
            self.engine.check_all(&snapshot, self.cancel).unwrap_or_default()
        };
        self.done.push(Done { place, title: fix.title, note: fix.note, files });
    }

    /// The project with the texts that were really written: line ends may be those of the file. True if they are what was thought.
    fn as_on_disk(&self, after: Project, files: &[FileId]) -> (Project, bool) {
        if self.judging.audit.repair.dry_run {
            return (after, true);
        }
        let walk = reading::walk(self.judging.targets, &self.snapshot.config, self.config_folder.as_deref());
        let differs = |file: &FileId| {
            let source = walk.one(Path::new(file.as_str()))?;
            let is_same = after.file(file).is_some_and(|known| known.document.text() == source.text);
            (!is_same).then(|| Some((file.clone(), Some(reading::document(file, &source.text)?)))).flatten()
        };
        let changes: Vec<_> = files.iter().filter_map(differs).collect();
        if changes.is_empty() { (after, true) } else { (after.with(changes), false) }
    }

    fn report<'s>(&self, snapshot: &'s Snapshot, rules: &'s [&'s RuleMeta<'s>], notes: Vec<String>, evidence: Evidence) -> Report<'s> {
        let found = Found { snapshot, rules, findings: self.found.clone(), evidence, texts: Texts::of(&snapshot.project), notes, served: None };
        self.judging.told(found)
    }

    fn place(&self, finding: &Finding) -> String {
        let known = self.snapshot.project.file(&finding.place.file);
        let line = known.map_or(0, |known| known.document.lines().try_byte_to_line(finding.place.span.start as usize).unwrap_or_default());
        format!("{}:{}", review::relative(&self.here, &finding.place.file), line + 1)
    }

    /// What was done, and then the report on what remains.
    fn tell(&mut self, notes: Vec<String>, no_color: bool) -> Result<u8> {
        self.summary()?;
        let known = Known::of(&self.snapshot.config);
        let rules = known.all();
        let targets = self.judging.targets;
        let looked_at = self.engine.survey(&self.snapshot, &|file| targets.cover(file), &mut |_, _| {}, self.cancel);
        let evidence = looked_at.map(|(_, evidence)| evidence).unwrap_or_default();
        let report = super::with_repairs(&self.snapshot.project, self.report(&self.snapshot, &rules, notes, evidence));
        let code = self.judging.exit_code(&report);
        if self.judging.audit.repair.dry_run {
            let remain = super::counted(report.entries.len(), "problem would remain", "problems would remain");
            self.say(&format!("{remain}. Nothing was written.\n"))?;
            return Ok(code.max(u8::from(!self.done.is_empty())));
        }
        super::write(self.judging.audit, &report, no_color)?;
        Ok(code)
    }

    fn summary(&self) -> Result<()> {
        let is_dry = self.judging.audit.repair.dry_run;
        let files: FxHashSet<&FileId> = self.done.iter().flat_map(|done| &done.files).collect();
        let in_files = super::counted(files.len(), "file", "files");
        let mut out = String::from("\n");
        let mut line = |text: String| {
            out.push_str(&text);
            out.push('\n');
        };
        let head = match (self.done.len(), is_dry) {
            (0, false) => "Nothing was changed: no fix could be applied.".to_owned(),
            (0, true) => "No fix could be applied.".to_owned(),
            (n, false) => format!("{} in {in_files}.", super::counted(n, "problem was fixed", "problems were fixed")),
            (n, true) => format!("{} in {in_files}.", super::counted(n, "problem would be fixed", "problems would be fixed")),
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
    fn say(&self, text: &str) -> Result<()> {
        let audit = self.judging.audit;
        if audit.format == Format::Text && audit.output.is_none() || audit.repair.dry_run {
            return output::print(text).context("the result cannot be told");
        }
        use std::io::Write;
        write!(std::io::stderr().lock(), "{text}").context("the result cannot be told")
    }
}
