//! From the facts of all files to one schema.

use rustc_hash::FxHashMap;

use super::declared::{Declared, DeclaredColumn, DeclaredReference, FileSchema, Site, SourceKind, Target, external};
use super::merge::{Merged, fill, inherit, is_same_column, merge};
use super::model::{Column, Model, ModelKey, Privacy, Reference, Relation};
use super::names::{folded_singular, same, snake};
use super::replay::replay;
use super::row_security::RowSecurity;
use super::{NameClass, Schema, column_classes, model_classes, owners, people, privacy};
use crate::model::sql::ObjectName;
use crate::text::{FileId, Name, Span};

impl Schema {
    /// Links the facts of files. The order in which they are given does not matter.
    pub fn link<'a>(files: impl IntoIterator<Item = (&'a FileId, &'a FileSchema)>) -> Schema {
        let mut files: Vec<(&FileId, &FileSchema)> = files.into_iter().filter(|(_, schema)| !schema.is_empty()).collect();
        files.sort_by(|a, b| in_reading_order(a.0.as_str(), b.0.as_str()));
        let replayed = replay(files.iter().copied());
        let mut declared: Vec<Declared> = files.iter().flat_map(|(_, schema)| schema.models.iter().cloned()).collect();
        declared.sort_by_key(|declared| declared.kind);
        let mut all: Vec<(Declared, RowSecurity)> = inherit(declared).into_iter().map(|declared| (declared, RowSecurity::default())).collect();
        let mut loose = Vec::new();
        for table in replayed.tables() {
            let in_code = table.site.file.extension() != "sql";
            match table.is_defined {
                true if table.is_partition => {}
                true => {
                    let mut declared = table.declared();
                    let mut row_security = table.row_security.clone();
                    if in_code {
                        declared.kind = SourceKind::SqlInCode;
                        row_security.enabled = row_security.enabled.filter(|enabled| *enabled);
                    }
                    all.push((declared, row_security));
                }
                false => loose.push((table.name.clone(), table.row_security.clone(), table.columns.clone())),
            }
        }
        let mut linker = Linker::new(merge(all));
        linker.auth_user = files.iter().find_map(|(_, schema)| schema.auth_user.clone());
        // What is said of a table that some other source defines.
        loose.retain(|(name, row_security, columns)| !linker.adopt(name, row_security, columns));
        for (file, schema) in &files {
            for addition in &schema.additions {
                linker.add(file, addition);
            }
        }
        let models = linker.resolve();
        let mut schema = Schema::new(models);
        schema.loose = loose.into_iter().map(|(name, row_security, _)| (name, row_security)).collect();
        schema.provider = files.iter().find_map(|(_, schema)| schema.provider.clone());
        schema.routines = replayed.routines;
        schema.views = replayed.views;
        people::mark(&mut schema);
        owners::find(&mut schema);
        privacy::judge(&mut schema);
        schema
    }
}

/// Numbers in names count as numbers: `2_users.sql` comes before `10_notes.sql`.
fn in_reading_order(a: &str, b: &str) -> std::cmp::Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (m, n) = (digits(left), digits(right));
        if m > 0 && n > 0 {
            let number = |bytes: &[u8], length: usize| {
                let zeros = bytes.iter().take(length).take_while(|byte| **byte == b'0').count();
                bytes.get(zeros..length).unwrap_or_default().to_vec()
            };
            let (x, y) = (number(left, m), number(right, n));
            let order = x.len().cmp(&y.len()).then(x.cmp(&y));
            if order.is_ne() {
                return order;
            }
            (left, right) = (left.get(m..).unwrap_or_default(), right.get(n..).unwrap_or_default());
            continue;
        }
        match (left.split_first(), right.split_first()) {
            (Some((x, left_rest)), Some((y, right_rest))) if x == y => (left, right) = (left_rest, right_rest),
            (Some((x, _)), Some((y, _))) => return x.cmp(y),
            _ => return left.len().cmp(&right.len()).then_with(|| a.cmp(b)),
        }
    }
}

