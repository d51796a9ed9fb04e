//! Headers that a platform sends, and paths that it hands on.

use std::sync::Arc;

use super::catalogue::{FileRow, HeadersRow};
use super::{Field, Forward, Given, Header, Shape};
use crate::text::Name;

pub(super) fn read(row: &FileRow, given: &Given, out: &mut Vec<Header>) {
    for headers in &row.headers {
        let path: Vec<&str> = headers.at.iter().map(String::as_str).collect();
        given.each(&path, &mut |under, group| of_group(row, headers, under, group, out));
    }
}

fn of_group(row: &FileRow, headers: &HeadersRow, under: Option<&Field>, group: &Given, out: &mut Vec<Header>) {
    let pattern: Option<Arc<str>> = match &headers.pattern {
        Some(field) => group.get(field).and_then(Given::scalar).map(Arc::from),
        None => under.map(|field| Arc::from(field.name.as_str())),
    };
    let header = |name: &str, value: &Given| Header {
        name: Name::from(name.to_ascii_lowercase()),
        value: value.scalar().map(Arc::from),
        pattern: pattern.clone(),
        stack: row.stack.clone(),
        place: value.place.clone(),
    };
    let pair = |given: &Given| {
        let name = given.get(&headers.name).and_then(Given::text)?;
        Some(header(name, given.get(&headers.value)?))
    };
    match &headers.headers {
        None => out.extend(pair(group)),
        Some(field) => group.each(&[field], &mut |_, of| match &of.shape {
            Shape::List(_) => of.each(&["*"], &mut |_, item| out.extend(pair(item))),
            Shape::Map(map) => out.extend(map.fields.iter().map(|field| header(&field.name, &field.value))),
            _ => {}
        }),
    }
}

pub(super) fn forwards(row: &FileRow, given: &Given, out: &mut Vec<Forward>) {
    for forward in &row.forwards {
        let path: Vec<&str> = forward.at.iter().map(String::as_str).collect();
        given.each(&path, &mut |under, entry| {
            let text = |given: &Given| given.text().map(Arc::from);
            let from: Option<Arc<str>> = match &forward.from {
                Some(field) => entry.get(field).and_then(text),
                None => under.map(|field| Arc::from(field.name.as_str())),
            };
            let to = text(entry).or_else(|| forward.to.iter().find_map(|field| entry.get(field).and_then(text)));
            out.push(Forward { way: forward.way.clone(), from, to, stack: row.stack.clone(), place: entry.place.clone() });
        });
    }
}
