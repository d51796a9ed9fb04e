//! What stands in the arenas of a segment, as it is where it was copied to: every id and every place moved.
//!
//! Every field is named here: one that came and was forgotten would not compile.

use super::part::Marks;
use super::{
    Arg, Class, ClassId, Clause, Entry, ExportName, Expr, ExprId, ExprKind, Field, Function, FunctionId, Handler, Import, ImportName, JsxAttribute, Key,
    ObjectPatternEntry, Param, Pattern, PatternId, PatternKind, SeqItem, SequencePatternItem, Stmt, StmtId, StmtKind, TemplatePart, TypeRef,
};
use crate::text::Span;

/// How far a copy stands from what it was copied from.
pub struct Moves {
    exprs: u32,
    stmts: u32,
    patterns: u32,
    functions: u32,
    classes: u32,
    span: u32,
}

impl Moves {
    /// From where something stood, and where its text began, to where it stands now.
    pub(super) fn between((from, start): (Marks, u32), (to, now): (Marks, u32)) -> Moves {
        Moves {
            exprs: to.exprs.wrapping_sub(from.exprs),
            stmts: to.stmts.wrapping_sub(from.stmts),
            patterns: to.patterns.wrapping_sub(from.patterns),
            functions: to.functions.wrapping_sub(from.functions),
            classes: to.classes.wrapping_sub(from.classes),
            span: now.wrapping_sub(start),
        }
    }

    pub fn stmt_id(&self, id: StmtId) -> StmtId {
        StmtId(id.0.wrapping_add(self.stmts))
    }

    pub fn span(&self, span: Span) -> Span {
        Span { start: span.start.wrapping_add(self.span), end: span.end.wrapping_add(self.span) }
    }

    pub(super) fn marks(&self, at: Marks) -> Marks {
        Marks {
            exprs: at.exprs.wrapping_add(self.exprs),
            stmts: at.stmts.wrapping_add(self.stmts),
            patterns: at.patterns.wrapping_add(self.patterns),
            functions: at.functions.wrapping_add(self.functions),
            classes: at.classes.wrapping_add(self.classes),
        }
    }

    fn id(&self, id: ExprId) -> ExprId {
        ExprId(id.0.wrapping_add(self.exprs))
    }

    fn maybe(&self, id: Option<ExprId>) -> Option<ExprId> {
        id.map(|id| self.id(id))
    }

    fn ids(&self, ids: &[ExprId]) -> Vec<ExprId> {
        ids.iter().map(|id| self.id(*id)).collect()
    }

    fn stmt_ids(&self, ids: &[StmtId]) -> Vec<StmtId> {
        ids.iter().map(|id| self.stmt_id(*id)).collect()
    }

    fn pattern_id(&self, id: PatternId) -> PatternId {
        PatternId(id.0.wrapping_add(self.patterns))
    }

    fn function_id(&self, id: FunctionId) -> FunctionId {
        FunctionId(id.0.wrapping_add(self.functions))
    }

    fn class_id(&self, id: ClassId) -> ClassId {
        ClassId(id.0.wrapping_add(self.classes))
    }

    pub(super) fn expr(&self, Expr { span, kind, asserted }: &Expr) -> Expr {
        Expr { span: self.span(*span), kind: self.expr_kind(kind), asserted: *asserted }
    }

