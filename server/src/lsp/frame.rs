//! Bytes to message bodies: the base protocol's `Content-Length` frames, read so that one bad frame costs one message.
//!
//! Tolerated: any case, any other headers, bare `\n`, junk between frames. A length that is too short or too long is
//! recovered from at the next header, which can be told from text because JSON never holds a raw line end in a string.

use std::io::Read;

/// A message longer than this ends the server: whatever follows could not be told from its middle.
pub const LARGEST: u64 = 128 << 20;

const LONGEST_LINE: usize = 8 << 10;
const HEADER: &[u8] = b"content-length:";
/// What a line cut in two may hold of a header's beginning.
const OVERLAP: usize = 32;
/// How much is read at once, at least half of it.
const ROOM: usize = 64 << 10;
/// A buffer that once held a huge message is given back.
const KEPT: usize = 1 << 20;

#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    Body(Vec<u8>),
    /// Bytes that are no frame; they were skipped.
    Junk,
    /// A frame longer than [`LARGEST`], or as much junk.
    TooLarge,
    End,
}

pub struct Frames<R> {
    input: R,
    buffer: Vec<u8>,
    /// `buffer[at..filled]` has arrived and is still to be looked at; what lies behind it is room.
    at: usize,
    filled: usize,
    /// Bytes skipped since the last frame.
    skipped: u64,
}

impl<R: Read> Frames<R> {
    pub fn new(input: R) -> Self {
        Frames { input, buffer: vec![0; ROOM], at: 0, filled: 0, skipped: 0 }
    }

    /// The next frame. `before_waiting` is called each time more input is needed than has arrived.
    pub fn next(&mut self, before_waiting: &mut dyn FnMut()) -> Frame {
        let mut length = None;
        let mut junk = false;
        loop {
            let Some(line) = self.line(before_waiting) else { return Frame::End };
            match header(&line) {
                Header::Length(n) => length = Some(n),
                Header::Other => {}
                Header::Junk => {
                    junk = true;
                    self.skipped += line.len() as u64;
                    if self.skipped > LARGEST {
                        return Frame::TooLarge;
                    }
                }
                Header::Blank => match length {
                    Some(n) if n > LARGEST => return Frame::TooLarge,
                    Some(n) => return self.body(n as usize, before_waiting),
                    None if junk => return Frame::Junk,
                    None => {}
                },
            }
        }
    }

    /// Gives back the end of a body that turned out to hold the beginning of the next frame.
    /// Returns whether there was one.
    pub fn resume_within(&mut self, body: &[u8]) -> bool {
        let Some(at) = next_header(body) else { return false };
        let rest = &body[at..];
        self.buffer.splice(self.at..self.at, rest.iter().copied());
        self.filled += rest.len();
        true
    }

    fn body(&mut self, length: usize, before_waiting: &mut dyn FnMut()) -> Frame {
        while self.filled - self.at < length {
            if !self.more(before_waiting) {
                return Frame::End;
            }
        }
        self.skipped = 0;
        let body = self.buffer[self.at..self.at + length].to_vec();
        self.at += length;
        Frame::Body(body)
    }

    /// The next line with its end, or a piece of an overlong one. `None` at the end of input.
    fn line(&mut self, before_waiting: &mut dyn FnMut()) -> Option<Vec<u8>> {
        let mut searched = 0;
        loop {
            let rest = &self.buffer[self.at..self.filled];
            let length = match rest[searched..].iter().position(|byte| *byte == b'\n') {
                Some(end) => searched + end + 1,
                None if rest.len() >= LONGEST_LINE => LONGEST_LINE - OVERLAP,
                None => {
                    searched = rest.len();
                    if !self.more(before_waiting) {
                        return None;
                    }
                    continue;
                }
            };
            let line = rest[..length].to_vec();
            self.at += length;
            return Some(line);
        }
    }

