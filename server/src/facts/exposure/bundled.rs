//! Variables that a library copies into what ships whatever they are called: `Config.API_KEY` of `react-native-config`.

use super::item::ItemFacts;
use super::table::EXPOSURE;
use crate::model::visit::{self, Node};
use crate::model::{ExprKind, Placed};
use crate::text::{Name, Span};

/// A variable that code takes from such a library. The span is absolute.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bundled {
    pub name: Name,
    pub span: Span,
    /// Which item of the file.
    pub item: usize,
}

/// The variables that a file takes so, in order.
pub fn bundled<'i>(items: impl IntoIterator<Item = &'i ItemFacts>, segments: &[Placed]) -> Vec<Bundled> {
    let mut found = Vec::new();
    let mut objects: Vec<Name> = Vec::new();
    for ((item, facts), placed) in items.into_iter().enumerate().zip(segments) {
        for import in &facts.imports {
            if EXPOSURE.bundled_modules.iter().any(|known| known == import.source.as_str()) {
                found.extend(import.names.iter().filter(|(name, _)| is_variable(name)).map(|(name, _)| Bundled {
                    name: name.clone(),
                    span: placed.absolute(import.span),
                    item,
                }));
            }
            if EXPOSURE.bundled_objects.iter().any(|known| known == import.source.as_str()) {
                objects.extend(import.names.iter().map(|(_, local)| local.clone()));
            }
        }
    }
    if objects.is_empty() {
        return found;
    }
    for (item, placed) in segments.iter().enumerate() {
        let segment = &placed.segment;
        visit::visit(segment, |node, _| {
            let Node::Expr(expr) = node else { return };
            if let ExprKind::Member { base, name, .. } = &segment[expr].kind
                && is_variable(name)
                && matches!(&segment[*base].kind, ExprKind::Name(object) if objects.contains(object))
            {
                found.push(Bundled { name: name.clone(), span: placed.absolute(segment[expr].span), item });
            }
        });
    }
    found
}

fn is_variable(name: &str) -> bool {
    name.len() > 2 && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}
