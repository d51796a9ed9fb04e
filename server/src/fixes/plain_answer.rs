//! **Answer plainly**: what an error says goes to the log, and the caller gets one sentence.

use super::edits::Edits;
use super::literal::Code;
use super::stack::Wanted;
use super::{Fix, Grade, phrasebook, remove_entry};
use crate::model::visit::{Node, visit};
use crate::model::{Arg, Entry, ExprId, ExprKind, Key, PatternKind, Placed, Segment, StmtId, StmtKind};
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{Name, Span, lines};

const SENTENCE: &str = "\"Something went wrong\"";

pub fn fix(project: &Project, call: &Place) -> Option<Fix> {
    let code = Code::of(project, &call.file)?;
    let placed = code.model.segment_at(call.span.start)?;
    let segment = &*placed.segment;
    let relative = Span::new(call.span.start.checked_sub(placed.start)?, call.span.end.checked_sub(placed.start)?);
    let is_call = |expr: &&crate::model::Expr| expr.span == relative && matches!(expr.kind, ExprKind::Call { .. });
    let ExprKind::Call { args, .. } = &segment.exprs.iter().find(is_call)?.kind else { return None };
    let caught = caught(segment, relative);
    let mut edits = Edits::default();
    let writer = Writer { code: &code, placed, caught: caught.as_ref() };
    let mut answered = false;
    for arg in args.iter().filter(|arg| writer.leaks(arg.value)) {
        writer.argument(arg, &mut answered, &mut edits)?;
    }
    if edits.is_empty() {
        return None;
    }
    writer.log(relative, &mut edits)?;
    Some(Fix {
        title: "Log the error and answer something plain".to_owned(),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: None,
        suppresses: false,
    })
}

/// What the error is called: by the handler around the place, or by the first parameter of a function that answers errors.
fn caught(segment: &Segment, at: Span) -> Option<Name> {
    let named = |pattern: crate::model::PatternId| match &segment[pattern].kind {
        PatternKind::Name(name) => Some(name.clone()),
        _ => None,
    };
    let handlers = segment.stmts.iter().filter_map(|stmt| match &stmt.kind {
        StmtKind::Try { handlers, .. } => Some(handlers),
        _ => None,
    });
    let inner = handlers.flatten().filter(|handler| handler.span.contains(at)).min_by_key(|handler| handler.span.end - handler.span.start);
    if let Some(handler) = inner {
        return handler.pattern.and_then(named);
    }
    let function =
        segment.functions.iter().filter(|function| function.body_span.contains(at)).min_by_key(|function| function.body_span.end - function.body_span.start)?;
    named(function.params.first()?.pattern)
}

struct Writer<'c> {
    code: &'c Code<'c>,
    placed: &'c Placed,
    caught: Option<&'c Name>,
}

impl Writer<'_> {
    fn span(&self, id: ExprId) -> Span {
        self.placed.absolute(self.placed.segment[id].span)
    }

    /// Does the expression name the error, or its trace?
    fn leaks(&self, id: ExprId) -> bool {
        let segment = &self.placed.segment;
        let whole = segment[id].span;
        segment.exprs.iter().filter(|expr| whole.contains(expr.span)).any(|expr| match &expr.kind {
            ExprKind::Name(name) => Some(name) == self.caught || name.starts_with("format_exc"),
            ExprKind::Member { name, .. } => name.starts_with("format_exc"),
            _ => false,
        })
    }

    fn argument(&self, arg: &Arg, answered: &mut bool, edits: &mut Edits) -> Option<()> {
        let segment = &self.placed.segment;
        let file = &self.code.file;
        match &segment[arg.value].kind {
            ExprKind::Object(entries) => {
                for entry in entries {
                    let Entry::Field { key, value, span, shorthand, .. } = entry else {
                        if self.leaks_in(entry) {
                            return None;
                        }
                        continue;
                    };
                    if !self.leaks(*value) {
                        continue;
                    }
                    let Key::Name(name) = key else { return None };
                    let is_trace = matches!(name.as_str(), "stack" | "trace" | "traceback" | "details" | "stackTrace" | "stack_trace");
                    match (*answered || is_trace && entries.len() > 1, *shorthand) {
                        (true, _) => edits.replace(file, remove_entry::extent(&self.code.text, self.placed.absolute(*span))?, ""),
                        (false, true) => {
                            edits.replace(file, self.span(*value), format!("{name}: {SENTENCE}"));
                            *answered = true;
                        }
                        (false, false) => {
                            edits.replace(file, self.span(*value), SENTENCE);
                            *answered = true;
                        }
                    }
                }
            }
            _ => {
                edits.replace(file, self.span(arg.value), SENTENCE);
                *answered = true;
            }
        }
        Some(())
    }

    fn leaks_in(&self, entry: &Entry) -> bool {
        match entry {
            Entry::Field { value, .. } | Entry::Spread { value, .. } => self.leaks(*value),
        }
    }

    /// A line before the statement that answers.
    fn log(&self, call: Span, edits: &mut Edits) -> Option<()> {
        let segment = &self.placed.segment;
        let statement = self.statement(call)?;
        let at = self.placed.absolute(segment[statement].span).start;
        let text = &self.code.text;
        if !lines::begins_line(text, at) {
            return None;
        }
        let end = lines::line_end(text);
        let indent = lines::indentation(text, at);
        let body = self.logged_already(call);
        if body {
            return Some(());
        }
        if self.code.language == Language::Python {
            let wanted = Wanted { from: "logging".to_owned(), name: None };
            let imported = phrasebook::of(self.code.language)?.import(self.code, &wanted)?;
            if let Some(edit) = imported.edit {
                edits.edit(&self.code.file, edit);
            }
            edits.insert(&self.code.file, at, format!("{}.exception(\"request failed\"){end}{indent}", imported.local));
        } else {
            let caught = self.caught?;
            edits.insert(&self.code.file, at, format!("console.error({caught});{end}{indent}"));
        }
        Some(())
    }

    /// The innermost statement around the call.
    fn statement(&self, call: Span) -> Option<StmtId> {
        let segment = &self.placed.segment;
        let around = segment.stmts.iter().enumerate().filter(|(_, stmt)| stmt.span.contains(call));
        let (at, _) = around.min_by_key(|(_, stmt)| stmt.span.end - stmt.span.start)?;
        Some(StmtId(at as u32))
    }

    /// The same handler writes the error to a log.
    fn logged_already(&self, call: Span) -> bool {
        let segment = &self.placed.segment;
        let handlers = segment.stmts.iter().filter_map(|stmt| match &stmt.kind {
            StmtKind::Try { handlers, .. } => Some(handlers),
            _ => None,
        });
        let Some(handler) = handlers.flatten().filter(|handler| handler.span.contains(call)).min_by_key(|handler| handler.span.end - handler.span.start) else {
            return false;
        };
        let mut found = false;
        visit(segment, |node, _| {
            if let Node::Expr(id) = node
                && handler.span.contains(segment[id].span)
                && let ExprKind::Call { callee, args, .. } = &segment[id].kind
                && let ExprKind::Member { base, name, .. } = &segment[*callee].kind
                && matches!(&segment[*base].kind, ExprKind::Name(base) if matches!(base.as_str(), "console" | "logger" | "log" | "logging"))
            {
                found |= name == "exception" || args.iter().any(|arg| self.leaks(arg.value));
            }
        });
        found
    }
}
