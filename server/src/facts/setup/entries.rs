//! The files that a build begins with.

use super::catalogue::{EntryRow, FileRow};
use super::{Entry, Given, Shape};
use crate::text::Name;

/// Calls are nested in calls no deeper: `layout("a.tsx", [route("b", "b.tsx")])`.
const DEEPEST: usize = 16;

pub(super) fn read(row: &FileRow, given: &Given, out: &mut Vec<Entry>) {
    for entry in row.entries.iter().filter(|entry| !is_for_something_else(entry, given)) {
        let path: Vec<&str> = entry.at.iter().map(String::as_str).collect();
        given.each(&path, &mut |_, value| files(row, value, DEEPEST, out));
    }
}

/// A program for a server, a library.
fn is_for_something_else(entry: &EntryRow, given: &Given) -> bool {
    entry.unless.iter().any(|(at, beginnings)| {
        let path: Vec<&str> = at.split('.').collect();
        let mut is = false;
        given.each(&path, &mut |_, value| {
            let begins = |text: &str| beginnings.iter().any(|beginning| text.starts_with(beginning.as_str()));
            is |= match &value.shape {
                Shape::Null => false,
                Shape::List(items) => items.iter().filter_map(Given::text).any(begins),
                _ => value.text().is_none_or(begins),
            };
        });
        is
    })
}

/// The texts in lists and calls. Which field of a map names a file only a row can say.
fn files(row: &FileRow, given: &Given, left: usize, out: &mut Vec<Entry>) {
    let Some(left) = left.checked_sub(1) else { return };
    match &given.shape {
        Shape::Text(text) => out.push(Entry { file: Name::from(&**text), stack: row.stack.clone(), place: given.place.clone() }),
        Shape::List(parts) | Shape::Made(parts) | Shape::OneOf(parts) => parts.iter().for_each(|part| files(row, part, left, out)),
        _ => {}
    }
}
