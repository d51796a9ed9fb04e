//! The thread that analyses: the only one that changes the project, so that every project follows from the one before.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustc_hash::{FxHashMap, FxHashSet};

use super::capabilities::UNNECESSARY;
use super::completion;
use super::configure;
use super::disk;
use super::documents::Open;
use super::held;
use super::index::{self, Indexed};
use super::judge;
use super::quiet;
use super::render::{self, Around};
use super::scheduler::Job;
use super::state::{Analysed, Known, State, holds};
use super::status;
use super::watch;
use crate::engine::{Cancel, Snapshot};
use crate::project::{EnvFiles, Project};
use crate::syntax::Document;
use crate::text::FileId;

/// How long after a change of one document the others are looked at again.
pub(super) const AFTERWARDS: Duration = Duration::from_millis(25);
/// How long a document must be left alone to be parsed as a whole.
const SETTLE: Duration = Duration::from_millis(200);
/// Of how much text the trees are kept.
const WARM: usize = 512 << 10;

pub struct Analyst {
    pub(super) state: Arc<State>,
    shown: FxHashMap<FileId, Shown>,
    /// What changed on disk while the index was being made.
    journal: FxHashSet<FileId>,
    /// Something that the client is shown changed without it having asked.
    stale_for_client: bool,
    /// The documents whose trees are kept, with their revisions and sizes; those worked on last at the end.
    warm: VecDeque<(FileId, u64, usize)>,
    status: status::Teller,
}

/// What is behind a result.
struct Shown {
    generation: u64,
    revision: u64,
    /// All findings, when some of them are held back until the document is left alone.
    all: Option<judge::Shown>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Publish {
    Always,
    IfOther,
}

impl Analyst {
    pub fn new(state: Arc<State>) -> Analyst {
        Analyst {
            state,
            shown: FxHashMap::default(),
            journal: FxHashSet::default(),
            stale_for_client: false,
            warm: VecDeque::new(),
            status: status::Teller::default(),
        }
    }

    /// Runs until the server stops.
    pub fn run(mut self) {
        loop {
            let job = self.state.scheduler.next();
            if matches!(job, Job::Stop) {
                return;
            }
            // What panicked is given up; where that was has been logged.
            let _ = catch_unwind(AssertUnwindSafe(|| self.work(job)));
        }
    }

    fn work(&mut self, job: Job) {
        match job {
            Job::Documents(files) => self.documents(&files),
            Job::Quiet(file) => self.quiet(&file),
            Job::Settle(file) => self.settle(&file),
            Job::Settled(document, revision) => self.settled(&document, revision),
            Job::Recheck => self.recheck(),
            Job::Configure => self.configure(),
            Job::Disk(files) => self.disk(files),
            Job::Indexed { found, run } => self.indexed(&found, run),
            Job::Completed => {
                self.state.learn(|_| {});
                self.ask_for_lenses();
                self.state.scheduler.recheck_at(Instant::now());
            }
            Job::Stop => {}
        }
    }

    fn documents(&mut self, files: &[FileId]) {
        let state = self.state.clone();
        let began = Instant::now();
        let open: Vec<Open> = files.iter().filter_map(|file| state.documents.in_step(file)).collect();
        let documents: Vec<Arc<Document>> = open.iter().map(|open| open.document.clone()).collect();
        let Some(first) = documents.first().map(|document| &document.file) else { return };
        let mut begun = Some(state.scheduler.begin(first));
        self.learn_wanted(&documents);
        let known = self.advance(&documents);
        let read = began.elapsed();
        for (i, open) in open.iter().enumerate() {
            let file = &open.document.file;
            if i > 0 && state.scheduler.somebody_types() {
                let rest: Vec<FileId> = documents[i..].iter().map(|document| document.file.clone()).collect();
                state.scheduler.give_back(&rest);
                break;
            }
            let began = if i == 0 { began } else { Instant::now() };
            let cancel = begun.take().unwrap_or_else(|| state.scheduler.begin(file));
            self.give_up_if_old(open, &cancel);
            let checking = Instant::now();
            if let Some((checked, is_all)) = self.check_soon(&known, open, &cancel) {
                let checked_in = checking.elapsed();
                if is_all {
                    self.publish(open, checked, &known, Publish::Always);
                } else {
                    // It is looked at again as if the project had changed since.
                    let before = Known { generation: known.generation.saturating_sub(1), ..known.clone() };
                    self.publish(open, self.with_the_rest(open, checked), &before, Publish::Always);
                }
                if !open.document.is_settled() {
                    state.scheduler.settle_at(file, Instant::now() + SETTLE);
                }
                let told_in = checking.elapsed() - checked_in;
                state.log.debug(|| format!("{file} version {}: read in {read:?}, checked in {checked_in:?}, told in {told_in:?}", open.document.version));
            }
            state.scheduler.end(file, began);
        }
        self.cool(&open);
        let first_seen = open.iter().any(|open| open.document.version <= 1);
        if first_seen || self.shown.values().any(|shown| shown.generation < known.generation) {
            state.scheduler.recheck_at(Instant::now() + AFTERWARDS);
        }
    }

