//! Something that is for administrators is open to everybody who is signed in.

use super::open::claimed::{claimed, editable_role};
use super::open::door::{Door, door, is_unfinished};
use super::open::known::exclude;
use super::open::never_true::never_true;
use super::open::purpose::{Purpose, purpose};
use super::open::unheard::asked_for_nothing;
use super::open::why::Why;
use super::open::{Deed, What, administrative, columns, deeds, office, own_events, standing, unread_mark};
use super::ownership::{Answer, Judge, Tie};
use super::raw::{Raw, RuleCx};
use super::usage::{self, Hangs, On};
use super::{Audience, Confidence, Impact, Risk, RuleId, RuleMeta};
use crate::facts::catalogue::{PagePart, Reached};
use crate::facts::event::{Access, AccessId, Event};
use crate::facts::query::Operation;
use crate::project::routes::Route;
use crate::text::{FileId, Name};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("admin-open"),
    title: "What is for administrators is open to everybody who is signed in",
    risk: Risk::Authorization,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[285, 862],
    page: include_str!("../../../queries/rules/admin-open.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    let judge = &cx.judge;
    let Some(route) = &cx.walk.route else { return };
    claimed_role(cx, judge, route, out);
    if let Some(why) = never_true(cx, route).or_else(|| asked_for_nothing(cx, route)) {
        return asked_in_vain(cx, judge, route, why, out);
    }
    if unread_mark::check(cx, judge, route, out) {
        return;
    }
    let found = open(cx, judge);
    unlike_its_siblings(cx, route, &found, out);
    if found.all.is_empty() {
        unlike_its_page(cx, judge, route, out);
        unlike_its_neighbours(cx, judge, route, out);
    }
    let Some(worst) = found.all.iter().max_by_key(|(_, signs)| signs.len()) else { return };
    let Some(door) = found.door else { return };
    let (deed, signs) = worst;
    let confidence = if signs.len() > 1 { Confidence::Proven } else { Confidence::Likely };
    let guessed = deed.access.is_some_and(|access| access.query.guessed) || judge.signed_in(deed.facts) != Answer::Yes;
    let mut raw = Raw::new(&META, door.site.clone(), if guessed { confidence.min(Confidence::Likely) } else { confidence });
    raw.detail = Name::new_static("AZ10");
    raw.message = message(cx, route, &door, &deed.what, signs);
    raw.absence = true;
    for (deed, _) in found.all.iter().take(4) {
        raw.also(deed.site.clone(), format!("this is what every user can do: {}", deed.what.words(cx.schema)));
    }
    // One way of several through the handler asks for no role: that is where it is missing.
    if is_asked_of_others(cx, judge, deed) {
        let door = std::mem::replace(&mut raw.site, deed.site.clone());
        raw.also(door, "elsewhere in this handler a role is asked for".to_owned());
    }
    raw.also(route.site.clone(), format!("reached from {}", route.title()));
    out.push(raw);
}

/// The door of a route that was seen whole, is finished and is not open on purpose.
pub(super) fn door_of(cx: &RuleCx<'_>, route: &Route) -> Option<Door> {
    if cx.walk.exhausted || route.path.as_deref().is_some_and(|path| cx.config.is_public_route(&route.methods, path)) {
        return None;
    }
    Some(door(cx.project, route)).filter(|door| !is_unfinished(cx.project, route, door))
}

/// A check whose condition is never true: told where it stands.
fn asked_in_vain(cx: &RuleCx<'_>, judge: &Judge<'_>, route: &Route, why: Why, out: &mut Vec<Raw>) {
    let all = deeds(cx, judge);
    let of_deed = all.iter().max_by_key(|deed| deed.what.is_write()).map(|deed| (deed.what.clone(), deed.site));
    // What only some of the people may do may be done to rows of their own group, and what only some may see may be nobody's own.
    let accesses = || own_events(cx.walk).filter_map(|(_, event)| if let Event::Access(access) = event { Some(access) } else { None });
    let named = || accesses().filter(|access| !access.query.model.is_empty());
    let other = || {
        let access = named()
            .find(|access| access.query.operation.is_write())
            .or_else(|| named().find(|access| matches!(access.query.operation, Operation::ReadOne | Operation::ReadMany)))?;
        Some((What::of_access(access, judge.privacy(&access.query)), &access.site))
    };
    let Some((what, site)) = of_deed.or_else(other) else { return };
    let mut raw = Raw::new(&META, why.site.clone(), Confidence::Proven);
    raw.detail = Name::new_static(why.detail);
    raw.message = format!("{} Everybody can {}.", why.message, what.words(cx.schema));
    raw.also(site.clone(), format!("this is what it should guard: {}", what.words(cx.schema)));
    raw.also(route.site.clone(), format!("reached from {}", route.title()));
    raw.plans.extend(cx.project.place(&why.site).map(|at| super::FixPlan::RepairGuard { at, flaw: why.flaw }));
    out.push(raw);
}

