//! Frames: entering code somewhere else, and what a function takes along from where it was written.

use std::sync::Arc;

use super::{Frame, Walker};
use crate::facts::check::Facts;
use crate::facts::place::ItemKey;
use crate::facts::scope::Module;
use crate::facts::value::{Captured, ClassValue, Closure, Kind, Value};
use crate::model::{FunctionId, FunctionKind, Segment};

impl Frame {
    /// The top level of an item, where nothing is bound yet.
    pub(super) fn of(module: Arc<Module>, item: ItemKey, segment: Arc<Segment>) -> Frame {
        Frame {
            module,
            item,
            segment,
            function: None,
            called: None,
            state: Vec::new(),
            around: Vec::new(),
            captured: None,
            this: None,
            class: None,
            returns: Vec::new(),
            yields: Vec::new(),
            exits: Vec::new(),
            tries: 0,
            entry: Facts::none(),
        }
    }
}

/// What is asked of the database when a file is loaded is no access of the walk that needs to know of it.
const NO_ACCESS: u32 = 1 << 30;

impl Walker<'_> {
    /// Evaluates at the top level of a file, apart from the path that is being walked: events there are not events here, and what is
    /// found does not depend on where it was first asked for.
    pub(super) fn at_top(&mut self, module: &Arc<Module>, segment: u32, run: impl FnOnce(&mut Walker<'_>) -> Value) -> Value {
        let at = segment as usize;
        let (Some(placed), Some(item)) = (module.model.segments.get(at), module.item(at)) else { return Value::unknown() };
        self.reads.items.insert(item.clone());
        let frame = Frame::of(Arc::clone(module), item, Arc::clone(&placed.segment));
        let resolving = std::mem::take(&mut self.resolving);
        // Among definitions of a name that is being found already there is no end but that of the whole walk.
        let within = resolving.iter().rev().skip(1).any(|outer| Some(outer) == resolving.last());
        let mut walker = Walker { frames: vec![frame], resolving, depth: self.depth, apart: 1, accesses: NO_ACCESS, ..Walker::new(self.world, self.cache) };
        if within {
            (walker.steps, walker.most_steps) = (self.steps, self.most_steps);
        }
        let value = run(&mut walker);
        let (resolving, reads, steps) = (walker.resolving, walker.reads, walker.steps);
        self.resolving = resolving;
        self.reads.add(&reads);
        if within {
            self.steps = steps;
        }
        value
    }

    /// Runs where a class or function was written, with its surroundings as variables.
    pub(super) fn inside<T>(
        &mut self,
        item: &ItemKey,
        captured: Option<Arc<Captured>>,
        class: Option<Arc<ClassValue>>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        self.reads.items.insert(item.clone());
        let module = self.world.module(&item.file)?;
        let segment = Arc::clone(&module.model.segments.get(module.segment_of(item)?)?.segment);
        let entry = self.facts.clone();
        self.frames.push(Frame { captured, class, entry, ..Frame::of(module, item.clone(), segment) });
        let result = run(self);
        self.frames.pop();
        Some(result)
    }

    /// A function value with what surrounds it now.
    pub(super) fn closure(&mut self, function: FunctionId) -> Value {
        let frame = self.frame();
        let arrow = frame.segment[function].kind == FunctionKind::Arrow;
        let captured = self.capture();
        let frame = self.frame();
        let closure = Closure {
            item: frame.item.clone(),
            function,
            captured,
            this: if arrow { frame.this.clone() } else { None },
            class: frame.class.clone(),
            bound: Vec::new(),
            assumes: Default::default(),
        };
        Value::new(Kind::Function(Arc::new(closure)))
    }

    pub(super) fn capture(&self) -> Option<Arc<Captured>> {
        let frame = self.frame();
        if frame.state.is_empty() {
            return frame.captured.clone();
        }
        Some(Arc::new(Captured::new(frame.state.clone(), frame.captured.clone())))
    }
}
