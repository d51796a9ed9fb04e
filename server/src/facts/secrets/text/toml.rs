//! `key = "value"` lines of a TOML file, with the table they stand in.

use super::Reading;
use super::arguments::{self, Said};
use crate::facts::secrets::context::{Names, singular};
use crate::text::Name;

pub(super) fn read(text: &str) -> Reading {
    let mut reading = Reading::default();
    let mut table = Name::default();
    let mut group = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim();
        let offset = start + line.len() - line.trim_start().len();
        if content.starts_with('#') {
            reading.comments.push(start..start + line.trim_end().len());
        } else if content.starts_with('[') && content.contains(']') && !content.contains('=') {
            let inside = content.trim_matches(['[', ']']);
            table = Name::from(inside.rsplit('.').next().unwrap_or(inside).trim_matches('"'));
            group += 1;
        } else if let Some((key, _)) = content.split_once('=') {
            let own = key.trim().rsplit('.').next().unwrap_or("").trim_matches(['"', '\'']);
            strings(&mut reading, text, offset + key.len() + 1..start + line.trim_end().len(), own, &table, group);
        } else if content.starts_with(['"', '\'']) {
            // An element of a list that goes over lines.
            strings(&mut reading, text, offset..start + line.trim_end().len(), "", &table, group);
        }
    }
    reading
}

/// The strings of a value: one, the elements of a list, the fields of an inline table.
fn strings(reading: &mut Reading, text: &str, range: std::ops::Range<usize>, own: &str, table: &Name, group: usize) {
    let mut at = range.start;
    let is_table = text.get(range.clone()).is_some_and(|value| value.trim_start().starts_with('{'));
    let is_list = text.get(range.clone()).is_some_and(|value| value.trim_start().starts_with('['));
    let are_arguments = is_list && arguments::is_list(own);
    let mut option: Option<Name> = None;
    while let Some(rest) = text.get(at..range.end) {
        let Some(open) = rest.find(['"', '\'', '#']) else { return };
        let start = at + open;
        let Some(quote) = text.get(start..).and_then(|from| from.chars().next()) else { return };
        if quote == '#' {
            reading.comments.push(start..range.end);
            return;
        }
        let close = close_of(text.get(start + 1..range.end).unwrap_or(""), quote);
        let Some(end) = close.map(|close| start + 1 + close + 1) else { return };
        let before = text.get(at..start).unwrap_or("");
        let names = if is_table {
            let key = before.trim_end().trim_end_matches('=').trim_end().rsplit([' ', ',', '{']).next().unwrap_or("");
            Names { own: Name::from(key), outer: Name::from(own), ..Names::default() }
        } else {
            Names { own: if is_list { singular(own) } else { Name::from(own) }, outer: table.clone(), ..Names::default() }
        };
        let said = if are_arguments { arguments::said(option.take().as_deref(), text.get(start + 1..end - 1).unwrap_or("")) } else { Said::Other };
        match said {
            Said::Value(own, value) => {
                reading.entry(Names { own, outer: table.clone(), ..Names::default() }, start + 1 + value.start..start + 1 + value.end, false, group);
            }
            said => {
                reading.entry(names, start..end, true, group);
                option = if let Said::Option(name) = said { Some(name) } else { None };
            }
        }
        at = end;
    }
}

fn close_of(inside: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    inside.char_indices().find_map(|(at, c)| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && quote == '"' && !escaped;
        closes.then_some(at)
    })
}