/// A check that asks the caller whether they may: told where it stands.
fn claimed_role(cx: &RuleCx<'_>, judge: &Judge<'_>, route: &Route, out: &mut Vec<Raw>) {
    let Some(door) = door_of(cx, route) else { return };
    let is_anybodys = |deed: &Deed<'_>| !matches!(deed.tie, Some(Tie::Owned | Tie::Nullable | Tie::Opaque));
    let all = deeds(cx, judge);
    let mut found = all.iter().filter(|deed| is_anybodys(deed)).filter_map(|deed| Some((deed, claimed(cx, judge, deed)?)));
    let Some((deed, claim)) = found.next() else {
        let Some(claim) = editable_role(cx, judge) else { return };
        let mut raw = Raw::new(&META, claim.why.site.clone(), Confidence::Likely);
        raw.detail = Name::new_static(claim.why.detail);
        raw.message = format!("{} Whoever sets it gets what {} keeps for few.", claim.why.message, through(route, &door));
        raw.also(route.site.clone(), format!("reached from {}", route.title()));
        raw.plans.extend(cx.project.place(&claim.why.site).map(|at| super::FixPlan::RepairGuard { at, flaw: claim.why.flaw }));
        out.push(raw);
        return;
    };
    let confidence = if deed.what.is_write() { Confidence::Proven } else { Confidence::Likely };
    let mut raw = Raw::new(&META, claim.why.site.clone(), confidence);
    raw.detail = Name::new_static(claim.why.detail);
    raw.message = format!("{} Whoever sets it can {} through {}.", claim.why.message, deed.what.words(cx.schema), through(route, &door));
    raw.also(deed.site.clone(), format!("this is what it should guard: {}", deed.what.words(cx.schema)));
    for (deed, _) in found.take(3) {
        raw.also(deed.site.clone(), format!("and this: {}", deed.what.words(cx.schema)));
    }
    raw.also(route.site.clone(), format!("reached from {}", route.title()));
    raw.plans.extend(cx.project.place(&claim.why.site).map(|at| super::FixPlan::RepairGuard { at, flaw: claim.why.flaw }));
    out.push(raw);
}

/// The accesses of which this rule tells, so that no other rule tells of them, too.
pub fn reported_accesses(cx: &RuleCx<'_>, judge: &Judge<'_>) -> Vec<AccessId> {
    let in_vain = cx.walk.route.as_deref().is_some_and(|route| never_true(cx, route).or_else(|| asked_for_nothing(cx, route)).is_some());
    if in_vain {
        return own_events(cx.walk).filter_map(|(_, event)| if let Event::Access(access) = event { Some(access.id) } else { None }).collect();
    }
    let mut told: Vec<AccessId> = open(cx, judge).all.iter().filter_map(|(deed, _)| deed.access.map(|access| access.id)).collect();
    told.extend(deeds(cx, judge).iter().filter(|deed| claimed(cx, judge, deed).is_some()).filter_map(|deed| deed.access.map(|access| access.id)));
    told
}

struct Found<'w> {
    door: Option<Door>,
    all: Vec<(Deed<'w>, Vec<administrative::Sign>)>,
    /// What else it does to rows that are nobody's own.
    unmarked: Vec<Deed<'w>>,
}

fn open<'w>(cx: &RuleCx<'w>, judge: &Judge<'w>) -> Found<'w> {
    let nothing = Found { door: None, all: Vec::new(), unmarked: Vec::new() };
    let Some(route) = &cx.walk.route else { return nothing };
    let is_for_signed_in = |door: &Door| !matches!(purpose(route, door), Purpose::Credentials | Purpose::Machine | Purpose::Capability);
    let Some(door) = door_of(cx, route).filter(is_for_signed_in) else { return nothing };
    let is_asked = |deed: &Deed<'_>| match judge.signed_in(deed.facts) {
        Answer::Yes => true,
        Answer::Unknown => standing::only_a_login_is_unsure(deed.facts),
        Answer::No => false,
    };
    let is_open = |deed: &Deed<'_>| is_asked(deed) && !standing::may_be_decided(judge, deed.facts);
    // Rows of one's own are one's own, whatever the address is called.
    let is_anybodys = |deed: &Deed<'_>| match &deed.tie {
        Some(Tie::Owned | Tie::Nullable | Tie::Opaque | Tie::Fixed) => {
            deed.what.creates() || deed.access.is_some_and(|access| administrative::raises_another(cx, access))
        }
        _ => true,
    };
    let of_deeds = deeds(cx, judge).into_iter().filter(|deed| !deed.hangs && is_open(deed) && is_anybodys(deed)).map(|deed| {
        let signs = administrative::signs(cx, route, &door, &deed);
        (deed, signs)
    });
    // Where nothing says that it is for administrators, it is asked whose account it is: that is another rule's.
    let is_anothers = |deed: &Deed<'_>, signs: &[administrative::Sign]| deed.access.is_some() && signs == [administrative::Sign::People];
    let (all, others): (Vec<_>, Vec<_>) = of_deeds.partition(|(deed, signs)| !signs.is_empty() && !is_anothers(deed, signs));
    if all.is_empty() && others.is_empty() || standing::a_condition_beside_it_names_a_role(cx, &door.site.item.file) {
        return nothing;
    }
    let names_role = !all.is_empty() && standing::a_condition_names_a_role(cx);
    let all = all.into_iter().filter(|(deed, _)| !names_role || is_asked_of_others(cx, judge, deed)).collect();
    Found { door: Some(door), all, unmarked: others.into_iter().map(|(deed, _)| deed).collect() }
}

