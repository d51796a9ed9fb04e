//! Statements and declarations.

use super::super::statements::Effects;
use super::kinds::{Field, Kind};
use super::{Child, Ecma};
use crate::model::{Entry, ExprId, ExprKind, LetKind, PatternId, PatternKind, StmtId, StmtKind, UnaryOp};
use crate::syntax::loop_parts;
use crate::text::{Name, Span};

/// What a loop of a template reads as in the mask of a component, which no script can have written.
const EACH: &str = "each$";

impl<'a> Ecma<'a> {
    /// Lowers a statement to none, one or several.
    pub(super) fn stmt(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        let key = self.cx.key(child.node, &[self.links, self.repeats as usize, usize::from(self.functions > 0)]);
        let Some(key) = key else { return self.new_stmt(child, out) };
        let span = self.span(child);
        if let Some(effects) = self.cx.again(key, span, out) {
            self.breaks |= effects.breaks;
            return;
        }
        let (first, hoisted, breaks) = (out.len(), self.hoisted.len(), std::mem::take(&mut self.breaks));
        let begun = self.cx.begin();
        self.new_stmt(child, out);
        let effects = Effects { breaks: self.breaks, yields: false };
        self.breaks |= breaks;
        let key = Some(key).filter(|_| self.hoisted.len() == hoisted);
        self.cx.finish(begun, key, span, out.get(first..).unwrap_or_default(), effects);
    }

    fn new_stmt(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        if self.deeper(|ecma| ecma.stmt_of(child, out)).is_none() {
            let span = self.span(child);
            let unknown = self.unknown(span);
            self.emit(span, StmtKind::Expr(unknown), out);
        }
    }

    pub(super) fn emit(&mut self, span: Span, kind: StmtKind, out: &mut Vec<StmtId>) {
        out.push(self.cx.builder.stmt(span, kind));
    }

    fn stmt_of(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        let span = self.span(child);
        match child.kind {
            Kind::ExpressionStatement => self.expression_statement(child, out),
            Kind::LexicalDeclaration | Kind::VariableDeclaration => self.declaration(child, out),
            Kind::FunctionDeclaration | Kind::GeneratorFunctionDeclaration => {
                let function = self.function(child, Vec::new());
                self.emit(span, StmtKind::Function(function), out);
            }
            Kind::ClassDeclaration | Kind::AbstractClassDeclaration => {
                let class = self.class(child, Vec::new());
                self.emit(span, StmtKind::Class(class), out);
            }
            Kind::StatementBlock => {
                let body = self.block(child);
                self.emit(span, StmtKind::Block(body), out);
            }
            Kind::EnumDeclaration => self.enumeration(child, out),
            Kind::Module | Kind::InternalModule => {
                let body = self.children(child.node).field(Field::Body);
                let body = body.map(|body| self.block(body)).unwrap_or_default();
                self.emit(span, StmtKind::Block(body), out);
            }
            // Inside a function they mean that the function lacks its end.
            Kind::ImportStatement | Kind::ExportStatement if self.functions > 0 => {
                let functions = std::mem::take(&mut self.functions);
                let mut top = std::mem::take(&mut self.hoisted);
                self.stmt_of(child, &mut top);
                self.functions = functions;
                self.hoisted.append(&mut top);
            }
            Kind::ImportStatement => self.import(child, out),
            Kind::ImportAlias => self.import_alias(child, out),
            Kind::ExportStatement => self.export(child, out),
            Kind::ReturnStatement => {
                let value = self.children(child.node).expression().map(|value| self.expr(value));
                self.emit(span, StmtKind::Return(value), out);
            }
            Kind::ThrowStatement => {
                let value = self.children(child.node).expression().map(|value| self.expr(value));
                self.emit(span, StmtKind::Throw(value), out);
            }
            // What only the type checker reads, and nothing at all.
            Kind::AmbientDeclaration | Kind::DebuggerStatement | Kind::EmptyStatement | Kind::FunctionSignature | Kind::InterfaceDeclaration => {}
            Kind::TypeAliasDeclaration => self.what_a_function_gives(child, out),
            _ => self.control(child, out),
        }
    }

    /// The statements of a block.
    pub(super) fn block(&mut self, block: Child<'a>) -> Vec<StmtId> {
        let children = self.children(block.node);
        let mut out = Vec::with_capacity(children.0.len());
        self.deeper(|ecma| {
            for child in children.iter() {
                ecma.any_stmt(child, &mut out);
            }
        });
        out
    }

