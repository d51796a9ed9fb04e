//! What the rules said of walks, by the file that it is said of: kept up with the walks that come and go.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};

use rustc_hash::FxHashMap;

use super::Snapshot;
use super::judged::{Judged, judged};
use super::levels::{Purposes, level_of};
use crate::facts::schema::Schema;
use crate::project::session::{Became, News, RootKey};
use crate::project::{Neighbours, Project, RootWalk, Session};
use crate::rules::habits::{Around, Habit};
use crate::rules::open::page_only::PageGuards;
use crate::rules::raw::{Raw, RawPlace, RuleCx};
use crate::rules::usage::{Usage, Use};
use crate::rules::{self, Confidence, Finding, Place, Related};
use crate::text::{FileId, Span, Words};

#[derive(Default)]
pub(super) struct Said {
    /// Only of walks of which something is said.
    of_walks: BTreeMap<RootKey, OfWalk>,
    by_file: FxHashMap<FileId, BTreeSet<RootKey>>,
    /// What handlers do first, by the file they stand in.
    habits: FxHashMap<FileId, BTreeMap<RootKey, Habit>>,
    /// In which file a walk's habit is kept.
    kept_in: FxHashMap<RootKey, FileId>,
    /// What handlers do with the rows of tables: counted for each of several projects, and by walk.
    usage: FxHashMap<usize, Usage>,
    uses: FxHashMap<RootKey, (usize, Vec<Use>)>,
    pages: RefCell<PageGuards>,
    /// How much is said that is more than possible.
    shown: usize,
}

fn shown(raws: &[Raw]) -> usize {
    raws.iter().filter(|raw| raw.confidence != Confidence::Possible && !raw.hangs_on_others()).count()
}

struct OfWalk {
    walk: Arc<RootWalk>,
    raws: Vec<Raw>,
    /// What is said by each of them.
    words: Vec<Spoken>,
    /// When they were made; what they say of repairs holds for that project only.
    project: Weak<Project>,
}

/// The words of a finding, to be handed on without copying them.
struct Spoken {
    message: Words,
    related: Vec<Words>,
}

impl Spoken {
    fn of(raw: &Raw) -> Spoken {
        Spoken { message: Words::from(&raw.message), related: raw.related.iter().map(|(_, message)| Words::from(message)).collect() }
    }
}

/// What rules are told besides the walk.
pub(super) struct Asked<'s> {
    pub snapshot: &'s Snapshot,
    pub schema: &'s Schema,
    /// What each of several projects knows of its own.
    apart: Option<&'s Neighbours>,
    purposes: Purposes,
    /// So many walks are judged side by side.
    hands: usize,
}

/// Of which findings it is asked how they could be repaired. That depends on texts as they are now, so it is never remembered, and
/// at a keystroke nobody asks.
#[derive(Clone, Copy)]
pub(super) enum Plans {
    All,
    None,
    /// Of those that touch this span of the file that is asked about.
    At(Span),
}

impl Plans {
    fn wanted(self, place: &Place) -> bool {
        match self {
            Plans::All => true,
            Plans::None => false,
            Plans::At(span) => place.span.touches(span),
        }
    }
}

impl<'s> Asked<'s> {
    pub fn new(snapshot: &'s Snapshot, schema: &'s Schema, apart: Option<&'s Neighbours>) -> Asked<'s> {
        Asked { snapshot, schema, apart, purposes: Purposes::default(), hands: 1 }
    }

    /// By so many hands.
    pub fn by(self, hands: usize) -> Asked<'s> {
        Asked { hands, ..self }
    }

    /// The models that a walk may speak of.
    fn schema_of(&self, walk: &RootWalk) -> &'s Schema {
        self.apart.and_then(|apart| apart.around(walk.key.file())).map_or(self.schema, |(_, schema)| schema)
    }

    /// Which of several projects a file is part of.
    fn part(&self, file: &FileId) -> usize {
        self.apart.and_then(|apart| apart.around(file)).map_or(0, |(at, _)| at + 1)
    }

    fn rules(&self, walk: &Arc<RootWalk>) -> Vec<Raw> {
        rules::of_walk(&RuleCx::new(walk, &self.snapshot.project, self.schema_of(walk), &self.snapshot.config))
    }
}

