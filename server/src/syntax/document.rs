//! One file at one version: a rope, and for code its top-level items, each with a tree that follows its edits.

use std::sync::{Arc, OnceLock};

use ropey::Rope;

use super::embedded::Embedded;
use super::items::Cluster;
use super::parse::Parsed;
use super::pieces::{self, Piece, State};
use super::reparse;
use super::{Grammar, Language};
use crate::text::{Change, Encoding, FileId, Span, splice};

/// One file at one version. Never changes: an edit makes a new one. Cloning copies handles, not text.
///
/// Nothing is parsed when it is made; the first who asks for its items has it parsed. Of a text that was edited only the items
/// around the edits are parsed: what is made of them may differ from the whole ([`Document::settled`]) while code is half
/// written.
#[derive(Clone)]
pub struct Document {
    pub file: FileId,
    pub language: Language,
    /// The editor's version; 0 for files read from disk.
    pub version: i32,
    rope: Rope,
    /// The code in it, for files that are something else. Found when somebody asks for it.
    embedded: Arc<OnceLock<Option<Embedded>>>,
    pub(super) parsed: Arc<OnceLock<Option<Pieces>>>,
    /// The last pieces that were parsed, with all later edits applied to them.
    basis: Option<Vec<Piece>>,
}

pub(super) struct Pieces {
    pub list: Vec<Piece>,
    /// The tree of the whole text, if it was parsed as a whole and is still of use.
    pub whole: Option<Parsed>,
    /// It was parsed as a whole.
    is_settled: bool,
    /// Where the next edit begins, if not with the list: the pieces as they were before the whole turned out to have errors,
    /// which would spread over all of it.
    contained: Option<Vec<Piece>>,
}

/// What two texts of a file have in common, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unchanged {
    /// Up to here both are the same.
    pub head: u32,
    /// From here on they are the same again: in the text before ...
    pub tail_before: u32,
    /// ... and in the text after.
    pub tail: u32,
}

impl Document {
    pub fn new(file: FileId, language: Language, version: i32, text: &str) -> Self {
        Document { file, language, version, rope: Rope::from_str(text), embedded: Arc::default(), parsed: Arc::default(), basis: None }
    }

    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    pub fn text(&self) -> String {
        self.rope.to_string()
    }

    /// The text of a span; empty where the span does not fit the text.
    pub fn slice(&self, span: Span) -> String {
        self.rope.get_byte_slice(span.range()).map(|s| s.to_string()).unwrap_or_default()
    }

    /// The code of a file that is something else; `None` for files that are code, or hold none by their kind.
    pub fn embedded(&self) -> Option<&Embedded> {
        let embeds = self.language.is_page() || self.language == Language::Notebook;
        embeds.then(|| self.embedded.get_or_init(|| Embedded::of(self.language, &self.text())).as_ref()).flatten()
    }

    /// What its code is written in: the file's language, unless it embeds code.
    pub fn code_language(&self) -> Language {
        self.embedded().and_then(|embedded| embedded.language).unwrap_or(self.language)
    }

    /// The text that is parsed: the file's own, or as long as that with blanks for what is not code.
    pub fn code(&self) -> &Rope {
        self.embedded().map_or(&self.rope, |embedded| &embedded.code)
    }

    /// The code of a span; empty where the span does not fit the text.
    pub fn code_of(&self, span: Span) -> String {
        self.code().get_byte_slice(span.range()).map(|s| s.to_string()).unwrap_or_default()
    }

    /// The grammar of its code.
    pub fn grammar(&self) -> Option<Grammar> {
        self.code_language().grammar()
    }

    /// The lines that people see: those of the cells, in a notebook.
    pub fn lines(&self) -> &Rope {
        if self.language == Language::Notebook { self.code() } else { &self.rope }
    }

    /// Where in the file stands what stands here in its code.
    pub fn exact(&self, span: Span) -> Span {
        self.embedded().map_or(span, |embedded| embedded.exact(span))
    }

