//! Where the key stands in the code that asks the vendor, and the constant that it may be given a name by.

use crate::fixes::literal::{Code, Extent, Literal};
use crate::model::{BinaryOp, Entry, ExprId, ExprKind, Key, LetKind, PatternKind, Placed, Segment, StmtKind, TemplatePart};
use crate::text::{Name, Span, lines};

/// How the code comes by the key.
pub enum KeyIs<'a> {
    /// Read from a published variable.
    Variable(&'a Name),
    /// Written there.
    Literal(&'a Literal<'a>),
}

/// `const KEY = ...`, used in one place.
pub(super) struct Constant {
    pub name: Name,
    /// Its line; `None` if it must stay.
    pub leaves: Option<Span>,
}

impl Constant {
    pub fn of(code: &Code<'_>, key: &KeyIs<'_>) -> Option<Constant> {
        for placed in &code.model.segments {
            let segment = &placed.segment;
            for stmt in &segment.stmts {
                let StmtKind::Let { pattern, value: Some(value), kind: LetKind::Const, .. } = &stmt.kind else { continue };
                let PatternKind::Name(name) = &segment[*pattern].kind else { continue };
                let is_key = match key {
                    KeyIs::Variable(variable) => reads(segment, *value, variable),
                    KeyIs::Literal(literal) => placed.absolute(segment[*value].span) == literal.span && literal.extent == Extent::Whole,
                };
                if is_key {
                    let leaves =
                        (uses(code, name).count() == 1).then(|| line_of(code, placed.absolute(stmt.span), placed.absolute(segment[*value].span))).flatten();
                    return Some(Constant { name: name.clone(), leaves });
                }
            }
        }
        None
    }
}

/// Where a name of the file is used.
pub(super) fn uses<'c>(code: &'c Code<'_>, name: &'c Name) -> impl Iterator<Item = (&'c Placed, ExprId)> {
    code.model.segments.iter().flat_map(move |placed| {
        let is_it = move |id: &ExprId| matches!(&placed.segment[*id].kind, ExprKind::Name(of) if of == name);
        (0..placed.segment.exprs.len() as u32).map(ExprId).filter(is_it).map(move |id| (placed, id))
    })
}

/// The whole lines of a declaration that declares nothing else.
pub(super) fn line_of(code: &Code<'_>, stmt: Span, value: Span) -> Option<Span> {
    let behind = Span::new(value.end, lines::line_stop(&code.text, value.end)).of(&code.text);
    let is_alone = lines::begins_line(&code.text, stmt.start)
        && stmt.of(&code.text).trim_start_matches("export ").starts_with("const ")
        && matches!(behind.trim(), "" | ";");
    is_alone.then(|| whole_lines(&code.text, Span::new(stmt.start, value.end)))
}

pub(super) fn whole_lines(text: &str, span: Span) -> Span {
    Span::new(lines::line_start(text, span.start), lines::next_line(text, span.end))
}

/// What goes, put together, with the empty line behind it where nothing or another empty one stands before.
pub(super) fn without_gaps(text: &str, leaves: &[Span]) -> Vec<Span> {
    let mut leaves = leaves.to_vec();
    leaves.sort();
    let mut out: Vec<Span> = Vec::new();
    for leave in leaves {
        let mut whole = match out.last() {
            Some(last) if last.end >= leave.start => Span::new(last.start, last.end.max(leave.end)),
            _ => leave,
        };
        let is_empty = |line: u32| Span::new(line, lines::line_stop(text, line)).of(text).trim().is_empty();
        let is_lines = lines::line_start(text, whole.start) == whole.start && lines::line_start(text, whole.end) == whole.end;
        let is_apart = is_lines && lines::previous_line(text, whole.start).is_none_or(is_empty);
        if is_apart && (whole.end as usize) < text.len() && is_empty(whole.end) {
            whole.end = lines::next_line(text, whole.end);
        }
        out.retain(|known| known.end < leave.start);
        out.push(whole);
    }
    out
}

pub(super) struct Sought<'a> {
    pub code: &'a Code<'a>,
    pub placed: &'a Placed,
    pub key: &'a KeyIs<'a>,
    pub constant: Option<&'a Constant>,
}

impl Sought<'_> {
    /// What stands before the key in a value that ends with it (`Bearer ` in `Bearer ${KEY}`), and whether it is there by way of the constant.
    pub fn before_key(&self, expr: ExprId) -> Option<(String, bool)> {
        let segment = &self.placed.segment;
        if let Some(through) = self.is_key(expr) {
            return Some((String::new(), through));
        }
        if let KeyIs::Literal(literal) = self.key
            && self.placed.absolute(segment[expr].span) == literal.span
        {
            return Some((self.before_part(literal)?, false));
        }
        let (before, key) = match &segment[expr].kind {
            ExprKind::Template(parts) => match parts.as_slice() {
                [TemplatePart::Text(before, _), TemplatePart::Hole(hole, _)] => (before.to_string(), *hole),
                _ => return None,
            },
            ExprKind::Binary { op: BinaryOp::Add, left, right } => (text_of(segment, *left)?, *right),
            _ => return None,
        };
        let through = self.is_key(key)?;
        (!before.contains(['`', '$', '\\'])).then_some((before, through))
    }

    fn before_part(&self, literal: &Literal<'_>) -> Option<String> {
        let Extent::Part(part) = literal.extent else { return Some(String::new()) };
        let tokens = literal.tokens();
        let [token] = tokens.as_slice() else { return None };
        let before = Span::new(token.content.start, part.start).of(&self.code.text);
        (part.end == token.content.end && !before.contains(['`', '$', '\\'])).then(|| before.to_owned())
    }

    /// Is it the key itself, and is it there by way of the constant?
    pub fn is_key(&self, expr: ExprId) -> Option<bool> {
        let segment = &self.placed.segment;
        match (&segment[expr].kind, self.key) {
            (ExprKind::Name(name), _) if self.constant.is_some_and(|constant| constant.name == *name) => Some(true),
            (_, KeyIs::Variable(variable)) => reads(segment, expr, variable).then_some(false),
            (_, KeyIs::Literal(literal)) => (literal.extent == Extent::Whole && self.placed.absolute(segment[expr].span) == literal.span).then_some(false),
        }
    }
}

fn reads(segment: &Segment, expr: ExprId, variable: &Name) -> bool {
    matches!(&segment[expr].kind, ExprKind::Member { name, .. } if name == variable)
}

pub(super) fn field(segment: &Segment, object: ExprId, wanted: &str) -> Option<ExprId> {
    let ExprKind::Object(entries) = &segment[object].kind else { return None };
    entries.iter().find_map(|entry| match entry {
        Entry::Field { key: Key::Name(name), value, .. } if name == wanted => Some(*value),
        _ => None,
    })
}

pub(super) fn text_of(segment: &Segment, expr: ExprId) -> Option<String> {
    match &segment[expr].kind {
        ExprKind::Str(text) => Some(text.to_string()),
        _ => None,
    }
}