impl Said {
    /// Everything that is said of the walks of a session.
    pub fn of_all(session: &mut Session, asked: &Asked<'_>) -> Said {
        session.news();
        let mut said = Said::default();
        said.add_all(session.walks().cloned(), asked);
        said
    }

    pub fn learn(&mut self, news: News, asked: &Asked<'_>) {
        if news.is_anew {
            *self = Said::default();
        }
        // Of what came and went again nothing need be said.
        let last: FxHashMap<RootKey, Became> = news.walks.into_iter().collect();
        let mut made = Vec::new();
        for (key, became) in last {
            match became {
                Became::Due => self.hush(&key),
                Became::Gone => self.forget(&key),
                Became::Made(walk) => {
                    self.forget(&key);
                    made.push(walk);
                }
            }
        }
        self.add_all(made.into_iter(), asked);
    }

    fn add_all(&mut self, walks: impl Iterator<Item = Arc<RootWalk>>, asked: &Asked<'_>) {
        let walks = walks.map(|walk| (Arc::clone(&walk), asked.schema_of(&walk))).collect();
        judged(asked.snapshot, walks, asked.hands).into_iter().for_each(|judged| self.add(judged, asked));
    }

    fn add(&mut self, Judged { walk, habit, uses, raws }: Judged, asked: &Asked<'_>) {
        if let Some(habit) = habit {
            let file = habit.door.item.file.clone();
            self.kept_in.insert(walk.key.clone(), file.clone());
            self.habits.entry(file).or_default().insert(walk.key.clone(), habit);
        }
        if !uses.is_empty() {
            let part = asked.part(walk.key.file());
            self.usage.entry(part).or_default().add(&uses);
            self.uses.insert(walk.key.clone(), (part, uses));
        }
        if raws.is_empty() {
            return;
        }
        for raw in &raws {
            self.by_file.entry(raw.file().clone()).or_default().insert(walk.key.clone());
        }
        self.shown += shown(&raws);
        self.of_walks
            .insert(walk.key.clone(), OfWalk { walk, words: raws.iter().map(Spoken::of).collect(), raws, project: Arc::downgrade(&asked.snapshot.project) });
    }

    fn forget(&mut self, key: &RootKey) {
        if let Some(habits) = self.kept_in.remove(key).and_then(|file| self.habits.get_mut(&file)) {
            habits.remove(key);
        }
        if let Some((part, uses)) = self.uses.remove(key)
            && let Some(usage) = self.usage.get_mut(&part)
        {
            usage.forget(&uses);
        }
        self.hush(key);
    }

    /// Nothing is said of a walk until it is made again. What its handler does counts for the others meanwhile as it did.
    fn hush(&mut self, key: &RootKey) {
        let Some(said) = self.of_walks.remove(key) else { return };
        self.shown -= shown(&said.raws);
        for raw in &said.raws {
            if let Some(walks) = self.by_file.get_mut(raw.file()) {
                walks.remove(key);
            }
        }
    }

    /// The walks of which something is told in a file, so many at most.
    pub fn told_in(&self, file: &FileId, most: usize) -> BTreeSet<RootKey> {
        self.by_file.get(file).into_iter().flatten().take(most).cloned().collect()
    }

    /// How much is said so far that anybody would be shown.
    pub fn shown(&self) -> usize {
        self.shown
    }

    /// What is said of a file, or of all.
    pub fn findings(&self, only: Option<&FileId>, plans: Plans, asked: &Asked<'_>, out: &mut Vec<Finding>) {
        self.pages.borrow_mut().expire();
        let mut answer = Answer { said: self, asked, only, plans, around: FxHashMap::default() };
        match only {
            Some(file) => {
                let walks = self.by_file.get(file).into_iter().flatten().filter_map(|key| self.of_walks.get(key));
                walks.for_each(|said| answer.of_walk(said, out));
            }
            None => self.of_walks.values().for_each(|said| answer.of_walk(said, out)),
        }
        rules::habits::merge(out);
    }
}

/// One answer, and what is counted once for all of it.
struct Answer<'a> {
    said: &'a Said,
    asked: &'a Asked<'a>,
    only: Option<&'a FileId>,
    plans: Plans,
    around: FxHashMap<&'a FileId, Around<'a>>,
}

