//! Which part of an address a value stands in, by what stands before it.

use super::holes::Before;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// The whole address, host and all.
    Whole,
    /// A part of the host: `https://${x}.example.com`.
    Host,
    /// Path, query or fragment: the host stands before it.
    Path,
}

/// How much of an address a value decides that stands behind this text.
pub fn reach(before: &Before) -> Reach {
    let text = before.text.trim_start();
    if before.own {
        // Whatever the program put there ends its own host, unless it is only a scheme: `${base}${x}` is left alone, too.
        return if text == "://" { Reach::Host } else { Reach::Path };
    }
    if text.is_empty() {
        return Reach::Whole;
    }
    let after_scheme = match text.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')) => rest,
        _ => match text.strip_prefix("//") {
            Some(rest) => rest,
            // A path of this very site, or some other text.
            None => return Reach::Path,
        },
    };
    if after_scheme.contains(['/', '?', '#', '\\']) { Reach::Path } else { Reach::Host }
}

#[cfg(test)]
mod tests {
    use super::{Reach, reach};
    use crate::rules::holes::Before;

    #[test]
    fn the_host_ends_where_a_browser_says() {
        let of = |own, text: &str| reach(&Before { own, text: text.to_owned(), ..Before::default() });
        assert_eq!(of(false, ""), Reach::Whole);
        assert_eq!(of(false, "https://"), Reach::Host);
        assert_eq!(of(false, "https://example.com"), Reach::Host);
        assert_eq!(of(false, "https://example.com/users/"), Reach::Path);
        assert_eq!(of(false, "/api/"), Reach::Path);
        assert_eq!(of(false, "//"), Reach::Host);
        assert_eq!(of(true, ""), Reach::Path);
        assert_eq!(of(true, "/users/"), Reach::Path);
        assert_eq!(of(true, "://"), Reach::Host);
    }
}
