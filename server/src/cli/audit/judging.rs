//! From all findings to those that are told: what was asked about, what was silenced, what is known, what is loud enough.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, anyhow};

use super::caused::Caused;
use crate::cli::args::{AtLeast, Audit, FailOn, Sure};
use crate::cli::built;
use crate::cli::targets::Targets;
use crate::config::{self, Config, RuleSetting};
use crate::engine::Snapshot;
use crate::project::Project;
use crate::report::baseline::Baseline;
use crate::report::left_out::{Limits, Why};
use crate::report::suppress;
use crate::report::urgency::{self, Urgency};
use crate::report::{Date, Entry, Redactor, Report, Texts};
use crate::rules::evidence::Evidence;
use crate::rules::{Confidence, Finding, Level, RuleId, RuleMeta};
use crate::text::FileId;
use crate::workspace::today;

/// What decides whether a finding is told.
pub struct Judging<'a> {
    pub audit: &'a Audit,
    pub targets: &'a Targets,
    pub baseline: Option<Baseline>,
    pub today: Date,
}

/// What there is to judge.
pub struct Found<'s> {
    pub snapshot: &'s Snapshot,
    pub rules: &'s [&'s RuleMeta<'s>],
    pub findings: Vec<Finding>,
    /// What was looked at.
    pub evidence: Evidence,
    pub texts: Texts<'s>,
    pub notes: Vec<String>,
    pub served: Option<&'s built::Served>,
    /// What was found in files that were not asked about, and is told since those that were led to it.
    pub caused: Caused,
}

impl<'s> Found<'s> {
    /// What there is to judge where nothing is found.
    pub fn nothing(snapshot: &'s Snapshot, rules: &'s [&'s RuleMeta<'s>], evidence: Evidence) -> Found<'s> {
        let (findings, notes) = (Vec::new(), Vec::new());
        Found { snapshot, rules, findings, evidence, texts: Texts::of(&snapshot.project), notes, served: None, caused: Caused::default() }
    }
}

