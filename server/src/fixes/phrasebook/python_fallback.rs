//! `os.environ.get("X", "literal")` and its kin: the literal is used, silently, whenever the variable is missing.

use super::Fallback;
use super::ecma_fallback::is_screaming;
use crate::fixes::literal::Literal;
use crate::fixes::{TextEdit, edits};
use crate::model::{Arg, Class, ExprId, ExprKind, Field, LogicalOp, PatternId, PatternKind, StmtId, StmtKind};
use crate::text::{Name, Span, lines};

pub(super) fn fallback(literal: &Literal) -> Option<Fallback> {
    if let Some(found) = setting(literal) {
        return Some(found);
    }
    let segment = literal.segment();
    let parent = *literal.around().first()?;
    match &segment[parent].kind {
        ExprKind::Call { callee, args, .. } => argument(literal, parent, *callee, args),
        ExprKind::Logical { op: LogicalOp::Or, left, right } if *right == literal.id => {
            let read = read(literal, *left)?;
            Some(read.instead_of(literal.absolute(parent)))
        }
        ExprKind::Cond { then, otherwise, .. } if *otherwise == literal.id => {
            let read = read(literal, *then)?;
            Some(read.instead_of(literal.absolute(parent)))
        }
        ExprKind::Assign { target, op: None, value } if *value == literal.id => assigned(literal, parent, *target),
        _ => None,
    }
}

/// An expression that reads a variable, and the words that read it without a way out.
struct Reading {
    name: Name,
    /// Empty where `os` is not at hand.
    words: String,
}

impl Reading {
    fn instead_of(self, span: Span) -> Fallback {
        let edits = if self.words.is_empty() { Vec::new() } else { vec![TextEdit { span, text: self.words }] };
        Fallback { name: self.name, edits, whole: Some(span), assigns: false, refuses: false }
    }
}

fn read(literal: &Literal, id: ExprId) -> Option<Reading> {
    let segment = literal.segment();
    match &segment[id].kind {
        ExprKind::Call { callee, args, .. } => called(literal, *callee, args),
        ExprKind::Index { base, index, .. } if is_environment(literal, *base) => {
            Some(Reading { name: text_of(literal, *index)?, words: literal.text_of(id).to_owned() })
        }
        _ => None,
    }
}

/// `os.environ.get("X", …)`, `os.getenv("X", …)`, `getenv("X", …)`, `st.secrets.get("X", …)`.
fn called(literal: &Literal, callee: ExprId, args: &[Arg]) -> Option<Reading> {
    let segment = literal.segment();
    let first = args.first().filter(|arg| arg.name.is_none() && !arg.spread)?.value;
    let name = text_of(literal, first)?;
    let key = literal.text_of(first);
    let words = match &segment[callee].kind {
        ExprKind::Name(called) if called == "getenv" => String::new(),
        ExprKind::Member { base, name, .. } if name == "getenv" => format!("{}.environ[{key}]", literal.text_of(*base)),
        ExprKind::Member { base, name, .. } if matches!(name.as_str(), "get" | "setdefault") && is_environment(literal, *base) => {
            format!("{}[{key}]", literal.text_of(*base))
        }
        _ => return None,
    };
    Some(Reading { name, words })
}

/// `os.environ`, `environ`, `st.secrets`.
fn is_environment(literal: &Literal, id: ExprId) -> bool {
    match &literal.segment()[id].kind {
        ExprKind::Name(name) => name == "environ",
        ExprKind::Member { name, .. } => matches!(name.as_str(), "environ" | "secrets"),
        _ => false,
    }
}

fn argument(literal: &Literal, call: ExprId, callee: ExprId, args: &[Arg]) -> Option<Fallback> {
    let segment = literal.segment();
    let position = args.iter().position(|arg| arg.value == literal.id)?;
    let arg = args.get(position)?;
    let is_default = arg.name.as_deref().is_none_or(|name| name == "default") && !arg.spread;
    if position == 0 || !is_default {
        return None;
    }
    let span = literal.absolute(call);
    if let Some(reading) = called(literal, callee, args) {
        let sets = matches!(&segment[callee].kind, ExprKind::Member { name, .. } if name == "setdefault");
        let statement = segment.stmts.iter().position(|stmt| matches!(stmt.kind, StmtKind::Expr(id) if id == call));
        return match statement.filter(|_| sets) {
            Some(at) => Some(without(literal, StmtId(at as u32), reading.name)),
            None => Some(reading.instead_of(span)),
        };
    }
    // `config("X", default="literal")`, `env("X", "literal")`, `env.str("X", default="literal")`.
    let reader = match &segment[callee].kind {
        ExprKind::Name(name) => name,
        ExprKind::Member { base, name, .. } if matches!(name.as_str(), "str" | "get_value" | "get" | "url" | "db_url") => match &segment[*base].kind {
            ExprKind::Name(base) => base,
            _ => return None,
        },
        _ => return None,
    };
    let name = text_of(literal, args.first()?.value)?;
    let before = args.get(position.checked_sub(1)?)?;
    let cut = literal.placed.absolute(Span::new(before.span.end, arg.span.end));
    (matches!(reader.as_str(), "config" | "env" | "Config" | "get_env" | "getenv" | "environ") && is_screaming(&name)).then(|| Fallback {
        name,
        edits: vec![cut_out(cut)],
        whole: Some(span),
        assigns: false,
        refuses: false,
    })
}

