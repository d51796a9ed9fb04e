//! A row is put below something that the caller names, and nothing asks whether that is theirs: a task in somebody's project, a member
//! in somebody's team. Part of `missing-ownership`.

use rustc_hash::FxHashSet;

use super::Confidence;
use super::missing_ownership::META;
use super::ownership::{Answer, Choice, Judge, Tie, title};
use super::raw::{Raw, RuleCx};
use super::usage::{self, Hangs, On};
use crate::facts::event::Access;
use crate::facts::names;
use crate::facts::query::{Filter, Operation, TermOp};
use crate::facts::schema::{Model, ModelKey, NameClass, OwnerKind, Privacy, guess_owner, guess_privacy, is_model_named};
use crate::facts::taint::Part;
use crate::facts::value::{Kind, Value};
use crate::project::routes::Route;
use crate::text::Name;

pub fn check(cx: &RuleCx<'_>, judge: &Judge<'_>, route: &Route, out: &mut Vec<Raw>) {
    if cx.walk.exhausted {
        return;
    }
    let mut told: FxHashSet<Name> = FxHashSet::default();
    for access in judge.accesses().filter(|access| access.query.operation == Operation::Create) {
        let facts = &access.facts;
        if facts.is_impossible() || judge.signed_in(facts) != Answer::Yes || judge.is_machine(facts) || judge.is_elevated(facts) || judge.is_delegated(facts) {
            continue;
        }
        // The database looks at the caller itself.
        if judge.row_security(&access.query) != Some(false) || access.delegated {
            continue;
        }
        let model = cx.schema.model(&access.query.model).filter(|model| !model.columns.is_empty());
        let Some((model, below)) = model.and_then(|model| Some((model, below(cx, judge, access, model)?))) else {
            out.extend(below_by_name(judge, access, model, route));
            continue;
        };
        if !told.insert(below.parent.name.clone()) {
            continue;
        }
        let mut raw = Raw::new(&META, access.site.clone(), Confidence::Likely);
        raw.detail = Name::new_static("AZ16");
        raw.absence = true;
        raw.message = said(&title(&model.name), &title(&below.parent.name), &below.choice);
        // Whoever lets others in gives rights over what is not theirs; elsewhere it is asked what others do with what it is put below.
        if !below.lets_in {
            raw.hangs = Some(Hangs::new(usage::table(cx.schema, &below.parent.name), On::ParentTied));
        }
        raw.also(route.site.clone(), format!("reached from {}", route.title()));
        if let Some(site) = below.parent.site() {
            raw.also_place(site.file.clone(), site.span, format!("{} is defined here", title(&below.parent.name)));
        }
        out.push(raw);
    }
}

/// The same where no schema says what the column leads to: `threadId` of a new row names a thread, and others ask for threads only for the caller.
fn below_by_name(judge: &Judge<'_>, access: &Access, model: Option<&Model>, route: &Route) -> Option<Raw> {
    if access.query.model.is_empty() {
        return None;
    }
    // Whether people may read what is written there is seen by what others ask.
    let is_offered = |name: &Name| [NameClass::PublicModel, NameClass::OfferModel].into_iter().any(|class| is_model_named(name, None, class));
    let fields = access.query.data.iter().flat_map(Value::named_fields);
    let (parent, choice) = fields.into_iter().find_map(|(column, value)| {
        let words = names::words(column);
        let (last, stem) = words.split_last()?;
        let parent = Name::from(stem.join("_"));
        let is_said = model.and_then(|model| model.column(column)).is_some_and(|column| column.references.is_some());
        let is_key = last == "id" && !is_said && !stem.is_empty() && guess_owner(column) != Some(OwnerKind::Owner) && !is_offered(&parent);
        let choice = chosen(judge, access, column, value).filter(|_| is_key)?;
        (guess_privacy(&parent) != Privacy::Principal).then_some((parent, choice))
    })?;
    let mut raw = Raw::new(&META, access.site.clone(), Confidence::Likely);
    raw.detail = Name::new_static("AZ16");
    raw.absence = true;
    raw.message = said(&title(&access.query.model), &title(&parent), &choice);
    raw.hangs = Some(Hangs::new(Name::from(title(&parent)), On::ParentTied));
    raw.also(route.site.clone(), format!("reached from {}", route.title()));
    Some(raw)
}

fn said(model: &str, parent: &str, choice: &Choice) -> String {
    let from = match choice.part {
        Part::Params | Part::Path => "the URL",
        Part::Query => "the query string",
        Part::Body | Part::RawBody => "the request body",
        _ => "the caller",
    };
    format!("Any signed-in user can put a {model} into any {parent}: `{}` comes from {from}, and nothing asks whether that {parent} is theirs.", choice.input)
}

struct Below<'s> {
    parent: &'s Model,
    choice: Choice,
    /// The row says that somebody belongs there.
    lets_in: bool,
}

