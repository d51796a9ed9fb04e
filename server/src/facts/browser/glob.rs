//! Places in a package: `app/**`, `**/*.server.*`. `*` stays within one name, `**` is any number of folders.

use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(from = "String")]
pub struct Glob {
    parts: Vec<String>,
}

impl From<String> for Glob {
    fn from(text: String) -> Glob {
        Glob { parts: text.split('/').map(str::to_owned).collect() }
    }
}

impl Glob {
    /// Is a path, relative and with forward slashes, one of these?
    pub fn fits(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        fits(&self.parts, &names)
    }
}

/// No pattern of the tables has more than two `**`, so this looks at each name a few times at most.
fn fits(parts: &[String], names: &[&str]) -> bool {
    match (parts.split_first(), names.split_first()) {
        (None, None) => true,
        // At the end it stands for something: `a/**` is not `a`.
        (Some((part, [])), name) if part == "**" => name.is_some(),
        (Some((part, rest)), name) if part == "**" => fits(rest, names) || name.is_some_and(|(_, more)| fits(parts, more)),
        (Some((part, rest)), Some((name, more))) => name_fits(part, name) && fits(rest, more),
        _ => false,
    }
}

/// One name against a pattern in which each `*` stands for any text.
pub fn name_fits(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_by_folder_and_name() {
        let fits = |glob: &str, path: &str| Glob::from(glob.to_owned()).fits(path);
        for (glob, path) in [
            ("app/**", "app/page.tsx"),
            ("app/**", "app/a/b/c.ts"),
            ("**/*.server.*", "db.server.ts"),
            ("**/*.server.*", "src/lib/db.server.ts"),
            ("src/**/+page.*", "src/+page.ts"),
            ("src/**/+page.*", "src/routes/a/+page.svelte"),
            ("**/.server/**", "app/.server/db.ts"),
            ("*.html", "index.html"),
            ("**", "a.ts"),
            ("src/main.*", "src/main.tsx"),
        ] {
            assert!(fits(glob, path), "{glob} {path}");
        }
        for (glob, path) in [
            ("app/**", "app"),
            ("app/**", "src/app/page.tsx"),
            ("**/*.server.*", "src/server.ts"),
            ("src/**/+page.*", "src/routes/+page_a.ts"),
            ("**/.server/**", "app/server/db.ts"),
            ("*.html", "a/index.html"),
            ("src/main.*", "src/main/a.ts"),
        ] {
            assert!(!fits(glob, path), "{glob} {path}");
        }
    }

    #[test]
    fn stars_stay_in_their_name() {
        assert!(name_fits("*service-account*.json", "my-service-account-1.json") && name_fits("a*", "a") && name_fits("a", "a"));
        assert!(!name_fits("*.pem", "pem") && !name_fits("a", "ab") && !name_fits("a*b*c", "acb"));
    }
}
