//! A route does something that belongs to somebody, and nobody has to be signed in for it.

use std::cell::OnceCell;

use super::admin_open;
use super::handler::has_captcha;
use super::jwt_misuse::believes_tokens_before;
use super::open::above::is_above_on_purpose;
use super::open::claimed::claimed;
use super::open::door::{Door, door, is_unfinished};
use super::open::known::{is_row_of_secret, nobody_is_known};
use super::open::open_mark::is_put_up;
use super::open::people::names_people;
use super::open::purpose::{Purpose, purpose};
use super::open::switched_off::left_for_later;
use super::open::why::{Flaw, why};
use super::open::{Deed, What, commanded, deeds, office};
use super::ownership::{Answer, Judge, Tie};
use super::raw::{Raw, RuleCx};
use super::usage::{self, Hangs, On};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::catalogue::Reached;
use crate::facts::event::{Access, Event};
use crate::facts::names;
use crate::facts::query::Operation;
use crate::facts::role_words;
use crate::facts::schema::Privacy;
use crate::facts::value::{Kind, Value};
use crate::project::routes::Route;
use crate::project::session::RootKey;
use crate::text::{FileId, Name};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("missing-auth"),
    title: "Anybody can call this, signed in or not",
    risk: Risk::Authorization,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[306, 862],
    page: include_str!("../../../queries/rules/missing-auth.md"),
};

/// What is said of a handler whose guard stops nobody.
pub const GUARDED: &str = "this is what it should guard";

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    let Some(route) = &cx.walk.route else { return remote_shell(cx, out) };
    // What was not seen may hold the check.
    if cx.walk.exhausted || route.path.as_deref().is_some_and(|path| cx.config.is_public_route(&route.methods, path)) {
        return;
    }
    let judge = &cx.judge;
    let door = door(cx.project, route);
    // Whoever can write a token is told where tokens are believed.
    if is_unfinished(cx.project, route, &door) || has_captcha(cx.walk) || believes_tokens_before(cx) {
        return;
    }
    let purpose = purpose(route, &door);
    let all = deeds(cx, judge);
    let is_above = is_above_on_purpose(cx, route);
    // Who the people are is nothing for everybody.
    let is_of_people = |deed: &Deed<'_>| {
        matches!(deed.what, What::Read { privacy: Privacy::Principal, .. }) || deed.access.is_some_and(|access| office::gives_contacts(cx, access))
    };
    let is_meant = |deed: &Deed<'_>| is_above && !is_of_people(deed);
    let mut open: Vec<(&Deed<'_>, Confidence)> = all
        .iter()
        .filter(|deed| {
            nobody_is_known(cx.walk, judge, deed.facts, deed.at) && !is_asked_after(cx, judge, deed) && claimed(cx, judge, deed).is_none() && !is_meant(deed)
        })
        .filter_map(|deed| Some((deed, confidence(cx, route, &door, purpose, &all, deed)?)))
        .collect();
    if open.is_empty() {
        return asked_of_nobody(cx, route, out);
    }
    // What is changed is told before what is read, and what is sure before what is not.
    open.sort_by_key(|(deed, confidence)| (deed.hangs, std::cmp::Reverse(*confidence), !deed.what.is_write(), deed.what.creates()));
    let Some((worst, confidence)) = open.first() else { return };
    let flawed = why(cx, route);
    // The guard that stops nobody asks for an office: that is what everybody has now.
    let is_office = flawed.as_ref().is_some_and(|why| role_words::names_above(why.guard()));
    let mut raw = Raw::new(if is_office { &admin_open::META } else { &META }, door.site.clone(), *confidence);
    raw.detail = Name::new_static(detail(route, worst));
    raw.message = message(cx, route, &door, worst);
    raw.absence = true;
    // The guard is there, and stops nobody: what they do was not meant for everybody.
    let is_late =
        flawed.as_ref().is_some_and(|why| matches!(why.flaw, Flaw::TooLate | Flaw::AboveRoute | Flaw::MixinLast | Flaw::NotAwaited | Flaw::AlwaysThere));
    match &worst.what {
        _ if is_late => {}
        What::Effect(kind) if worst.hangs => raw.hangs = Some(Hangs { or_possible: true, ..Hangs::new(usage::costing(kind), On::AskedBySomebody) }),
        what if worst.hangs => {
            let above = worst.access.and_then(|access| judge.found_above(access)).map(|above| usage::table(cx.schema, &above.query.model));
            let on = if what.is_write() { On::ChangedBySecret } else { On::TiedWhenRead };
            raw.hangs = what.model().map(|model| Hangs { above, ..Hangs::new(usage::table(cx.schema, model), on) });
        }
        _ => {}
    }
    if let Some(later) = route.function().and_then(|key| left_for_later(cx, &key)) {
        raw.detail = Name::new_static("AUTHTODO");
        raw.also(later, "a comment says that the check is still to be written".to_owned());
    }
    if let Some(why) = flawed {
        raw.message = format!("{} {}", why.message, raw.message);
        raw.detail = Name::new_static(why.detail);
        raw.also(door.site.clone(), format!("{GUARDED}: {}", route.title()));
        raw.plans.extend(cx.project.place(&why.site).map(|at| FixPlan::RepairGuard { at, flaw: why.flaw }));
        raw.site = why.site;
        raw.absence = why.flaw == Flaw::CommentedOut;
    }
    for (deed, _) in open.iter().filter(|(deed, _)| deed.hangs == worst.hangs).take(4) {
        raw.also(deed.site.clone(), format!("this is what anybody can do: {}", deed.what.words(cx.schema)));
    }
    raw.also(route.site.clone(), format!("reached from {}", route.title()));
    out.push(raw);
}