/// The role was asked for where this does not happen: with GET, and this is done with POST.
fn is_asked_of_others(cx: &RuleCx<'_>, judge: &Judge<'_>, deed: &Deed<'_>) -> bool {
    let facts = cx.walk.events.iter().filter_map(super::handler::facts_of);
    let mut elevated = facts.filter(|facts| judge.is_elevated(facts)).peekable();
    elevated.peek().is_some() && elevated.all(|facts| exclude(facts, deed.facts))
}

/// It changes rows that the project's other handlers change only with a role, or something where its neighbours do.
fn unlike_its_siblings(cx: &RuleCx<'_>, route: &Route, found: &Found<'_>, out: &mut Vec<Raw>) {
    let Some((door, deed, hangs)) = unlike(cx, route, found) else { return };
    let mut raw = Raw::new(&META, door.site.clone(), Confidence::Likely);
    raw.detail = Name::new_static("AZ10");
    raw.message = message(cx, route, door, &deed.what, &[]);
    raw.absence = true;
    raw.hangs = Some(hangs);
    raw.also(deed.site.clone(), format!("this is what every user can do: {}", deed.what.words(cx.schema)));
    raw.also(route.site.clone(), format!("reached from {}", route.title()));
    out.push(raw);
}

/// What would show that a role is missing here, where nothing in the handler itself does: then that is the cause, and not whose rows it changes.
pub fn unlike_siblings(cx: &RuleCx<'_>, judge: &Judge<'_>) -> Vec<(Name, On)> {
    let Some(route) = &cx.walk.route else { return Vec::new() };
    let found = open(cx, judge);
    let hangs = unlike(cx, route, &found).map(|(_, _, hangs)| hangs);
    hangs.into_iter().flat_map(|hangs| std::iter::once((hangs.table, hangs.on)).chain(hangs.or)).collect()
}

/// The door, what is done behind it, and what shows that others ask for a role before they do such a thing.
fn unlike<'f, 'w>(cx: &RuleCx<'_>, route: &Route, found: &'f Found<'w>) -> Option<(&'f Door, &'f Deed<'w>, Hangs)> {
    let door = found.door.as_ref().filter(|_| found.all.is_empty())?;
    let changes = |deed: &&Deed<'_>| match &deed.what {
        // Who writes themselves into a row takes something for themselves: a voucher, a seat.
        What::Write { operation: Operation::Update, .. } if deed.access.is_some_and(usage::takes_for_caller) => false,
        What::Write { operation: Operation::Create, .. } => deed.access.is_some_and(|access| !usage::names_caller(access)),
        What::Write { .. } => matches!(deed.tie, Some(Tie::Client(_) | Tie::List)),
        _ => false,
    };
    let mut deeds = found.unmarked.iter().rev().filter(changes);
    let deed = deeds.next()?;
    let file = &route.site.item.file;
    let mut shown = unlike_of(cx, deed, file).into_iter();
    let (table, on) = shown.next()?;
    let mut hangs = Hangs::new(table, on);
    hangs.or.push((usage::writers_of(file), On::WriterBeside));
    hangs.or.extend(shown.chain(deeds.flat_map(|deed| unlike_of(cx, deed, file))));
    Some((door, deed, hangs))
}

/// What others of the project, and of its file, would show of a change to such rows.
fn unlike_of(cx: &RuleCx<'_>, deed: &Deed<'_>, file: &FileId) -> Vec<(Name, On)> {
    let Some(table) = deed.what.model().map(|model| usage::table(cx.schema, model)) else { return Vec::new() };
    // Where putting rows in takes a role, taking them out does.
    let takes_out = matches!(deed.what, What::Write { operation: Operation::Delete, .. });
    let mut shown = vec![(table.clone(), if takes_out { On::RoleToTake } else { On::Role(usage::ENOUGH) })];
    // A row that is put into another state, or taken out, by what the program says and not the caller.
    if takes_out || deed.access.is_some_and(|access| !deed.what.creates() && !access.query.data.iter().any(columns::holds_input)) {
        shown.push((usage::rows_in(&table, file), On::RoleHere));
    }
    shown
}

