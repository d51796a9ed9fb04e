//! Checks that answer, and nobody hears it: not waited for, thrown away, given to nobody.

use super::why::{Flaw, Looked, Why, key};
use crate::facts::catalogue::BUILT_IN;
use crate::facts::event::{Event, UseKind};
use crate::facts::names;
use crate::facts::place::FunctionKey;
use crate::facts::value::{Kind, Value};
use crate::model::visit::{Node, Parents};
use crate::model::{ExprKind, Function, FunctionId, PatternId, PatternKind, Rest, StmtId, StmtKind};
use crate::project::routes::{Link, Route};
use crate::rules::raw::RuleCx;
use crate::text::{Name, Span};

/// `const session = requireUserSession(event)`, of a library whose answer comes later: what is there meanwhile is always there.
pub(super) fn left_waiting(cx: &RuleCx<'_>) -> Option<Why> {
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

/// `if (!isAllowed(user)) ..` and `requireUser();`, where the function is async: a promise is always there.
pub(super) fn not_awaited(looked: &Looked<'_>) -> Option<(Span, Flaw, String)> {
    // Whatever it is called: who does not pass is refused.
    let answers_no = |called: &Looked<'_>| called.exprs_within(called.function.body_span).any(|expr| called.denies(expr));
    let is_guard = |name: &str, called: &Looked<'_>, refuses: bool| {
        refuses || names::is_guard(name) || names::is_current_user(name) || called.throws_denial() || answers_no(called)
    };
    promised(looked, &is_guard)
}

/// The same of a look at who sent a message: `if (!signatureMatches(body, given)) ..`.
pub(super) fn sender_not_awaited(looked: &Looked<'_>) -> Option<(Span, Flaw, String)> {
    let says = |word: &String| matches!(word.as_str(), "signature" | "webhook" | "hmac" | "hook");
    promised(looked, &|name, _, _| names::checks_sender(name) || names::words(name).iter().any(says))
}

/// A call that nobody waits for and that is only looked at. `counts`: by its name, the function, and whether what follows refuses.
fn promised(looked: &Looked<'_>, counts: &dyn Fn(&str, &Looked<'_>, bool) -> bool) -> Option<(Span, Flaw, String)> {
    let parents = Parents::of(looked.segment);
    looked.exprs_within(looked.function.body_span).find_map(|expr| {
        let ExprKind::Call { .. } = &looked.segment[expr].kind else { return None };
        let name = looked.called(expr)?;
        let called = looked.function_called(name)?;
        if !called.function.is_async {
            return None;
        }
        let mut at: Node = expr.into();
        let refuses = |then: &[StmtId]| then.iter().any(|stmt| looked.exprs_within(looked.segment[*stmt].span).any(|expr| looked.denies(expr)));
        loop {
            let above = parents.place(at)?.parent;
            match above {
                Node::Expr(id) => match &looked.segment[id].kind {
                    ExprKind::Unary { .. } | ExprKind::Logical { .. } => at = above,
                    _ => return None,
                },
                Node::Stmt(id) => match &looked.segment[id].kind {
                    StmtKind::If { then, .. } if counts(name, &called, refuses(then)) => break,
                    StmtKind::Expr(_) if at == expr.into() && counts(name, &called, false) => break,
                    StmtKind::Let { pattern, .. }
                        if at == expr.into() && tested(looked, *pattern).is_some_and(|then| counts(name, &called, refuses(&then))) =>
                    {
                        break;
                    }
                    _ => return None,
                },
                _ => return None,
            }
        }
        let text = format!("`{name}` is async and nobody waits for it: without `await` this check never stops anybody.");
        Some((looked.segment[expr].span, Flaw::NotAwaited, text))
    })
}

/// `const denied = guard(); if (denied instanceof Response) ..`: looked at, and waited for nowhere. What follows from the look.
fn tested(looked: &Looked<'_>, pattern: PatternId) -> Option<Vec<StmtId>> {
    let PatternKind::Name(name) = &looked.segment[pattern].kind else { return None };
    let named = |span: Span| looked.exprs_within(span).any(|expr| matches!(&looked.segment[expr].kind, ExprKind::Name(known) if known == name));
    let then = looked.stmts().find_map(|(id, _)| match &looked.segment[id].kind {
        StmtKind::If { cond, then, .. } if named(looked.segment[*cond].span) => Some(then.clone()),
        _ => None,
    });
    let is_waited_for = looked.exprs_within(looked.function.body_span).any(|expr| match &looked.segment[expr].kind {
        ExprKind::Await(inner) => named(looked.segment[*inner].span),
        ExprKind::Member { base, name: step, .. } => step == "then" && named(looked.segment[*base].span),
        _ => false,
    });
    then.filter(|_| !is_waited_for)
}

