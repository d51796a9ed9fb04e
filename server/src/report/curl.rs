//! Commands to be typed into a terminal: nothing from a repository may do more there than be an address.

use crate::rules::evidence::OfRoute;

/// Where the app will be; whoever types the command puts their own in.
pub(super) const SITE: &str = "https://YOUR-SITE";

/// `curl -i -X DELETE 'https://YOUR-SITE/api/notes/ID'`
pub(super) fn call(route: &OfRoute) -> Option<String> {
    let path = address(route.path.as_deref()?)?;
    let method = method(route);
    let method = if method == "GET" { String::new() } else { format!("-X {method} ") };
    Some(format!("curl -i {method}'{SITE}{path}'"))
}

/// The first method that is a plain word; the harmless one if there are several.
pub(super) fn method(route: &OfRoute) -> &str {
    let is_word = |method: &&str| !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase());
    let mut methods = route.methods.iter().map(|method| method.as_str()).filter(is_word);
    let first = methods.clone().next().unwrap_or("GET");
    methods.find(|method| *method == "GET").unwrap_or(first)
}

/// The path with `ID` where a parameter stands. `None` for one that takes anything.
pub(super) fn address(path: &str) -> Option<String> {
    if path.contains('*') || path.contains("[...") {
        return None;
    }
    let part = |part: &str| -> String {
        if part.starts_with([':', '[', '{', '<', '$']) {
            return "ID".to_owned();
        }
        part.bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => (byte as char).to_string(),
                byte => format!("%{byte:02X}"),
            })
            .collect()
    };
    let parts: Vec<String> = path.split('/').map(part).collect();
    let joined = parts.join("/");
    Some(if joined.starts_with('/') { joined } else { format!("/{joined}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::route;
    use crate::text::FileId;

    #[test]
    fn a_path_is_an_address_and_nothing_else() {
        let of = |path: &str| call(&route(path, &FileId::new("/shop/a.ts")));
        assert_eq!(of("/api/notes/:id").as_deref(), Some("curl -i 'https://YOUR-SITE/api/notes/ID'"));
        assert_eq!(of("/api/[team]/x").as_deref(), Some("curl -i 'https://YOUR-SITE/api/ID/x'"));
        assert_eq!(of("/a'; rm -rf ~ #").as_deref(), Some("curl -i 'https://YOUR-SITE/a%27%3B%20rm%20-rf%20~%20%23'"));
        assert_eq!(of("/api/[...all]"), None);
    }

    #[test]
    fn only_a_word_is_a_method() {
        let mut route = route("/a", &FileId::new("/shop/a.ts"));
        route.methods = vec!["DELETE".into(), "$(X)".into()];
        assert_eq!(call(&route).as_deref(), Some("curl -i -X DELETE 'https://YOUR-SITE/a'"));
        route.methods = vec!["$(X)".into()];
        assert_eq!(call(&route).as_deref(), Some("curl -i 'https://YOUR-SITE/a'"));
    }
}
