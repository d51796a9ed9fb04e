//! `key: value` lines of a YAML file, with the keys above them. Only what stands on one line is a value, in brackets too; blocks are text.

use super::Reading;
use super::env::value_end;
use super::flow::Flow;
use crate::facts::secrets::context::{Names, lists, singular};
use crate::text::Name;

struct Level {
    indent: usize,
    key: Name,
    group: usize,
    named: Option<Name>,
}

pub(super) fn read(text: &str) -> Reading {
    let mut reading = Reading::default();
    let mut levels: Vec<Level> = vec![Level { indent: 0, key: Name::default(), group: 0, named: None }];
    let mut groups = 1;
    // Inside a block scalar: lines indented deeper than its key are text.
    let mut block: Option<usize> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let plain = line.trim_end();
        let mut content = plain.trim_start();
        if content.is_empty() {
            continue;
        }
        let mut indent = plain.len() - content.len();
        if block.is_some_and(|key| indent > key) {
            continue;
        }
        block = None;
        if content.starts_with('#') {
            reading.comments.push(start..start + plain.len());
            continue;
        }
        let mut is_item = false;
        while let Some(item) = content.strip_prefix("- ") {
            is_item = true;
            let deeper = item.trim_start();
            indent += content.len() - deeper.len();
            content = deeper;
        }
        levels.retain(|level| level.indent == 0 && level.key.is_empty() || level.indent < indent);
        if is_item {
            // Each item is an object of its own, under the list's name.
            let key = levels.last().map(|level| singular(&level.key)).unwrap_or_default();
            levels.push(Level { indent: indent.saturating_sub(1), key, group: groups, named: None });
            groups += 1;
        }
        let offset = start + plain.len() - content.len();
        if is_item && is_flow(content) {
            let key = levels.last().map(|level| level.key.clone()).unwrap_or_default();
            flow(&mut reading, &mut groups, text, offset..offset + content.len()).read(offset, &key, "", 0);
            continue;
        }
        match key_and_value(content) {
            Some((key, value)) => {
                let written = content.get(value..).unwrap_or("");
                if written.is_empty() || written.starts_with(['#', '&', '!']) {
                    levels.push(Level { indent, key: Name::from(key), group: groups, named: None });
                    groups += 1;
                } else if written.starts_with(['|', '>']) {
                    block = Some(indent);
                } else if is_flow(written) {
                    let outer = levels.last().map(|level| level.key.clone()).unwrap_or_default();
                    flow(&mut reading, &mut groups, text, offset + value..offset + content.len()).read(offset + value, key, &outer, 0);
                } else {
                    value_of(&mut reading, &mut levels, key, text, offset + value);
                }
            }
            None if is_item => item(&mut reading, &levels, content, text, offset),
            None => {}
        }
    }
    reading
}

/// An object or a list that ends on its line. `{{` is the hole of a template.
fn is_flow(written: &str) -> bool {
    let bare = written.split_once(" #").map_or(written, |(before, _)| before).trim_end();
    bare.starts_with('{') && bare.ends_with('}') && !bare.starts_with("{{") || bare.starts_with('[') && bare.ends_with(']')
}

fn flow<'t, 'r>(reading: &'r mut Reading, groups: &'r mut usize, text: &'t str, range: std::ops::Range<usize>) -> Flow<'t, 'r> {
    Flow { text, end: range.end, reading, groups }
}

/// A key and where its value begins.
fn key_and_value(content: &str) -> Option<(&str, usize)> {
    let quote = content.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (key, after) = match quote {
        Some(quote) => {
            let close = content.get(1..)?.find(quote)? + 1;
            (content.get(1..close)?, close + 1)
        }
        None => {
            let colon = content.find(": ").or_else(|| content.strip_suffix(':').map(str::len))?;
            (content.get(..colon)?, colon)
        }
    };
    let rest = content.get(after..)?.strip_prefix(':')?;
    let is_key = !key.is_empty() && key.len() < 120 && !key.contains(['{', '"', '#']);
    is_key.then_some((key, after + 1 + rest.len() - rest.trim_start().len()))
}

fn value_of(reading: &mut Reading, levels: &mut [Level], key: &str, text: &str, start: usize) {
    let end = value_end(text, start);
    let written = text.get(start..end).unwrap_or("");
    let quoted = written.len() >= 2 && written.starts_with(['"', '\'']);
    let inside = if quoted { written.get(1..written.len() - 1).unwrap_or("") } else { written };
    let Some(level) = levels.last_mut() else { return };
    let mut names = Names { own: Name::from(key), outer: level.key.clone(), ..Names::default() };
    if lists().name_fields.contains(key) {
        level.named = Some(Name::from(inside));
    } else if key == "value" {
        names.own = level.named.clone().unwrap_or(names.own);
    } else if lists().value_fields.contains(key) && !level.key.is_empty() {
        names.own = level.key.clone();
    }
    let group = level.group;
    let value = if quoted { start + 1..end - 1 } else { start..end };
    if !reading.stand_in(text, value, group) {
        reading.entry(names, start..end, quoted, group);
    }
}

/// `- NAME=value` of a compose file, or an element of a list.
fn item(reading: &mut Reading, levels: &[Level], content: &str, text: &str, offset: usize) {
    let group = levels.last().map_or(0, |level| level.group);
    let inner = content.trim_matches(['"', '\'']);
    let lead = content.find(inner).unwrap_or(0);
    if let super::env::Line::Assigned { name, value } = super::env::assignment(inner) {
        let end = offset + lead + inner.len();
        let written = (offset + lead + value).min(end)..end;
        if !reading.stand_in(text, written.clone(), group) {
            reading.entry(Names::of(name), written, false, group);
        }
        return;
    }
    let list = levels.len().checked_sub(2).and_then(|at| levels.get(at)).map(|level| singular(&level.key)).unwrap_or_default();
    let end = value_end(text, offset);
    reading.entry(Names::of(&list), offset..end, content.len() >= 2 && content.starts_with(['"', '\'']), group);
}
