//! The documents that are open, as the client sees them. Changed only by the thread that reads messages, in their order.
//!
//! A document whose change could not be read is *out of step*: nothing may be said of it until its whole text is known
//! again, because every place in it would be wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use dashmap::DashMap;
use rustc_hash::FxBuildHasher;

use super::rewrite;
use super::trail::Trail;
use super::uri;
use crate::syntax::{Document, Language};
use crate::text::{Change, Edit, Encoding, FileId, Span, position};

pub struct Documents {
    open: DashMap<FileId, Open, FxBuildHasher>,
    /// Counts every text that any document ever had, so that a reopened document is never taken for the one before.
    revisions: AtomicU64,
    /// Messages that could not be read at all: any of them may have been a change of any document.
    losses: AtomicU64,
}

/// What is known of an open document now.
#[derive(Clone)]
pub struct Open {
    /// As the client writes it.
    pub uri: Arc<str>,
    pub document: Arc<Document>,
    pub revision: u64,
    pub in_step: bool,
    pub edits: Edits,
    pub trail: Trail,
    losses: u64,
}

/// Where a document is being edited.
#[derive(Clone, Copy, Debug)]
pub struct Edits {
    /// The hull of the edits since it was last left alone, in the text as it is now.
    pub hull: Option<Span>,
    pub last: Instant,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The document has a new text.
    Changed(FileId),
    /// It is out of step since now.
    Lost(FileId),
    /// Nothing to do: an older version, a document that is left alone, or one that is out of step already.
    Ignored,
}

impl Default for Documents {
    fn default() -> Self {
        Documents { open: DashMap::with_hasher(FxBuildHasher), revisions: AtomicU64::new(0), losses: AtomicU64::new(0) }
    }
}

impl Documents {
    pub fn open(&self, uri: &str, language_id: &str, version: i32, text: &str) -> Option<FileId> {
        let file = uri::file_of(uri)?;
        let language = Language::of(&file).or_else(|| Language::of_editor_id(language_id))?;
        let document = Arc::new(Document::new(file.clone(), language, version, text));
        let open = Open {
            uri: uri.into(),
            document,
            revision: self.next_revision(),
            in_step: true,
            edits: Edits { hull: None, last: Instant::now() },
            trail: Trail::default(),
            losses: self.losses.load(Ordering::Relaxed),
        };
        self.open.insert(file.clone(), open);
        Some(file)
    }

    /// `quiet`: how long a document must be left alone for its next edit to begin anew.
    pub fn change(&self, uri: &str, version: Option<i32>, changes: Vec<Change>, encoding: Encoding, quiet: std::time::Duration) -> Outcome {
        let Some(file) = uri::file_of(uri) else { return Outcome::Ignored };
        let Some(mut open) = self.get(&file) else { return Outcome::Ignored };
        let before = open.document.version;
        let version = version.unwrap_or(before.saturating_add(1));
        if version < before {
            return Outcome::Ignored;
        }
        let losses = self.losses.load(Ordering::Relaxed);
        let replaced = changes.iter().any(|change| change.range.is_none());
        // Some clients skip versions, so a gap alone proves nothing; a gap after a lost message does.
        let lost = open.losses != losses && version > before.saturating_add(1);
        if (lost || !open.in_step) && !replaced {
            return self.lose(&file);
        }
        open.losses = losses;
        open.in_step = true;
        let now = Instant::now();
        if now.duration_since(open.edits.last) >= quiet {
            open.edits.hull = None;
        }
        open.edits.last = now;
        let mut document = Document::clone(&open.document);
        document.version = version;
        for change in changes {
            let (change, encoding) = match change.range {
                Some(_) => (change, encoding),
                None => (rewrite::smallest(document.rope(), &change.text), Encoding::Utf8),
            };
            let Some(range) = change.range else { continue };
            let old = position::span(document.rope(), range, encoding);
            open.edits.add(old, change.text.len() as u32);
            open.trail.add(open.revision, Edit { old, new_len: change.text.len() as u32 });
            document = document.edited(version, std::slice::from_ref(&change), encoding);
        }
        open.document = Arc::new(document);
        open.revision = self.next_revision();
        self.open.insert(file.clone(), open);
        Outcome::Changed(file)
    }

