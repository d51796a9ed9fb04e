//! What the analysing thread does next. Knows times and orders, nothing of documents or findings.
//!
//! Of each document at most one analysis is in flight and one pending, and the pending one means the newest version.
//! There is no fixed wait: only a document that changes faster than it can be analysed is not analysed again at once.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use rustc_hash::{FxHashMap, FxHashSet};

use super::held;
use super::index::Indexed;
use crate::engine::Cancel;
use crate::syntax::Document;
use crate::text::FileId;

#[derive(Clone)]
pub enum Job {
    /// Documents with a new text. More than one only if they were opened together.
    Documents(Vec<FileId>),
    /// A document that has been left alone.
    Quiet(FileId),
    /// A document that has been left alone for longer, to be parsed as a whole.
    Settle(FileId),
    /// That was done; the revision it was done of.
    Settled(Arc<Document>, u64),
    /// One of the documents that were last looked at in an older project.
    Recheck,
    /// The settings or `guardline.json` may be other than they were.
    Configure,
    /// These files or folders may have changed on disk, come or gone.
    Disk(Vec<FileId>),
    /// The index is complete: the project as it is on disk.
    Indexed {
        found: Arc<Indexed>,
        run: u64,
    },
    /// From now on every analysis takes all files into account.
    Completed,
    Stop,
}

#[derive(Default)]
pub struct Scheduler {
    queue: Mutex<Queue>,
    bell: Condvar,
}

#[derive(Default)]
struct Queue {
    edited: VecDeque<FileId>,
    opened: VecDeque<FileId>,
    urgent: VecDeque<Job>,
    background: VecDeque<Job>,
    quiet_at: FxHashMap<FileId, Instant>,
    settle_at: FxHashMap<FileId, Instant>,
    not_before: FxHashMap<FileId, Instant>,
    recheck_at: Option<Instant>,
    in_flight: Option<InFlight>,
    /// Documents whose last analysis that came to its end was slow.
    slow: FxHashSet<FileId>,
    /// Documents taken in a row while other work waited.
    streak: u32,
    stopped: bool,
}

struct InFlight {
    file: FileId,
    cancel: Cancel,
    /// A newer text has arrived.
    is_overtaken: bool,
}

/// An analysis that takes longer than this, and is overtaken, is not begun again at once ...
const SLOW: Duration = Duration::from_millis(2);
/// ... but this long after it began.
const PACE: Duration = Duration::from_millis(8);
/// Documents that are opened together are read into the project together.
const TOGETHER: usize = 32;
/// After so many documents in a row, other work has its turn.
const FAIR: u32 = 32;

impl Scheduler {
    pub fn edited(&self, file: FileId) {
        self.change(|queue| {
            queue.overtake(&file);
            queue.opened.retain(|waiting| *waiting != file);
            if !queue.edited.contains(&file) {
                queue.edited.push_back(file);
            }
        });
    }

    pub fn opened(&self, file: FileId) {
        self.change(|queue| {
            queue.overtake(&file);
            if !queue.edited.contains(&file) && !queue.opened.contains(&file) {
                queue.opened.push_back(file);
            }
        });
    }

    pub fn closed(&self, file: &FileId) {
        self.change(|queue| {
            queue.overtake(file);
            queue.edited.retain(|waiting| waiting != file);
            queue.opened.retain(|waiting| waiting != file);
            queue.quiet_at.remove(file);
            queue.settle_at.remove(file);
            queue.not_before.remove(file);
            queue.slow.remove(file);
        });
    }

    pub fn urgent(&self, job: Job) {
        self.change(|queue| queue.urgent.push_back(job));
    }

    pub fn later(&self, job: Job) {
        self.change(|queue| queue.background.push_back(job));
    }

    pub fn quiet_at(&self, file: &FileId, at: Instant) {
        self.change(|queue| {
            queue.quiet_at.insert(file.clone(), at);
        });
    }

    pub fn settle_at(&self, file: &FileId, at: Instant) {
        self.change(|queue| {
            queue.settle_at.insert(file.clone(), at);
        });
    }

    pub fn recheck_at(&self, at: Instant) {
        self.change(|queue| queue.recheck_at = Some(queue.recheck_at.map_or(at, |before| before.max(at))));
    }

    pub fn stop(&self) {
        self.change(|queue| {
            queue.stopped = true;
            if let Some(busy) = &queue.in_flight {
                busy.cancel.cancel();
            }
        });
    }

    /// An analysis of `file` begins; the token is cancelled when a newer text arrives.
    pub fn begin(&self, file: &FileId) -> Cancel {
        let cancel = Cancel::default();
        held(&self.queue).in_flight = Some(InFlight { file: file.clone(), cancel: cancel.clone(), is_overtaken: false });
        cancel
    }