    /// A statement, or what stands in place of one.
    pub(super) fn any_stmt(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        if child.kind.is_statement() { self.stmt(child, out) } else { self.fragments(&[child], out) }
    }

    /// The body of an `if` or a loop: a block's statements, or the one statement.
    pub(super) fn body(&mut self, child: Option<Child<'a>>) -> Vec<StmtId> {
        match child {
            Some(block) if block.kind == Kind::StatementBlock => self.block(block),
            Some(child) => {
                let mut out = Vec::new();
                self.deeper(|ecma| ecma.any_stmt(child, &mut out));
                out
            }
            None => Vec::new(),
        }
    }

    fn expression_statement(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        let span = self.span(child);
        let children = self.children(child.node);
        let Some(inner) = children.iter().next() else { return };
        match inner.kind {
            Kind::InternalModule => return self.stmt(inner, out),
            Kind::AssignmentExpression | Kind::AwaitExpression => {
                if let Some((name, value)) = self.using(inner) {
                    let pattern = self.pattern(name);
                    let value = self.operand(value, span);
                    return self.emit(span, StmtKind::Let { pattern, value: Some(value), ty: None, kind: LetKind::Const }, out);
                }
            }
            Kind::CallExpression if self.each(inner, span, out).is_some() => return,
            _ => {}
        }
        let value = self.expr(inner);
        self.emit(span, StmtKind::Expr(value), out);
    }

    /// `each$(notes as note)`, `each$((note, at) in notes)`: a loop of a template, in the mask of a component. Each name is one of
    /// the elements, or of its parts.
    fn each(&mut self, call: Child<'a>, span: Span, out: &mut Vec<StmtId>) -> Option<()> {
        let children = self.children(call.node);
        children.field(Field::Function).filter(|callee| callee.kind == Kind::Identifier && self.cx.text_of(callee.node) == EACH)?;
        let arguments = self.children(children.field(Field::Arguments)?.node);
        let said = arguments.iter().find(|child| matches!(child.kind, Kind::AsExpression | Kind::BinaryExpression))?;
        let parts = self.children(said.node);
        let (over, pattern) = match said.kind {
            Kind::AsExpression => (parts.iter().next()?, parts.iter().last()?),
            _ => (parts.field(Field::Right)?, parts.field(Field::Left)?),
        };
        let bound = loop_parts(self.cx.text_of(pattern.node));
        for (local, member) in &bound {
            let place = self.span(pattern);
            let base = self.expr(over);
            let index = self.cx.builder.expr(Span::at(place.start), ExprKind::Num(Name::new_static("0")));
            let element = self.cx.builder.expr(self.span(over), ExprKind::Index { base, index, optional: false });
            let value = match member {
                Some(member) => {
                    let kind = ExprKind::Member { base: element, name: Name::from(member.as_str()), name_span: place, optional: false };
                    self.cx.builder.expr(self.span(over), kind)
                }
                None => element,
            };
            let pattern = self.cx.builder.pattern(place, PatternKind::Name(Name::from(local.as_str())));
            self.emit(span, StmtKind::Let { pattern, value: Some(value), ty: None, kind: LetKind::Const }, out);
        }
        (!bound.is_empty()).then_some(())
    }

    /// `type Context = Awaited<ReturnType<typeof createContext>>`: the name stands for the function, where a value's type is asked for.
    fn what_a_function_gives(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        const OF_RESULT: &str = "ReturnType<typeof ";
        let span = self.span(child);
        let parts = self.children(child.node);
        let (Some(alias), Some(ty)) = (parts.field(Field::Name), parts.field(Field::Value)) else { return };
        let (text, start) = (self.cx.text_of(ty.node), self.span(ty).start);
        let Some(from) = text.find(OF_RESULT).map(|at| at + OF_RESULT.len()) else { return };
        let rest = text.get(from..).unwrap_or_default();
        let name = rest.trim_end_matches(['>', ' ', ';']);
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
        if !is_name || name == self.cx.text_of(alias.node) {
            return;
        }
        let at = Span { start: start + from as u32, end: start + (from + name.len()) as u32 };
        let value = self.push(at, ExprKind::TypeOf(Name::from(name)));
        let pattern = self.cx.builder.pattern(self.span(alias), PatternKind::Name(Name::from(self.cx.text_of(alias.node))));
        self.emit(span, StmtKind::Let { pattern, value: Some(value), ty: None, kind: LetKind::Const }, out);
    }

