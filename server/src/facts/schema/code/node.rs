//! An expression in its segment: what readers of schema code hold in hand.

use crate::facts::schema::declared::MOST_COLUMNS;
use crate::model::{Arg, CallKind, Class, Entry, Expr, ExprId, ExprKind, Function, Key, Placed, StmtKind, TemplatePart, TypeRef};
use crate::text::{Name, Span};

#[derive(Clone, Copy)]
pub(super) struct Node<'m> {
    pub placed: &'m Placed,
    pub id: ExprId,
}

/// `callee(args)`
#[derive(Clone, Copy)]
pub(super) struct Call<'m> {
    pub callee: Node<'m>,
    placed: &'m Placed,
    args: &'m [Arg],
    pub kind: CallKind,
}

/// `key: value` of an object.
pub(super) struct Field<'m> {
    pub name: Name,
    pub name_span: Span,
    pub value: Node<'m>,
}

impl<'m> Node<'m> {
    fn expr(self) -> &'m Expr {
        &self.placed.segment[self.id]
    }

    pub fn kind(self) -> &'m ExprKind {
        &self.expr().kind
    }

    pub fn at(self, id: ExprId) -> Node<'m> {
        Node { id, ..self }
    }

    /// In the file.
    pub fn span(self) -> Span {
        self.placed.absolute(self.expr().span)
    }

    /// A string's text; of a template only if it has no holes.
    pub fn text(self) -> Option<Name> {
        match self.kind() {
            ExprKind::Str(text) => Some(Name::from(&**text)),
            ExprKind::Template(parts) => match parts.as_slice() {
                [TemplatePart::Text(text, _)] => Some(Name::from(&**text)),
                [] => Some(Name::default()),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn is_true(self) -> bool {
        matches!(self.kind(), ExprKind::Bool(true))
    }

    /// `a.b.c`, also through calls without meaning of their own (`await`, `!`).
    pub fn path(self) -> Option<Name> {
        match self.kind() {
            ExprKind::Name(name) => Some(name.clone()),
            ExprKind::Member { base, name, .. } => Some(Name::from(format!("{}.{name}", self.at(*base).path()?))),
            ExprKind::Await(inner) => self.at(*inner).path(),
            _ => None,
        }
    }

    /// The last name of a path: `Column` of `db.Column`.
    pub fn last_name(self) -> Option<&'m Name> {
        match self.kind() {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name),
            _ => None,
        }
    }

    pub fn call(self) -> Option<Call<'m>> {
        match self.kind() {
            ExprKind::Call { callee, args, kind, .. } => Some(Call { callee: self.at(*callee), placed: self.placed, args, kind: *kind }),
            ExprKind::Await(inner) => self.at(*inner).call(),
            _ => None,
        }
    }

    /// `root(…).a(…).b(…)`: the call it begins with, and the calls on its result in order. Any other expression begins
    /// with itself.
    pub fn chain(self) -> (Node<'m>, Vec<(&'m Name, Call<'m>)>) {
        let (mut node, mut calls) = (self, Vec::new());
        while let Some(call) = node.call() {
            let ExprKind::Member { base, name, .. } = call.callee.kind() else { break };
            let base = node.at(*base);
            if !matches!(base.kind(), ExprKind::Call { .. }) {
                break;
            }
            calls.push((name, call));
            node = base;
        }
        calls.reverse();
        (node, calls)
    }

    /// An object's fields with constant names.
    pub fn fields(self) -> Vec<Field<'m>> {
        let ExprKind::Object(entries) = self.kind() else { return Vec::new() };
        let field = |entry: &'m Entry| match entry {
            Entry::Field { key: Key::Name(name), key_span, value, .. } => {
                Some(Field { name: name.clone(), name_span: self.placed.absolute(*key_span), value: self.at(*value) })
            }
            _ => None,
        };
        entries.iter().take(MOST_COLUMNS).filter_map(field).collect()
    }

    /// What an object spreads: `...timestamps`.
    pub fn spreads(self) -> Vec<Node<'m>> {
        let ExprKind::Object(entries) = self.kind() else { return Vec::new() };
        entries.iter().filter_map(|entry| if let Entry::Spread { value, .. } = entry { Some(self.at(*value)) } else { None }).collect()
    }

    pub fn field(self, name: &str) -> Option<Node<'m>> {
        self.fields().into_iter().find(|field| field.name == name).map(|field| field.value)
    }

    pub fn items(self) -> Vec<Node<'m>> {
        match self.kind() {
            ExprKind::Seq { items, .. } => items.iter().take(MOST_COLUMNS).map(|item| self.at(item.value)).collect(),
            _ => Vec::new(),
        }
    }

    pub fn is_list(self) -> bool {
        matches!(self.kind(), ExprKind::Seq { .. })
    }

    pub fn function(self) -> Option<&'m Function> {
        match self.kind() {
            ExprKind::Function(id) => Some(&self.placed.segment[*id]),
            _ => None,
        }
    }

    /// What a function gives back with its last `return`: `() => users.id`.
    pub fn returned(self) -> Option<Node<'m>> {
        let last = self.function()?.body.last()?;
        match &self.placed.segment[*last].kind {
            StmtKind::Return(Some(value)) => Some(self.at(*value)),
            _ => None,
        }
    }

    /// A function's result, or the expression itself.
    pub fn value(self) -> Node<'m> {
        self.returned().unwrap_or(self)
    }
}

