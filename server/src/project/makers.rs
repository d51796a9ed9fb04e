//! Functions that make an application and register what it answers, `createApp()`, `build_app()`, where nobody in the project is seen
//! to call them: a server's start lies elsewhere, or a tool of the framework finds them by their name.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::registry::{Registering, Registry};
use super::routers::{Registered, Registrations};
use super::routes::{is_application, registers, router_of};
use super::walks::{RootKey, RootWalk};
use super::world::Linked;
use crate::facts::catalogue::{BUILT_IN, Entry, Root};
use crate::facts::event::Event;
use crate::facts::place::{ItemKey, Site};
use crate::facts::scope::{Definition, Module};
use crate::facts::walk::{ModuleCache, Walker};
use crate::model::{ExprId, ExprKind, FunctionId, Segment, StmtId, StmtKind};

/// The function that an item is, if it calls something that makes an application or a router.
pub(super) fn maker(module: &Module, segment: &Segment) -> Option<FunctionId> {
    let [only] = segment.body.as_slice() else { return None };
    let function = defined(segment, *only)?;
    let makes = segment.exprs.iter().any(|expr| matches!(&expr.kind, ExprKind::Call { callee, .. } if is_of_a_framework(module, segment, *callee)));
    makes.then_some(function)
}

fn defined(segment: &Segment, stmt: StmtId) -> Option<FunctionId> {
    match &segment[stmt].kind {
        StmtKind::Function(function) => segment[*function].decorators.is_empty().then_some(*function),
        StmtKind::Export { stmt, .. } => defined(segment, *stmt),
        StmtKind::Let { value: Some(value), .. } | StmtKind::ExportDefault(value) => match &segment[*value].kind {
            ExprKind::Function(function) => Some(*function),
            _ => None,
        },
        _ => None,
    }
}

fn is_of_a_framework(module: &Module, segment: &Segment, callee: ExprId) -> bool {
    let ExprKind::Name(name) = &segment[callee].kind else { return false };
    module.definitions.get(name).iter().any(|(_, definition)| match definition {
        Definition::Import { source, imported } => {
            let made = BUILT_IN.call(&BUILT_IN.root(&Root::Export { package: source.clone(), name: imported.clone() }));
            registers(&made) || BUILT_IN.at(&made).any(|entry| matches!(entry, Entry::Alias(is) if registers(&BUILT_IN.named(is))))
        }
        _ => false,
    })
}

/// What comes of calling it, if that makes an application.
pub(super) fn called(world: &Linked<'_>, cache: &mut ModuleCache, module: &Arc<Module>, at: usize, function: FunctionId) -> Option<Arc<RootWalk>> {
    let item = module.item(at)?;
    let mut walker = Walker::new(world, cache);
    walker.top_level(module, at);
    walker.alone(&item, function);
    let walk = RootWalk::of(RootKey::Item(item.clone()), None, walker);
    makes_app(&item, &registered(&walk)).then_some(walk)
}

/// What a walk registers, in order.
pub(super) fn registered(walk: &RootWalk) -> Registrations {
    let registered = walk.events.iter().filter_map(|event| match event {
        Event::Registration(registration) => Some(Registered::of(registration.clone())),
        _ => None,
    });
    registered.collect()
}

/// Does what the item registers stand on an application that was made in it?
pub(super) fn makes_app(item: &ItemKey, all: &Registrations) -> bool {
    all.iter().any(|registered| is_application(&registered.registration.on) && router_of(&registered.registration.on).is_some_and(|made| made.item == *item))
}

impl Registry {
    /// The applications and routers that its top level registers something on.
    pub fn routers(&self) -> impl Iterator<Item = Site> {
        let said = self.items.iter().filter(|entry| entry.made.is_none()).filter_map(|entry| entry.registering.as_ref());
        said.flat_map(|registering| registering.all.iter()).filter_map(|registered| router_of(&registered.registration.on))
    }

    pub fn has_makers(&self) -> bool {
        self.items.iter().any(|entry| entry.made.is_some())
    }

    /// What a maker registers counts as said at the top level, unless a top level calls it. What was said before is given back.
    pub fn settle_makers(&mut self, called: &FxHashSet<Site>) -> Option<Vec<Registering>> {
        let (mut gone, mut is_changed) = (Vec::new(), false);
        for entry in &mut self.items {
            let Some(all) = &entry.made else { continue };
            let is_called = all.iter().filter_map(|registered| router_of(&registered.registration.on)).any(|router| called.contains(&router));
            if is_called == entry.registering.is_some() {
                is_changed = true;
                gone.extend(entry.registering.take().map(|before| *before));
                entry.registering = (!is_called).then(|| Box::new(Registering { all: Arc::clone(all), composed: None }));
            }
        }
        if is_changed {
            self.lead();
        }
        is_changed.then_some(gone)
    }
}
