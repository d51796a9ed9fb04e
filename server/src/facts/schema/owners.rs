//! Whose a row is: the shortest ways over foreign keys from a model to people and to the groups they belong to.

use rustc_hash::{FxHashMap, FxHashSet};

use super::model::{Column, Model, ModelKey, OwnerConfidence, OwnerKind, OwnerPath, Step};
use super::names::same;
use super::predicate::Predicate;
use super::{NameClass, Schema, column_classes, model_classes};
use crate::text::Name;

/// A way is at most so many foreign keys long.
const MAX_HOPS: usize = 3;
/// So many ways are followed at a time.
const MOST_WAYS: usize = 64;

/// `said`: columns of these names hold an owner because a person says so, where nothing proves another one.
pub(super) fn find(schema: &mut Schema, said: &[Name]) {
    let mut members: FxHashMap<&ModelKey, Vec<&Model>> = FxHashMap::default();
    for model in &schema.models {
        if let Some(membership) = &model.membership {
            members.entry(&membership.tenant).or_default().push(model);
        }
    }
    let members_of = |model: &Model| members.get(&model.key).map(Vec::as_slice).unwrap_or_default();
    let direct: Vec<Vec<OwnerPath>> = schema.models.iter().map(|model| direct(schema, model, members_of(model), said)).collect();
    let all: Vec<Vec<OwnerPath>> = schema.models.iter().enumerate().map(|(index, model)| whole(schema, model, index, &direct)).collect();
    for (model, owners) in schema.models.iter_mut().zip(all) {
        model.owners = owners;
    }
}

/// The columns of the model itself that say whose a row is; those that only record who did something come last.
fn direct(schema: &Schema, model: &Model, members: &[&Model], said: &[Name]) -> Vec<OwnerPath> {
    let mut paths = Vec::new();
    if model.is_principal {
        let is_own = |column: &&Column| column.primary || column_classes(&column.name).has(NameClass::ExternalId);
        paths.extend(model.columns.iter().filter(is_own).map(|column| path(model, column, Some(model.key.clone()), OwnerKind::Owner, OwnerConfidence::Proven)));
    }
    let by_policy = policy_columns(model);
    for column in &model.columns {
        let target = column.references.as_ref().and_then(|reference| schema.get(&reference.model));
        if paths.iter().any(|path: &OwnerPath| path.column == column.name) {
            continue;
        }
        let classes = column_classes(last_of(&column.name));
        match target {
            Some(person) if person.is_principal => {
                let kind = match () {
                    // Of lists of people only those count whose name says that these people may see it.
                    () if column.list && column_classes(first_of(&column.name)).has(NameClass::PeopleList) => OwnerKind::Party,
                    () if column.list => continue,
                    () if classes.has(NameClass::Audit) => OwnerKind::Audit,
                    () => OwnerKind::Owner,
                };
                paths.push(path(model, column, Some(person.key.clone()), kind, OwnerConfidence::Proven));
            }
            Some(group) if group.is_tenant && !column.list => {
                paths.push(path(model, column, Some(group.key.clone()), OwnerKind::Tenant, OwnerConfidence::Proven))
            }
            Some(_) => {}
            None if column.defaults_to_caller || by_policy.contains(&&column.db_name) => {
                paths.push(path(model, column, None, OwnerKind::Owner, OwnerConfidence::Proven));
            }
            None => {}
        }
    }
    if model.is_tenant {
        paths.extend(through_members(model, members));
    }
    as_said(model, said, &mut paths);
    by_name(model, &mut paths);
    settle(&mut paths);
    paths
}

/// Columns that a person named, unless the schema shows whose the rows are.
fn as_said(model: &Model, said: &[Name], paths: &mut Vec<OwnerPath>) {
    if model.is_principal || paths.iter().any(|path| path.kind != OwnerKind::Audit) {
        return;
    }
    let is_said = |column: &&Column| !column.list && said.iter().any(|name| same(name, &column.name) || same(name, &column.db_name));
    for column in model.columns.iter().filter(is_said) {
        paths.retain(|path| path.column != column.name);
        paths.push(path(model, column, None, OwnerKind::Owner, OwnerConfidence::Proven));
    }
}