    /// Reads what has arrived, waiting for it if need be. False at the end of input.
    fn more(&mut self, before_waiting: &mut dyn FnMut()) -> bool {
        self.buffer.copy_within(self.at..self.filled, 0);
        self.filled -= self.at;
        self.at = 0;
        if self.filled == 0 && self.buffer.len() > KEPT {
            self.buffer = vec![0; ROOM];
        } else if self.buffer.len() - self.filled < ROOM / 2 {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        before_waiting();
        let read = loop {
            match self.input.read(&mut self.buffer[self.filled..]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other.unwrap_or(0),
            }
        };
        self.filled += read;
        read > 0
    }
}

enum Header {
    Length(u64),
    Other,
    Blank,
    Junk,
}

fn header(line: &[u8]) -> Header {
    let line = line.trim_ascii();
    if line.is_empty() {
        return Header::Blank;
    }
    // The end of a body whose length was too short may stand before the name.
    if let Some(at) = find_header(line) {
        let digits = line[at + HEADER.len()..].trim_ascii();
        return match std::str::from_utf8(digits) {
            Ok(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty() => Header::Length(digits.parse().unwrap_or(u64::MAX)),
            _ => Header::Junk,
        };
    }
    match line.iter().position(|byte| *byte == b':') {
        Some(end) if end > 0 && line[..end].iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-') => Header::Other,
        _ => Header::Junk,
    }
}

/// Where the last `Content-Length:` in a line begins.
fn find_header(line: &[u8]) -> Option<usize> {
    let windows = line.windows(HEADER.len());
    windows.enumerate().rev().find(|(_, window)| window.eq_ignore_ascii_case(HEADER)).map(|(at, _)| at)
}

/// Where the first `Content-Length: N` that is followed by a line end begins.
fn next_header(bytes: &[u8]) -> Option<usize> {
    let mut windows = bytes.windows(HEADER.len()).enumerate().filter(|(_, window)| window.eq_ignore_ascii_case(HEADER));
    windows.find_map(|(at, _)| {
        let rest = bytes[at + HEADER.len()..].trim_ascii_start();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (digits > 0 && matches!(rest.get(digits), Some(b'\r' | b'\n'))).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hands out its bytes in pieces, so that every boundary is met.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let n = self.1.min(self.0.len()).min(into.len());
            into[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn frames(bytes: &[u8], piece: usize) -> Vec<String> {
        let mut frames = Frames::new(Pieces(bytes, piece));
        let mut out = Vec::new();
        loop {
            match frames.next(&mut || {}) {
                Frame::Body(body) => {
                    // As the transport does: what is no JSON may hold the next frame's beginning.
                    if serde_json::from_slice::<serde_json::Value>(&body).is_err() {
                        frames.resume_within(&body);
                        out.push("bad".into());
                    } else {
                        out.push(String::from_utf8(body).expect("UTF-8"));
                    }
                }
                Frame::Junk => out.push("junk".into()),
                Frame::TooLarge => {
                    out.push("too large".into());
                    return out;
                }
                Frame::End => return out,
            }
        }
    }

    fn read(bytes: &str) -> Vec<String> {
        let whole = frames(bytes.as_bytes(), usize::MAX);
        for piece in [1, 2, 7] {
            assert_eq!(frames(bytes.as_bytes(), piece), whole, "in pieces of {piece}");
        }
        whole
    }

    #[test]
    fn headers_are_read_as_tolerantly_as_they_can_be() {
        assert_eq!(read("Content-Length: 2\r\n\r\n{}"), ["{}"]);
        assert_eq!(read("content-length:2\n\n{}"), ["{}"]);
        assert_eq!(read("Content-Type: application/vscode-jsonrpc; charset=latin1\r\nContent-Length: 2\r\n\r\n{}"), ["{}"]);
        assert_eq!(read("\r\n\r\nContent-Length: 2\r\nX-Other: 1\r\n\r\n{}Content-Length: 1\r\n\r\n1"), ["{}", "1"]);
    }

    #[test]
    fn junk_is_skipped_and_told_once() {
        assert_eq!(read("GET / HTTP/1.1\r\nHost: x\r\n\r\nContent-Length: 2\r\n\r\n{}"), ["junk", "{}"]);
        assert_eq!(read("Content-Length: -5\r\n\r\nContent-Length: 2\r\n\r\n{}"), ["junk", "{}"]);
        assert_eq!(read("Content-Length: abc\r\n\r\nContent-Length: 2\r\n\r\n{}"), ["junk", "{}"]);
        assert_eq!(read(&format!("{}Content-Length: 2\r\n\r\n{{}}", "X".repeat(3 * LONGEST_LINE))), ["{}"]);
    }

    #[test]
    fn a_wrong_length_costs_one_message() {
        assert_eq!(read("Content-Length: 5\r\n\r\n{\"a\":\"b\"}Content-Length: 2\r\n\r\n{}"), ["bad", "{}"]);
        assert_eq!(read("Content-Length: 30\r\n\r\n{\"a\":\"b\"}Content-Length: 2\r\n\r\n{}Content-Length: 1\r\n\r\n1"), ["bad", "{}", "1"]);
        // A header inside a string is text: its line end is escaped.
        assert_eq!(read("Content-Length: 27\r\n\r\n{\"a\":\"Content-Length: 3\\n\"!Content-Length: 2\r\n\r\n{}"), ["bad", "{}"]);
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read(pieces in prop::collection::vec(prop_oneof![
            any::<Vec<u8>>(),
            Just(b"Content-Length: ".to_vec()),
            Just(b"\r\n\r\n".to_vec()),
            Just(b"7\r\n\r\n{\"a\":1}".to_vec()),
            Just(b"2".to_vec()),
        ], 0..20), piece in 1..50_usize) {
            let bytes = pieces.concat();
            let whole = frames(&bytes, usize::MAX);
            prop_assert_eq!(frames(&bytes, piece), whole);
        }
    }

    #[test]
    fn absurd_lengths_end_it() {
        for length in ["99999999999", "18446744073709551615", "18446744073709551616"] {
            assert_eq!(read(&format!("Content-Length: {length}\r\n\r\n{{}}")), ["too large"]);
        }
    }

    #[test]
    fn an_unfinished_frame_is_the_end() {
        assert_eq!(read("Content-Length: 20\r\n\r\n{}"), Vec::<String>::new());
        assert_eq!(read("Content-Len"), Vec::<String>::new());
        assert_eq!(read(""), Vec::<String>::new());
    }

    #[test]
    fn waiting_is_announced_only_when_nothing_is_left() {
        let bytes = b"Content-Length: 2\r\n\r\n{}".repeat(3);
        let mut frames = Frames::new(Pieces(&bytes, usize::MAX));
        let mut waits = 0;
        for _ in 0..3 {
            assert_eq!(frames.next(&mut || waits += 1), Frame::Body(b"{}".to_vec()));
        }
        assert_eq!(waits, 1, "three messages, read at once");
        assert_eq!(frames.next(&mut || waits += 1), Frame::End);
        assert_eq!(waits, 2);
    }
}
