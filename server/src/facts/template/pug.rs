//! Pug: `p!= x` and `!{x}`.

use super::expression::roots;
use super::{How, Unescaped};
use crate::text::{Name, Span};

pub(super) fn read(text: &str, found: &mut Vec<Unescaped>) {
    let mut start = 0;
    // Lines indented deeper than a comment's belong to it.
    let mut comment: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        let is_comment = !content.is_empty() && comment.is_some_and(|above| indent > above);
        if !is_comment && !content.is_empty() {
            comment = content.starts_with("//").then_some(indent);
        }
        if comment.is_none() {
            of_line(content.trim_end(), start + indent, found);
        }
        start += line.len();
    }
}

fn of_line(line: &str, start: usize, found: &mut Vec<Unescaped>) {
    if let Some(at) = buffered(line) {
        add(line.get(at..).unwrap_or(""), start + at..start + line.len(), 2, 0, found);
        return;
    }
    let mut at = 0;
    while let Some(open) = line.get(at..).and_then(|rest| rest.find("!{")).map(|n| at + n) {
        let Some(len) = line.get(open..).and_then(|rest| rest.find('}')) else { return };
        let end = open + len + 1;
        add(line.get(open..end).unwrap_or(""), start + open..start + end, 2, 1, found);
        at = end;
    }
}

/// Where `!=` stands that writes out the rest of the line: at its beginning, or right behind a tag.
fn buffered(line: &str) -> Option<usize> {
    let tag = line.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '#' | '-' | '_' | ':'))).unwrap_or(line.len());
    let rest = line.get(tag..)?;
    let attributes = if rest.starts_with('(') { rest.find(')')? + 1 } else { 0 };
    rest.get(attributes..)?.starts_with("!=").then_some(tag + attributes)
}

fn add(written: &str, range: std::ops::Range<usize>, before: usize, after: usize, found: &mut Vec<Unescaped>) {
    let expression = written.get(before..written.len().saturating_sub(after)).unwrap_or("").trim();
    let roots = roots(expression);
    if !roots.is_empty() {
        found.push(Unescaped { span: Span::from(range), expression: Name::from(expression), roots, how: How::Sign });
    }
}
