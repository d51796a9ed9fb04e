//! What a page sends to refresh its session becomes part of the token, whatever it is: `useSession().update({ role: "admin" })`.

use super::META;
use crate::model::{Entry, ExprId, ExprKind, Function, Key, PatternKind, Segment};
use crate::rules::exposed::FileCx;
use crate::rules::standing_columns::is_standing;
use crate::rules::{Confidence, Finding, Impact};
use crate::text::{Name, Span};

const SAYS: &str = "a page sends with `update(..)` is taken into the token as it came: whoever is signed in can send a role or somebody else's id, and have it";

/// The `jwt` callback of Auth.js. Its `session` is what `update` was called with in the browser.
pub fn of_file(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let Some(model) = &cx.known.model else { return };
    let mut imports = cx.known.exposure.items.iter().flat_map(|facts| &facts.imports);
    if !imports.any(|import| import.source.starts_with("next-auth") || import.source.starts_with("@auth/")) {
        return;
    }
    for placed in &model.segments {
        let segment = &placed.segment;
        for function in callbacks(segment) {
            let Some(session) = session_of(segment, function) else { continue };
            let Some(span) = taken(segment, function, &session) else { continue };
            let message = format!("What {SAYS}.");
            out.push(cx.finding(&META, "session-update", (Impact::Critical, Confidence::Proven), cx.place(placed.absolute(span)), message));
        }
    }
}

/// `callbacks: { jwt({ .. }) { .. } }`
fn callbacks(segment: &Segment) -> impl Iterator<Item = &Function> {
    let fields = |id: ExprId| match &segment[id].kind {
        ExprKind::Object(entries) => entries.as_slice(),
        _ => &[],
    };
    let named = |entry: &Entry, wanted: &str| match entry {
        Entry::Field { key: Key::Name(name), value, .. } if name == wanted => Some(*value),
        _ => None,
    };
    let objects = segment.exprs.iter().filter_map(|expr| if let ExprKind::Object(entries) = &expr.kind { Some(entries) } else { None });
    let all = objects.flat_map(move |entries| entries.iter().filter_map(move |entry| named(entry, "callbacks")));
    all.flat_map(move |callbacks| fields(callbacks).iter().filter_map(move |entry| named(entry, "jwt"))).filter_map(|value| match &segment[value].kind {
        ExprKind::Function(function) => segment.functions.get(function.0 as usize),
        _ => None,
    })
}

/// How the callback calls what was sent.
fn session_of(segment: &Segment, function: &Function) -> Option<Name> {
    let PatternKind::Object { entries, .. } = &segment[function.params.first()?.pattern].kind else { return None };
    entries.iter().find_map(|entry| match (&entry.key, &segment[entry.pattern].kind) {
        (Key::Name(key), PatternKind::Name(name)) if key == "session" => Some(name.clone()),
        _ => None,
    })
}

/// Where all of it is taken, or a field of it that says what somebody may do or who they are.
fn taken(segment: &Segment, function: &Function, session: &Name) -> Option<Span> {
    let is_sent = |id: ExprId| is_of(segment, id, session);
    let inside = segment.exprs.iter().filter(|expr| function.body_span.contains(expr.span));
    inside.into_iter().find_map(|expr| match &expr.kind {
        ExprKind::Object(entries) => entries.iter().any(|entry| matches!(entry, Entry::Spread { value, .. } if is_sent(*value))).then_some(expr.span),
        ExprKind::Call { callee, args, .. } => {
            let assigns = matches!(&segment[*callee].kind, ExprKind::Member { base, name, .. } if name == "assign" && matches!(&segment[*base].kind, ExprKind::Name(object) if object == "Object"));
            (assigns && args.iter().skip(1).any(|arg| is_sent(arg.value))).then_some(expr.span)
        }
        ExprKind::Assign { target, value, .. } => {
            let PatternKind::Place(place) = &segment[*target].kind else { return None };
            let ExprKind::Member { name, .. } = &segment[*place].kind else { return None };
            let is_right = is_standing(name) || matches!(name.as_str(), "id" | "sub" | "userId");
            let is_field = matches!(&segment[*value].kind, ExprKind::Member { base, .. } if is_sent(*base));
            (is_right && is_field).then_some(expr.span)
        }
        _ => None,
    })
}

/// `session`, `session.user`.
fn is_of(segment: &Segment, id: ExprId, session: &Name) -> bool {
    match &segment[id].kind {
        ExprKind::Name(name) => name == session,
        ExprKind::Member { base, name, .. } => name == "user" && is_of(segment, *base, session),
        _ => false,
    }
}
