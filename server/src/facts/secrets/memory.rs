//! What was found in a file of code, segment by segment: of its next text only what is new is looked at.

use std::sync::Arc;

use super::code::{in_segment, pair_in_file};
use super::{FileHints, HintWords, SecretHit};
use crate::model::{FileModel, Placed, Segment, kept};
use crate::syntax::Document;

/// The last text of one file. Answers are those of an empty memory.
#[derive(Default)]
pub struct Memory {
    hints: Option<FileHints>,
    segments: Vec<Known>,
}

struct Known {
    segment: Arc<Segment>,
    /// Of the segment, as far as they make the hints of the file.
    words: HintWords,
    /// Under the hints of the file, in the segment's own coordinates.
    hits: Arc<[SecretHit]>,
}

impl Memory {
    /// The secrets of a file of code, in order of place. `path` is relative to the workspace folder.
    pub fn in_code(&mut self, model: &FileModel, document: &Document, path: &str) -> Vec<SecretHit> {
        let before = std::mem::take(&mut self.segments);
        let kept = kept(&before, |known| &known.segment, &model.segments);
        let known = |at: &Option<usize>| at.and_then(|at| before.get(at));
        let text = |placed: &Placed| document.code_of(placed.span());
        let words: Vec<HintWords> =
            kept.iter().zip(&model.segments).map(|(at, placed)| known(at).map_or_else(|| HintWords::of(&text(placed)), |known| known.words)).collect();
        let hints = FileHints::new(path, model.language, words.iter().copied().fold(HintWords::default(), HintWords::join));
        let same_hints = self.hints.as_ref() == Some(&hints);
        let mut hits = Vec::new();
        self.segments = kept
            .iter()
            .zip(&model.segments)
            .zip(words)
            .map(|((at, placed), words)| {
                let found = match known(at) {
                    Some(known) if same_hints => Arc::clone(&known.hits),
                    _ => in_segment(&placed.segment, &text(placed), &hints).into(),
                };
                hits.extend(found.iter().map(|hit| hit.shifted(placed.start)));
                Known { segment: Arc::clone(&placed.segment), words, hits: found }
            })
            .collect();
        self.hints = Some(hints);
        pair_in_file(&mut hits, document);
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::secrets::sample::{Random, expand};
    use crate::model::lower;
    use crate::syntax::Language;
    use crate::text::FileId;

    fn document(text: &str) -> Document {
        Document::new(FileId::new("/src/a.ts"), Language::TypeScript, 1, text)
    }

    fn found(memory: &mut Memory, document: &Document) -> Vec<SecretHit> {
        let model = lower::lower(document, None).expect("code");
        memory.in_code(&model, document, "src/a.ts")
    }

    #[test]
    fn what_is_remembered_is_what_would_be_found() {
        let secret = expand("const key = 'sk_live_{alnum:24}';", &mut Random::new("memory"));
        let quiet = "function f() { return 1; }";
        let vendor = "import twilio from 'twilio';";
        let mut memory = Memory::default();
        let mut before: Option<(Document, FileModel)> = None;
        for text in [
            format!("{quiet}\n{secret}"),
            format!("{secret}\n{quiet}\n{secret}"),
            format!("{vendor}\n{quiet}\n{secret}"),
            format!("{quiet}\nconst k"),
            String::new(),
            format!("{quiet}\n\n\n{secret}"),
        ] {
            let document = document(&text);
            let model = lower::lower(&document, before.as_ref().map(|(document, model)| (document, model))).expect("code");
            let hits = memory.in_code(&model, &document, "src/a.ts");
            assert_eq!(hits, found(&mut Memory::default(), &document), "{text}");
            assert_eq!(hits.len(), text.matches(&secret).count(), "{text}");
            before = Some((document, model));
        }
    }
}
