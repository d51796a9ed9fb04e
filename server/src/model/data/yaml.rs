//! YAML, from the events of a parser. What stands before an error is kept.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::builder::Builder;
use super::tree::{Entry, Kind, NodeId, Tree};
use super::{DEEPEST, MOST_VALUES};
use crate::text::{Name, Span};

/// So many lines may be half typed.
const MOST_BLANKED: usize = 4;

pub(super) fn read(text: &str) -> Tree {
    let (text, shift) = match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest, '\u{feff}'.len_utf8() as u32),
        None => (text, 0),
    };
    let offsets = Offsets::of(text, shift);
    let (mut best, mut wrong) = pass(text, text, shift, &offsets);
    let whole = text;
    let mut blanked = text.to_owned();
    for _ in 0..MOST_BLANKED {
        let Some(line) = wrong else { break };
        // Braces of a path (`{ path: /items/{id}, method: get }`) are plain to people; a line that holds some is read as it is meant.
        // The parser often sees on the next line only that something is missing on this one.
        let named = with_plain_braces(&blanked);
        let others = [line, line.saturating_sub(1)].map(|line| without_line(&blanked, line));
        let tries: Vec<_> = named
            .into_iter()
            .chain(others)
            .map(|text| {
                let (tree, wrong) = pass(&text, whole, shift, &offsets);
                (text, tree, wrong)
            })
            .collect();
        let further = |wrong: Option<usize>| wrong.unwrap_or(usize::MAX);
        let Some((text, tree, next)) = tries.into_iter().max_by_key(|(_, tree, wrong)| (further(*wrong), tree.nodes.len())) else { break };
        if tree.nodes.len() > best.nodes.len() {
            best = Tree { complete: false, ..tree };
        }
        (blanked, wrong) = (text, next);
    }
    best
}

/// The tree up to the first error, and its line. `whole` is the text as it was written.
fn pass(text: &str, whole: &str, shift: u32, offsets: &Offsets) -> (Tree, Option<usize>) {
    let mut reader = Reader { builder: Builder::default(), open: Vec::new(), anchors: FxHashMap::default(), values: 0, below: 0 };
    let mut wrong = None;
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => reader.event(event, offsets.span(span), whole, shift),
            Err(error) => {
                reader.builder.broken = true;
                wrong = Some(error.marker().line());
                break;
            }
        }
    }
    while !reader.open.is_empty() {
        reader.close();
    }
    (reader.builder.done(), wrong)
}

/// The text with one line of blanks, as many characters long. Lines are counted from 1.
fn without_line(text: &str, line: usize) -> String {
    let blank = |line: &str| line.chars().map(|char| if matches!(char, '\r' | '\n') { char } else { ' ' }).collect::<String>();
    text.split_inclusive('\n').enumerate().map(|(at, here)| if at + 1 == line { blank(here) } else { here.to_owned() }).collect()
}

/// What stands for a brace that is part of a plain text; nobody types it.
const BRACES: [(char, char); 2] = [('{', '\u{f8d0}'), ('}', '\u{f8d1}')];

/// The text with the braces of `/{name}` as plain characters, as many characters long; `None` if there are none.
fn with_plain_braces(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut found = false;
    while let Some(at) = rest.find("/{") {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        let name = after.get(1..).unwrap_or_default();
        let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'.')).count();
        rest = match (name.get(..length), name.get(length..).and_then(|rest| rest.strip_prefix('}'))) {
            (Some(name), Some(rest)) if !name.is_empty() => {
                out.extend([BRACES[0].1]);
                out.push_str(name);
                out.extend([BRACES[1].1]);
                found = true;
                rest
            }
            _ => after,
        };
    }
    out.push_str(rest);
    found.then_some(out)
}

/// From the parser's characters to bytes.
enum Offsets {
    Ascii(u32),
    Table(Vec<u32>),
}

impl Offsets {
    fn of(text: &str, shift: u32) -> Offsets {
        if text.is_ascii() {
            return Offsets::Ascii(shift);
        }
        let ends = std::iter::once(text.len());
        Offsets::Table(text.char_indices().map(|(at, _)| at).chain(ends).map(|at| at as u32 + shift).collect())
    }

    fn byte(&self, character: usize) -> u32 {
        match self {
            Offsets::Ascii(shift) => character as u32 + shift,
            Offsets::Table(table) => table.get(character).or(table.last()).copied().unwrap_or(0),
        }
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        let (start, end) = (self.byte(span.start.index()), self.byte(span.end.index()));
        Span::new(start, end.max(start))
    }
}

/// A list or a map that has not ended.
struct Open {
    start: u32,
    end: u32,
    /// How many values were there before it.
    before: usize,
    anchor: usize,
    tag: Option<Name>,
    inside: Inside,
}

enum Inside {
    List(Vec<NodeId>),
    Map(Vec<Entry>, Option<(Arc<str>, Span)>),
}

/// What an anchor stands for, and how many values that are.
#[derive(Clone, Copy)]
struct Anchored {
    node: NodeId,
    values: usize,
}

struct Reader {
    builder: Builder,
    open: Vec<Open>,
    anchors: FxHashMap<usize, Anchored>,
    values: usize,
    /// How many collections are open that are nested too deep to be kept.
    below: usize,
}

