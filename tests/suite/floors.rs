//! The house keeps its floors: imports go down only, and what one floor may name stays on it.

use std::path::{Path, PathBuf};

/// Each room with its floor. Rooms of one floor are siblings, and may not name each other.
const ROOMS: &[(&str, u8)] = &[
    ("text", 0),
    ("config", 1),
    ("syntax", 1),
    ("model", 2),
    ("facts", 3),
    ("project", 4),
    ("rules", 5),
    ("fixes", 6),
    ("report", 6),
    ("engine", 7),
    ("workspace", 8),
    ("lsp", 9),
    ("mcp", 9),
    ("hook", 9),
    ("cli", 9),
];

/// A word that only some rooms may write, and why. Rooms by name, or by the floor from which on they may.
struct Reserved {
    words: &'static [&'static str],
    from: u8,
    also: &'static [&'static str],
    why: &'static str,
}

const RESERVED: &[Reserved] = &[
    Reserved { words: &["tower_lsp", "tower_service"], from: 10, also: &["lsp/"], why: "only `lsp` speaks LSP" },
    Reserved { words: &["rmcp"], from: 10, also: &["mcp/"], why: "only `mcp` speaks MCP" },
    Reserved {
        words: &["tree_sitter", "tree_sitter_python", "tree_sitter_typescript"],
        from: 10,
        also: &["syntax/", "model/lower/"],
        why: "only `syntax` and `model/lower` see syntax trees",
    },
    Reserved { words: &["std::fs", "std::net", "std::process", "std::env"], from: 8, also: &[], why: "below `workspace` there is no IO" },
    Reserved {
        words: &["Instant", "SystemTime", "Mutex", "RwLock", "Condvar", "tokio", "std::thread"],
        from: 9,
        also: &["workspace/today.rs", "workspace/deep.rs"],
        why: "below the doors there is no clock, no lock and nothing that waits",
    },
];

struct Source {
    /// From `server/src`, with `/`.
    path: String,
    room: &'static str,
    floor: u8,
    /// Without comments, literals and the tests at the end.
    code: String,
}

#[test]
fn imports_go_down_only() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (at, named) in named_rooms(&source.code) {
            let Some((room, floor)) = ROOMS.iter().find(|(room, _)| *room == named) else { continue };
            if *room != source.room && *floor >= source.floor {
                let line = line_of(&source.code, at);
                wrong.push(format!("{}:{line} names `{room}` (floor {floor}) from floor {}: move what it needs down", source.path, source.floor));
            }
        }
    }
    assert!(wrong.is_empty(), "imports go down only:\n{}", wrong.join("\n"));
}

#[test]
fn what_one_floor_may_name_stays_on_it() {
    let mut wrong = Vec::new();
    for source in sources() {
        for reserved in RESERVED {
            if source.floor >= reserved.from || reserved.also.iter().any(|room| source.path.starts_with(room)) {
                continue;
            }
            for word in reserved.words {
                if let Some(at) = find_word(&source.code, word) {
                    wrong.push(format!("{}:{} names `{word}`, but {}", source.path, line_of(&source.code, at), reserved.why));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_step_up_would_be_seen() {
    let code = code_of(
        "use crate::text::Span;\nuse crate::{engine::Engine, model};\n// use crate::cli\nlet a = \"crate::lsp\"; crate::rules::of();\n#[cfg(test)]\nmod tests {\n    use crate::lsp;\n}\n",
    );
    let names: Vec<String> = named_rooms(&code).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["text", "engine", "model", "rules"]);
    assert_eq!(find_word(&code_of("let tree_sitter_like = 1; // tree_sitter"), "tree_sitter"), None);
    assert!(find_word(&code_of("use std::fs::File;"), "std::fs").is_some());
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("server/src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    let mut out = Vec::new();
    for file in files {
        let path = file.strip_prefix(&root).expect("below the sources").to_string_lossy().replace('\\', "/");
        let name = path.split('/').next().unwrap_or_default().trim_end_matches(".rs");
        if matches!(name, "lib" | "main") {
            continue;
        }
        // Test support and files of tests may use what the code may not.
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        if stem == "tests" || stem == "testing" || stem.ends_with("_tests") || path.contains("/tests/") {
            continue;
        }
        let (room, floor) = ROOMS.iter().find(|(room, _)| *room == name).unwrap_or_else(|| panic!("{path}: a room without a floor"));
        let text = std::fs::read_to_string(&file).expect("a source");
        out.push(Source { code: code_of(&text), path, room, floor: *floor });
    }
    assert!(out.len() > 200, "only {} sources were found", out.len());
    out
}

fn collect(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            collect(&entry, out);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            out.push(entry);
        }
    }
}

/// The code up to its unit tests, lines kept, with comments and literals of one line taken out.
fn code_of(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line == "#[cfg(test)]" && lines.peek().is_some_and(|next| next.starts_with("mod ") && next.ends_with('{')) {
            break;
        }
        let mut quoted = false;
        let mut before = ' ';
        for char in line.chars() {
            match char {
                '"' if before != '\\' && before != '\'' => quoted = !quoted,
                '/' if before == '/' && !quoted => {
                    out.pop();
                    break;
                }
                _ if quoted => {}
                _ => out.push(char),
            }
            before = char;
        }
        out.push('\n');
    }
    out
}

/// The rooms in `crate::room` and `crate::{room, room::…}`, with their offsets.
fn named_rooms(code: &str) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        let after = &code[at + path.len()..];
        let Some(group) = after.strip_prefix('{') else {
            out.push((at, first_word(after)));
            continue;
        };
        let (mut depth, mut begins) = (0usize, true);
        for (i, char) in group.char_indices() {
            match char {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                char if begins && !char.is_whitespace() => {
                    out.push((at, first_word(&group[i..])));
                    begins = false;
                }
                _ => {}
            }
        }
    }
    out
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect()
}

fn find_word(code: &str, word: &str) -> Option<usize> {
    let part = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() || char == '_');
    code.match_indices(word).map(|(at, _)| at).find(|at| !part(code[..*at].chars().next_back()) && !part(code[at + word.len()..].chars().next()))
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}
