//! FLOOR 7. A snapshot in, findings and fixes out. No IO, no lock, no clock: same snapshot, same findings.

mod cancel;
mod file;
mod judged;
mod known_schema;
mod levels;
mod no_answer;
mod order;
mod own_rules;
pub mod proof;
mod said;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rustc_hash::FxHashMap;

pub use self::cancel::Cancel;
use self::file::{FileMemory, of_file};
use self::known_schema::KnownSchema;
pub use self::no_answer::NoAnswer;
#[cfg(test)]
pub use self::no_answer::failing;
use self::order::{finished, in_order};
use self::own_rules::OwnRules;
use self::said::{Asked, Plans, Said};
use crate::config::Config;
use crate::facts::{catalogue, schema, secrets};
use crate::fixes::{self, Fix};
use crate::project::facts::{self, Beliefs};
use crate::project::reach::Reach;
use crate::project::session::{News, Step};
use crate::project::{Project, RootWalk, Session, Stripping};
use crate::rules::evidence::{Evidence, Gatherer};
use crate::rules::raw::RuleCx;
use crate::rules::{Finding, FixPlan, map};
use crate::syntax::PatternMemory;
use crate::text::{FileId, Span};

/// Threads that call the engine need a stack of this many bytes.
pub use crate::facts::walk::STACK_BYTES;

/// All an analysis may look at. The project already contains the newest text of every open file.
#[derive(Clone)]
pub struct Snapshot {
    pub project: Arc<Project>,
    pub config: Arc<Config>,
}

/// The engine with what it remembers from one state of a project to the next. Answers are those of a fresh one.
#[derive(Default)]
pub struct Engine {
    session: Session,
    /// What the rules said of the walks, under this schema.
    said: Option<Said>,
    schema: Option<KnownSchema>,
    /// The files that limit how often routes are called.
    limiting: Arc<BTreeSet<FileId>>,
    stripping: Arc<Stripping>,
    templates: Arc<()>,
    /// What reaches the browser.
    reach: Reach,
    /// What was found in the files that were asked for last.
    remembered: FxHashMap<FileId, FileMemory>,
    /// It is remembered of all files.
    remembers_all: bool,
    own: OwnRules,
}

/// So many routes of which something is told in a file are looked at again before anything is said of it.
const MOST_FIRST: usize = 24;

/// Of how many files that is remembered: more than anybody writes in at a time.
const MOST_REMEMBERED: usize = 32;

/// What is told on the way to an answer.
pub enum Heard<'a> {
    /// How far it has come, and of how many findings is known.
    Step(Step, usize),
    /// Nothing more will be found in this file.
    Done(&'a FileId, &'a [Finding]),
}

/// What was understood, in numbers.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Status {
    pub files: usize,
    /// Routes whose handler was found and walked.
    pub handlers: usize,
    /// Routes whose handler could not be looked into.
    pub not_understood: usize,
    pub accesses: usize,
    pub queries: usize,
}

impl Engine {
    /// An engine that is asked once, for everything. What it finds it does not remember.
    pub fn once() -> Engine {
        Engine { session: Session::once(), ..Engine::default() }
    }

    /// An engine that is asked for everything again and again, by somebody who waits for the answer.
    pub fn staying() -> Engine {
        Engine { remembers_all: true, session: Session::waited_for(), ..Engine::default() }
    }

