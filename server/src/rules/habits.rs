//! What the handlers of a file usually do first: when all but one ask who is calling, the one was forgotten.

use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use super::open::door::door;
use super::open::own_events;
use super::open::page_only::PageGuards;
use super::open::public_mark::is_meant_for_everybody;
use super::open::unused::unused_guard;
use super::ownership::Answer;
use super::plan::RequireSignIn;
use super::raw::{Raw, RawPlace, RuleCx};
use super::{Confidence, Finding, FixPlan, Place, Related, admin_open, missing_auth};
use crate::facts::check::{Fact, Facts, GuardKind};
use crate::facts::event::Event;
use crate::facts::names;
use crate::facts::place::Site;
use crate::facts::role_words::names_above;
use crate::facts::value::Kind;
use crate::facts::walk::is_stub;
use crate::project::Project;
use crate::text::{Name, Span};

/// What one handler does before anything else.
#[derive(Clone, Debug)]
pub struct Habit {
    pub door: Site,
    /// What it calls for it; empty where that has no name.
    pub asks: Option<Name>,
    /// It asks whether the caller may do more than others.
    pub is_elevated: bool,
    pub framework: Name,
    pub path: Option<String>,
    /// The function, and where it is registered.
    pub handler: Option<Site>,
    pub registered: Site,
}

/// Of a handler that does something.
pub fn of_walk(cx: &RuleCx<'_>) -> Option<Habit> {
    let route = cx.walk.route.as_ref()?;
    let judge = &cx.judge;
    let mut points = own_events(cx.walk).filter_map(|(_, event)| match event {
        Event::Access(access) => Some((&access.facts, access.query.operation.is_write())),
        Event::Effect(effect) => Some((&effect.facts, false)),
        _ => None,
    });
    let mut first: (&Facts, bool) = points.next()?;
    let is_known = |facts: &Facts| judge.signed_in(facts) == Answer::Yes;
    // To find out who is calling, something may have to be read first.
    while !is_known(first.0) && !first.1 {
        match points.next() {
            Some(next) => first = next,
            None => break,
        }
    }
    let is_elevated = judge.is_elevated(first.0);
    let asks = (is_known(first.0) && points.all(|(facts, _)| is_known(facts))).then(|| name(cx, first.0, is_elevated));
    let handler = route.function().filter(|key| !is_stub(&key.item.file)).and_then(|key| {
        let span = cx.project.placed(&key.item)?.segment.functions.get(key.function.0 as usize)?.span;
        Some(Site { item: key.item, span })
    });
    Some(Habit {
        door: door(cx.project, route).site,
        asks,
        is_elevated,
        framework: route.framework.clone(),
        path: route.path.clone(),
        handler,
        registered: route.site.clone(),
    })
}

