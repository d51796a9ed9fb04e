//! Checks that somebody commented out, and checks that somebody meant to write later.

use super::why::{Flaw, Looked, Why};
use crate::facts::names;
use crate::facts::place::{FunctionKey, Site};
use crate::project::routes::Route;
use crate::rules::raw::RuleCx;
use crate::text::Span;

/// A guard in a comment of the handler, or between its decorators.
pub fn commented_out(cx: &RuleCx<'_>, _route: &Route, key: &FunctionKey) -> Option<Why> {
    let looked = Looked::of(cx, key)?;
    let comment = comments(&looked).find_map(|(span, text)| guard_in(text).map(|name| (span, name)));
    let (span, name) = comment?;
    Some(Why {
        site: Site { item: key.item.clone(), span },
        detail: "AUTHOFF",
        message: format!("The check is switched off: `{name}` is only a comment here."),
        flaw: Flaw::CommentedOut,
    })
}

/// A comment that says that the check is still to be written.
pub fn left_for_later(cx: &RuleCx<'_>, key: &FunctionKey) -> Option<Site> {
    let looked = Looked::of(cx, key)?;
    let span = comments(&looked).find_map(|(span, text)| is_for_later(text).then_some(span))?;
    Some(Site { item: key.item.clone(), span })
}

/// The comments of a function: in its body, and right above it.
fn comments<'l>(looked: &'l Looked<'_>) -> impl Iterator<Item = (Span, &'l str)> {
    let function = looked.function;
    let first = function.decorators.first().map_or(function.span.start, |decorator| looked.segment[*decorator].span.start.min(function.span.start));
    let others = looked.segment.functions.iter().map(|other| other.span).filter(move |other| other.end <= first).map(|other| other.end).max().unwrap_or(0);
    let inner = move |span: Span| {
        // What is written for a function inside of this one is about that one.
        !looked
            .segment
            .functions
            .iter()
            .any(|other| other.span != function.span && function.span.contains(other.span) && other.body_span.contains(span) && other.body.len() > 1)
    };
    looked
        .segment
        .comments
        .iter()
        .filter(move |comment| comment.span.start >= others && comment.span.end <= function.span.end && inner(comment.span))
        .map(|comment| (comment.span, comment.text.as_str()))
}

/// The guard that a comment would call if it were code.
fn guard_in(comment: &str) -> Option<&str> {
    let code = comment.trim_start_matches(['/', '#', '*', ' ', '\t']).trim_end_matches(['*', '/', ' ']);
    let first = code.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '@' | '.' | '$'))).next().unwrap_or_default();
    let is_decorator = code.starts_with('@');
    let begins = matches!(first, "const" | "let" | "var" | "if" | "await" | "return" | "user" | "session" | "permission_classes")
        || is_decorator
        || code.starts_with(first) && code[first.len()..].starts_with('(');
    let ends = code.ends_with([';', ')', '{', '}', ':', ']']) || is_decorator;
    if !begins || !ends {
        return None;
    }
    let mut at = 0;
    while let Some(open) = code.get(at..).and_then(|rest| rest.find('(')).map(|found| at + found) {
        let head = code.get(..open).unwrap_or_default();
        let from = head.rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'))).map_or(0, |before| before + 1);
        if let Some(name) = head.get(from..).filter(|name| is_asking(name)) {
            return Some(name);
        }
        at = open + 1;
    }
    let decorator = code.strip_prefix('@').map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default());
    decorator.filter(|name| names::is_guard(name))
}

fn is_asking(name: &str) -> bool {
    matches!(name, "auth" | "getServerSession" | "getSession" | "verifyToken" | "verifyIdToken" | "getUser" | "jwt_required")
        || names::is_guard(name)
        || names::is_current_user(name)
}

/// `TODO: add auth`, `in production you should check the user here`.
fn is_for_later(comment: &str) -> bool {
    let text = comment.to_ascii_lowercase();
    let later = ["todo", "fixme", "hack", "xxx", "for now", "temporar", "in production", "in a real app", "later"];
    let what =
        ["auth", "login", "log in", "signed in", "sign-in", "permission", "access control", "session check", "role check", "who is calling", "protect this"];
    let near = |from: usize, to: usize| from.abs_diff(to) < 80;
    later.iter().any(|word| text.find(word).is_some_and(|at| what.iter().any(|step| text.find(step).is_some_and(|found| near(at, found)))))
}

#[cfg(test)]
mod tests {
    use super::{guard_in, is_for_later};

    #[test]
    fn code_is_told_from_prose() {
        assert_eq!(guard_in("// const session = await auth();"), Some("auth"));
        assert_eq!(guard_in("// if (!session) return unauthorized();"), None);
        assert_eq!(guard_in("# @login_required"), Some("login_required"));
        assert_eq!(guard_in("// await requireAdmin();"), Some("requireAdmin"));
        assert_eq!(guard_in("// requireAuth(req, res);"), Some("requireAuth"));
        assert_eq!(guard_in("// auth() is called by the wrapper"), None);
        assert_eq!(guard_in("// Callers have to use requireUser() first."), None);
        assert_eq!(guard_in("// See requireUser."), None);
    }

    #[test]
    fn promises_are_recognised() {
        assert!(is_for_later("// TODO: add auth check before production"));
        assert!(is_for_later("# In production you should verify the login here"));
        assert!(!is_for_later("// TODO: paginate"));
        assert!(!is_for_later("// The author is loaded by the layout"));
    }
}
