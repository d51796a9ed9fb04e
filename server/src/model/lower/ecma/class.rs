//! Classes and their members.

use super::kinds::{Field, Kind};
use super::{Child, Ecma};
use crate::model::{Class, ClassId, ExprId, Field as ClassField, FunctionId, FunctionKind, StmtKind};
use crate::text::{Name, Span};

impl<'a> Ecma<'a> {
    /// A class, or a class body that lost its head. `decorators` are those that stand before an `export`.
    pub(super) fn class(&mut self, child: Child<'a>, mut decorators: Vec<ExprId>) -> ClassId {
        let span = self.span(child);
        let children = self.children(child.node);
        decorators.extend(if child.kind == Kind::ClassBody { Vec::new() } else { self.decorators(&children) });
        let name = match children.field(Field::Name) {
            Some(name) => (self.name(name), self.span(name)),
            None => (Name::default(), Span::at(span.start)),
        };
        let mut class = Class::empty(name, decorators, span);
        if let Some(heritage) = children.kind(Kind::ClassHeritage) {
            class.bases = self.bases(heritage);
        }
        let body = if child.kind == Kind::ClassBody { Some(child) } else { children.field(Field::Body) };
        if let Some(body) = body {
            let breaks = std::mem::take(&mut self.breaks);
            self.deeper(|ecma| ecma.members(body, &mut class));
            self.breaks = breaks;
        }
        self.cx.builder.class(class)
    }

    pub(super) fn bases(&mut self, heritage: Child<'a>) -> Vec<ExprId> {
        let Some(extends) = self.children(heritage.node).kind(Kind::ExtendsClause) else { return Vec::new() };
        let values = self.children(extends.node);
        values.iter().filter(|child| child.field == Field::Value).map(|child| self.expr(child)).collect()
    }

    fn members(&mut self, body: Child<'a>, class: &mut Class) {
        let children = self.children(body.node);
        let mut decorators = Vec::new();
        for child in children.iter() {
            self.member(child, class, &mut decorators);
        }
    }

    /// A method's decorators stand before it, a field's inside it.
    pub(super) fn member(&mut self, child: Child<'a>, class: &mut Class, decorators: &mut Vec<ExprId>) {
        match child.kind {
            Kind::Decorator => decorators.push(self.decorator(child)),
            Kind::MethodDefinition => {
                let (function, injected) = self.method(child, std::mem::take(decorators));
                self.add_method(function, injected, class);
            }
            Kind::PublicFieldDefinition => {
                let field = self.field(child, std::mem::take(decorators));
                class.fields.extend(field);
            }
            Kind::ClassStaticBlock => {
                if let Some(block) = self.children(child.node).field(Field::Body) {
                    let span = self.span(child);
                    let stmts = self.block(block);
                    class.statements.push(self.cx.builder.stmt(span, StmtKind::Block(stmts)));
                }
            }
            Kind::Error => self.fragments(&[child], &mut class.statements),
            // Signatures of overloads, abstract methods and index types have no body.
            Kind::MethodSignature | Kind::Unknown => decorators.clear(),
            _ => {}
        }
    }

    pub(super) fn add_method(&mut self, id: FunctionId, injected: Vec<ClassField>, class: &mut Class) {
        let function = &mut self.cx.builder.segment.functions[id.0 as usize];
        if function.name == "constructor" && function.kind == FunctionKind::Method && !function.is_static {
            function.kind = FunctionKind::Constructor;
            class.fields.extend(injected);
        }
        class.methods.push(id);
    }

    fn field(&mut self, child: Child<'a>, mut decorators: Vec<ExprId>) -> Option<ClassField> {
        let children = self.children(child.node);
        let name = children.field(Field::Name)?;
        decorators.extend(self.decorators(&children));
        Some(ClassField {
            name: self.property_name(name),
            name_span: self.span(name),
            ty: self.annotation(children.field(Field::Type)),
            value: children.field(Field::Value).map(|value| self.expr(value)),
            decorators,
            is_static: children.has(Kind::WordStatic),
            injected: false,
            span: self.span(child),
        })
    }
}
