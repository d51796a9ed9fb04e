//! `key = "value"` lines of Terraform and what is written like it, with the block they stand in. What has no quotes is worked out.

use super::Reading;
use super::env::value_end;
use crate::facts::secrets::context::{Names, lists};
use crate::text::Name;

#[derive(Default)]
struct Block {
    /// `db_password` of `variable "db_password" {`, `tags` of `tags = {`.
    key: Name,
    group: usize,
    /// `name = X` beside `value = Y`: what Y is.
    named: Option<Name>,
}

pub(super) fn read(text: &str) -> Reading {
    let mut reading = Reading::default();
    let mut blocks = vec![Block::default()];
    let mut groups = 1;
    // The word that ends a text over many lines.
    let mut heredoc: Option<&str> = None;
    let mut in_comment = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim();
        if let Some(end) = heredoc {
            heredoc = heredoc.filter(|_| content != end);
            continue;
        }
        if in_comment || content.starts_with("/*") {
            reading.comments.push(start..start + line.trim_end().len());
            in_comment = !content.contains("*/");
            continue;
        }
        if content.starts_with('#') || content.starts_with("//") {
            reading.comments.push(start..start + line.trim_end().len());
            continue;
        }
        let offset = start + line.len() - line.trim_start().len();
        match content.split_once('=').filter(|(key, value)| is_key(key.trim()) && !value.starts_with('=')) {
            Some((key, value)) => {
                let written = value.trim_start();
                let own = key.trim().trim_matches('"');
                if let Some(word) = written.strip_prefix("<<") {
                    heredoc = Some(word.trim_start_matches('-').trim());
                } else if written.ends_with('{') {
                    blocks.push(Block { key: Name::from(own), group: groups, named: None });
                    groups += 1;
                } else if written.starts_with('"') {
                    let begin = offset + key.len() + 1 + value.len() - written.len();
                    entry(&mut reading, &mut blocks, own, text, begin);
                }
            }
            None if content.ends_with('{') => {
                blocks.push(Block { key: label(content), group: groups, named: None });
                groups += 1;
            }
            None if content.starts_with('}') && blocks.len() > 1 => {
                blocks.pop();
            }
            None => {}
        }
    }
    reading
}

fn is_key(key: &str) -> bool {
    let plain = key.trim_matches('"');
    !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/'))
}

/// `variable "db_password" {`: the last thing it is called.
fn label(content: &str) -> Name {
    let words = content.trim_end_matches('{').split_whitespace();
    words.last().map(|word| Name::from(word.trim_matches('"'))).unwrap_or_default()
}

fn entry(reading: &mut Reading, blocks: &mut [Block], own: &str, text: &str, start: usize) {
    let end = value_end(text, start);
    // `"${a}${b}"` in a call, `"a" : "b"`: worked out, too.
    let after = text.get(end..).and_then(|rest| rest.lines().next()).unwrap_or("").trim();
    if !(after.is_empty() || after.starts_with(['#', ',', '}']) || after.starts_with("//")) {
        return;
    }
    let Some(block) = blocks.last_mut() else { return };
    let mut names = Names { own: Name::from(own), outer: block.key.clone(), ..Names::default() };
    if lists().name_fields.contains(own) {
        block.named = text.get(start + 1..end.saturating_sub(1)).map(Name::from);
    } else if own == "value" && block.named.is_some() {
        names.own = block.named.clone().unwrap_or_default();
    } else if lists().value_fields.contains(own) && !block.key.is_empty() {
        names.own = block.key.clone();
    }
    let group = block.group;
    reading.entry(names, start..end, true, group);
}
