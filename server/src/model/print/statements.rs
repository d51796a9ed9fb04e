//! How statements, imports and exports print.

use super::{Piece, Pieces, Printer, Write};
use crate::model::{ExprId, Handler, Import, LetKind, LoopKind, StmtId, StmtKind};

impl<'s> Printer<'s> {
    pub(super) fn stmt(&self, id: StmtId, out: &mut Pieces<'s>) {
        match &self.segment[id].kind {
            StmtKind::Expr(expr) => out.push(Piece::Expr(*expr)),
            StmtKind::Function(function) => out.push(Piece::Function(*function)),
            StmtKind::Class(class) => out.push(Piece::Class(*class)),
            StmtKind::Block(body) => self.body(body, out),
            StmtKind::Break => out.text("break"),
            StmtKind::Continue => out.text("continue"),
            kind => {
                out.text("(");
                self.composite(kind, out);
                out.text(")");
            }
        }
    }

    fn composite(&self, kind: &'s StmtKind, out: &mut Pieces<'s>) {
        match kind {
            StmtKind::Let { pattern, value, ty, kind } => {
                out.text(match kind {
                    LetKind::Const => "const ",
                    LetKind::Let => "let ",
                    LetKind::Var => "var ",
                    LetKind::Annotated => "annotated ",
                    LetKind::With => "with ",
                });
                out.push(Piece::Pattern(*pattern));
                if let Some(ty) = ty {
                    out.text(" :");
                    out.ty(ty);
                }
                optional(*value, out);
            }
            StmtKind::If { cond, then, otherwise, removable } => {
                out.expr(if *removable { "if removable " } else { "if " }, *cond);
                out.text(" ");
                self.body(then, out);
                self.tail(" ", otherwise, out);
            }
            StmtKind::Loop { kind, pattern, over, cond, body } => {
                out.text(match kind {
                    LoopKind::Each => "each",
                    LoopKind::Keys => "keys",
                    LoopKind::While => "while",
                    LoopKind::Once => "once",
                });
                if let Some(pattern) = pattern {
                    out.text(" ");
                    out.push(Piece::Pattern(*pattern));
                }
                optional(*over, out);
                optional(*cond, out);
                out.text(" ");
                self.body(body, out);
            }
            StmtKind::Try { body, handlers, otherwise, finally } => {
                out.text("try ");
                self.body(body, out);
                for handler in handlers {
                    self.handler(handler, out);
                }
                self.tail(" else ", otherwise, out);
                self.tail(" finally ", finally, out);
            }
            StmtKind::Return(value) => {
                out.text("return");
                optional(*value, out);
            }
            StmtKind::Throw(value) => {
                out.text("throw");
                optional(*value, out);
            }
            StmtKind::Import(import) => imported(import, out),
            StmtKind::Export { stmt, default } => {
                out.text(if *default { "export default " } else { "export " });
                out.push(Piece::Stmt(*stmt));
            }
            StmtKind::ExportDefault(expr) => out.expr("export-default ", *expr),
            StmtKind::ExportNames { names, source, type_only } => {
                out.text(if *type_only { "export-names type" } else { "export-names" });
                for name in names {
                    out.text(if name.type_only { " type " } else { " " });
                    out.name(&name.local);
                    if name.exported != name.local {
                        out.text(":");
                        out.name(&name.exported);
                    }
                }
                if let Some(source) = source {
                    out.text(" from ");
                    out.quoted(source);
                }
            }
            // Statements without parts of their own are printed by the caller.
            _ => {}
        }
    }

    fn handler(&self, handler: &'s Handler, out: &mut Pieces<'s>) {
        out.text(" (catch ");
        for kind in &handler.types {
            out.expr("", *kind);
            out.text(" ");
        }
        if let Some(pattern) = handler.pattern {
            out.text("as ");
            out.push(Piece::Pattern(pattern));
            out.text(" ");
        }
        self.body(&handler.body, out);
        out.text(")");
    }

    /// A list of statements that is left out when empty.
    fn tail(&self, before: &'static str, stmts: &[StmtId], out: &mut Pieces<'s>) {
        if !stmts.is_empty() {
            out.text(before);
            self.body(stmts, out);
        }
    }
}

fn optional(expr: Option<ExprId>, out: &mut Pieces<'_>) {
    if let Some(expr) = expr {
        out.expr(" ", expr);
    }
}

fn imported<'s>(import: &'s Import, out: &mut Pieces<'s>) {
    out.text("import ");
    if import.type_only {
        out.text("type ");
    }
    if import.bare {
        out.text("bare ");
    }
    out.quoted(&import.source);
    for name in &import.names {
        out.text(if name.type_only { " type " } else { " " });
        out.name(&name.imported);
        if name.local != name.imported {
            out.text(":");
            out.name(&name.local);
        }
    }
}
