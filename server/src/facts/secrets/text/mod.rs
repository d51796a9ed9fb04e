//! Secrets in files that are not code: env files, JSON, YAML, TOML, and lines of anything else.

mod arguments;
mod assignments;
mod env;
mod flow;
mod hcl;
mod json;
mod options;
mod toml;
mod yaml;

use std::ops::Range;

use super::checksum::decode_base64;
use super::context::{Names, Position, Siblings, lists};
use super::hit::{self, HitKind, SecretHit};
use super::judge::{self, Candidate, Origin, Rank, Verdict};
use super::prefilter::HintWords;
use super::shape::{self, Token};
use super::{FileHints, Place, belongs, token, url};
use crate::syntax::{Document, Language, is_prose};
use crate::text::{Name, Span};

/// A value of a file and what it is called.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    names: Names,
    /// The value, without quotes.
    value: Range<usize>,
    /// The value as written.
    literal: Range<usize>,
    /// The object it stands in.
    group: usize,
    /// It only stands in for the variable by which it is called.
    stands_in: bool,
}

/// What a reader found, in order of place.
#[derive(Default, Debug)]
struct Reading {
    entries: Vec<Entry>,
    /// Comments: lines of prose and of values that somebody switched off.
    comments: Vec<Range<usize>>,
}

impl Reading {
    fn entry(&mut self, names: Names, literal: Range<usize>, quoted: bool, group: usize) {
        let value = if quoted { literal.start + 1..literal.end.saturating_sub(1).max(literal.start + 1) } else { literal.clone() };
        self.entries.push(Entry { names, value, literal, group, stands_in: false });
    }

    /// `${NAME:-default}`: what is taken where the variable is missing. True if the value is that.
    fn stand_in(&mut self, text: &str, value: Range<usize>, group: usize) -> bool {
        let written = text.get(value.clone()).unwrap_or("");
        let Some(inside) = written.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else { return false };
        let Some((name, default)) = inside.split_once('-') else { return false };
        let plain = name.strip_suffix(':').unwrap_or(name);
        let is_name = !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !is_name || default.is_empty() || default.contains(['$', '{']) {
            return false;
        }
        let literal = value.end - 1 - default.len()..value.end - 1;
        self.entries.push(Entry { names: Names::of(plain), value: literal.clone(), literal, group, stands_in: true });
        true
    }
}

/// The secrets of a file that is not code, in order of place. `text` is the file's, or as long as that with blanks for what has
/// been looked at as code.
pub fn in_text(document: &Document, text: &str, hints: &FileHints) -> Vec<SecretHit> {
    if hints.place == Place::Skipped {
        return Vec::new();
    }
    let is_prose = document.language == Language::Text && is_prose(document.file.file_name());
    let mut reading = if is_prose { Reading::default() } else { read(document.language, document.file.extension(), text) };
    reading.entries.sort_by_key(|entry| entry.value.start);
    reading.comments.sort_by_key(|comment| comment.start);
    let siblings = siblings(&reading, text);
    let scan = Scan { text, hints, reading: &reading, siblings: &siblings };
    let mut hits: Vec<SecretHit> = (0..reading.entries.len()).filter_map(|at| scan.entry(at)).collect();
    scan.elsewhere(&mut hits);
    hits.sort_by_key(|hit| hit.token.start);
    let line_of = |offset: u32| document.rope().byte_to_line((offset as usize).min(document.rope().len_bytes()));
    super::pair::pair_identifiers(&mut hits, line_of);
    hits
}

/// The names that a file of assignments sets, with the places of their values, in order.
pub fn assignments(language: Language, text: &str) -> Vec<(Name, Range<usize>)> {
    let mut entries = read(language, "", text).entries;
    entries.sort_by_key(|entry| entry.value.start);
    entries.into_iter().map(|entry| (entry.names.own, entry.value)).collect()
}

fn read(language: Language, extension: &str, text: &str) -> Reading {
    match language {
        Language::Env => env::read(text),
        Language::Json => json::read(text),
        Language::Yaml => yaml::read(text),
        Language::Toml => toml::read(text),
        Language::Dockerfile => assignments::dockerfile(text),
        Language::Shell => assignments::shell(text),
        Language::Text if matches!(extension, "tf" | "tfvars" | "hcl") => hcl::read(text),
        Language::Text | Language::Prisma | Language::AccessRules => assignments::settings(text),
        Language::Sql => assignments::sql(text),
        _ => Reading::default(),
    }
}

