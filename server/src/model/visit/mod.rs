//! Reading a segment from outside: every statement, expression, pattern, function and class once, in the order they are
//! written (the step of a `for (;;)` comes after the body, where the model has it), each with the place it stands in.
//! For what looks at literals and calls by their surroundings and has no need of values or control flow.
//!
//! A literal in `OpenAI({ apiKey: "..." })` is the `Entry(0)` of an object, which is the `Arg(0)` of a call, which is
//! the `Value` of a statement; [`Place::label`] says `apiKey`. Depth costs no stack.

mod children;
mod label;

#[cfg(test)]
mod tests;

use super::{ClassId, ExprId, FunctionId, PatternId, Segment, StmtId};
use crate::text::Span;

/// Anything of a segment that has an id.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Node {
    Expr(ExprId),
    Stmt(StmtId),
    Pattern(PatternId),
    Function(FunctionId),
    Class(ClassId),
}

/// What a node is to the one it stands in. Numbers are positions in the lists of the model's types.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// What is assigned, bound, returned, thrown, awaited, yielded, entered, or stands as a statement.
    Value,
    /// The pattern of an assignment, a declaration, a loop, a clause or a handler.
    Target,
    /// The type of a declaration.
    Type,
    /// The base of a member or an index.
    Base,
    Index,
    Callee,
    Arg(u32),
    /// A computed key of an object or an object pattern.
    Key(u32),
    /// The value of an entry, spread or not, of an object or an object pattern.
    Entry(u32),
    /// An item of a sequence or a sequence pattern.
    Item(u32),
    /// A hole among the parts of a template, or a part of `Other`.
    Part(u32),
    Operand,
    Left,
    Right,
    /// The condition of an `if`, a loop or a conditional expression.
    Cond,
    Then,
    Otherwise,
    /// The element of a comprehension, a key in dictionaries.
    Element,
    /// The value of a dictionary's comprehension.
    ElementValue,
    /// What a loop (0) or a clause of a comprehension runs over.
    Over(u32),
    /// A condition of a clause.
    Filter(u32),
    /// An attribute of JSX, spread or not.
    Attribute(u32),
    /// A child of JSX.
    Child(u32),
    /// The pattern in `pattern = default`.
    Inner,
    /// The default in `pattern = default`.
    Default,
    /// The place that a pattern assigns to.
    Place,
    /// The rest of an object pattern.
    Rest,
    /// The function or class of a statement or an expression.
    Definition,
    /// A decorator of a function or class.
    Decorator(u32),
    Param(u32),
    ParamDefault(u32),
    ParamType(u32),
    /// A decorator of the parameter.
    ParamDecorator(u32),
    Returns,
    /// A base of a class.
    Extends(u32),
    /// `metaclass=M` of a class.
    Keyword(u32),
    FieldValue(u32),
    FieldType(u32),
    /// A decorator of the field.
    FieldDecorator(u32),
    Method(u32),
    /// A statement of a function, class, loop, block or `try`.
    Body,
    /// A type that a handler catches.
    HandlerType(u32),
    HandlerBody(u32),
    Finally,
    /// The declaration of an export.
    Exported,
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    pub parent: Node,
    pub role: Role,
}

/// The places of a segment's nodes.
pub struct Parents {
    exprs: Vec<Slot>,
    stmts: Vec<Slot>,
    patterns: Vec<Slot>,
    functions: Vec<Slot>,
    classes: Vec<Slot>,
}

#[derive(Clone, Copy)]
enum Slot {
    /// Nothing leads here.
    Unreached,
    /// A statement of the segment itself.
    Top,
    In(Place),
}

