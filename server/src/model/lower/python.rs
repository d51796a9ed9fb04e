use super::Cx;
use crate::model::Segment;

pub(super) fn lower(node: tree_sitter::Node<'_>, text: &str, base: u32) -> Segment {
    let cx = Cx::new(text, base);
    let _ = node;
    cx.builder.segment
}