impl<'a> Judging<'a> {
    pub fn of(audit: &'a Audit, targets: &'a Targets) -> Result<Judging<'a>> {
        let known = &audit.known;
        let path = known.baseline.as_deref().filter(|path| !known.write_baseline || path.exists());
        let baseline = path.map(read_baseline).transpose()?;
        Ok(Judging { audit, targets, baseline, today: today() })
    }

    /// Everything that was asked about and not silenced, the baseline's findings and quiet ones included. Without repairs.
    pub fn all<'s>(&self, found: Found<'s>) -> Report<'s> {
        let Found { snapshot, rules, findings, evidence, texts, mut notes, served, caused } = found;
        let (project, config) = (&*snapshot.project, &*snapshot.config);
        let redactor = Redactor::new(&texts, rules, &findings);
        let is_asked = |finding: &Finding| {
            let file = &finding.place.file;
            self.targets.cover(file) || served.is_some_and(|served| served.covers(file)) || caused.holds(finding)
        };
        let judged = suppress::judge(project, rules, findings, self.today);
        let mut used = BTreeSet::new();
        let is_told = |finding: &Finding| is_asked(finding) && self.is_loud(config, finding);
        let marked = judged.silenced.into_iter().filter(|silenced| is_told(&silenced.finding));
        let mut silenced: Vec<(Finding, Why)> = marked.map(|silenced| (silenced.finding, Why::Marked(silenced.reason))).collect();
        let mut kept = Vec::new();
        for finding in judged.kept {
            let by_config = config.suppressed(finding.rule.as_str(), &finding.place.file, self.today);
            used.extend(by_config);
            match (is_told(&finding), by_config.and_then(|at| config.suppress.get(at))) {
                (true, Some(suppression)) => silenced.push((finding, Why::Configured(suppression.reason.clone()))),
                (true, None) => kept.push(finding),
                (false, _) => {}
            }
        }
        let mark_notes = self.mark_notes(project, config, &judged.notes, &judged.unused);
        notes.extend(self.suppression_notes(config, &used));
        match kept.iter().filter(|finding| caused.holds(finding)).count() {
            0 => {}
            1 => notes.push("1 finding stands in a file that did not change: what changed elsewhere led to it.".to_owned()),
            some => notes.push(format!("{some} findings stand in files that did not change: what changed elsewhere led to them.")),
        }
        let audited = project.files().filter(|(file, _)| self.targets.cover(file)).count();
        if audited == 0 && self.targets.are_narrowed() {
            notes.push(match &self.audit.which.changed {
                Some(revision) => format!("None of these files differs from `{revision}`, so nothing was checked."),
                None => "None of these files is staged, so nothing was checked.".to_owned(),
            });
        }
        let mut report = Report {
            texts,
            rules,
            base: base(project),
            entries: kept.into_iter().map(|finding| Entry { finding, repairs: Vec::new() }).collect(),
            left_out: Vec::new(),
            limits: Limits { off: off(config, rules), is_part: self.targets.are_part_of(project) },
            mark_notes,
            notes,
            audited,
            around: project.files().count() - audited,
            redactor,
            evidence,
        };
        report.leave_out(silenced);
        report.join_alike();
        report
    }

    /// Only what is to be told.
    pub fn told<'s>(&self, found: Found<'s>) -> Report<'s> {
        let mut report = self.all(found);
        if let Some(baseline) = &self.baseline {
            let known = baseline.take_out_of(&mut report);
            if known > 0 {
                let are = if known == 1 { "1 finding that the baseline knows is" } else { &format!("{known} findings that the baseline knows are") };
                report.notes.push(format!("{are} left out."));
            }
        }
        let (told, quiet): (Vec<Entry>, Vec<Entry>) = std::mem::take(&mut report.entries).into_iter().partition(|entry| self.is_above(&entry.finding));
        report.entries = told;
        let quiet: Vec<(Finding, Why)> = quiet.into_iter().map(|entry| (entry.finding, Why::Quiet)).collect();
        if !quiet.is_empty() {
            let quiet = quiet.len();
            let are = if quiet == 1 { "1 finding below the threshold is" } else { &format!("{quiet} findings below the threshold are") };
            report.notes.push(format!("{are} left out."));
        }
        report.leave_out(quiet);
        report
    }

    fn is_loud(&self, config: &Config, finding: &Finding) -> bool {
        finding.level != Level::Hidden || config.audience == config::Audience::Auditor || self.audit.threshold.min_confidence == Some(Sure::Possible)
    }

    fn is_above(&self, finding: &Finding) -> bool {
        let threshold = &self.audit.threshold;
        threshold.min_level.is_none_or(|level| finding.level >= level.level())
            && threshold.min_confidence.is_none_or(|sure| finding.confidence >= sure.confidence())
    }

    /// 1 if something was found that is to count.
    pub fn exit_code(&self, report: &Report<'_>) -> u8 {
        let counts = |entry: &Entry| match self.audit.threshold.fail_on {
            None => true,
            Some(FailOn::Launch) => urgency::of_finding(&entry.finding) == Urgency::BeforeLaunch,
            Some(least) => least.level().is_some_and(|level| entry.finding.level >= level),
        };
        u8::from(report.entries.iter().any(counts))
    }

    /// Marks that are wrong or over, and those that silence nothing any more.
    fn mark_notes(&self, project: &Project, config: &Config, notes: &[suppress::Note], unused: &[suppress::Unused]) -> Vec<suppress::Note> {
        let is_off = |rule: &str| config.rules.iter().any(|(id, setting)| id == rule && *setting == RuleSetting::Off);
        // Where rules do not look there is nothing to be silenced, and a mark says so for the day on which they do.
        let unused = unused.iter().filter(|unused| !is_off(&unused.rule) && project.is_spoken_of(&unused.note.place.file, config)).map(|unused| &unused.note);
        let mut notes: Vec<suppress::Note> = notes.iter().chain(unused).filter(|note| self.targets.cover(&note.place.file)).cloned().collect();
        notes.sort_by(|a, b| a.place.cmp(&b.place));
        notes
    }

    /// The same of what `guardline.json` silences.
    fn suppression_notes(&self, config: &Config, used: &BTreeSet<usize>) -> Vec<String> {
        let told = |(at, suppression): (usize, &config::Suppression)| match suppression.until {
            Some(until) if suppression.is_over(self.today) => {
                Some(format!("`suppress` in guardline.json: {} ended on {until} and silences nothing any more.", suppression.in_words()))
            }
            _ if used.contains(&at) => None,
            _ => Some(format!("`suppress` in guardline.json: {} silences nothing any more and can go.", suppression.in_words())),
        };
        config.suppress.iter().enumerate().filter_map(told).collect()
    }
}

/// The rules that are switched off.
fn off(config: &Config, rules: &[&RuleMeta<'_>]) -> Vec<RuleId> {
    let off = config.rules.iter().filter(|(_, setting)| *setting == RuleSetting::Off);
    off.filter_map(|(id, _)| rules.iter().find(|meta| meta.id.as_str() == id.as_str())).map(|meta| meta.id.clone()).collect()
}

fn read_baseline(path: &Path) -> Result<Baseline> {
    let text = std::fs::read_to_string(path).with_context(|| format!("the baseline {} cannot be read (`--write-baseline` makes one)", path.display()))?;
    Baseline::parse(&text).map_err(|problem| anyhow!("the baseline {} cannot be used: {problem}", path.display()))
}

/// Paths in reports are told from the git work tree, as code hosts do, else from the project.
fn base(project: &Project) -> FileId {
    let Some(root) = project.roots().first() else { return FileId::new("") };
    project.git_roots().iter().find(|git| root.is_within(git)).unwrap_or(root).clone()
}

impl AtLeast {
    fn level(self) -> Level {
        match self {
            AtLeast::Error => Level::Error,
            AtLeast::Warning => Level::Warning,
            AtLeast::Information => Level::Information,
            AtLeast::Hint => Level::Hint,
        }
    }
}

impl FailOn {
    fn level(self) -> Option<Level> {
        match self {
            FailOn::Error => Some(Level::Error),
            FailOn::Warning => Some(Level::Warning),
            FailOn::Information => Some(Level::Information),
            FailOn::Hint => Some(Level::Hint),
            FailOn::Launch | FailOn::Never => None,
        }
    }
}

impl Sure {
    fn confidence(self) -> Confidence {
        match self {
            Sure::Proven => Confidence::Proven,
            Sure::Likely => Confidence::Likely,
            Sure::Possible => Confidence::Possible,
        }
    }
}
