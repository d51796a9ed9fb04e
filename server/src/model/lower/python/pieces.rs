//! Structure in code that does not parse. The parser leaves a class or function whose last line is half-typed as loose
//! pieces, headers and all; indentation says what belongs to what, so that finished methods stay methods, and finished
//! statements stay in their function, while somebody types the next one.

use tree_sitter::Node;

use super::kind::Kind;
use super::{Part, Reader};
use crate::model::{Class, ExprId, Function, FunctionId, LoopKind, Param, StmtId, StmtKind, TypeRef};
use crate::text::{Name, Span};

/// A child of a syntax error.
#[derive(Clone, Copy)]
pub(super) struct Piece<'n> {
    pub part: Part<'n>,
    /// Keywords and punctuation as written; empty for everything else.
    pub word: &'n str,
    /// The indentation, if it is the first thing on its line.
    pub column: Option<u32>,
}

/// Pieces not read yet.
pub(super) struct Pieces<'p, 'n> {
    rest: &'p [Piece<'n>],
    /// The end of the last piece that was read.
    pub end: u32,
}

impl<'p, 'n> Pieces<'p, 'n> {
    pub(super) fn new(pieces: &'p [Piece<'n>]) -> Self {
        Pieces { rest: pieces, end: 0 }
    }

    /// The next piece, if it is indented by `floor` at least or stands in the line of the piece before it.
    fn peek(&self, floor: u32) -> Option<Piece<'n>> {
        self.rest.first().copied().filter(|piece| piece.column.is_none_or(|column| column >= floor))
    }
}

impl<'t, 'n> Reader<'t, 'n> {
    pub(super) fn pieces(&mut self, error: Node<'n>) -> Vec<Piece<'n>> {
        let mut pieces = Vec::new();
        self.cursor.reset(error);
        let mut more = self.cursor.goto_first_child();
        while more {
            let part = self.part_at_cursor();
            self.piece(part, &mut pieces);
            more = self.cursor.goto_next_sibling();
        }
        pieces
    }

    pub(super) fn piece(&mut self, part: Part<'n>, pieces: &mut Vec<Piece<'n>>) {
        if part.kind == Kind::Comment {
            return self.cx.comment(part.node);
        }
        let word = if part.kind.is_token() { part.node.kind() } else { "" };
        let column = self.column(self.span(part.node).start);
        pieces.push(Piece { part, word, column });
    }

    /// The indentation of what starts at `at`, if nothing stands before it on its line. Tabs count as in the grammar.
    fn column(&self, at: u32) -> Option<u32> {
        let before = self.cx.text.get(..at as usize)?.bytes().rev();
        let mut column = 0;
        for byte in before {
            match byte {
                b' ' => column += 1,
                b'\t' => column += 8,
                b'\n' | b'\r' => return Some(column),
                _ => return None,
            }
        }
        Some(column)
    }

    fn take(&mut self, pieces: &mut Pieces<'_, 'n>) {
        if let [first, rest @ ..] = pieces.rest {
            pieces.end = self.span(first.part.node).end;
            pieces.rest = rest;
        }
    }

    /// Reads what is indented by `floor` at least. Members of a class go to `class`, all else to `out`.
    pub(super) fn read_pieces(&mut self, pieces: &mut Pieces<'_, 'n>, floor: u32, mut class: Option<&mut Class>, out: &mut Vec<StmtId>) {
        let mut decorators: Vec<ExprId> = Vec::new();
        let mut run: Vec<ExprId> = Vec::new();
        // The indentation of the line, and of the line in which the run began.
        let (mut line, mut run_line) = (floor, floor);
        while let Some(piece) = pieces.peek(floor) {
            let before = self.stray.len();
            let part = piece.part;
            line = piece.column.unwrap_or(line);
            let goes_on = piece.column.is_none_or(|column| column > run_line) && !part.kind.is_statement() && !part.kind.is_clause();
            if !goes_on {
                self.end_run(&mut run, out);
            }
            if run.is_empty() {
                run_line = line;
            }
            let is_header = piece.column.is_some() && opens(piece.word) && self.down();
            if is_header {
                self.end_run(&mut run, out);
                match piece.word {
                    "def" | "async" | "class" => self.definition(pieces, &mut decorators, class.as_deref_mut(), out),
                    _ => self.compound(pieces, out),
                }
                self.up();
            } else {
                self.take(pieces);
                match part.kind {
                    Kind::Decorator => decorators.push(self.only(part.node)),
                    Kind::FunctionDefinition if !decorators.is_empty() => {
                        let function = self.function(part.node, std::mem::take(&mut decorators));
                        let span = self.span(part.node);
                        self.put_function(function, span, class.as_deref_mut(), out);
                    }
                    _ => self.loose(part, pieces, class.as_deref_mut(), &mut run, out),
                }
            }
            self.settle(before, out);
        }
        run.append(&mut decorators);
        self.end_run(&mut run, out);
    }

    /// A piece that opens nothing.
    fn loose(&mut self, part: Part<'n>, pieces: &mut Pieces<'_, 'n>, class: Option<&mut Class>, run: &mut Vec<ExprId>, out: &mut Vec<StmtId>) {
        match (part.kind, class) {
            (kind, Some(class)) if kind.is_statement() || kind == Kind::Error => self.class_member(part, class),
            (kind, _) if kind.is_statement() || kind.is_clause() => self.statement(part, out),
            (Kind::Identifier | Kind::Attribute | Kind::Subscript, _) => match self.finished_value(pieces) {
                Some(value) => {
                    self.take(pieces);
                    self.take(pieces);
                    run.push(self.loose_assignment(part, value));
                }
                None => run.push(self.expr(part)),
            },
            (kind, _) if is_expression(kind) => run.push(self.expr(part)),
            _ => {}
        }
    }

    /// The value in `= value` if nothing follows it on its line, as `(` does in `x = f(`.
    fn finished_value(&self, pieces: &Pieces<'_, 'n>) -> Option<Part<'n>> {
        let [equals, value, after @ ..] = pieces.rest else { return None };
        let ends = after.first().is_none_or(|next| next.column.is_some());
        (equals.word == "=" && is_expression(value.part.kind) && ends).then_some(value.part)
    }

