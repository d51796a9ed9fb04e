//! Routes as a person names them: `/health`, `/api/public/**`, `GET /api/posts/*`.

/// What is wrong with a name for routes, in words.
pub(super) fn problem(text: &str) -> Option<&'static str> {
    let (method, path) = split(text);
    match () {
        () if !path.starts_with('/') => Some("a route begins with `/`, or with a method and a blank (`GET /api/posts`)"),
        () if path.contains(char::is_whitespace) => Some("a path holds no blanks"),
        () if path.contains("://") || path.contains('?') => Some("only the path is compared: no host, no query string"),
        () if method.is_some_and(|method| !method.bytes().all(|byte| byte.is_ascii_alphabetic())) => Some("a method is one word, such as GET"),
        () if path.split('/').any(|segment| segment.contains("**") && segment != "**") => {
            Some("`**` stands for whole parts of a path and alone between slashes")
        }
        () => None,
    }
}

/// Does the name cover a route? `*` stands for anything within one part of a path, `**` for any parts, also for none. A part
/// that is a parameter matches however the framework writes it: `/notes/:id` is `/notes/[id]`, `/notes/{id}`, `/notes/<int:id>`.
pub(super) fn covers(text: &str, methods: &[impl AsRef<str>], path: &str) -> bool {
    let (method, pattern) = split(text);
    let is_method = method.is_none_or(|method| methods.iter().any(|known| known.as_ref().eq_ignore_ascii_case(method)) && methods.len() == 1);
    is_method && segments_match(&segments(pattern), &segments(path))
}

fn split(text: &str) -> (Option<&str>, &str) {
    match text.trim().split_once(' ') {
        Some((method, path)) if !method.starts_with('/') => (Some(method), path.trim_start()),
        _ => (None, text.trim()),
    }
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

/// Goes back to the last `**` only, which is enough, and keeps it from trying all ways.
fn segments_match(pattern: &[&str], path: &[&str]) -> bool {
    let (mut at, mut here) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while here < path.len() {
        match pattern.get(at) {
            Some(&"**") => {
                back = Some((at, here));
                at += 1;
            }
            Some(segment) if path.get(here).is_some_and(|known| segment_matches(segment, known)) => {
                at += 1;
                here += 1;
            }
            _ => {
                let Some((star, from)) = back else { return false };
                back = Some((star, from + 1));
                (at, here) = (star + 1, from + 1);
            }
        }
    }
    pattern.iter().skip(at).all(|segment| *segment == "**")
}

fn segment_matches(pattern: &str, segment: &str) -> bool {
    if is_parameter(pattern) && is_parameter(segment) {
        return true;
    }
    let mut rest = segment;
    let mut parts = pattern.split('*');
    let Some(first) = parts.next() else { return false };
    let Some(after) = rest.strip_prefix(first) else { return false };
    rest = after;
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with([':', '[', '{', '<'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cover_routes() {
        for (text, path) in [
            ("/health", "/health"),
            ("/health/", "/health"),
            ("/api/public/**", "/api/public/a/b"),
            ("/api/public/**", "/api/public"),
            ("/api/public/*", "/api/public/a"),
            ("/**/open", "/a/b/open"),
            ("/**/a/**/b", "/x/a/a/y/b"),
            ("/api/v*/posts", "/api/v2/posts"),
            ("/notes/:id", "/notes/[id]"),
            ("/notes/{id}", "/notes/<int:pk>"),
            ("/notes/*", "/notes/:id"),
            ("/", "/"),
            ("GET /posts", "/posts"),
        ] {
            assert!(covers(text, &["GET"], path), "{text} {path}");
        }
        for (text, path) in [
            ("/health", "/healthy"),
            ("/health", "/api/health"),
            ("/api/public/*", "/api/public"),
            ("/api/public/*", "/api/public/a/b"),
            ("/api/v*s/x", "/api/v2/x"),
            ("/notes/new", "/notes/:id"),
            ("/notes/:id", "/notes/new"),
            ("DELETE /posts", "/posts"),
            ("", "/a"),
        ] {
            assert!(!covers(text, &["GET"], path), "{text} {path}");
        }
        assert!(!covers("GET /posts", &["GET", "POST"], "/posts"), "what else it answers is not covered");
        assert!(!covers("GET /posts", &[] as &[&str], "/posts"));
    }

    #[test]
    fn what_is_no_route_is_told() {
        for text in ["health", "", "GET health", "/a b", "https://a/b", "/a?b=1", "/a**/b", "G3T /a"] {
            assert!(problem(text).is_some(), "{text}");
        }
        for text in ["/", "/health", "/a/**", "/**", "post /a/:id", "/(group)/a"] {
            assert_eq!(problem(text), None, "{text}");
        }
    }

    #[test]
    fn hostile_names_are_compared_in_reasonable_time() {
        let text = "/**/a".repeat(2000);
        let path = "/a".repeat(5000);
        assert!(!covers(&format!("{text}/b"), &["GET"], &path));
        assert!(!covers(&format!("/{}b", "*a".repeat(2000)), &["GET"], &format!("/{}", "a".repeat(5000))));
    }
}
