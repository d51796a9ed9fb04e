//! Functions that only pass a statement on: `run(sql, ...args)`. What they ask is asked where they are called.

use super::{Frame, Walker};
use crate::facts::place::Site;
use crate::facts::query::Query;
use crate::model::{BinaryOp, Entry, ExprId, ExprKind, Key, PatternKind, Segment, TemplatePart};
use crate::text::{Name, Span};

/// How a function came to be walked, in the frame before its own.
#[derive(Clone, Copy)]
pub(super) struct Called {
    pub span: Span,
    /// How many of its parameters were given beforehand.
    pub bound: usize,
}

impl Walker<'_> {
    /// Where a question is asked, and what decides about it: in the code that knows what is asked.
    pub(super) fn asked_at(&self, query: &Query, span: Span) -> (Site, Option<Site>) {
        let mut at = self.site(span);
        let Some(mut statement) = query.key.clone().filter(|_| query.is_text) else { return (at, query.key.clone()) };
        for (depth, frame) in self.frames.iter().enumerate().rev() {
            let Some(before) = depth.checked_sub(1).and_then(|depth| self.frames.get(depth)) else { break };
            self.look_at_frames(depth - 1);
            let (Some(called), true) = (frame.called, statement.item == frame.item) else { break };
            let Some((index, name)) = frame.passed_on(statement.span) else { break };
            at = Site { item: before.item.clone(), span: called.span };
            let given = index.checked_sub(called.bound).and_then(|index| argument(&before.segment, called.span, index, &name));
            let Some(given) = given else { break };
            statement = Site { item: before.item.clone(), span: given };
        }
        (at, Some(statement))
    }
}

impl Frame {
    /// The parameter of the running function that is the statement there, or the table in it.
    fn passed_on(&self, statement: Span) -> Option<(usize, Name)> {
        let segment = &self.segment;
        let function = segment.functions.get(self.function?.0 as usize)?;
        let name = segment.exprs.iter().filter(|expr| expr.span == statement).find_map(|expr| passed(segment, &expr.kind))?;
        let index = function.params.iter().position(|param| matches!(&segment[param.pattern].kind, PatternKind::Name(known) if *known == name))?;
        Some((index, name))
    }
}

/// The name that is the statement, or its table.
fn passed(segment: &Segment, statement: &ExprKind) -> Option<Name> {
    match statement {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Template(parts) => parts.windows(2).find_map(|pair| match pair {
            [TemplatePart::Text(text, _), TemplatePart::Hole(hole, _)] if names_table(text) => name_of(segment, *hole),
            _ => None,
        }),
        ExprKind::Binary { op: BinaryOp::Add, left, right } => match &segment[*left].kind {
            ExprKind::Str(text) if names_table(text) => name_of(segment, *right),
            left => passed(segment, left).filter(|_| !matches!(left, ExprKind::Name(_))),
        },
        // `{ sql, args }`
        ExprKind::Object(entries) => entries.iter().find_map(|entry| match entry {
            Entry::Field { key: Key::Name(key), value, .. } if matches!(key.as_str(), "sql" | "text") => name_of(segment, *value),
            _ => None,
        }),
        _ => None,
    }
}

fn name_of(segment: &Segment, expr: ExprId) -> Option<Name> {
    match &segment[expr].kind {
        ExprKind::Name(name) => Some(name.clone()),
        _ => None,
    }
}

/// `SELECT * FROM `: a table's name comes next.
fn names_table(text: &str) -> bool {
    let before = text.trim_end_matches(['"', '`', '[']);
    let word = before.trim_end().rsplit(char::is_whitespace).next().unwrap_or("");
    before.ends_with(char::is_whitespace) && ["from", "into", "update", "join", "table"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// What a call gives a parameter.
fn argument(segment: &Segment, call: Span, index: usize, name: &Name) -> Option<Span> {
    let args = segment.exprs.iter().filter(|expr| expr.span == call).find_map(|expr| match &expr.kind {
        ExprKind::Call { args, .. } => Some(args),
        _ => None,
    })?;
    let by_name = args.iter().find(|arg| arg.name.as_ref() == Some(name));
    let arg = by_name.or_else(|| args.get(index).filter(|arg| arg.name.is_none() && !arg.spread && !arg.by_name))?;
    Some(segment[arg.value].span)
}
