//! Which model is meant by a name: in code, in SQL, in another file.

use rustc_hash::{FxHashMap, FxHashSet};

use super::declared::{Addition, DeclaredColumn, DeclaredReference, DeclaredRelation, MOST_PARTS, Site, SourceKind, Target, external};
use super::merge::{Merged, add_columns, is_same_column};
use super::model::{Column, Model, ModelKey, Privacy, Reference, Relation};
use super::names::{folded_singular, same, snake};
use super::row_security::RowSecurity;
use super::{NameClass, model_classes};
use crate::model::sql::ObjectName;
use crate::text::{FileId, Name, Span};

/// The models while names become keys.
pub(super) struct Linker {
    merged: Vec<Merged>,
    keys: Vec<ModelKey>,
    /// By the names code has for a model, as they are written.
    by_code: FxHashMap<Name, Vec<usize>>,
    by_table: FxHashMap<String, Vec<usize>>,
    by_fold: FxHashMap<String, Vec<usize>>,
    pub auth_user: Option<Name>,
    externals: Vec<Model>,
    external_keys: FxHashSet<ModelKey>,
}

impl Linker {
    pub fn new(merged: Vec<Merged>) -> Linker {
        let mut linker = Linker {
            keys: Vec::new(),
            merged: Vec::new(),
            by_code: FxHashMap::default(),
            by_table: FxHashMap::default(),
            by_fold: FxHashMap::default(),
            auth_user: None,
            externals: Vec::new(),
            external_keys: FxHashSet::default(),
        };
        let mut taken: FxHashMap<Name, u32> = FxHashMap::default();
        for (index, one) in merged.into_iter().enumerate() {
            let table = one.declared.table.clone().unwrap_or_else(|| one.declared.name.clone());
            let key = match &one.declared.schema {
                Some(schema) => Name::from(format!("{schema}.{table}")),
                None => table.clone(),
            };
            let times = taken.entry(key.clone()).or_default();
            *times += 1;
            linker.keys.push(ModelKey(if *times > 1 { Name::from(format!("{key}#{times}")) } else { key }));
            for name in std::iter::once(&one.declared.name).chain(&one.aliases) {
                linker.by_code.entry(name.clone()).or_default().push(index);
                linker.by_fold.entry(folded_singular(name)).or_default().push(index);
            }
            linker.by_table.entry(table.to_ascii_lowercase()).or_default().push(index);
            linker.by_fold.entry(folded_singular(&table)).or_default().push(index);
            linker.merged.push(one);
        }
        linker
    }

    /// Gives what SQL says of a table it does not create to the source that does. True if there is one.
    pub fn adopt(&mut self, name: &ObjectName, row_security: &RowSecurity, columns: &[DeclaredColumn]) -> bool {
        let Some(at) = self.table(Some(name.schema_or_public()), &name.name) else { return false };
        let Some(known) = self.merged.get_mut(at) else { return false };
        let security = &mut known.row_security;
        security.enabled = row_security.enabled.or(security.enabled);
        security.forced |= row_security.forced;
        security.policies.extend(row_security.policies.iter().cloned());
        security.grants.extend(row_security.grants.iter().cloned());
        security.revoked.extend(row_security.revoked.iter().cloned());
        security.changed_at = row_security.changed_at.clone().or(security.changed_at.take());
        add_columns(&mut known.declared.columns, columns.to_vec());
        true
    }

    pub fn add(&mut self, file: &FileId, addition: &Addition) {
        let Some(at) = self.target(file, usize::MAX, None, &addition.to) else { return };
        let Some(known) = self.merged.get_mut(at) else { return };
        if let Some(column) = &addition.column {
            match known.declared.columns.iter_mut().find(|known| is_same_column(known, column)) {
                Some(known) => known.references = known.references.take().or(column.references.clone()),
                None => known.declared.columns.push(column.clone()),
            }
        }
        let is_new = |relation: &&DeclaredRelation| !known.declared.relations.iter().any(|known| known.name == relation.name);
        let relation = addition.relation.as_ref().filter(is_new).cloned();
        known.declared.relations.extend(relation);
    }

