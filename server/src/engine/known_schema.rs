//! The models of a project as the rules are told of them.

use std::sync::Arc;

use super::Snapshot;
use crate::config::Config;
use crate::facts::schema::Schema;

/// The schema of a project, with what the configuration says of it.
pub(super) struct KnownSchema {
    linked: Arc<Schema>,
    config: Arc<Config>,
    pub said: Arc<Schema>,
}

impl KnownSchema {
    pub fn of(snapshot: &Snapshot) -> KnownSchema {
        let (linked, config) = (Arc::clone(snapshot.project.schema()), Arc::clone(&snapshot.config));
        let said = match config.owner_columns.is_empty() && config.public_models.is_empty() {
            true => Arc::clone(&linked),
            false => Arc::new(linked.with_said(&config.owner_columns, &config.public_models)),
        };
        KnownSchema { linked, config, said }
    }

    pub fn holds(&self, snapshot: &Snapshot) -> bool {
        let is_same = |config: &Config| config.owner_columns == self.config.owner_columns && config.public_models == self.config.public_models;
        Arc::ptr_eq(&self.linked, snapshot.project.schema()) && (Arc::ptr_eq(&self.config, &snapshot.config) || is_same(&snapshot.config))
    }
}
