//! Variables in env files, containers and scripts by which a program stops looking at certificates.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::Span;

/// Name and value, as env files, Dockerfiles, compose files and scripts write them.
static SET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)\b(?:(NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)(?:"\s*:|\s*[=:]|\s)\s*\\?["']?0\b|(GIT_SSL_NO_VERIFY)(?:"\s*:|\s*[=:]|\s)\s*\\?["']?(?:1|true)\b)"#,
    )
    .ok()
});

/// Is it a kind of file in which variables are set?
pub fn may_say(file_name: &str) -> bool {
    let name = file_name.to_ascii_lowercase();
    name.starts_with(".env")
        || name.ends_with(".env")
        || name.contains("dockerfile")
        || matches!(
            name.as_str(),
            "package.json" | "makefile" | "justfile" | "procfile" | ".npmrc" | "ecosystem.config.json" | "vercel.json" | "fly.toml" | "app.yaml"
        )
        || [".yml", ".yaml", ".sh"].iter().any(|end| name.ends_with(end))
}

/// The variables that are set so, and where.
pub fn read(text: &str) -> Vec<(&'static str, Span)> {
    let Some(set) = SET.as_ref() else { return Vec::new() };
    if !text.contains("NODE_TLS_REJECT_UNAUTHORIZED") && !text.contains("PYTHONHTTPSVERIFY") && !text.contains("GIT_SSL_NO_VERIFY") {
        return Vec::new();
    }
    let found = set.captures_iter(text).filter_map(|captures| {
        let whole = captures.get(0)?;
        let line = text.get(..whole.start())?.rsplit('\n').next().unwrap_or("");
        if line.trim_start().starts_with(['#', ';']) || line.trim_start().starts_with("//") {
            return None;
        }
        let name = captures.get(1).or_else(|| captures.get(2))?.as_str();
        let known = ["NODE_TLS_REJECT_UNAUTHORIZED", "PYTHONHTTPSVERIFY", "GIT_SSL_NO_VERIFY"].into_iter().find(|known| *known == name)?;
        Some((known, Span::from(whole.start()..whole.end())))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_however_they_are_set() {
        for text in [
            "NODE_TLS_REJECT_UNAUTHORIZED=0\n",
            "ENV NODE_TLS_REJECT_UNAUTHORIZED 0\n",
            "    environment:\n      NODE_TLS_REJECT_UNAUTHORIZED: \"0\"\n",
            "{\"scripts\": {\"start\": \"NODE_TLS_REJECT_UNAUTHORIZED=0 node .\"}}",
            "export NODE_TLS_REJECT_UNAUTHORIZED='0'\n",
        ] {
            assert_eq!(read(text).len(), 1, "{text}");
        }
        for text in ["# NODE_TLS_REJECT_UNAUTHORIZED=0\n", "NODE_TLS_REJECT_UNAUTHORIZED=1\n", "NODE_TLS_REJECT_UNAUTHORIZED=\n", "GIT_SSL_NO_VERIFY=false\n"] {
            assert_eq!(read(text).len(), 0, "{text}");
        }
        assert!(may_say(".env.local") && may_say("Dockerfile") && may_say("docker-compose.yml") && !may_say("README.md"));
    }
}