    /// Keeps the trees of the documents that were worked on last, and gives up those of the others.
    fn cool(&mut self, worked_on: &[Open]) {
        for open in worked_on {
            let file = &open.document.file;
            self.warm.retain(|(warm, _, _)| warm != file);
            self.warm.push_back((file.clone(), open.revision, open.document.rope().len_bytes()));
        }
        self.lighten_all(worked_on);
        let mut bytes: usize = self.warm.iter().map(|(_, _, bytes)| bytes).sum();
        let mut cold = Vec::new();
        while bytes > WARM && self.warm.len() > 2 {
            let Some((file, revision, size)) = self.warm.pop_front() else { break };
            bytes -= size;
            self.state.documents.cool(&file, revision);
            cold.push(file);
        }
        if !cold.is_empty() {
            let project = Arc::new(self.state.snapshot().project.cooled(&cold));
            self.state.refine(project);
        }
    }

    /// The project with these texts.
    fn advance(&mut self, documents: &[Arc<Document>]) -> Known {
        let state = &self.state;
        let known = state.known();
        let change = |document: &Arc<Document>| {
            let file = &document.file;
            if !state.looks_at(document) {
                return known.project.file(file).map(|_| (file.clone(), None));
            }
            (!holds(&known.project, document)).then(|| (file.clone(), Some(document.clone())))
        };
        let changes: Vec<_> = documents.iter().filter_map(change).collect();
        if changes.is_empty() {
            return known;
        }
        let next = catch_unwind(AssertUnwindSafe(|| known.project.with(changes)));
        match next {
            Ok(project) => self.learn(project),
            // Nothing is known of these texts then; `check` sees that and says nothing.
            Err(_) => known,
        }
    }

    pub(super) fn learn(&self, project: Project) -> Known {
        let project = Arc::new(project);
        self.state.learn(|known| known.project = project)
    }

    /// An edit that came after the document was taken and before its analysis was known to have begun has cancelled nothing.
    pub(super) fn give_up_if_old(&self, open: &Open, cancel: &Cancel) {
        if !self.state.documents.if_still(&open.document.file, open.revision, |_| {}) {
            cancel.cancel();
        }
    }

    /// `None` if cancelled.
    pub(super) fn check(&self, known: &Known, open: &Open, cancel: &Cancel) -> Option<judge::Shown> {
        let check = |snapshot: &Snapshot, file: &FileId| Some((judge::check(&self.state, snapshot, file, cancel)?, true));
        self.checked(known, open, check).map(|(shown, _)| shown)
    }

    /// What can be said at once, and whether that is all. `None` if cancelled.
    fn check_soon(&self, known: &Known, open: &Open, cancel: &Cancel) -> Option<(judge::Shown, bool)> {
        self.checked(known, open, |snapshot, file| judge::check_soon(&self.state, snapshot, file, cancel))
    }

    fn checked(&self, known: &Known, open: &Open, check: impl FnOnce(&Snapshot, &FileId) -> Option<(judge::Shown, bool)>) -> Option<(judge::Shown, bool)> {
        let document = &open.document;
        let nothing = || Some((judge::Shown::default(), true));
        if !holds(&known.project, document) {
            return nothing();
        }
        let snapshot = Snapshot { project: known.project.clone(), config: known.config.clone() };
        catch_unwind(AssertUnwindSafe(|| check(&snapshot, &document.file))).unwrap_or_else(|_| nothing())
    }

