//! The fixes of a report: each is carried out on what is known and looked at, before it is said that one is ready. That takes as long as a
//! look at what each of them leads to, so there is an end to it; what was not reached in time is told as not tried out.

use std::time::Duration;

use crate::cli::deadline::Deadline;
use crate::engine::proof::{Scope, told};
use crate::engine::{self, Cancel, Engine, NoAnswer, Snapshot};
use crate::report::{Entry, Repair, Report};

/// Nobody waits longer than this for fixes to be tried out.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// In so many files an engine remembers all that it has seen at little cost, so that fixes can be tried out with it.
const FEW_FILES: usize = 600;
/// In more files than this a second engine would hold several times the memory of the audit: no fix is tried out.
const MOST_FILES: usize = 1500;

/// An engine for a project of this size, and whether it can try out fixes afterwards.
pub fn engine(files: usize) -> (Engine, bool) {
    if files <= FEW_FILES { (Engine::staying(), true) } else { (Engine::once(), false) }
}

/// The report with the fixes that an editor would offer. `engine`: one that knows this state of the project, if there is one.
pub fn with_repairs<'s>(snapshot: &Snapshot, mut report: Report<'s>, engine: Option<&mut Engine>, time: Duration, cancel: &Cancel) -> Report<'s> {
    let has_fixes = |entry: &Entry| engine::offers(&snapshot.project, &entry.finding).iter().any(|fix| !fix.suppresses);
    if !report.entries.iter().any(has_fixes) {
        return report;
    }
    let deadline = Deadline::after(time, cancel);
    let mut own = None;
    let engine = match engine {
        Some(engine) => Some(engine),
        None if snapshot.project.files().count() > MOST_FILES => None,
        // A fix is looked at with everything in mind.
        None => own.insert(Engine::default()).check_all(snapshot, deadline.cancel()).is_ok().then_some(()).and(own.as_mut()),
    };
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

    /// Whether each fix of an application with one finding was tried out.
    fn tried(staying: bool, time: Duration, fails: bool) -> Vec<bool> {
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
            failing::after(u32::from(!staying));
        }
        let report = with_repairs(&snapshot, judging.told(found), staying.then_some(&mut engine), time, &cancel);
        report.entries.iter().flat_map(|entry| &entry.repairs).map(|repair| repair.tried).collect()
    }

    #[test]
    fn a_fix_is_said_to_be_tried_out_if_it_was() {
        let hour = Duration::from_secs(3600);
        assert_eq!(tried(true, hour, false).first(), Some(&true));
        assert_eq!(tried(false, hour, false).first(), Some(&true));
        for staying in [true, false] {
            let (late, failed) = (tried(staying, Duration::ZERO, false), tried(staying, hour, true));
            assert!(!late.is_empty() && late.iter().all(|tried| !tried), "there was no time: {late:?}");
            assert!(failed.iter().all(|tried| !tried), "nobody knows what it leads to: {failed:?}");
        }
    }
}