    pub fn end(&self, file: &FileId, began: Instant) {
        let mut queue = held(&self.queue);
        queue.not_before.remove(file);
        let is_overtaken = queue.in_flight.take().is_some_and(|busy| busy.is_overtaken);
        if began.elapsed() > SLOW {
            queue.slow.insert(file.clone());
        } else if !is_overtaken {
            queue.slow.remove(file);
        }
        // Whoever types slower than this never waits.
        if is_overtaken && queue.slow.contains(file) {
            queue.not_before.insert(file.clone(), began + PACE);
        }
    }

    /// Gives back documents that were taken together, because another one is waiting that somebody is typing in.
    pub fn give_back(&self, files: &[FileId]) {
        self.change(|queue| files.iter().rev().for_each(|file| queue.opened.push_front(file.clone())));
    }

    pub fn somebody_types(&self) -> bool {
        !held(&self.queue).edited.is_empty()
    }

    /// The next job, once there is one.
    pub fn next(&self) -> Job {
        let mut queue = held(&self.queue);
        loop {
            let now = Instant::now();
            let wake = match queue.take(now) {
                Taken::Job(job) => return job,
                Taken::At(wake) => wake,
            };
            queue = match wake {
                Some(at) => self.bell.wait_timeout(queue, at.saturating_duration_since(now)).unwrap_or_else(std::sync::PoisonError::into_inner).0,
                None => self.bell.wait(queue).unwrap_or_else(std::sync::PoisonError::into_inner),
            };
        }
    }

    fn change(&self, change: impl FnOnce(&mut Queue)) {
        change(&mut held(&self.queue));
        self.bell.notify_one();
    }
}

enum Taken {
    Job(Job),
    /// Nothing to do until then, or until something arrives.
    At(Option<Instant>),
}

impl Queue {
    fn take(&mut self, now: Instant) -> Taken {
        if self.stopped {
            return Taken::Job(Job::Stop);
        }
        if let Some(job) = self.urgent.pop_front() {
            return Taken::Job(job);
        }
        if (self.streak < FAIR || self.background.is_empty())
            && let Some(files) = self.documents(now)
        {
            self.streak += 1;
            return Taken::Job(Job::Documents(files));
        }
        self.streak = 0;
        if let Some(job) = self.background.pop_front() {
            return Taken::Job(job);
        }
        if let Some(file) = take_due(&mut self.quiet_at, now) {
            return Taken::Job(Job::Quiet(file));
        }
        if let Some(file) = take_due(&mut self.settle_at, now) {
            return Taken::Job(Job::Settle(file));
        }
        if self.recheck_at.is_some_and(|at| at <= now) {
            self.recheck_at = None;
            return Taken::Job(Job::Recheck);
        }
        let paced = self.edited.iter().chain(&self.opened).filter_map(|file| self.not_before.get(file));
        Taken::At(paced.chain(self.quiet_at.values()).chain(self.settle_at.values()).chain(&self.recheck_at).min().copied())
    }

    fn documents(&mut self, now: Instant) -> Option<Vec<FileId>> {
        let not_before = &self.not_before;
        let may_begin = |file: &FileId| not_before.get(file).is_none_or(|at| *at <= now);
        if let Some(at) = self.edited.iter().position(may_begin) {
            return self.edited.remove(at).map(|file| vec![file]);
        }
        let (mut taken, mut left) = (Vec::new(), VecDeque::new());
        for file in self.opened.drain(..) {
            if taken.len() < TOGETHER && may_begin(&file) { taken.push(file) } else { left.push_back(file) }
        }
        self.opened = left;
        (!taken.is_empty()).then_some(taken)
    }

    /// A newer text of `file`, or none any more: what is being found out about the old one is of no use.
    fn overtake(&mut self, file: &FileId) {
        if let Some(busy) = self.in_flight.as_mut().filter(|busy| busy.file == *file) {
            busy.cancel.cancel();
            busy.is_overtaken = true;
        }
    }
}

