//! Statements that break off.

use super::super::kinds::{Field, Kind};
use super::super::{Child, Ecma};
use super::Pieces;
use crate::model::{ExprId, ExprKind, Handler, LetKind, LoopKind, StmtId, StmtKind};
use crate::text::Span;

const PATTERNS: &[Kind] = &[Kind::Identifier, Kind::ObjectPattern, Kind::ArrayPattern];

impl<'a> Ecma<'a> {
    /// Statements up to the end of what is open.
    pub(super) fn read_statements(&mut self, pieces: &mut Pieces<'a>, out: &mut Vec<StmtId>) {
        while let Some(child) = pieces.peek() {
            match super::word(child) {
                "}" | ")" | "]" if pieces.open > 0 => return,
                "case" | "default" if pieces.open > 0 => return,
                _ => {}
            }
            let before = pieces.at;
            self.deeper(|ecma| ecma.read_statement(pieces, out));
            if pieces.at == before {
                // Nothing that a statement begins with.
                self.take(pieces);
            }
        }
    }

    fn read_statement(&mut self, pieces: &mut Pieces<'a>, out: &mut Vec<StmtId>) {
        let Some(child) = pieces.peek() else { return };
        let start = self.span(child).start;
        if child.kind.is_statement() || child.kind == Kind::Error {
            self.take(pieces);
            self.any_stmt(child, out);
            return self.read_continuation(pieces, out);
        }
        match super::word(child) {
            "export" => self.read_export(pieces, out),
            "const" | "let" | "var" => self.read_declaration(pieces, out),
            "function" => self.read_function_declaration(pieces, out),
            "async" if pieces.behind(1).is_some_and(|next| super::word(next) == "function") => self.read_function_declaration(pieces, out),
            "class" | "abstract" => self.read_class_declaration(pieces, out),
            "return" | "throw" => {
                self.take(pieces);
                let value = self.read_expression(pieces);
                let span = pieces.span_from(start);
                let kind = if super::word(child) == "return" { StmtKind::Return(value) } else { StmtKind::Throw(value) };
                self.emit(span, kind, out);
            }
            "if" => self.read_if(pieces, out),
            "for" => self.read_for(pieces, out),
            "while" => {
                self.take(pieces);
                let cond = Some(self.read_condition(pieces));
                let body = self.read_body(pieces);
                self.emit(pieces.span_from(start), StmtKind::Loop { kind: LoopKind::While, pattern: None, over: None, cond, body }, out);
            }
            "do" => {
                self.take(pieces);
                let body = self.read_body(pieces);
                self.emit(pieces.span_from(start), StmtKind::Loop { kind: LoopKind::While, pattern: None, over: None, cond: None, body }, out);
            }
            "try" | "catch" | "finally" => self.read_try(pieces, out),
            "switch" => self.read_switch(pieces, out),
            "{" => {
                let body = self.read_body(pieces);
                self.emit(pieces.span_from(start), StmtKind::Block(body), out);
            }
            _ => match child.kind {
                Kind::Decorator => {
                    self.take(pieces);
                    let decorator = self.decorator(child);
                    pieces.decorators.push(decorator);
                }
                _ => self.read_expression_statement(pieces, out),
            },
        }
    }

    /// An expression that does something, or else one of which nothing shall be concluded.
    fn read_expression_statement(&mut self, pieces: &mut Pieces<'a>, out: &mut Vec<StmtId>) {
        let from = pieces.at;
        let Some(value) = self.read_expression(pieces) else { return self.read_loose(pieces, out) };
        let span = self.cx.builder.segment[value].span;
        let does_something = match &self.cx.builder.segment[value].kind {
            ExprKind::Call { .. } | ExprKind::Assign { .. } | ExprKind::AssignLogical { .. } | ExprKind::Await(_) | ExprKind::Yield(_) | ExprKind::Other(_) => {
                true
            }
            _ => pieces.at > from + 1 && !matches!(self.cx.builder.segment[value].kind, ExprKind::Str(_)),
        };
        let value = if does_something { value } else { self.push(span, ExprKind::Other(vec![value])) };
        self.emit(span, StmtKind::Expr(value), out);
    }

    /// Pieces that no construct claims: members of an object whose beginning is lost, and the like.
    fn read_loose(&mut self, pieces: &mut Pieces<'a>, out: &mut Vec<StmtId>) {
        let mut loose = Vec::new();
        while let Some(child) = pieces.peek().filter(|child| child.node.is_named() || child.kind == Kind::Comma) {
            if child.kind.is_statement() || child.kind.is_expression() || child.kind == Kind::Error {
                break;
            }
            self.take(pieces);
            loose.push(child);
        }
        self.fragments(&loose, out);
    }