/// It changes something for a page that is shown only to people with a role: whoever knows its address sends to it what they like.
fn unlike_its_page(cx: &RuleCx<'_>, judge: &Judge<'_>, route: &Route, out: &mut Vec<Raw>) {
    let (Some(PagePart::Acts), Some(path)) = (route.page_part(), &route.path) else { return };
    let is_open = |access: &Access| judge.signed_in(&access.facts) == Answer::Yes && !standing::may_be_decided(judge, &access.facts);
    let is_anybodys = |access: &Access| match access.query.operation {
        Operation::Create | Operation::Upsert => true,
        Operation::Update | Operation::Delete => matches!(judge.tie(access), Tie::Client(_) | Tie::List),
        _ => false,
    };
    let mut written = own_events(cx.walk).filter_map(|(_, event)| if let Event::Access(access) = event { Some(access) } else { None });
    let Some(access) = written.find(|access| !access.query.model.is_empty() && is_anybodys(access) && is_open(access)) else { return };
    let Some(door) = door_of(cx, route).filter(|door| purpose(route, door) == Purpose::Ordinary) else { return };
    let what = What::of_write(access, judge.privacy(&access.query));
    let mut raw = Raw::new(&META, door.site.clone(), Confidence::Likely);
    raw.detail = Name::new_static("AZ10");
    raw.message = message(cx, route, &door, &what, &[]);
    raw.absence = true;
    raw.hangs = Some(Hangs::new(usage::page_at(path), On::OnPage));
    raw.also(access.site.clone(), format!("this is what every user can do: {}", what.words(cx.schema)));
    raw.also(route.site.clone(), format!("reached from {}", route.title()));
    out.push(raw);
}

/// It gives out everybody's addresses, or everything as a file, where the others of its file ask for a role.
fn unlike_its_neighbours(cx: &RuleCx<'_>, judge: &Judge<'_>, route: &Route, out: &mut Vec<Raw>) {
    let gives_contacts =
        |access: &Access| office::gives_contacts(cx, access) || office::asks_for_contacts(access) || office::answers_with_contacts(cx.walk, access);
    let is_open = |access: &Access| judge.signed_in(&access.facts) == Answer::Yes && !standing::may_be_decided(judge, &access.facts);
    let of_all = |access: &&Access| {
        let query = &access.query;
        let is_of_all = || judge.tie(access) == Tie::List || query.is_only_searched();
        query.operation == Operation::ReadMany && !query.row_security && is_of_all() && is_open(access)
    };
    let mut lists = own_events(cx.walk).filter_map(|(_, event)| if let Event::Access(access) = event { Some(access) } else { None }).filter(of_all).peekable();
    if lists.peek().is_none() || administrative::is_directory(route) {
        return;
    }
    let Some(door) = door_of(cx, route).filter(|door| purpose(route, door) == Purpose::Ordinary) else { return };
    let is_export = office::is_export(route, &door);
    let Some(access) = lists.find(|access| is_export || gives_contacts(access)).filter(|_| !standing::a_condition_names_a_role(cx)) else { return };
    let what = What::Read { many: true, model: access.query.model.clone(), privacy: judge.privacy(&access.query) };
    let mut raw = Raw::new(&META, door.site.clone(), Confidence::Likely);
    raw.detail = Name::new_static("AZ10");
    raw.message = message(cx, route, &door, &what, &[]);
    raw.absence = true;
    raw.hangs = Some(Hangs::new(usage::handlers_of(&route.site.item.file), On::RoleBeside));
    raw.also(access.site.clone(), format!("this is what every user can do: {}", what.words(cx.schema)));
    raw.also(route.site.clone(), format!("reached from {}", route.title()));
    out.push(raw);
}

fn message(cx: &RuleCx<'_>, route: &Route, door: &Door, what: &What, signs: &[administrative::Sign]) -> String {
    let doing = what.words(cx.schema);
    let through = through(route, door);
    let which = signs.iter().find_map(|sign| match sign {
        administrative::Sign::Privilege(column) => Some(format!(", its `{column}` too")),
        _ => None,
    });
    format!(
        "Every signed-in user can {doing}{} through {through}: it checks that somebody is signed in, but not that they are allowed to do this.",
        which.unwrap_or_default()
    )
}

fn through(route: &Route, door: &Door) -> String {
    match (route.reached(), door.name.is_empty()) {
        (Reached::Action, false) => format!("`{}`", door.name),
        (Reached::Page, _) => "this page".to_owned(),
        _ if route.path.is_some() => format!("`{}`", route.title()),
        _ => "this route".to_owned(),
    }
}
