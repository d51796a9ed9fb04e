//! What a report must not say. A report is copied into chats, tickets and logs: it must not become the leak.

use std::borrow::Cow;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashMap;

use super::Texts;
use crate::rules::{Finding, Risk, RuleMeta};
use crate::syntax::{Document, Language};
use crate::text::{FileId, Span};

/// Shown instead of a secret.
pub const MASK: &str = "•••";

/// Knows where the secrets of a project stand and what they read.
#[derive(Default)]
pub struct Redactor {
    /// Of each file, the spans of findings about secrets, by their start.
    spans: FxHashMap<FileId, Vec<Flagged>>,
    bodies: Option<AhoCorasick>,
}

struct Flagged {
    span: Span,
    /// The rule says that the secret itself stands there, not only its name.
    is_literal: bool,
    /// The furthest end of this span and all before it.
    furthest: u32,
}

impl Redactor {
    /// From all findings there are, also those that are not shown: a silenced key is still a key.
    pub fn new(texts: &Texts<'_>, rules: &[&RuleMeta], findings: &[Finding]) -> Redactor {
        let mut redactor = Redactor::default();
        let mut bodies = Vec::new();
        for finding in findings {
            let id = finding.rule.as_str();
            let is_about_secrets = id.starts_with("secret-") || rules.iter().any(|meta| meta.id == finding.rule && meta.risk == Risk::Secrets);
            let Some(document) = texts.get(&finding.place.file).filter(|_| is_about_secrets) else { continue };
            // What is said of a switch is its name, and of an import the module's.
            if matches!(finding.detail.as_str(), "switch" | "import") {
                continue;
            }
            let is_literal = id.starts_with("secret-");
            redactor.spans.entry(finding.place.file.clone()).or_default().push(Flagged { span: finding.place.span, is_literal, furthest: 0 });
            collect_bodies(&document.slice(finding.place.span), is_literal, &mut bodies);
        }
        for spans in redactor.spans.values_mut() {
            spans.sort_by_key(|flagged| (flagged.span, flagged.is_literal));
            let mut furthest = 0;
            for flagged in spans {
                furthest = furthest.max(flagged.span.end);
                flagged.furthest = furthest;
            }
        }
        bodies.sort();
        bodies.dedup();
        if !bodies.is_empty() {
            redactor.bodies = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&bodies).ok();
        }
        redactor
    }

    /// The same of one file after these replacements, which are in order and do not overlap: what they leave stands elsewhere, and what they
    /// replace is gone.
    pub(super) fn moved(&self, file: &FileId, replacements: &[(Span, String)]) -> Redactor {
        let shift = |upto: &dyn Fn(&Span) -> bool| -> i64 {
            replacements.iter().filter(|(span, _)| upto(span)).map(|(span, text)| text.len() as i64 - i64::from(span.end - span.start)).sum()
        };
        let spans = self
            .spans
            .get(file)
            .into_iter()
            .flatten()
            .filter(|flagged| !replacements.iter().any(|(span, _)| !span.is_empty() && span.start <= flagged.span.start && flagged.span.end <= span.end));
        let mut furthest = 0;
        let moved = spans.map(|flagged| {
            let at = |offset: u32, by: i64| (i64::from(offset) + by).max(0) as u32;
            let start = at(flagged.span.start, shift(&|span| span.end <= flagged.span.start));
            let end = at(flagged.span.end, shift(&|span| span.start < flagged.span.end)).max(start);
            furthest = furthest.max(end);
            Flagged { span: Span::new(start, end), is_literal: flagged.is_literal, furthest }
        });
        Redactor { spans: FxHashMap::from_iter([(file.clone(), moved.collect())]), bodies: self.bodies.clone() }
    }

    /// The text with every known secret masked.
    pub fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.bodies {
            Some(bodies) if bodies.is_match(text) => bodies.replace_all(text, &vec![MASK; bodies.patterns_len()]).into(),
            _ => text.into(),
        }
    }

    /// Does the text hold a known secret?
    pub fn is_leak(&self, text: &str) -> bool {
        self.bodies.as_ref().is_some_and(|bodies| bodies.is_match(text))
    }

    /// Which bytes of a line (its text without the line end, beginning at `start` of the file) must not be shown.
    /// In order, without overlaps.
    pub fn hidden(&self, document: &Document, start: u32, line: &str) -> Vec<Range<usize>> {
        let mut hidden = Vec::new();
        if document.language == Language::Env {
            hidden.extend(value_of_env_line(line));
        }
        let whole = Span::new(start, start + line.len() as u32);
        let strings = strings(line);
        let spans = self.spans.get(&document.file).map(Vec::as_slice).unwrap_or_default();
        let before_end = spans.partition_point(|flagged| flagged.span.start <= whole.end);
        let near = spans[..before_end].iter().rev().take_while(|flagged| flagged.furthest >= whole.start);
        for Flagged { span, is_literal, .. } in near.filter(|flagged| flagged.span.end >= whole.start) {
            let here = clamp(*span, whole);
            let touched = |string: &&Range<usize>| string.start <= here.end && here.start <= string.end;
            let is_in_strings = strings.iter().any(|string| touched(&string));
            // A span beside the strings of its line says nothing about which of them is the secret.
            let near = strings.iter().filter(|string| !is_in_strings || touched(string));
            hidden.extend(near.filter(|string| *is_literal || !is_name(line.get((*string).clone()).unwrap_or(""))).cloned());
            let text = line.get(here.clone()).unwrap_or("");
            if *is_literal && !is_in_strings && (is_in_comment(line.get(..here.start).unwrap_or("")) || !is_expression(text, document.language)) {
                hidden.push(here);
            }
        }
        if let Some(bodies) = &self.bodies {
            hidden.extend(bodies.find_iter(line).map(|found| found.range()));
        }
        for string in strings {
            let offset = string.start;
            let text = line.get(string).unwrap_or("");
            hidden.extend(tokens(text).map(|token| offset + token.start..offset + token.end));
        }
        merged(hidden)
    }
}

