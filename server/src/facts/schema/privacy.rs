//! Who may read a model's rows: its owner, or everybody.

use rustc_hash::FxHashSet;

use super::model::{Model, ModelKey, OwnerKind, Privacy};
use super::names;
use super::{NameClass, Schema, SourceKind, column_classes, model_classes};
use crate::facts::names::words;
use crate::text::Name;

pub(super) fn judge(schema: &mut Schema) {
    for index in 0..schema.models.len() {
        let privacy = schema.models.get(index).map_or(Privacy::Unknown, of);
        if let Some(model) = schema.models.get_mut(index) {
            model.privacy = privacy;
        }
    }
    // What people add to what is public is public: comments on posts, and answers to comments.
    for _ in 0..2 {
        let public: FxHashSet<ModelKey> =
            schema.models.iter().filter(|model| matches!(model.privacy, Privacy::Public | Privacy::AuthoredPublic)).map(|model| model.key.clone()).collect();
        for model in schema.models.iter_mut().filter(|model| model.privacy == Privacy::Private && is_named(model, NameClass::ReactionModel)) {
            let on_public = model.columns.iter().any(|column| column.references.as_ref().is_some_and(|reference| public.contains(&reference.model)));
            if on_public && has_only(model, NameClass::Author) {
                model.privacy = Privacy::AuthoredPublic;
            }
        }
    }
}

fn is_named(model: &Model, class: NameClass) -> bool {
    model_classes(&model.name).has(class) || model_classes(&model.table).has(class)
}

/// All owner columns are people of this kind.
fn has_only(model: &Model, class: NameClass) -> bool {
    let mut direct = model.direct_owners().peekable();
    direct.peek().is_some() && direct.all(|path| path.kind != OwnerKind::Tenant && column_classes(&path.column).has(class))
}

/// Somebody offers it, and whoever else is named takes it later: nobody has to be when it is put up (`leader_id` of an auction's lots).
fn is_put_up_by_offerer(model: &Model) -> bool {
    let is_offerer = |column: &Name| column_classes(column).has(NameClass::Offerer);
    let comes_later = |column: &Name| model.column(column).is_some_and(|column| column.optional);
    model.direct_owners().any(|path| is_offerer(&path.column))
        && model.direct_owners().all(|path| path.kind != OwnerKind::Tenant && (is_offerer(&path.column) || comes_later(&path.column)))
}

fn of(model: &Model) -> Privacy {
    if model.is_principal {
        return Privacy::Principal;
    }
    if model.kind() == Some(SourceKind::External) || model.columns.is_empty() {
        return Privacy::Unknown;
    }
    let is_authored = is_named(model, NameClass::AuthoredModel) && !model.visibility_columns().is_empty();
    let is_offered = (is_named(model, NameClass::OfferModel) || is_for_sale(model)) && is_put_up_by_offerer(model)
        || is_for_rent(model) && has_only(model, NameClass::OwnerByName);
    if is_authored && has_only(model, NameClass::Author) || is_offered {
        return Privacy::AuthoredPublic;
    }
    let has_person = model.direct_owners().any(|path| path.kind != OwnerKind::Tenant);
    // What everybody may see needs no link with a secret of its own.
    let is_shared_by_link = || model.columns.iter().any(|column| column_classes(&column.name).has(NameClass::Capability)) && !model.owners.is_empty();
    if is_named(model, NameClass::PublicModel) && !has_person && !is_shared_by_link() {
        return Privacy::Public;
    }
    if is_named(model, NameClass::PrivateModel) {
        return Privacy::Private;
    }
    if only_recorded(model) {
        return Privacy::Unknown;
    }
    if !model.owners.is_empty() {
        return Privacy::Private;
    }
    Privacy::Public
}

/// It has a title and a price, and is no record of what somebody bought.
fn is_for_sale(model: &Model) -> bool {
    let has = |known: &[&str]| model.columns.iter().any(|column| known.contains(&names::snake(&column.name).as_str()));
    !is_named(model, NameClass::PrivateModel)
        && has(&["title", "name", "headline"])
        && has(&[
            "price",
            "cents",
            "price_cents",
            "price_in_cents",
            "unit_price",
            "price_per_night",
            "price_per_hour",
            "hourly_rate",
            "nightly_rate",
            "list_price",
        ])
}

/// It has a title, and a price for a time: whoever owns it lends it to others.
fn is_for_rent(model: &Model) -> bool {
    let titled = model.columns.iter().any(|column| matches!(names::snake(&column.name).as_str(), "title" | "name" | "headline"));
    let is_rent = |column: &str| {
        let words = words(column);
        let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
        has(&["price", "rate"]) && has(&["hour", "hourly", "day", "daily", "night", "nightly", "week", "weekly", "month", "monthly"])
    };
    let is_subscription = || model.columns.iter().any(|column| names::snake(&column.name).contains("subscription"));
    titled && !is_named(model, NameClass::PrivateModel) && !is_subscription() && model.columns.iter().any(|column| is_rent(&column.name))
}

/// Who made a row and who changed it last are kept of everything: that says whose doing it was, and not whose row it is.
fn only_recorded(model: &Model) -> bool {
    let recorded = model.columns.iter().filter(|column| column_classes(&column.name).has(NameClass::Audit)).count();
    let changed_last = |name: &str| words(name).iter().any(|word| matches!(word.as_str(), "modified" | "updated" | "edited" | "changed"));
    let is_sure = recorded > 1 || model.direct_owners().all(|path| changed_last(&path.column));
    is_sure && !model.owners.is_empty() && model.owners.iter().all(|path| path.kind == OwnerKind::Audit)
}
