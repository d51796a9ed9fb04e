//! The top level of a file: what runs when it is loaded.

use std::sync::Arc;

use super::{Frame, Walker};
use crate::facts::scope::Module;
use crate::model::StmtKind;

impl Walker<'_> {
    /// Walks the statements of a file in order, for what they register and do.
    pub fn file(&mut self, module: &Arc<Module>) {
        // Each item has a bound of its own: the last one of a long file is read like the first.
        for (index, placed) in module.model.segments.iter().enumerate() {
            let segment = &placed.segment;
            let idle = segment.body.iter().all(|stmt| match &segment[*stmt].kind {
                StmtKind::Import(_) | StmtKind::ExportNames { .. } => true,
                StmtKind::Function(function) => segment[*function].decorators.is_empty(),
                StmtKind::Export { stmt, .. } => matches!(segment[*stmt].kind, StmtKind::Function(_)),
                _ => false,
            });
            if idle || segment.body.is_empty() {
                continue;
            }
            let Some(item) = module.items.get(index) else { continue };
            self.reads.items.insert(item.clone());
            self.frames.push(Frame::of(Arc::clone(module), item.clone(), Arc::clone(segment)));
            self.steps = 0;
            self.hoist(&segment.body);
            self.statements(&segment.body);
            self.frames.pop();
            self.ended = false;
            self.facts = Default::default();
        }
    }
}