/// Only some rows, which the code itself chose: open to strangers by a guard that asks nothing, they were meant for few. And so was
/// whatever stands behind a check that nobody waits for.
fn asked_of_nobody(cx: &RuleCx<'_>, route: &Route, out: &mut Vec<Raw>) {
    let judge = &cx.judge;
    let is_private = |access: &Access| matches!(judge.privacy(&access.query), Privacy::Private | Privacy::Principal);
    let gets_out = |access: &Access| access.query.operation.is_write() || judge.leaves_unchecked(access) == Some(true);
    let flawed = OnceCell::new();
    let flaw = || *flawed.get_or_init(|| why(cx, route).map(|why| why.flaw));
    // Above the guard stands what everybody may see, too; how people can be reached is not that.
    let is_for_few = |access: &Access| {
        is_private(access)
            || !access.query.model.is_empty() && matches!(flaw(), Some(Flaw::NotAwaited | Flaw::AlwaysThere | Flaw::AboveRoute | Flaw::MixinLast))
            || office::tells_contacts(access) && flaw() == Some(Flaw::TooLate)
    };
    let found = cx.walk.events.iter().enumerate().find_map(|(at, event)| match event {
        Event::Access(access) if gets_out(access) && is_for_few(access) && nobody_is_known(cx.walk, judge, &access.facts, at) => Some(access),
        _ => None,
    });
    let Some(access) = found else { return };
    let is_told = |access: &Access, flaw: Flaw| match flaw {
        Flaw::AlwaysThere | Flaw::NotAwaited | Flaw::AboveRoute | Flaw::MixinLast => true,
        Flaw::TooLate => office::tells_contacts(access),
        _ => false,
    };
    let Some(why) = why(cx, route).filter(|why| is_told(access, why.flaw)) else { return };
    let query = &access.query;
    let (operation, model, privacy) = (query.operation, query.model.clone(), judge.privacy(query));
    let what = match operation {
        operation if operation.is_write() => What::Write { operation, model, privacy },
        operation => What::Read { many: operation == Operation::ReadMany, model, privacy },
    };
    let mut raw = Raw::new(&META, why.site, Confidence::Likely);
    raw.detail = Name::new_static(why.detail);
    raw.message = format!("{} Anyone on the internet can {}.", why.message, what.words(cx.schema));
    raw.also(access.site.clone(), format!("{GUARDED}: {}", route.title()));
    raw.also(route.site.clone(), format!("reached from {}", route.title()));
    out.push(raw);
}

/// What is read is given only to somebody who was asked for meanwhile.
fn is_asked_after(cx: &RuleCx<'_>, judge: &Judge<'_>, deed: &Deed<'_>) -> bool {
    let What::Read { many, .. } = deed.what else { return false };
    // A password is one person's: it opens no list.
    let is_asked = |access: &Access| judge.signed_in_where_it_leaves(access) != Answer::No || !many && is_row_of_secret(cx.walk, access.id);
    deed.access.is_some_and(is_asked)
}