fn clamp(span: Span, whole: Span) -> Range<usize> {
    let (start, end) = (span.start.clamp(whole.start, whole.end), span.end.clamp(whole.start, whole.end));
    (start - whole.start) as usize..(end - whole.start) as usize
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

/// What stands between quotes on this line; a quote that does not end on it reaches to its end.
fn strings(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(char, usize)> = None;
    let mut escaped = false;
    for (i, c) in line.char_indices() {
        match open {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some((quote, start)) if c == quote => {
                found.push(start..i);
                open = None;
            }
            Some(_) => {}
            None if matches!(c, '"' | '\'' | '`') => open = Some((c, i + 1)),
            None => {}
        }
    }
    if let Some((_, start)) = open {
        found.push(start..line.len());
    }
    found
}

/// What stands after this on its line is no code.
fn is_in_comment(before: &str) -> bool {
    let before = before.trim_start();
    before.starts_with(['*', '#']) || ["//", "/*", " #"].iter().any(|mark| before.contains(mark))
}

/// Code that names a secret rather than being one: `process.env.STRIPE_KEY`, `config.key`, `isOpen: true`.
fn is_expression(text: &str, language: Language) -> bool {
    let is_path = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '!' | '?' | '(' | ')' | ' ' | ':' | ','));
    language.is_code() && is_path && (text.contains("env.") || text.contains("environ") || !text.chars().any(|c| c.is_ascii_digit()))
}

fn value_of_env_line(line: &str) -> Option<Range<usize>> {
    if line.trim_start().starts_with('#') && !line.contains('=') {
        return None;
    }
    let name_end = line.find('=').map_or(0, |i| i + 1);
    let value = line.get(name_end..)?;
    let blank = value.len() - value.trim_start().len();
    Some(name_end + blank..name_end + value.trim_end().len().max(blank))
}

/// Long words of letters and digits: what keys, tokens and hashes look like.
fn tokens(text: &str) -> impl Iterator<Item = Range<usize>> {
    const LONG: usize = 20;
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '=');
    let mut start = 0;
    text.split(move |c| !is_part(c)).filter_map(move |word| {
        let range = start..start + word.len();
        // The character that ended the word may be longer than one byte.
        start = range.end + text.get(range.end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let mixed = word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic());
        (word.len() >= LONG && mixed && !is_name(word)).then_some(range)
    })
}

/// The parts of a flagged text that may be the secret itself, as far as they are telling enough to be looked for.
fn collect_bodies(text: &str, is_literal: bool, bodies: &mut Vec<String>) {
    let telling = |part: &str| {
        let digits = part.bytes().any(|b| b.is_ascii_digit());
        !part.contains(char::is_whitespace) && !is_name(part) && (part.len() >= 16 || (part.len() >= 8 && digits))
    };
    let quoted: Vec<&str> = text.lines().flat_map(|line| strings(line).into_iter().filter_map(|range| line.get(range))).collect();
    if quoted.is_empty() && is_literal {
        let value = text.split_once('=').map_or(text, |(_, value)| value).trim();
        let names_one = value.contains("env.") || value.contains("environ");
        bodies.extend((telling(value) && !names_one).then(|| value.to_owned()));
    }
    // `Bearer ...`, a key file, JSON: of a literal that is more than a word, its pieces, as they are read back elsewhere.
    let is_border = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\' | '{' | '}' | ',');
    let pieces = quoted.iter().filter(|part| is_literal && part.contains(is_border)).flat_map(|part| part.split(is_border));
    bodies.extend(pieces.filter(|piece| piece.len() >= 16 && piece.bytes().any(|b| b.is_ascii_digit()) && telling(piece)).map(str::to_owned));
    bodies.extend(quoted.iter().filter(|part| telling(part)).map(|part| (*part).to_owned()));
}

