//! Imports.

use tree_sitter::Node;

use super::kind::{Field, Kind};
use super::{Part, Reader};
use crate::model::{Import, ImportName, StmtId, StmtKind};
use crate::text::{Name, Span};

impl<'t, 'n> Reader<'t, 'n> {
    /// `import a.b, c as d`: one import each.
    pub(super) fn import(&mut self, node: Node<'n>, out: &mut Vec<StmtId>) {
        let span = self.span(node);
        for part in self.parts(node) {
            let (module, local) = match part.kind {
                Kind::AliasedImport => {
                    let parts = self.parts(part.node);
                    let (Some(module), Some(alias)) = (parts.first(), parts.get(1)) else { continue };
                    ((self.name(module.node), self.span(module.node)), self.name(alias.node))
                }
                Kind::DottedName => {
                    let Some(first) = self.parts(part.node).first().copied() else { continue };
                    let name = self.name(first.node);
                    ((name.clone(), self.span(first.node)), name)
                }
                _ => continue,
            };
            let name = ImportName { imported: Name::new_static("*"), local, type_only: false, span: self.span(part.node) };
            let (source, source_span) = module;
            let import = Import { source, source_span, names: vec![name], type_only: false, bare: false };
            out.push(self.cx.builder.stmt(span, StmtKind::Import(import)));
        }
    }

    pub(super) fn import_from(&mut self, node: Node<'n>) -> StmtKind {
        let mut source = (Name::default(), Span::at(self.span(node).end));
        let mut names = Vec::new();
        for part in self.parts(node) {
            match part.kind {
                Kind::Future => source = self.module(part),
                _ if part.field == Field::ModuleName => source = self.module(part),
                Kind::WildcardImport => {
                    let star = Name::new_static("*");
                    names.push(ImportName { imported: star.clone(), local: star, type_only: false, span: self.span(part.node) });
                }
                Kind::DottedName => {
                    let name = self.name(part.node);
                    names.push(ImportName { imported: name.clone(), local: name, type_only: false, span: self.span(part.node) });
                }
                Kind::AliasedImport => {
                    let parts = self.parts(part.node);
                    let (Some(name), Some(alias)) = (parts.first(), parts.get(1)) else { continue };
                    let (imported, local) = (self.name(name.node), self.name(alias.node));
                    names.push(ImportName { imported, local, type_only: false, span: self.span(part.node) });
                }
                _ => {}
            }
        }
        let (source, source_span) = source;
        StmtKind::Import(Import { source, source_span, names, type_only: false, bare: false })
    }

    fn module(&self, part: Part<'n>) -> (Name, Span) {
        (self.name(part.node), self.span(part.node))
    }
}