fn below<'c>(cx: &RuleCx<'c>, judge: &Judge<'_>, access: &Access, model: &Model) -> Option<Below<'c>> {
    if let Some(membership) = &model.membership {
        // Whoever puts themselves in joins something, which may be open to all.
        let is_somebody_else = written(access, &membership.principal_column).is_some_and(|value| !is_callers(value));
        let value = written(access, &membership.tenant_column)?;
        let choice = chosen(judge, access, &membership.tenant_column, value).filter(|_| is_somebody_else)?;
        return Some(Below { parent: parent(cx, &membership.tenant)?, choice, lets_in: true });
    }
    model.owners().iter().filter(|path| path.kind == OwnerKind::Owner || path.kind == OwnerKind::Tenant).find_map(|path| {
        let step = path.steps.first().filter(|step| !step.backwards)?;
        // `Mission(drone=drone)`: the row itself instead of its key.
        let value = written(access, &step.column).or_else(|| written(access, step.relation.as_ref()?))?;
        let choice = chosen(judge, access, &step.column, value)?;
        let parent = parent(cx, &step.model).filter(|parent| is_kept_to_oneself(parent))?;
        Some(Below { parent, choice, lets_in: false })
    })
}

fn parent<'c>(cx: &RuleCx<'c>, key: &ModelKey) -> Option<&'c Model> {
    cx.schema.get(key)
}

/// Nothing that is offered, shown or written for others.
fn is_kept_to_oneself(parent: &Model) -> bool {
    let is_anybodys = is_for_others(&parent.name, Some(parent)) || parent.is_by_author() || !parent.visibility_columns().is_empty();
    parent.privacy() == Privacy::Private && !parent.is_principal && !is_anybodys
}

fn is_for_others(name: &Name, model: Option<&Model>) -> bool {
    [NameClass::PublicModel, NameClass::OfferModel, NameClass::AuthoredModel].into_iter().any(|class| is_model_named(name, model, class))
}

/// What a column of the new row gets.
fn written<'a>(access: &'a Access, column: &Name) -> Option<&'a Value> {
    access
        .query
        .data
        .iter()
        .find_map(|data| data.named_fields().iter().find(|(name, _)| crate::facts::schema::names::same(name, column)).map(|(_, value)| value))
}

/// The caller's choice, which nothing has looked at.
fn chosen(judge: &Judge<'_>, access: &Access, column: &Name, value: &Value) -> Option<Choice> {
    if is_on_offer(judge, access, value) || is_found_for_caller(judge, access, value) {
        return None;
    }
    match judge.chosen(value, column, access)? {
        Tie::Client(choice) if !judge.was_matched(access, &choice) => Some(choice),
        Tie::Spoofed => value.taint().iter().find(|origin| origin.part.is_request()).map(|origin| Choice { input: origin.name.clone(), part: origin.part }),
        _ => None,
    }
}

/// What it is put below was found before by its key and by a mark that it has to carry: approved, bookable, open. So others may have it.
fn is_on_offer(judge: &Judge<'_>, access: &Access, value: &Value) -> bool {
    let Some(symbol) = value.symbol() else { return false };
    judge.accesses().filter(|found| found.id < access.id && !found.query.operation.is_write()).any(|found| {
        let conjuncts = found.query.conjuncts();
        let is_key = |filter: &&Filter| matches!(filter, Filter::Term(term) if term.value.symbol() == Some(symbol));
        conjuncts.iter().any(is_key) && conjuncts.iter().any(|filter| is_mark(filter))
    })
}

/// The row under that key was asked for together with who is calling, and it was there.
fn is_found_for_caller(judge: &Judge<'_>, access: &Access, value: &Value) -> bool {
    let Some(symbol) = value.symbol() else { return false };
    judge.accesses().filter(|found| found.id < access.id && !found.query.operation.is_write()).any(|found| {
        let conjuncts = found.query.conjuncts();
        let is_key = |filter: &&Filter| matches!(filter, Filter::Term(term) if term.value.symbol() == Some(symbol));
        conjuncts.iter().any(is_key) && usage::names_caller(found) && judge.found(found, &access.facts)
    })
}

/// `approved: true`. That something is in use says nothing of who may use it.
fn is_mark(filter: &Filter) -> bool {
    let says = |column: &Name| !names::words(column).iter().any(|word| matches!(word.as_str(), "active" | "enabled" | "current" | "valid" | "private"));
    matches!(filter, Filter::Term(term) if term.op == TermOp::Eq && matches!(term.value.kind(), Kind::Bool(true)) && term.path.last().is_some_and(says))
}

fn is_callers(value: &Value) -> bool {
    value.alternatives().iter().any(|one| one.taint().iter().any(|origin| origin.part == Part::Principal))
}
