//! A handler reads or writes a record chosen by the caller, and nothing ties that record to the signed-in user.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::catalogue::{PagePart, Reached};
use crate::facts::check::Root;
use crate::facts::event::{Access, AccessId};
use crate::facts::query::{Filter, Operation};
use crate::facts::schema::Privacy;
use crate::rules::asked_for::{asked_for, asked_of_shared};
use crate::rules::open::door::door;
use crate::rules::open::never_true::never_true;
use crate::rules::open::{unread_mark, why};
use crate::rules::ownership::{Answer, title};
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::usage::{self, Hangs, On};
use crate::rules::{Audience, Impact, Risk, RuleId, RuleMeta};
use crate::text::Name;

mod verdict;

use verdict::{Problem, Verdict, of_another_person, verdict};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("missing-ownership"),
    title: "Record is chosen by the caller without checking whose it is",
    risk: Risk::Authorization,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[639],
    page: include_str!("../../../../queries/rules/missing-ownership.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    let Some(route) = &cx.walk.route else { return };
    if route.path.as_deref().is_some_and(|path| cx.config.is_public_route(&route.methods, path)) {
        return;
    }
    // A role was meant to be asked for: that is what has to be repaired.
    let judge = &cx.judge;
    if never_true(cx, route).is_some() || unread_mark::check(cx, judge, route, &mut Vec::new()) {
        return;
    }
    // A function of a page is called by name: where it lies says what it is for. Whoever signs up may hold an invitation.
    if route.reached() == Reached::Action && signs_up(cx.project.relative(&route.site.item.file)) {
        return;
    }
    let enters = route.path.as_deref().is_some_and(lets_in);
    let mut told: FxHashSet<(Name, Name)> = FxHashSet::default();
    // Which rows were told of, and whether somebody else was named to find them.
    let mut told_rows: FxHashMap<AccessId, bool> = FxHashMap::default();
    let administrative = std::cell::OnceCell::new();
    let unlike_siblings = std::cell::OnceCell::new();
    // Whoever signs in is not signed in yet: the row is found by what they type.
    let judged = judge.accesses().filter(|access| !enters || judge.signed_in(&access.facts) == Answer::Yes);
    let verdicts: Vec<(&Access, Verdict)> =
        judged.filter_map(|access| Some((access, verdict(judge, access).or_else(|| of_another_person(cx, access))?))).collect();
    let of_same = |row: &(&Access, Verdict), access: &Access, verdict: &Verdict| row.0.query.model == access.query.model && row.1.input == verdict.input;
    for (access, verdict) in &verdicts {
        // What is read to be changed is told where it is changed, if reading alone would have to be shown by others.
        let is_by_role = |verdict: &Verdict| verdict.hangs == Some(On::TiedByRole);
        let is_write = |row: &(&Access, Verdict)| row.0.id > access.id && row.0.query.operation.is_write() && !is_by_role(&row.1);
        // What anybody may do says more than what a role may do beyond its group.
        if is_by_role(verdict) && verdicts.iter().any(|row| !is_by_role(&row.1) && of_same(row, access, verdict)) {
            continue;
        }
        if verdict.hangs.is_some() && !access.query.operation.is_write() && verdicts.iter().any(|row| is_write(row) && of_same(row, access, verdict)) {
            continue;
        }
        // What was not seen may hold the check, and what is nobody's own is told as that.
        if cx.walk.exhausted || administrative.get_or_init(|| crate::rules::admin_open::reported_accesses(cx, judge)).contains(&access.id) {
            continue;
        }
        // One mistake for one record: the first access stands for those after it.
        if !told.insert((access.query.model.clone(), verdict.input.clone())) {
            continue;
        }
        // What lies below a record of which it was told is theirs as well: the messages of a chat.
        if below(access).any(|row| told_rows.get(&row).is_some_and(|is_spoofed| *is_spoofed || !access.query.operation.is_write())) {
            continue;
        }
        let is_spoofed = matches!(verdict.kind, Problem::Spoofed);
        // Of what is only told if others do otherwise, nothing follows for the rows below.
        if !matches!(verdict.hangs, Some(On::TiedToTaker | On::TiedByRole)) {
            told_rows.insert(access.id, is_spoofed);
        }
        let query = &access.query;
        let model = cx.schema.model(&query.model).map_or_else(|| title(&query.model), |model| title(&model.name));
        let owner = cx.schema.model(&query.model).and_then(|model| model.owners().first().cloned());
        let place = query.key.clone().unwrap_or_else(|| access.site.clone());
        // Whom a helper is told to look for is said by who calls it.
        let place = if is_spoofed && route.function().is_some_and(|handler| handler.item != place.item) { door(cx.project, route).site } else { place };
        let asked =
            (matches!(verdict.kind, Problem::Listed) || matches!(query.client.as_str(), "kv" | "bucket")).then(|| asked_for(cx, route, access)).flatten();
        let asked = asked.or_else(|| asked_of_shared(cx, route, access));
        let mut raw = Raw::new(&META, asked.clone().unwrap_or_else(|| place.clone()), verdict.confidence);
        if asked.is_some() {
            raw.also(place, "this is what it asks for".to_owned());
        }
        raw.detail = verdict.detail.clone();
        raw.message = verdict.message(&model, owner.as_ref(), cx.walk.route.as_ref().is_some_and(|route| route.knows_caller()));
        raw.absence = true;
        raw.hangs = verdict.hangs.map(|on| Hangs {
            or_possible: query.operation.is_write() && judge.privacy(query) == Privacy::Unknown,
            above: judge
                .found_above(access)
                .map(|above| above.query.model.clone())
                .or_else(|| named_above(access))
                .map(|above| usage::table(cx.schema, &above)),
            reads_itself: verdicts.iter().any(|row| !row.0.query.operation.is_write() && of_same(row, access, verdict)),
            in_part: usage::picks(query),
            ..Hangs::new(usage::table(cx.schema, &query.model), on)
        });
        // Accounts that others make only with a role, and what belongs to a page for people with a role: there a role is missing.
        if query.operation == Operation::Delete && judge.privacy(query) == Privacy::Principal {
            raw.unless.push((usage::table(cx.schema, &query.model), On::RoleToTake));
        } else if let (true, Some(PagePart::Acts), Some(path)) = (query.operation.is_write(), route.page_part(), &route.path) {
            raw.unless.push((usage::page_at(path), On::OnPage));
        }
        // Nor where nobody is known to own such rows, and the others of its file ask for a role.
        let is_nobodys = raw.hangs.is_none() && (owner.is_none() || judge.privacy(query) == Privacy::Principal);
        if query.operation.is_write() && is_nobodys {
            raw.unless.extend(unlike_siblings.get_or_init(|| crate::rules::admin_open::unlike_siblings(cx, judge)).iter().cloned());
        }
        raw.also(route.site.clone(), format!("reached from {}", route.title()));
        if let Some(site) = cx.schema.model(&query.model).and_then(|model| model.site()) {
            raw.also_place(site.file.clone(), site.span, format!("{model} is defined here"));
        }
        match why::in_handler(cx, route) {
            // The check is there: it is what has to be repaired.
            Some(why) => {
                raw.message = format!("{} {}", why.message, raw.message);
                raw.detail = Name::new_static(why.detail);
                raw.plans.extend(cx.project.place(&why.site).map(|at| crate::rules::FixPlan::RepairGuard { at, flaw: why.flaw }));
                let guarded = std::mem::replace(&mut raw.site, why.site);
                raw.also(guarded, "this is what it should guard".to_owned());
            }
            None => raw.plans.extend(crate::rules::ownership_plan::plan(cx, access, route, owner.as_ref())),
        }
        out.push(raw);
    }
    crate::rules::foreign_parent::check(cx, judge, route, out);
    crate::rules::vendor_account::check(cx, judge, route, out);
}

