//! Which models are people who sign in, and which are groups they belong to.

use rustc_hash::{FxHashMap, FxHashSet};

use super::model::{Column, Membership, Model, ModelKey};
use super::names::folded;
use super::{NameClass, Schema, SourceKind, column_classes, model_classes};
use crate::text::Name;

pub(super) fn mark(schema: &mut Schema) {
    principals(schema);
    memberships(schema);
}

fn has_column(model: &Model, class: NameClass) -> bool {
    model.columns.iter().any(|column| column_classes(&column.name).has(class))
}

fn is_named(model: &Model, class: NameClass) -> bool {
    model_classes(&model.name).has(class) || model_classes(&model.table).has(class)
}

fn is_called_user(model: &Model) -> bool {
    let name = folded(&model.name);
    matches!(name.as_str(), "user" | "users" | "appuser" | "appusers" | "customuser" | "authuser")
}

/// First what proves itself: a password beside a name to sign in with, a session that points to it, the sign-in service's own
/// table. Only where nothing does, or the name is plainly `User`, the name decides.
fn principals(schema: &mut Schema) {
    let in_sessions: FxHashSet<ModelKey> = schema
        .models
        .iter()
        .filter(|model| is_named(model, NameClass::Session))
        .flat_map(|session| session.columns.iter().filter_map(|column| Some(column.references.as_ref()?.model.clone())))
        .collect();
    let kept: FxHashSet<ModelKey> = schema
        .models
        .iter()
        .filter(|model| [&model.name, &model.table].iter().any(|name| schema.is_kept_in_sessions(name)))
        .map(|model| model.key.clone())
        .collect();
    for model in &mut schema.models {
        let signs_in = has_column(model, NameClass::Password) && has_column(model, NameClass::Login);
        let in_session = in_sessions.contains(&model.key) && is_named(model, NameClass::ModelOfPeople);
        model.is_principal |= signs_in || in_session || kept.contains(&model.key);
    }
    share_keys(schema);
    let is_any = schema.models.iter().any(|model| model.is_principal);
    let known: FxHashSet<ModelKey> = schema.principals().map(|model| model.key.clone()).collect();
    for model in &mut schema.models {
        let belongs = model.columns.iter().any(|column| column.references.as_ref().is_some_and(|reference| known.contains(&reference.model)));
        let looks = has_column(model, NameClass::Login) || has_column(model, NameClass::ExternalId);
        // `members (org_id, user_id, role)`: whose rows say who belongs where, and the people are elsewhere.
        let is_between = is_named(model, NameClass::Membership) && model.columns.iter().any(|column| column.references.is_some());
        model.is_principal |=
            !belongs && !is_between && (is_called_user(model) && (looks || !is_any) || !is_any && looks && is_named(model, NameClass::ModelOfPeople));
    }
    if !schema.models.iter().any(|model| model.is_principal) {
        only_people(schema);
    }
    share_keys(schema);
}

/// Where nothing else is said of anybody: the one model whose rows are told apart by a name to sign in with, and belong to nothing,
/// while others belong to it.
fn only_people(schema: &mut Schema) {
    let pointed_at: FxHashSet<ModelKey> = schema
        .models
        .iter()
        .flat_map(|model| model.columns.iter().filter_map(|column| column.references.as_ref().map(|reference| (&model.key, &reference.model))))
        .filter(|(from, to)| from != to)
        .map(|(_, to)| to.clone())
        .collect();
    let is_it = |model: &Model| {
        let signs_in = model.columns.iter().any(|column| column.unique && column_classes(&column.name).has(NameClass::Login));
        let belongs = model.columns.iter().any(|column| column.references.as_ref().is_some_and(|reference| reference.model != model.key));
        signs_in && !belongs && pointed_at.contains(&model.key)
    };
    let mut found = schema.models.iter_mut().filter(|model| is_it(model));
    if let (Some(only), None) = (found.next(), found.next()) {
        only.is_principal = true;
    }
}

/// A row that has a person's key as its own key is that person: `profiles (id references auth.users)`.
fn share_keys(schema: &mut Schema) {
    let mut sharers: FxHashMap<ModelKey, Vec<usize>> = FxHashMap::default();
    for (index, model) in schema.models.iter().enumerate() {
        let mut keys = model.columns.iter().filter(|column| column.primary);
        let only = keys.next().filter(|_| keys.next().is_none());
        if let Some(reference) = only.and_then(|key| key.references.as_ref()) {
            sharers.entry(reference.model.clone()).or_default().push(index);
        }
    }
    let mut open: Vec<ModelKey> = schema.principals().map(|model| model.key.clone()).collect();
    while let Some(key) = open.pop() {
        for index in sharers.remove(&key).unwrap_or_default() {
            if let Some(model) = schema.models.get_mut(index).filter(|model| !model.is_principal) {
                model.is_principal = true;
                open.push(model.key.clone());
            }
        }
    }
}

/// The columns of a model that point to people, without those that only record who did something.
fn people_columns<'m>(schema: &'m Schema, model: &'m Model) -> impl Iterator<Item = (&'m Column, &'m ModelKey)> {
    model.columns.iter().filter_map(|column| {
        let target = &column.references.as_ref()?.model;
        let is_person = schema.get(target).is_some_and(|target| target.is_principal);
        (is_person && !column.list && !column_classes(&column.name).has(NameClass::Audit)).then_some((column, target))
    })
}