    /// Applies the changes in order. Each range is measured against the text its predecessor left behind.
    pub fn edited(&self, version: i32, changes: &[Change], encoding: Encoding) -> Document {
        let mut rope = self.rope.clone();
        let mut basis = match self.parsed.get() {
            // What an edit makes of the code of such a file is not known.
            Some(Some(_)) if self.embedded().is_some() => None,
            Some(parsed) => parsed.as_ref().map(|parsed| parsed.contained.as_ref().unwrap_or(&parsed.list).clone()),
            None => self.basis.clone(),
        };
        if changes.is_empty() {
            return Document { version, ..self.clone() };
        }
        for change in changes {
            let before = change.range.is_some().then(|| rope.clone());
            match (splice(&mut rope, change, encoding), before) {
                (Some(edit), Some(before)) => {
                    if let Some(basis) = &mut basis {
                        pieces::edit(basis, &before, &rope, edit);
                    }
                }
                _ => basis = None,
            }
        }
        Document { file: self.file.clone(), language: self.language, version, rope, embedded: Arc::default(), parsed: Arc::default(), basis }
    }

    /// The same text without its trees: what a closed file keeps.
    pub fn without_tree(&self) -> Document {
        Document { embedded: Arc::default(), parsed: Arc::default(), basis: None, ..self.clone() }
    }

    /// The same text without the tree of the whole, which has done its work once its items are known. `None` if there is no such
    /// tree, or it may be asked again.
    pub fn without_whole_tree(&self) -> Option<Document> {
        let pieces = self.parsed.get()?.as_ref()?;
        pieces.whole.as_ref().filter(|whole| whole.is_clean())?;
        let lighter = Document { parsed: Arc::default(), basis: None, ..self.clone() };
        let _ = lighter.parsed.set(Some(Pieces { list: pieces.list.clone(), whole: None, is_settled: true, contained: None }));
        Some(lighter)
    }

    /// The same text, parsed as a whole: as if it had just been opened.
    pub fn settled(&self) -> Document {
        if self.is_settled() {
            return self.clone();
        }
        let known = self.pieces().map_or(&[][..], |pieces| &pieces.list);
        let whole = self.whole().map(|whole| Pieces {
            list: pieces::reusing(whole.list, known),
            contained: whole.whole.as_ref().is_some_and(|tree| !tree.is_clean()).then(|| known.to_vec()),
            whole: whole.whole,
            is_settled: true,
        });
        let settled = Document { parsed: Arc::default(), basis: None, ..self.clone() };
        let _ = settled.parsed.set(whole);
        settled
    }

    /// Was the text parsed as a whole, or is it about to be?
    pub fn is_settled(&self) -> bool {
        match self.parsed.get() {
            Some(Some(parsed)) => parsed.is_settled,
            Some(None) => true,
            None => self.basis.is_none(),
        }
    }

    /// The same file under another name (a rename, or a copy for a what-if).
    pub fn renamed(&self, file: FileId, language: Language) -> Document {
        let same_code = language.is_code() && language.grammar() == self.language.grammar() && language.is_typescript() == self.language.is_typescript();
        if same_code || language == self.language {
            Document { file, language, ..self.clone() }
        } else {
            Document::new(file, language, self.version, &self.text())
        }
    }

    /// Parses it now, so that whoever asks next need not wait. False for files without a grammar, and for code so deep or large that
    /// parsing was given up.
    pub fn parse(&self) -> bool {
        self.pieces().is_some()
    }

    pub(super) fn pieces(&self) -> Option<&Pieces> {
        let parse = || {
            let known = self.basis.clone().and_then(|basis| reparse::parsed(basis, self.code_language(), self.code()));
            known.map(|list| Pieces { list, whole: None, is_settled: false, contained: None }).or_else(|| self.whole())
        };
        self.parsed.get_or_init(parse).as_ref()
    }

    /// How many of its top-level items have a syntax error. `None` if it cannot be parsed.
    pub fn broken_items(&self) -> Option<usize> {
        Some(self.pieces()?.list.iter().filter(|piece| piece.part.state != pieces::State::Clean).count())
    }

    fn whole(&self) -> Option<Pieces> {
        let whole = Parsed::of(self.code_language(), self.code().slice(..), None)?;
        Some(Pieces { list: pieces::of_whole(&whole, self.code_language()), whole: Some(whole), is_settled: true, contained: None })
    }

