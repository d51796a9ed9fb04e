//! Jupyter notebooks: the cells of a Python kernel, as one module.

use std::ops::Range;

use super::cell::{self, Mask};
use super::moves::Moves;
use super::{Embedded, blank, json, rope, without};
use crate::syntax::Language;

/// How deep the key of a picture stands at most.
const DEEPEST: usize = 16;

#[derive(Default)]
struct Cell {
    is_code: bool,
    /// What the cell says it is written in, if anything.
    language: String,
    source: Vec<Range<usize>>,
}

#[derive(Default)]
struct Notebook {
    cells: Vec<(u32, Cell)>,
    kernel: String,
    /// Strings that are neither code nor pictures.
    prose: Vec<Range<usize>>,
    pictures: Vec<Range<usize>>,
}

impl Notebook {
    fn of(text: &str) -> Notebook {
        let mut notebook = Notebook::default();
        json::strings(text, |found| {
            let value = || text.get(found.content.clone()).unwrap_or_default();
            match (found.path, found.inside) {
                ([Some("metadata"), Some("kernelspec"), Some("language")], _) => notebook.kernel = value().to_ascii_lowercase(),
                ([Some("metadata"), Some("language_info"), Some("name")], _) if notebook.kernel.is_empty() => {
                    notebook.kernel = value().to_ascii_lowercase();
                }
                ([Some("cells"), None, Some(key), rest @ ..], [_, _, id, ..]) => match (*key, rest) {
                    ("cell_type", []) => notebook.change(*id, |cell| cell.is_code = value() == "code"),
                    ("metadata", [Some("vscode"), Some("languageId")]) => notebook.change(*id, |cell| cell.language = value().to_ascii_lowercase()),
                    ("source", [] | [None]) => {
                        notebook.change(*id, |cell| cell.source.push(found.content.clone()));
                        return;
                    }
                    _ => {}
                },
                _ => {}
            }
            let is_picture = |key: &str| ["image/", "audio/", "video/", "font/"].iter().any(|kind| key.starts_with(kind)) && key != "image/svg+xml";
            let list = if found.path.iter().take(DEEPEST).flatten().any(|key| is_picture(key)) { &mut notebook.pictures } else { &mut notebook.prose };
            list.push(found.content);
        });
        notebook
    }

    /// The cell that is the object of this number.
    fn change(&mut self, id: u32, change: impl FnOnce(&mut Cell)) {
        match self.cells.last_mut() {
            Some((last, cell)) if *last == id => change(cell),
            _ => {
                let mut cell = Cell::default();
                change(&mut cell);
                self.cells.push((id, cell));
            }
        }
    }
}

pub(super) fn read(text: &str) -> Embedded {
    let notebook = Notebook::of(text);
    let is_python = |language: &str| matches!(language, "" | "python" | "ipython" | "python3");
    let mut mask = Mask { text, out: blank(text), moves: Moves::default(), parts: Vec::new(), magics: Vec::new() };
    let mut prose = notebook.prose;
    for (_, cell) in notebook.cells {
        let language = if cell.language.is_empty() { &notebook.kernel } else { &cell.language };
        if !(cell.is_code && is_python(language) && cell::write(&mut mask, &cell.source)) {
            prose.extend(cell.source);
        }
    }
    let Mask { out, moves, parts, magics, .. } = mask;
    let mut rest = without(text, &parts);
    for string in prose.iter().chain(&magics) {
        unescape(text, string, &mut rest);
    }
    for picture in &notebook.pictures {
        rest.get_mut(picture.clone()).unwrap_or_default().fill(b' ');
    }
    Embedded { language: (!parts.is_empty()).then_some(Language::Python), code: rope(&out), rest: rope(&rest), parts, moves }
}

/// Writes the characters of a JSON string, each at the end of what stands for it.
fn unescape(text: &str, string: &Range<usize>, out: &mut [u8]) {
    let inside = text.get(..string.end).unwrap_or_default();
    let mut at = string.start;
    while let Some((char, len)) = json::character(inside, at) {
        let end = at + len;
        if let Some(out) = out.get_mut(at..end) {
            out.fill(b' ');
            let mut bytes = [0; 4];
            let bytes = char.encode_utf8(&mut bytes).as_bytes();
            if let Some(out) = out.len().checked_sub(bytes.len()).and_then(|pad| out.get_mut(pad..)) {
                out.copy_from_slice(bytes);
            }
        }
        at = end;
    }
}
