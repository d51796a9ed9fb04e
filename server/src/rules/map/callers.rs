//! Who may call a route: anybody, whoever is signed in, whoever has a role, whoever the record belongs to, a machine.

use super::proof::{self, Proof};
use super::{Answer, seen};
use crate::facts::check::{Fact, Facts, GuardKind};
use crate::facts::event::{Access, Event, UseKind};
use crate::facts::place::Site;
use crate::facts::query::Operation;
use crate::rules::handler::{Handler, any};
use crate::rules::open::known::nobody_is_known;
use crate::rules::open::{deeds, is_asking, own_events, standing};
use crate::rules::ownership::{Judge, Tie, is_principal};
use crate::rules::raw::RuleCx;

/// The strongest demand that is known to be made of every caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    Anyone,
    SignedIn,
    Role,
    /// Whose the record is, or who was shown to be allowed.
    Object,
    Machine,
    Unknown,
}

impl Who {
    pub fn word(self) -> &'static str {
        match self {
            Who::Anyone => "anyone",
            Who::SignedIn => "signed-in",
            Who::Role => "role",
            Who::Object => "object",
            Who::Machine => "machine",
            Who::Unknown => "unknown",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Callers {
    pub who: Who,
    /// Must somebody be signed in?
    pub signed_in: Answer,
    /// Must they have a role?
    pub role: Answer,
    /// Must the records be theirs?
    pub object: Answer,
    /// Must a machine prove itself?
    pub machine: Answer,
    /// The place that shows it: the check, or what anybody can do.
    pub proof: Option<Proof>,
}

/// Something the handler does or answers, and what held then.
pub(super) struct Point<'w> {
    pub at: usize,
    pub site: &'w Site,
    pub facts: &'w Facts,
    pub access: Option<&'w Access>,
}

pub(super) fn of(cx: &RuleCx<'_>, judge: &Judge<'_>, handler: &Handler<'_>, is_seen: bool) -> Callers {
    let (points, matter) = points(cx, judge);
    let of_facts = |facts: &Facts, at: usize| signed_in(cx, judge, facts, at);
    let (signed_in, open) = match points.as_slice() {
        [] => (of_facts(&cx.walk.begun, cx.walk.before_handler), None),
        points => {
            let answers = points.iter().map(|point| (of_facts(point.facts, point.at), point));
            let (least, point) = answers.clone().min_by_key(|(answer, _)| *answer).map_or((Answer::Unknown, None), |(answer, point)| (answer, Some(point)));
            let most = answers.map(|(answer, _)| answer).max().unwrap_or(Answer::Unknown);
            // Of what does not matter one is asked for and another not: which of them the route is there for is not known.
            let least = if least == most || matter { least } else { Answer::Unknown };
            (least, point.filter(|_| least == Answer::No))
        }
    };
    let everywhere = |of: &dyn Fn(&Facts) -> Answer| match points.as_slice() {
        [] => of(&cx.walk.begun),
        points => points.iter().map(|point| of(point.facts)).min().unwrap_or(Answer::Unknown),
    };
    let machine = everywhere(&|facts| if judge.is_machine(facts) { Answer::Yes } else { Answer::No });
    let signs = |event: &Event| matches!(event, Event::Effect(effect) if effect.kind == "hmac");
    let may_sign = cx.walk.events.iter().any(signs) || handler.comes_through(crate::facts::names::checks_sender);
    let machine = if machine == Answer::No && may_sign { Answer::Unknown } else { machine };
    let role = everywhere(&|facts| role(judge, facts));
    let (object, owned) = object(cx, judge);
    let role =
        if role == Answer::No && object != Answer::Yes && signed_in != Answer::No && standing::a_condition_names_a_role(cx) { Answer::Unknown } else { role };
    let (signed_in, machine, role, object) = (seen(signed_in, is_seen), seen(machine, is_seen), seen(role, is_seen), seen(object, is_seen));
    let who = match (machine, role, object, signed_in) {
        (Answer::Yes, ..) => Who::Machine,
        (_, Answer::Yes, ..) => Who::Role,
        (.., Answer::Yes, Answer::Yes) => Who::Object,
        (.., Answer::Yes) => Who::SignedIn,
        (Answer::Unknown, ..) | (.., Answer::Unknown) => Who::Unknown,
        _ => Who::Anyone,
    };
    let proof = match who {
        Who::Anyone => open.map(|point| Proof { name: String::new(), site: point.site.clone() }),
        Who::Object => owned.map(|access| Proof { name: String::new(), site: access.site.clone() }).or_else(|| proof::of(cx, &points, who)),
        who => proof::of(cx, &points, who),
    };
    Callers { who, signed_in, role, object, machine, proof }
}

/// What matters about a route, and whether it does; else whatever it does; else what it answers.
fn points<'w>(cx: &RuleCx<'w>, judge: &Judge<'w>) -> (Vec<Point<'w>>, bool) {
    let matter: Vec<Point<'w>> = deeds(cx, judge)
        .into_iter()
        .filter(|deed| !is_asking(cx, deed.site))
        .map(|deed| Point { at: deed.at, site: deed.site, facts: deed.facts, access: deed.access })
        .collect();
    if !matter.is_empty() {
        return (matter, true);
    }
    let walk: &'w crate::project::RootWalk = cx.walk;
    let does = own_events(walk).filter_map(|(at, event)| match event {
        Event::Access(access) if !access.facts.is_impossible() && !is_asking(cx, &access.site) => {
            Some(Point { at, site: &access.site, facts: &access.facts, access: Some(access) })
        }
        Event::Effect(effect) if is_done(&effect.kind) && !effect.facts.is_impossible() => {
            Some(Point { at, site: &effect.site, facts: &effect.facts, access: None })
        }
        _ => None,
    });
    let does: Vec<Point<'w>> = does.collect();
    if !does.is_empty() {
        return (does, false);
    }
    let answers = own_events(walk).filter_map(|(at, event)| match event {
        Event::Use(used) if used.kind != UseKind::Handed && !used.facts.is_impossible() && !refuses(&used.facts) => {
            Some(Point { at, site: &used.site, facts: &used.facts, access: None })
        }
        _ => None,
    });
    (answers.collect(), false)
}

