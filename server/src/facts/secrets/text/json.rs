//! Strings of a JSON file with the keys they stand under. Tolerant: comments, trailing commas and broken ends are fine.

use super::Reading;
use super::arguments::{self, Said};
use crate::facts::secrets::context::{Names, lists, singular};
use crate::text::Name;

struct Level {
    /// The key under which this object or list stands.
    key: Name,
    group: usize,
    is_object: bool,
    /// The key that was read last.
    pending: Option<Name>,
    /// `{ "name": X, "value": Y }`: what X is.
    named: Option<Name>,
    /// Of what a command is started with, the option that waits for its value.
    option: Option<Name>,
}

pub(super) fn read(text: &str) -> Reading {
    let mut reading = Reading::default();
    let mut levels: Vec<Level> = Vec::new();
    let mut groups = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' => {
                let end = string_end(bytes, at);
                let inside = text.get(at + 1..end.saturating_sub(1).max(at + 1)).unwrap_or("");
                string(&mut reading, &mut levels, inside, at..end, next_is_colon(bytes, end));
                at = end;
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| at + newline);
                reading.comments.push(at..end);
                at = end;
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let end = text.get(at..).and_then(|rest| rest.find("*/")).map_or(text.len(), |close| at + close + 2);
                reading.comments.push(at..end);
                at = end;
                continue;
            }
            b'{' | b'[' => {
                // Elements of a list go by the list's own name, without its plural.
                let key = levels
                    .last_mut()
                    .map(|level| if level.is_object { level.pending.take().unwrap_or_default() } else { singular(&level.key) })
                    .unwrap_or_default();
                levels.push(Level { key, group: groups, is_object: byte == b'{', pending: None, named: None, option: None });
                groups += 1;
            }
            b'}' | b']' => {
                levels.pop();
            }
            _ => {}
        }
        at += 1;
    }
    reading
}

fn string(reading: &mut Reading, levels: &mut [Level], inside: &str, literal: std::ops::Range<usize>, is_key: bool) {
    let around = levels.len().checked_sub(2).and_then(|at| levels.get(at)).map(|level| level.key.clone()).unwrap_or_default();
    let Some(level) = levels.last_mut() else {
        reading.entry(Names::default(), literal, true, 0);
        return;
    };
    if level.is_object && is_key {
        level.pending = Some(Name::from(inside));
        return;
    }
    let mut names = Names { outer: level.key.clone(), ..Names::default() };
    if level.is_object {
        names.own = level.pending.take().unwrap_or_default();
        let own = names.own.to_ascii_lowercase();
        if lists().name_fields.contains(own.as_str()) {
            level.named = Some(Name::from(inside));
        } else if own == "value" && level.named.is_some() {
            names.own = level.named.clone().unwrap_or_default();
        } else if lists().value_fields.contains(own.as_str()) && !level.key.is_empty() {
            (names.own, names.outer) = (level.key.clone(), around);
        }
    } else if arguments::is_list(&level.key) {
        match arguments::said(level.option.take().as_deref(), inside) {
            Said::Option(name) => level.option = Some(name),
            Said::Value(own, value) => {
                let value = literal.start + 1 + value.start..literal.start + 1 + value.end;
                reading.entry(Names { own, outer: around, ..Names::default() }, value, false, level.group);
                return;
            }
            Said::Other => {}
        }
        (names.own, names.outer) = (singular(&level.key), around);
    } else {
        (names.own, names.outer) = (singular(&level.key), around);
    }
    let group = level.group;
    reading.entry(names, literal, true, group);
}

/// After the closing quote; at the end of the line if there is none.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let Some(&quote) = bytes.get(start) else { return start };
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' => return at,
            byte if byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn next_is_colon(bytes: &[u8], from: usize) -> bool {
    bytes.iter().skip(from).find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
}