/// A function that runs whatever a request says, and asks nobody: wherever it is registered, that is where the question belongs.
fn remote_shell(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    let RootKey::Function(key) = &cx.walk.key else { return };
    let Some(site) = cx.project.function_site(key) else { return };
    let Some(name) = cx.project.function_name(key) else { return };
    if cx.walk.exhausted || cx.runs_in_browser(&key.item.file) {
        return;
    }
    let judge = &cx.judge;
    let open = cx.walk.events.iter().enumerate().find_map(|(at, event)| match event {
        Event::Sink(sink) if !sink.facts.is_impossible() && commanded(sink).is_some_and(|kind| kind == "command") => {
            nobody_is_known(cx.walk, judge, &sink.facts, at).then_some(sink)
        }
        _ => None,
    });
    let Some(sink) = open else { return };
    let mut raw = Raw::new(&META, site, Confidence::Likely);
    raw.detail = Name::new_static("AZ01");
    raw.message = format!("Whoever reaches `{name}` can run any command on your server: it runs what the request says and never checks who is calling.");
    raw.absence = true;
    raw.also(sink.call.clone(), "this is where the command is run".to_owned());
    out.push(raw);
}

/// What is asked for with GET and writes what is nobody's own fills a cache.
fn only_keeps_what_it_read(route: &Route, deed: &Deed<'_>) -> bool {
    let gets = matches!(route.methods.as_slice(), [method] if method == "GET");
    gets && matches!(
        deed.what,
        What::Write { operation: Operation::Create | Operation::Update | Operation::Upsert, privacy: Privacy::Public | Privacy::Unknown, .. }
    )
}

/// A code is kept beside when it ends.
fn gives_out_code(cx: &RuleCx<'_>) -> bool {
    let has = |data: &Value, says: &dyn Fn(&str) -> bool| matches!(data.kind(), Kind::Object(object) if object.fields.iter().any(|(name, _)| says(name)));
    let is_code =
        |data: &Value| has(data, &|name| names::says_code(name) || names::words(name).iter().any(|word| word == "token")) && has(data, &names::says_end);
    cx.walk.events.iter().any(|event| matches!(event, Event::Access(access) if access.query.operation.is_write() && access.query.data.iter().any(is_code)))
}

/// How sure it is that this was not meant for everybody. `None`: it was.
fn confidence(cx: &RuleCx<'_>, route: &Route, door: &Door, purpose: Purpose, all: &[Deed<'_>], deed: &Deed<'_>) -> Option<Confidence> {
    if purpose != Purpose::Internal && only_keeps_what_it_read(route, deed) || is_put_up(cx, route, deed) {
        return None;
    }
    // Whoever asks for a code by mail signs in with it.
    if matches!(&deed.what, What::Effect(kind) if matches!(kind.as_str(), "mail" | "sms")) && gives_out_code(cx) {
        return None;
    }
    let only_puts_in = || all.iter().all(|deed| !deed.what.is_write() || deed.what.creates() || matches!(deed.what, What::Effect(_)));
    // What a business earns is nobody's but its own.
    if matches!(deed.what, What::Sum { .. }) {
        return (purpose == Purpose::Ordinary && office::is_of_the_books(route, door)).then_some(Confidence::Likely);
    }
    match purpose {
        // Who tells the house of something need not say who they are; and who is first is there to be seen.
        Purpose::Ordinary if deed.what.creates() && deed.confidence == Confidence::Possible && tells_of_something(route, door) => None,
        Purpose::Ordinary if is_ranking(cx, route, door, deed) => None,
        Purpose::Ordinary => Some(deed.confidence),
        Purpose::Machine => None,
        Purpose::Internal if deed.what.is_write() => Some(Confidence::Likely),
        Purpose::Internal => Some(deed.confidence),
        // How full is the disk, which version runs.
        Purpose::Infrastructure if matches!(&deed.what, What::Effect(kind) if kind == "program") => None,
        Purpose::Infrastructure if deed.what.is_write() => Some(deed.confidence),
        Purpose::Infrastructure => None,
        Purpose::Intake if deed.what.creates() || matches!(deed.what, What::Effect(_) | What::Write { operation: Operation::Upsert, .. }) => None,
        // `/donations/12/thanks`: what somebody put in is shown to whoever counts.
        Purpose::Intake if all.iter().all(|deed| !deed.what.is_write()) && is_anothers_entry(cx, route, deed) => Some(deed.confidence.min(Confidence::Likely)),
        Purpose::Intake if only_puts_in() && !gives_several(deed) => None,
        Purpose::Intake => Some(deed.confidence.min(Confidence::Likely)),
        // Whoever signs in is not signed in yet; but nobody lists or deletes people to get in.
        Purpose::Credentials => match &deed.what {
            What::Read { many: true, privacy: Privacy::Principal, .. } | What::Write { operation: Operation::Delete, privacy: Privacy::Principal, .. } => {
                Some(deed.confidence.min(Confidence::Likely))
            }
            _ => None,
        },
        // The plain key of a row is no secret.
        Purpose::Capability => match &deed.what {
            What::Write { operation: Operation::Delete | Operation::Update, .. } | What::Read { many: true, .. } => {
                Some(deed.confidence.min(Confidence::Likely))
            }
            _ => None,
        },
    }
}

