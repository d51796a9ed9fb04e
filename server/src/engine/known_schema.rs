//! The models of a project as the rules are told of them.

use std::sync::Arc;

use super::Snapshot;
use crate::config::Config;
use crate::facts::schema::Schema;
use crate::project::Neighbours;

/// The schema of a project, with what the configuration says of it.
pub(super) struct KnownSchema {
    linked: Arc<Schema>,
    neighbours: Neighbours,
    config: Arc<Config>,
    pub said: Arc<Schema>,
    /// The same of each of several projects.
    pub apart: Neighbours,
}

impl KnownSchema {
    pub fn of(snapshot: &Snapshot) -> KnownSchema {
        let (linked, config) = (Arc::clone(snapshot.project.schema()), Arc::clone(&snapshot.config));
        let with_said = |schema: &Schema| schema.with_said(&config.owner_columns, &config.public_models);
        let apart = snapshot.project.neighbours();
        let (said, apart) = match config.owner_columns.is_empty() && config.public_models.is_empty() {
            true => (Arc::clone(&linked), apart.clone()),
            false => (Arc::new(with_said(&linked)), apart.map(with_said)),
        };
        KnownSchema { linked, neighbours: snapshot.project.neighbours().clone(), config, said, apart }
    }

    pub fn holds(&self, snapshot: &Snapshot) -> bool {
        let is_same = |config: &Config| config.owner_columns == self.config.owner_columns && config.public_models == self.config.public_models;
        let linked = Arc::ptr_eq(&self.linked, snapshot.project.schema()) && self.neighbours.is_same(snapshot.project.neighbours());
        linked && (Arc::ptr_eq(&self.config, &snapshot.config) || is_same(&snapshot.config))
    }
}