    fn table(&self, schema: Option<&str>, name: &str) -> Option<usize> {
        let found = self.by_table.get(&name.to_ascii_lowercase())?;
        let schema_of = |at: usize| self.merged.get(at).and_then(|one| one.declared.schema.as_deref()).unwrap_or("public");
        let wanted = schema.unwrap_or("public");
        let exact = found.iter().copied().find(|at| schema_of(*at).eq_ignore_ascii_case(wanted));
        exact.or_else(|| if schema.is_none() { found.first().copied() } else { None })
    }

    /// The model that a file means; `own` is the one that speaks.
    fn target(&self, file: &FileId, own: usize, kind: Option<SourceKind>, target: &Target) -> Option<usize> {
        match target {
            Target::Own => Some(own),
            Target::Table { schema, name } => {
                let found = self.table(schema.as_deref(), name).or_else(|| if schema.is_none() { self.code(file, kind, name) } else { None });
                found.or_else(|| if schema.is_none() { self.fold(name) } else { None })
            }
            Target::Code(name) => {
                let last = name.rsplit('.').next().unwrap_or(name);
                let qualified = name.split_once('.').and_then(|(app, class)| self.table(None, &format!("{app}_{class}")));
                qualified.or_else(|| self.code(file, kind, last)).or_else(|| self.fold(last)).filter(|_| external(name).is_none())
            }
            Target::AuthUser => match &self.auth_user {
                Some(name) => self.target(file, own, kind, &Target::Code(name.clone())),
                None => self.merged.iter().position(|one| one.declared.is_principal),
            },
        }
    }

    /// Of models with this name in code the nearest: same file, same library, or else the first.
    fn code(&self, file: &FileId, kind: Option<SourceKind>, name: &str) -> Option<usize> {
        let found = self.by_code.get(name)?;
        let found = found.get(..found.len().min(MOST_PARTS))?;
        let one = |at: &usize| self.merged.get(*at);
        let here = found.iter().find(|at| one(at).is_some_and(|one| one.sources.iter().any(|(_, site)| site.file == *file)));
        let folder = || found.iter().find(|at| one(at).is_some_and(|one| one.sources.iter().any(|(_, site)| site.file.folder() == file.folder())));
        let same_kind = || found.iter().find(|at| one(at).is_some_and(|one| kind.is_none_or(|kind| one.sources.iter().any(|(known, _)| *known == kind))));
        here.or_else(folder).or_else(same_kind).or_else(|| found.first()).copied()
    }

    fn fold(&self, name: &str) -> Option<usize> {
        self.by_fold.get(&folded_singular(name)).and_then(|found| found.first()).copied()
    }

    /// The model that a name means which nothing in the project defines.
    fn outside(&mut self, kind: SourceKind, target: &Target, site: &Site) -> Option<ModelKey> {
        let written = match target {
            Target::Own => return None,
            Target::AuthUser => self.auth_user.clone().unwrap_or_else(|| Name::new_static("auth.User")),
            Target::Code(name) if name == "User" && kind == SourceKind::Django => Name::new_static("auth.User"),
            Target::Code(name) => name.clone(),
            Target::Table { schema: Some(schema), name } => Name::from(format!("{schema}.{name}")),
            Target::Table { schema: None, name } => name.clone(),
        };
        let known = external(&written);
        let table = known.map_or(written.clone(), Name::from);
        let key = ModelKey(table.clone());
        if self.external_keys.insert(key.clone()) {
            let (schema, short) = match table.rsplit_once('.') {
                Some((schema, short)) => (Some(Name::from(schema)), Name::from(short)),
                None => (None, table.clone()),
            };
            let is_principal = known.is_some() || model_classes(&short).has(NameClass::ModelOfPeople);
            let mut id = DeclaredColumn::new(Name::new_static("id"), Site { span: Span::default(), ..site.clone() });
            id.primary = true;
            self.externals.push(Model {
                key: key.clone(),
                name: short.clone(),
                table: short,
                schema,
                sources: vec![(SourceKind::External, site.clone())],
                aliases: Vec::new(),
                columns: vec![column(&id)],
                relations: Vec::new(),
                unique_together: Vec::new(),
                row_security: RowSecurity::default(),
                owners: Vec::new(),
                privacy: Privacy::Unknown,
                is_principal,
                is_tenant: false,
                membership: None,
            });
        }
        Some(key)
    }