/// A list, also of what lies below something that the caller names.
fn gives_several(deed: &Deed<'_>) -> bool {
    matches!(deed.what, What::Read { .. }) && deed.access.is_some_and(|access| access.query.operation == Operation::ReadMany)
}

/// `reportListing`, `/posts/:id/flag`: the verb, and no collection of reports.
fn tells_of_something(route: &Route, door: &Door) -> bool {
    let is_verb = |word: &str| matches!(word, "report" | "flag" | "complain" | "suggest" | "react");
    let last = route.path.iter().flat_map(|path| path.rsplit('/')).find(|part| !part.is_empty() && !part.starts_with([':', '[', '{', '<']));
    names::words(&door.name).first().is_some_and(|word| is_verb(word)) || last.is_some_and(is_verb)
}

/// `/leaderboard`, unless it says how the players can be reached.
fn is_ranking(cx: &RuleCx<'_>, route: &Route, door: &Door, deed: &Deed<'_>) -> bool {
    let words = route.path.iter().flat_map(|path| names::words(path)).chain(names::words(&door.name));
    let is_such = words
        .into_iter()
        .any(|word| matches!(word.as_str(), "leaderboard" | "leaderboards" | "ranking" | "rankings" | "scoreboard" | "highscores" | "standings"));
    is_such && matches!(deed.what, What::Read { .. }) && !deed.access.is_some_and(|access| office::gives_contacts(cx, access))
}

/// A row with somebody's address in it, of which the caller names the number. A cart or a quote is found by a key that only its maker has.
fn is_anothers_entry(cx: &RuleCx<'_>, route: &Route, deed: &Deed<'_>) -> bool {
    let What::Read { privacy, .. } = &deed.what else { return false };
    let words = route.path.iter().flat_map(|path| names::words(path));
    let is_by_key = words.into_iter().any(|word| matches!(word.as_str(), "cart" | "carts" | "basket" | "checkout" | "quote" | "survey" | "poll"));
    let is_chosen = matches!(deed.tie, Some(Tie::Client(_) | Tie::Spoofed));
    let gives_address =
        deed.access.is_some_and(|access| cx.schema.model_near(&access.query.model, &access.site.item.file).is_some_and(|model| names_people(model, access)));
    privacy.is_private() && is_chosen && !is_by_key && gives_address
}

fn detail(route: &Route, deed: &Deed<'_>) -> &'static str {
    match deed.what {
        What::Read { .. } if route.reached() == Reached::Action => "AZ14",
        What::Read { .. } | What::Sum { .. } => "AZ02",
        _ => "AZ01",
    }
}

/// Is its module nested in another that loads something for itself?
fn stands_in_layout(cx: &RuleCx<'_>, route: &Route) -> bool {
    let loads = |file: &FileId| cx.project.file(file).and_then(|known| known.module.as_ref()).is_some_and(|module| module.exports.has("loader"));
    route.around.iter().any(loads)
}

fn message(cx: &RuleCx<'_>, route: &Route, door: &Door, deed: &Deed<'_>) -> String {
    let doing = deed.what.words(cx.schema);
    match route.reached() {
        Reached::Action => {
            let name = if door.name.is_empty() { "this action".to_owned() } else { format!("`{}`", door.name) };
            format!("Anyone can {doing}: {name} is a server action, which anybody on the internet can call, and it never checks who is calling.")
        }
        Reached::Page => format!("Anyone who opens this page can {doing}: it never checks who is signed in."),
        _ => {
            let through = route.path.as_ref().map_or_else(|| "this route".to_owned(), |_| format!("`{}`", route.title()));
            let layout = if stands_in_layout(cx, route) { " What the loader of a layout checks runs beside this and not before it." } else { "" };
            format!("Anyone on the internet can {doing} through {through}: it never checks who is calling.{layout}")
        }
    }
}