    /// A block, or one statement, finished or not.
    pub(super) fn read_body(&mut self, pieces: &mut Pieces<'a>) -> Vec<StmtId> {
        if let Some(block) = self.accept_kind(pieces, &[Kind::StatementBlock]) {
            return self.block(block);
        }
        let mut out = Vec::new();
        if self.accept(pieces, "{") {
            self.inside(pieces, |ecma, pieces| ecma.read_statements(pieces, &mut out));
            self.accept(pieces, "}");
        } else if pieces.peek().is_some() {
            self.inside(pieces, |ecma, pieces| ecma.read_statement(pieces, &mut out));
        }
        out
    }

    fn read_export(&mut self, pieces: &mut Pieces<'a>, out: &mut Vec<StmtId>) {
        let Some(word) = self.take(pieces) else { return };
        let start = self.span(word).start;
        let default = self.accept(pieces, "default");
        let mut inner = Vec::new();
        // A lone `export` says nothing about the statement at the start of the next line.
        self.inside(pieces, |ecma, pieces| ecma.read_statement(pieces, &mut inner));
        for stmt in inner {
            let span = pieces.span_from(start);
            match self.cx.builder.segment[stmt].kind {
                StmtKind::Let { .. } | StmtKind::Function(_) | StmtKind::Class(_) => self.emit(span, StmtKind::Export { stmt, default }, out),
                StmtKind::Expr(value) if default => self.emit(span, StmtKind::ExportDefault(value), out),
                _ => out.push(stmt),
            }
        }
    }

    fn read_declaration(&mut self, pieces: &mut Pieces<'a>, out: &mut Vec<StmtId>) {
        let Some(word) = self.take(pieces) else { return };
        let start = self.span(word).start;
        let kind = match super::word(word) {
            "const" => LetKind::Const,
            "let" => LetKind::Let,
            _ => LetKind::Var,
        };
        loop {
            if let Some(declarator) = self.accept_kind(pieces, &[Kind::VariableDeclarator]) {
                let span = pieces.span_from(start);
                self.declarator(declarator, span, kind, out);
            } else if let Some(name) = self.accept_kind(pieces, PATTERNS) {
                let pattern = self.pattern(name);
                let ty = self.accept_kind(pieces, &[Kind::TypeAnnotation]);
                let ty = self.annotation(ty);
                let value = if self.accept(pieces, "=") { self.read_expression(pieces) } else { None };
                self.emit(pieces.span_from(start), StmtKind::Let { pattern, value, ty, kind }, out);
            } else {
                return;
            }
            if !self.accept(pieces, ",") {
                return;
            }
        }
    }

    /// `(a)` or what there is of it.
    pub(super) fn read_condition(&mut self, pieces: &mut Pieces<'a>) -> ExprId {
        let whole = self.accept_kind(pieces, &[Kind::ParenthesizedExpression]);
        if let Some(whole) = whole {
            return self.expr(whole);
        }
        let value = if self.accept(pieces, "(") { self.inside(pieces, |ecma, pieces| ecma.read_expression(pieces)).flatten() } else { None };
        self.accept(pieces, ")");
        value.unwrap_or_else(|| self.unknown(Span::at(pieces.end)))
    }

    fn read_if(&mut self, pieces: &mut Pieces<'a>, out: &mut Vec<StmtId>) {
        let Some(word) = self.take(pieces) else { return };
        let start = self.span(word).start;
        let cond = self.read_condition(pieces);
        let then = self.read_body(pieces);
        self.emit(pieces.span_from(start), StmtKind::If { cond, then, otherwise: Vec::new(), removable: false }, out);
        self.read_continuation(pieces, out);
    }

    fn read_for(&mut self, pieces: &mut Pieces<'a>, out: &mut Vec<StmtId>) {
        let Some(word) = self.take(pieces) else { return };
        let start = self.span(word).start;
        let awaited = self.accept(pieces, "await");
        self.accept(pieces, "(");
        let declared = pieces.peek().is_some_and(|child| child.kind == Kind::Operator);
        let goes_over = |child: Option<Child<'a>>| child.is_some_and(|child| matches!(super::word(child), "of" | "in"));
        if !goes_over(pieces.behind(1 + usize::from(declared))) {
            let mut before = Vec::new();
            self.inside(pieces, |ecma, pieces| ecma.read_statements(pieces, &mut before));
            self.accept(pieces, ")");
            let body = self.read_body(pieces);
            let span = pieces.span_from(start);
            self.emit(span, StmtKind::Loop { kind: LoopKind::While, pattern: None, over: None, cond: None, body }, &mut before);
            return self.emit(span, StmtKind::Block(before), out);
        }
        if declared {
            self.take(pieces);
        }
        let target = self.take(pieces);
        let pattern = Some(self.target(target, Span::at(pieces.end)));
        let kind = if pieces.word() == "in" { LoopKind::Keys } else { LoopKind::Each };
        self.take(pieces);
        let over = self.inside(pieces, |ecma, pieces| ecma.read_expression(pieces)).flatten();
        let over = over.map(|over| match awaited {
            true => self.push(self.cx.builder.segment[over].span, ExprKind::Await(over)),
            false => over,
        });
        self.accept(pieces, ")");
        let body = self.read_body(pieces);
        self.emit(pieces.span_from(start), StmtKind::Loop { kind, pattern, over, cond: None, body }, out);
    }

