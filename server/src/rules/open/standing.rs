//! Was it looked at what the signed-in person may do, beyond who they are? Whatever may be such a look counts.

use crate::facts::catalogue::Reached;
use crate::facts::check::{Fact, Facts, Guard, GuardKind, Root, Symbol};
use crate::facts::event::Event;
use crate::facts::names;
use crate::facts::place::FunctionKey;
use crate::facts::role_words::is_right;
use crate::facts::scope::pattern_names;
use crate::model::{ExprKind, Function, Segment, StmtKind, UnaryOp};
use crate::project::routes::Route;
use crate::rules::ownership::Judge;
use crate::rules::raw::RuleCx;
use crate::text::{FileId, Name, Span};

/// True if a role, a flag, a list of people or something that cannot be looked into may have decided.
pub fn may_be_decided(judge: &Judge<'_>, facts: &Facts) -> bool {
    let is_login = only_a_login_is_unsure(facts);
    let counts = |fact: &&Fact| !(is_login && matches!(fact, Fact::Guard(guard) if guard.kind == GuardKind::Identity));
    judge.is_machine(facts) || judge.is_elevated(facts) || judge.is_delegated(facts) || facts.iter().filter(counts).any(decides)
}

/// Somebody is asked for a login here, and of no guard that cannot be looked into does the name say more than that. Whoever asks
/// for a login at a route does not ask for more where its router is mounted.
pub fn only_a_login_is_unsure(facts: &Facts) -> bool {
    let guards = || facts.iter().filter_map(|fact| if let Fact::Guard(guard) = fact { Some(guard) } else { None });
    let asks = |guard: &Guard| guard.kind == GuardKind::Identity && (guard.sure || names::only_asks_who(&guard.name));
    let is_somewhere_else = |guard: &Guard| guard.site.is_none() && guard.name == "mount";
    let is_known = facts.iter().any(|fact| matches!(fact, Fact::Present(symbol) if is_of_person(symbol) && is_existence(symbol)));
    (is_known || guards().any(asks))
        && guards().filter(|guard| !guard.sure && guard.kind != GuardKind::Limit).all(|guard| asks(guard) || is_somewhere_else(guard))
}

/// Does a condition on the way speak of a role? `session.get("admin")` is the session by all that is known of its value.
pub fn a_condition_names_a_role(cx: &RuleCx<'_>) -> bool {
    names_a_role(cx, |_| true)
}

/// The same of the file the handler stands in: what its guards read is known by what they let through.
pub fn a_condition_beside_it_names_a_role(cx: &RuleCx<'_>, file: &FileId) -> bool {
    names_a_role(cx, |key| key.item.file == *file)
}

fn names_a_role(cx: &RuleCx<'_>, counts: impl Fn(&FunctionKey) -> bool) -> bool {
    let route = cx.walk.route.as_deref();
    let handler = route.and_then(Route::function);
    let is_action = route.is_some_and(|route| route.reached() == Reached::Action);
    // What a handler's marks ask for is known: a guard that reads them says nothing more.
    let reads_marks = |key: &FunctionKey, body: Span| {
        let of_mark = |event: &Event| matches!(event, Event::Effect(effect) if effect.kind == "mark-read" && effect.site.item == key.item && body.contains(effect.site.span));
        cx.walk.events.iter().any(of_mark)
    };
    cx.walk.visited.iter().filter(|key| counts(key)).any(|key| {
        let Some(placed) = cx.project.placed(&key.item) else { return false };
        let segment = &placed.segment;
        let Some(function) = segment.functions.get(key.function.0 as usize) else { return false };
        if reads_marks(key, function.body_span) {
            return false;
        }
        let sent = if handler.as_ref() == Some(key) { sent_to(segment, function, is_action) } else { Vec::new() };
        segment.stmts.iter().any(|stmt| match &stmt.kind {
            StmtKind::If { cond, .. } if function.body_span.contains(stmt.span) => {
                let about = segment[*cond].span;
                let said = || segment.exprs.iter().filter(|expr| about.contains(expr.span));
                // Which of the roles that there are was asked for says nothing of who asks.
                let is_constant = |name: &Name| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
                let is_sent = |name: &Name| sent.contains(name) || is_constant(name);
                if said().all(|expr| !matches!(&expr.kind, ExprKind::Name(name) if !is_sent(name)))
                    && said().any(|expr| matches!(&expr.kind, ExprKind::Name(name) if sent.contains(name)))
                {
                    return false;
                }
                // Everybody has some role: that there is one says nothing.
                let is_mere_presence = match &segment[*cond].kind {
                    ExprKind::Unary { op: UnaryOp::Not, operand } => names_any_role(&segment[*operand].kind),
                    kind => names_any_role(kind),
                };
                !is_mere_presence
                    && said().any(|expr| match &expr.kind {
                        ExprKind::Str(text) => is_role(text),
                        ExprKind::Name(name) | ExprKind::Member { name, .. } => is_role(name),
                        _ => false,
                    })
            }
            _ => false,
        })
    })
}