impl<'m> Call<'m> {
    /// The n-th positional argument.
    pub fn arg(&self, n: usize) -> Option<Node<'m>> {
        self.args.iter().filter(|arg| arg.name.is_none() && !arg.spread).nth(n).map(|arg| Node { placed: self.placed, id: arg.value })
    }

    pub fn named(&self, name: &str) -> Option<Node<'m>> {
        self.args.iter().find(|arg| arg.name.as_deref() == Some(name)).map(|arg| Node { placed: self.placed, id: arg.value })
    }

    pub fn args(&self) -> impl Iterator<Item = Node<'m>> {
        let placed = self.placed;
        self.args.iter().filter(|arg| arg.name.is_none()).map(move |arg| Node { placed, id: arg.value })
    }

    pub fn is_named_true(&self, name: &str) -> bool {
        self.named(name).is_some_and(Node::is_true)
    }
}

/// A class in its segment.
#[derive(Clone, Copy)]
pub(super) struct ClassNode<'m> {
    pub placed: &'m Placed,
    pub class: &'m Class,
}

impl<'m> ClassNode<'m> {
    pub fn node(self, id: ExprId) -> Node<'m> {
        Node { placed: self.placed, id }
    }

    /// Its attributes, as many as a table can have.
    pub fn fields(self) -> impl Iterator<Item = &'m crate::model::Field> {
        self.class.fields.iter().take(MOST_COLUMNS)
    }

    pub fn bases(self) -> impl Iterator<Item = Node<'m>> {
        self.class.bases.iter().map(move |id| self.node(*id))
    }

    pub fn name_span(self) -> Span {
        self.placed.absolute(self.class.name_span)
    }

    /// The value of a class attribute: `__tablename__ = "notes"`.
    pub fn value(self, name: &str) -> Option<Node<'m>> {
        self.class.fields.iter().find(|field| field.name == name)?.value.map(|id| self.node(id))
    }

    /// A nested class: `class Meta:`.
    pub fn nested(self, name: &str) -> Option<ClassNode<'m>> {
        self.class.statements.iter().find_map(|id| match &self.placed.segment[*id].kind {
            StmtKind::Class(class) => Some(ClassNode { placed: self.placed, class: &self.placed.segment[*class] }).filter(|node| node.class.name == name),
            _ => None,
        })
    }
}

/// Of `Mapped[list["Note"]]`, `Optional[X]`, `X | None`, `Annotated[X, …]`: the type that matters, whether it may be
/// missing, whether there are several.
pub(super) fn core_type(ty: &TypeRef) -> (Name, bool, bool) {
    let (mut ty, mut optional, mut list) = (ty, false, false);
    for _ in 0..8 {
        match last_segment(&ty.name) {
            "|" | "Union" => {
                let is_none = |arm: &&TypeRef| matches!(arm.name.as_str(), "None" | "null" | "undefined");
                optional |= ty.args.iter().any(|arm| is_none(&arm));
                match ty.args.iter().find(|arm| !is_none(arm)) {
                    Some(arm) => ty = arm,
                    None => break,
                }
            }
            "Optional" => {
                optional = true;
                match ty.args.first() {
                    Some(inner) => ty = inner,
                    None => break,
                }
            }
            "Array" | "List" | "list" | "Set" | "set" | "Sequence" | "Collection" | "WriteOnlyMapped" | "DynamicMapped" | "ReverseRelation"
            | "ManyToManyRelation" => {
                list = true;
                match ty.args.first() {
                    Some(inner) => ty = inner,
                    None => break,
                }
            }
            "Mapped" | "Annotated" | "ClassVar" | "Ref" | "Relation" | "Promise" | "Indexed" | "ForeignKeyRelation" | "Types.ObjectId" => {
                match ty.args.first() {
                    Some(inner) => ty = inner,
                    None => break,
                }
            }
            _ => break,
        }
    }
    (ty.name.clone(), optional, list)
}

pub(super) fn last_segment(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
