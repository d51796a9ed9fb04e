//! Brings together what several files say of one table: a Prisma model and its migrations are one model.

use rustc_hash::{FxHashMap, FxHashSet};

use super::declared::{Declared, DeclaredColumn, MOST_PARTS, SourceKind};
use super::names::{folded, folded_singular, same};
use super::row_security::RowSecurity;
use crate::text::Name;

/// Every source of one table, put together; references are still names.
pub(super) struct Merged {
    pub declared: Declared,
    pub sources: Vec<(SourceKind, super::Site)>,
    pub aliases: Vec<Name>,
    pub row_security: RowSecurity,
}

/// A class has no more ancestors than this.
const MOST_BASES: usize = 32;

/// A class takes what its bases have, from whatever file they are in.
pub(super) fn inherit(all: Vec<Declared>) -> Vec<Declared> {
    let mut by_name: FxHashMap<Name, Vec<usize>> = FxHashMap::default();
    for (index, declared) in all.iter().enumerate() {
        by_name.entry(declared.name.clone()).or_default().push(index);
    }
    let mut out = Vec::with_capacity(all.len());
    for (index, declared) in all.iter().enumerate() {
        let mut whole = declared.clone();
        let mut nearest: Option<&Declared> = None;
        let mut seen: FxHashSet<usize> = FxHashSet::from_iter([index]);
        let mut open: Vec<Name> = declared.bases.iter().rev().cloned().collect();
        while let Some(name) = open.pop() {
            // The nearest class of that name: in the same file, in the same folder, or else the first one.
            let candidates = by_name.get(&name).map(Vec::as_slice).unwrap_or_default();
            let own = &declared.site.file;
            let is_near = |at: &&usize| all.get(**at).is_some_and(|base| base.site.file == *own);
            let is_close = |at: &&usize| all.get(**at).is_some_and(|base| base.site.file.folder() == own.folder());
            let mut few = candidates.iter().take(MOST_PARTS);
            let near = few.clone().find(is_near).or_else(|| few.find(is_close)).or(candidates.first());
            let Some((at, base)) = near.and_then(|at| Some((*at, all.get(*at)?))) else { continue };
            if seen.len() > MOST_BASES || !seen.insert(at) {
                continue;
            }
            nearest = nearest.or(Some(base).filter(|base| !base.needs_base));
            take(&mut whole, base);
            open.extend(base.bases.iter().rev().cloned());
        }
        let brings_key = whole.columns.iter().any(|column| column.primary);
        if whole.is_abstract && whole.table.is_some() && brings_key && whole.kind == SourceKind::SqlAlchemy {
            whole.is_abstract = false;
        }
        if whole.needs_base {
            match nearest {
                Some(base) if matches!(base.kind, SourceKind::Django | SourceKind::SqlAlchemy | SourceKind::Tortoise | SourceKind::Peewee) => {
                    take_kind(&mut whole, base);
                }
                _ => continue,
            }
        }
        if !whole.is_abstract {
            out.push(whole);
        }
    }
    out
}

/// A class without anything of its own is what its base is. SQLAlchemy keeps it in its base's table.
fn take_kind(into: &mut Declared, base: &Declared) {
    into.kind = base.kind;
    if base.kind == SourceKind::SqlAlchemy {
        (into.table, into.table_is_inferred) = (base.table.clone(), base.table_is_inferred);
        into.is_abstract |= base.is_abstract;
    } else if !into.is_abstract && !into.columns.iter().any(|column| column.primary) {
        let mut id = DeclaredColumn::new(Name::new_static("id"), into.site.clone());
        id.primary = true;
        into.columns.insert(0, id);
    }
}

fn take(into: &mut Declared, base: &Declared) {
    let known: FxHashSet<Name> = into.columns.iter().map(|column| column.name.clone()).collect();
    into.columns.extend(base.columns.iter().filter(|column| !known.contains(&column.name)).cloned());
    for relation in &base.relations {
        if !into.relations.iter().any(|own| own.name == relation.name) {
            into.relations.push(relation.clone());
        }
    }
    into.is_principal |= base.is_principal;
    // Mongoose: the schema's own collection.
    if into.kind == SourceKind::Mongoose && into.table_is_inferred && base.table.is_some() {
        (into.table, into.table_is_inferred) = (base.table.clone(), false);
    }
}