fn last_of(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn first_of(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// Columns that a policy compares with the caller.
fn policy_columns(model: &Model) -> Vec<&Name> {
    let rules = model.row_security.policies.iter().flat_map(|policy| policy.using.iter().chain(&policy.check));
    rules.flat_map(|rule| Predicate::owner_columns(&rule.predicate)).collect()
}

fn path(model: &Model, column: &Column, target: Option<ModelKey>, kind: OwnerKind, confidence: OwnerConfidence) -> OwnerPath {
    OwnerPath {
        steps: Vec::new(),
        column: column.name.clone(),
        db_column: column.db_name.clone(),
        relation: relation_over(model, column),
        target,
        kind,
        confidence,
    }
}

/// What code calls the way over a foreign key.
fn relation_over(model: &Model, column: &Column) -> Option<Name> {
    model.relations.iter().find(|relation| relation.columns.contains(&column.name)).map(|relation| relation.name.clone())
}

/// From a group over its members to the people.
fn through_members(group: &Model, members: &[&Model]) -> Vec<OwnerPath> {
    members
        .iter()
        .filter_map(|model| Some((model, model.membership.as_ref()?)))
        .filter_map(|(model, membership)| {
            let (tenant, person) = (model.column(&membership.tenant_column)?, model.column(&membership.principal_column)?);
            let relation = group.relations.iter().find(|relation| relation.model == model.key && relation.list).map(|relation| relation.name.clone());
            let step = Step { relation, column: tenant.name.clone(), db_column: tenant.db_name.clone(), model: model.key.clone(), backwards: true };
            let last = path(model, person, membership.principal.clone(), OwnerKind::Tenant, OwnerConfidence::Proven);
            Some(OwnerPath { steps: vec![step], ..last })
        })
        .collect()
}

/// Columns without a foreign key whose name says it: ids of an outside sign-in service.
fn by_name(model: &Model, paths: &mut Vec<OwnerPath>) {
    if model.is_principal {
        return;
    }
    let has = |paths: &[OwnerPath], tenant: bool| paths.iter().any(|path| (path.kind == OwnerKind::Tenant) == tenant && path.kind != OwnerKind::Audit);
    let (has_person, has_tenant) = (has(paths, false), has(paths, true));
    for column in model.columns.iter().filter(|column| column.references.is_none() && !column.list && !column.name.contains('.')) {
        // `owner: { type: ObjectId }`: a key without a word of it.
        let is_bare_key = column.ty.rsplit('.').next() == Some("ObjectId") && !column.name.to_ascii_lowercase().ends_with("id");
        let classes = if is_bare_key { column_classes(&Name::from(format!("{}Id", column.name))) } else { column_classes(&column.name) };
        if paths.iter().any(|path| path.column == column.name) || is_flag(column) {
            continue;
        }
        let kind = match () {
            () if classes.has(NameClass::OwnerByName) && classes.has(NameClass::Audit) => OwnerKind::Audit,
            () if classes.has(NameClass::OwnerByName) && !has_person => OwnerKind::Owner,
            () if classes.has(NameClass::TenantByName) && !has_tenant => OwnerKind::Tenant,
            () => continue,
        };
        paths.push(path(model, column, None, kind, OwnerConfidence::Named));
    }
}

fn is_flag(column: &Column) -> bool {
    column.is_yes_or_no() || matches!(column.ty.to_ascii_lowercase().as_str(), "date" | "datetime" | "timestamp" | "timestamptz" | "datetimefield")
}

/// Two people are parties; who only recorded something counts only if nobody else does.
fn settle(paths: &mut Vec<OwnerPath>) {
    let is_person = |path: &OwnerPath| path.kind == OwnerKind::Owner && path.confidence == OwnerConfidence::Proven && path.steps.is_empty();
    let own_key = |path: &OwnerPath| path.target.is_none();
    if paths.iter().filter(|path| is_person(path) && !own_key(path)).count() > 1 {
        paths.iter_mut().filter(|path| is_person(path)).for_each(|path| path.kind = OwnerKind::Party);
    }
    if paths.iter().any(|path| path.kind != OwnerKind::Audit) {
        paths.retain(|path| path.kind != OwnerKind::Audit);
    }
    paths.sort_by_key(|path| (std::cmp::Reverse(path.confidence), path.steps.len(), path.kind == OwnerKind::Tenant));
}

/// The direct paths, or else the shortest ones over other models.
fn whole(schema: &Schema, model: &Model, index: usize, direct: &[Vec<OwnerPath>]) -> Vec<OwnerPath> {
    let own = direct.get(index).cloned().unwrap_or_default();
    let is_settled = |path: &OwnerPath| path.kind != OwnerKind::Audit && path.confidence == OwnerConfidence::Proven;
    if own.iter().any(is_settled) {
        return own;
    }
    let mut found = over_others(schema, model, direct);
    found.extend(own);
    found
}

/// A model reached from another one, and the way there.
type Reached<'s> = (Vec<Step>, &'s Model);

fn over_others(schema: &Schema, model: &Model, direct: &[Vec<OwnerPath>]) -> Vec<OwnerPath> {
    let mut open: Vec<Reached<'_>> = vec![(Vec::new(), model)];
    let mut seen: FxHashSet<&ModelKey> = FxHashSet::from_iter([&model.key]);
    let mut recorded = Vec::new();
    for _ in 1..MAX_HOPS {
        let mut next: Vec<Reached<'_>> = Vec::new();
        for (steps, at) in &open {
            next.extend(parents(schema, at).filter(|(_, parent)| !seen.contains(&parent.key)).map(|(step, parent)| {
                let steps = steps.iter().cloned().chain([step]).collect();
                (steps, parent)
            }));
        }
        let found = best(schema, &next, direct);
        if found.iter().any(|path| path.kind != OwnerKind::Audit) {
            return found;
        }
        if recorded.is_empty() {
            recorded = found;
        }
        seen.extend(next.iter().map(|(_, parent)| &parent.key));
        next.truncate(MOST_WAYS);
        open = next;
    }
    recorded
}

/// The models that a row points to, other than people.
fn parents<'s>(schema: &'s Schema, model: &'s Model) -> impl Iterator<Item = (Step, &'s Model)> {
    let keys = model.columns.iter().filter(|column| !column.list && column.references.is_some()).take(MOST_WAYS);
    keys.filter_map(move |column| {
        let parent = schema.get(&column.references.as_ref()?.model).filter(|parent| !parent.is_principal)?;
        let step = Step {
            relation: relation_over(model, column),
            column: column.name.clone(),
            db_column: column.db_name.clone(),
            model: parent.key.clone(),
            backwards: false,
        };
        Some((step, parent))
    })
}