/// `STRIPE_SECRET_KEY`: the name of a variable, which may be said.
fn is_name(text: &str) -> bool {
    text.contains('_') && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{RULES, finding, project, project_of};
    use crate::rules::Level;

    /// Made at run time, so that no scanner mistakes this file for a leak.
    fn key() -> String {
        ["sk", "live", "abcd1234ABCD5678efgh"].join("_")
    }

    fn shown(name: &str, text: &str, rule: &str, part: &str, line: usize) -> String {
        let (project, file) = project(name, text);
        let redactor = Redactor::new(&Texts::of(&project), RULES, &[finding(rule, &project, &file, part, Level::Error)]);
        let document = &project.file(&file).expect("a file").document;
        let start = document.rope().line_to_byte(line) as u32;
        let mut text = text.lines().nth(line).expect("a line").to_owned();
        for range in redactor.hidden(document, start, &text).into_iter().rev() {
            text.replace_range(range, MASK);
        }
        text
    }

    #[test]
    fn literals_of_a_flagged_line_are_hidden() {
        let key = key();
        let text = format!("const stripe = new Stripe(\"{key}\", {{ v: 'x' }});\n");
        let hidden = "const stripe = new Stripe(\"•••\", { v: 'x' });";
        assert_eq!(shown("a.ts", &text, "secret-hardcoded", &format!("\"{key}\""), 0), hidden);
        assert_eq!(shown("a.ts", &text, "secret-hardcoded", &key, 0), hidden, "a span without the quotes");
        assert_eq!(shown("a.ts", &text, "secret-hardcoded", "new Stripe", 0), hidden.replace('x', MASK), "a span beside it");
    }

    #[test]
    fn bare_values_are_hidden_and_names_are_not() {
        let key = key();
        assert_eq!(shown(".npmrc", &format!("//r/:_authToken={key}\n"), "secret-hardcoded", &key, 0), "//r/:_authToken=•••");
        assert_eq!(shown("a.ts", &format!("// the key is {key}\n"), "secret-hardcoded", &key, 0), "// the key is •••");
        let read = "openai(process.env.NEXT_PUBLIC_OPENAI_KEY2)\n";
        assert_eq!(shown("a.ts", read, "public-env-secret", "process.env.NEXT_PUBLIC_OPENAI_KEY2", 0), read.trim());
        assert_eq!(shown("a.ts", "f({ allowsBrowser: true, x });\n", "secret-hardcoded", "allowsBrowser: true", 0), "f({ allowsBrowser: true, x });");
        assert_eq!(shown("a.ts", "f(); // password: letmein\n", "secret-hardcoded", "letmein", 0), "f(); // password: •••");
        let read = "const key = env[\"NEXT_PUBLIC_OPENAI_KEY2\"]\n";
        assert_eq!(shown("a.ts", read, "public-env-secret", "\"NEXT_PUBLIC_OPENAI_KEY2\"", 0), read.trim());
    }

    #[test]
    fn env_files_show_no_value_at_all() {
        let text = "NEXT_PUBLIC_KEY = abc def # why\n# OLD=xyz\n# a comment\nEMPTY=\n";
        assert_eq!(shown(".env", text, "public-env-secret", "NEXT_PUBLIC_KEY", 0), "NEXT_PUBLIC_KEY = •••");
        assert_eq!(shown(".env", text, "public-env-secret", "NEXT_PUBLIC_KEY", 1), "# OLD=•••");
        assert_eq!(shown(".env", text, "public-env-secret", "NEXT_PUBLIC_KEY", 2), "# a comment");
        assert_eq!(shown(".env", text, "public-env-secret", "NEXT_PUBLIC_KEY", 3), "EMPTY=");
    }

    #[test]
    fn a_known_secret_is_hidden_everywhere() {
        let key = key();
        let project = project_of(&[("a.ts", &format!("const a = \"{key}\";")), ("b.sql", &format!("-- uses {key} here"))]);
        let file = FileId::new("/shop/a.ts");
        let redactor = Redactor::new(&Texts::of(&project), RULES, &[finding("secret-hardcoded", &project, &file, &format!("\"{key}\""), Level::Error)]);
        assert_eq!(redactor.clean(&format!("the key {key} is public")), "the key ••• is public");
        assert!(redactor.is_leak(&format!("KEY={key}")) && !redactor.is_leak("nothing"));
        let other = &project.file(&FileId::new("/shop/b.sql")).expect("a file").document;
        let hidden = redactor.hidden(other, 0, &format!("-- uses {key} here"));
        assert_eq!((hidden.len(), hidden[0].clone()), (1, 8..8 + key.len()));
    }

    #[test]
    fn what_looks_like_a_key_is_hidden_in_any_string() {
        let token = format!("ghq_{}", "a1B2c3D4".repeat(3));
        assert_eq!(shown("a.ts", &format!("call(\"Bearer {token}\", 'é')\n"), "missing-auth", "call", 0), "call(\"Bearer •••\", 'é')");
        assert_eq!(
            shown("a.ts", "import x from \"@scope/some-long-package-name\"\n", "missing-auth", "x", 0),
            "import x from \"@scope/some-long-package-name\""
        );
    }

    #[test]
    fn values_over_several_lines_are_hidden_on_each() {
        let text = "key = \"\"\"-----BEGIN\nMIIEow1234\n-----END\"\"\"\n";
        let part = text.trim_start_matches("key = ").trim_end();
        assert_eq!(shown("a.yaml", text, "secret-hardcoded", part, 1), "•••");
    }
}
