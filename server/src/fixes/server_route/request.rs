//! `fetch(address, { method: "POST", headers: { ... } })`, one header of which holds the key.

use super::scaffold::quoted;
use crate::fixes::literal::{Code, Extent, Literal};
use crate::fixes::remove_entry;
use crate::model::{BinaryOp, CallKind, Entry, ExprId, ExprKind, Key, LetKind, PatternKind, Placed, Segment, StmtKind, TemplatePart};
use crate::text::{Name, Span, lines};

/// How the code comes by the key.
pub enum KeyIs<'a> {
    /// Read from a published variable.
    Variable(&'a Name),
    /// Written there.
    Literal(&'a Literal<'a>),
}

pub struct Request {
    pub address: String,
    pub address_span: Span,
    /// The header with the key, and what stands before the key in its value.
    secret: (String, String),
    /// The other headers, whose values are known.
    headers: Vec<(String, String)>,
    /// What goes: the header, and the constant that only it used.
    pub leaves: Vec<Span>,
}

impl Request {
    /// The one request of the file that carries the key. `within`: it holds this place.
    pub fn of(code: &Code<'_>, key: &KeyIs<'_>, within: Option<Span>) -> Option<Request> {
        let constant = Constant::of(code, key);
        let mut found = None;
        for placed in &code.model.segments {
            for id in (0..placed.segment.exprs.len() as u32).map(ExprId) {
                let is_it = within.is_none_or(|within| placed.absolute(placed.segment[id].span).contains(within));
                let Some(request) = is_it.then(|| Request::at(code, placed, id, key, constant.as_ref())).flatten() else { continue };
                if found.replace(request).is_some() {
                    return None;
                }
            }
        }
        found
    }

    fn at(code: &Code<'_>, placed: &Placed, id: ExprId, key: &KeyIs<'_>, constant: Option<&Constant>) -> Option<Request> {
        let segment = &placed.segment;
        let ExprKind::Call { callee, args, kind: CallKind::Plain, .. } = &segment[id].kind else { return None };
        let [address, options] = args.as_slice() else { return None };
        let (ExprKind::Name(callee), ExprKind::Str(text)) = (&segment[*callee].kind, &segment[address.value].kind) else { return None };
        if callee != "fetch" || text_of(segment, field(segment, options.value, "method")?)? != "POST" {
            return None;
        }
        let ExprKind::Object(entries) = &segment[field(segment, options.value, "headers")?].kind else { return None };
        let (mut secret, mut headers) = (None, Vec::new());
        for entry in entries {
            let Entry::Field { key: Key::Name(name), value, span, .. } = entry else { return None };
            let sought = Sought { code, placed, key, constant };
            match (sought.before_key(*value), text_of(segment, *value)) {
                (Some((before, through)), _) if secret.is_none() => secret = Some((name.to_string(), before, placed.absolute(*span), through)),
                (None, Some(text)) => headers.push((name.to_string(), text)),
                _ => return None,
            }
        }
        let (name, before, span, through) = secret?;
        let mut leaves = vec![remove_entry::extent(&code.text, span)?];
        if through {
            leaves.push(constant?.leaves?);
        }
        Some(Request { address: text.to_string(), address_span: placed.absolute(segment[address.value].span), secret: (name, before), headers, leaves })
    }

    /// All headers, as code; `key` is what the key is called there.
    pub fn headers_with(&self, key: &str) -> impl Iterator<Item = (&str, String)> {
        let (name, before) = &self.secret;
        let value = if before.is_empty() { key.to_owned() } else { format!("`{before}${{{key}}}`") };
        self.headers.iter().map(|(name, value)| (name.as_str(), quoted(value))).chain([(name.as_str(), value)])
    }
}

/// `const KEY = ...`, used in one place.
struct Constant {
    name: Name,
    /// Its line; `None` if it must stay.
    leaves: Option<Span>,
}

impl Constant {
    fn of(code: &Code<'_>, key: &KeyIs<'_>) -> Option<Constant> {
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
                    let leaves = (uses(code, name) == 1).then(|| line_of(code, placed.absolute(stmt.span), placed.absolute(segment[*value].span))).flatten();
                    return Some(Constant { name: name.clone(), leaves });
                }
            }
        }
        None
    }
}

fn uses(code: &Code<'_>, name: &Name) -> usize {
    let exprs = code.model.segments.iter().flat_map(|placed| placed.segment.exprs.iter());
    exprs.filter(|expr| matches!(&expr.kind, ExprKind::Name(of) if of == name)).count()
}

/// The whole line of a declaration that declares nothing else and is not exported.
fn line_of(code: &Code<'_>, stmt: Span, value: Span) -> Option<Span> {
    let behind = Span::new(value.end, lines::line_stop(&code.text, value.end)).of(&code.text);
    let is_alone = lines::begins_line(&code.text, stmt.start) && stmt.of(&code.text).starts_with("const ") && matches!(behind.trim(), "" | ";");
    is_alone.then(|| Span::new(lines::line_start(&code.text, stmt.start), lines::next_line(&code.text, value.end)))
}

struct Sought<'a> {
    code: &'a Code<'a>,
    placed: &'a Placed,
    key: &'a KeyIs<'a>,
    constant: Option<&'a Constant>,
}

impl Sought<'_> {
    /// What stands before the key in a value that ends with it (`Bearer ` in `Bearer ${KEY}`), and whether it is there by way of the constant.
    fn before_key(&self, expr: ExprId) -> Option<(String, bool)> {
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

    fn is_key(&self, expr: ExprId) -> Option<bool> {
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

fn field(segment: &Segment, object: ExprId, wanted: &str) -> Option<ExprId> {
    let ExprKind::Object(entries) = &segment[object].kind else { return None };
    entries.iter().find_map(|entry| match entry {
        Entry::Field { key: Key::Name(name), value, .. } if name == wanted => Some(*value),
        _ => None,
    })
}

fn text_of(segment: &Segment, expr: ExprId) -> Option<String> {
    match &segment[expr].kind {
        ExprKind::Str(text) => Some(text.to_string()),
        _ => None,
    }
}