/// The owner paths of the models that were reached; of those the ones that foreign keys prove.
fn best(schema: &Schema, reached: &[Reached<'_>], direct: &[Vec<OwnerPath>]) -> Vec<OwnerPath> {
    let mut found: Vec<(bool, OwnerPath)> = Vec::new();
    for (steps, parent) in reached {
        let is_shared = is_shared(parent);
        let paths = schema.index_of(&parent.key).and_then(|index| direct.get(index)).map(Vec::as_slice).unwrap_or_default();
        found.extend(paths.iter().map(|path| {
            let steps = steps.iter().chain(&path.steps).cloned().collect();
            (is_shared, OwnerPath { steps, ..path.clone() })
        }));
    }
    // An order's item belongs to the order's customer, not to the seller of the product in it.
    for is_better in [
        (|(is_shared, _)| !is_shared) as fn(&(bool, OwnerPath)) -> bool,
        |(_, path)| path.confidence == OwnerConfidence::Proven,
        |(_, path)| path.kind != OwnerKind::Audit,
    ] {
        if found.iter().any(is_better) {
            found.retain(is_better);
        }
    }
    found.into_iter().map(|(_, path)| path).collect()
}

/// What many rows of other people point to.
fn is_shared(model: &Model) -> bool {
    let classes = model_classes(&model.name);
    classes.has(NameClass::PublicModel) || classes.has(NameClass::NoTenant)
}