fn cut_out(span: Span) -> TextEdit {
    TextEdit { span, text: String::new() }
}

/// `os.environ["X"] = "literal"`.
fn assigned(literal: &Literal, assignment: ExprId, target: PatternId) -> Option<Fallback> {
    let segment = literal.segment();
    let PatternKind::Place(place) = segment[target].kind else { return None };
    let ExprKind::Index { base, index, .. } = segment[place].kind else { return None };
    let name = text_of(literal, index).filter(|_| is_environment(literal, base))?;
    let at = segment.stmts.iter().position(|stmt| matches!(stmt.kind, StmtKind::Expr(id) if id == assignment))?;
    Some(without(literal, StmtId(at as u32), name))
}

/// The statement goes; a block that would be left empty keeps a `pass`.
fn without(literal: &Literal, id: StmtId, name: Name) -> Fallback {
    let text = &literal.code.text;
    let segment = literal.segment();
    let span = literal.placed.absolute(segment[id].span);
    let top = segment.body.contains(&id);
    let edit = if top || has_sibling(text, span) { edits::without_statement(text, span) } else { TextEdit { span, text: "pass".to_owned() } };
    Fallback { name, edits: vec![edit], whole: None, assigns: true, refuses: false }
}

/// True if the line before or behind is as deep, so that the block goes on without this statement.
fn has_sibling(text: &str, span: Span) -> bool {
    if !lines::begins_line(text, span.start) {
        return false;
    }
    let indent = lines::indentation(text, span.start);
    let is_equal = |line: u32| {
        let rest = Span::new(line, lines::line_stop(text, line)).of(text);
        lines::indentation(text, line) == indent && !rest.trim().is_empty() && !rest.trim_start().starts_with('#')
    };
    let above = lines::previous_line(text, lines::line_start(text, span.start));
    let below = lines::next_line(text, span.end);
    above.is_some_and(is_equal) || (below as usize) < text.len() && is_equal(below)
}

/// A field of a settings class: `x: str = "literal"`, `x: str = Field(default="literal")`.
fn setting(literal: &Literal) -> Option<Fallback> {
    let segment = literal.segment();
    for class in segment.classes.iter().filter(|class| is_settings(literal, class)) {
        for field in &class.fields {
            let (Some(ty), Some(value)) = (&field.ty, field.value) else { continue };
            if value == literal.id {
                let cut = literal.placed.absolute(Span::new(ty.span.end, segment[value].span.end));
                let cut = Span::new(cut.start, cut.end.max(literal.span.end));
                return Some(Fallback { name: variable(literal, class, field, &[]), edits: vec![cut_out(cut)], whole: None, assigns: false, refuses: false });
            }
            let ExprKind::Call { callee, args, .. } = &segment[value].kind else { continue };
            let is_field = matches!(&segment[*callee].kind, ExprKind::Name(name) | ExprKind::Member { name, .. } if name == "Field");
            let Some(position) = args.iter().position(|arg| arg.value == literal.id).filter(|_| is_field) else { continue };
            let is_default = match args.get(position)?.name.as_deref() {
                None => position == 0,
                Some(name) => name == "default",
            };
            if is_default {
                let cut = argument_with_comma(args, position)?;
                let edits = vec![cut_out(literal.placed.absolute(cut))];
                return Some(Fallback { name: variable(literal, class, field, args), edits, whole: None, assigns: false, refuses: false });
            }
        }
    }
    None
}

fn is_settings(literal: &Literal, class: &Class) -> bool {
    class.bases.iter().any(|base| match &literal.segment()[*base].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => name.ends_with("BaseSettings"),
        _ => false,
    })
}

/// The argument and the comma that parts it from its neighbour.
fn argument_with_comma(args: &[Arg], position: usize) -> Option<Span> {
    let arg = args.get(position)?.span;
    Some(match (args.get(position + 1), position.checked_sub(1).and_then(|before| args.get(before))) {
        (Some(next), _) => Span::new(arg.start, next.span.start),
        (None, Some(before)) => Span::new(before.span.end, arg.end),
        (None, None) => arg,
    })
}

/// The variable that pydantic reads for a field: its alias, else the class's prefix and the field's name.
fn variable(literal: &Literal, class: &Class, field: &Field, args: &[Arg]) -> Name {
    let alias = args.iter().filter(|arg| matches!(arg.name.as_deref(), Some("alias" | "validation_alias" | "env"))).find_map(|arg| text_of(literal, arg.value));
    let text = literal.placed.absolute(class.span).of(&literal.code.text);
    let prefix = text.find("env_prefix").and_then(|at| {
        let value = text.get(at + "env_prefix".len()..)?.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|c| "\"'".contains(*c))?;
        value.get(1..)?.split(quote).next()
    });
    alias.unwrap_or_else(|| Name::from(format!("{}{}", prefix.unwrap_or(""), field.name).to_ascii_uppercase()))
}

fn text_of(literal: &Literal, id: ExprId) -> Option<Name> {
    match &literal.segment()[id].kind {
        ExprKind::Str(text) => Some(Name::from(&**text)),
        _ => None,
    }
}
