//! Classes.

use tree_sitter::Node;

use super::kind::{Field, Kind};
use super::pieces::Pieces;
use super::{Part, Reader, part_of};
use crate::model::{self, Class, ClassId, ExprId};
use crate::text::Name;

impl<'t, 'n> Reader<'t, 'n> {
    pub(super) fn class(&mut self, node: Node<'n>, decorators: Vec<ExprId>) -> ClassId {
        let span = self.span(node);
        let parts = self.parts(node);
        let field = |field| part_of(&parts, field);
        let name = self.definition_name(field(Field::Name), span.start);
        if let Some(generics) = field(Field::TypeParameters) {
            self.skip(generics.node);
        }
        let mut class = Class::empty(name, decorators, span);
        if let Some(list) = field(Field::Superclasses) {
            self.bases(list, &mut class);
        }
        if let Some(block) = field(Field::Body) {
            let around = std::mem::replace(&mut self.in_class, true);
            for part in self.parts_and_errors(block.node) {
                self.class_member(part, &mut class);
            }
            self.in_class = around;
        }
        self.cx.builder.class(class)
    }

    pub(super) fn bases(&mut self, list: Part<'n>, class: &mut Class) {
        for part in self.parts(list.node) {
            let argument = self.argument(part);
            match argument.name {
                Some(name) => class.keywords.push((name, argument.value)),
                None if argument.by_name => class.keywords.push((Name::new_static("**"), argument.value)),
                None => class.bases.push(argument.value),
            }
        }
    }

    pub(super) fn class_member(&mut self, part: Part<'n>, class: &mut Class) {
        let before = self.stray.len();
        match part.kind {
            Kind::FunctionDefinition => class.methods.push(self.function(part.node, Vec::new())),
            Kind::DecoratedDefinition if self.decorates_function(part.node) => {
                if let (decorators, Some(definition)) = self.decorated_parts(part.node) {
                    class.methods.push(self.function(definition.node, decorators));
                }
            }
            Kind::ExpressionStatement => match self.field_assignment(part.node) {
                Some(assignment) => class.fields.push(self.field(assignment)),
                None => self.statement(part, &mut class.statements),
            },
            Kind::Error => {
                let pieces = self.pieces(part.node);
                let mut statements = Vec::new();
                self.read_pieces(&mut Pieces::new(&pieces), 0, Some(class), &mut statements);
                class.statements.append(&mut statements);
            }
            _ => self.statement(part, &mut class.statements),
        }
        self.settle(before, &mut class.statements);
    }

    fn decorates_function(&mut self, node: Node<'n>) -> bool {
        self.cursor.reset(node);
        self.cursor.goto_last_child() && self.part_at_cursor().kind == Kind::FunctionDefinition
    }

    /// The assignment in `name = value`, `name: Type` and `name: Type = value`; other assignments are statements.
    fn field_assignment(&mut self, statement: Node<'n>) -> Option<Part<'n>> {
        self.cursor.reset(statement);
        if !self.cursor.goto_first_child() {
            return None;
        }
        let assignment = Some(self.part_at_cursor()).filter(|part| part.kind == Kind::Assignment)?;
        if !self.cursor.goto_first_child() || self.part_at_cursor().kind != Kind::Identifier {
            return None;
        }
        self.cursor.goto_parent();
        let last = self.cursor.goto_last_child() && self.part_at_cursor().kind != Kind::Assignment;
        last.then_some(assignment)
    }

    /// A class attribute is read from the class and from its instances alike, so none of them is marked static.
    fn field(&mut self, assignment: Part<'n>) -> model::Field {
        let span = self.span(assignment.node);
        let parts = self.parts(assignment.node);
        let field = |field| part_of(&parts, field);
        let (name, name_span) = self.definition_name(field(Field::Left), span.start);
        let ty = field(Field::Type).map(|ty| self.annotation(ty));
        let value = field(Field::Right).map(|value| self.expr(value));
        model::Field { name, name_span, ty, value, decorators: Vec::new(), is_static: false, injected: false, span }
    }
}
