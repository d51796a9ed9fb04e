//! What was found in a file of code, segment by segment: of its next text only what is new is looked at.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::code::{Fallbacks, in_segment, pair_in_file, stand_ins};
use super::{FileHints, HintWords, SecretHit};
use crate::model::{FileModel, Placed, Segment};
use crate::syntax::Document;
use crate::text::common_ends;

/// The last text of one file. Answers are those of an empty memory.
#[derive(Default)]
pub struct Memory {
    hints: Option<FileHints>,
    segments: Vec<Arc<Segment>>,
    /// Of each segment, as far as they make the hints of the file.
    words: Vec<HintWords>,
    /// Of each segment, under the hints of the file and in the segment's own coordinates. `None` where there are none.
    hits: Vec<Option<Arc<[SecretHit]>>>,
    /// Of each segment, what may stand in for variables.
    fallbacks: Vec<Option<Fallbacks>>,
}

impl Memory {
    /// The secrets of a file of code, in order of place. `path` is relative to the workspace folder.
    pub fn in_code(&mut self, model: &FileModel, document: &Document, path: &str) -> Vec<SecretHit> {
        let come = self.follow(model);
        let text = |placed: &Placed| document.code_of(placed.span());
        let texts: Vec<String> = model.segments.get(come.clone()).unwrap_or_default().iter().map(text).collect();
        for (at, text) in come.clone().zip(&texts) {
            if let Some(words) = self.words.get_mut(at) {
                *words = HintWords::of(text);
            }
        }
        let words = self.words.iter().copied().fold(HintWords::default(), HintWords::join);
        let is_same = self.hints.as_ref().is_some_and(|hints| hints.words == words && hints.language == model.language && *hints.path == *path);
        let hints = match self.hints.take().filter(|_| is_same) {
            Some(hints) => hints,
            None => FileHints::new(path, model.language, words),
        };
        for at in if is_same { come.clone() } else { 0..model.segments.len() } {
            if let (Some(hits), Some(placed)) = (self.hits.get_mut(at), model.segments.get(at)) {
                let known = at.checked_sub(come.start).and_then(|at| texts.get(at)).map(Cow::from);
                let found = in_segment(&placed.segment, &known.unwrap_or_else(|| Cow::from(text(placed))), &hints);
                *hits = (!found.is_empty()).then(|| found.into());
            }
        }
        let found = self.hits.iter().zip(&model.segments).filter_map(|(hits, placed)| Some((hits.as_ref()?, placed.start)));
        let mut hits: Vec<SecretHit> = found.flat_map(|(hits, start)| hits.iter().map(move |hit| hit.shifted(start))).collect();
        pair_in_file(&mut hits, document);
        let others = stand_ins(model, document, &hints, &hits, &self.fallbacks);
        if !others.is_empty() {
            hits.extend(others);
            hits.sort_by_key(|hit| (hit.token.start, hit.token.end));
        }
        self.hints = Some(hints);
        hits
    }

    /// Makes room for the segments of a text; gives the places of those that are new.
    fn follow(&mut self, model: &FileModel) -> Range<usize> {
        let (first, last) = common_ends(
            &self.segments,
            &model.segments,
            |known, placed| Arc::ptr_eq(known, &placed.segment),
            |known, placed| Arc::ptr_eq(known, &placed.segment),
        );
        let gone = first..self.segments.len() - last;
        let come = first..model.segments.len() - last;
        self.words.splice(gone.clone(), come.clone().map(|_| HintWords::default()));
        self.hits.splice(gone.clone(), come.clone().map(|_| None));
        let segments = model.segments.get(come.clone()).unwrap_or_default();
        self.fallbacks.splice(gone.clone(), segments.iter().map(|placed| Fallbacks::of(&placed.segment)));
        self.segments.splice(gone, segments.iter().map(|placed| Arc::clone(&placed.segment)));
        come
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
