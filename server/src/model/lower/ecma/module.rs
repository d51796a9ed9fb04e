//! Imports and exports.

use super::kinds::{Field, Kind};
use super::{Child, Children, Ecma};
use crate::model::{ExportName, ExprKind, Import, ImportName, PatternKind, StmtId, StmtKind};
use crate::text::{Name, Span};

const ALL: Name = Name::new_static("*");
const DEFAULT: Name = Name::new_static("default");

impl<'a> Ecma<'a> {
    pub(super) fn import(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        let span = self.span(child);
        let children = self.children(child.node);
        let type_only = is_type_only(&children);
        let mut names = Vec::new();
        let mut source = children.field(Field::Source);
        let mut bare = true;
        if let Some(clause) = children.kind(Kind::ImportClause) {
            bare = false;
            self.import_clause(clause, &mut names);
        }
        // `import x = require("y")`
        if let Some(clause) = children.kind(Kind::ImportRequireClause) {
            bare = false;
            let parts = self.children(clause.node);
            source = parts.field(Field::Source);
            if let Some(local) = parts.kind(Kind::Identifier) {
                names.push(ImportName { imported: ALL, local: self.name(local), type_only: false, span: self.span(local) });
            }
        }
        let Some(source) = source else { return self.fragments(&children.0, out) };
        let import = Import { source: self.string_name(source), source_span: self.inside_span(source), names, type_only, bare };
        self.emit(span, StmtKind::Import(import), out);
    }

    fn import_clause(&mut self, clause: Child<'a>, names: &mut Vec<ImportName>) {
        let children = self.children(clause.node);
        for child in children.iter() {
            let span = self.span(child);
            match child.kind {
                Kind::Identifier => names.push(ImportName { imported: DEFAULT, local: self.name(child), type_only: false, span }),
                Kind::NamespaceImport => {
                    if let Some(local) = self.children(child.node).kind(Kind::Identifier) {
                        names.push(ImportName { imported: ALL, local: self.name(local), type_only: false, span });
                    }
                }
                Kind::NamedImports => {
                    let specifiers = self.children(child.node);
                    for specifier in specifiers.iter().filter(|child| child.kind == Kind::ImportSpecifier) {
                        let parts = self.children(specifier.node);
                        let Some(name) = parts.field(Field::Name) else { continue };
                        let imported = self.module_name(name);
                        let local = parts.field(Field::Alias).map_or_else(|| imported.clone(), |alias| self.name(alias));
                        names.push(ImportName { imported, local, type_only: is_type_only(&parts), span: self.span(specifier) });
                    }
                }
                _ => {}
            }
        }
    }

    /// The name of an export: an identifier or a string.
    fn module_name(&self, child: Child<'a>) -> Name {
        if child.kind == Kind::String { self.string_name(child) } else { self.name(child) }
    }

    pub(super) fn export(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        let span = self.span(child);
        let children = self.children(child.node);
        let default = children.has(Kind::WordDefault);
        if let Some(declaration) = children.field(Field::Declaration) {
            return self.export_declaration(child, declaration, default, out);
        }
        if let Some(value) = children.field(Field::Value) {
            let decorators = self.decorators(&children);
            let value = self.expr(value);
            if let ExprKind::Class(class) = self.cx.builder.segment[value].kind {
                self.cx.builder.segment.classes[class.0 as usize].decorators.splice(0..0, decorators);
            }
            return self.emit(span, StmtKind::ExportDefault(value), out);
        }
        let mut names = Vec::new();
        if let Some(clause) = children.kind(Kind::ExportClause) {
            let specifiers = self.children(clause.node);
            for specifier in specifiers.iter().filter(|child| child.kind == Kind::ExportSpecifier) {
                let parts = self.children(specifier.node);
                let Some(name) = parts.field(Field::Name) else { continue };
                let local = self.module_name(name);
                let exported = parts.field(Field::Alias).map_or_else(|| local.clone(), |alias| self.module_name(alias));
                names.push(ExportName { local, exported, type_only: is_type_only(&parts) });
            }
        } else if let Some(namespace) = children.kind(Kind::NamespaceExport) {
            let name = self.children(namespace.node).iter().find(|child| matches!(child.kind, Kind::Identifier | Kind::String));
            let exported = name.map_or(ALL, |name| self.module_name(name));
            names.push(ExportName { local: ALL, exported, type_only: false });
        } else if children.has(Kind::Star) {
            names.push(ExportName { local: ALL, exported: ALL, type_only: false });
        } else if children.has(Kind::Equals) {
            return self.export_assignment(span, &children, out);
        } else {
            // `export as namespace X` says something to the type checker; all else is half typed.
            let wrong: Vec<Child<'a>> = children.iter().filter(|child| child.kind == Kind::Error).collect();
            return self.fragments(&wrong, out);
        }
        let source = children.field(Field::Source).map(|source| self.string_name(source));
        // The grammar does not know `export type *`.
        let type_only = is_type_only(&children) || children.kind(Kind::Error).is_some_and(|error| self.cx.text_of(error.node) == "type");
        self.emit(span, StmtKind::ExportNames { names, source, type_only }, out);
    }

    /// `export` before a declaration, which may be several statements (`const a = 1, b = 2`) or none (`interface A {}`).
    fn export_declaration(&mut self, child: Child<'a>, declaration: Child<'a>, default: bool, out: &mut Vec<StmtId>) {
        let span = self.span(child);
        let children = self.children(child.node);
        let mut inner = Vec::new();
        if matches!(declaration.kind, Kind::ClassDeclaration | Kind::AbstractClassDeclaration) {
            let decorators = self.decorators(&children);
            let declaration_span = self.span(declaration);
            if let Some(class) = self.deeper(|ecma| ecma.class(declaration, decorators)) {
                self.emit(declaration_span, StmtKind::Class(class), &mut inner);
            }
        } else {
            self.stmt(declaration, &mut inner);
        }
        for stmt in inner {
            self.emit(span, StmtKind::Export { stmt, default }, out);
        }
    }

    /// `export = x`, which is TypeScript for `module.exports = x`.
    fn export_assignment(&mut self, span: Span, children: &Children<'a>, out: &mut Vec<StmtId>) {
        let at = Span::at(span.start);
        let value = self.operand(children.expression(), span);
        let base = self.push(at, ExprKind::Name(Name::new_static("module")));
        let place = self.push(at, ExprKind::Member { base, name: Name::new_static("exports"), name_span: at, optional: false });
        let target = self.cx.builder.pattern(at, PatternKind::Place(place));
        let assignment = self.push(span, ExprKind::Assign { target, op: None, value });
        self.emit(span, StmtKind::Expr(assignment), out);
    }
}

fn is_type_only(children: &Children<'_>) -> bool {
    children.has(Kind::WordType) || children.has(Kind::WordTypeof)
}
