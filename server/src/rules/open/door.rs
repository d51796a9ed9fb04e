//! Where a route is told of: the name of what answers, or the head of its registration.

use std::sync::Arc;

use crate::facts::catalogue::BUILT_IN;
use crate::facts::place::Site;
use crate::facts::value::{Closure, Kind};
use crate::facts::walk::is_stub;
use crate::model::{Entry, ExprKind, Key, Segment};
use crate::project::Project;
use crate::project::routes::{Route, variable_of};
use crate::text::{Name, Span};

/// The place, and what the code calls it (empty if it has no name).
pub struct Door {
    pub site: Site,
    pub name: Name,
}

pub fn door(project: &Project, route: &Route) -> Door {
    let conventional = BUILT_IN.conventions().iter().any(|convention| convention.entry.framework == route.framework);
    if let Kind::Function(closure) = route.handler.kind() {
        // A library's class answers for a class of the project.
        if is_stub(&closure.item.file)
            && let Some(Kind::Class(class)) = closure.captured.as_ref().and_then(|captured| captured.get("cls")).map(|value| value.kind())
            && !is_stub(&class.item.file)
            && let Some(known) = project.placed(&class.item).and_then(|placed| placed.segment.classes.get(class.class.0 as usize))
        {
            let segment = project.placed(&class.item).map(|placed| &placed.segment);
            let method = action_of_its_own(closure).and_then(|action| {
                let mut methods = known.methods.iter().filter_map(|id| segment?.functions.get(id.0 as usize));
                methods.find(|method| *method.name == **action)
            });
            let (span, name) = method.map_or((known.name_span, &known.name), |method| (method.name_span, &method.name));
            return Door { site: Site { item: class.item.clone(), span }, name: name.clone() };
        }
        if let Some(key) = route.written().filter(|key| (!conventional || key.item.file == route.site.item.file) && !is_stub(&key.item.file)) {
            let placed = project.placed(&key.item);
            if let Some(function) = placed.and_then(|placed| placed.segment.functions.get(key.function.0 as usize)) {
                if !function.name_span.is_empty() {
                    return Door { site: Site { item: key.item, span: function.name_span }, name: function.name.clone() };
                }
                if let Some((name, span)) = placed.and_then(|placed| variable_of(&placed.segment, key.function)).filter(|_| key.item == route.site.item) {
                    return Door { site: Site { item: key.item, span }, name };
                }
                // `app.delete("/posts/:id", async (req, res) =>`: as far as its parameters.
                let head = route.site.span;
                let name = placed.and_then(|placed| field_of(&placed.segment, head));
                if key.item == route.site.item && head.contains(function.params_span) && head.start < function.params_span.start {
                    let start = placed.and_then(|placed| own_step(&placed.segment, head)).unwrap_or(head.start);
                    return Door { site: Site { item: key.item, span: Span::new(start, function.params_span.end) }, name: name.unwrap_or_default() };
                }
                if key.item == route.site.item {
                    let name = name.unwrap_or_default();
                    return Door { site: Site { item: key.item, span: function.params_span }, name };
                }
            }
        }
    }
    Door { site: route.site.clone(), name: Name::default() }
}

/// The one of a class's methods that answers, if it says by itself who may: `@action(permission_classes=[..])`.
fn action_of_its_own(closure: &Closure) -> Option<&Arc<str>> {
    let captured = closure.captured.as_ref()?;
    captured.get("permissions").filter(|permissions| !matches!(permissions.kind(), Kind::Null))?;
    captured.get("action")?.as_str()
}

/// What a registration is called among its kind: `{ contact: defineAction({ .. }) }`.
fn field_of(segment: &Segment, registration: Span) -> Option<Name> {
    let fields = segment.exprs.iter().filter_map(|expr| if let ExprKind::Object(entries) = &expr.kind { Some(entries) } else { None }).flatten();
    fields.into_iter().find_map(|entry| match entry {
        Entry::Field { key: Key::Name(name), value, .. } if segment[*value].span == registration => Some(name.clone()),
        _ => None,
    })
}

/// Where one of several registrations begins that are written in a row: `new Hono().get(..).post(..)`.
fn own_step(segment: &Segment, head: Span) -> Option<u32> {
    segment.exprs.iter().filter(|expr| expr.span == head).find_map(|expr| {
        let ExprKind::Call { callee, .. } = &expr.kind else { return None };
        let ExprKind::Member { base, name_span, .. } = &segment[*callee].kind else { return None };
        let ExprKind::Call { callee: before, .. } = &segment[*base].kind else { return None };
        matches!(segment[*before].kind, ExprKind::Member { .. }).then_some(name_span.start)
    })
}

/// Is somebody typing what answers, or what it is registered with? What is typed below it, another method of the class, is not it.
pub fn is_unfinished(project: &Project, route: &Route, door: &Door) -> bool {
    let function = route.written().or_else(|| route.function());
    let unfinished = |site: &Site| {
        let Some(placed) = project.placed(&site.item) else { return false };
        let of_function = function.as_ref().filter(|key| key.item == site.item).and_then(|key| placed.segment.functions.get(key.function.0 as usize));
        let end = of_function.map_or(site.span.end, |function| function.span.end.max(site.span.end));
        // What is around it is broken where something below it is being written; it was read as a whole itself.
        let is_around = |error: &Span| of_function.is_some_and(|function| error.start < function.span.start && function.span.end < error.end);
        placed.segment.errors.iter().any(|error| error.start <= end && !is_around(error))
    };
    unfinished(&door.site) || unfinished(&route.site)
}
