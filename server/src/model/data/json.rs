//! JSON, with comments and commas too many as tools allow them.

use super::builder::Builder;
use super::{Data, DataKind};
use crate::text::{Name, Span};

pub fn json(text: &str) -> Option<Data> {
    let mut builder = Builder::default();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'{' | b'[' => builder.open(*byte == b'{', start as u32),
            // A closing sign of the other kind is a slip.
            b'}' | b']' if builder.is_in_map() == Some(*byte == b'}') => {
                builder.close(at as u32);
                if builder.is_done() {
                    break;
                }
            }
            b',' => builder.forget_key(),
            b'"' | b'\'' => {
                let end = string_end(bytes, at, *byte);
                let span = Span::from(at..end);
                at = end + usize::from(bytes.get(end) == Some(byte));
                scalar(&mut builder, span.of(text), span);
            }
            b'/' if bytes.get(at) == Some(&b'/') => at = line_end(bytes, at),
            b'/' if bytes.get(at) == Some(&b'*') => {
                at = text.get(at + 1..).and_then(|rest| rest.find("*/")).map_or(text.len(), |close| at + 1 + close + 2);
            }
            b if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'$') => {
                let rest = bytes.get(at..).unwrap_or_default();
                at += rest.iter().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+' | b'_'))).unwrap_or(rest.len());
                let span = Span::from(start..at);
                scalar(&mut builder, span.of(text), span);
            }
            _ => {}
        }
    }
    builder.finish(text.len() as u32)
}

fn scalar(builder: &mut Builder, text: &str, span: Span) {
    if builder.wants_key() {
        builder.key(Name::from(text), span);
    } else {
        builder.value(Data { kind: DataKind::Scalar(Name::from(text)), span });
    }
}

/// Where the closing quote is; the end of the line if it is not there.
fn string_end(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\n' => return at,
            byte if *byte == quote => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
}
