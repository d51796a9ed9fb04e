//! Why a route is open although something there looks like a guard: the guard that does not stop anybody is what has to be
//! repaired (authorization reference, 2.3).

use super::always_there::always_there;
use super::fails_open::{fails_open, open_unset, swallowed};
use super::switched_off;
use crate::facts::catalogue::{BUILT_IN, Entry};
use crate::facts::check::GuardKind;
use crate::facts::event::{Event, UseKind};
use crate::facts::names;
use crate::facts::place::{FunctionKey, Site};
use crate::facts::role_words::names_above;
use crate::facts::value::{Closure, Kind, Library, Value};
use crate::facts::walk::is_stub;
use crate::model::visit::{Node, Parents};
use crate::model::{ExprId, ExprKind, Function, PatternId, PatternKind, Segment, StmtId, StmtKind};
use crate::project::routes::{Link, Route};
use crate::rules::raw::RuleCx;
use crate::text::{Name, Span};

/// The guard, and what is wrong with it.
pub struct Why {
    pub site: Site,
    pub detail: &'static str,
    pub message: String,
    pub flaw: Flaw,
}

impl Why {
    /// The guard, which is what the message begins with.
    pub fn guard(&self) -> &str {
        self.message.split('`').nth(1).unwrap_or_default().trim_start_matches('@')
    }
}

/// What a repair needs to know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flaw {
    /// It answers, and the handler goes on.
    GoesOn,
    NotAwaited,
    /// `!role === "admin"`
    NeverTrue,
    Dropped,
    /// It stands above the decorator that registers the function.
    AboveRoute,
    /// The view is asked before the mixin.
    MixinLast,
    /// When the check itself fails, the request passes.
    FailsOpen,
    /// Without a setting, everybody passes.
    OpenUnset,
    /// It is registered after the routes that it should stand before.
    TooLate,
    /// It is registered for one address, and not for those below it.
    Beside,
    /// It believes what the caller says.
    Claimed,
    /// It asks for something that is there for strangers, too.
    AlwaysThere,
    /// It reads what users may change of their own account, where the same library keeps what they may not.
    EditableMetadata,
    CommentedOut,
}

pub fn why(cx: &RuleCx<'_>, route: &Route) -> Option<Why> {
    let Kind::Function(closure) = route.handler.kind() else { return None };
    if is_stub(&closure.item.file) {
        return mixin_last(cx, closure).or_else(|| asked_of_nobody(cx, route));
    }
    decorated_above(cx, route, closure)
        .or_else(|| left_waiting(cx))
        .or_else(|| in_handler(cx, route))
        .or_else(|| asked_of_nobody(cx, route))
        .or_else(|| before(cx, route))
        .or_else(|| too_late(cx, route))
        .or_else(|| beside(cx, route))
        .or_else(|| switched_off::commented_out(cx, route, &key(closure)))
}

/// `const session = requireUserSession(event)`, of a library whose answer comes later: what is there meanwhile is always there.
fn left_waiting(cx: &RuleCx<'_>) -> Option<Why> {
    let site = cx.walk.events.iter().find_map(|event| match event {
        Event::Use(used) if used.kind == UseKind::Unawaited => Some(&used.site),
        _ => None,
    })?;
    let segment = &*cx.project.placed(&site.item)?.segment;
    let name = segment.exprs.iter().find(|expr| expr.span == site.span).and_then(|expr| match &expr.kind {
        ExprKind::Call { callee, .. } => match &segment[*callee].kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name.clone()),
            _ => None,
        },
        _ => None,
    })?;
    Some(Why {
        site: site.clone(),
        detail: "AZ09",
        message: format!("`{name}` answers later and nobody waits for it: without `await` this check never stops anybody."),
        flaw: Flaw::NotAwaited,
    })
}

/// A check in the handler itself that is there and stops nobody.
pub fn in_handler(cx: &RuleCx<'_>, route: &Route) -> Option<Why> {
    // What a wrapper of the project's was given: `export const POST = route(async () => ..)`.
    let written = route.written().filter(|written| Some(written) != route.function().as_ref());
    route.function().into_iter().chain(written).find_map(|key| {
        let looked = Looked::of(cx, &key)?;
        told(&looked, goes_on).or_else(|| told(&looked, not_awaited)).or_else(|| told(&looked, dropped))
    })
}

/// A look at who sent a message that nobody waits for.
pub fn at_sender(cx: &RuleCx<'_>, route: &Route) -> Option<Why> {
    let written = route.written().filter(|written| Some(written) != route.function().as_ref());
    route.function().into_iter().chain(written).find_map(|key| told(&Looked::of(cx, &key)?, sender_not_awaited))
}