    /// Names become keys.
    pub fn resolve(mut self) -> Vec<Model> {
        let mut models = Vec::with_capacity(self.merged.len());
        for at in 0..self.merged.len() {
            models.extend(self.model(at));
        }
        models.append(&mut self.externals);
        models
    }

    fn model(&mut self, at: usize) -> Option<Model> {
        let (key, one) = (self.keys.get(at)?.clone(), self.merged.get(at)?);
        let (declared, sources) = (one.declared.clone(), one.sources.clone());
        let (aliases, row_security) = (one.aliases.clone(), one.row_security.clone());
        let mut columns = Vec::with_capacity(declared.columns.len());
        for written in &declared.columns {
            let mut made = column(written);
            if let Some(reference) = &written.references {
                made.references = self.reference(&written.site.file, at, declared.kind, reference, &written.site);
            }
            columns.push(made);
        }
        let mut relations = Vec::new();
        for relation in &declared.relations {
            match self.target(&relation.site.file, at, Some(declared.kind), &relation.target) {
                Some(target) => relations.extend(self.keys.get(target).map(|model| Relation {
                    name: relation.name.clone(),
                    model: model.clone(),
                    columns: relation.columns.clone(),
                    list: relation.list,
                })),
                // A Prisma field of an enum that stands in another file looks like a relation until now.
                None if declared.kind == SourceKind::Prisma && relation.columns.is_empty() && !relation.list => {
                    columns.push(column(&DeclaredColumn::new(relation.name.clone(), relation.site.clone())));
                }
                None => {
                    let outside = if relation.columns.is_empty() { None } else { self.outside(declared.kind, &relation.target, &relation.site) };
                    relations.extend(outside.map(|model| Relation {
                        name: relation.name.clone(),
                        model,
                        columns: relation.columns.clone(),
                        list: relation.list,
                    }));
                }
            }
        }
        carry(&mut relations, &columns);
        Some(Model {
            key,
            table: declared.table.clone().unwrap_or_else(|| declared.name.clone()),
            name: declared.name,
            schema: declared.schema,
            sources,
            aliases,
            columns,
            relations,
            unique_together: declared.unique_together,
            row_security,
            owners: Vec::new(),
            privacy: Privacy::Unknown,
            is_principal: declared.is_principal,
            is_tenant: false,
            membership: None,
        })
    }

    fn reference(&mut self, file: &FileId, own: usize, kind: SourceKind, reference: &DeclaredReference, site: &Site) -> Option<Reference> {
        let target = self.target(file, own, Some(kind), &reference.target);
        let key = match target.and_then(|at| self.keys.get(at)) {
            Some(key) => key.clone(),
            None => self.outside(kind, &reference.target, site)?,
        };
        let primary = target
            .and_then(|at| self.merged.get(at))
            .and_then(|one| one.declared.columns.iter().find(|column| column.primary))
            .map(|column| column.name.clone());
        let column = reference.column.clone().or(primary).unwrap_or_else(|| Name::new_static("id"));
        Some(Reference { model: key, column, cascades: reference.cascades })
    }
}

/// A relation whose columns are not written (SQLAlchemy, SQLModel) runs over the one foreign key to its model.
fn carry(relations: &mut [Relation], columns: &[Column]) {
    for relation in relations.iter_mut().filter(|relation| relation.columns.is_empty() && !relation.list) {
        let mut keys = columns.iter().filter(|column| column.references.as_ref().is_some_and(|reference| reference.model == relation.model));
        let named = keys.clone().find(|column| same(&column.name, &format!("{}_id", snake(&relation.name))));
        let only = keys.next().filter(|_| keys.next().is_none());
        relation.columns.extend(named.or(only).map(|column| column.name.clone()));
    }
}

fn column(declared: &DeclaredColumn) -> Column {
    Column {
        name: declared.name.clone(),
        db_name: declared.db_name.clone().unwrap_or_else(|| declared.name.clone()),
        ty: declared.ty.clone(),
        references: None,
        optional: declared.optional,
        unique: declared.unique,
        primary: declared.primary,
        list: declared.list,
        implicit: declared.implicit,
        defaults_to_caller: declared.defaults_to_caller,
        withheld: declared.withheld,
        excluded: declared.excluded,
        drawn: declared.drawn,
        site: declared.site.clone(),
    }
}
