//! The arena of one top-level item.

use std::ops::Index;

use super::{Class, Expr, ExprKind, Function, Pattern, PatternKind, Stmt, StmtKind};
use crate::text::Span;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);
    )*};
}

id! {
    /// An expression of this segment.
    ExprId
    /// A statement of this segment.
    StmtId
    /// A pattern (what a value is bound to) of this segment.
    PatternId
    /// A function of this segment.
    FunctionId
    /// A class of this segment.
    ClassId
}

/// A comment, with its marks (`//`, `#`, `/* */`) still on.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment {
    pub span: Span,
    pub text: String,
}

/// One top-level item, lowered. All spans are relative to the item's first byte.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Segment {
    /// Hash of the item's text and grammar: equal hash, equal segment.
    pub hash: u64,
    /// Length in bytes of the item's text.
    pub len: u32,
    /// The item's statements: one, or none for a lone comment.
    pub body: Vec<StmtId>,
    pub exprs: Vec<Expr>,
    pub stmts: Vec<Stmt>,
    pub patterns: Vec<Pattern>,
    pub functions: Vec<Function>,
    pub classes: Vec<Class>,
    pub comments: Vec<Comment>,
    /// Spans of syntax errors and missing tokens: what could not be read.
    pub errors: Vec<Span>,
}

impl Segment {
    /// True if part of the item could not be parsed (somebody is typing).
    pub fn is_incomplete(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Gives back the room that was left for more: what is read once and kept for long is most of a project.
    pub fn shrink_to_fit(&mut self) {
        self.body.shrink_to_fit();
        self.exprs.shrink_to_fit();
        self.stmts.shrink_to_fit();
        self.patterns.shrink_to_fit();
        self.functions.shrink_to_fit();
        self.classes.shrink_to_fit();
        self.comments.shrink_to_fit();
        self.errors.shrink_to_fit();
    }
}

macro_rules! index {
    ($id:ident, $field:ident, $out:ty) => {
        impl Index<$id> for Segment {
            type Output = $out;
            fn index(&self, id: $id) -> &$out {
                &self.$field[id.0 as usize]
            }
        }
    };
}

index!(ExprId, exprs, Expr);
index!(StmtId, stmts, Stmt);
index!(PatternId, patterns, Pattern);
index!(FunctionId, functions, Function);
index!(ClassId, classes, Class);

/// Fills a [`Segment`] while a syntax tree is lowered.
#[derive(Default)]
pub struct Builder {
    pub segment: Segment,
}

impl Builder {
    pub fn expr(&mut self, span: Span, kind: ExprKind) -> ExprId {
        self.segment.exprs.push(Expr { span, kind, asserted: false });
        ExprId(self.segment.exprs.len() as u32 - 1)
    }

    pub fn stmt(&mut self, span: Span, kind: StmtKind) -> StmtId {
        self.segment.stmts.push(Stmt { span, kind });
        StmtId(self.segment.stmts.len() as u32 - 1)
    }

    pub fn pattern(&mut self, span: Span, kind: PatternKind) -> PatternId {
        self.segment.patterns.push(Pattern { span, kind });
        PatternId(self.segment.patterns.len() as u32 - 1)
    }

    pub fn function(&mut self, function: Function) -> FunctionId {
        self.segment.functions.push(function);
        FunctionId(self.segment.functions.len() as u32 - 1)
    }

    pub fn class(&mut self, class: Class) -> ClassId {
        self.segment.classes.push(class);
        ClassId(self.segment.classes.len() as u32 - 1)
    }
}