    /// `using x = y` and `await using x = y`, which the grammar takes for assignments.
    fn using(&mut self, child: Child<'a>) -> Option<(Child<'a>, Option<Child<'a>>)> {
        let mut children = self.children(child.node);
        if child.kind == Kind::AwaitExpression {
            let inner = children.kind(Kind::AssignmentExpression)?;
            children = self.children(inner.node);
        }
        if !children.has(Kind::WordUsing) {
            return None;
        }
        Some((children.field(Field::Left)?, children.field(Field::Right)))
    }

    fn declaration(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        let span = self.span(child);
        let children = self.children(child.node);
        let kind = match children.field(Field::Kind).map(|kind| kind.node.kind()) {
            Some("const") => LetKind::Const,
            Some("let") => LetKind::Let,
            _ => LetKind::Var,
        };
        for child in children.iter() {
            match child.kind {
                Kind::VariableDeclarator => self.declarator(child, span, kind, out),
                Kind::Error => self.fragments(&[child], out),
                _ => {}
            }
        }
    }

    pub(super) fn declarator(&mut self, child: Child<'a>, span: Span, kind: LetKind, out: &mut Vec<StmtId>) {
        let parts = self.children(child.node);
        let pattern = self.target(parts.field(Field::Name), span);
        let ty = self.annotation(parts.field(Field::Type));
        let value = parts.field(Field::Value).map(|value| self.expr(value));
        self.emit(span, StmtKind::Let { pattern, value, ty, kind }, out);
    }

    /// `enum A { B, C = 2 }`: an object whose members are numbers unless they say otherwise.
    fn enumeration(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        let span = self.span(child);
        let parts = self.children(child.node);
        let pattern = self.target(parts.field(Field::Name), span);
        let mut entries = Vec::new();
        let body = parts.field(Field::Body);
        let mut next = Some(0i64);
        if let Some(body) = body {
            let members = self.children(body.node);
            for member in members.iter().filter(|member| member.kind != Kind::Comma) {
                let (name, given) = if member.kind == Kind::EnumAssignment {
                    let parts = self.children(member.node);
                    (parts.field(Field::Name), parts.field(Field::Value))
                } else {
                    (Some(member).filter(|member| member.field == Field::Name), None)
                };
                let Some(name) = name else { continue };
                let (key, key_span, member_span) = (self.key(name), self.span(name), self.span(member));
                let value = match (given, next) {
                    (Some(given), _) => self.expr(given),
                    (None, Some(number)) => self.push(key_span, ExprKind::Num(number.to_string().into())),
                    (None, None) => self.unknown(key_span),
                };
                next = self.integer(value).and_then(|number| number.checked_add(1));
                entries.push(Entry::Field { key, key_span, value, shorthand: false, span: member_span });
            }
        }
        let body_span = body.map_or(Span::at(span.end), |body| self.span(body));
        let value = Some(self.push(body_span, ExprKind::Object(entries)));
        self.emit(span, StmtKind::Let { pattern, value, ty: None, kind: LetKind::Const }, out);
    }

    /// The value of `12`, `-1`, `0x10`.
    fn integer(&self, id: ExprId) -> Option<i64> {
        let segment = &self.cx.builder.segment;
        match &segment[id].kind {
            ExprKind::Num(text) => match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
                Some(digits) => i64::from_str_radix(digits, 16).ok(),
                None => text.parse().ok(),
            },
            ExprKind::Unary { op: UnaryOp::Minus, operand } => match &segment[*operand].kind {
                ExprKind::Num(text) => text.parse::<i64>().ok().map(|number| -number),
                _ => None,
            },
            _ => None,
        }
    }

    /// `import a = b.c`, an alias without a module.
    fn import_alias(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        let span = self.span(child);
        let children = self.children(child.node);
        let mut names = children.iter().filter(|child| child.kind.is_expression());
        let pattern = self.target(names.next(), span);
        let value = Some(self.operand(names.next(), span));
        self.emit(span, StmtKind::Let { pattern, value, ty: None, kind: LetKind::Const }, out);
    }

    /// A name of its own for what the code does not name.
    pub(super) fn named_pattern(&mut self, name: &'static str, span: Span) -> PatternId {
        self.cx.builder.pattern(span, PatternKind::Name(Name::new_static(name)))
    }
}
