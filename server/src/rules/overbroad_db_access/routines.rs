//! Functions that run with their owner's rights: who calls them steps over row level security.

use super::{META, plan};
use crate::facts::schema::{Model, NameClass, Routine, column_classes};
use crate::rules::database::api::asked_for;
use crate::rules::database::change::ChangeKind;
use crate::rules::database::owner::{self, quoted};
use crate::rules::exposed::FileCx;
use crate::rules::{Confidence, Finding, Impact, Place, Related, admin_open};

pub(super) fn check(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    for routine in cx.schema.routines().iter().filter(|routine| routine.site.file == *cx.file) {
        // What half-written text seems to say is not told.
        if routine.name.name.is_empty() || routine.returns.is_empty() && !routine.definer {
            continue;
        }
        let is_called = routine.name.schema_or_public() == "public" && !routine.is_trigger() && is_open(routine);
        let Some(verdict) = verdict(cx, routine, is_called) else { continue };
        let place = Place { file: routine.named_at.file.clone(), span: routine.named_at.span };
        // Where its siblings ask what somebody may do, that is what is missing here.
        let meta = if verdict.detail == "unlike-siblings" { &admin_open::META } else { &META };
        let mut finding = cx.finding(meta, verdict.detail, (verdict.impact, verdict.confidence), place.clone(), verdict.message);
        finding.related.extend(verdict.sibling);
        finding.related.extend(asked_for(cx, "rpc", &routine.name.name).iter().map(|asked| asked.related(&routine.name.name)));
        finding.absence = verdict.detail == "search-path";
        let signature = signature(routine);
        let kind = match verdict.detail {
            "search-path" => ChangeKind::FixSearchPath { routine: signature },
            _ => ChangeKind::TakeFunction { routine: signature, without_path: routine.definer && routine.search_path.is_none() },
        };
        finding.plans.push(plan(place, &routine.name.name, kind));
        out.push(finding);
    }
}

/// `public.f(text, int)`.
fn signature(routine: &Routine) -> String {
    let name = format!("{}.{}", quoted(routine.name.schema_or_public()), quoted(&routine.name.name));
    format!("{name}({})", routine.arg_types.join(", "))
}

/// May strangers call it? Every function may be called by everybody until somebody takes that back.
fn is_open(routine: &Routine) -> bool {
    let given = |role: &str| routine.granted_to.iter().any(|known| known == role);
    let taken = |role: &str| routine.revoked_from.iter().any(|known| known == role);
    given("anon") || !(taken("anon") || taken("public") || taken("authenticated"))
}

struct Verdict {
    detail: &'static str,
    impact: Impact,
    confidence: Confidence,
    message: String,
    sibling: Option<Related>,
}

fn verdict(cx: &FileCx<'_>, routine: &Routine, is_called: bool) -> Option<Verdict> {
    let name = &routine.name.name;
    let make = |detail, impact, confidence, message| Some(Verdict { detail, impact, confidence, message, sibling: None });
    let who = "anyone who opens your site";
    if routine.runs_arguments && is_called {
        let impact = if routine.definer { Impact::Critical } else { Impact::High };
        let rights = if routine.definer { "with the rights of its owner, above all policies" } else { "on your database" };
        return make(
            "runs-sql",
            impact,
            Confidence::Proven,
            format!("`{name}` runs the text that it is given as SQL, {rights}: {who} can call it as `/rpc/{name}` and read or delete what they like"),
        );
    }
    if !routine.definer {
        return None;
    }
    if is_called && !routine.asks_caller && !routine.by_secret && !may_ask(cx, routine) {
        if !routine.arg_types.is_empty()
            && let Some((table, sibling)) =
                routine.writes.iter().filter(|table| !routine.counts.contains(table)).find_map(|table| Some((table, asking_sibling(cx, routine, table)?)))
        {
            let other = &sibling.name.name;
            let message = format!(
                "`{name}` changes `{table}` with the rights of its owner and does not ask who calls, as `{other}` does: {who} can call it as `/rpc/{name}`"
            );
            let place = Place { file: sibling.named_at.file.clone(), span: sibling.named_at.span };
            let sibling = Some(Related { place, message: format!("`{other}` asks before it changes `{table}`").into() });
            return Some(Verdict { detail: "unlike-siblings", impact: Impact::High, confidence: Confidence::Likely, message, sibling });
        }
        let is_somebodys = |table: &str| cx.schema.model(table).filter(|model| owner::is_private(model) || has_balance(model));
        if !routine.arg_types.is_empty()
            && let Some(table) = routine.writes.iter().find(|table| is_somebodys(table).is_some())
        {
            return make(
                "writes",
                Impact::High,
                Confidence::Likely,
                format!(
                    "`{name}` changes `{table}` with the rights of its owner and does not ask who calls: {who} can call it as `/rpc/{name}` for anybody's rows"
                ),
            );
        }
        let gives_rows =
            routine.returns.starts_with("setof") || routine.returns.starts_with("table") || routine.returns.starts_with("json") || routine.returns == "record";
        if gives_rows && let Some(table) = routine.reads.iter().find(|table| table.schema.as_deref() == Some("auth") || is_somebodys(&table.name).is_some()) {
            return make(
                "reads",
                Impact::High,
                Confidence::Likely,
                format!(
                    "`{name}` reads `{}` with the rights of its owner and does not ask who calls: {who} can call it as `/rpc/{name}` and step over row level security",
                    table.name
                ),
            );
        }
    }
    routine.search_path.is_none().then(|| Verdict {
        detail: "search-path",
        impact: Impact::Medium,
        confidence: Confidence::Likely,
        sibling: None,
        message: format!("`{name}` runs with the rights of its owner (`security definer`) without a fixed search path: whoever can make a table or function of a name that it uses makes it run theirs"),
    })
}

/// Another function that runs with its owner's rights, changes the same table, and asks first what the caller may do.
fn asking_sibling<'c>(cx: &'c FileCx<'_>, routine: &Routine, table: &str) -> Option<&'c Routine> {
    // It asks a function of the project's whether the caller may, and not only whose the row is.
    let asks_through_another = |other: &Routine| {
        let asks = |known: &Routine| known.asks_caller && known.writes.is_empty() && other.calls.iter().any(|call| known.name.name.eq_ignore_ascii_case(call));
        cx.schema.routines().iter().any(asks)
    };
    let changes_it =
        |other: &&Routine| other.definer && !other.is_trigger() && other.writes.iter().any(|written| written == table) && asks_through_another(other);
    cx.schema.routines().iter().filter(|other| other.name.name != routine.name.name).find(changes_it)
}

/// It calls something that is not in the project and whose name says that it decides.
fn may_ask(cx: &FileCx<'_>, routine: &Routine) -> bool {
    let is_known = |name: &str| cx.schema.routines().iter().any(|known| known.name.name.eq_ignore_ascii_case(name));
    let decides = |name: &str| {
        ["is_", "has_", "can_", "require", "assert", "check_", "verify", "authorize", "ensure", "current_"].iter().any(|word| name.starts_with(word))
    };
    routine.calls.iter().any(|call| decides(call) && !is_known(call))
}

/// Credits, roles, plans: what people must not set for themselves.
fn has_balance(model: &Model) -> bool {
    model.columns.iter().any(|column| column_classes(&column.name).has(NameClass::Protected))
}