fn memberships(schema: &mut Schema) {
    let found: Vec<(usize, Membership)> = schema.models.iter().enumerate().filter_map(|(index, model)| Some((index, membership(schema, model)?))).collect();
    let mut tenants: FxHashSet<ModelKey> = found.iter().map(|(_, membership)| membership.tenant.clone()).collect();
    for (index, membership) in found {
        if let Some(model) = schema.models.get_mut(index) {
            model.membership = Some(membership);
        }
    }
    // `users.organization_id`: everybody belongs to one.
    for person in schema.principals() {
        let groups = person.columns.iter().filter_map(|column| Some(column.references.as_ref()?.model.clone()));
        tenants.extend(groups.filter(|key| schema.get(key).is_some_and(|group| !group.is_principal && is_named(group, NameClass::ModelOfTenants))));
        tenants.extend(shared_with_rows(schema, person));
    }
    for model in schema.models.iter_mut().filter(|model| tenants.contains(&model.key)) {
        model.is_tenant = true;
    }
}

/// `accounts.operator_id`, `drones.operator_id`, `pilots.operator_id`: what everybody belongs to, and what several kinds of rows belong to by
/// the same name.
fn shared_with_rows<'m>(schema: &'m Schema, person: &'m Model) -> impl Iterator<Item = ModelKey> + 'm {
    let points_at = |model: &Model, name: &Name, group: &Model| {
        model.columns.iter().any(|column| {
            folded(&column.name) == folded(name) && !column.list && column.references.as_ref().is_some_and(|reference| reference.model == group.key)
        })
    };
    person.columns.iter().filter(|column| !column.list).filter_map(move |column| {
        let group = schema.get(&column.references.as_ref()?.model)?;
        let called = folded(&super::names::singular(&super::names::snake(&group.name)));
        let is_called_so = folded(&column.name).trim_end_matches("id") == called.trim_end_matches("id");
        let others = schema.models.iter().filter(|model| !model.is_principal && model.key != group.key && points_at(model, &column.name, group)).count();
        (is_called_so && others >= ENOUGH_KINDS && !group.is_principal && !is_named(group, NameClass::NoTenant) && !is_named(group, NameClass::PublicModel))
            .then(|| group.key.clone())
    })
}

/// Rows of so many kinds show that what they belong to is a group.
const ENOUGH_KINDS: usize = 2;

/// A row that ties a person to a group: it has a key to each, and a name, a role or a uniqueness that says it is about belonging.
fn membership(schema: &Schema, model: &Model) -> Option<Membership> {
    if model.is_principal || model.sources.iter().any(|(kind, _)| *kind == SourceKind::External) {
        return None;
    }
    let (person, principal) = match people_columns(schema, model).next() {
        Some((person, principal)) => (person, Some(principal)),
        None => (outside_person(schema, model)?, None),
    };
    // A seat in a theatre is paid for; one in a team is given.
    let is_bought = model.columns.iter().any(|column| crate::facts::names::words(&column.name).iter().any(|word| is_money(word)));
    let is_membership = is_named(model, NameClass::Membership) && (!is_bought || folded(&model.name).contains("member"));
    let has_role = model
        .columns
        .iter()
        .any(|column| matches!(folded(&column.name).as_str(), "role" | "roles" | "roleid" | "permission" | "permissions" | "accesslevel" | "isadmin"));
    let own_name = folded(&model.name);
    let principal_name = principal.and_then(|principal| schema.get(principal)).map(|model| folded(&model.name)).unwrap_or_default();
    let mut groups: Vec<(&Column, &Model, bool)> = model
        .columns
        .iter()
        .filter_map(|column| {
            let group = schema.get(&column.references.as_ref()?.model)?;
            let is_group = !group.is_principal && group.key != model.key && !is_named(group, NameClass::NoTenant);
            is_group.then(|| (column, group, own_name.contains(&folded(&super::names::singular(&super::names::snake(&group.name))))))
        })
        .collect();
    groups.sort_by_key(|(_, group, in_name)| (!in_name, !is_named(group, NameClass::ModelOfTenants)));
    let (column, group, in_name) = *groups.first()?;
    let is_pair = model.unique_together.iter().any(|key| is_key(key, person) && is_key(key, column)) || person.primary && column.primary;
    let is_composed = in_name && (own_name.contains("user") || own_name.contains(principal_name.trim_end_matches('s')));
    let of_tenants = is_named(group, NameClass::ModelOfTenants);
    if is_membership || of_tenants && (is_pair || is_composed || has_role) {
        return Some(Membership {
            principal: principal.cloned(),
            principal_column: person.name.clone(),
            tenant: group.key.clone(),
            tenant_column: column.name.clone(),
        });
    }
    None
}

fn is_money(word: &str) -> bool {
    matches!(word, "price" | "cents" | "pence" | "amount" | "fare" | "cost" | "paid")
}

/// Where people are kept by a service that signs them in: the column that holds what the service calls somebody.
fn outside_person<'m>(schema: &Schema, model: &'m Model) -> Option<&'m Column> {
    if schema.principals().next().is_some() {
        return None;
    }
    model.columns.iter().find(|column| {
        let classes = column_classes(&column.name);
        column.references.is_none()
            && !column.list
            && !classes.has(NameClass::Audit)
            && (classes.has(NameClass::OwnerByName) || classes.has(NameClass::ExternalId))
    })
}

fn is_key(key: &[Name], column: &Column) -> bool {
    key.iter().any(|name| name.eq_ignore_ascii_case(&column.name) || name.eq_ignore_ascii_case(&column.db_name))
}
