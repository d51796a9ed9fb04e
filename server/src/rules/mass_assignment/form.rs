//! A form of a model offers columns that say what somebody may do, to people who fill it in about themselves.

use super::exposed::exposed_columns;
use super::{META, article};
use crate::facts::event::{Effect, Event};
use crate::facts::place::Site;
use crate::facts::query::Operation;
use crate::facts::schema::{Column, Model};
use crate::facts::value::{ClassValue, Kind};
use crate::model::{Class, ExprKind, Segment};
use crate::rules::Confidence;
use crate::rules::open::administrative::sets_apart;
use crate::rules::open::standing::may_be_decided;
use crate::rules::options::taken;
use crate::rules::ownership::Judge;
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::standing_columns::is_standing;
use crate::text::{Name, Span};

pub(super) fn check(cx: &RuleCx<'_>, judge: &Judge<'_>, effect: &Effect, out: &mut Vec<Raw>) {
    if may_be_decided(judge, &effect.facts) {
        return;
    }
    let class_of = |name: &str| match taken(effect, name)?.value.kind() {
        Kind::Class(class) => Some(class.clone()),
        Kind::Instance(instance) => Some(instance.class.clone()),
        _ => None,
    };
    let Some((site, offer)) = ["meta", "view"].into_iter().filter_map(class_of).find_map(|class| offered(cx, &class)) else { return };
    let written = cx.walk.events.iter().find_map(|event| match event {
        Event::Access(access) if matches!(access.query.operation, Operation::Create | Operation::Update | Operation::Upsert) => Some(&access.query),
        _ => None,
    });
    let named = || ["meta", "view"].into_iter().filter_map(class_of).find_map(|class| model_named(cx, &class));
    let Some(model) = written.and_then(|query| cx.schema.model(&query.model)).or_else(named) else { return };
    // Of what is not about a person, a named list is somebody's choice.
    if !offer.is_all && !is_of_person(model) || out.iter().any(|known| known.site == site) {
        return;
    }
    let opens = |column: &&Column| if is_of_person(model) { opens_doors(column) } else { is_standing(&column.name) };
    let mut open: Vec<Name> = model.columns.iter().filter(opens).map(|column| column.name.clone()).filter(|name| offer.has(name)).collect();
    if offer.is_all {
        // Whose it is, what it costs: nobody chose that it should be filled in.
        let more = exposed_columns(Some(model), &model.name, &open).columns.into_iter().filter(|name| offer.has(name));
        open.extend(more.collect::<Vec<Name>>());
    }
    let Some(first) = open.first() else { return };
    let mut raw = Raw::new(&META, site, if is_of_person(model) { Confidence::Proven } else { Confidence::Likely });
    raw.detail = "form".into();
    let more = if open.len() > 1 { " and others" } else { "" };
    raw.message = format!(
        "This form lets whoever fills it in set `{}`{more} of {} {} to what they like: name only the fields that they may change.",
        first,
        article(&model.name),
        model.name
    );
    if let Some(place) = model.site() {
        raw.also_place(place.file.clone(), place.span, format!("{} is defined here", model.name));
    }
    if let Some(route) = &cx.walk.route {
        raw.also(route.site.clone(), format!("reached from {}", route.title()));
    }
    out.push(raw);
}

/// People themselves, and what there is one of for each.
pub(super) fn is_of_person(model: &Model) -> bool {
    model.is_principal || model.direct_owners().any(|owner| model.column(&owner.column).is_some_and(|column| column.unique || column.primary))
}

/// A role, a balance; or a flag of people that is so of some of them, whatever it is called.
pub(super) fn opens_doors(column: &Column) -> bool {
    is_standing(&column.name) || column.is_yes_or_no() && sets_apart(&column.name)
}

/// The model that a form says it is of: what it changes may have been reached from the caller's own row.
fn model_named<'c>(cx: &RuleCx<'c>, class: &ClassValue) -> Option<&'c Model> {
    let segment = &*cx.project.placed(&class.item)?.segment;
    let field = segment.classes.get(class.class.0 as usize)?.fields.iter().find(|field| field.name == "model")?;
    match &segment[field.value?].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => cx.schema.model_near(name, &class.item.file),
        _ => None,
    }
}

pub(super) struct Offer {
    pub is_all: bool,
    names: Vec<Name>,
    except: Vec<Name>,
}

impl Offer {
    /// `author` is there, or left out, where a column `author_id` holds it.
    pub fn has(&self, name: &Name) -> bool {
        let relation = name.strip_suffix("_id").map(Name::from);
        let names = |all: &[Name]| all.contains(name) || relation.as_ref().is_some_and(|relation| all.contains(relation));
        (self.is_all || names(&self.names)) && !names(&self.except)
    }
}

/// What `fields` and `exclude` of a class say, and where.
pub(super) fn offered(cx: &RuleCx<'_>, class: &ClassValue) -> Option<(Site, Offer)> {
    let placed = cx.project.placed(&class.item)?;
    let segment = &*placed.segment;
    let class_body: &Class = segment.classes.get(class.class.0 as usize)?;
    let field = |name: &str| class_body.fields.iter().find(|field| field.name == name);
    let (fields, exclude) = (field("fields"), field("exclude"));
    let except = match exclude {
        Some(exclude) => texts(segment, exclude.value?)?,
        None => Vec::new(),
    };
    let span: Span = fields.or(exclude)?.span;
    let site = Site { item: class.item.clone(), span };
    let offer = match fields.and_then(|fields| fields.value) {
        Some(value) if matches!(&segment[value].kind, ExprKind::Str(text) if &**text == "__all__") => Offer { is_all: true, names: Vec::new(), except },
        Some(value) => Offer { is_all: false, names: texts(segment, value)?, except },
        None => Offer { is_all: true, names: Vec::new(), except },
    };
    Some((site, offer))
}

fn texts(segment: &Segment, value: crate::model::ExprId) -> Option<Vec<Name>> {
    let ExprKind::Seq { items, .. } = &segment[value].kind else { return None };
    items
        .iter()
        .map(|item| match &segment[item.value].kind {
            ExprKind::Str(text) if !item.spread => Some(Name::from(&**text)),
            _ => None,
        })
        .collect()
}