/// Of each object, what stands in it.
fn siblings(reading: &Reading, text: &str) -> Vec<Siblings> {
    let groups = reading.entries.iter().map(|entry| entry.group + 1).max().unwrap_or(0);
    let mut fields: Vec<Vec<(Name, Option<&str>)>> = vec![Vec::new(); groups];
    for entry in &reading.entries {
        if let Some(group) = fields.get_mut(entry.group).filter(|group| group.len() < 256) {
            group.push((entry.names.own.clone(), text.get(entry.value.clone())));
        }
    }
    fields.into_iter().map(|group| Siblings::of(group.into_iter())).collect()
}

struct Scan<'t> {
    text: &'t str,
    hints: &'t FileHints,
    reading: &'t Reading,
    siblings: &'t [Siblings],
}

impl Scan<'_> {
    fn entry(&self, at: usize) -> Option<SecretHit> {
        let entry = self.reading.entries.get(at)?;
        let raw = self.text.get(entry.value.clone())?;
        let nothing = Siblings::default();
        let candidate = Candidate {
            value: raw,
            names: &entry.names,
            siblings: self.siblings.get(entry.group).unwrap_or(&nothing),
            position: Position::Value,
            origin: if entry.stands_in { Origin::Fallback } else { Origin::Plain },
            near: self.around(&entry.value),
            whole: true,
            connects: false,
        };
        let verdict = match self.unwrapped(&candidate) {
            Some(plain) => {
                let inside = Candidate { value: plain.trim_end(), ..candidate };
                Verdict { range: 0..raw.len(), ..judge::judge(&inside, self.hints)? }
            }
            None => match judge::judge(&candidate, self.hints) {
                Some(_) if belongs::is_looked_up(self.hints, self.text, raw) => return None,
                Some(verdict) => verdict,
                None => return self.asked_for(entry, raw),
            },
        };
        let kind = if entry.stands_in { HitKind::Fallback { env: entry.names.own.clone() } } else { HitKind::InText };
        Some(self.hit(&verdict, entry.value.start, &entry.names, &entry.literal, kind, Some(entry)))
    }

    /// A secret in the query of an address, the first one. Addresses of files are handed out with a `token` of their own, so that counts only
    /// where tools of an assistant are named.
    fn asked_for(&self, entry: &Entry, raw: &str) -> Option<SecretHit> {
        if !raw.starts_with("http") || url::leads_nowhere(raw) {
            return None;
        }
        let names_tools = self.hints.path.contains("mcp") || lists().tool_marks.iter().any(|mark| self.text.contains(mark));
        url::pairs(raw).into_iter().find_map(|(key, range)| {
            let (key, value) = (raw.get(key)?, raw.get(range.clone())?);
            let names = Names { own: key.into(), outer: entry.names.outer.clone(), ..Names::default() };
            let candidate = Candidate {
                value,
                names: &names,
                siblings: &Siblings::default(),
                position: Position::Value,
                origin: Origin::Plain,
                near: self.around(&entry.value),
                whole: true,
                connects: false,
            };
            let told = names_tools || !key.eq_ignore_ascii_case("token");
            let verdict = judge::judge(&candidate, self.hints).filter(|_| told)?;
            let part = entry.value.start + range.start..entry.value.start + range.end;
            let hit = self.hit(&verdict, part.start, &names, &part, HitKind::InText, None);
            Some(SecretHit { literal: Span::from(entry.literal.clone()), ..hit })
        })
    }

    /// A value of a `Secret` of Kubernetes, which only looks as if it were hidden: base64 is read by anybody.
    fn unwrapped(&self, candidate: &Candidate<'_>) -> Option<String> {
        let is_of_secret =
            self.hints.language == Language::Yaml && candidate.names.outer == "data" && self.text.lines().any(|line| line.trim_end() == "kind: Secret");
        let bytes = is_of_secret.then(|| decode_base64(candidate.value)).flatten()?;
        String::from_utf8(bytes).ok().filter(|plain| !plain.is_empty())
    }

    /// Tokens outside of all entries: in comments, in prose, in markup.
    fn elsewhere(&self, hits: &mut Vec<SecretHit>) {
        let found = shape::tokens(self.text, self.hints.words.join(HintWords::default()));
        let mut done = 0;
        let mut best: Option<(Verdict, Range<usize>, bool)> = None;
        let mut flush = |best: &mut Option<(Verdict, Range<usize>, bool)>| {
            if let Some((verdict, range, commented)) = best.take() {
                let kind = if commented { HitKind::Comment } else { HitKind::InText };
                let mut verdict = verdict;
                verdict.range = 0..range.len();
                hits.push(self.hit(&verdict, range.start, &Names::default(), &range, kind, None));
            }
        };
        for token in found.iter().filter(|token| !self.is_inside_entry(&token.range)) {
            let Some((verdict, range, commented)) = self.loose(token) else { continue };
            if range.start >= done {
                flush(&mut best);
            }
            done = done.max(range.end);
            let better = best.as_ref().is_none_or(|(old, _, _)| (old.rank, old.range.len()) < (verdict.rank, verdict.range.len()));
            if better {
                best = Some((verdict, range, commented));
            }
        }
        flush(&mut best);
    }

    /// A token in running text, judged with its line as the value.
    fn loose(&self, found: &Token) -> Option<(Verdict, Range<usize>, bool)> {
        let text = self.text;
        let from = shape::ceil(text, found.range.start.saturating_sub(512));
        let line_start = text.get(from..found.range.start)?.rfind('\n').map_or(from, |at| from + at + 1);
        let reach = if found.row.row()?.multiline { 16 * 1024 } else { 512 };
        let to = shape::floor(text, found.range.end + reach).max(found.range.end);
        let end = if reach > 512 { to } else { text.get(found.range.end..to)?.find('\n').map_or(to, |at| found.range.end + at) };
        let commented = self.is_comment(found.range.start);
        let candidate = Candidate {
            value: text.get(line_start..end)?,
            names: &Names::default(),
            siblings: &Siblings::default(),
            position: if commented { Position::Comment } else { Position::Quiet },
            origin: Origin::Plain,
            near: self.around(&found.range),
            whole: false,
            connects: false,
        };
        let shifted = Token { row: found.row, range: found.range.start - line_start..found.range.end - line_start };
        let verdict = token::judge(&shifted, &candidate, self.hints, self.hints.words)?;
        let range = line_start + verdict.range.start..line_start + verdict.range.end;
        // What begins in running text and reaches into an entry is that entry's.
        (verdict.rank > Rank::Generic || !self.is_inside_entry(&range)).then_some((verdict, range, commented))
    }

    fn is_inside_entry(&self, range: &Range<usize>) -> bool {
        let after = self.reading.entries.partition_point(|entry| entry.value.start <= range.start);
        after.checked_sub(1).and_then(|at| self.reading.entries.get(at)).is_some_and(|entry| range.start < entry.value.end)
    }

    fn is_comment(&self, offset: usize) -> bool {
        // The dashes of a key in its own file are its own.
        let starts_line = offset == 0 || self.text.as_bytes().get(offset - 1) == Some(&b'\n');
        if starts_line && self.text.get(offset..).is_some_and(|rest| rest.starts_with("-----BEGIN")) {
            return false;
        }
        let after = self.reading.comments.partition_point(|comment| comment.start <= offset);
        after.checked_sub(1).and_then(|at| self.reading.comments.get(at)).is_some_and(|comment| offset < comment.end)
    }

    /// Two thousand bytes on either side.
    fn around(&self, range: &Range<usize>) -> &str {
        let from = shape::ceil(self.text, range.start.saturating_sub(2000));
        self.text.get(from..shape::floor(self.text, range.end + 2000)).unwrap_or("")
    }

    fn hit(&self, verdict: &Verdict, base: usize, names: &Names, literal: &Range<usize>, kind: HitKind, entry: Option<&Entry>) -> SecretHit {
        let token = Span::from(base + verdict.range.start..base + verdict.range.end);
        let literal = Span::from(literal.clone());
        // A key in PEM form ends with the end of its last line, which is written down with it.
        let is_end = |from: usize, to: usize| self.text.get(from..to).is_some_and(|rest| rest.replace("\\n", "").trim().is_empty());
        let is_whole = entry.is_some_and(|entry| entry.value.start == token.range().start && is_end(token.range().end, entry.value.end));
        let is_assignment = matches!(self.hints.language, Language::Env | Language::Shell | Language::Dockerfile);
        let env = if is_assignment && entry.is_some() { names.own.clone() } else { hit::variable(verdict, names) };
        SecretHit {
            row: verdict.row,
            name: names.label().clone(),
            callee: names.callee.clone(),
            span: if is_whole { literal } else { token },
            literal,
            token,
            env,
            severity: verdict.severity,
            evidence: verdict.evidence,
            movable: kind == HitKind::InText && entry.is_some() && self.can_read_variables(),
            kind,
            guessable: verdict.guessable,
        }
    }

    /// Compose files, workflows, `.npmrc` and Prisma schemas can name a variable instead of a value.
    fn can_read_variables(&self) -> bool {
        match self.hints.language {
            Language::Yaml => self.hints.names_services,
            Language::Prisma => true,
            Language::Text => self.hints.path.ends_with(".npmrc"),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