/// `await userHasAccess(id);`, where the answer is a yes or no that nobody looks at.
pub(super) fn dropped(looked: &Looked<'_>) -> Option<(Span, Flaw, String)> {
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

/// `dependencies=[Depends(is_winemaker)]`, where the function only says yes or no, or makes a check that nobody calls: what it says is
/// given to nobody.
pub fn asked_for_nothing(cx: &RuleCx<'_>, route: &Route) -> Option<Why> {
    let functions = |link: &Link| -> Vec<Value> {
        match link.value.kind() {
            Kind::Seq(seq) => seq.items.clone(),
            _ => vec![link.value.clone()],
        }
    };
    let given = route
        .chain
        .iter()
        .filter(|link| BUILT_IN.framework(&link.framework).is_some_and(|framework| framework.injects))
        .flat_map(|link| functions(link).into_iter().map(move |value| (link, value)));
    given.into_iter().find_map(|(link, value)| {
        let Kind::Function(closure) = value.kind() else { return None };
        let looked = Looked::of(cx, &key(closure))?;
        let name = &looked.function.name;
        let is_truth = looked.function.returns.as_ref().is_some_and(|ty| ty.name == "bool");
        let raises = looked.stmts().any(|(id, _)| matches!(looked.segment[id].kind, StmtKind::Throw(_)));
        let (flaw, message) = if is_truth && !raises && asks_of_people(name) {
            let message = format!("`{name}` only answers yes or no, and nobody is given the answer here: it has to raise an error to stop somebody.");
            (Flaw::Dropped, message)
        } else if let Some(check) = makes_check(&looked, 0) {
            let maker = if name.is_empty() { "The function here".to_owned() } else { format!("`{name}`") };
            let takes_nothing = looked.function.params.iter().all(|param| param.default.is_some() || param.rest != Rest::No);
            let message =
                format!("{maker} only makes the check `{check}` and never runs it: it has to be called where it is given, so that what it makes is what runs.");
            (if takes_nothing { Flaw::NotMade } else { Flaw::Dropped }, message)
        } else {
            return None;
        };
        Some(Why { site: link.site.clone(), detail: "AZ09", message, flaw })
    })
}

/// So many makers that hand to each other are looked through.
const MOST_MAKERS: usize = 3;

/// What a function gives back, if that is a check which has yet to be called: `return check`, `return Role("editor")`.
fn makes_check(looked: &Looked<'_>, depth: usize) -> Option<Name> {
    let segment = looked.segment;
    let is_inner = |function: &&Function| looked.function.body_span.contains(function.span);
    let inner: Vec<&Function> = segment.functions.iter().filter(is_inner).collect();
    let given = looked.stmts().find_map(|(id, span)| match segment[id].kind {
        StmtKind::Return(Some(given)) if !inner.iter().any(|function| function.body_span.contains(span)) => Some(given),
        _ => None,
    })?;
    match &segment[given].kind {
        ExprKind::Name(name) => {
            let at = segment.functions.iter().position(|function| function.name == *name && is_inner(&function))?;
            let inner = Looked::of(looked.cx, &FunctionKey { item: looked.key.item.clone(), function: FunctionId(at as u32) })?;
            inner.throws_denial().then(|| name.clone())
        }
        ExprKind::Call { callee, .. } => {
            let ExprKind::Name(name) = &segment[*callee].kind else { return None };
            match looked.function_called(name) {
                Some(maker) if depth < MOST_MAKERS => makes_check(&maker, depth + 1),
                _ => called_class_stops(looked, name).then(|| name.clone()),
            }
        }
        _ => None,
    }
}

/// A class whose objects are called like functions, and refuse some: `class Role: def __call__(self, me): raise ..`.
fn called_class_stops(looked: &Looked<'_>, name: &Name) -> bool {
    looked.cx.walk.visited.iter().any(|key| {
        let Some(visited) = Looked::of(looked.cx, key) else { return false };
        let Some(class) = visited.segment.classes.iter().find(|class| class.name == *name && class.methods.contains(&key.function)) else { return false };
        class.methods.iter().any(|method| {
            let called = Looked::of(looked.cx, &FunctionKey { item: key.item.clone(), function: *method });
            called.is_some_and(|called| called.function.name == "__call__" && called.throws_denial())
        })
    })
}

/// `is_winemaker`, `can_publish`, `has_role`.
fn asks_of_people(name: &str) -> bool {
    let words = names::words(name);
    words.len() > 1 && words.first().is_some_and(|first| matches!(first.as_str(), "is" | "has" | "can" | "may")) || names::is_guard(name)
}
