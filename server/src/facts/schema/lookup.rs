//! The schema of a project, and how code finds its models.

use rustc_hash::{FxHashMap, FxHashSet};

use super::declared::SourceKind;
use super::guess::guess_privacy;
use super::model::{Model, ModelKey, Privacy};
use super::names::{folded, folded_singular};
use super::routine::{Routine, View};
use super::row_security::RowSecurity;
use crate::model::sql::ObjectName;
use crate::text::{FileId, Name};

/// All models of a project.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Schema {
    pub(super) models: Vec<Model>,
    by_key: FxHashMap<ModelKey, usize>,
    /// As written: code names, aliases, tables, tables with their schema.
    by_name: FxHashMap<Name, Vec<usize>>,
    /// Letters only, and in the singular: what two spellings of one name have in common.
    by_fold: FxHashMap<String, usize>,
    pub(super) loose: Vec<(ObjectName, RowSecurity)>,
    pub(super) routines: Vec<Routine>,
    pub(super) views: Vec<View>,
    pub(super) provider: Option<Name>,
    /// What those who sign in are called by the keys under which sessions keep them.
    pub(super) kept: FxHashSet<Name>,
}

impl Schema {
    pub(super) fn new(models: Vec<Model>) -> Schema {
        let mut schema = Schema { models, ..Schema::default() };
        let mut add = |name: Name, index: usize, by_fold: &mut FxHashMap<String, usize>| {
            for key in [folded(&name), folded_singular(&name)] {
                by_fold.entry(key).or_insert(index);
            }
            schema.by_name.entry(name).or_default().push(index);
        };
        let mut by_fold = FxHashMap::default();
        // Code's names go before tables' names, and both before names of models that are only spoken of.
        let is_beside = |model: &Model| model.kind() == Some(SourceKind::AccessRules);
        for (index, model) in schema.models.iter().enumerate().filter(|(_, model)| !is_beside(model)) {
            add(model.name.clone(), index, &mut by_fold);
            model.aliases.iter().for_each(|alias| add(alias.clone(), index, &mut by_fold));
        }
        for (index, model) in schema.models.iter().enumerate().filter(|(_, model)| !is_beside(model)) {
            add(model.table.clone(), index, &mut by_fold);
            let qualified = format!("{}.{}", model.schema.as_deref().unwrap_or("public"), model.table);
            add(Name::from(qualified), index, &mut by_fold);
        }
        // A collection that rules speak of is meant where no model of the project is called so.
        for (index, model) in schema.models.iter().enumerate().filter(|(_, model)| is_beside(model)) {
            if !by_fold.contains_key(&folded_singular(&model.name)) {
                add(model.name.clone(), index, &mut by_fold);
            }
        }
        schema.by_fold = by_fold;
        schema.by_key = schema.models.iter().enumerate().map(|(index, model)| (model.key.clone(), index)).collect();
        schema
    }

    pub fn is_empty(&self) -> bool {
        self.models.is_empty()
    }

    /// In a fixed order: by source, then by file.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    pub(super) fn index_of(&self, key: &ModelKey) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    pub fn get(&self, key: &ModelKey) -> Option<&Model> {
        self.index_of(key).and_then(|index| self.models.get(index))
    }

    /// The model that code means by `note`, `Note`, `notes`, `public.notes` or `Notes`: as written if there is one, or else
    /// whatever the case and number.
    pub fn model(&self, name: &str) -> Option<&Model> {
        let exact = self.by_name.get(name).and_then(|found| found.first());
        let found = exact.or_else(|| self.by_fold.get(&folded(name))).or_else(|| self.by_fold.get(&folded_singular(name)));
        found.and_then(|index| self.models.get(*index))
    }

    /// Like [`Schema::model`]; of several models with this very name the one that is defined nearest to `file`.
    pub fn model_near(&self, name: &str, file: &FileId) -> Option<&Model> {
        let named = self.by_name.get(name).map(Vec::as_slice).unwrap_or_default().iter().filter_map(|index| self.models.get(*index));
        let is_in = |model: &&Model, folder: &str| model.sources.iter().any(|(_, site)| site.file.folder() == folder);
        let here = named.clone().find(|model| model.sources.iter().any(|(_, site)| site.file == *file));
        let mut folder = file.folder();
        let mut near = here.or_else(|| named.clone().find(|model| is_in(model, folder)));
        while let (None, Some((above, _))) = (near, folder.rsplit_once('/')) {
            folder = above;
            near = named.clone().find(|model| is_in(model, folder));
        }
        near.or_else(|| self.model(name))
    }

    /// Models whose rows are people who sign in.
    pub fn principals(&self) -> impl Iterator<Item = &Model> {
        self.models.iter().filter(|model| model.is_principal)
    }

    /// Is somebody kept in a session under this name, or that of one of many?
    pub fn is_kept_in_sessions(&self, name: &str) -> bool {
        !self.kept.is_empty() && self.kept.contains(folded_singular(name).as_str())
    }

    /// Models whose rows are groups that people belong to.
    pub fn tenants(&self) -> impl Iterator<Item = &Model> {
        self.models.iter().filter(|model| model.is_tenant)
    }

    /// The models that say who belongs to a tenant.
    pub fn members_of<'a>(&'a self, tenant: &'a ModelKey) -> impl Iterator<Item = &'a Model> {
        self.models.iter().filter(move |model| model.membership.as_ref().is_some_and(|membership| membership.tenant == *tenant))
    }

    /// How private a model is; by its name alone if no schema knows it.
    pub fn privacy_of(&self, name: &str) -> Privacy {
        self.model(name).map_or_else(|| guess_privacy(&Name::from(name)), Model::privacy)
    }

    /// What SQL says about the rows of a table, also of one that no file defines.
    pub fn row_security(&self, table: &ObjectName) -> Option<&RowSecurity> {
        let loose = self.loose.iter().find(|(name, _)| name.is(table)).map(|(_, row_security)| row_security);
        loose.or_else(|| self.model(&format!("{}.{}", table.schema_or_public(), table.name)).map(|model| &model.row_security))
    }

    /// Tables that files speak of (policies, grants) without any of them defining it: `storage.objects`.
    pub fn undefined_tables(&self) -> &[(ObjectName, RowSecurity)] {
        &self.loose
    }

    pub fn routines(&self) -> &[Routine] {
        &self.routines
    }

    pub fn views(&self) -> &[View] {
        &self.views
    }

    /// Prisma's datasource: `postgresql`, `mongodb`.
    pub fn provider(&self) -> Option<&Name> {
        self.provider.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;
    use crate::text::FileId;

    #[test]
    fn the_nearest_of_several_models_with_one_name() {
        let models = "from django.db import models\nclass Line(models.Model):\n    a = models.TextField()\n";
        let schema = link(&[("/p/basket/models.py", models), ("/p/order/models.py", models)]);
        let table = |file: &str| schema.model_near("Line", &FileId::new(file)).map(|model| model.table.to_string()).unwrap_or_default();
        assert_eq!(table("/p/order/api/views.py"), "order_line");
        assert_eq!(table("/p/basket/views.py"), "basket_line");
        assert_eq!(table("/elsewhere/x.py"), "basket_line");
        assert_eq!(schema.model("order_line").map(|model| model.table.as_str()), Some("order_line"));
    }
}