/// `requireUser`, `login_required`: a function of the project before what a library calls it.
fn name(cx: &RuleCx<'_>, facts: &Facts, is_elevated: bool) -> Name {
    let route = cx.walk.route.as_ref();
    let in_front = route.into_iter().flat_map(|route| &route.chain).filter_map(|link| match link.value.kind() {
        Kind::Function(closure) => {
            cx.project.placed(&closure.item).and_then(|placed| placed.segment.functions.get(closure.function.0 as usize)).map(|function| function.name.clone())
        }
        _ => None,
    });
    let mut called: Vec<Name> =
        cx.walk.visited.iter().filter_map(|key| Some(cx.project.placed(&key.item)?.segment.functions.get(key.function.0 as usize)?.name.clone())).collect();
    called.sort();
    let own = route.and_then(|route| cx.project.function_name(&route.function()?));
    let is_asking = |name: &Name| {
        let says = names::is_guard(name) || names::is_current_user(name) || is_elevated && names_above(name);
        !name.is_empty() && says && own.as_deref() != Some(name.as_str())
    };
    let by_library = facts.iter().find_map(|fact| match fact {
        Fact::Guard(guard) if guard.sure && matches!(guard.kind, GuardKind::Identity | GuardKind::Role) && is_word(&guard.name) => Some(guard.name.clone()),
        _ => None,
    });
    let mut asking: Vec<Name> = in_front.chain(called).filter(is_asking).collect();
    if let Some(at) = asking.iter().position(|name| is_elevated && names_above(name)) {
        return asking.swap_remove(at);
    }
    asking.into_iter().next().or(by_library).unwrap_or_default()
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Is this a finding that is read with what the other handlers do?
pub fn matter_to(raw: &Raw) -> bool {
    raw.meta.id == missing_auth::META.id || raw.meta.id == admin_open::META.id
}

/// Did somebody write above the handler that it is meant for everybody?
pub fn is_meant(project: &Project, raw: &Raw) -> bool {
    if raw.meta.id != missing_auth::META.id {
        return false;
    }
    let guarded = raw.related.iter().filter_map(|(place, message)| match place {
        RawPlace::Site(site) if message.starts_with(missing_auth::GUARDED) => Some(site),
        _ => None,
    });
    std::iter::once(&raw.site).chain(guarded).any(|site| is_meant_for_everybody(project, site))
}

/// What the handlers of one file do, counted once for all that is said of them.
pub struct Around<'h> {
    near: Vec<&'h Habit>,
    /// The first of each door.
    by_door: FxHashMap<&'h Site, &'h Habit>,
    /// How many doors ask who is calling, and what for it by name.
    asking: usize,
    names: FxHashMap<&'h Name, usize>,
    /// The guard in the file that nothing calls, once somebody asked.
    unused: OnceCell<Option<(Span, Name)>>,
}

