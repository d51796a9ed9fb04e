//! Gives the names of a project other, meaningless ones, the same in all its files.

use std::collections::BTreeMap;

use crate::pages::{Case, Expected, File};

/// Syllables that no word of the trade is made of.
const SYLLABLES: [&str; 16] = ["zo", "vu", "ki", "xa", "wo", "qui", "ju", "zy", "vo", "kru", "wi", "xo", "pli", "gna", "fyo", "bru"];

pub struct Renamer {
    names: BTreeMap<String, String>,
}

impl Renamer {
    /// Names that differ only in case get one word in both cases, and `x_id` follows `x`: libraries derive the one from
    /// the other.
    pub fn new(own_names: &[String], seed: u64) -> Renamer {
        let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut words: BTreeMap<String, String> = BTreeMap::new();
        let mut names = BTreeMap::new();
        for name in own_names {
            let base = name.strip_suffix("_id").filter(|base| own_names.iter().any(|other| other == base));
            let key = base.unwrap_or(name).to_lowercase();
            while !words.contains_key(&key) {
                let word = word(&mut random);
                if !words.values().any(|taken| *taken == word) {
                    words.insert(key.clone(), word);
                }
            }
            let mut new = words.get(&key).cloned().unwrap_or_default();
            if name.starts_with(char::is_uppercase) {
                new = new.chars().take(1).flat_map(char::to_uppercase).chain(new.chars().skip(1)).collect();
            }
            if base.is_some() {
                new.push_str("_id");
            }
            names.insert(name.clone(), new);
        }
        Renamer { names }
    }

    pub fn case(&self, case: &Case) -> Case {
        Case { section: case.section, line: case.line, files: case.files.iter().map(|file| self.file(file)).collect() }
    }

    fn file(&self, file: &File) -> File {
        let lines: Vec<&str> = file.text.split('\n').collect();
        let expected = file.expected.iter().map(|expected| {
            let line = lines.get(expected.line).copied().unwrap_or_default();
            let moved = |column: usize| self.text(&line.chars().take(column).collect::<String>()).chars().count();
            Expected { line: expected.line, start: moved(expected.start), end: moved(expected.end), words: self.text(&expected.words) }
        });
        File { name: file.name.clone(), text: self.text(&file.text), expected: expected.collect() }
    }

    fn text(&self, text: &str) -> String {
        pieces(text).map(|piece| self.names.get(piece).map_or(piece, String::as_str)).collect()
    }
}

fn word(random: &mut u64) -> String {
    let mut syllable = || {
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        SYLLABLES[(*random >> 32) as usize % SYLLABLES.len()]
    };
    (0..3).map(|_| syllable()).collect()
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

pub fn words(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).filter(|piece| piece.starts_with(in_word))
}

/// A text cut between words and what is no word.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_word = in_word(rest.chars().next()?);
        let end = rest.find(|c| in_word(c) != is_word).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

#[test]
fn names_are_replaced_whole_and_marks_move_along() {
    let own = ["Note", "note", "note_id", "by"].map(str::to_owned);
    let renamer = Renamer::new(&own, 5);
    let file = File {
        name: "a.py".into(),
        text: "x = Note.get(note, note_id, notes, by)\n".into(),
        expected: vec![Expected { line: 0, start: 13, end: 17, words: "any Note".into() }],
    };
    let renamed = renamer.file(&file);
    let (upper, lower) = (renamer.text("Note"), renamer.text("note"));
    assert_eq!(upper.to_lowercase(), lower);
    assert_eq!(renamed.text, format!("x = {upper}.get({lower}, {lower}_id, notes, {})\n", renamer.text("by")));
    let mark = &renamed.expected[0];
    assert_eq!((&renamed.text[mark.start..mark.end], mark.words.as_str()), (lower.as_str(), format!("any {upper}").as_str()));
}
