//! A file's model: its segments in order.

use std::sync::Arc;

use super::{Comment, Segment};
use crate::syntax::Language;
use crate::text::{FileId, Name, Span};

/// A segment and where it stands.
#[derive(Clone, Debug)]
pub struct Placed {
    pub start: u32,
    pub segment: Arc<Segment>,
}

impl Placed {
    /// From the segment's own offsets to the file's.
    pub fn absolute(&self, span: Span) -> Span {
        span.shifted(self.start)
    }

    pub fn span(&self) -> Span {
        Span::new(self.start, self.start + self.segment.len)
    }
}

#[derive(Clone, Debug)]
pub struct FileModel {
    pub file: FileId,
    pub language: Language,
    pub segments: Vec<Placed>,
    /// `"use client"`, `"use server"` at the top of the file.
    pub directives: Vec<Name>,
}

impl FileModel {
    /// Every comment with its place in the file.
    pub fn comments(&self) -> impl Iterator<Item = (Span, &Comment)> {
        self.segments.iter().flat_map(|placed| placed.segment.comments.iter().map(|c| (placed.absolute(c.span), c)))
    }

    /// The segment that covers `offset`.
    pub fn segment_at(&self, offset: u32) -> Option<&Placed> {
        let after = self.segments.partition_point(|placed| placed.start <= offset);
        self.segments[..after].last().filter(|placed| offset <= placed.start + placed.segment.len)
    }
}
