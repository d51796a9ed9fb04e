//! `guardline: public REASON` in a comment above a handler: it is meant for everybody.

use crate::facts::place::Site;
use crate::project::Project;

/// Does such a comment stand above this place, before anything else that answers?
pub fn is_meant_for_everybody(project: &Project, site: &Site) -> bool {
    let Some(module) = project.file(&site.item.file).and_then(|file| file.module.as_ref()) else { return false };
    let Some(index) = module.segment_of(&site.item) else { return false };
    let segments = &module.model.segments;
    let Some(placed) = segments.get(index) else { return false };
    let above = placed.segment.functions.iter().map(|function| function.span.end).filter(|end| *end <= site.span.start).max().unwrap_or(0);
    let inside = placed.segment.comments.iter().filter(|comment| comment.span.start >= above && comment.span.end <= site.span.start);
    if inside.into_iter().any(|comment| gives_reason(&comment.text)) {
        return true;
    }
    // Comments of their own right above the item.
    above == 0
        && segments
            .iter()
            .take(index)
            .rev()
            .take_while(|placed| placed.segment.body.is_empty())
            .take(8)
            .any(|placed| placed.segment.comments.iter().any(|comment| gives_reason(&comment.text)))
}

fn gives_reason(comment: &str) -> bool {
    comment.split_once("guardline: public").is_some_and(|(_, reason)| reason.chars().any(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::gives_reason;

    #[test]
    fn a_reason_is_needed() {
        assert!(gives_reason("// guardline: public the price list is on our site anyway"));
        assert!(!gives_reason("# guardline: public"));
    }
}
