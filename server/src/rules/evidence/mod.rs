//! What was looked at, beside what was found: the routes, the questions to databases, the places where values get out. By it a
//! report can say what it rests on, and "nothing found" is told apart from "nothing there".
//!
//! Gathered walk by walk, since an audit does not keep its walks; every place counts once, however many walks come through it.

mod files;
mod passwords;
mod routes;
mod statements;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

pub use files::Files;
pub use passwords::Passwords;
pub use routes::OfRoute;
pub use statements::Statements;

use super::map::{self, Answer};
use super::ownership::Judge;
use super::raw::RuleCx;
use super::weak_password_storage::hashes_a_password;
use crate::facts::event::{Access, Effect, Event, Sink, SinkKind};
use crate::facts::place::{ItemKey, Site};
use crate::project::Project;
use crate::project::reach::Reach;
use crate::text::{FileId, Name, Place, Span};
use statements::Text;

/// So many places of a kind are told of; the rest is counted.
const MOST_PLACES: usize = 5;

#[derive(Clone, Default, Debug)]
pub struct Evidence {
    pub files: Files,
    /// By path.
    pub routes: Vec<OfRoute>,
    pub queries: Queries,
    pub statements: Statements,
    pub sinks: BTreeMap<SinkKind, Seen>,
    /// What calls do, by the catalogue's word for it: `cookie`, `mail`, `llm`.
    pub effects: BTreeMap<Name, Seen>,
    pub passwords: Passwords,
    /// Models that the project defines.
    pub models: usize,
    /// Handlers and functions that were not seen whole, because there was too much to look at.
    pub cut_short: usize,
}

/// Places of one kind.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Seen {
    pub count: usize,
    /// What was used: `bcrypt`, `axios`.
    pub names: BTreeSet<Name>,
    /// The first ones, by file and place.
    pub places: Vec<Place>,
}

/// Questions to databases.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Queries {
    pub count: usize,
    /// By the catalogue's names of the clients.
    pub clients: BTreeMap<Name, usize>,
    /// Of those that a route asks about private records: whose these are.
    pub own: usize,
    pub others: usize,
    pub unknown: usize,
}

impl Queries {
    /// Questions about private records.
    pub fn private(&self) -> usize {
        self.own + self.others + self.unknown
    }
}

impl Evidence {
    pub fn sink(&self, kind: SinkKind) -> usize {
        self.sinks.get(&kind).map_or(0, |seen| seen.count)
    }

    pub fn effect(&self, kind: &str) -> usize {
        self.effects.get(kind).map_or(0, |seen| seen.count)
    }
}

/// What is known of one question so far.
struct Asked {
    client: Name,
    /// `None` where it does not matter, or nobody asks through a route.
    own: Option<Answer>,
}

/// Takes in one walk after the other.
pub struct Gatherer<'w> {
    /// Is the file one that is spoken of?
    wanted: &'w dyn Fn(&FileId) -> bool,
    routes: routes::Gathered,
    queries: FxHashMap<Site, Asked>,
    texts: FxHashMap<Site, Text>,
    /// The calls that texts of SQL are given to: what is asked by them is no question besides.
    calls: FxHashMap<ItemKey, Vec<Span>>,
    sinks: FxHashMap<(SinkKind, Site), Name>,
    effects: FxHashMap<(Name, Site), Name>,
    cut_short: usize,
}

