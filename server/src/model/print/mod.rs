//! The model as text: compact S-expressions, the same for every language. For tests and for `cargo dev tree`.
//!
//! Statement lists stand in braces, `(const x 1)` binds, `(call f a ...b k=c)` calls, `(. a b)` is a member, names are
//! bare, texts quoted. Nothing here recurses over the model, however deep it is; only declared types, which lowering
//! keeps shallow, print themselves recursively.

mod declarations;
mod expressions;
mod statements;

use std::borrow::Cow;

use super::{ClassId, ExprId, FileModel, FunctionId, Key, PatternId, Segment, StmtId, TypeRef};
use crate::text::Name;

/// The statements of a segment, separated by spaces, on one line.
pub fn segment(segment: &Segment) -> String {
    Printer::new(segment, false).print()
}

/// A whole file: a line per statement, bodies indented, with its directives, comments and errors.
pub fn file(model: &FileModel) -> String {
    let mut out = String::new();
    for directive in &model.directives {
        out.push_str(&format!("; directive {directive:?}\n"));
    }
    for placed in &model.segments {
        for comment in &placed.segment.comments {
            out.push_str(&format!("; comment {:?} {:?}\n", placed.absolute(comment.span), comment.text));
        }
        for error in &placed.segment.errors {
            out.push_str(&format!("; error {:?}\n", placed.absolute(*error)));
        }
        let text = Printer::new(&placed.segment, true).print();
        if !text.is_empty() {
            out.push_str(&text);
            out.push('\n');
        }
    }
    out
}

/// What is still to be written.
enum Piece<'s> {
    Text(Cow<'s, str>),
    Expr(ExprId),
    Stmt(StmtId),
    Pattern(PatternId),
    Function(FunctionId),
    Class(ClassId),
    /// A new line at this depth if lines are wanted, else a space.
    Line(usize),
    /// From here on, lists are this deep.
    Depth(usize),
}

type Pieces<'s> = Vec<Piece<'s>>;

struct Printer<'s> {
    segment: &'s Segment,
    lines: bool,
    depth: usize,
    out: String,
    /// The last piece is written next.
    pending: Pieces<'s>,
}

impl<'s> Printer<'s> {
    fn new(segment: &'s Segment, lines: bool) -> Self {
        Printer { segment, lines, depth: 0, out: String::new(), pending: Vec::new() }
    }

    fn print(mut self) -> String {
        for (n, stmt) in self.segment.body.iter().enumerate().rev() {
            self.pending.push(Piece::Stmt(*stmt));
            if n > 0 {
                self.pending.push(Piece::Line(0));
            }
        }
        while let Some(piece) = self.pending.pop() {
            let mut parts = Vec::new();
            match piece {
                Piece::Text(text) => self.out.push_str(&text),
                Piece::Line(depth) if self.lines => {
                    self.out.push('\n');
                    self.out.extend(std::iter::repeat_n("  ", depth));
                }
                Piece::Line(_) => self.out.push(' '),
                Piece::Depth(depth) => self.depth = depth,
                Piece::Expr(id) => self.expr(id, &mut parts),
                Piece::Stmt(id) => self.stmt(id, &mut parts),
                Piece::Pattern(id) => self.pattern(id, &mut parts),
                Piece::Function(id) => self.function(id, &mut parts),
                Piece::Class(id) => self.class(id, &mut parts),
            }
            self.pending.extend(parts.into_iter().rev());
        }
        self.out
    }

    /// ` {a b}`, each statement on a line of its own where lines are wanted.
    fn body(&self, stmts: &[StmtId], out: &mut Pieces<'s>) {
        let inner = self.depth + 1;
        out.extend([Piece::Text("{".into()), Piece::Depth(inner)]);
        for (n, stmt) in stmts.iter().enumerate() {
            if n > 0 || self.lines {
                out.push(Piece::Line(inner));
            }
            out.push(Piece::Stmt(*stmt));
        }
        out.push(Piece::Depth(self.depth));
        if self.lines && !stmts.is_empty() {
            out.push(Piece::Line(self.depth));
        }
        out.push(Piece::Text("}".into()));
    }
}