/// `user.role`, and nothing of which it is.
fn names_any_role(kind: &ExprKind) -> bool {
    matches!(kind, ExprKind::Name(name) | ExprKind::Member { name, .. } if matches!(name.as_str(), "role" | "userRole" | "user_role"))
}

/// The names under which a handler has what it was sent: the arguments of an action, what was read from a body.
fn sent_to(segment: &Segment, function: &Function, is_action: bool) -> Vec<Name> {
    let mut names = Vec::new();
    if is_action {
        function.params.iter().for_each(|param| pattern_names(segment, param.pattern, &mut names, 0));
    }
    let is_read = |expr: &ExprKind| match expr {
        ExprKind::Member { name, .. } => matches!(name.as_str(), "json" | "body" | "params" | "formData" | "get_json"),
        ExprKind::Name(name) => name == "input",
        _ => false,
    };
    for stmt in segment.stmts.iter().filter(|stmt| function.body_span.contains(stmt.span)) {
        if let StmtKind::Let { pattern, value: Some(value), .. } = &stmt.kind {
            let within = segment[*value].span;
            if segment.exprs.iter().any(|expr| within.contains(expr.span) && is_read(&expr.kind)) {
                pattern_names(segment, *pattern, &mut names, 0);
            }
        }
    }
    names
}

fn is_role(text: &str) -> bool {
    // `session["panel_user"]`: whoever signs in at the office has an account of the office's own.
    let is_of_office = |word: &str| matches!(word, "owner" | "panel" | "backoffice" | "operator" | "employee" | "coordinator" | "manager");
    text.len() < 40 && names::words(text).iter().any(|word| is_right(word) || is_of_office(word))
}

fn decides(fact: &Fact) -> bool {
    match fact {
        Fact::Guard(guard) => matches!(guard.kind, GuardKind::Role | GuardKind::Object | GuardKind::Machine | GuardKind::Password) || !guard.sure,
        Fact::Is(symbol, _) | Fact::IsNot(symbol, _) => is_of_person(symbol) && !is_existence(symbol) || names_role(symbol),
        Fact::Among(symbol) | Fact::Matches(symbol, _) | Fact::Tested(symbol, _) | Fact::Fit(symbol) => is_of_person(symbol) || names_role(symbol),
        // Everybody has some role: that there is one says nothing.
        Fact::Present(symbol) if symbol.path.last().is_some_and(|name| matches!(name.as_str(), "role" | "userRole" | "user_role")) => false,
        Fact::Present(symbol) | Fact::Absent(symbol) => names_role(symbol),
        Fact::Same(a, b) | Fact::Contains(a, b) | Fact::Differ(a, b) => is_of_person(a) || is_of_person(b) || names_role(a) || names_role(b),
        Fact::Any(arms) => arms.iter().any(|arm| arm.iter().any(decides)),
    }
}

fn is_of_person(symbol: &Symbol) -> bool {
    symbol.root == Root::Principal
}

fn is_existence(symbol: &Symbol) -> bool {
    symbol.path.is_empty()
}

/// `user.role`, `member.isOwner`, `profile.permissions`: whoever's it is, it is not the caller's word.
fn names_role(symbol: &Symbol) -> bool {
    !matches!(symbol.root, Root::Request(_))
        && symbol.path.iter().any(|name| {
            names::words(name)
                .iter()
                .any(|word| is_right(word) || matches!(word.as_str(), "scope" | "scopes" | "owner" | "level" | "tier" | "groups" | "claims"))
        })
}
