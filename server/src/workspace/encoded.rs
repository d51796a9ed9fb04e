//! Texts as the bytes of a file: what is read in one encoding is written in the same one.

use std::borrow::Cow;

use crate::fixes::TextEdit;
use crate::text::lines::line_end;

/// How the text of a file is written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    /// A byte order mark, if there is one, is part of the text.
    Utf8,
    /// With the byte order mark that stands before the text and is no part of it.
    Utf16Little,
    Utf16Big,
}

pub(super) struct Encoded<'b> {
    pub text: Cow<'b, str>,
    pub encoding: Encoding,
}

/// Does a byte order mark say that it takes two bytes a letter?
pub(super) fn is_wide(bytes: &[u8]) -> bool {
    matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..])
}

/// The text of these bytes. `None` if they are not text in one of the encodings.
pub(super) fn decode(bytes: &[u8]) -> Option<Encoded<'_>> {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16, encoding| {
        if !rest.len().is_multiple_of(2) {
            return None;
        }
        let units = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text = char::decode_utf16(units).collect::<Result<String, _>>().ok()?;
        Some(Encoded { text: Cow::Owned(text), encoding })
    };
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => None,
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes, Encoding::Utf16Little),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes, Encoding::Utf16Big),
        bytes => Some(Encoded { text: Cow::Borrowed(std::str::from_utf8(bytes).ok()?), encoding: Encoding::Utf8 }),
    }
}

impl Encoding {
    pub fn encode(self, text: &str) -> Vec<u8> {
        let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect();
        match self {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Utf16Little => utf16([0xFF, 0xFE], u16::to_le_bytes),
            Encoding::Utf16Big => utf16([0xFE, 0xFF], u16::to_be_bytes),
        }
    }
}

/// The edits with the line ends that most lines of the text have.
pub(super) fn with_line_ends_of(text: &str, edits: &[TextEdit]) -> Vec<TextEdit> {
    let paired = line_end(text) == "\r\n";
    let of = |edit: &TextEdit| match paired && edit.text.contains('\n') {
        true => TextEdit { span: edit.span, text: edit.text.replace("\r\n", "\n").replace('\n', "\r\n") },
        false => edit.clone(),
    };
    edits.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    #[test]
    fn what_was_read_is_written_in_the_same_way() {
        for (encoding, text) in [(Encoding::Utf8, "\u{feff}é\r\n"), (Encoding::Utf16Little, "é😀\n"), (Encoding::Utf16Big, "é😀\n"), (Encoding::Utf8, "")]
        {
            let bytes = encoding.encode(text);
            let read = decode(&bytes).expect("text");
            assert_eq!((&*read.text, read.encoding), (text, encoding));
        }
        assert!(decode(b"caf\xE9").is_none() && decode(&[0xFF, 0xFE, 0]).is_none() && decode(&[0xFF, 0xFE, 0, 0xD8]).is_none());
    }

    #[test]
    fn inserted_lines_end_as_the_others_do() {
        let edit = |text: &str| vec![TextEdit { span: Span::at(0), text: text.to_owned() }];
        assert_eq!(with_line_ends_of("a\r\nb\r\n", &edit("c\nd\r\n")), edit("c\r\nd\r\n"));
        assert_eq!(with_line_ends_of("a\nb\n", &edit("c\nd\r\n")), edit("c\nd\r\n"));
    }
}
