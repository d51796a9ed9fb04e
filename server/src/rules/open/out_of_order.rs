//! Guards that stand where they are asked too late, beside what they should guard, or not at all.

use super::why::{Flaw, Looked, Why, key};
use crate::facts::catalogue::{BUILT_IN, Entry, How};
use crate::facts::check::GuardKind;
use crate::facts::names;
use crate::facts::place::{FunctionKey, Site};
use crate::facts::role_words::names_above;
use crate::facts::value::{Closure, Kind, Library};
use crate::facts::walk::is_stub;
use crate::model::{ExprId, ExprKind};
use crate::project::routes::{Link, Route};
use crate::rules::raw::RuleCx;
use crate::text::Name;

/// `app.use(requireAuth)` below the routes: they answer before it is asked.
pub(super) fn too_late(cx: &RuleCx<'_>, route: &Route) -> Option<Why> {
    let guards: Vec<(&Link, Name)> = route.late.iter().filter_map(|link| Some((link, guard_of(cx, link)?))).collect();
    // What asks for most says best what was meant.
    let (link, name) = guards.iter().find(|(_, name)| names_above(name)).or_else(|| guards.first())?;
    Some(Why {
        site: link.site.clone(),
        detail: "AZ09",
        message: format!(
            "`{name}` is registered after the routes it should guard, and they answer first: what is registered runs in the order in which it is written."
        ),
        flaw: Flaw::TooLate,
    })
}

/// `app.use("/admin", requireAuth)` where that is the one address `/admin`, and the routes lie below it.
pub(super) fn beside(cx: &RuleCx<'_>, route: &Route) -> Option<Why> {
    let refuses = |link: &&Link| matches!(link.value.kind(), Kind::Function(closure) if refuses_strangers(cx, &key(closure)));
    let guards: Vec<(&Link, Option<Name>)> =
        route.beside.iter().map(|link| (link, guard_of(cx, link))).filter(|(link, name)| name.is_some() || refuses(link)).collect();
    let (link, name) = guards.iter().find(|(_, name)| name.as_deref().is_some_and(names_above)).or_else(|| guards.first())?;
    let named = name.as_ref().map_or_else(|| "What refuses strangers here".to_owned(), |name| format!("`{name}`"));
    Some(Why {
        site: link.site.clone(),
        detail: "AZ09",
        message: format!("{named} is registered for this one address, and never runs for those below it: that takes a path that ends with `/*`."),
        flaw: Flaw::Beside,
    })
}

/// It answers some with 401 or 403, and is no place where errors end up: those take the error first.
fn refuses_strangers(cx: &RuleCx<'_>, key: &FunctionKey) -> bool {
    let Some(looked) = Looked::of(cx, key) else { return false };
    looked.function.params.len() < 4 && looked.exprs_within(looked.function.span).any(|expr| looked.denies(expr))
}

/// What something in front of handlers is called, if it looks at who is calling.
fn guard_of(cx: &RuleCx<'_>, link: &Link) -> Option<Name> {
    match link.value.kind() {
        Kind::Function(closure) => match cx.project.function_name(&key(closure)) {
            Some(name) if !name.is_empty() => Some(name).filter(|name| names::is_guard(name) || refuses_strangers(cx, &key(closure))),
            _ => guard_within(cx, &key(closure)),
        },
        Kind::Library(library) => {
            let asks = |kind: GuardKind| matches!(kind, GuardKind::Identity | GuardKind::Role | GuardKind::Machine);
            let is_guard = |entry: &Entry| matches!(entry, Entry::Guard(guard) if asks(guard.kind) && guard.guards_as(How::Middleware));
            BUILT_IN.at(&library.states).any(is_guard).then(|| called(library))
        }
        _ => None,
    }
}

/// `(c, next) => bearerAuth({ .. })(c, next)`: the guard that a function without a name calls.
fn guard_within(cx: &RuleCx<'_>, key: &FunctionKey) -> Option<Name> {
    let looked = Looked::of(cx, key)?;
    looked.exprs_within(looked.function.span).filter_map(|expr| looked.called(expr)).find(|name| names::is_guard(name) || is_scheme(name)).cloned()
}

/// `bearerAuth`, `basicAuth`
fn is_scheme(name: &str) -> bool {
    let words = names::words(name);
    words.len() > 1 && words.last().is_some_and(|last| last == "auth")
}

/// `passport.authenticate("jwt")`: what was called.
fn called(library: &Library) -> Name {
    match library.receiver.as_ref().and_then(|receiver| receiver.as_library()) {
        Some(inner) if library.step == "()" => inner.step.clone(),
        _ => library.step.clone(),
    }
}

/// A guard above the decorator that registers the function: the function without it is what answers.
pub(super) fn decorated_above(cx: &RuleCx<'_>, route: &Route, closure: &Closure) -> Option<Why> {
    let looked = Looked::of(cx, &key(closure))?;
    let registers =
        looked.function.decorators.iter().position(|decorator| looked.segment[*decorator].span.contains(route.site.span) && route.site.item == closure.item)?;
    // `@librarian_required`: whatever is required, who does not have it is refused.
    let refuses = |name: &Name| names::is_guard(name) || name.ends_with("_required");
    let guard = looked.function.decorators.get(..registers)?.iter().find(|decorator| looked.called(**decorator).is_some_and(refuses))?;
    let name = looked.called(*guard)?;
    Some(Why {
        site: Site { item: closure.item.clone(), span: looked.segment[*guard].span },
        detail: "AZ09",
        message: format!("`@{name}` stands above the line that registers `{}`, so the function without the check is what answers.", looked.function.name),
        flaw: Flaw::AboveRoute,
    })
}

/// `class Invoices(ListView, LoginRequiredMixin)`: the view answers before the mixin is asked.
pub(super) fn mixin_last(cx: &RuleCx<'_>, closure: &Closure) -> Option<Why> {
    let class = closure.captured.as_ref()?.get("cls")?;
    let Kind::Class(class) = class.kind() else { return None };
    if is_stub(&class.item.file) {
        return None;
    }
    let segment = &*cx.project.placed(&class.item)?.segment;
    let known = segment.classes.get(class.class.0 as usize)?;
    let named = |base: &ExprId| match &segment[*base].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name),
        _ => None,
    };
    let view = known.bases.iter().position(|base| named(base).is_some_and(|name| name.ends_with("View") || name.ends_with("ViewSet")))?;
    let mixin = known.bases.get(view + 1..)?.iter().find(|base| named(base).is_some_and(|name| is_guarding_mixin(name)))?;
    let name = named(mixin)?;
    Some(Why {
        site: Site { item: class.item.clone(), span: segment[*mixin].span },
        detail: "AZ09",
        message: format!("`{name}` comes after the view it should guard, and Python asks from left to right: `{}` answers before the check.", known.name),
        flaw: Flaw::MixinLast,
    })
}

fn is_guarding_mixin(name: &str) -> bool {
    name.strip_suffix("Mixin").or_else(|| name.ends_with("Required").then_some(name)).is_some_and(|of| {
        matches!(of, "LoginRequired" | "PermissionRequired" | "UserPassesTest" | "AccessMixin")
            || names::words(of).iter().any(|word| matches!(word.as_str(), "login" | "permission" | "staff" | "auth" | "authenticated" | "required"))
    })
}
