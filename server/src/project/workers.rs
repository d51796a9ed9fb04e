//! Walks that are made side by side. What comes of one does not depend on those beside it: each worker looks at the same project in
//! its own way, and remembers the values of module-level names for itself.

use rayon::prelude::*;

use super::Project;
use super::followed::Followed;
use super::world::Linked;
use crate::config::Config;
use crate::facts::walk::{ModuleCache, STACK_BYTES};

/// Who makes walks, one after the other.
pub(super) struct Worker<'p> {
    pub world: Linked<'p>,
    pub cache: ModuleCache,
}

impl<'p> Worker<'p> {
    pub fn new(project: &'p Project, config: &'p Config, cache: ModuleCache) -> Worker<'p> {
        Worker { world: Linked::new(project, config), cache }
    }
}

/// At least one of them.
pub(super) struct Workers<'p> {
    all: Vec<Worker<'p>>,
    /// `None` if there is one only, who works where it is asked to.
    threads: Option<rayon::ThreadPool>,
}

/// So much work is handed out at a time for each worker: enough that they seldom wait for one another, and little enough that what is
/// found is told soon.
const PIECES_EACH: usize = 16;

impl<'p> Workers<'p> {
    /// As many as are wanted and can be had.
    pub fn new(project: &'p Project, config: &'p Config, wanted: usize) -> Workers<'p> {
        let threads = (wanted > 1).then(|| rayon::ThreadPoolBuilder::new().num_threads(wanted).stack_size(STACK_BYTES).build().ok()).flatten();
        let count = threads.as_ref().map_or(1, rayon::ThreadPool::current_num_threads);
        Workers { all: (0..count).map(|_| Worker::new(project, config, ModuleCache::default())).collect(), threads }
    }

    /// One alone, who knows these values already.
    pub fn alone(project: &'p Project, config: &'p Config, cache: ModuleCache) -> Workers<'p> {
        Workers { all: vec![Worker::new(project, config, cache)], threads: None }
    }

    pub fn is_one(&self) -> bool {
        self.all.len() == 1
    }

    /// The values that the first of them knows now.
    pub fn into_cache(self) -> ModuleCache {
        self.all.into_iter().next().map(|worker| worker.cache).unwrap_or_default()
    }

    /// One of them, for work that cannot be divided.
    pub fn one(&mut self) -> &mut Worker<'p> {
        &mut self.all[0]
    }

    /// What they followed since they were made.
    pub fn followed(&self) -> Followed {
        let mut all = Followed::default();
        self.all.iter().for_each(|worker| all.learn(worker.world.followed()));
        all
    }

    /// How much work is best handed out at a time.
    pub fn pieces(&self) -> usize {
        self.all.len() * PIECES_EACH
    }

    /// What each piece of work gives, in the order of the work. `None` if cancelled.
    pub fn each<T: Sync, R: Send>(
        &mut self,
        work: &[T],
        run: impl Fn(&mut Worker<'p>, &T) -> R + Sync,
        cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Option<Vec<R>> {
        let count = self.all.len();
        let share = |(at, worker): (usize, &mut Worker<'p>)| -> Option<Vec<R>> {
            work.iter().skip(at).step_by(count).map(|piece| (!cancelled()).then(|| run(worker, piece))).collect()
        };
        let shares: Vec<Vec<R>> = match &self.threads {
            Some(threads) => threads.install(|| self.all.par_iter_mut().with_max_len(1).enumerate().map(share).collect::<Option<_>>())?,
            None => self.all.iter_mut().enumerate().map(share).collect::<Option<_>>()?,
        };
        let mut shares: Vec<_> = shares.into_iter().map(Vec::into_iter).collect();
        Some((0..work.len()).filter_map(|at| shares.get_mut(at % count)?.next()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_side_by_side_comes_in_order() {
        let (project, config) = (Project::default(), Config::default());
        for wanted in [0, 1, 3] {
            let mut workers = Workers::new(&project, &config, wanted);
            let work: Vec<u32> = (0..50).collect();
            assert_eq!(workers.each(&work, |_, piece| piece * 2, &|| false), Some(work.iter().map(|piece| piece * 2).collect()));
            assert_eq!(workers.each(&work, |_, piece| *piece, &|| true), None);
        }
    }
}