impl<'h> Around<'h> {
    pub fn new(near: impl Iterator<Item = &'h Habit>) -> Around<'h> {
        let near: Vec<&Habit> = near.collect();
        let mut around = Around { by_door: FxHashMap::default(), asking: 0, names: FxHashMap::default(), unused: OnceCell::new(), near };
        for habit in &around.near {
            around.by_door.entry(&habit.door).or_insert(habit);
        }
        for name in around.by_door.values().filter_map(|habit| habit.asks.as_ref()) {
            around.asking += 1;
            *around.names.entry(name).or_default() += 1;
        }
        around
    }

    /// What all that ask but this one call for it, if that is one name.
    fn usual(&self, own: Option<&'h Name>) -> Option<&'h Name> {
        let count = |name: &Name, all: usize| all - usize::from(own == Some(name));
        let mut others = self.names.iter().filter(|(name, all)| count(name, **all) > 0);
        let (first, _) = others.next()?;
        (others.next().is_none() && !first.is_empty()).then_some(*first)
    }
}

/// What the other handlers of the file do makes a finding surer, and is said with it. `plans`: is it asked how it could be repaired?
pub fn apply<'h>(project: &Project, pages: &mut PageGuards, around: &Around<'h>, far: impl Iterator<Item = &'h Habit>, plans: bool, raw: &mut Raw) {
    let own = around.by_door.get(&raw.site).copied();
    if raw.meta.id == admin_open::META.id {
        // Only what asks for more than being signed in helps.
        if let Some(own) = own.filter(|_| plans) {
            raw.plans.extend(plan(project, own, around.near.iter().copied().filter(|habit| habit.is_elevated), far.filter(|habit| habit.is_elevated)));
        }
        return;
    }
    if let Some(own) = own {
        // What the project does elsewhere is better than what a library's manual says.
        match plans.then(|| plan(project, own, around.near.iter().copied(), far)).flatten() {
            Some(plan) => raw.plans.push(plan),
            None if plans && raw.plans.is_empty() && matter_to(raw) => {
                // What a class of a library answers is asked of the class.
                let handler = own.handler.as_ref().or(Some(&own.door)).and_then(|at| project.place(at));
                raw.plans.extend(handler.map(|handler| FixPlan::AskWho { handler, framework: own.framework.clone() }));
            }
            None => {}
        }
        if let Some((span, name)) = around.unused.get_or_init(|| unused_guard(project, &raw.site.item.file)) {
            raw.also_place(raw.site.item.file.clone(), *span, format!("`{name}` is defined here, and nothing calls it"));
        }
        if let Some((file, span)) = own.path.as_deref().and_then(|path| pages.calling(project, path)) {
            raw.also_place(file, span, "only this page asks who is signed in, and a stranger does not use the page (AZ13)".to_owned());
        }
    }
    let others = around.by_door.len() - usize::from(own.is_some());
    let asks = own.and_then(|own| own.asks.as_ref());
    let asking = around.asking - usize::from(asks.is_some());
    if asking == 0 {
        return;
    }
    let usual = around.usual(asks);
    let most = asking * 2 > others;
    if most {
        raw.confidence = match raw.confidence {
            Confidence::Possible if asking > 1 => Confidence::Likely,
            Confidence::Possible => Confidence::Possible,
            _ => Confidence::Proven,
        };
    }
    let first = usual.map_or_else(|| "ask first who is calling".to_owned(), |name| format!("use `{name}` first"));
    let said = match (asking, others) {
        (1, 1) => match usual {
            Some(name) => format!(" The other handler in this file uses `{name}` first."),
            None => " The other handler in this file asks first who is calling.".to_owned(),
        },
        (all, of) if all == of => format!(" The other {all} handlers in this file {first}."),
        (some, of) if most => format!(" {some} of the other {of} handlers in this file {first}."),
        _ => return,
    };
    raw.message.push_str(&said);
}

/// The check of a handler of the same file, or else the one that most handlers of the framework have.
fn plan<'h>(project: &Project, own: &Habit, near: impl Iterator<Item = &'h Habit>, far: impl Iterator<Item = &'h Habit>) -> Option<FixPlan> {
    let may_guide = |habit: &&Habit| habit.asks.is_some() && habit.framework == own.framework && habit.handler.is_some() && habit.door != own.door;
    let mut guides: Vec<&Habit> = near.filter(may_guide).collect();
    if guides.is_empty() {
        guides = far.filter(may_guide).collect();
    }
    let mut uses: FxHashMap<&Option<Name>, usize> = FxHashMap::default();
    guides.iter().for_each(|guide| *uses.entry(&guide.asks).or_default() += 1);
    let rank = |guide: &&Habit| std::cmp::Reverse(uses.get(&guide.asks).copied().unwrap_or_default());
    let guide = guides.iter().copied().min_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.door.cmp(&b.door)))?;
    Some(FixPlan::RequireSignIn(Box::new(RequireSignIn {
        handler: project.place(own.handler.as_ref()?)?,
        registered: project.place(&own.registered)?,
        guide: project.place(guide.handler.as_ref()?)?,
        guide_registered: project.place(&guide.registered)?,
        asks: guide.asks.clone().unwrap_or_default(),
    })))
}

/// Several routes that are open for one reason are one finding.
pub fn merge(findings: &mut Vec<Finding>) {
    if !findings.iter().any(|finding| finding.rule == admin_open::META.id || finding.rule == missing_auth::META.id) {
        return;
    }
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut known: FxHashMap<(bool, Place), usize> = FxHashMap::default();
    for finding in findings.drain(..) {
        let is_of_admins = finding.rule == admin_open::META.id;
        if !is_of_admins && finding.rule != missing_auth::META.id {
            kept.push(finding);
            continue;
        }
        let at = *known.entry((is_of_admins, finding.place.clone())).or_insert(kept.len());
        let Some(known) = kept.get_mut(at) else {
            kept.push(finding);
            continue;
        };
        let (mut loud, quiet) = if finding.level > known.level { (finding, known.clone()) } else { (known.clone(), finding) };
        let all = quiet.related.into_iter().filter(|related| related.message.starts_with("reached from"));
        for related in all {
            if loud.related.len() < MOST_RELATED && !loud.related.iter().any(|other: &Related| other.message == related.message) {
                loud.related.push(related);
            }
        }
        *known = loud;
    }
    *findings = kept;
}

const MOST_RELATED: usize = 12;