struct Linker {
    merged: Vec<Merged>,
    keys: Vec<ModelKey>,
    /// By the names code has for a model, as they are written.
    by_code: FxHashMap<Name, Vec<usize>>,
    by_table: FxHashMap<String, Vec<usize>>,
    by_fold: FxHashMap<String, Vec<usize>>,
    auth_user: Option<Name>,
    externals: Vec<Model>,
}

impl Linker {
    fn new(merged: Vec<Merged>) -> Linker {
        let mut linker = Linker {
            keys: Vec::new(),
            merged: Vec::new(),
            by_code: FxHashMap::default(),
            by_table: FxHashMap::default(),
            by_fold: FxHashMap::default(),
            auth_user: None,
            externals: Vec::new(),
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
    fn adopt(&mut self, name: &ObjectName, row_security: &RowSecurity, columns: &[DeclaredColumn]) -> bool {
        let Some(at) = self.table(Some(name.schema_or_public()), &name.name) else { return false };
        let Some(known) = self.merged.get_mut(at) else { return false };
        let security = &mut known.row_security;
        security.enabled = row_security.enabled.or(security.enabled);
        security.forced |= row_security.forced;
        security.policies.extend(row_security.policies.iter().cloned());
        security.grants.extend(row_security.grants.iter().cloned());
        security.changed_at = row_security.changed_at.clone().or(security.changed_at.take());
        for column in columns {
            match known.declared.columns.iter_mut().find(|known| is_same_column(known, column)) {
                Some(known) => fill(known, column.clone()),
                None => known.declared.columns.push(column.clone()),
            }
        }
        true
    }

    fn add(&mut self, file: &FileId, addition: &super::Addition) {
        let Some(at) = self.target(file, usize::MAX, None, &addition.to) else { return };
        let Some(known) = self.merged.get_mut(at) else { return };
        if let Some(column) = &addition.column {
            match known.declared.columns.iter_mut().find(|known| is_same_column(known, column)) {
                Some(known) => known.references = known.references.take().or(column.references.clone()),
                None => known.declared.columns.push(column.clone()),
            }
        }
        if let Some(relation) = &addition.relation {
            if !known.declared.relations.iter().any(|known| known.name == relation.name) {
                known.declared.relations.push(relation.clone());
            }
        }
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
        let one = |at: &usize| self.merged.get(*at);
        let here = found.iter().find(|at| one(at).is_some_and(|one| one.sources.iter().any(|(_, site)| site.file == *file)));
        let folder = || found.iter().find(|at| one(at).is_some_and(|one| one.sources.iter().any(|(_, site)| site.file.folder() == file.folder())));
        let same_kind = || found.iter().find(|at| one(at).is_some_and(|one| kind.is_none_or(|kind| one.sources.iter().any(|(known, _)| *known == kind))));
        here.or_else(folder).or_else(same_kind).or(found.first()).copied()
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
        if !self.externals.iter().any(|model| model.key == key) {
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
    fn resolve(mut self) -> Vec<Model> {
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
        let file = declared.site.file.clone();
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
                    relations.extend(outside.map(|model| Relation { name: relation.name.clone(), model, columns: relation.columns.clone(), list: relation.list }));
                }
            }
        }
        carry(&mut relations, &columns);
        let _ = file;
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
        let primary = target.and_then(|at| self.merged.get(at)).and_then(|one| one.declared.columns.iter().find(|column| column.primary)).map(|column| column.name.clone());
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
        site: declared.site.clone(),
    }
}

/// What a column's name tells when nothing else does; used where no schema knows the model.
pub fn guess_owner(column: &str) -> Option<super::OwnerKind> {
    let classes = column_classes(column);
    match () {
        () if classes.has(NameClass::Audit) => Some(super::OwnerKind::Audit),
        () if classes.has(NameClass::Owner) => Some(super::OwnerKind::Owner),
        () if classes.has(NameClass::Tenant) => Some(super::OwnerKind::Tenant),
        () => None,
    }
}
