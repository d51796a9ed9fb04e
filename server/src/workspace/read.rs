//! One file from disk to text. What cannot be read is said in a word, never guessed.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::encoded;

/// Why a file has no text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Unread {
    /// Larger than the configuration allows.
    TooLarge,
    /// Holds a NUL byte near its beginning.
    Binary,
    /// Neither UTF-8 nor UTF-16 with a byte order mark.
    Encoding,
    Denied,
    /// Gone since the folder was listed.
    Vanished,
    /// Not a file (a socket, a pipe, a folder).
    NoFile,
    /// A link that leads back to itself.
    Circle,
    Other,
}

/// How much of the beginning is searched for a NUL byte.
const BINARY_PROBE: usize = 8 * 1024;

/// The text of a file of at most `limit` bytes. A byte order mark stays in the text, where offsets count it.
pub fn read(path: &Path, limit: u64) -> Result<String, Unread> {
    // Opening a named pipe would wait for somebody to write into it.
    let before = std::fs::metadata(path).map_err(|error| of(&error))?;
    if !before.is_file() {
        return Err(Unread::NoFile);
    }
    if before.len() > limit {
        return Err(Unread::TooLarge);
    }
    let file = File::open(path).map_err(|error| of(&error))?;
    let mut bytes = Vec::with_capacity(before.len() as usize + 1);
    // The file may grow while it is read, so the bound holds for the reading too.
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| of(&error))?;
    if bytes.len() as u64 > limit {
        return Err(Unread::TooLarge);
    }
    decode(bytes)
}

/// What a path leads to, links followed.
pub(super) fn kind(path: &Path) -> Result<std::fs::FileType, Unread> {
    std::fs::metadata(path).map(|metadata| metadata.file_type()).map_err(|error| of(&error))
}

fn decode(bytes: Vec<u8>) -> Result<String, Unread> {
    if encoded::is_wide(&bytes) {
        return encoded::decode(&bytes).map(|encoded| encoded.text.into_owned()).ok_or(Unread::Encoding);
    }
    if bytes.iter().take(BINARY_PROBE).any(|byte| *byte == 0) {
        return Err(Unread::Binary);
    }
    String::from_utf8(bytes).map_err(|_| Unread::Encoding)
}

fn of(error: &std::io::Error) -> Unread {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Unread::Vanished,
        ErrorKind::PermissionDenied => Unread::Denied,
        _ if is_circle(error) => Unread::Circle,
        _ => Unread::Other,
    }
}

/// The standard library's kind for links that lead in a circle has no stable name yet.
#[cfg(unix)]
fn is_circle(error: &std::io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

#[cfg(not(unix))]
fn is_circle(_: &std::io::Error) -> bool {
    false
}

impl Unread {
    /// As the end of a sentence that begins with one file name, or with several.
    pub(super) fn in_words(self, several: bool) -> &'static str {
        match (self, several) {
            (Unread::TooLarge, false) => "is larger than the limit (`maxFileBytes`) and was not read",
            (Unread::TooLarge, true) => "are larger than the limit (`maxFileBytes`) and were not read",
            (Unread::Binary, false) => "is not text and was not read",
            (Unread::Binary, true) => "are not text and were not read",
            (Unread::Encoding, false) => "is in an encoding other than UTF-8 and was not read",
            (Unread::Encoding, true) => "are in an encoding other than UTF-8 and were not read",
            (Unread::Denied, _) => "could not be opened: permission denied",
            (Unread::Vanished, _) => "disappeared while reading",
            (Unread::NoFile, false) => "is not an ordinary file and was not read",
            (Unread::NoFile, true) => "are not ordinary files and were not read",
            (Unread::Circle, false) => "is a link that leads back to itself",
            (Unread::Circle, true) => "are links that lead back to themselves",
            (Unread::Other, _) => "could not be read",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_bytes(bytes: &[u8], limit: u64) -> Result<String, Unread> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.ts");
        std::fs::write(&path, bytes).expect("a file");
        read(&path, limit)
    }

    #[test]
    fn utf8_keeps_its_byte_order_mark() {
        assert_eq!(read_bytes(b"\xEF\xBB\xBFlet a", 100), Ok("\u{feff}let a".into()));
        assert_eq!(read_bytes(b"", 100), Ok(String::new()));
    }

    #[test]
    fn utf16_is_decoded_by_its_mark() {
        let units: Vec<u8> = "\u{feff}é😀".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read_bytes(&units, 100), Ok("é😀".into()));
        let units: Vec<u8> = "\u{feff}é😀".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read_bytes(&units, 100), Ok("é😀".into()));
        assert_eq!(read_bytes(&units[..units.len() - 1], 100), Err(Unread::Encoding));
        assert_eq!(read_bytes(&[0xFF, 0xFE, 0x00, 0xD8], 100), Err(Unread::Encoding), "half a surrogate pair");
    }

    #[test]
    fn what_is_no_text_is_named() {
        assert_eq!(read_bytes(b"GIF\0\0", 100), Err(Unread::Binary));
        assert_eq!(read_bytes(b"caf\xE9", 100), Err(Unread::Encoding));
        assert_eq!(read_bytes(&[b'a'; 101], 100), Err(Unread::TooLarge));
        assert_eq!(read_bytes(&[b'a'; 100], 100), Ok("a".repeat(100)));
    }

    #[test]
    fn what_is_no_file_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(read(folder.path(), 100), Err(Unread::NoFile));
        assert_eq!(read(&folder.path().join("gone.ts"), 100), Err(Unread::Vanished));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_itself_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let link = folder.path().join("a.ts");
        std::os::unix::fs::symlink(&link, &link).expect("a link");
        assert_eq!(read(&link, 100), Err(Unread::Circle));
    }
}
