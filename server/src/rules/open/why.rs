//! Why a route is open although something there looks like a guard: the guard that does not stop anybody is what has to be
//! repaired (authorization reference, 2.3).

use super::always_there::always_there;
use super::fails_open::{fails_open, open_unset, swallowed};
use super::out_of_order::{beside, decorated_above, mixin_last, too_late};
use super::switched_off;
use super::unheard::{dropped, left_waiting, not_awaited, sender_not_awaited};
use crate::facts::catalogue::{BUILT_IN, Entry};
use crate::facts::names;
use crate::facts::place::{FunctionKey, Site};
use crate::facts::scope::Definition;
use crate::facts::value::{Closure, Kind};
use crate::facts::walk::is_stub;
use crate::model::{ExprId, ExprKind, Function, Segment, StmtId, StmtKind};
use crate::project::routes::Route;
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
    /// It makes the check, and nobody calls what it made.
    NotMade,
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

/// The frameworks where something may stand for strangers, too.
fn is_of_strangers(framework: &str) -> bool {
    matches!(framework, "django" | "nuxt")
}

pub(super) fn key(closure: &Closure) -> FunctionKey {
    FunctionKey { item: closure.item.clone(), function: closure.function }
}

/// A function of the project that is looked at.
pub(super) struct Looked<'p> {
    pub cx: &'p RuleCx<'p>,
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

    /// It calls what a library never comes back from: the `redirect` of Next.js and SvelteKit throws.
    fn never_comes_back(&self, call: ExprId) -> bool {
        let ExprKind::Call { callee, .. } = &self.segment[call].kind else { return false };
        let ExprKind::Name(name) = &self.segment[*callee].kind else { return false };
        let module = self.cx.project.file(&self.key.item.file).and_then(|file| file.module.as_ref());
        let imported = module.and_then(|module| module.definitions.last(name));
        let Some(Definition::Import { source, imported }) = imported else { return false };
        let states = BUILT_IN.named(&format!("{source}#{imported}()"));
        BUILT_IN.at(&states).any(|entry| matches!(entry, Entry::Deny))
    }

    /// Is this a word of denial: a status, an exception, a page to sign in?
    pub(super) fn denies(&self, expr: ExprId) -> bool {
        let named = |name: &Name| matches!(name.as_str(), "abort" | "notFound" | "unauthorized" | "forbidden" | "TRPCError" | "redirect" | "error");
        refuses(self, expr) || matches!(self.segment[expr].kind, ExprKind::Call { .. }) && self.called(expr).is_some_and(named)
    }

    /// `if (!user.isModerator) throw new Response(null, { status: 403 })`: whatever it is called, it is there to stop somebody.
    pub(super) fn throws_denial(&self) -> bool {
        self.stmts().any(|(id, span)| matches!(self.segment[id].kind, StmtKind::Throw(_)) && self.exprs_within(span).any(|expr| self.denies(expr)))
    }

    pub(super) fn stmts(&self) -> impl Iterator<Item = (StmtId, Span)> + '_ {
        let body = self.function.body_span;
        self.segment.stmts.iter().enumerate().filter(move |(_, stmt)| body.contains(stmt.span)).map(|(at, stmt)| (StmtId(at as u32), stmt.span))
    }

    /// A function of the project of this name that the walk came through.
    pub(super) fn function_called(&self, name: &Name) -> Option<Looked<'p>> {
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
            denies |= looked.exprs_within(segment[*stmt].span).any(|inner| refuses(looked, inner));
        }
        // A denial that throws by itself ends the handler.
        let throws = looked.exprs_within(span).any(|inner| {
            let named = |name: &Name| matches!(name.as_str(), "abort" | "notFound" | "unauthorized" | "forbidden" | "throw" | "fail");
            looked.never_comes_back(inner) || looked.called(inner).is_some_and(named)
        });
        let is_last = span.end + 4 >= looked.function.body_span.end;
        (only_says && denies && !throws && !is_last).then(|| {
            let head = Span::new(span.start, segment[*cond].span.end + u32::from(!is_python));
            let word = if is_python { "return or raise" } else { "return" };
            (head, Flaw::GoesOn, format!("This check says no and then goes on: without a `{word}`, what comes after it happens all the same."))
        })
    })
}

fn refuses(looked: &Looked<'_>, expr: ExprId) -> bool {
    match &looked.segment[expr].kind {
        ExprKind::Num(text) => matches!(text.as_str(), "401" | "403"),
        ExprKind::Call { .. } => looked.called(expr).is_some_and(|name| match name.as_str() {
            "sendStatus" | "HTTPException" | "HttpError" | "HttpResponseForbidden" | "PermissionDenied" => true,
            "redirect" => !looked.never_comes_back(expr),
            _ => false,
        }),
        _ => false,
    }
}