/// `app.use(requireAuth)` below the routes: they answer before it is asked.
fn too_late(cx: &RuleCx<'_>, route: &Route) -> Option<Why> {
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
fn beside(cx: &RuleCx<'_>, route: &Route) -> Option<Why> {
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
            let is_guard = |entry: &Entry| matches!(entry, Entry::Guard(guard) if asks(guard.kind) && guard.how.iter().any(|how| how == "middleware"));
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

/// In what runs before the handler, and in the guards that it calls.
fn before(cx: &RuleCx<'_>, route: &Route) -> Option<Why> {
    let links = route.chain.iter().filter_map(|link| match link.value.kind() {
        Kind::Function(closure) => Some(key(closure)),
        _ => None,
    });
    let mut called: Vec<&FunctionKey> = cx.walk.visited.iter().collect();
    called.sort();
    let links: Vec<FunctionKey> = links.collect();
    links.iter().chain(called).filter(|key| !is_stub(&key.item.file)).find_map(|key| {
        let looked = Looked::of(cx, key)?;
        if !links.contains(key) && !names::is_guard(&looked.function.name) && !names::is_current_user(&looked.function.name) {
            return None;
        }
        told(&looked, goes_on).or_else(|| fails(&looked, fails_open)).or_else(|| fails(&looked, open_unset)).or_else(|| fails(&looked, swallowed))
    })
}

/// In whatever the request comes through: a check that strangers pass as well.
fn asked_of_nobody(cx: &RuleCx<'_>, route: &Route) -> Option<Why> {
    if !is_of_strangers(&route.framework) {
        return None;
    }
    let mut called: Vec<&FunctionKey> = cx.walk.visited.iter().filter(|key| !is_stub(&key.item.file)).collect();
    called.sort();
    called.into_iter().find_map(|key| told(&Looked::of(cx, key)?, always_there))
}

/// The frameworks whose requests always name a user.
fn is_of_strangers(framework: &str) -> bool {
    framework == "django"
}

fn key(closure: &Closure) -> FunctionKey {
    FunctionKey { item: closure.item.clone(), function: closure.function }
}

/// A function of the project that is looked at.
pub(super) struct Looked<'p> {
    cx: &'p RuleCx<'p>,
    pub key: FunctionKey,
    pub segment: &'p Segment,
    pub function: &'p Function,
}

impl<'p> Looked<'p> {
    pub fn of(cx: &'p RuleCx<'_>, key: &FunctionKey) -> Option<Looked<'p>> {
        let segment = &*cx.project.placed(&key.item)?.segment;
        Some(Looked { cx, key: key.clone(), segment, function: segment.functions.get(key.function.0 as usize)? })
    }

    pub(super) fn exprs_within(&self, span: Span) -> impl Iterator<Item = ExprId> + '_ {
        self.segment.exprs.iter().enumerate().filter(move |(_, expr)| span.contains(expr.span)).map(|(at, _)| ExprId(at as u32))
    }

    /// What a call or a decorator is called: the last of its names.
    pub(super) fn called(&self, expr: ExprId) -> Option<&Name> {
        match &self.segment[expr].kind {
            ExprKind::Call { callee, .. } => self.called(*callee),
            ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name),
            _ => None,
        }
    }

    pub(super) fn is_python(&self) -> bool {
        self.cx.project.file(&self.key.item.file).is_some_and(|file| file.document.language == crate::syntax::Language::Python)
    }

    /// The `redirect` of Next.js and SvelteKit throws: nothing comes after it.
    fn redirects_by_throwing(&self) -> bool {
        let throwing = ["next/navigation", "@sveltejs/kit"].map(Name::new_static);
        let module = self.cx.project.file(&self.key.item.file).and_then(|file| file.module.as_ref());
        module.is_some_and(|module| module.imports_any(&throwing))
    }

    /// Is this a word of denial: a status, an exception, a page to sign in?
    pub(super) fn denies(&self, expr: ExprId) -> bool {
        let named = |name: &Name| matches!(name.as_str(), "abort" | "notFound" | "unauthorized" | "forbidden" | "TRPCError" | "redirect" | "error");
        refuses(self, expr, self.is_python()) || matches!(self.segment[expr].kind, ExprKind::Call { .. }) && self.called(expr).is_some_and(named)
    }

    /// `if (!user.isModerator) throw new Response(null, { status: 403 })`: whatever it is called, it is there to stop somebody.
    fn throws_denial(&self) -> bool {
        self.stmts().any(|(id, span)| matches!(self.segment[id].kind, StmtKind::Throw(_)) && self.exprs_within(span).any(|expr| self.denies(expr)))
    }

    pub(super) fn stmts(&self) -> impl Iterator<Item = (StmtId, Span)> + '_ {
        let body = self.function.body_span;
        self.segment.stmts.iter().enumerate().filter(move |(_, stmt)| body.contains(stmt.span)).map(|(at, stmt)| (StmtId(at as u32), stmt.span))
    }

    /// A function of the project of this name that the walk came through.
    fn function_called(&self, name: &Name) -> Option<Looked<'p>> {
        self.cx.walk.visited.iter().filter_map(|key| Looked::of(self.cx, key)).find(|looked| looked.function.name == *name)
    }
}

