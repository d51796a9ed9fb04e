//! What the rules say of walks, each by itself: side by side where somebody waits for it.

use std::sync::Arc;

use rayon::prelude::*;

use super::{STACK_BYTES, Snapshot};
use crate::facts::schema::Schema;
use crate::project::RootWalk;
use crate::rules::habits::Habit;
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::usage::Use;
use crate::rules::{self, habits, usage};

/// Fewer are done before others have begun.
const FEW: usize = 4;

pub(super) struct Judged {
    pub walk: Arc<RootWalk>,
    pub habit: Option<Habit>,
    pub uses: Vec<Use>,
    pub raws: Vec<Raw>,
}

/// In the order of the walks, each of which has its models with it.
pub(super) fn judged(snapshot: &Snapshot, walks: Vec<(Arc<RootWalk>, &Schema)>, hands: usize) -> Vec<Judged> {
    let judge = |(walk, schema): (Arc<RootWalk>, &Schema)| {
        let cx = RuleCx::new(&walk, &snapshot.project, schema, &snapshot.config);
        let (habit, uses, raws) = (habits::of_walk(&cx), usage::of_walk(&cx), rules::of_walk(&cx));
        drop(cx);
        Judged { walk, habit, uses, raws }
    };
    let hands = hands.min(walks.len() / FEW);
    let threads = (hands > 1).then(|| rayon::ThreadPoolBuilder::new().num_threads(hands).stack_size(STACK_BYTES).build().ok()).flatten();
    match threads {
        Some(threads) => threads.install(|| walks.into_par_iter().map(judge).collect()),
        None => walks.into_iter().map(judge).collect(),
    }
}
