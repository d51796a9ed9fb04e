//! Where it can be seen who may call a route.

use super::callers::{Point, Who};
use crate::facts::check::{Fact, Facts, Guard, GuardKind};
use crate::facts::place::Site;
use crate::facts::role_words::names_right;
use crate::facts::value::Kind;
use crate::model::{ExprKind, StmtKind};
use crate::rules::open::asks;
use crate::rules::raw::RuleCx;

/// A place, and what the code calls what stands there (empty if it has no name).
#[derive(Clone, PartialEq, Debug)]
pub struct Proof {
    pub name: String,
    pub site: Site,
}

/// A guard of a library first, then what runs before the handler, then a function of the project that says who is asking, then
/// the condition that asks.
pub(super) fn of(cx: &RuleCx<'_>, points: &[Point<'_>], who: Who) -> Option<Proof> {
    let facts = points.first().map_or(&cx.walk.begun, |point| point.facts);
    let by_role = || (who == Who::Role).then(|| condition(cx, &[], &names_right)).flatten();
    guard(facts, who).or_else(by_role).or_else(|| in_front(cx)).or_else(|| called(cx)).or_else(|| condition(cx, points, &is_person))
}

fn guard(facts: &Facts, who: Who) -> Option<Proof> {
    let wanted = |guard: &Guard| match who {
        Who::Machine => guard.kind == GuardKind::Machine,
        Who::Role => guard.sure && guard.kind == GuardKind::Role,
        Who::SignedIn | Who::Object => guard.sure && matches!(guard.kind, GuardKind::Identity | GuardKind::Role | GuardKind::Object),
        Who::Unknown => !guard.sure,
        Who::Anyone => false,
    };
    facts.iter().find_map(|fact| match fact {
        Fact::Guard(guard) if wanted(guard) => Some(Proof { name: guard.name.to_string(), site: guard.site.clone()? }),
        _ => None,
    })
}

/// Something that is called like a guard and runs before the handler.
fn in_front(cx: &RuleCx<'_>) -> Option<Proof> {
    let route = cx.walk.route.as_deref()?;
    route.chain.iter().find_map(|link| {
        let Kind::Function(closure) = link.value.kind() else { return None };
        let function = cx.project.placed(&closure.item)?.segment.functions.get(closure.function.0 as usize)?;
        asks(&function.name).then(|| Proof { name: function.name.to_string(), site: link.site.clone() })
    })
}

fn called(cx: &RuleCx<'_>) -> Option<Proof> {
    let mut called: Vec<Proof> = cx
        .walk
        .visited
        .iter()
        .filter_map(|key| {
            let name = cx.project.function_name(key).filter(|name| asks(name))?;
            Some(Proof { name: name.to_string(), site: cx.project.function_site(key)? })
        })
        .collect();
    called.sort_by(|a, b| (&a.name, &a.site).cmp(&(&b.name, &b.site)));
    called.into_iter().next()
}

/// `if (!session?.user) return ..`: a condition that speaks of whoever is signed in, as the code around an access calls them.
fn condition(cx: &RuleCx<'_>, points: &[Point<'_>], says: &dyn Fn(&str) -> bool) -> Option<Proof> {
    let callers: Vec<&str> =
        points.iter().filter_map(|point| point.access).flat_map(|access| &access.callers).map(|caller| first_word(&caller.expression)).collect();
    let mut found: Vec<Proof> = Vec::new();
    for key in &cx.walk.visited {
        let Some(placed) = cx.project.placed(&key.item) else { continue };
        let segment = &placed.segment;
        let Some(function) = segment.functions.get(key.function.0 as usize) else { continue };
        for stmt in &segment.stmts {
            let StmtKind::If { cond, .. } = &stmt.kind else { continue };
            let about = segment[*cond].span;
            if !function.body_span.contains(about) {
                continue;
            }
            let speaks = segment.exprs.iter().any(|expr| match &expr.kind {
                ExprKind::Name(name) => about.contains(expr.span) && (callers.contains(&name.as_str()) && !is_request(name) || says(name)),
                ExprKind::Member { name, .. } => about.contains(expr.span) && says(name),
                _ => false,
            });
            if speaks {
                found.push(Proof { name: String::new(), site: Site { item: key.item.clone(), span: about } });
            }
        }
    }
    found.sort_by(|a, b| a.site.cmp(&b.site));
    found.into_iter().next()
}

fn first_word(expression: &str) -> &str {
    expression.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').next().unwrap_or_default()
}

/// Much more than the user is read from it.
fn is_request(name: &str) -> bool {
    matches!(name, "req" | "request" | "ctx" | "context" | "c" | "event" | "locals")
}

fn is_person(name: &str) -> bool {
    matches!(name, "user" | "userId" | "user_id" | "session" | "current_user" | "currentUser" | "is_authenticated")
}
