//! Where the bytes of a mask come from, for those that are not in their own place.

use crate::text::Span;

/// In order of both texts. Line ends are not among them: in the file a line may end with its string, far before the next begins.
#[derive(Default)]
pub(super) struct Moves(Vec<Run>);

/// Either as long in both texts, or a character that the file writes as an escape.
struct Run {
    mask: Span,
    file: Span,
}

impl Moves {
    /// The next character that moved.
    pub fn push(&mut self, mask: Span, file: Span) {
        let is_plain = mask.len() == file.len();
        match self.0.last_mut() {
            Some(last) if is_plain && last.mask.len() == last.file.len() && last.mask.end == mask.start && last.file.end == file.start => {
                last.mask.end = mask.end;
                last.file.end = file.end;
            }
            _ => self.0.push(Run { mask, file }),
        }
    }

    /// Where in the file stands what stands here in its mask.
    pub fn exact(&self, span: Span) -> Span {
        let end = || self.end(span.end).or_else(|| self.start(span.end)).unwrap_or(span.end);
        if span.is_empty() {
            return Span::at(self.start(span.start).unwrap_or_else(end));
        }
        let start = self.start(span.start).unwrap_or(span.start);
        Span::new(start, end().max(start))
    }

    fn start(&self, at: u32) -> Option<u32> {
        let run = self.0.get(self.0.partition_point(|run| run.mask.end <= at)).filter(|run| run.mask.start <= at)?;
        let is_plain = run.mask.len() == run.file.len();
        Some(if is_plain { run.file.start + (at - run.mask.start) } else { run.file.start })
    }

    fn end(&self, at: u32) -> Option<u32> {
        let run = self.0.get(self.0.partition_point(|run| run.mask.end < at)).filter(|run| run.mask.start < at)?;
        let is_plain = run.mask.len() == run.file.len();
        Some(if is_plain { run.file.end - (run.mask.end - at) } else { run.file.end })
    }
}
