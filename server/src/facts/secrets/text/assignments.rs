//! Assignments in files that are mostly something else: Dockerfiles, shell scripts, settings, SQL.

use std::sync::LazyLock;

use regex::Regex;

use super::Reading;
use super::env::{Line, assignment, value_end};
use crate::facts::secrets::context::Names;

/// `ENV A=b C="d"`, `ENV A b`, `ARG A=b`.
pub(super) fn dockerfile(text: &str) -> Reading {
    let mut reading = Reading::default();
    each_line(text, &mut reading, |start, line, reading| {
        let trimmed = line.trim_start();
        let Some(rest) = ["ENV ", "ARG ", "env ", "arg "].iter().find_map(|word| trimmed.strip_prefix(word)) else { return };
        let offset = start + line.len() - rest.len();
        if !rest.contains('=') {
            if let Some((name, value)) = rest.trim().split_once(' ') {
                let begin = start + line.trim_end().len() - value.len();
                reading.entry(Names::of(name), begin..start + line.trim_end().len(), false, 0);
            }
            return;
        }
        words_with_values(text, offset, rest, reading);
    });
    reading
}

/// `export A=b`, `A=b command`.
pub(super) fn shell(text: &str) -> Reading {
    let mut reading = Reading::default();
    let mut command = "";
    lines_without(&["#"], text, &mut reading, |start, line, reading| {
        let trimmed = line.trim_start();
        let rest = ["export ", "local ", "readonly ", "declare "].iter().find_map(|word| trimmed.strip_prefix(word)).unwrap_or(trimmed);
        words_with_values(text, start + line.len() - rest.len(), rest, reading);
        super::options::read(start, line, &mut command, reading);
    });
    reading
}

/// `key = value` and `//registry/:_authToken=value`; of `.netrc`, `password value`.
pub(super) fn settings(text: &str) -> Reading {
    let mut reading = Reading::default();
    each_line(text, &mut reading, |start, line, reading| {
        if let Some((key, value)) = line.split_once('=') {
            let own = key.trim().rsplit([':', '.']).next().unwrap_or("").trim_start_matches('_');
            let begin = start + key.len() + 1 + value.len() - value.trim_start().len();
            let end = value_end(text, begin);
            let quoted = end > begin + 1 && value.trim_start().starts_with(['"', '\'']);
            reading.entry(Names::of(own), begin..end, quoted, 0);
            return;
        }
        // Elsewhere people write about passwords.
        let mut words = line.split_whitespace();
        let is_login = match words.next() {
            Some("machine" | "default" | "login") => true,
            Some("password" | "account") => words.count() == 1,
            _ => false,
        };
        if !is_login {
            return;
        }
        let mut before = "";
        let mut at = start;
        for word in line.split(' ') {
            if matches!(before, "password" | "account") && !word.is_empty() {
                let end = at + word.trim_end().len();
                reading.entry(Names::of("password"), at..end, false, 0);
            }
            if !word.is_empty() {
                before = word.trim();
            }
            at += word.len() + 1;
        }
    });
    reading
}

static SQL_PASSWORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\b(?:password|identified\s+by)\s+('[^'\n]*')").ok());

/// `CREATE ROLE app LOGIN PASSWORD '...'`, `IDENTIFIED BY '...'`.
pub(super) fn sql(text: &str) -> Reading {
    let mut reading = Reading::default();
    each_line(text, &mut reading, |start, line, reading| {
        let Some(pattern) = SQL_PASSWORD.as_ref() else { return };
        for found in pattern.captures_iter(line).filter_map(|captures| captures.get(1)) {
            reading.entry(Names::of("password"), start + found.start()..start + found.end(), true, 0);
        }
    });
    reading
}

/// Lines longer than this are data.
const LINE_LIMIT: usize = 64 * 1024;

fn each_line<'t>(text: &'t str, reading: &mut Reading, read: impl FnMut(usize, &'t str, &mut Reading)) {
    lines_without(&["#", ";", "--", "//"], text, reading, read);
}

/// Each line that does not begin a comment.
fn lines_without<'t>(marks: &[&str], text: &'t str, reading: &mut Reading, mut read: impl FnMut(usize, &'t str, &mut Reading)) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let trimmed = content.trim_start();
        if marks.iter().any(|mark| trimmed.starts_with(mark)) && !(trimmed.starts_with("//") && trimmed.contains(":_")) {
            reading.comments.push(at..at + content.len());
        } else if content.len() <= LINE_LIMIT {
            read(at, content, reading);
        }
        at += line.len();
    }
}

/// `A=b C='d e'`: the assignments a line begins with.
fn words_with_values(text: &str, offset: usize, rest: &str, reading: &mut Reading) {
    let end = offset + rest.len();
    let mut at = offset;
    while let Line::Assigned { name, value } = assignment(text.get(at..end).unwrap_or("")) {
        let start = at + value;
        let quoted = text.get(start..end).is_some_and(|value| value.starts_with(['"', '\'']));
        let stop = if quoted {
            value_end(text, start).min(end)
        } else {
            text.get(start..end).and_then(|value| value.find([' ', '\t', ';'])).map_or(end, |space| start + space)
        };
        if stop > start {
            reading.entry(Names::of(name), start..stop, quoted && stop > start + 1, 0);
        }
        if stop >= end || stop <= at {
            return;
        }
        at = stop + text.get(stop..end).map_or(0, |after| after.len() - after.trim_start().len());
        if at >= end {
            return;
        }
    }
}
