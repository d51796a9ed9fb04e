//! YAML: the first document of a text, up to the first mistake in it.

use saphyr_parser::{Event, Parser, ScalarStyle, Span as YamlSpan};

use super::builder::Builder;
use super::{Data, DataKind};
use crate::text::{Name, Span};

pub fn yaml(text: &str) -> Option<Data> {
    let mut builder = Builder::default();
    let mut places = Places { text, chars: 0, bytes: 0 };
    let mut parser = Parser::new_from_str(text);
    while let Some(Ok((event, at))) = parser.next_event() {
        match event {
            Event::MappingStart(..) => start(&mut builder, true, places.of(at)),
            Event::SequenceStart(..) => start(&mut builder, false, places.of(at)),
            Event::MappingEnd | Event::SequenceEnd => builder.close(places.of(at).end),
            Event::Scalar(written, style, ..) => {
                let mut span = places.of(at);
                if matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) && span.len() >= 2 {
                    span = Span::new(span.start + 1, span.end - 1);
                }
                if builder.wants_key() {
                    builder.key(Name::from(&*written), span);
                } else {
                    builder.value(Data { kind: DataKind::Scalar(Name::from(&*written)), span });
                }
            }
            Event::Alias(_) => {
                let span = places.of(at);
                if builder.wants_key() {
                    builder.key(Name::new_static("*"), span);
                } else {
                    builder.value(Data { kind: DataKind::Alias, span });
                }
            }
            Event::DocumentEnd => break,
            _ => {}
        }
    }
    builder.finish(text.len() as u32)
}

/// A map or a list may be a key, which nobody asks for.
fn start(builder: &mut Builder, is_map: bool, span: Span) {
    builder.open(is_map, span.start);
}

/// Characters counted as bytes. Places mostly come in order.
struct Places<'t> {
    text: &'t str,
    chars: usize,
    bytes: usize,
}

impl Places<'_> {
    fn of(&mut self, span: YamlSpan) -> Span {
        let start = self.byte(span.start.index());
        let end = self.byte(span.end.index());
        Span::new(start, end.max(start))
    }

    fn byte(&mut self, chars: usize) -> u32 {
        if chars < self.chars {
            let back = self.chars - chars;
            let before = self.text.get(..self.bytes).unwrap_or("");
            self.bytes = before.char_indices().rev().nth(back - 1).map_or(0, |(at, _)| at);
        } else {
            let ahead = self.text.get(self.bytes..).unwrap_or("");
            self.bytes += ahead.char_indices().nth(chars - self.chars).map_or(ahead.len(), |(at, _)| at);
        }
        self.chars = chars;
        self.bytes as u32
    }
}