    /// What was shown stays until everything has been looked at again.
    fn with_the_rest(&self, open: &Open, checked: judge::Shown) -> judge::Shown {
        let before = self.state.result(&open.document.file);
        let edit = before.as_ref().and_then(|before| open.trail.since(before.revision));
        match (before, edit) {
            (Some(before), Some(edit)) => judge::Shown { findings: quiet::with_the_rest(checked.findings, &before.findings, edit), ..checked },
            _ => checked,
        }
    }

    /// Keeps and shows what was found, unless the document has become another meanwhile.
    pub(super) fn publish(&mut self, open: &Open, checked: judge::Shown, known: &Known, publish: Publish) {
        let state = self.state.clone();
        let document = &open.document;
        let file = &document.file;
        let before = state.result(file);
        let (nothing, empty) = (Vec::new(), render::List::default());
        let shown_before = before.as_ref().map_or((nothing.as_slice(), &empty), |result| (result.findings.as_slice(), &result.list));
        let wait = Duration::from_millis(known.config.quiet_ms);
        let judge::Shown { mut findings, notes } = checked;
        let mut all = None;
        if let Some(hull) = open.edits.hull.filter(|_| open.edits.last.elapsed() < wait && findings.iter().any(|finding| finding.absence)) {
            let waiting = quiet::waiting(&findings, document.items_around(hull), shown_before.0);
            if waiting.contains(&true) {
                state.scheduler.quiet_at(file, open.edits.last + wait);
                all = Some(judge::Shown { findings: findings.clone(), notes: notes.clone() });
                let mut waiting = waiting.into_iter();
                findings.retain(|_| waiting.next() != Some(true));
            }
        }
        let uri_of = |file: &FileId| state.uri_of(file);
        let around = Around { project: &known.project, uri_of: &uri_of };
        let renderer = state.renderer();
        // What was shown is of an earlier text, mostly of the one before.
        let edit = before.as_ref().and_then(|result| open.trail.since(result.revision));
        let mut list = renderer.list(document.rope(), &findings, shown_before, edit, &around);
        let remarks = notes.into_iter().map(|note| ("mark", note.place.span, note.message));
        let errors = configure::errors_in(&state, document).into_iter().map(|error| ("config", error.span, error.message));
        for (code, span, message) in remarks.chain(errors) {
            // A mark that is told of does not do what it looks like.
            let tags: &[u8] = if code == "mark" && state.capabilities().unnecessary_tag { &[UNNECESSARY] } else { &[] };
            render::add(&mut list, &render::remark(document.rope(), span, code, &message, tags, renderer.encoding));
        }
        let same_list = before.as_ref().is_some_and(|result| result.list.json == list.json);
        let send = !state.pulls() && (publish == Publish::Always || !same_list);
        let body = send.then(|| render::publication(&open.uri, Some(document.version), &list.json));
        let result = Arc::new(Analysed { revision: open.revision, findings, list });
        let still = state.documents.if_still(file, open.revision, |_| {
            if let Some(body) = body {
                state.outbox.send_list(file, body);
            }
            state.keep_result(file, result);
        });
        if still {
            self.stale_for_client |= publish == Publish::IfOther && !same_list;
            self.shown.insert(file.clone(), Shown { generation: known.generation, revision: open.revision, all });
        }
    }

    /// What was held back is said now, unless the document has been edited again.
    fn quiet(&mut self, file: &FileId) {
        let state = self.state.clone();
        let Some(open) = state.documents.in_step(file) else { return };
        let wait = Duration::from_millis(state.config().quiet_ms);
        if open.edits.hull.is_some() && open.edits.last.elapsed() < wait {
            return state.scheduler.quiet_at(file, open.edits.last + wait);
        }
        let Some(shown) = self.shown.get_mut(file).filter(|shown| shown.revision == open.revision) else { return };
        let generation = shown.generation;
        if let Some(all) = shown.all.take() {
            // As old as the project it was found in: should that have changed, the document is looked at again anyway.
            let known = Known { generation, ..state.known() };
            self.publish(&open, all, &known, Publish::IfOther);
        }
        self.tell_client();
    }