/// `WHERE card_id = ?`: the rows that these lie below, by the name of the column.
fn named_above(access: &Access) -> Option<Name> {
    access.query.conjuncts().into_iter().find_map(|filter| match filter {
        Filter::Term(term) if !access.query.operation.is_write() => {
            let column = crate::facts::schema::names::snake(term.path.last()?);
            column.strip_suffix("_id").filter(|above| !above.is_empty()).map(Name::from)
        }
        _ => None,
    })
}

/// The rows by which others are looked for.
fn below(access: &Access) -> impl Iterator<Item = AccessId> {
    access.query.conjuncts().into_iter().filter_map(|filter| match filter {
        Filter::Term(term) => match term.value.symbol()?.root {
            Root::Row(row) => Some(row),
            _ => None,
        },
        _ => None,
    })
}

/// `app/signup/actions.ts`
fn signs_up(file: &str) -> bool {
    file.rsplit('/').skip(1).any(|folder| matches!(folder, "signup" | "sign-up" | "register" | "registration"))
}

/// Paths of signing in, signing up and getting back in (authorization reference, section 6.3).
fn lets_in(path: &str) -> bool {
    path.to_ascii_lowercase().split(['/', '-', '_', '.']).any(|word| {
        matches!(
            word,
            "login"
                | "signin"
                | "signup"
                | "register"
                | "logout"
                | "auth"
                | "oauth"
                | "sso"
                | "callback"
                | "otp"
                | "mfa"
                | "magic"
                | "token"
                | "forgot"
                | "reset"
                | "recovery"
                | "verify"
                | "confirm"
        )
    })
}
