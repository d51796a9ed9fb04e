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
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut found = Vec::new();
    let mut start = 0;
    for (at, line) in lines.iter().enumerate() {
        let below = lines.get(at + 1..).unwrap_or_default();
        for (name, at, holds) in named(line, below, document.language) {
            let span = Span::new((start + at) as u32, (start + at + name.len()) as u32);
            found.push(Mention { name: Name::from(name), span, holds });
        }
        start += line.len();
    }
    found
}

/// The published variables that a line gives a value, each with where it stands and what it holds.
fn named<'t>(line: &'t str, below: &[&str], language: Language) -> Vec<(&'t str, usize, Holds)> {
    let trimmed = line.trim_start();
    if trimmed.starts_with(['#', ';']) || trimmed.starts_with("//") {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = BROWSER.prefixes().iter().filter_map(|prefix| begins(line, from, prefix)).min() {
        let rest = line.get(at..).unwrap_or("");
        let name = rest.get(..rest.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')).unwrap_or(rest.len())).unwrap_or("");
        let before = line.get(..at).unwrap_or("").trim();
        let first = from == 0;
        let holds = given(before, rest.get(name.len()..).unwrap_or(""), below, language, first);
        found.extend(holds.map(|holds| (name, at, holds)));
        from = at + name.len().max(1);
    }
    found
}

/// What a variable is given, between what stands before and behind its name on the line. `first`: no other stands before it.
fn given(before: &str, behind: &str, below: &[&str], language: Language, first: bool) -> Option<Holds> {
    // What stands before a name: list marks, quotes, `export`, `ENV` and `ARG`, `run: `.
    let is_declared = language == Language::Dockerfile && (before.eq_ignore_ascii_case("ARG") || before.eq_ignore_ascii_case("ENV"));
    let is_first = before.is_empty() || matches!(before, "-" | "\"" | "'" | "export" | "- \"" | "- '" | "{ \"" | "{\"") || before.ends_with("--build-arg");
    let bare = before.trim_end_matches(['"', '\'']).trim_end();
    let is_field = matches!(language, Language::Json | Language::Toml | Language::Yaml) && bare.ends_with(['{', ',']);
    let after = behind.trim_start_matches(['"', '\'']).trim_start();
    if is_declared || is_first && first || is_field {
        return match after.strip_prefix(['=', ':']) {
            Some(value) => Some(holds(if is_field { first_value(value) } else { value })),
            None if is_declared => Some(holds(after)),
            None => None,
        };
    }
    // `- key: NAME`, and the value beside or below it.
    let names_it = matches!(language, Language::Yaml | Language::Json) && NAMING.iter().any(|word| bare.ends_with(word));
    if !names_it {
        return None;
    }
    if let Some(value) = VALUE.iter().find_map(|word| after.split_once(word)).map(|(_, value)| value) {
        return Some(holds(first_value(value)));
    }
    let of_same = |line: &&&str| !line.trim_start().starts_with(['-', '}', ']']) && !line.trim().is_empty();
    let value = |line: &&str| VALUE.iter().find_map(|word| line.trim_start().strip_prefix(word)).map(holds);
    below.iter().take(3).take_while(of_same).find_map(value)
}

/// What stands before the name of a variable that the field beside it gives a value.
const NAMING: [&str; 4] = ["key:", "name:", "key\":", "name\":"];
const VALUE: [&str; 2] = ["value:", "\"value\":"];

/// Of several on a line, the one that comes first.
fn first_value(text: &str) -> &str {
    let value = text.trim_start();
    match value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        Some(quote) => value.get(1..).and_then(|inside| inside.split(quote).next()).unwrap_or(""),
        None => value.split([',', '}']).next().unwrap_or(""),
    }
}

/// Where a word that begins so begins.
fn begins(line: &str, mut from: usize, prefix: &str) -> Option<usize> {
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
    let value = value.trim().trim_end_matches([',', '}']).trim().trim_matches(['"', '\'', '`']);
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
    fn several_on_a_line_and_values_beside_their_names() {
        let both = [("VITE_A_KEY".to_owned(), Holds::Something), ("VITE_B_KEY".to_owned(), Holds::Nothing)];
        assert_eq!(found("vercel.json", "{ \"build\": { \"env\": { \"A\": \"x\", \"VITE_A_KEY\": \"abcdefgh\", \"VITE_B_KEY\": \"\" } } }\n"), both);
        assert_eq!(found("netlify.toml", "environment = { VITE_A_KEY = \"abcdefgh\", VITE_B_KEY = \"\" }\n"), both);
        assert_eq!(found("render.yaml", "envVars:\n  - key: VITE_A_KEY\n    value: abcdefgh\n  - key: VITE_B_KEY\n    value: \"\"\n"), both);
        assert_eq!(found("app.yaml", "envs:\n  - { key: VITE_A_KEY, value: abcdefgh }\n  - { key: VITE_B_KEY, value: \"\" }\n"), both);
        assert_eq!(found("render.yaml", "envVars:\n  - key: VITE_A_KEY\n    sync: false\n  - key: B\n    value: abcdefgh\n"), []);
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