    /// Looks again at one document that was last seen in an older project.
    fn recheck(&mut self) {
        let state = self.state.clone();
        let known = state.known();
        self.shown.retain(|file, _| state.documents.is_open(file));
        held(&state.wanted).retain(|file, _| state.documents.is_open(file));
        let old = self.shown.iter().filter(|(_, shown)| shown.generation < known.generation).map(|(file, _)| file).min().cloned();
        let Some(file) = old else {
            self.tell_client();
            return;
        };
        state.scheduler.recheck_at(Instant::now());
        // If its text has changed, it is pending by itself.
        let same = |open: &Open| self.shown.get(&file).is_some_and(|shown| shown.revision == open.revision);
        let Some(open) = state.documents.in_step(&file).filter(same) else {
            self.shown.remove(&file);
            return;
        };
        let cancel = state.scheduler.begin(&file);
        self.give_up_if_old(&open, &cancel);
        let began = Instant::now();
        if let Some(checked) = self.check(&known, &open, &cancel) {
            self.publish(&open, checked, &known, Publish::IfOther);
        }
        state.scheduler.end(&file, began);
    }

    fn tell_client(&mut self) {
        if std::mem::take(&mut self.stale_for_client) && self.state.pulls() {
            let state = self.state.clone();
            self.state.runtime.spawn(async move { state.client.workspace_diagnostic_refresh().await });
        }
        self.status.tell(&self.state);
        completion::start_if_needed(&self.state);
    }

    /// What is said above handlers may have become something else without an edit.
    fn ask_for_lenses(&self) {
        if self.state.capabilities().code_lens_refresh && self.state.capabilities().code_lens {
            let state = self.state.clone();
            self.state.runtime.spawn(async move { state.client.code_lens_refresh().await });
        }
    }

    fn configure(&mut self) {
        if configure::read(&self.state) {
            self.ask_for_lenses();
            held(&self.state.wanted).clear();
            let open: Vec<Arc<Document>> = self.state.documents.all_in_step().into_iter().map(|open| open.document).collect();
            self.learn_wanted(&open);
            self.advance(&open);
            self.state.scheduler.recheck_at(Instant::now());
        }
    }

    /// What lies on disk now, for files that are not open: a buffer always wins, and what is on disk is read when it closes.
    fn disk(&mut self, files: Vec<FileId>) {
        let state = self.state.clone();
        if state.index.is_running() {
            self.journal.extend(files.iter().cloned());
        }
        let known = state.known();
        let change = disk::changes(&state, &known, files);
        if change.is_too_much {
            index::start(&state);
        }
        if change.config {
            self.configure();
        }
        if change.files.is_empty() && change.env_files.is_none() {
            return self.tell_client();
        }
        let project = known.project.with(change.files);
        let env_files = change.env_files.map(Arc::new);
        let project = match &env_files {
            Some(env_files) => project.with_env_files(EnvFiles::clone(env_files)),
            None => project,
        };
        let project = Arc::new(project);
        state.learn(|known| {
            known.project = project;
            if let Some(env_files) = env_files {
                known.env_files = env_files;
            }
        });
        state.scheduler.recheck_at(Instant::now());
    }

    /// The project on disk is known: what is open lies over it, and what changed meanwhile is read again.
    fn indexed(&mut self, found: &Indexed, run: u64) {
        let state = self.state.clone();
        if !state.index.is_last(run) {
            return;
        }
        // The client was told that it is going on, so it is told the end in any case.
        self.status = status::Teller::default();
        let open = state.documents.all_in_step().into_iter().map(|open| open.document);
        let open = open.map(|document| (document.file.clone(), state.looks_at(&document).then_some(document)));
        let next = Arc::new(found.project.with(open.collect()));
        let env_files = found.env_files.clone();
        state.learn(|known| {
            known.project = next;
            known.env_files = env_files;
            known.is_read = true;
        });
        state.index.finish(run);
        state.announce();
        let journal: Vec<FileId> = self.journal.drain().collect();
        if !journal.is_empty() {
            self.disk(journal);
        }
        watch::folders_known(&state, found.began);
        state.scheduler.recheck_at(Instant::now());
    }

    fn learn_wanted(&self, documents: &[Arc<Document>]) {
        let known = held(&self.state.wanted);
        let new: Vec<FileId> = documents.iter().map(|document| &document.file).filter(|file| !known.contains_key(*file)).cloned().collect();
        drop(known);
        if !new.is_empty() {
            let wanted = disk::are_wanted(&self.state, &new);
            held(&self.state.wanted).extend(new.into_iter().zip(wanted));
        }
    }
}
