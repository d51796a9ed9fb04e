//! `guardline audit --fix`: fixes are carried out one after the other, each looked at first, until none is left.
//!
//! A fix is written only if the project with it has lost the finding, has no new one and parses as before. Its files are
//! written together or not at all.

mod telling;

use std::collections::VecDeque;
use std::io::StdinLock;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use rustc_hash::FxHashSet;

use crate::cli::audit::judging::{Found, Judging};
use crate::cli::audit::review::{self, Answer, Questions};
use crate::cli::reading::{self, Progress, Read};
use crate::cli::{STOPPED, output};
use crate::engine::proof::{Proven, Scope};
use crate::engine::{self, Cancel, Engine, NoAnswer, Snapshot};
use crate::fixes::{Fix, Grade};
use crate::project::Project;
use crate::report::paint::Style;
use crate::report::{Redactor, Report};
use crate::rules::evidence::Evidence;
use crate::rules::own::Known;
use crate::rules::{Finding, RuleMeta};
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
        shown: None,
        questions,
        refused: FxHashSet::default(),
        done: Vec::new(),
        failed: Vec::new(),
    };
    let went = fixing.carry_out(&progress);
    progress.clear();
    match went? {
        Went::Through => fixing.tell(notes, no_color),
        Went::Lost(NoAnswer::Failed) => {
            fixing.summary()?;
            Err(anyhow!("after the last fix the analysis failed, so that what remains is not known; this is a mistake in Guardline"))
        }
        Went::Stopped | Went::Lost(NoAnswer::Cancelled) => {
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
    /// What is found after the last fix is not known.
    Lost(NoAnswer),
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
    /// What of it is told. `None` if it is not worked out yet.
    shown: Option<Shown>,
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

/// What is told of one state of the project, and how far its fixes have been tried.
struct Shown {
    /// With their fingerprints.
    findings: VecDeque<(Finding, String)>,
    /// Those of the first of them that are left to try.
    fixes: Option<VecDeque<Fix>>,
    redactor: Redactor,
}

struct Candidate {
    finding: Finding,
    fix: Fix,
    key: (String, String),
}

impl Fixing<'_> {
    fn carry_out(&mut self, progress: &Progress) -> Result<Went> {
        let snapshot = self.snapshot.clone();
        self.found = match self.engine.check_all(&snapshot, self.cancel) {
            Err(NoAnswer::Cancelled) => return Ok(Went::Stopped),
            found => found?,
        };
        while self.done.len() < MOST_FIXES {
            if self.cancel.is_cancelled() {
                return Ok(Went::Stopped);
            }
            let Some(candidate) = self.next() else { break };
            let snapshot = self.snapshot.clone();
            let looked_at = self.engine.carry_out(&snapshot, &candidate.finding, candidate.fix.clone(), Scope::Everywhere(&self.found), self.cancel);
            let proven = match looked_at {
                Ok(Some(proven)) => proven,
                Ok(None) | Err(NoAnswer::Failed) => {
                    self.refused.insert(candidate.key);
                    continue;
                }
                Err(NoAnswer::Cancelled) => return Ok(Went::Stopped),
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
            if let Err(why) = self.write(candidate, proven) {
                return Ok(Went::Lost(why));
            }
        }
        Ok(Went::Through)
    }

    /// The first fix that has not been tried.
    fn next(&mut self) -> Option<Candidate> {
        let project = Arc::clone(&self.snapshot.project);
        let reviews = self.judging.audit.repair.review;
        loop {
            let Shown { findings, fixes, .. } = self.shown();
            let (finding, fingerprint) = findings.front()?.clone();
            let is_wanted = |fix: &Fix| !fix.suppresses && (reviews || fix.grade == Grade::Safe);
            let fixes = fixes.get_or_insert_with(|| engine::offers(&project, &finding).into_iter().filter(is_wanted).collect());
            let Some(fix) = fixes.pop_front() else {
                findings.pop_front();
                self.shown().fixes = None;
                continue;
            };
            let key = (fingerprint, fix.title.clone());
            if !self.refused.contains(&key) {
                return Some(Candidate { finding, fix, key });
            }
        }
    }

    /// What is told of the project as it is now, worked out once.
    fn shown(&mut self) -> &mut Shown {
        let shown = self.shown.take().unwrap_or_else(|| {
            let known = Known::of(&self.snapshot.config);
            let rules = known.all();
            let report = self.report(&self.snapshot, &rules, Vec::new(), Evidence::default());
            let fingerprints = report.fingerprints();
            let findings = report.entries.into_iter().map(|entry| entry.finding).zip(fingerprints).collect();
            Shown { findings, fixes: None, redactor: report.redactor }
        });
        self.shown.insert(shown)
    }

    /// What is found after something was written, or was not.
    fn learn(&mut self, found: Vec<Finding>) {
        self.found = found;
        self.shown = None;
    }

    fn ask(&mut self, candidate: &Candidate) -> Result<Answer> {
        let repair = &self.judging.audit.repair;
        if !repair.dry_run && self.questions.is_none() {
            return Ok(Answer::Yes);
        }
        let what = format!("{}: {}", self.place(&candidate.finding), candidate.finding.message);
        let (project, here, style) = (Arc::clone(&self.snapshot.project), self.here.clone(), self.style);
        review::print(&review::shown(&project, &candidate.fix, &what, &self.shown().redactor, &here, style))?;
        match &mut self.questions {
            Some(questions) => questions.ask(&mut std::io::stdout().lock()),
            None => Ok(Answer::Yes),
        }
    }

    /// An error if nobody knows what is found now: then no further fix can be judged.
    fn write(&mut self, candidate: Candidate, proven: Proven) -> Result<(), NoAnswer> {
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
                    let found = self.engine.check_all(&snapshot, self.cancel)?;
                    self.learn(found);
                    return Ok(());
                }
            }
        };
        let place = self.place(&finding);
        // Whoever is asked may end it at the next question: what is on disk by then has been told.
        if self.questions.is_some() {
            let _ = review::print(&format!("Written: {place}\n"));
        }
        let (project, is_as_written) = self.as_on_disk(Project::clone(&proven.after), &files);
        self.snapshot = Snapshot { project: Arc::new(project), config: Arc::clone(&self.snapshot.config) };
        self.done.push(Done { place, title: fix.title, note: fix.note, files });
        let found = if is_as_written {
            proven.found
        } else {
            let snapshot = self.snapshot.clone();
            self.engine.check_all(&snapshot, self.cancel)?
        };
        self.learn(found);
        Ok(())
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
        self.judging.told(Found { findings: self.found.clone(), notes, ..Found::nothing(snapshot, rules, evidence) })
    }

    fn place(&self, finding: &Finding) -> String {
        let known = self.snapshot.project.file(&finding.place.file);
        let line = known.map_or(0, |known| known.document.lines().try_byte_to_line(finding.place.span.start as usize).unwrap_or_default());
        format!("{}:{}", review::relative(&self.here, &finding.place.file), line + 1)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::Audit;
    use crate::cli::targets;
    use crate::engine::failing;

    #[derive(Parser)]
    struct Typed {
        #[command(flatten)]
        audit: Audit,
    }

    const TEXT: &str = "import yaml\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.post(\"/import\")\ndef read():\n    return {\"n\": len(yaml.load(request.data, Loader=yaml.Loader))}\n";

    /// The text afterwards, if so many checks go well before one fails.
    fn fixed(fails_after: Option<u32>) -> (Result<u8>, String) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("app.py");
        std::fs::write(&file, TEXT).expect("a file");
        let mut arguments = vec!["audit".into(), folder.path().as_os_str().to_owned()];
        arguments.extend(["--fix", "--allow-dirty"].map(Into::into));
        let audit = Typed::parse_from(arguments).audit;
        let targets = targets::resolve(&audit.paths, None).expect("targets");
        let judging = Judging::of(&audit, &targets).expect("judging");
        fails_after.into_iter().for_each(failing::after);
        let code = run(&judging, &Cancel::default(), true);
        (code, std::fs::read_to_string(&file).expect("the file"))
    }

    #[test]
    fn a_fix_of_which_nobody_knows_what_it_leads_to_is_not_written() {
        let (code, text) = fixed(Some(1));
        assert_eq!((code.expect("a report"), text.as_str()), (1, TEXT));
        let (code, text) = fixed(Some(0));
        assert!(code.is_err(), "nothing is known");
        assert_eq!(text, TEXT);
        let (code, text) = fixed(None);
        assert!(code.is_ok() && text.contains("safe_load"), "{text}");
    }
}
