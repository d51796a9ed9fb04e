//! A place in code that a fix works on: the expression there, the statement around it, and what its file calls things.

use super::edits::Edits;
use super::literal::Code;
use super::phrasebook;
use super::stack::{self, Wanted};
use crate::model::{ExprId, ExprKind, Placed, StmtKind};
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{Span, lines};

pub struct Here<'p> {
    pub code: Code<'p>,
    pub placed: Placed,
}

impl<'p> Here<'p> {
    pub fn at(project: &'p Project, place: &Place) -> Option<Here<'p>> {
        let code = Code::of(project, &place.file)?;
        let placed = code.model.segment_at(place.span.start)?.clone();
        Some(Here { code, placed })
    }

    pub fn python(&self) -> bool {
        self.code.language == Language::Python
    }

    /// The expression that stands there and nowhere else.
    pub fn expression(&self, span: Span) -> Option<ExprId> {
        let relative = Span::new(span.start.checked_sub(self.placed.start)?, span.end.checked_sub(self.placed.start)?);
        let at = self.placed.segment.exprs.iter().position(|expr| expr.span == relative && !matches!(expr.kind, ExprKind::Other(_)))?;
        Some(ExprId(at as u32))
    }

    pub fn kind(&self, id: ExprId) -> &ExprKind {
        &self.placed.segment[id].kind
    }

    pub fn span(&self, id: ExprId) -> Span {
        self.placed.absolute(self.placed.segment[id].span)
    }

    pub fn text(&self, id: ExprId) -> &str {
        self.span(id).of(&self.code.text)
    }

    /// A name, or members of one: what can be written twice without doing something twice.
    pub fn is_plain(&self, id: ExprId) -> bool {
        match self.kind(id) {
            ExprKind::Name(_) | ExprKind::This => true,
            ExprKind::Member { base, .. } => self.is_plain(*base),
            _ => false,
        }
    }

    /// The innermost statement around a place, if it begins its line and the place belongs to it directly, not to a function in it.
    pub fn statement(&self, place: Span) -> Option<Span> {
        let segment = &self.placed.segment;
        let inside = |span: Span| self.placed.absolute(span).contains(place);
        let around = segment.stmts.iter().filter(|stmt| !matches!(stmt.kind, StmtKind::Block(_)) && inside(stmt.span)).min_by_key(|stmt| stmt.span.len())?;
        let is_crossed = segment
            .functions
            .iter()
            .any(|function| inside(function.body_span) && around.span.contains(function.body_span) && around.span != function.body_span);
        let span = self.placed.absolute(around.span);
        (!is_crossed && lines::begins_line(&self.code.text, span.start)).then_some(span)
    }

    /// How the file names a member of a module, which is brought in if need be: `path.basename`, or `basename` alone.
    pub fn member(&self, module: &str, name: &str, edits: &mut Edits) -> Option<String> {
        if self.python() {
            if let Some(local) = stack::local_export(self.code.model, module, name) {
                return Some(local.to_string());
            }
            if let Some(local) = stack::local_name(self.code.model, module) {
                return Some(format!("{local}.{name}"));
            }
        } else {
            for module in [module.to_owned(), format!("node:{module}")] {
                if let Some(local) = stack::local_export(self.code.model, &module, name) {
                    return Some(local.to_string());
                }
                let whole = ["default", "*"].iter().find_map(|export| stack::local_export(self.code.model, &module, export));
                if let Some(local) = whole {
                    return Some(format!("{local}.{name}"));
                }
            }
        }
        let from = if !self.python() && self.code.text.contains("\"node:") { format!("node:{module}") } else { module.to_owned() };
        self.imported(&Wanted { from, name: Some(name.to_owned()) }, edits)
    }

    /// A whole module of Python.
    pub fn module(&self, module: &str, edits: &mut Edits) -> Option<String> {
        self.imported(&Wanted { from: module.to_owned(), name: None }, edits)
    }

    fn imported(&self, wanted: &Wanted, edits: &mut Edits) -> Option<String> {
        let imported = phrasebook::of(self.code.language)?.import(&self.code, wanted)?;
        if let Some(edit) = imported.edit {
            edits.edit(&self.code.file, edit);
        }
        Some(imported.local.to_string())
    }

    /// Text for this file: with its quotes.
    pub fn quoted(&self, text: &str) -> String {
        text.replace('"', super::edits::quote(&self.code.text, '"').encode_utf8(&mut [0; 4]))
    }
}