impl Reader {
    fn event(&mut self, event: Event<'_>, span: Span, text: &str, shift: u32) {
        let is_deep = self.below > 0 || self.open.len() >= DEEPEST;
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) if is_deep => {
                if self.below == 0 {
                    let unknown = self.builder.unknown(span);
                    self.take(unknown, None, span);
                }
                self.below += 1;
            }
            Event::SequenceEnd | Event::MappingEnd if self.below > 0 => self.below -= 1,
            _ if self.below > 0 => {}
            Event::SequenceStart(anchor, tag) => self.begin(span, anchor, tag.as_deref(), Inside::List(Vec::new())),
            Event::MappingStart(anchor, tag) => self.begin(span, anchor, tag.as_deref(), Inside::Map(Vec::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => {
                let is_flow = text.as_bytes().get(span.start.saturating_sub(shift) as usize).is_some_and(|byte| matches!(byte, b']' | b'}'));
                if let Some(open) = self.open.last_mut().filter(|_| is_flow && !span.is_empty()) {
                    open.end = open.end.max(span.end);
                }
                self.close();
            }
            Event::Scalar(value, style, anchor, tag) => {
                let value = BRACES
                    .into_iter()
                    .fold(value, |value, (brace, plain)| if value.contains(plain) { value.replace(plain, &brace.to_string()).into() } else { value });
                let kind = scalar(&value, style);
                let node = self.builder.tagged(span, kind, tag.as_deref().and_then(name_of));
                self.values += 1;
                if anchor != 0 {
                    self.anchors.insert(anchor, Anchored { node, values: 1 });
                }
                self.take(node, Some(&value), span);
            }
            Event::Alias(anchor) => {
                // An alias of what is still open would never end.
                let known = self.anchors.get(&anchor).copied().filter(|known| self.values + known.values <= MOST_VALUES);
                let node = match known {
                    Some(known) => {
                        self.values += known.values;
                        known.node
                    }
                    None => self.builder.unknown(span),
                };
                let key = match self.builder.kind(node) {
                    Some(Kind::Text(text)) => Some(Arc::clone(text)),
                    _ => None,
                };
                self.take(node, key.as_deref(), span);
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {}
        }
    }

    fn begin(&mut self, span: Span, anchor: usize, tag: Option<&Tag>, inside: Inside) {
        self.values += 1;
        self.open.push(Open { start: span.start, end: span.end, before: self.values - 1, anchor, tag: tag.and_then(name_of), inside });
    }

    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let (kind, last) = match open.inside {
            Inside::List(items) => {
                let last = items.last().map_or(open.end, |item| self.builder.end(*item));
                (Kind::List(items), last)
            }
            Inside::Map(mut entries, key) => {
                if let Some((key, span)) = key {
                    let value = self.builder.unknown(Span::at(span.end));
                    entries.push(Entry { key, span, value });
                }
                let last = self.builder.span_of(open.start, &entries).end;
                let entries = self.merged(entries);
                (Kind::Map(entries), last)
            }
        };
        let span = Span::new(open.start, open.end.max(last));
        let node = self.builder.tagged(span, kind, open.tag);
        if open.anchor != 0 {
            self.anchors.insert(open.anchor, Anchored { node, values: self.values - open.before });
        }
        self.take(node, None, span);
    }

    /// A value that is complete: the next key, the value of the last one, an item, or a document.
    fn take(&mut self, node: NodeId, text: Option<&str>, span: Span) {
        match self.open.last_mut().map(|open| &mut open.inside) {
            None => self.builder.documents.push(node),
            Some(Inside::List(items)) => items.push(node),
            Some(Inside::Map(entries, key)) => match key.take() {
                Some((key, span)) => entries.push(Entry { key, span, value: node }),
                None => *key = Some((text.unwrap_or_default().into(), span)),
            },
        }
    }

    /// `<<: *defaults`: what is not said here is as it is said there.
    fn merged(&mut self, mut entries: Vec<Entry>) -> Vec<Entry> {
        if !entries.iter().any(|entry| *entry.key == *"<<") {
            return entries;
        }
        let mut sources: Vec<NodeId> = Vec::new();
        for entry in entries.iter().filter(|entry| *entry.key == *"<<") {
            match self.builder.kind(entry.value) {
                Some(Kind::List(items)) => sources.extend(items),
                _ => sources.push(entry.value),
            }
        }
        entries.retain(|entry| *entry.key != *"<<");
        for source in sources {
            let Some(Kind::Map(more)) = self.builder.kind(source) else { continue };
            if self.values + more.len() > MOST_VALUES {
                self.builder.broken = true;
                break;
            }
            self.values += more.len();
            let known: rustc_hash::FxHashSet<Arc<str>> = entries.iter().map(|entry| Arc::clone(&entry.key)).collect();
            entries.extend(more.iter().filter(|entry| !known.contains(&entry.key)).cloned());
        }
        entries
    }
}

fn scalar(value: &str, style: ScalarStyle) -> Kind {
    if style != ScalarStyle::Plain {
        return Kind::Text(value.into());
    }
    match value {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Bool(true),
        "false" | "False" | "FALSE" => Kind::Bool(false),
        _ if is_number(value) => Kind::Number(Name::from(value)),
        _ => Kind::Text(value.into()),
    }
}

fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
    if let Some(hex) = digits.strip_prefix("0x") {
        return !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') && digits.bytes().any(|byte| byte.is_ascii_digit()) && digits.parse::<f64>().is_ok()
}

/// `!Ref` is `Ref`; the types of YAML's own are nothing to tell.
fn name_of(tag: &Tag) -> Option<Name> {
    (!tag.is_yaml_core_schema() && tag.handle == "!").then(|| Name::from(tag.suffix.as_str()))
}