fn fails(looked: &Looked<'_>, find: fn(&Looked<'_>) -> Option<(Span, Flaw, String)>) -> Option<Why> {
    told(looked, find).map(|why| Why { detail: "FAILOPEN", ..why })
}

fn told(looked: &Looked<'_>, find: fn(&Looked<'_>) -> Option<(Span, Flaw, String)>) -> Option<Why> {
    let (span, flaw, message) = find(looked)?;
    Some(Why { site: Site { item: looked.key.item.clone(), span }, detail: "AZ09", message, flaw })
}

/// `if (!req.user) res.status(401).json(..)`, without a `return`.
fn goes_on(looked: &Looked<'_>) -> Option<(Span, Flaw, String)> {
    let segment = looked.segment;
    let is_python = looked.is_python();
    looked.stmts().find_map(|(id, span)| {
        let StmtKind::If { cond, then, otherwise, .. } = &segment[id].kind else { return None };
        let mut only_says = !then.is_empty() && otherwise.is_empty();
        let mut denies = false;
        for stmt in then {
            let StmtKind::Expr(expr) = &segment[*stmt].kind else {
                only_says = false;
                break;
            };
            if matches!(segment[*expr].kind, ExprKind::Assign { .. } | ExprKind::Yield(_)) {
                only_says = false;
            }
            denies |= looked.exprs_within(segment[*stmt].span).any(|inner| refuses(looked, inner, is_python));
        }
        // A denial that throws by itself ends the handler.
        let throws = looked.exprs_within(span).any(|inner| {
            looked.called(inner).is_some_and(|name| matches!(name.as_str(), "abort" | "notFound" | "unauthorized" | "forbidden" | "throw" | "fail"))
        });
        let is_last = span.end + 4 >= looked.function.body_span.end;
        (only_says && denies && !throws && !is_last).then(|| {
            let head = Span::new(span.start, segment[*cond].span.end + u32::from(!is_python));
            let word = if is_python { "return or raise" } else { "return" };
            (head, Flaw::GoesOn, format!("This check says no and then goes on: without a `{word}`, what comes after it happens all the same."))
        })
    })
}

fn refuses(looked: &Looked<'_>, expr: ExprId, is_python: bool) -> bool {
    match &looked.segment[expr].kind {
        ExprKind::Num(text) => matches!(text.as_str(), "401" | "403"),
        ExprKind::Call { .. } => looked.called(expr).is_some_and(|name| match name.as_str() {
            "sendStatus" | "HTTPException" | "HttpError" | "HttpResponseForbidden" | "PermissionDenied" => true,
            "redirect" => is_python || !looked.redirects_by_throwing(),
            _ => false,
        }),
        _ => false,
    }
}

/// `if (!isAllowed(user)) ..` and `requireUser();`, where the function is async: a promise is always there.
fn not_awaited(looked: &Looked<'_>) -> Option<(Span, Flaw, String)> {
    let is_guard = |name: &str, called: &Looked<'_>| names::is_guard(name) || names::is_current_user(name) || called.throws_denial();
    promised(looked, &is_guard)
}

/// The same of a look at who sent a message: `if (!signatureMatches(body, given)) ..`.
fn sender_not_awaited(looked: &Looked<'_>) -> Option<(Span, Flaw, String)> {
    let says = |word: &String| matches!(word.as_str(), "signature" | "webhook" | "hmac" | "hook");
    promised(looked, &|name, _| names::checks_sender(name) || names::words(name).iter().any(says))
}

fn promised(looked: &Looked<'_>, counts: &dyn Fn(&str, &Looked<'_>) -> bool) -> Option<(Span, Flaw, String)> {
    let parents = Parents::of(looked.segment);
    looked.exprs_within(looked.function.body_span).find_map(|expr| {
        let ExprKind::Call { .. } = &looked.segment[expr].kind else { return None };
        let name = looked.called(expr)?;
        let called = looked.function_called(name)?;
        if !called.function.is_async || !counts(name, &called) {
            return None;
        }
        let mut at: Node = expr.into();
        loop {
            let above = parents.place(at)?.parent;
            match above {
                Node::Expr(id) => match &looked.segment[id].kind {
                    ExprKind::Unary { .. } | ExprKind::Logical { .. } => at = above,
                    _ => return None,
                },
                Node::Stmt(id) => match &looked.segment[id].kind {
                    StmtKind::If { .. } => break,
                    StmtKind::Expr(_) if at == expr.into() => break,
                    StmtKind::Let { pattern, .. } if at == expr.into() && is_only_tested(looked, *pattern) => break,
                    _ => return None,
                },
                _ => return None,
            }
        }
        let text = format!("`{name}` is async and nobody waits for it: without `await` this check never stops anybody.");
        Some((looked.segment[expr].span, Flaw::NotAwaited, text))
    })
}

