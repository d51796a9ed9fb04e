//! Regular expressions of the code that is read, as far as they mean the same to us.

use regex::{Regex, RegexBuilder};

const MOST_BYTES: usize = 200;
const MOST_COMPILED: usize = 1 << 16;

/// `/pattern/flags`. What is written in a way of JavaScript's own is not read.
pub(super) fn read(written: &str) -> Option<Regex> {
    let (pattern, flags) = written.strip_prefix('/')?.rsplit_once('/')?;
    if pattern.len() > MOST_BYTES || flags.contains(['v', 'y']) {
        return None;
    }
    RegexBuilder::new(pattern)
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .size_limit(MOST_COMPILED)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_pattern_is_read_or_left_alone() {
        assert!(read(r"/\d+$/").is_some_and(|pattern| pattern.is_match("path12") && !pattern.is_match("timezone")));
        assert!(read("/^ID/i").is_some_and(|pattern| pattern.is_match("identity")));
        for strange in ["", "/", "//", "/(?=ahead)/", r"/(a)\1/", "/[/", "/a/y", "/a"] {
            assert!(read(strange).is_none_or(|pattern| pattern.is_match("")), "{strange}");
        }
    }
}