    /// The top-level items between two offsets, in order; those that were parsed together stand together. Text between them
    /// (blank lines) belongs to nobody. `None` if the text cannot be parsed.
    pub fn clusters(&self, within: Span) -> Option<Vec<Cluster<'_>>> {
        let pieces = self.pieces()?;
        if let Some(whole) = &pieces.whole {
            let mut cluster = Cluster::of_tree(whole, self.code_language(), 0);
            if let Cluster::Read { items, .. } = &mut cluster {
                items.retain(|item| within.contains(item.span));
            }
            return Some(vec![cluster]);
        }
        let inside = pieces.list.iter().filter(|piece| within.contains(piece.span()));
        inside.map(|piece| self.cluster(piece, false)).collect()
    }

    /// The items of a cluster whose tree nobody had needed yet, with their nodes.
    pub fn read(&self, span: Span) -> Option<Cluster<'_>> {
        let list = &self.pieces()?.list;
        let piece = list.get(list.partition_point(|piece| piece.start < span.start)).filter(|piece| piece.span() == span)?;
        self.cluster(piece, true)
    }

    fn cluster<'t>(&'t self, piece: &'t Piece, read: bool) -> Option<Cluster<'t>> {
        if !read && piece.part.state == State::Clean && piece.known_tree().is_none() {
            return Some(Cluster::Unread(piece.span()));
        }
        Some(Cluster::of_tree(piece.tree(self.code_language(), self.code())?, self.code_language(), piece.start))
    }

    /// What this text and an earlier one of the same file have in common. `None` if one of them was not parsed.
    pub fn unchanged_since(&self, before: &Document) -> Option<Unchanged> {
        let (old, new) = (before.parsed.get()?.as_ref()?, self.pieces()?);
        let (first, last) = pieces::unchanged(&old.list, &new.list);
        let head = first.checked_sub(1).and_then(|at| new.list.get(at)).map_or(0, Piece::end);
        let tail = |document: &Document, list: &[Piece]| list.get(list.len() - last).map_or(document.rope.len_bytes() as u32, |piece| piece.start);
        Some(Unchanged { head, tail_before: tail(before, &old.list), tail: tail(self, &new.list) })
    }

    /// The hull of `span` and the top-level items it touches.
    pub fn items_around(&self, span: Span) -> Span {
        let Some(clusters) = self.clusters(Span::new(0, self.rope.len_bytes() as u32)) else { return span };
        let touched = clusters.iter().flat_map(Cluster::spans).filter(|item| item.touches(span));
        touched.fold(span, |hull, item| Span::new(hull.start.min(item.start), hull.end.max(item.end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_around_a_place_are_those_it_touches() {
        let text = "let a = 1;\n\nfunction f() {\n  g();\n}\n\nlet b = 2;\n";
        let document = Document::new(FileId::new("/a.ts"), Language::TypeScript, 1, text);
        let around = |span: std::ops::Range<usize>| document.items_around(span.into()).of(text).to_owned();
        let at = |word: &str| text.find(word).unwrap_or(0);
        assert_eq!(around(at("g()")..at("g()")), "function f() {\n  g();\n}");
        assert_eq!(around(at("1")..at("g()")), "let a = 1;\n\nfunction f() {\n  g();\n}");
        assert_eq!(around(10..10), "let a = 1;", "at its very end one is still in it");
        assert_eq!(around(11..11), "", "a blank line is nobody's");
        assert_eq!(around(text.len()..text.len()), "");
        assert_eq!(around(0..text.len()), text);
    }

    #[test]
    fn blanks_between_items_move_what_follows() {
        let text = "let a = 1;\n\nlet b = 2;\n\nlet c = 3;\n";
        let before = Document::new(FileId::new("/a.ts"), Language::TypeScript, 1, text);
        before.parse();
        let line = |line: u32| Some(crate::text::Range { start: crate::text::Position { line, column: 0 }, end: crate::text::Position { line, column: 0 } });
        let changes = [1, 4].map(|at| Change { range: line(at), text: "\n".into() });
        let after = before.edited(2, &changes, Encoding::Utf16);
        let same = after.unchanged_since(&before).expect("both are parsed");
        assert_eq!(Span::new(0, same.head).of(text), "let a = 1;");
        assert_eq!(&text[same.tail_before as usize..], "let c = 3;\n", "what stands between has moved by less than what follows");
        assert_eq!(&after.text()[same.tail as usize..], "let c = 3;\n");
    }
}