/// Puts the sources of each table together. `all` in order of their telling: code first, SQL last.
pub(super) fn merge(all: Vec<(Declared, RowSecurity)>) -> Vec<Merged> {
    let mut out: Vec<Merged> = Vec::new();
    let mut by_table: FxHashMap<String, usize> = FxHashMap::default();
    let mut by_name: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for (declared, row_security) in all {
        let table = table_key(&declared);
        let found = by_table.get(&table).copied().or_else(|| {
            // Names that libraries make of other names need not be the real ones.
            let same_name = by_name.get(&folded_singular(&declared.name))?;
            same_name.iter().copied().take(MOST_PARTS).find(|at| out.get(*at).is_some_and(|known| may_be_one(&known.declared, &declared)))
        });
        let source = (declared.kind, declared.site.clone());
        match found.and_then(|at| out.get_mut(at)) {
            Some(known) => {
                known.sources.push(source);
                add(known, declared, row_security);
            }
            None => {
                by_table.insert(table, out.len());
                by_name.entry(folded_singular(&declared.name)).or_default().push(out.len());
                let mut row_security = row_security;
                row_security.policies.extend(declared.policies.iter().cloned());
                row_security.enabled = row_security.enabled.or(declared.row_security);
                out.push(Merged { sources: vec![source], aliases: Vec::new(), row_security, declared });
            }
        }
    }
    out
}

fn table_key(declared: &Declared) -> String {
    let schema = declared.schema.as_deref().unwrap_or("public");
    format!("{schema}.{}", declared.table.as_ref().unwrap_or(&declared.name)).to_ascii_lowercase()
}

fn may_be_one(known: &Declared, other: &Declared) -> bool {
    let differ = known.kind != other.kind && !(is_django(known) && is_django(other));
    differ && known.schema == other.schema && (known.table_is_inferred || other.table_is_inferred)
}

fn is_django(declared: &Declared) -> bool {
    declared.kind == SourceKind::Django
}

fn add(known: &mut Merged, other: Declared, row_security: RowSecurity) {
    let own = &mut known.declared;
    if own.name != other.name && known.aliases.len() < MOST_PARTS && !known.aliases.contains(&other.name) {
        known.aliases.push(other.name.clone());
    }
    if own.table_is_inferred && !other.table_is_inferred {
        (own.table, own.table_is_inferred, own.schema) = (other.table, false, other.schema);
    }
    add_columns(&mut own.columns, other.columns);
    for relation in other.relations {
        if !own.relations.iter().any(|known| same(&known.name, &relation.name)) {
            own.relations.push(relation);
        }
    }
    own.unique_together.extend(other.unique_together);
    own.is_principal |= other.is_principal;
    let security = &mut known.row_security;
    security.enabled = match (security.enabled, row_security.enabled.or(other.row_security)) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (a, b) => a.or(b),
    };
    security.forced |= row_security.forced;
    security.changed_at = security.changed_at.take().or(row_security.changed_at);
    for policy in row_security.policies.into_iter().chain(other.policies) {
        if !security.policies.iter().any(|known| known.name == policy.name && known.command == policy.command) {
            security.policies.push(policy);
        }
    }
    security.grants.extend(row_security.grants);
    security.revoked.extend(row_security.revoked);
}

/// Adds what is new, and fills in what is known: columns are the same if one of their names is.
pub(super) fn add_columns(own: &mut Vec<DeclaredColumn>, other: Vec<DeclaredColumn>) {
    let names = |column: &DeclaredColumn| [folded(&column.name), column.db_name.as_ref().map(|name| folded(name)).unwrap_or_default()];
    let mut by_name: FxHashMap<String, usize> = FxHashMap::default();
    for (index, column) in own.iter().enumerate() {
        for name in names(column) {
            by_name.entry(name).or_insert(index);
        }
    }
    by_name.remove("");
    for column in other {
        let found = names(&column).iter().find_map(|name| by_name.get(name).copied());
        match found.and_then(|index| own.get_mut(index)) {
            Some(known) => fill(known, column),
            None => own.push(column),
        }
    }
}

pub(super) fn is_same_column(a: &DeclaredColumn, b: &DeclaredColumn) -> bool {
    let db = |column: &DeclaredColumn| column.db_name.clone().unwrap_or_else(|| column.name.clone());
    a.name == b.name || db(a).eq_ignore_ascii_case(&db(b)) || same(&a.name, &b.name)
}

/// Adds to a column what only the other source knows.
fn fill(known: &mut DeclaredColumn, other: DeclaredColumn) {
    known.references = known.references.take().or(other.references);
    known.db_name = known.db_name.take().or(other.db_name);
    known.unique |= other.unique;
    known.primary |= other.primary;
    known.defaults_to_caller |= other.defaults_to_caller;
    known.withheld |= other.withheld;
    known.drawn |= other.drawn;
    if known.ty.is_empty() {
        known.ty = other.ty;
    }
}