fn take_due(due: &mut FxHashMap<FileId, Instant>, now: Instant) -> Option<FileId> {
    let file = due.iter().filter(|(_, at)| **at <= now).map(|(file, _)| file).min().cloned()?;
    due.remove(&file);
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> FileId {
        FileId::new(name)
    }

    fn take(scheduler: &Scheduler, now: Instant) -> String {
        match held(&scheduler.queue).take(now) {
            Taken::Job(Job::Documents(files)) => files.iter().map(FileId::as_str).collect::<Vec<_>>().join(" "),
            Taken::Job(Job::Quiet(file)) => format!("quiet {file}"),
            Taken::Job(Job::Settle(file)) => format!("settle {file}"),
            Taken::Job(Job::Settled(..)) => "settled".into(),
            Taken::Job(Job::Recheck) => "recheck".into(),
            Taken::Job(Job::Configure) => "configure".into(),
            Taken::Job(Job::Disk(_)) => "disk".into(),
            Taken::Job(Job::Indexed { .. }) => "indexed".into(),
            Taken::Job(Job::Completed) => "completed".into(),
            Taken::Job(Job::Stop) => "stop".into(),
            Taken::At(None) => "wait".into(),
            Taken::At(Some(at)) => format!("wait {} ms", at.duration_since(now).as_millis()),
        }
    }

    #[test]
    fn a_document_waits_once_however_often_it_changes() {
        let (scheduler, now) = (Scheduler::default(), Instant::now());
        for _ in 0..5000 {
            scheduler.edited(file("/a"));
        }
        assert_eq!(take(&scheduler, now), "/a");
        assert_eq!(take(&scheduler, now), "wait");
    }

    #[test]
    fn who_types_goes_first_and_who_opens_goes_together() {
        let (scheduler, now) = (Scheduler::default(), Instant::now());
        scheduler.opened(file("/a"));
        scheduler.opened(file("/b"));
        scheduler.edited(file("/c"));
        scheduler.urgent(Job::Configure);
        assert_eq!(take(&scheduler, now), "configure");
        assert_eq!(take(&scheduler, now), "/c");
        assert_eq!(take(&scheduler, now), "/a /b");
        scheduler.give_back(&[file("/b")]);
        assert_eq!(take(&scheduler, now), "/b");
    }

    #[test]
    fn a_newer_text_cancels_the_analysis_of_the_older() {
        let scheduler = Scheduler::default();
        let cancel = scheduler.begin(&file("/a"));
        scheduler.edited(file("/b"));
        assert!(!cancel.is_cancelled());
        scheduler.edited(file("/a"));
        assert!(cancel.is_cancelled());
        scheduler.end(&file("/a"), Instant::now());
        let cancel = scheduler.begin(&file("/a"));
        scheduler.closed(&file("/a"));
        assert!(cancel.is_cancelled());
    }

    #[test]
    fn only_a_slow_document_that_changes_faster_is_paced() {
        let (scheduler, now) = (Scheduler::default(), Instant::now());
        let Some(long_ago) = now.checked_sub(Duration::from_secs(1)) else { return };
        let a = file("/a");
        // Slow, but nobody hurries.
        scheduler.begin(&a);
        scheduler.end(&a, long_ago);
        scheduler.edited(a.clone());
        assert_eq!(take(&scheduler, now), "/a");
        // Overtaken, and known to be slow although this one was given up early.
        scheduler.begin(&a);
        scheduler.edited(a.clone());
        let began = now + Duration::from_secs(3600);
        scheduler.end(&a, began);
        assert_eq!(take(&scheduler, began), "wait 8 ms");
        assert_eq!(take(&scheduler, began + PACE), "/a");
        // Once it is fast again it is not.
        scheduler.begin(&a);
        scheduler.end(&a, began);
        scheduler.begin(&a);
        scheduler.edited(a.clone());
        scheduler.end(&a, began);
        assert_eq!(take(&scheduler, began), "/a");
    }

    #[test]
    fn typing_without_end_does_not_starve_the_rest() {
        let (scheduler, now) = (Scheduler::default(), Instant::now());
        scheduler.later(Job::Disk(Vec::new()));
        let mut taken = 0;
        loop {
            scheduler.edited(file("/a"));
            if take(&scheduler, now) == "disk" {
                break;
            }
            taken += 1;
        }
        assert_eq!(taken, FAIR);
    }

    #[test]
    fn quiet_and_rechecks_come_when_their_time_does() {
        let (scheduler, now) = (Scheduler::default(), Instant::now());
        scheduler.quiet_at(&file("/a"), now + Duration::from_millis(500));
        scheduler.recheck_at(now + Duration::from_millis(25));
        scheduler.recheck_at(now);
        assert_eq!(take(&scheduler, now), "wait 25 ms", "a later one does not come sooner because of an earlier");
        assert_eq!(take(&scheduler, now + Duration::from_millis(25)), "recheck");
        assert_eq!(take(&scheduler, now + Duration::from_millis(25)), "wait 475 ms");
        scheduler.quiet_at(&file("/a"), now + Duration::from_millis(700));
        assert_eq!(take(&scheduler, now + Duration::from_millis(500)), "wait 200 ms");
        assert_eq!(take(&scheduler, now + Duration::from_millis(700)), "quiet /a");
        scheduler.quiet_at(&file("/a"), now);
        scheduler.closed(&file("/a"));
        assert_eq!(take(&scheduler, now), "wait");
        scheduler.stop();
        assert_eq!(take(&scheduler, now), "stop");
    }
}