    /// `def f(...) -> T:` or `class A(...):` and what is indented below it.
    fn definition(&mut self, pieces: &mut Pieces<'_, 'n>, decorators: &mut Vec<ExprId>, class: Option<&mut Class>, out: &mut Vec<StmtId>) {
        let Some(first) = pieces.rest.first().copied() else { return };
        let floor = first.column.unwrap_or(0) + 1;
        let start = self.span(first.part.node).start;
        self.take(pieces);
        let is_async = first.word == "async";
        if is_async && pieces.peek(floor).is_some_and(|piece| piece.word == "def") {
            self.take(pieces);
        }
        let name = pieces.peek(floor).filter(|piece| piece.part.kind == Kind::Identifier);
        let Some(name) = name else { return };
        self.take(pieces);
        let decorators = std::mem::take(decorators);
        let name = (self.cx.name_of(name.part.node), self.span(name.part.node));
        if first.word == "class" {
            let class = self.class_of_pieces(pieces, floor, start, name, decorators);
            let class = self.cx.builder.class(class);
            out.push(self.cx.builder.stmt(Span::new(start, pieces.end.max(start)), StmtKind::Class(class)));
            return;
        }
        let function = self.function_of_pieces(pieces, floor, start, name, decorators, is_async);
        self.put_function(function, Span::new(start, pieces.end.max(start)), class, out);
    }

    fn put_function(&mut self, function: FunctionId, span: Span, class: Option<&mut Class>, out: &mut Vec<StmtId>) {
        match class {
            Some(class) => class.methods.push(function),
            None => out.push(self.cx.builder.stmt(span, StmtKind::Function(function))),
        }
    }

    fn class_of_pieces(&mut self, pieces: &mut Pieces<'_, 'n>, floor: u32, start: u32, name: (Name, Span), decorators: Vec<ExprId>) -> Class {
        let mut class = Class::empty(name, decorators, Span::at(start));
        while let Some(piece) = pieces.peek(floor).filter(|piece| !piece.part.kind.is_statement()) {
            self.take(pieces);
            match piece.part.kind {
                Kind::ArgumentList => self.bases(piece.part, &mut class),
                _ if piece.word == ":" => break,
                kind if is_expression(kind) => class.bases.push(self.expr(piece.part)),
                _ => {}
            }
        }
        let around = std::mem::replace(&mut self.in_class, true);
        let mut statements = Vec::new();
        self.read_pieces(pieces, floor, Some(&mut class), &mut statements);
        self.in_class = around;
        class.statements.append(&mut statements);
        class.span = Span::new(start, pieces.end.max(start));
        class
    }

    fn function_of_pieces(
        &mut self,
        pieces: &mut Pieces<'_, 'n>,
        floor: u32,
        start: u32,
        name: (Name, Span),
        decorators: Vec<ExprId>,
        is_async: bool,
    ) -> FunctionId {
        let (name, name_span) = name;
        let (params, params_span, returns) = self.signature_of_pieces(pieces, floor, name_span.end);
        let (kind, is_static) = self.function_kind(&name, &decorators);
        let mut body = Vec::new();
        let body_start = pieces.peek(floor).map(|piece| self.span(piece.part.node).start);
        let ((), is_generator) = self.inside_function(|reader| reader.read_pieces(pieces, floor, None, &mut body));
        let end = pieces.end.max(start);
        self.mark_unfinished(Span::new(start, end));
        self.cx.builder.function(Function {
            name,
            name_span,
            kind,
            params,
            body,
            expression_body: false,
            decorators,
            directives: Vec::new(),
            globals: Vec::new(),
            is_async,
            is_generator,
            is_static,
            returns,
            span: Span::new(start, end),
            params_span,
            body_span: Span::new(body_start.unwrap_or(end).min(end), end),
        })
    }

