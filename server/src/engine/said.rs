//! What the rules said of walks, by the file that it is said of: kept up with the walks that come and go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Snapshot;
use super::levels::level_of;
use crate::facts::schema::Schema;
use crate::project::session::{News, RootKey};
use crate::project::{RootWalk, Session};
use crate::rules::habits::Habit;
use crate::rules::raw::{Raw, RawPlace, RuleCx};
use crate::rules::{self, Confidence, Finding, Place, Related};
use crate::text::FileId;

#[derive(Default)]
pub(super) struct Said {
    /// Only of walks of which something is said.
    of_walks: BTreeMap<RootKey, OfWalk>,
    by_file: FxHashMap<FileId, BTreeSet<RootKey>>,
    /// What handlers do first, by the file they stand in.
    habits: FxHashMap<FileId, BTreeMap<RootKey, Habit>>,
    /// In which file a walk's habit is kept.
    kept_in: FxHashMap<RootKey, FileId>,
    /// How much is said that is more than possible.
    shown: usize,
}

fn shown(raws: &[Raw]) -> usize {
    raws.iter().filter(|raw| raw.confidence != Confidence::Possible).count()
}

struct OfWalk {
    walk: Arc<RootWalk>,
    raws: Vec<Raw>,
}

/// What rules are told besides the walk.
pub(super) struct Asked<'s> {
    pub snapshot: &'s Snapshot,
    pub schema: &'s Schema,
}

impl Asked<'_> {
    fn habit(&self, walk: &Arc<RootWalk>) -> Option<Habit> {
        rules::habits::of_walk(&RuleCx { walk, project: &self.snapshot.project, schema: self.schema, config: &self.snapshot.config })
    }

    fn rules(&self, walk: &Arc<RootWalk>) -> Vec<Raw> {
        rules::of_walk(&RuleCx { walk, project: &self.snapshot.project, schema: self.schema, config: &self.snapshot.config })
    }
}

impl Said {
    /// Everything that is said of the walks of a session.
    pub fn of_all(session: &mut Session, asked: &Asked<'_>) -> Said {
        session.news();
        let mut said = Said::default();
        for walk in session.walks() {
            said.add(walk, asked);
        }
        said
    }

    pub fn learn(&mut self, news: News, asked: &Asked<'_>) {
        if news.is_anew {
            *self = Said::default();
        }
        for (key, _) in &news.walks {
            self.forget(key);
        }
        // Of what came and went again nothing need be said.
        let last: FxHashMap<RootKey, Option<Arc<RootWalk>>> = news.walks.into_iter().collect();
        for walk in last.into_values().flatten() {
            self.add(&walk, asked);
        }
    }

    fn add(&mut self, walk: &Arc<RootWalk>, asked: &Asked<'_>) {
        if let Some(habit) = asked.habit(walk) {
            let file = habit.door.item.file.clone();
            self.kept_in.insert(walk.key.clone(), file.clone());
            self.habits.entry(file).or_default().insert(walk.key.clone(), habit);
        }
        let raws = asked.rules(walk);
        if raws.is_empty() {
            return;
        }
        for raw in &raws {
            self.by_file.entry(raw.file().clone()).or_default().insert(walk.key.clone());
        }
        self.shown += shown(&raws);
        self.of_walks.insert(walk.key.clone(), OfWalk { walk: Arc::clone(walk), raws });
    }

    fn forget(&mut self, key: &RootKey) {
        if let Some(habits) = self.kept_in.remove(key).and_then(|file| self.habits.get_mut(&file)) {
            habits.remove(key);
        }
        let Some(said) = self.of_walks.remove(key) else { return };
        self.shown -= shown(&said.raws);
        for raw in &said.raws {
            if let Some(walks) = self.by_file.get_mut(raw.file()) {
                walks.remove(key);
            }
        }
    }

    /// How much is said so far that anybody would be shown.
    pub fn shown(&self) -> usize {
        self.shown
    }

    /// What is said of a file, or of all. Where it could be repaired depends on texts as they are now.
    pub fn findings(&self, only: Option<&FileId>, asked: &Asked<'_>, out: &mut Vec<Finding>) {
        let of_walk = |said: &OfWalk, out: &mut Vec<Finding>| {
            let wanted = |raw: &&Raw| only.is_none_or(|only| raw.file() == only);
            if said.raws.iter().any(|raw| !raw.plans.is_empty()) {
                out.extend(asked.rules(&said.walk).iter().filter(wanted).filter_map(|raw| self.finding(asked, raw)));
            } else {
                out.extend(said.raws.iter().filter(wanted).filter_map(|raw| self.finding(asked, raw)));
            }
        };
        match only {
            Some(file) => {
                let walks = self.by_file.get(file).into_iter().flatten().filter_map(|key| self.of_walks.get(key));
                walks.for_each(|said| of_walk(said, out));
            }
            None => self.of_walks.values().for_each(|said| of_walk(said, out)),
        }
        rules::habits::merge(out);
    }

    /// A finding, with what the handlers around it usually do.
    fn finding(&self, asked: &Asked<'_>, raw: &Raw) -> Option<Finding> {
        if rules::habits::matter_to(raw) && rules::habits::is_meant(&asked.snapshot.project, raw) {
            return None;
        }
        let around = self.habits.get(&raw.site.item.file).filter(|_| rules::habits::matter_to(raw));
        let Some(around) = around else { return resolved(asked.snapshot, raw) };
        let mut raw = raw.clone();
        let far = self.habits.values().flat_map(BTreeMap::values);
        rules::habits::apply(&asked.snapshot.project, around.values(), far, &mut raw);
        resolved(asked.snapshot, &raw)
    }
}

/// Sites become places; levels follow from impact, confidence and settings.
fn resolved(snapshot: &Snapshot, raw: &Raw) -> Option<Finding> {
    let project = &snapshot.project;
    let place = match &raw.elsewhere {
        Some(place) => place.clone(),
        None => project.place(&raw.site)?,
    };
    let related = raw
        .related
        .iter()
        .filter_map(|(at, message)| {
            let place = match at {
                RawPlace::Site(site) => project.place(site)?,
                RawPlace::At(file, span) => Place { file: file.clone(), span: *span },
            };
            Some(Related { place, message: message.clone() })
        })
        .collect();
    let meta = raw.meta;
    let impact = raw.impact.unwrap_or(meta.impact);
    let level = level_of(snapshot, meta, impact, raw.confidence, &place.file)?;
    Some(Finding {
        rule: meta.id.clone(),
        detail: raw.detail.clone(),
        impact,
        confidence: raw.confidence,
        level,
        place,
        message: raw.message.clone(),
        related,
        plans: raw.plans.clone(),
        absence: raw.absence,
    })
}