/// `const denied = guard(); if (denied instanceof Response) ..`: looked at, and waited for nowhere.
fn is_only_tested(looked: &Looked<'_>, pattern: PatternId) -> bool {
    let PatternKind::Name(name) = &looked.segment[pattern].kind else { return false };
    let named = |span: Span| looked.exprs_within(span).any(|expr| matches!(&looked.segment[expr].kind, ExprKind::Name(known) if known == name));
    let is_tested = looked.stmts().any(|(id, _)| matches!(looked.segment[id].kind, StmtKind::If { cond, .. } if named(looked.segment[cond].span)));
    let is_waited_for = looked.exprs_within(looked.function.body_span).any(|expr| match &looked.segment[expr].kind {
        ExprKind::Await(inner) => named(looked.segment[*inner].span),
        ExprKind::Member { base, name: step, .. } => step == "then" && named(looked.segment[*base].span),
        _ => false,
    });
    is_tested && !is_waited_for
}

/// `await userHasAccess(id);`, where the answer is a yes or no that nobody looks at.
fn dropped(looked: &Looked<'_>) -> Option<(Span, Flaw, String)> {
    looked.stmts().find_map(|(id, _)| {
        let StmtKind::Expr(expr) = &looked.segment[id].kind else { return None };
        let call = match &looked.segment[*expr].kind {
            ExprKind::Await(inner) => *inner,
            _ => *expr,
        };
        let ExprKind::Call { .. } = &looked.segment[call].kind else { return None };
        let name = looked.called(call)?;
        if !names::is_guard(name) {
            return None;
        }
        let guard = looked.function_called(name)?;
        let body = guard.function.body_span;
        let answers = guard.stmts().any(|(id, _)| matches!(guard.segment[id].kind, StmtKind::Return(Some(_))));
        let stops = guard.stmts().any(|(id, _)| matches!(guard.segment[id].kind, StmtKind::Throw(_)))
            || guard.exprs_within(body).any(|expr| {
                matches!(guard.segment[expr].kind, ExprKind::Call { .. })
                    && guard.called(expr).is_some_and(|name| {
                        matches!(
                            name.as_str(),
                            "redirect"
                                | "notFound"
                                | "unauthorized"
                                | "forbidden"
                                | "abort"
                                | "error"
                                | "throw"
                                | "next"
                                | "send"
                                | "json"
                                | "end"
                                | "sendStatus"
                                | "protect"
                        )
                    })
            });
        (answers && !stops).then(|| {
            (looked.segment[*expr].span, Flaw::Dropped, format!("`{name}` only answers yes or no, and the answer is thrown away here: nobody is stopped."))
        })
    })
}

/// `dependencies=[Depends(is_winemaker)]`, where the function only says yes or no: what it says is given to nobody.
pub fn asked_for_nothing(cx: &RuleCx<'_>, route: &Route) -> Option<Why> {
    let functions = |link: &Link| -> Vec<Value> {
        match link.value.kind() {
            Kind::Seq(seq) => seq.items.clone(),
            _ => vec![link.value.clone()],
        }
    };
    let given = route.chain.iter().filter(|link| link.framework == "fastapi").flat_map(|link| functions(link).into_iter().map(move |value| (link, value)));
    given.into_iter().find_map(|(link, value)| {
        let Kind::Function(closure) = value.kind() else { return None };
        let looked = Looked::of(cx, &key(closure))?;
        let name = &looked.function.name;
        let is_truth = looked.function.returns.as_ref().is_some_and(|ty| ty.name == "bool");
        let raises = looked.stmts().any(|(id, _)| matches!(looked.segment[id].kind, StmtKind::Throw(_)));
        (is_truth && !raises && asks_of_people(name)).then(|| Why {
            site: link.site.clone(),
            detail: "AZ09",
            message: format!("`{name}` only answers yes or no, and nobody is given the answer here: it has to raise an error to stop somebody."),
            flaw: Flaw::Dropped,
        })
    })
}

/// `is_winemaker`, `can_publish`, `has_role`.
fn asks_of_people(name: &str) -> bool {
    let words = names::words(name);
    words.len() > 1 && words.first().is_some_and(|first| matches!(first.as_str(), "is" | "has" | "can" | "may")) || names::is_guard(name)
}

/// A guard above the decorator that registers the function: the function without it is what answers.
fn decorated_above(cx: &RuleCx<'_>, route: &Route, closure: &Closure) -> Option<Why> {
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
fn mixin_last(cx: &RuleCx<'_>, closure: &Closure) -> Option<Why> {
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
