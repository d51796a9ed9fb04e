//! Variables that files beside the code publish: env files, workflows, compose files, Dockerfiles, the configuration of hosts.

use crate::facts::browser::BROWSER;
use crate::facts::secrets::catalogue;
use crate::syntax::{Document, Language};
use crate::text::{Name, Span};

/// A line that gives a published variable its value, or says that the build takes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mention {
    pub name: Name,
    pub span: Span,
    pub holds: Holds,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    /// Nothing yet, or what somebody should replace.
    Nothing,
    /// A choice, a number, or a key that is made to be seen.
    Harmless,
    Something,
}

/// The published variables that a file names; empty for code.
pub fn mentions(document: &Document) -> Vec<Mention> {
    if !matches!(document.language, Language::Env | Language::Yaml | Language::Toml | Language::Json | Language::Dockerfile | Language::Shell) {
        return Vec::new();
    }
    let text = document.text();
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some((name, at, value)) = assignment(line, document.language) {
            let span = Span::new((start + at) as u32, (start + at + name.len()) as u32);
            found.push(Mention { name: Name::from(name), span, holds: holds(value) });
        }
        start += line.len();
    }
    found
}

/// The published variable at the beginning of a line, where it stands, and what it is given.
fn assignment(line: &str, language: Language) -> Option<(&str, usize, &str)> {
    let trimmed = line.trim_start();
    if trimmed.starts_with(['#', ';']) || trimmed.starts_with("//") {
        return None;
    }
    // What stands before a name: list marks, quotes, `export`, `ENV` and `ARG`, `run: `.
    let at = BROWSER.prefixes().iter().filter_map(|prefix| begins(line, prefix)).min()?;
    let rest = line.get(at..)?;
    let name = rest.get(..rest.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')).unwrap_or(rest.len()))?;
    let before = line.get(..at)?.trim();
    let is_declared = language == Language::Dockerfile && (before.eq_ignore_ascii_case("ARG") || before.eq_ignore_ascii_case("ENV"));
    let is_first = before.is_empty() || matches!(before, "-" | "\"" | "'" | "export" | "- \"" | "- '" | "{ \"" | "{\"") || before.ends_with("--build-arg");
    if !is_declared && !is_first {
        return None;
    }
    let after = rest.get(name.len()..)?.trim_start_matches(['"', '\'']).trim_start();
    match after.strip_prefix(['=', ':']) {
        Some(value) => Some((name, at, value.trim())),
        None if is_declared => Some((name, at, after.trim())),
        None => None,
    }
}

/// Where a word that begins so begins.
fn begins(line: &str, prefix: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = line.get(from..)?.find(prefix) {
        let at = from + found;
        let glued = line.get(..at).and_then(|before| before.chars().next_back()).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        if !glued {
            return Some(at);
        }
        from = at + prefix.len();
    }
    None
}

fn holds(value: &str) -> Holds {
    let value = value.trim_end_matches([',', '}']).trim().trim_matches(['"', '\'', '`']);
    let lower = value.to_ascii_lowercase();
    let is_choice = matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "on" | "off")
        || !value.is_empty() && value.len() < 6 && value.bytes().all(|b| b.is_ascii_digit());
    let is_open = value.is_empty() || ["your", "changeme", "change-me", "xxx", "<", "..."].iter().any(|word| lower.contains(word));
    if is_choice || catalogue().publishable(value).is_some() {
        Holds::Harmless
    } else if is_open {
        Holds::Nothing
    } else {
        Holds::Something
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::FileId;

    fn found(name: &str, text: &str) -> Vec<(String, Holds)> {
        let file = FileId::new(&format!("/w/{name}"));
        let language = Language::of(&file).expect("a known file");
        let all = mentions(&Document::new(file, language, 0, text));
        all.into_iter()
            .map(|mention| {
                assert_eq!(mention.span.of(text), mention.name.as_str());
                (mention.name.to_string(), mention.holds)
            })
            .collect()
    }

    fn one(name: &str, holds: Holds) -> Vec<(String, Holds)> {
        vec![(name.to_owned(), holds)]
    }

    #[test]
    fn every_kind_of_file_is_read() {
        let something = one("VITE_KEY", Holds::Something);
        for (file, text) in [
            (".env", "# VITE_OLD=a\nexport VITE_KEY='abc123def'\n"),
            ("ci.yml", "env:\n  VITE_KEY: ${{ secrets.VITE_KEY }}\n"),
            ("compose.yml", "environment:\n  - VITE_KEY=abcdefgh\n"),
            ("wrangler.toml", "[vars]\nVITE_KEY = \"abcdefgh\"\n"),
            ("vercel.json", "{\n  \"env\": {\n    \"VITE_KEY\": \"@vite-key\"\n  }\n}\n"),
            ("Dockerfile", "FROM node\nENV VITE_KEY=abcdefgh\n"),
            ("build.sh", "export VITE_KEY=\"$KEY\"\n"),
        ] {
            assert_eq!(found(file, text), something, "{file}");
        }
        assert_eq!(found("Dockerfile", "ARG VITE_KEY\n"), one("VITE_KEY", Holds::Nothing));
    }

    #[test]
    fn values_say_what_they_are() {
        for (value, holds) in
            [("", Holds::Nothing), ("your-key", Holds::Nothing), ("true", Holds::Harmless), ("8080", Holds::Harmless), ("\"\"", Holds::Nothing)]
        {
            assert_eq!(found(".env", &format!("VITE_KEY={value}\n")), one("VITE_KEY", holds), "{value}");
        }
    }

    #[test]
    fn other_words_are_no_variables() {
        for (file, text) in
            [(".env", "MY_VITE_KEY=a\n"), ("a.yml", "run: echo $VITE_KEY\n"), ("a.json", "{ \"keywords\": [\"VITE_KEY\"] }\n"), (".env", "KEY=VITE_KEY\n")]
        {
            assert_eq!(found(file, text), [], "{text}");
        }
    }
}