/// The small words of the format.
trait Write<'s> {
    fn text(&mut self, text: impl Into<Cow<'s, str>>);
    fn quoted(&mut self, text: &str);
    fn name(&mut self, name: &'s Name);
    fn expr(&mut self, before: &'s str, id: ExprId);
    fn ty(&mut self, ty: &'s TypeRef);
    fn key(&mut self, key: &'s Key);
}

impl<'s> Write<'s> for Pieces<'s> {
    fn text(&mut self, text: impl Into<Cow<'s, str>>) {
        self.push(Piece::Text(text.into()));
    }

    fn quoted(&mut self, text: &str) {
        self.text(format!("{text:?}"));
    }

    /// As it is if it reads as one word, else quoted.
    fn name(&mut self, name: &'s Name) {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '#' | '.' | '-' | ':' | '*' | '|' | '&');
        if !name.is_empty() && name.chars().all(plain) { self.text(name.as_str()) } else { self.quoted(name) }
    }

    fn expr(&mut self, before: &'s str, id: ExprId) {
        if !before.is_empty() {
            self.text(before);
        }
        self.push(Piece::Expr(id));
    }

    /// `User`, `Promise<User>`, `{a: string}`, `?` for a type without a name; a value stands after `=`.
    fn ty(&mut self, ty: &'s TypeRef) {
        if ty.name.is_empty() && ty.members.is_empty() {
            self.text("?");
        } else if !ty.name.is_empty() {
            self.name(&ty.name);
        }
        if !ty.members.is_empty() {
            self.text("{");
            for (n, (name, member)) in ty.members.iter().enumerate() {
                if n > 0 {
                    self.text(" ");
                }
                self.name(name);
                self.text(": ");
                self.ty(member);
            }
            self.text("}");
        }
        if !ty.args.is_empty() {
            self.text("<");
            for (n, arg) in ty.args.iter().enumerate() {
                if n > 0 {
                    self.text(" ");
                }
                self.ty(arg);
            }
            self.text(">");
        }
        if let Some(value) = ty.value {
            self.expr("=", value);
        }
    }

    fn key(&mut self, key: &'s Key) {
        match key {
            Key::Name(name) => self.name(name),
            Key::Computed(expr) => {
                self.expr("[", *expr);
                self.text("]");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BinaryOp, Builder, ExprKind, LetKind, PatternKind, StmtKind};
    use crate::text::Span;

    const HERE: Span = Span::at(0);

    fn name(builder: &mut Builder, text: &str) -> ExprId {
        builder.expr(HERE, ExprKind::Name(text.into()))
    }

    #[test]
    fn statements_expressions_and_types_print_on_one_line() {
        let mut builder = Builder::default();
        let cond = name(&mut builder, "ok");
        let text = builder.expr(HERE, ExprKind::Str("a \"b\"".into()));
        let thrown = builder.stmt(HERE, StmtKind::Throw(Some(text)));
        let pattern = builder.pattern(HERE, PatternKind::Name("user".into()));
        let value = name(&mut builder, "found");
        builder.segment.exprs[value.0 as usize].asserted = true;
        let argument = TypeRef { name: "models.User".into(), ..TypeRef::default() };
        let ty = Some(TypeRef { name: "Promise".into(), args: vec![argument], ..TypeRef::default() });
        let bound = builder.stmt(HERE, StmtKind::Let { pattern, value: Some(value), ty, kind: LetKind::Const });
        let branch = builder.stmt(HERE, StmtKind::If { cond, then: vec![thrown], otherwise: vec![bound], removable: false });
        builder.segment.body = vec![branch, bound];
        let bound = "(const user :Promise<models.User> found!)";
        assert_eq!(segment(&builder.segment), format!(r#"(if ok {{(throw "a \"b\"")}} {{{bound}}}) {bound}"#));
    }

    #[test]
    fn bodies_are_indented_where_lines_are_wanted() {
        let mut builder = Builder::default();
        let call = name(&mut builder, "a");
        let call = builder.stmt(HERE, StmtKind::Expr(call));
        let inner = builder.stmt(HERE, StmtKind::Block(vec![call, call]));
        let outer = builder.stmt(HERE, StmtKind::Block(vec![inner]));
        builder.segment.body = vec![outer];
        assert_eq!(Printer::new(&builder.segment, true).print(), "{\n  {\n    a\n    a\n  }\n}");
    }

    #[test]
    fn depth_does_not_matter() {
        let mut builder = Builder::default();
        let mut expr = name(&mut builder, "a");
        for _ in 0..200_000 {
            let right = name(&mut builder, "b");
            expr = builder.expr(HERE, ExprKind::Binary { op: BinaryOp::Add, left: expr, right });
        }
        let stmt = builder.stmt(HERE, StmtKind::Expr(expr));
        builder.segment.body = vec![stmt];
        assert!(segment(&builder.segment).ends_with("b) b)"));
    }
}
