//! The fixes of a report: each is carried out on what is known and looked at, before it is said that one is ready. That takes as long as a
//! look at what each of them leads to, so there is an end to it; what was not reached in time is told as not tried out.

use std::time::Duration;

use crate::cli::deadline::Deadline;
use crate::engine::proof::{Scope, told};
use crate::engine::{self, Cancel, Engine, NoAnswer, Snapshot};
use crate::report::{Entry, Repair, Report};

/// Nobody waits longer than this for fixes to be tried out.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// In so many files an engine can remember all that it has seen, so that fixes are tried out with it. In more it would take several
/// times the memory of an audit that forgets: no fix is tried out there.
const MOST_FILES: usize = 1500;

/// An engine for a project of this size, and whether it can try out fixes afterwards.
pub fn engine(files: usize) -> (Engine, bool) {
    if files <= MOST_FILES { (Engine::staying(), true) } else { (Engine::once(), false) }
}

/// The report with the fixes that an editor would offer. `engine`: one that knows this state of the project; without it none is tried out.
pub fn with_repairs<'s>(snapshot: &Snapshot, mut report: Report<'s>, engine: Option<&mut Engine>, time: Duration, cancel: &Cancel) -> Report<'s> {
    let has_fixes = |entry: &Entry| engine::offers(&snapshot.project, &entry.finding).iter().any(|fix| !fix.suppresses);
    if !report.entries.iter().any(has_fixes) {
        return report;
    }
    let deadline = Deadline::after(time, cancel);
    let mut trying = Trying { snapshot, engine, deadline };
    for entry in &mut report.entries {
        entry.repairs = trying.repairs(entry);
    }
    report
}

struct Trying<'a> {
    snapshot: &'a Snapshot,
    /// `None` once it cannot be asked any more.
    engine: Option<&'a mut Engine>,
    deadline: Deadline,
}

impl Trying<'_> {
    /// The first that holds comes first. Those that do not hold are not told at all.
    fn repairs(&mut self, entry: &Entry) -> Vec<Repair> {
        let (mut repairs, mut rest) = (Vec::new(), Vec::new());
        for fix in engine::offers(&self.snapshot.project, &entry.finding).into_iter().filter(|fix| !fix.suppresses) {
            let engine = self.engine.as_deref_mut().filter(|_| repairs.is_empty());
            match engine.map(|engine| engine.carry_out(self.snapshot, &entry.finding, fix.clone(), Scope::Touched, self.deadline.cancel())) {
                Some(Ok(Some(proven))) => repairs.push(proven.told()),
                Some(Ok(None)) => {}
                Some(Err(NoAnswer::Cancelled | NoAnswer::Failed)) => {
                    self.engine = None;
                    rest.push(told(fix));
                }
                None => rest.push(told(fix)),
            }
        }
        repairs.extend(rest);
        repairs
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::cli::args::Audit;
    use crate::cli::audit::judging::{Found, Judging};
    use crate::cli::{reading, targets};
    use crate::engine::failing;
    use crate::report::Texts;
    use crate::rules::evidence::Evidence;
    use crate::rules::own::Known;

    #[derive(clap::Parser)]
    struct Typed {
        #[command(flatten)]
        audit: Audit,
    }

    /// Whether each fix of an application with one finding was tried out. `knows`: by an engine that knows it.
    fn tried(knows: bool, time: Duration, fails: bool) -> Vec<bool> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let text = "from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == \"__main__\":\n    app.run(debug=True)\n";
        std::fs::write(folder.path().join("app.py"), text).expect("a file");
        let audit = <Typed as clap::Parser>::parse_from(["audit".as_ref(), folder.path().as_os_str()]).audit;
        let (targets, cancel) = (targets::resolve(&audit.paths, None).expect("targets"), Cancel::default());
        let read = reading::read(&targets, false, &cancel, &reading::Progress::hidden()).expect("read").expect("not cancelled");
        let snapshot = Snapshot { project: Arc::new(read.project), config: Arc::new(read.config) };
        let mut engine = Engine::staying();
        let findings = engine.check_all(&snapshot, &cancel).expect("an answer");
        let known = Known::of(&snapshot.config);
        let rules = known.all();
        let judging = Judging::of(&audit, &targets).expect("judging");
        let found = Found { findings, texts: Texts::of(&snapshot.project), ..Found::nothing(&snapshot, &rules, Evidence::default()) };
        if fails {
            failing::after(0);
        }
        let report = with_repairs(&snapshot, judging.told(found), knows.then_some(&mut engine), time, &cancel);
        report.entries.iter().flat_map(|entry| &entry.repairs).map(|repair| repair.tried).collect()
    }

    #[test]
    fn a_fix_is_said_to_be_tried_out_if_it_was() {
        let hour = Duration::from_secs(3600);
        assert_eq!(tried(true, hour, false).first(), Some(&true));
        let (unknown, late, failed) = (tried(false, hour, false), tried(true, Duration::ZERO, false), tried(true, hour, true));
        assert!(!unknown.is_empty() && unknown.iter().all(|tried| !tried), "nobody knows the project: {unknown:?}");
        assert!(!late.is_empty() && late.iter().all(|tried| !tried), "there was no time: {late:?}");
        assert!(!failed.is_empty() && failed.iter().all(|tried| !tried), "nobody knows what it leads to: {failed:?}");
    }
}