    /// The findings whose place lies in `file`, in order of place then rule, with how they can be repaired.
    pub fn check(&mut self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Result<Vec<Finding>, NoAnswer> {
        self.check_file(snapshot, file, Plans::All, false, cancel).map(|(findings, _)| findings)
    }

    /// The same without a word on repairs: what is shown at each keystroke.
    pub fn check_briefly(&mut self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Result<Vec<Finding>, NoAnswer> {
        self.check_file(snapshot, file, Plans::None, false, cancel).map(|(findings, _)| findings)
    }

    /// What can be said at once: where an edit concerns more routes than anybody waits for, as in a logger that all of them call, those
    /// of this file are looked at again, and those of which something was told in it. The second is true if that is all there is.
    pub fn check_soon(&mut self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Result<(Vec<Finding>, bool), NoAnswer> {
        self.check_file(snapshot, file, Plans::None, true, cancel)
    }

    /// The same with how it can be repaired.
    pub fn check_soon_with_plans(&mut self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Result<(Vec<Finding>, bool), NoAnswer> {
        self.check_file(snapshot, file, Plans::All, true, cancel)
    }

    /// Looks at some of what an answer that was given soon has left out. True if there is nothing more of that.
    pub fn go_on(&mut self, snapshot: &Snapshot, cancel: &Cancel) -> Result<bool, NoAnswer> {
        self.contained(|engine| {
            engine.update(snapshot);
            let is_all = engine.session.go_on(&snapshot.project, &snapshot.config, &|| cancel.is_cancelled())?;
            engine.learn(snapshot);
            Some(is_all)
        })
    }

    fn check_file(&mut self, snapshot: &Snapshot, file: &FileId, plans: Plans, soon: bool, cancel: &Cancel) -> Result<(Vec<Finding>, bool), NoAnswer> {
        self.contained(|engine| {
            let first = engine.said.as_ref().filter(|_| soon).map(|said| said.told_in(file, MOST_FIRST));
            engine.update(snapshot);
            // What the others do must be known to say anything of one.
            let first = first.filter(|_| engine.said.is_some());
            let is_all = engine.session.file(&snapshot.project, &snapshot.config, file, first.as_ref(), &|| cancel.is_cancelled())?;
            let mut out = Vec::new();
            engine.findings(snapshot, Some(file), plans, &mut out);
            if engine.remembered.len() >= MOST_REMEMBERED && !engine.remembered.contains_key(file) {
                engine.remembered.clear();
            }
            let memory = engine.remembered.entry(file.clone()).or_default();
            let hits = snapshot.project.file(file).map(|known| engine.own.patterns.hits(&known.document, &mut memory.patterns)).unwrap_or_default();
            let schema = engine.schema.as_ref().map_or(snapshot.project.schema(), |known| &known.said);
            of_file(snapshot, &engine.reach, schema, file, &mut memory.secrets, &hits, &mut out);
            if matches!(plans, Plans::None) {
                out.iter_mut().for_each(|finding| finding.plans.clear());
            }
            Some((finished(snapshot, out), is_all))
        })
    }

    /// The findings of all files, ordered by file, place and rule.
    pub fn check_all(&mut self, snapshot: &Snapshot, cancel: &Cancel) -> Result<Vec<Finding>, NoAnswer> {
        self.contained(|engine| engine.all(snapshot, Plans::All, &mut |_| {}, &mut |_| {}, cancel))
    }

    /// The same without a word on repairs.
    pub fn check_all_briefly(&mut self, snapshot: &Snapshot, cancel: &Cancel) -> Result<Vec<Finding>, NoAnswer> {
        self.contained(|engine| engine.all(snapshot, Plans::None, &mut |_| {}, &mut |_| {}, cancel))
    }

    /// The same, and what was looked at: `wanted` are the files that are spoken of. An engine that is asked once tells on the way how
    /// far it has come, and of how many findings it knows.
    pub fn survey(
        &mut self,
        snapshot: &Snapshot,
        wanted: &dyn Fn(&FileId) -> bool,
        tell: &mut dyn FnMut(Heard<'_>),
        cancel: &Cancel,
    ) -> Result<(Vec<Finding>, Evidence), NoAnswer> {
        self.contained(|engine| {
            let is_shown = |file: &FileId| wanted(file) && snapshot.project.is_spoken_of(file, &snapshot.config);
            let mut gathered = Gatherer::new(&is_shown);
            let found = engine.all(snapshot, Plans::All, &mut |cx| gathered.take(cx), tell, cancel)?;
            let schema = engine.schema.as_ref().map_or(snapshot.project.schema(), |known| &known.said);
            // What stays was not shown on the way.
            for walk in engine.session.sorted_walks().iter().filter(|_| engine.remembers_all) {
                gathered.take(&RuleCx::new(walk, &snapshot.project, schema, &snapshot.config));
            }
            Some((found, gathered.finish(&snapshot.project, &engine.reach)))
        })
    }

    /// All findings. Of an engine that is asked once, `seen` is shown each walk, and `tell` how far it has come.
    fn all(
        &mut self,
        snapshot: &Snapshot,
        plans: Plans,
        seen: &mut dyn FnMut(&RuleCx<'_>),
        tell: &mut dyn FnMut(Heard<'_>),
        cancel: &Cancel,
    ) -> Option<Vec<Finding>> {
        self.update(snapshot);
        let Engine { session, said, schema, .. } = &mut *self;
        let hands = session.hands();
        let apart = schema.as_ref().map(|known| &known.apart);
        let schema = schema.as_ref().map_or(snapshot.project.schema(), |known| &known.said);
        let mut told = |news: News, step: Step| {
            for walk in news.walks.iter().filter_map(|(_, became)| became.made()) {
                seen(&RuleCx::new(walk, &snapshot.project, schema, &snapshot.config));
            }
            if news.is_anew || !news.walks.is_empty() {
                said.get_or_insert_default().learn(news, &Asked::new(snapshot, schema, apart).by(hands));
            }
            tell(Heard::Step(step, said.as_ref().map_or(0, Said::shown)));
        };
        session.all(&snapshot.project, &snapshot.config, &mut told, &|| cancel.is_cancelled())?;
        let mut of_walks = Vec::new();
        self.findings(snapshot, None, plans, &mut of_walks);
        let mut by_file: FxHashMap<FileId, Vec<Finding>> = FxHashMap::default();
        for finding in of_walks {
            by_file.entry(finding.place.file.clone()).or_default().push(finding);
        }
        let (mut done, mut out) = (Vec::new(), Vec::new());
        let files = snapshot.project.sorted_files();
        if self.remembered.len() > files.len().max(MOST_REMEMBERED) {
            self.remembered.retain(|file, _| snapshot.project.file(file).is_some());
        }
        let hits = self.own.in_all(&files, cancel);
        for (at, (file, _)) in files.iter().enumerate() {
            if cancel.is_cancelled() {
                return None;
            }
            let mut fresh = secrets::Memory::default();
            let memory = match self.remembers_all {
                true => &mut self.remembered.entry((*file).clone()).or_default().secrets,
                false => self.remembered.get_mut(*file).map_or(&mut fresh, |memory| &mut memory.secrets),
            };
            let schema = self.schema.as_ref().map_or(snapshot.project.schema(), |known| &known.said);
            let mut found = by_file.remove(*file).unwrap_or_default();
            of_file(snapshot, &self.reach, schema, file, memory, hits.get(at).map(Vec::as_slice).unwrap_or_default(), &mut found);
            // What is found in a file stands in it; should something not, it waits for its own.
            let (found, others): (Vec<Finding>, Vec<Finding>) = found.into_iter().partition(|finding| finding.place.file == **file);
            out.extend(others);
            let found = finished(snapshot, found);
            tell(Heard::Done(file, &found));
            done.extend(found);
        }
        out.extend(by_file.into_values().flatten());
        if !out.is_empty() {
            done.extend(finished(snapshot, out));
            done = in_order(done);
        }
        if matches!(plans, Plans::None) {
            done.iter_mut().for_each(|finding| finding.plans.clear());
        }
        Some(done)
    }

    /// What is believed of the wanted files.
    pub fn believe(&mut self, snapshot: &Snapshot, wanted: &dyn Fn(&FileId) -> bool, cancel: &Cancel) -> Result<Beliefs, NoAnswer> {
        self.contained(|engine| {
            engine.update(snapshot);
            facts::believe(&mut engine.session, &snapshot.project, &snapshot.config, wanted, &|| cancel.is_cancelled())
        })
    }

    /// The map of the routes whose handler or registration stands in a wanted file, by path.
    pub fn routes(&mut self, snapshot: &Snapshot, wanted: &dyn Fn(&FileId) -> bool, cancel: &Cancel) -> Result<Vec<map::Entry>, NoAnswer> {
        self.contained(|engine| {
            engine.update(snapshot);
            engine.session.all(&snapshot.project, &snapshot.config, &mut |_, _| {}, &|| cancel.is_cancelled())?;
            Some(engine.entries(snapshot, wanted))
        })
    }

    /// The same of one file, for which no other file is looked at that was not before.
    pub fn routes_of(&mut self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Result<Vec<map::Entry>, NoAnswer> {
        self.contained(|engine| {
            engine.update(snapshot);
            engine.session.file(&snapshot.project, &snapshot.config, file, None, &|| cancel.is_cancelled())?;
            Some(engine.entries(snapshot, &|known| known == file))
        })
    }

    fn entries(&self, snapshot: &Snapshot, wanted: &dyn Fn(&FileId) -> bool) -> Vec<map::Entry> {
        let schema = self.schema.as_ref().map_or(snapshot.project.schema(), |known| &known.said);
        let is_shown = |file: &FileId| wanted(file) && snapshot.project.is_spoken_of(file, &snapshot.config);
        let walks = self.session.sorted_walks();
        let entry = |walk: &Arc<RootWalk>| {
            let entry = map::entry(&RuleCx::new(walk, &snapshot.project, schema, &snapshot.config))?;
            let route = walk.route.as_ref()?;
            (is_shown(&entry.site.item.file) || is_shown(&route.site.item.file)).then_some(entry)
        };
        let mut entries: Vec<map::Entry> = walks.iter().filter_map(entry).collect();
        entries.sort_by(|a, b| (&a.path, &a.methods, &a.site).cmp(&(&b.path, &b.methods, &b.site)));
        entries
    }

    /// For each finding that touches `span`: the fixes, best first, suppression last. Edits are computed from this snapshot.
    pub fn fixes_at(&mut self, snapshot: &Snapshot, file: &FileId, span: Span, cancel: &Cancel) -> Result<Vec<Offer>, NoAnswer> {
        let (findings, _) = self.check_file(snapshot, file, Plans::At(span), false, cancel)?;
        Ok(findings
            .into_iter()
            .filter(|finding| finding.place.span.touches(span))
            .map(|finding| Offer { fixes: offers(&snapshot.project, &finding), finding })
            .collect())
    }

    /// How many walks were made so far: what is reused is not made again.
    pub fn walks_made(&self) -> u64 {
        self.session.made()
    }

    /// How many steps these walks took.
    pub fn steps_made(&self) -> u64 {
        self.session.steps()
    }

    /// Does what is said of one file take all others into account? After `check_all`, until files come or go.
    pub fn is_complete(&self) -> bool {
        self.session.is_complete()
    }

    /// What was understood of the project so far.
    pub fn status(&mut self, snapshot: &Snapshot) -> Status {
        let mut status = Status { files: snapshot.project.files().count(), ..Status::default() };
        if let Some(routes) = self.session.known_routes() {
            for (_, route) in routes.iter() {
                match route.function() {
                    Some(_) => status.handlers += 1,
                    None => status.not_understood += 1,
                }
            }
        }
        (status.accesses, status.queries) = self.session.counts();
        status
    }

    /// A panic stays here: what is remembered is thrown away, and whoever asked is told that there is no answer.
    fn contained<T>(&mut self, run: impl FnOnce(&mut Engine) -> Option<T>) -> Result<T, NoAnswer> {
        let run = |engine: &mut Engine| {
            #[cfg(test)]
            failing::strike();
            run(engine)
        };
        match catch_unwind(AssertUnwindSafe(|| run(self))) {
            Ok(answer) => answer.ok_or(NoAnswer::Cancelled),
            Err(_) => {
                *self = if self.remembers_all { Engine::staying() } else { Engine::default() };
                Err(NoAnswer::Failed)
            }
        }
    }

    fn update(&mut self, snapshot: &Snapshot) {
        self.session.update(&snapshot.project, &snapshot.config);
        self.reach.update(&snapshot.project);
        if !self.schema.as_ref().is_some_and(|known| known.holds(snapshot)) {
            // Whose rows are whose may have changed: walks stay, verdicts do not.
            self.said = None;
            self.schema = Some(KnownSchema::of(snapshot));
        }
        if self.limiting != *snapshot.project.limiting() {
            self.said = None;
            self.limiting = Arc::clone(snapshot.project.limiting());
        }
        if self.stripping != *snapshot.project.stripping() {
            self.said = None;
            self.stripping = Arc::clone(snapshot.project.stripping());
        }
        if !Arc::ptr_eq(&self.templates, snapshot.project.templates()) {
            self.said = None;
            self.templates = Arc::clone(snapshot.project.templates());
        }
        if self.own.rules != snapshot.config.own_rules {
            self.own = OwnRules::of(&snapshot.config);
            self.remembered.values_mut().for_each(|memory| memory.patterns = PatternMemory::default());
        }
    }

    /// Takes in what the session found, and gives what is said of a file, or of all.
    fn findings(&mut self, snapshot: &Snapshot, only: Option<&FileId>, plans: Plans, out: &mut Vec<Finding>) {
        self.learn(snapshot);
        let asked = asked(snapshot, self.schema.as_ref(), self.session.hands());
        if let Some(said) = &self.said {
            said.findings(only, plans, &asked, out);
        }
    }

    fn learn(&mut self, snapshot: &Snapshot) {
        let asked = asked(snapshot, self.schema.as_ref(), self.session.hands());
        match &mut self.said {
            Some(said) => said.learn(self.session.news(), &asked),
            said => *said = Some(Said::of_all(&mut self.session, &asked)),
        }
    }
}

fn asked<'s>(snapshot: &'s Snapshot, schema: Option<&'s KnownSchema>, hands: usize) -> Asked<'s> {
    let said = schema.map_or(snapshot.project.schema(), |known| &known.said);
    Asked::new(snapshot, said, schema.map(|known| &known.apart)).by(hands)
}

/// The fixes of a finding: repairs first, the comment that silences it last.
pub fn offers(project: &Project, finding: &Finding) -> Vec<Fix> {
    let silence = FixPlan::Suppress { at: finding.place.clone(), rule: finding.rule.clone(), detail: finding.detail.clone() };
    finding.plans.iter().chain([&silence]).flat_map(|plan| fixes::fixes(project, plan)).collect()
}

/// Reads what is known of the world now, so that the first check need not: each of these can be done beside the others.
pub fn preparations() -> [fn(); 3] {
    [schema::make_ready, catalogue::make_ready, secrets::make_ready]
}

/// The findings of one file, by a fresh engine.
pub fn check(snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Result<Vec<Finding>, NoAnswer> {
    Engine::default().check(snapshot, file, cancel)
}

/// The findings of all files, by a fresh engine.
pub fn check_all(snapshot: &Snapshot, cancel: &Cancel) -> Result<Vec<Finding>, NoAnswer> {
    Engine::once().check_all(snapshot, cancel)
}

/// A finding with the fixes that can be applied now.
pub struct Offer {
    pub finding: Finding,
    pub fixes: Vec<Fix>,
}

/// The offers of a fresh engine.
pub fn fixes_at(snapshot: &Snapshot, file: &FileId, span: Span, cancel: &Cancel) -> Result<Vec<Offer>, NoAnswer> {
    Engine::default().fixes_at(snapshot, file, span, cancel)
}