    /// A change of this document could not be read.
    pub fn lose(&self, file: &FileId) -> Outcome {
        match self.open.get_mut(file) {
            Some(mut open) if open.in_step => {
                open.in_step = false;
                open.revision = self.next_revision();
                Outcome::Lost(file.clone())
            }
            _ => Outcome::Ignored,
        }
    }

    /// A message could not be read, and nobody knows what it was about.
    pub fn lose_something(&self) {
        self.losses.fetch_add(1, Ordering::Relaxed);
    }

    /// The document was saved, so it is being left alone. True if it is out of step, and its text on disk is the way back.
    pub fn saved(&self, file: &FileId) -> bool {
        let Some(mut open) = self.open.get_mut(file) else { return false };
        open.edits.hull = None;
        !open.in_step
    }

    /// The whole text of a document that was out of step.
    pub fn restore(&self, file: &FileId, text: &str) {
        if let Some(mut open) = self.open.get_mut(file) {
            let Document { language, version, .. } = *open.document;
            open.document = Arc::new(Document::new(file.clone(), language, version, text));
            open.revision = self.next_revision();
            open.in_step = true;
            open.edits.hull = None;
            open.trail = Trail::default();
            open.losses = self.losses.load(Ordering::Relaxed);
        }
    }

    /// Gives up the tree of a document that nobody is writing in.
    pub fn cool(&self, file: &FileId, revision: u64) {
        if let Some(mut open) = self.open.get_mut(file).filter(|open| open.revision == revision) {
            open.document = Arc::new(open.document.without_tree());
        }
    }

    /// The same text, now parsed as a whole.
    pub fn settle(&self, document: &Arc<Document>, revision: u64) {
        if let Some(mut open) = self.open.get_mut(&document.file).filter(|open| open.revision == revision) {
            open.document = document.clone();
        }
    }

    pub fn close(&self, file: &FileId) -> Option<Open> {
        self.open.remove(file).map(|(_, open)| open)
    }

    pub fn get(&self, file: &FileId) -> Option<Open> {
        self.open.get(file).map(|open| open.clone())
    }

    /// The document, unless it is out of step.
    pub fn in_step(&self, file: &FileId) -> Option<Open> {
        self.get(file).filter(|open| open.in_step)
    }

    /// Runs `then` if `revision` is still what the document is, and keeps it so meanwhile. `then` must not wait.
    pub fn if_still(&self, file: &FileId, revision: u64, then: impl FnOnce(&Open)) -> bool {
        match self.open.get(file) {
            Some(open) if open.revision == revision && open.in_step => {
                then(&open);
                true
            }
            _ => false,
        }
    }

    pub fn is_open(&self, file: &FileId) -> bool {
        self.open.contains_key(file)
    }

    /// All that are open and in step, in order of their files.
    pub fn all_in_step(&self) -> Vec<Open> {
        let mut all: Vec<Open> = self.open.iter().filter(|open| open.in_step).map(|open| open.clone()).collect();
        all.sort_by(|a, b| a.document.file.cmp(&b.document.file));
        all
    }

    fn next_revision(&self) -> u64 {
        self.revisions.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Edits {
    /// `old` was replaced by `new_len` bytes.
    fn add(&mut self, old: Span, new_len: u32) {
        let new = Span::new(old.start, old.start.saturating_add(new_len));
        let moved = |at: u32| match at {
            at if at <= old.start => at,
            at if at >= old.end => at - old.end + new.end,
            _ => new.end,
        };
        self.hull = Some(match self.hull {
            Some(hull) => Span::new(moved(hull.start).min(new.start), moved(hull.end).max(new.end)),
            None => new,
        });
    }
}

#[cfg(test)]
#[path = "documents_tests.rs"]
mod tests;
