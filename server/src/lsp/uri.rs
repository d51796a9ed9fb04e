//! The client's URIs to the engine's file names and back.
//!
//! `file:` becomes an absolute path with forward slashes, `untitled:` stays what it is, and every other scheme (`git:`,
//! `output:`, notebook cells, virtual workspaces) is left alone: what it shows is a copy, or not the user's to change.

use std::path::{Path, PathBuf};

use crate::text::FileId;

/// The file a URI means; `None` for schemes that are left alone.
pub fn file_of(uri: &str) -> Option<FileId> {
    let (scheme, rest) = uri.split_once(':')?;
    if scheme.eq_ignore_ascii_case("untitled") {
        return Some(FileId::new(uri));
    }
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let path = match rest.strip_prefix("//") {
        Some(rest) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            if authority.is_empty() || authority.eq_ignore_ascii_case("localhost") {
                decoded(path)
            } else {
                format!("//{}{}", decoded(authority), decoded(path))
            }
        }
        None => decoded(rest),
    };
    (!path.is_empty()).then(|| named(&path))
}

/// The file a path means.
pub fn file_of_path(path: &Path) -> Option<FileId> {
    let path = path.to_str()?;
    // `\\?\C:\x` is what Windows calls a path in full.
    Some(named(path.strip_prefix(r"\\?\").unwrap_or(path)))
}

fn named(path: &str) -> FileId {
    let path = path.replace('\\', "/");
    let unrooted = path.strip_prefix('/').unwrap_or(&path);
    let path = match drive(unrooted) {
        // One name for one drive: editors write `c%3A`, `C:` and `c:`.
        Some(letter) => format!("{}{}", letter.to_ascii_uppercase(), &unrooted[1..]),
        None => path,
    };
    let trimmed = path.trim_end_matches('/');
    FileId::new(if trimmed.is_empty() || trimmed.ends_with(':') { &path } else { trimmed })
}

/// The letter of `c:/x`.
fn drive(path: &str) -> Option<char> {
    match path.as_bytes() {
        [letter, b':'] | [letter, b':', b'/', ..] if letter.is_ascii_alphabetic() => Some(char::from(*letter)),
        _ => None,
    }
}

/// Where the file lies on disk; `None` for documents that do not.
pub fn path_of(file: &FileId) -> Option<PathBuf> {
    let name = file.as_str();
    (name.starts_with('/') || drive(name).is_some()).then(|| PathBuf::from(name))
}

/// A URI for a file that the client has not named itself.
pub fn uri_of(file: &FileId) -> String {
    let name = file.as_str();
    if path_of(file).is_none() {
        return name.to_owned();
    }
    let mut uri = String::with_capacity(name.len() + 16);
    uri.push_str("file://");
    let path = match name.strip_prefix("//") {
        Some(server) => server,
        None => {
            if !name.starts_with('/') {
                uri.push('/');
            }
            name
        }
    };
    let keep = if drive(path).is_some() { 2 } else { 0 };
    for (i, byte) in path.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ if i < keep => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// Percent escapes become bytes. What then is no UTF-8 is replaced: such a file cannot be opened by name anyway.
fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let hex = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_become_file_names() {
        let cases = [
            ("file:///home/a/x.ts", Some("/home/a/x.ts")),
            ("file:///home/a%20b/%5Bid%5D/%C3%A9%F0%9F%98%80.ts", Some("/home/a b/[id]/é😀.ts")),
            ("file:///home/a b/[id].ts", Some("/home/a b/[id].ts")),
            ("FILE://localhost/x.ts", Some("/x.ts")),
            ("file:/x.ts", Some("/x.ts")),
            ("file:///c%3A/Users/x.ts", Some("C:/Users/x.ts")),
            ("file:///C:/Users/x.ts", Some("C:/Users/x.ts")),
            ("file:///c:", Some("C:")),
            ("file:///c:/", Some("C:/")),
            ("file://server/share/x.ts", Some("//server/share/x.ts")),
            ("file:///x%2", Some("/x%2")),
            ("file:///x%zz%41", Some("/x%zzA")),
            ("file:///x#fragment", Some("/x")),
            ("file:///folder/", Some("/folder")),
            ("file:///", Some("/")),
            ("file:///%FF.ts", Some("/\u{fffd}.ts")),
            ("untitled:Untitled-1", Some("untitled:Untitled-1")),
            ("git:/x.ts?%7B%7D", None),
            ("vscode-chat-code-block://x/1", None),
            ("output:extension-output-1", None),
            ("vscode-notebook-cell:/x.ipynb#1", None),
            ("not a uri", None),
            ("", None),
            ("file:", None),
        ];
        for (uri, file) in cases {
            assert_eq!(file_of(uri).as_ref().map(FileId::as_str), file, "{uri}");
        }
    }

    #[test]
    fn file_names_become_uris_that_mean_them() {
        for name in ["/home/a b/[id]/é😀%.ts", "C:/Users/x.ts", "//server/share/x.ts", "untitled:Untitled-1", "/c/x.ts", "/a:b"] {
            let file = FileId::new(name);
            assert_eq!(file_of(&uri_of(&file)), Some(file), "{name}");
        }
        assert_eq!(uri_of(&FileId::new("/a b/[id].ts")), "file:///a%20b/%5Bid%5D.ts");
        assert_eq!(uri_of(&FileId::new("C:/x.ts")), "file:///C:/x.ts");
    }

    #[test]
    fn paths_become_the_same_names() {
        assert_eq!(file_of_path(Path::new(r"\\?\c:\Users\x.ts")), Some(FileId::new("C:/Users/x.ts")));
        assert_eq!(file_of_path(Path::new("/home/x.ts")), Some(FileId::new("/home/x.ts")));
        assert_eq!(path_of(&FileId::new("untitled:Untitled-1")), None);
        assert_eq!(path_of(&FileId::new("/x.ts")), Some(PathBuf::from("/x.ts")));
    }
}