/// Calls `seen` for every node of the segment, those around a node before it. What stands in two places (the middle of
/// `a < b < c`) is seen in the first.
pub fn visit(segment: &Segment, mut seen: impl FnMut(Node, &Parents)) -> Parents {
    let mut parents = Parents {
        exprs: vec![Slot::Unreached; segment.exprs.len()],
        stmts: vec![Slot::Unreached; segment.stmts.len()],
        patterns: vec![Slot::Unreached; segment.patterns.len()],
        functions: vec![Slot::Unreached; segment.functions.len()],
        classes: vec![Slot::Unreached; segment.classes.len()],
    };
    // The last one is seen next.
    let mut waiting: Vec<(Node, Slot)> = segment.body.iter().rev().map(|stmt| (Node::Stmt(*stmt), Slot::Top)).collect();
    let mut found = Vec::new();
    while let Some((node, slot)) = waiting.pop() {
        match parents.slot_mut(node) {
            Some(unreached @ Slot::Unreached) => *unreached = slot,
            _ => continue,
        }
        seen(node, &parents);
        children::of(segment, node, &mut found);
        waiting.extend(found.drain(..).rev().map(|(child, role)| (child, Slot::In(Place { parent: node, role }))));
    }
    parents
}

/// [`visit`] for expressions alone.
pub fn visit_exprs(segment: &Segment, mut seen: impl FnMut(ExprId, &Parents)) -> Parents {
    visit(segment, |node, parents| {
        if let Node::Expr(expr) = node {
            seen(expr, parents);
        }
    })
}

impl Parents {
    pub fn of(segment: &Segment) -> Parents {
        visit(segment, |_, _| {})
    }

    /// `None` for the segment's own statements, and for what nothing leads to.
    pub fn place(&self, node: impl Into<Node>) -> Option<Place> {
        match self.slot(node.into()) {
            Some(Slot::In(place)) => Some(place),
            _ => None,
        }
    }

    /// The node's place, the place of what it stands in, and so on outwards.
    pub fn ancestors(&self, node: impl Into<Node>) -> impl Iterator<Item = Place> + '_ {
        std::iter::successors(self.place(node), |place| self.place(place.parent))
    }

    /// The innermost function around the node.
    pub fn function(&self, node: impl Into<Node>) -> Option<FunctionId> {
        self.ancestors(node).find_map(|place| match place.parent {
            Node::Function(function) => Some(function),
            _ => None,
        })
    }

    /// The innermost statement around the node, or the node itself if it is one.
    pub fn stmt(&self, node: impl Into<Node>) -> Option<StmtId> {
        let node = node.into();
        std::iter::once(node).chain(self.ancestors(node).map(|place| place.parent)).find_map(|node| match node {
            Node::Stmt(stmt) => Some(stmt),
            _ => None,
        })
    }

    fn slot(&self, node: Node) -> Option<Slot> {
        let (slots, id) = match node {
            Node::Expr(id) => (&self.exprs, id.0),
            Node::Stmt(id) => (&self.stmts, id.0),
            Node::Pattern(id) => (&self.patterns, id.0),
            Node::Function(id) => (&self.functions, id.0),
            Node::Class(id) => (&self.classes, id.0),
        };
        slots.get(id as usize).copied()
    }

    fn slot_mut(&mut self, node: Node) -> Option<&mut Slot> {
        let (slots, id) = match node {
            Node::Expr(id) => (&mut self.exprs, id.0),
            Node::Stmt(id) => (&mut self.stmts, id.0),
            Node::Pattern(id) => (&mut self.patterns, id.0),
            Node::Function(id) => (&mut self.functions, id.0),
            Node::Class(id) => (&mut self.classes, id.0),
        };
        slots.get_mut(id as usize)
    }
}

impl Node {
    pub fn span(self, segment: &Segment) -> Span {
        match self {
            Node::Expr(id) => segment[id].span,
            Node::Stmt(id) => segment[id].span,
            Node::Pattern(id) => segment[id].span,
            Node::Function(id) => segment[id].span,
            Node::Class(id) => segment[id].span,
        }
    }
}

macro_rules! from {
    ($($id:ident => $case:ident)*) => {$(
        impl From<$id> for Node {
            fn from(id: $id) -> Node {
                Node::$case(id)
            }
        }
    )*};
}

from! { ExprId => Expr StmtId => Stmt PatternId => Pattern FunctionId => Function ClassId => Class }
