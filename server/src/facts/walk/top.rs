//! The top level of a file: what runs when it is loaded. Each item has a walk of its own: names lead from one to the other.

use std::sync::Arc;

use super::{Frame, Walker};
use crate::facts::scope::Module;
use crate::model::{Segment, StmtKind};

impl Walker<'_> {
    /// Walks the statements of one top-level item, for what they register and do.
    pub fn top_level(&mut self, module: &Arc<Module>, index: usize) {
        let (Some(placed), Some(item)) = (module.model.segments.get(index), module.items.get(index)) else { return };
        let segment = &placed.segment;
        self.reads.items.insert(item.clone());
        // What is not registered is not looked at.
        self.most_steps = super::MOST_STEPS_OF_A_HANDLER;
        self.frames.push(Frame::of(Arc::clone(module), item.clone(), Arc::clone(segment)));
        self.hoist(&segment.body);
        self.statements(&segment.body);
        self.frames.pop();
    }
}

/// Nothing happens when this item is loaded: it imports, exports or defines functions.
pub fn is_idle(segment: &Segment) -> bool {
    segment.body.iter().all(|stmt| match &segment[*stmt].kind {
        StmtKind::Import(_) | StmtKind::ExportNames { .. } => true,
        StmtKind::Function(function) => segment[*function].decorators.is_empty(),
        StmtKind::Export { stmt, .. } => matches!(segment[*stmt].kind, StmtKind::Function(_)),
        _ => false,
    })
}