    fn expr_kind(&self, kind: &ExprKind) -> ExprKind {
        match kind {
            ExprKind::Str(_)
            | ExprKind::Bytes(_)
            | ExprKind::Num(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Regex(_)
            | ExprKind::Name(_)
            | ExprKind::TypeOf(_)
            | ExprKind::This
            | ExprKind::Super => kind.clone(),
            ExprKind::Template(parts) => ExprKind::Template(parts.iter().map(|part| self.template_part(part)).collect()),
            ExprKind::Member { base, name, name_span, optional } => {
                ExprKind::Member { base: self.id(*base), name: name.clone(), name_span: self.span(*name_span), optional: *optional }
            }
            ExprKind::Index { base, index, optional } => ExprKind::Index { base: self.id(*base), index: self.id(*index), optional: *optional },
            ExprKind::Call { callee, args, kind, optional } => {
                ExprKind::Call { callee: self.id(*callee), args: args.iter().map(|arg| self.arg(arg)).collect(), kind: *kind, optional: *optional }
            }
            ExprKind::Object(entries) => ExprKind::Object(entries.iter().map(|entry| self.entry(entry)).collect()),
            ExprKind::Seq { items, kind } => {
                let item = |SeqItem { value, spread }: &SeqItem| SeqItem { value: self.id(*value), spread: *spread };
                ExprKind::Seq { items: items.iter().map(item).collect(), kind: *kind }
            }
            ExprKind::Function(function) => ExprKind::Function(self.function_id(*function)),
            ExprKind::Class(class) => ExprKind::Class(self.class_id(*class)),
            ExprKind::Await(value) => ExprKind::Await(self.id(*value)),
            ExprKind::Yield(value) => ExprKind::Yield(self.maybe(*value)),
            ExprKind::Unary { op, operand } => ExprKind::Unary { op: *op, operand: self.id(*operand) },
            ExprKind::Binary { op, left, right } => ExprKind::Binary { op: *op, left: self.id(*left), right: self.id(*right) },
            ExprKind::Logical { op, left, right } => ExprKind::Logical { op: *op, left: self.id(*left), right: self.id(*right) },
            ExprKind::Cond { cond, then, otherwise } => ExprKind::Cond { cond: self.id(*cond), then: self.id(*then), otherwise: self.id(*otherwise) },
            ExprKind::Assign { target, op, value } => ExprKind::Assign { target: self.pattern_id(*target), op: *op, value: self.id(*value) },
            ExprKind::AssignLogical { target, op, value } => ExprKind::AssignLogical { target: self.pattern_id(*target), op: *op, value: self.id(*value) },
            ExprKind::Comprehension { kind, clauses, element, value } => ExprKind::Comprehension {
                kind: *kind,
                clauses: clauses.iter().map(|clause| self.clause(clause)).collect(),
                element: self.id(*element),
                value: self.maybe(*value),
            },
            ExprKind::Jsx { name, attributes, children } => ExprKind::Jsx {
                name: name.clone(),
                attributes: attributes.iter().map(|attribute| self.attribute(attribute)).collect(),
                children: self.ids(children),
            },
            ExprKind::Enter(value) => ExprKind::Enter(self.id(*value)),
            ExprKind::Other(parts) => ExprKind::Other(self.ids(parts)),
        }
    }

    fn template_part(&self, part: &TemplatePart) -> TemplatePart {
        match part {
            TemplatePart::Text(text, span) => TemplatePart::Text(text.clone(), self.span(*span)),
            TemplatePart::Hole(value, span) => TemplatePart::Hole(self.id(*value), self.span(*span)),
        }
    }

    fn arg(&self, Arg { name, value, spread, by_name, span }: &Arg) -> Arg {
        Arg { name: name.clone(), value: self.id(*value), spread: *spread, by_name: *by_name, span: self.span(*span) }
    }

    fn entry(&self, entry: &Entry) -> Entry {
        match entry {
            Entry::Field { key, key_span, value, shorthand, span } => {
                Entry::Field { key: self.key(key), key_span: self.span(*key_span), value: self.id(*value), shorthand: *shorthand, span: self.span(*span) }
            }
            Entry::Spread { value, span } => Entry::Spread { value: self.id(*value), span: self.span(*span) },
        }
    }

    fn key(&self, key: &Key) -> Key {
        match key {
            Key::Name(name) => Key::Name(name.clone()),
            Key::Computed(value) => Key::Computed(self.id(*value)),
        }
    }

    fn clause(&self, Clause { pattern, over, conditions }: &Clause) -> Clause {
        Clause { pattern: self.pattern_id(*pattern), over: self.id(*over), conditions: self.ids(conditions) }
    }

    fn attribute(&self, attribute: &JsxAttribute) -> JsxAttribute {
        match attribute {
            JsxAttribute::Named { name, name_span, value, span } => {
                JsxAttribute::Named { name: name.clone(), name_span: self.span(*name_span), value: self.maybe(*value), span: self.span(*span) }
            }
            JsxAttribute::Spread { value, span } => JsxAttribute::Spread { value: self.id(*value), span: self.span(*span) },
        }
    }

    pub(super) fn stmt(&self, Stmt { span, kind }: &Stmt) -> Stmt {
        Stmt { span: self.span(*span), kind: self.stmt_kind(kind) }
    }

    fn stmt_kind(&self, kind: &StmtKind) -> StmtKind {
        match kind {
            StmtKind::Let { pattern, value, ty, kind } => {
                StmtKind::Let { pattern: self.pattern_id(*pattern), value: self.maybe(*value), ty: ty.as_ref().map(|ty| self.ty(ty)), kind: *kind }
            }
            StmtKind::Expr(value) => StmtKind::Expr(self.id(*value)),
            StmtKind::If { cond, then, otherwise, removable } => {
                StmtKind::If { cond: self.id(*cond), then: self.stmt_ids(then), otherwise: self.stmt_ids(otherwise), removable: *removable }
            }
            StmtKind::Loop { kind, pattern, over, cond, body } => StmtKind::Loop {
                kind: *kind,
                pattern: pattern.map(|pattern| self.pattern_id(pattern)),
                over: self.maybe(*over),
                cond: self.maybe(*cond),
                body: self.stmt_ids(body),
            },
            StmtKind::Try { body, handlers, otherwise, finally } => StmtKind::Try {
                body: self.stmt_ids(body),
                handlers: handlers.iter().map(|handler| self.handler(handler)).collect(),
                otherwise: self.stmt_ids(otherwise),
                finally: self.stmt_ids(finally),
            },
            StmtKind::Return(value) => StmtKind::Return(self.maybe(*value)),
            StmtKind::Throw(value) => StmtKind::Throw(self.maybe(*value)),
            StmtKind::Break => StmtKind::Break,
            StmtKind::Continue => StmtKind::Continue,
            StmtKind::Block(body) => StmtKind::Block(self.stmt_ids(body)),
            StmtKind::Function(function) => StmtKind::Function(self.function_id(*function)),
            StmtKind::Class(class) => StmtKind::Class(self.class_id(*class)),
            StmtKind::Import(import) => StmtKind::Import(self.import(import)),
            StmtKind::Export { stmt, default } => StmtKind::Export { stmt: self.stmt_id(*stmt), default: *default },
            StmtKind::ExportDefault(value) => StmtKind::ExportDefault(self.id(*value)),
            StmtKind::ExportNames { names, source, type_only } => {
                let name = |ExportName { local, exported, type_only }: &ExportName| ExportName {
                    local: local.clone(),
                    exported: exported.clone(),
                    type_only: *type_only,
                };
                StmtKind::ExportNames { names: names.iter().map(name).collect(), source: source.clone(), type_only: *type_only }
            }
        }
    }

    fn handler(&self, Handler { pattern, types, body, span }: &Handler) -> Handler {
        let pattern = pattern.map(|pattern| self.pattern_id(pattern));
        Handler { pattern, types: self.ids(types), body: self.stmt_ids(body), span: self.span(*span) }
    }

    fn import(&self, Import { source, source_span, names, type_only, bare }: &Import) -> Import {
        let name = |ImportName { imported, local, type_only, span }: &ImportName| ImportName {
            imported: imported.clone(),
            local: local.clone(),
            type_only: *type_only,
            span: self.span(*span),
        };
        Import { source: source.clone(), source_span: self.span(*source_span), names: names.iter().map(name).collect(), type_only: *type_only, bare: *bare }
    }

    pub(super) fn pattern(&self, Pattern { span, kind }: &Pattern) -> Pattern {
        let kind = match kind {
            PatternKind::Name(name) => PatternKind::Name(name.clone()),
            PatternKind::Object { entries, rest } => {
                let entry = |ObjectPatternEntry { key, key_span, pattern }: &ObjectPatternEntry| ObjectPatternEntry {
                    key: self.key(key),
                    key_span: self.span(*key_span),
                    pattern: self.pattern_id(*pattern),
                };
                PatternKind::Object { entries: entries.iter().map(entry).collect(), rest: rest.map(|rest| self.pattern_id(rest)) }
            }
            PatternKind::Sequence { items } => {
                let item =
                    |SequencePatternItem { pattern, rest }: &SequencePatternItem| SequencePatternItem { pattern: self.pattern_id(*pattern), rest: *rest };
                PatternKind::Sequence { items: items.iter().map(item).collect() }
            }
            PatternKind::Default { pattern, default } => PatternKind::Default { pattern: self.pattern_id(*pattern), default: self.id(*default) },
            PatternKind::Place(place) => PatternKind::Place(self.id(*place)),
            PatternKind::Ignore => PatternKind::Ignore,
        };
        Pattern { span: self.span(*span), kind }
    }

    pub(super) fn function(&self, function: &Function) -> Function {
        let Function {
            name,
            name_span,
            kind,
            params,
            body,
            expression_body,
            decorators,
            directives,
            globals,
            is_async,
            is_generator,
            is_static,
            returns,
            span,
            params_span,
            body_span,
        } = function;
        Function {
            name: name.clone(),
            name_span: self.span(*name_span),
            kind: *kind,
            params: params.iter().map(|param| self.param(param)).collect(),
            body: self.stmt_ids(body),
            expression_body: *expression_body,
            decorators: self.ids(decorators),
            directives: directives.clone(),
            globals: globals.clone(),
            is_async: *is_async,
            is_generator: *is_generator,
            is_static: *is_static,
            returns: returns.as_ref().map(|ty| self.ty(ty)),
            span: self.span(*span),
            params_span: self.span(*params_span),
            body_span: self.span(*body_span),
        }
    }

    fn param(&self, Param { pattern, default, decorators, ty, rest, keyword_only, span }: &Param) -> Param {
        Param {
            pattern: self.pattern_id(*pattern),
            default: self.maybe(*default),
            decorators: self.ids(decorators),
            ty: ty.as_ref().map(|ty| self.ty(ty)),
            rest: *rest,
            keyword_only: *keyword_only,
            span: self.span(*span),
        }
    }

    fn ty(&self, TypeRef { name, args, members, value, span }: &TypeRef) -> TypeRef {
        TypeRef {
            name: name.clone(),
            args: args.iter().map(|arg| self.ty(arg)).collect(),
            members: members.iter().map(|(name, ty)| (name.clone(), self.ty(ty))).collect(),
            value: self.maybe(*value),
            span: self.span(*span),
        }
    }

    pub(super) fn class(&self, Class { name, name_span, bases, keywords, decorators, fields, methods, statements, span }: &Class) -> Class {
        Class {
            name: name.clone(),
            name_span: self.span(*name_span),
            bases: self.ids(bases),
            keywords: keywords.iter().map(|(name, value)| (name.clone(), self.id(*value))).collect(),
            decorators: self.ids(decorators),
            fields: fields.iter().map(|field| self.field(field)).collect(),
            methods: methods.iter().map(|method| self.function_id(*method)).collect(),
            statements: self.stmt_ids(statements),
            span: self.span(*span),
        }
    }

    fn field(&self, Field { name, name_span, ty, value, decorators, is_static, injected, span }: &Field) -> Field {
        Field {
            name: name.clone(),
            name_span: self.span(*name_span),
            ty: ty.as_ref().map(|ty| self.ty(ty)),
            value: self.maybe(*value),
            decorators: self.ids(decorators),
            is_static: *is_static,
            injected: *injected,
            span: self.span(*span),
        }
    }
}