impl<'a> Answer<'a> {
    fn of_walk(&mut self, said: &'a OfWalk, out: &mut Vec<Finding>) {
        let first = out.len();
        let is_new = std::ptr::eq(said.project.as_ptr(), Arc::as_ptr(&self.asked.snapshot.project));
        let has_old_plans = !is_new && said.raws.iter().any(|raw| !raw.plans.is_empty());
        let plans = self.plans;
        let is_asked = |out: &[Finding]| out.iter().skip(first).any(|finding| plans.wanted(&finding.place));
        if !(has_old_plans && matches!(self.plans, Plans::All)) {
            self.of_raws(said.raws.iter().zip(&said.words), out);
        }
        if has_old_plans && (matches!(self.plans, Plans::All) || is_asked(out)) {
            out.truncate(first);
            let raws = self.asked.rules(&said.walk);
            let words: Vec<Spoken> = raws.iter().map(Spoken::of).collect();
            self.of_raws(raws.iter().zip(&words), out);
        }
    }

    fn of_raws<'r>(&mut self, raws: impl Iterator<Item = (&'r Raw, &'r Spoken)>, out: &mut Vec<Finding>) {
        let only = self.only;
        for (raw, words) in raws.filter(|(raw, _)| only.is_none_or(|only| raw.file() == only)) {
            out.extend(self.finding(raw, words));
        }
    }

    /// A finding, with what the handlers around it usually do.
    fn finding(&mut self, raw: &Raw, words: &Spoken) -> Option<Finding> {
        if raw.hangs_on_others() {
            let mut settled = raw.clone();
            let none = Usage::default();
            let usage = self.said.usage.get(&self.asked.part(raw.file())).unwrap_or(&none);
            return if usage.settle(&mut settled) { self.settled(&settled, &Spoken::of(&settled)) } else { None };
        }
        self.settled(raw, words)
    }

    fn settled(&mut self, raw: &Raw, words: &Spoken) -> Option<Finding> {
        if !rules::habits::matter_to(raw) {
            return self.resolved(raw, words);
        }
        let project = &self.asked.snapshot.project;
        if rules::habits::is_meant(project, raw) {
            return None;
        }
        let Some((file, habits)) = self.said.habits.get_key_value(&raw.site.item.file) else { return self.resolved(raw, words) };
        let around = self.around.entry(file).or_insert_with(|| Around::new(habits.values()));
        let mut raw = raw.clone();
        let far = self.said.habits.values().flat_map(BTreeMap::values);
        let plans = project.place(&raw.site).is_some_and(|place| self.plans.wanted(&place));
        rules::habits::apply(project, &mut self.said.pages.borrow_mut(), around, far, plans, &mut raw);
        self.resolved(&raw, &Spoken::of(&raw))
    }

    fn resolved(&self, raw: &Raw, words: &Spoken) -> Option<Finding> {
        resolved(self.asked, self.plans, raw, words)
    }
}

/// Sites become places; levels follow from impact, confidence and settings.
fn resolved(asked: &Asked<'_>, plans: Plans, raw: &Raw, words: &Spoken) -> Option<Finding> {
    let project = &asked.snapshot.project;
    let place = match &raw.elsewhere {
        Some(place) => place.clone(),
        None => project.place(&raw.site)?,
    };
    let related = raw
        .related
        .iter()
        .zip(&words.related)
        .filter_map(|((at, _), message)| {
            let place = match at {
                RawPlace::Site(site) => project.place(site)?,
                RawPlace::At(file, span) => Place { file: file.clone(), span: *span },
            };
            Some(Related { place, message: message.clone() })
        })
        .collect();
    let meta = raw.meta;
    let impact = raw.impact.unwrap_or(meta.impact);
    let level = level_of(asked.snapshot, &asked.purposes, meta, impact, raw.confidence, &place.file)?;
    Some(Finding {
        rule: meta.id.clone(),
        detail: raw.detail.clone(),
        impact,
        confidence: raw.confidence,
        level,
        message: words.message.clone(),
        related,
        plans: if plans.wanted(&place) { raw.plans.clone() } else { Vec::new() },
        place,
        absence: raw.absence,
    })
}