    /// `(a, b: int) -> T:`, the parentheses perhaps not closed.
    fn signature_of_pieces(&mut self, pieces: &mut Pieces<'_, 'n>, floor: u32, start: u32) -> (Vec<Param>, Span, Option<TypeRef>) {
        let mut params: Vec<Param> = Vec::new();
        let mut span = Span::at(start);
        let mut returns = None;
        let (mut open, mut keyword_only) = (false, false);
        while let Some(piece) = pieces.peek(floor).filter(|piece| !piece.part.kind.is_statement()) {
            let part = piece.part;
            let here = self.span(part.node);
            self.take(pieces);
            match part.kind {
                Kind::Parameters => (params, span) = (self.params(part), here),
                Kind::Type => returns = Some(self.annotation(part)),
                Kind::KeywordSeparator | Kind::Star => keyword_only = true,
                Kind::PositionalSeparator => {}
                _ if piece.word == "(" && span.is_empty() => (open, span) = (true, here),
                _ if piece.word == ")" => (open, span) = (false, Span::new(span.start, here.end)),
                _ if piece.word == ":" && !open => break,
                kind if open && is_expression(kind) => {
                    params.push(self.next_param(part, &mut keyword_only));
                    span.end = here.end;
                }
                _ => {}
            }
        }
        (params, span, returns)
    }

    /// `if cond:` and its kin with what is indented below them; each clause stands for itself.
    fn compound(&mut self, pieces: &mut Pieces<'_, 'n>, out: &mut Vec<StmtId>) {
        let Some(first) = pieces.rest.first().copied() else { return };
        let floor = first.column.unwrap_or(0) + 1;
        let start = self.span(first.part.node).start;
        self.take(pieces);
        let mut header: Vec<Part<'n>> = Vec::new();
        let mut closed = false;
        while let Some(piece) = pieces.peek(floor).filter(|piece| !piece.part.kind.is_statement() && !closed) {
            self.take(pieces);
            closed = piece.word == ":";
            if is_expression(piece.part.kind) || piece.part.kind == Kind::WithClause {
                header.push(piece.part);
            }
        }
        let mut read = Vec::new();
        if !closed {
            read.extend(header.iter().map(|part| self.expr(*part)));
            return self.end_run(&mut read, out);
        }
        let is_for = first.word == "for" && header.len() > 1;
        let pattern = if is_for { Some(self.pattern(header.remove(0))) } else { None };
        let mut inside = Vec::new();
        for part in header {
            match first.word {
                "with" => self.with_item(part, &mut inside),
                _ => read.push(self.expr(part)),
            }
        }
        let around = std::mem::replace(&mut self.breaks, false);
        let mut body = Vec::new();
        self.read_pieces(pieces, floor, None, &mut body);
        self.breaks = around || (self.breaks && !matches!(first.word, "for" | "while"));
        let kind = match (first.word, read.as_slice()) {
            ("if" | "elif", [cond]) => StmtKind::If { cond: *cond, then: body, otherwise: Vec::new(), removable: false },
            ("while", [cond]) => StmtKind::Loop { kind: LoopKind::While, pattern: None, over: None, cond: Some(*cond), body },
            ("for", [over]) if is_for => StmtKind::Loop { kind: LoopKind::Each, pattern, over: Some(*over), cond: None, body },
            _ => {
                self.end_run(&mut read, &mut inside);
                inside.append(&mut body);
                StmtKind::Block(inside)
            }
        };
        let span = Span::new(start, pieces.end.max(start));
        out.push(self.cx.builder.stmt(span, kind));
    }
}

/// Keywords that open something indented, at the beginning of a line.
fn opens(word: &str) -> bool {
    let definitions = matches!(word, "def" | "async" | "class");
    definitions || matches!(word, "if" | "elif" | "else" | "for" | "while" | "try" | "except" | "finally" | "with" | "match" | "case")
}

/// True for what `expr` reads as a value, or as the values in it.
pub(super) fn is_expression(kind: Kind) -> bool {
    !kind.is_token() && !kind.is_statement() && !kind.is_clause() && !matches!(kind, Kind::StringStart | Kind::StringContent | Kind::StringEnd | Kind::Comment)
}
