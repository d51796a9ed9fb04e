//! Who a session keeps: `req.session.curatorId = curator.id` beside a password. Whatever people are called in a project, those are they.

use super::Code;
use super::node::Node;
use crate::facts::schema::declared::FileSchema;
use crate::facts::schema::guess::is_kept_for_anybody;
use crate::facts::schema::names::{folded_singular, snake};
use crate::model::{ExprId, ExprKind, PatternId, PatternKind, Placed, Segment};
use crate::text::Name;

const KEYS: [&str; 5] = ["id", "_id", "uid", "uuid", "pk"];

pub(super) fn read(code: &Code<'_>, out: &mut FileSchema) {
    for placed in code.within.iter().copied().filter(|placed| keeps_somebody(&placed.segment)) {
        for index in 0..placed.segment.exprs.len() {
            let ExprKind::Assign { target, op: None, value } = placed.segment.exprs[index].kind else { continue };
            let kept = kept(placed, target, Node { placed, id: value });
            out.kept.extend(kept.filter(|kept| !out.kept.contains(kept)));
        }
    }
}

/// Could it keep somebody in a session because a password was right?
pub(super) fn keeps_somebody(segment: &Segment) -> bool {
    let (mut session, mut password) = (false, false);
    for expr in &segment.exprs {
        if let ExprKind::Name(name) | ExprKind::Member { name, .. } = &expr.kind {
            session |= name == "session";
            password |= says_password(name);
        } else if let ExprKind::Str(text) = &expr.kind {
            password |= says_password(text);
        }
    }
    let is_taken_apart = || segment.patterns.iter().any(|pattern| matches!(&pattern.kind, PatternKind::Name(name) if says_password(name)));
    session && (password || is_taken_apart())
}

fn says_password(name: &str) -> bool {
    let words = ["password", "passwd", "passphrase", "passcode", "pwd", "pin", "pw"];
    name.len() < 40 && snake(name).split('_').any(|word| words.contains(&word))
}

/// The stem of the key, `curator` of `session["curator_id"]`, if what is kept is the key of a row.
fn kept(placed: &Placed, target: PatternId, value: Node<'_>) -> Option<Name> {
    let key = session_key(placed, target)?;
    let snake = snake(&key);
    let stem = KEYS.iter().find_map(|end| snake.strip_suffix(end)).map_or(snake.as_str(), |stem| stem.trim_end_matches('_'));
    if stem.is_empty() || is_kept_for_anybody(stem) {
        return None;
    }
    let folded = |name: &str| folded_singular(name);
    let is_key_of = |base: Option<&Name>, name: &str| KEYS.contains(&name) || name == key && base.is_some_and(|base| folded(base) == folded(stem));
    let of_row = |node: Node<'_>| match node.kind() {
        ExprKind::Member { base, name, .. } => is_key_of(node.at(*base).last_name(), name),
        ExprKind::Index { base, index, .. } => node.at(*index).text().is_some_and(|name| is_key_of(node.at(*base).last_name(), &name)),
        _ => false,
    };
    let is_row = || value.field("id").or_else(|| value.field("_id")).is_some_and(of_row);
    let is_of_row = || match value.kind() {
        ExprKind::Call { args, .. } => args.iter().any(|arg| of_row(value.at(arg.value))) || value.call().is_some_and(|call| called_on(call.callee, &of_row)),
        _ => of_row(value),
    };
    (is_of_row() || is_row()).then(|| Name::from(folded(stem)))
}

/// `row.id.toString()`
fn called_on(callee: Node<'_>, of_row: &dyn Fn(Node<'_>) -> bool) -> bool {
    matches!(callee.kind(), ExprKind::Member { base, .. } if of_row(callee.at(*base)))
}

/// `req.session.curatorId`, `session["curator_id"]`
fn session_key(placed: &Placed, target: PatternId) -> Option<Name> {
    let PatternKind::Place(target) = placed.segment[target].kind else { return None };
    let node = |id: ExprId| Node { placed, id };
    let is_session = |id: ExprId| node(id).last_name().is_some_and(|name| name == "session");
    match node(target).kind() {
        ExprKind::Member { base, name, .. } if is_session(*base) => Some(name.clone()),
        ExprKind::Index { base, index, .. } if is_session(*base) => node(*index).text(),
        _ => None,
    }
}