impl<'w> Gatherer<'w> {
    pub fn new(wanted: &'w dyn Fn(&FileId) -> bool) -> Gatherer<'w> {
        Gatherer {
            wanted,
            routes: routes::Gathered::default(),
            queries: FxHashMap::default(),
            texts: FxHashMap::default(),
            calls: FxHashMap::default(),
            sinks: FxHashMap::default(),
            effects: FxHashMap::default(),
            cut_short: 0,
        }
    }

    pub fn take(&mut self, cx: &RuleCx<'_>) {
        let is_route = cx.walk.route.is_some();
        if is_route {
            self.routes.take(cx, self.wanted);
        }
        if cx.walk.exhausted && (self.wanted)(cx.walk.key.file()) {
            self.cut_short += 1;
        }
        let judge = &cx.judge;
        for event in &cx.walk.events {
            match event {
                Event::Access(access) => self.access(judge, access, is_route),
                Event::Sink(sink) => self.sink(sink),
                Event::Effect(effect) => self.effect(effect),
                _ => {}
            }
        }
    }

    fn access(&mut self, judge: &Judge<'_>, access: &Access, is_route: bool) {
        if access.facts.is_impossible() || !(self.wanted)(&access.site.item.file) {
            return;
        }
        let own = if is_route { map::is_callers(judge, access) } else { None };
        let asked = self.queries.entry(access.site.clone()).or_insert_with(|| {
            // What only its name makes a database has no client that could be named.
            let client = if access.query.guessed { Name::default() } else { access.query.client.clone() };
            Asked { client, own }
        });
        // Through whichever route it is worst.
        asked.own = match (asked.own, own) {
            (Some(known), Some(own)) => Some(known.min(own)),
            (known, own) => known.or(own),
        };
    }

    fn sink(&mut self, sink: &Sink) {
        if sink.facts.is_impossible() || !(self.wanted)(&sink.site.item.file) {
            return;
        }
        if sink.kind == SinkKind::Sql {
            let Some(text) = statements::of(sink) else { return };
            let calls = self.calls.entry(sink.call.item.clone()).or_default();
            if !calls.contains(&sink.call.span) {
                calls.push(sink.call.span);
            }
            let known = self.texts.entry(sink.site.clone()).or_insert(text);
            *known = (*known).max(text);
        } else if sink.guessed {
            return;
        }
        self.sinks.entry((sink.kind, sink.site.clone())).or_insert_with(|| sink.client.clone());
    }

    fn effect(&mut self, effect: &Effect) {
        if effect.guessed || effect.facts.is_impossible() || !(self.wanted)(&effect.site.item.file) {
            return;
        }
        if effect.kind == "password-hash" && !hashes_a_password(effect) {
            return;
        }
        let name = if effect.is.is_empty() { effect.client.clone() } else { effect.is.clone() };
        self.effects.entry((effect.kind.clone(), effect.site.clone())).or_insert(name);
    }

    pub fn finish(self, project: &Project, reach: &Reach) -> Evidence {
        let mut queries = Queries::default();
        for asked in self.queries.values() {
            queries.count += 1;
            *queries.clients.entry(asked.client.clone()).or_default() += 1;
            match asked.own {
                Some(Answer::Yes) => queries.own += 1,
                Some(Answer::No) => queries.others += 1,
                Some(Answer::Unknown) => queries.unknown += 1,
                None => {}
            }
        }
        // Questions that are written as SQL are told of as such.
        // `db.prepare("...").bind(id).first()`: the question is the whole chain, and the text is given to a part of it.
        let is_text =
            |site: &Site| self.calls.get(&site.item).is_some_and(|calls| calls.iter().any(|call| site.span.contains(*call) || call.contains(site.span)));
        let built = self.queries.keys().filter(|site| !is_text(site)).count();
        let effects = seen(project, self.effects);
        Evidence {
            files: Files::of(project, reach, self.wanted),
            routes: self.routes.finish(),
            queries,
            statements: Statements::of(self.texts.into_values(), built),
            sinks: seen(project, self.sinks),
            passwords: Passwords::of(project, self.wanted, effects.get("password-hash")),
            effects,
            models: project.schema().models().iter().filter(|model| model.site().is_some_and(|site| (self.wanted)(&site.file))).count(),
            cut_short: self.cut_short,
        }
    }
}

/// By kind, in order of place.
fn seen<K: Ord>(project: &Project, found: FxHashMap<(K, Site), Name>) -> BTreeMap<K, Seen> {
    let mut all: BTreeMap<K, Seen> = BTreeMap::new();
    for ((kind, site), name) in found {
        let of_kind = all.entry(kind).or_default();
        of_kind.count += 1;
        if !name.is_empty() {
            of_kind.names.insert(name);
        }
        of_kind.places.extend(project.place(&site));
    }
    for of_kind in all.values_mut() {
        of_kind.places.sort();
        of_kind.places.truncate(MOST_PLACES);
    }
    all
}