    /// A `try`, or the rest of one that the parser thought complete.
    fn read_try(&mut self, pieces: &mut Pieces<'a>, out: &mut Vec<StmtId>) {
        let start = pieces.peek().map_or(pieces.end, |child| self.span(child).start);
        let body = if self.accept(pieces, "try") { self.read_body(pieces) } else { Vec::new() };
        self.emit(pieces.span_from(start), StmtKind::Try { body, handlers: Vec::new(), otherwise: Vec::new(), finally: Vec::new() }, out);
        self.read_continuation(pieces, out);
    }

    /// `else`, `catch` and `finally` after what was a whole statement without them.
    fn read_continuation(&mut self, pieces: &mut Pieces<'a>, out: &[StmtId]) {
        let Some(last) = out.last().copied() else { return };
        let start = pieces.peek().map_or(pieces.end, |child| self.span(child).start);
        match &self.cx.builder.segment[last].kind {
            StmtKind::Try { .. } => {
                let mut caught = None;
                if self.accept(pieces, "catch") {
                    self.accept(pieces, "(");
                    let pattern = self.accept_kind(pieces, PATTERNS).map(|name| self.pattern(name));
                    self.accept_kind(pieces, &[Kind::TypeAnnotation]);
                    self.accept(pieces, ")");
                    let body = self.read_body(pieces);
                    caught = Some(Handler { pattern, types: Vec::new(), body, span: pieces.span_from(start) });
                }
                let last_body = if self.accept(pieces, "finally") { self.read_body(pieces) } else { Vec::new() };
                self.cx.amend(last);
                if let StmtKind::Try { handlers, finally, .. } = &mut self.cx.builder.segment.stmts[last.0 as usize].kind {
                    handlers.extend(caught);
                    finally.extend(last_body);
                }
            }
            StmtKind::If { .. } if pieces.word() == "else" => {
                self.take(pieces);
                let body = self.read_body(pieces);
                // The `else` belongs to the last `if` of the chain.
                let mut at = last;
                while let StmtKind::If { otherwise, .. } = &self.cx.builder.segment[at].kind
                    && let [next] = otherwise.as_slice()
                {
                    at = *next;
                }
                self.cx.amend(at);
                if let StmtKind::If { otherwise, .. } = &mut self.cx.builder.segment.stmts[at.0 as usize].kind {
                    otherwise.extend(body);
                }
            }
            _ => {}
        }
    }

    /// The subject, then each case behind a condition of which nothing is known.
    fn read_switch(&mut self, pieces: &mut Pieces<'a>, out: &mut Vec<StmtId>) {
        self.take(pieces);
        let subject = self.read_condition(pieces);
        let span = self.cx.builder.segment[subject].span;
        self.emit(span, StmtKind::Expr(subject), out);
        if self.accept(pieces, "{") {
            self.inside(pieces, |ecma, pieces| ecma.read_cases(pieces, out));
            self.accept(pieces, "}");
        }
    }

    fn read_cases(&mut self, pieces: &mut Pieces<'a>, out: &mut Vec<StmtId>) {
        while let Some(child) = pieces.peek() {
            let start = self.span(child).start;
            let mut body = Vec::new();
            let value = match (super::word(child), child.kind) {
                ("}", _) => return,
                ("case", _) => {
                    self.take(pieces);
                    let value = self.read_expression(pieces);
                    self.accept(pieces, ":");
                    self.inside(pieces, |ecma, pieces| ecma.read_statements(pieces, &mut body));
                    value
                }
                (_, Kind::SwitchCase | Kind::SwitchDefault) => {
                    self.take(pieces);
                    let parts = self.children(child.node);
                    for part in parts.iter().filter(|part| part.field == Field::Body) {
                        self.any_stmt(part, &mut body);
                    }
                    parts.field(Field::Value).map(|value| self.expr(value))
                }
                // `default:`, and what does not belong here.
                _ => {
                    self.take(pieces);
                    self.accept(pieces, ":");
                    self.inside(pieces, |ecma, pieces| ecma.read_statements(pieces, &mut body));
                    None
                }
            };
            let span = pieces.span_from(start);
            let cond = self.push(span, ExprKind::Other(value.into_iter().collect()));
            let mut then = Vec::new();
            self.once(span, body, &mut then);
            self.emit(span, StmtKind::If { cond, then, otherwise: Vec::new(), removable: false }, out);
        }
    }
}
