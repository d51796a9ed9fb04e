//! A row is put below something that the caller names, and nothing asks whether that is theirs: a task in somebody's project, a member
//! in somebody's team. Part of `missing-ownership`.

use rustc_hash::FxHashSet;

use super::Confidence;
use super::missing_ownership::META;
use super::ownership::{Answer, Choice, Judge, Tie, title};
use super::raw::{Raw, RuleCx};
use super::usage::{self, Hangs, On};
use crate::facts::event::Access;
use crate::facts::query::Operation;
use crate::facts::schema::{Model, ModelKey, NameClass, OwnerKind, Privacy, is_model_named};
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
        let Some(model) = cx.schema.model(&access.query.model) else { continue };
        let Some(below) = below(cx, judge, access, model) else { continue };
        if !told.insert(below.parent.name.clone()) {
            continue;
        }
        let mut raw = Raw::new(&META, access.site.clone(), Confidence::Likely);
        raw.detail = Name::new_static("AZ16");
        raw.absence = true;
        raw.message = below.message(model);
        // Whoever lets others in gives rights over what is not theirs; elsewhere it is asked what others do with what it is put below.
        if !below.lets_in {
            raw.hangs = Some(Hangs { table: usage::table(cx.schema, &below.parent.name), on: On::ParentTied, or_possible: false, above: None });
        }
        raw.also(route.site.clone(), format!("reached from {}", route.title()));
        if let Some(site) = below.parent.site() {
            raw.also_place(site.file.clone(), site.span, format!("{} is defined here", title(&below.parent.name)));
        }
        out.push(raw);
    }
}

struct Below<'s> {
    parent: &'s Model,
    input: Name,
    part: Part,
    /// The row says that somebody belongs there.
    lets_in: bool,
}

impl Below<'_> {
    fn message(&self, model: &Model) -> String {
        let from = match self.part {
            Part::Params | Part::Path => "the URL",
            Part::Query => "the query string",
            Part::Body | Part::RawBody => "the request body",
            _ => "the caller",
        };
        let parent = title(&self.parent.name);
        format!(
            "Any signed-in user can put a {} into any {parent}: `{}` comes from {from}, and nothing asks whether that {parent} is theirs.",
            title(&model.name),
            self.input
        )
    }
}

fn below<'c>(cx: &RuleCx<'c>, judge: &Judge<'_>, access: &Access, model: &Model) -> Option<Below<'c>> {
    if let Some(membership) = &model.membership {
        // Whoever puts themselves in joins something, which may be open to all.
        let is_somebody_else = written(access, &membership.principal_column).is_some_and(|value| !is_callers(value));
        let value = written(access, &membership.tenant_column)?;
        let choice = chosen(judge, access, &membership.tenant_column, value).filter(|_| is_somebody_else)?;
        return Some(Below { parent: parent(cx, &membership.tenant)?, input: choice.input, part: choice.part, lets_in: true });
    }
    model.owners().iter().filter(|path| path.kind == OwnerKind::Owner || path.kind == OwnerKind::Tenant).find_map(|path| {
        let step = path.steps.first().filter(|step| !step.backwards)?;
        let value = written(access, &step.column)?;
        let choice = chosen(judge, access, &step.column, value)?;
        let parent = parent(cx, &step.model).filter(|parent| is_kept_to_oneself(parent))?;
        Some(Below { parent, input: choice.input, part: choice.part, lets_in: false })
    })
}

fn parent<'c>(cx: &RuleCx<'c>, key: &ModelKey) -> Option<&'c Model> {
    cx.schema.get(key)
}

/// Nothing that is offered, shown or written for others.
fn is_kept_to_oneself(parent: &Model) -> bool {
    let is_for_others =
        [NameClass::PublicModel, NameClass::OfferModel, NameClass::AuthoredModel].into_iter().any(|class| is_model_named(&parent.name, Some(parent), class));
    parent.privacy() == Privacy::Private && !parent.is_principal && !is_for_others && !parent.is_by_author() && parent.visibility_columns().is_empty()
}

/// What a column of the new row gets.
fn written<'a>(access: &'a Access, column: &Name) -> Option<&'a Value> {
    access.query.data.iter().find_map(|data| {
        let fields = match data.kind() {
            Kind::Object(object) => &object.fields,
            Kind::Instance(instance) => &instance.fields,
            _ => return None,
        };
        fields.iter().find(|(name, _)| crate::facts::schema::names::same(name, column)).map(|(_, value)| value)
    })
}

/// The caller's choice, which nothing has looked at.
fn chosen(judge: &Judge<'_>, access: &Access, column: &Name, value: &Value) -> Option<Choice> {
    match judge.chosen(value, column, access)? {
        Tie::Client(choice) if !judge.was_matched(access, &choice) => Some(choice),
        Tie::Spoofed => value.taint().iter().find(|origin| origin.part.is_request()).map(|origin| Choice { input: origin.name.clone(), part: origin.part }),
        _ => None,
    }
}

fn is_callers(value: &Value) -> bool {
    value.alternatives().iter().any(|one| one.taint().iter().any(|origin| origin.part == Part::Principal))
}