/// An effect that somebody outside would notice.
fn is_done(kind: &str) -> bool {
    matches!(kind, "mail" | "sms" | "pay" | "refund" | "llm" | "image")
}

/// What is answered on the way on which nobody is signed in.
fn refuses(facts: &Facts) -> bool {
    facts.iter().any(|fact| matches!(fact, Fact::Absent(symbol) if is_principal(symbol)))
}

fn signed_in(cx: &RuleCx<'_>, judge: &Judge<'_>, facts: &Facts, at: usize) -> Answer {
    match judge.signed_in(facts) {
        // A machine that proved itself, and whoever knows a password, need not be signed in.
        Answer::No | Answer::Unknown if judge.is_machine(facts) => Answer::No,
        Answer::No if any(facts, &|fact| is_guard(fact, GuardKind::Password)) => Answer::No,
        Answer::No if !nobody_is_known(cx.walk, judge, facts, at) => Answer::Unknown,
        answer => answer,
    }
}

fn role(judge: &Judge<'_>, facts: &Facts) -> Answer {
    if judge.is_elevated(facts) {
        return Answer::Yes;
    }
    let may_be = |fact: &Fact| matches!(fact, Fact::Guard(guard) if !guard.sure && matches!(guard.kind, GuardKind::Role | GuardKind::Identity));
    if any(facts, &may_be) { Answer::Unknown } else { Answer::No }
}

fn is_guard(fact: &Fact, kind: GuardKind) -> bool {
    matches!(fact, Fact::Guard(guard) if guard.kind == kind)
}

/// Are all records that the handler asks for the caller's own? With an access that shows it.
fn object<'w>(cx: &RuleCx<'w>, judge: &Judge<'w>) -> (Answer, Option<&'w Access>) {
    let walk: &'w crate::project::RootWalk = cx.walk;
    let mut worst = None;
    let mut owned = None;
    for (_, event) in own_events(walk) {
        let Event::Access(access) = event else { continue };
        if access.facts.is_impossible() || access.query.operation == Operation::Create || is_asking(cx, &access.site) {
            continue;
        }
        let answer = match is_callers(judge, access) {
            Some(answer) => answer,
            None => continue,
        };
        if answer == Answer::Yes && owned.is_none() {
            owned = Some(access);
        }
        worst = Some(worst.map_or(answer, |worst: Answer| worst.min(answer)));
    }
    (worst.unwrap_or(Answer::No), owned)
}

/// `None` where it does not matter.
pub(in crate::rules) fn is_callers(judge: &Judge<'_>, access: &Access) -> Option<Answer> {
    let privacy = judge.privacy(&access.query);
    if !privacy.is_private() && !access.query.operation.is_write() {
        return None;
    }
    if judge.is_elevated(&access.facts) {
        return None;
    }
    if judge.is_delegated(&access.facts) || judge.row_security(&access.query) == Some(true) {
        return Some(Answer::Yes);
    }
    match judge.tie(access) {
        Tie::Owned => Some(Answer::Yes),
        // It may be compared after it was read.
        Tie::Client(_) | Tie::List | Tie::Spoofed if !access.query.operation.is_write() => match judge.leaves_unchecked(access) {
            Some(true) => Some(Answer::No),
            Some(false) => Some(Answer::Yes),
            None => None,
        },
        Tie::Client(_) | Tie::List | Tie::Spoofed => Some(Answer::No),
        Tie::Nullable | Tie::Opaque => Some(Answer::Unknown),
        Tie::Fixed => None,
    }
}
