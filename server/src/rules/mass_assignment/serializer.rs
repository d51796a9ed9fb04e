//! A serializer offers every column of its model, and a view writes what it was sent: `fields = "__all__"`.

use super::exposed::exposed_columns;
use super::form::{Offer, is_of_person, offered, opens_doors};
use super::{META, is_trusted, title};
use crate::facts::event::{Effect, Event};
use crate::facts::place::Site;
use crate::facts::query::Operation;
use crate::facts::schema::names::same;
use crate::facts::value::{Kind, Value};
use crate::model::ExprKind;
use crate::rules::Confidence;
use crate::rules::options::taken;
use crate::rules::ownership::Judge;
use crate::rules::raw::{Raw, RuleCx};
use crate::text::Name;

pub(super) fn check(cx: &RuleCx<'_>, judge: &Judge<'_>, effect: &Effect, out: &mut Vec<Raw>) {
    if is_trusted(judge, &effect.facts) {
        return;
    }
    let Some((site, offer, declared)) = serializer(cx, effect) else { return };
    let written = cx.walk.events.iter().find_map(|event| match event {
        Event::Access(access) if matches!(access.query.operation, Operation::Create | Operation::Update | Operation::Upsert) => Some(&access.query),
        _ => None,
    });
    // `get_object` may give what the signed-in person has: then the serializer says of which model it is.
    let named = || declared_model(cx, effect).filter(|_| cx.walk.route.as_ref().is_some_and(|route| route.methods.iter().any(|method| method != "GET")));
    let Some(named) = written.map(|query| query.model.clone()).or_else(named) else { return };
    let Some(model) = cx.schema.model(&named) else { return };
    // What the view sets itself, what the serializer declares, and what nobody may write.
    let mut kept = declared;
    kept.extend(effect.args.iter().filter(|arg| !arg.name.is_empty()).map(|arg| arg.name.clone()));
    match taken(effect, "read-only").map(|arg| arg.value.kind()) {
        Some(Kind::Seq(seq)) => kept.extend(seq.items.iter().filter_map(|item| item.as_str().map(|name| Name::from(&**name)))),
        Some(Kind::Unknown | Kind::Library(_) | Kind::Null) | None => {}
        Some(_) => return,
    }
    // Of what is not about a person, a named list is somebody's choice.
    let columns = match offer.is_all {
        true => exposed_columns(Some(model), &named, &kept).columns,
        false if is_of_person(model) => {
            let is_free = |name: &Name| offer.has(name) && !kept.iter().any(|kept| same(kept, name));
            model.columns.iter().filter(|column| opens_doors(column) && is_free(&column.name)).map(|column| column.name.clone()).collect()
        }
        false => return,
    };
    let [column, ..] = columns.as_slice() else { return };
    if out.iter().any(|known| known.site == site) {
        return;
    }
    let mut raw = Raw::new(&META, site, Confidence::Likely);
    raw.detail = "serializer".into();
    let others = columns.iter().filter(|name| !same(name, column)).count();
    let more = if others > 0 { " and others" } else { "" };
    let model_called = title(Some(model), &named);
    raw.message = match offer.is_all {
        true => {
            format!(
                "`fields = \"__all__\"` lets whoever may write {model_called} set `{column}`{more} to what they like: name the fields that callers may set."
            )
        }
        false => format!(
            "This serializer lets whoever may write {model_called} set `{column}`{more} of themselves to what they like: put it into `read_only_fields`."
        ),
    };
    if let Some(place) = model.site() {
        raw.also_place(place.file.clone(), place.span, format!("{} is defined here", model.name));
    }
    if let Some(route) = &cx.walk.route {
        raw.also(route.site.clone(), format!("reached from {}", route.title()));
    }
    out.push(raw);
}

/// `model = Member` of the serializer.
fn declared_model(cx: &RuleCx<'_>, effect: &Effect) -> Option<Name> {
    let Kind::Class(meta) = taken(effect, "meta")?.value.kind() else { return None };
    let placed = cx.project.placed(&meta.item)?;
    let class = placed.segment.classes.get(meta.class.0 as usize)?;
    let model = class.fields.iter().find(|field| field.name == "model")?;
    match &placed.segment[model.value?].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name.clone()),
        _ => None,
    }
}

/// Where the fields are named, and which of them the serializer declares by itself.
fn serializer(cx: &RuleCx<'_>, effect: &Effect) -> Option<(Site, Offer, Vec<Name>)> {
    let Kind::Class(meta) = taken(effect, "meta")?.value.kind() else { return None };
    let placed = cx.project.placed(&meta.item)?;
    placed.segment.classes.get(meta.class.0 as usize)?.fields.iter().find(|field| field.name == "fields")?;
    let (site, offer) = offered(cx, meta)?;
    let own = |value: &Value| match value.kind() {
        Kind::Instance(instance) => {
            let placed = cx.project.placed(&instance.class.item)?;
            let class = placed.segment.classes.get(instance.class.class.0 as usize)?;
            Some(class.fields.iter().map(|field| field.name.clone()).collect())
        }
        _ => None,
    };
    let declared = taken(effect, "serializer").and_then(|arg| own(&arg.value)).unwrap_or_default();
    Some((site, offer, declared))
}
