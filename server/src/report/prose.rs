//! Plain sentences with code between backticks, taken apart for formats that show code in their own way.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Piece<'t> {
    Words(&'t str),
    Code(&'t str),
}

/// A backtick that is never closed is one.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((inside, tail)) = after.split_once('`').filter(|(inside, _)| !inside.is_empty()) else { break };
        if !before.is_empty() {
            out.push(Piece::Words(before));
        }
        out.push(Piece::Code(inside));
        rest = tail;
    }
    if !rest.is_empty() {
        out.push(Piece::Words(rest));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stands_between_backticks() {
        assert_eq!(pieces("a `b` c`d`"), [Piece::Words("a "), Piece::Code("b"), Piece::Words(" c"), Piece::Code("d")]);
        assert_eq!(pieces("a `b"), [Piece::Words("a `b")]);
        assert_eq!(pieces("``x"), [Piece::Words("``x")]);
        assert_eq!(pieces(""), []);
    }
}
