//! How functions and classes print.

use super::{Piece, Pieces, Printer, Write};
use crate::model::{ClassId, ExprId, Field, FunctionId, FunctionKind, Param, Rest, StmtKind};

impl<'s> Printer<'s> {
    pub(super) fn function(&self, id: FunctionId, out: &mut Pieces<'s>) {
        let function = &self.segment[id];
        out.text(match function.kind {
            FunctionKind::Function => "(function",
            FunctionKind::Arrow => "(arrow",
            FunctionKind::Method => "(method",
            FunctionKind::Getter => "(get",
            FunctionKind::Setter => "(set",
            FunctionKind::Constructor => "(constructor",
        });
        for (flag, word) in [(function.is_static, " static"), (function.is_async, " async"), (function.is_generator, " generator")] {
            if flag {
                out.text(word);
            }
        }
        if !function.name.is_empty() {
            out.text(" ");
            out.name(&function.name);
        }
        decorators(&function.decorators, out);
        out.text(" (");
        for (n, param) in function.params.iter().enumerate() {
            if n > 0 {
                out.text(" ");
            }
            parameter(param, out);
        }
        out.text(")");
        if let Some(returns) = &function.returns {
            out.text(" :");
            out.ty(returns);
        }
        for directive in &function.directives {
            out.text(" directive ");
            out.quoted(directive);
        }
        out.text(" ");
        match (function.expression_body, function.body.first().map(|stmt| &self.segment[*stmt].kind)) {
            (true, Some(StmtKind::Return(Some(value)))) => out.expr("=> ", *value),
            _ => self.body(&function.body, out),
        }
        out.text(")");
    }

    pub(super) fn class(&self, id: ClassId, out: &mut Pieces<'s>) {
        let class = &self.segment[id];
        out.text("(class");
        if !class.name.is_empty() {
            out.text(" ");
            out.name(&class.name);
        }
        decorators(&class.decorators, out);
        if !class.bases.is_empty() || !class.keywords.is_empty() {
            out.text(" (");
            let mut before = "";
            for base in &class.bases {
                out.expr(before, *base);
                before = " ";
            }
            for (name, value) in &class.keywords {
                out.text(before);
                out.name(name);
                out.expr("=", *value);
                before = " ";
            }
            out.text(")");
        }
        let inner = self.depth + 1;
        out.push(Piece::Depth(inner));
        for field in &class.fields {
            out.push(Piece::Line(inner));
            self.field(field, out);
        }
        for method in &class.methods {
            out.extend([Piece::Line(inner), Piece::Function(*method)]);
        }
        for stmt in &class.statements {
            out.extend([Piece::Line(inner), Piece::Stmt(*stmt)]);
        }
        out.push(Piece::Depth(self.depth));
        out.text(")");
    }

    fn field(&self, field: &'s Field, out: &mut Pieces<'s>) {
        out.text("(field");
        for (flag, word) in [(field.is_static, " static"), (field.injected, " injected")] {
            if flag {
                out.text(word);
            }
        }
        out.text(" ");
        out.name(&field.name);
        decorators(&field.decorators, out);
        if let Some(ty) = &field.ty {
            out.text(" :");
            out.ty(ty);
        }
        if let Some(value) = field.value {
            out.expr(" ", value);
        }
        out.text(")");
    }
}

fn decorators(decorators: &[ExprId], out: &mut Pieces<'_>) {
    for decorator in decorators {
        out.expr(" @", *decorator);
    }
}

/// The pattern alone, or `(@decorator pattern :Type = default)`.
fn parameter<'s>(param: &'s Param, out: &mut Pieces<'s>) {
    let plain = param.default.is_none() && param.ty.is_none() && param.decorators.is_empty() && !param.keyword_only;
    if !plain {
        out.text("(");
    }
    for decorator in &param.decorators {
        out.expr("@", *decorator);
        out.text(" ");
    }
    if param.keyword_only {
        out.text("named ");
    }
    out.text(match param.rest {
        Rest::No => "",
        Rest::Sequence => "...",
        Rest::Mapping => "**",
    });
    out.push(Piece::Pattern(param.pattern));
    if let Some(ty) = &param.ty {
        out.text(" :");
        out.ty(ty);
    }
    if let Some(default) = param.default {
        out.expr(" = ", default);
    }
    if !plain {
        out.text(")");
    }
}
