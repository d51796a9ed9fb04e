//! Words whose mere presence in a text tells something. A text is searched for them once; after an edit only what is new is.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::syntax::Document;
use crate::text::Span;

/// What a word is a sign of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sign {
    /// Headers by which browsers protect pages, or what sets them.
    Headers,
    /// An option that may open stored files to everybody.
    Storage,
    /// A mark by which a person silences a finding, ours or another scanner's.
    Mark,
    /// What is sent is held against classes, and fields that they do not have are kept unless an option says otherwise.
    Pipe,
    /// Fields that no schema has are taken out of what is sent.
    Strips,
}

/// In whatever case they are written.
const HEADERS: &[&str] = &[
    "content-security-policy",
    "x-frame-options",
    "strict-transport-security",
    "x-content-type-options",
    "secureheaders",
    "secure-headers",
    "frame-ancestors",
    "secure_csp",
    "helmet(",
    "talisman(",
];

/// A text without any of these opens no files.
const STORAGE: &[&str] = &[
    "public-read",
    "publicRead",
    "PublicRead",
    "PUBLIC_READ",
    "makePublic",
    "make_public",
    "lockPublicAcls",
    "createBucket",
    "create_bucket",
    "updateBucket",
    "update_bucket",
    "allUsers",
    "Principal",
    "createContainer",
    "create_container",
];

/// How marks begin.
const MARKS: &[&str] = &[
    "guardline-ignore",
    "secretlint-",
    "gitleaks:allow",
    "pragma: allowlist",
    "pragma: whitelist",
    "ggignore",
    "trufflehog:ignore",
    "kingfisher:ignore",
    "nosec",
    "nosemgrep",
    "noqa",
];

const PIPES: &[&str] = &["new ValidationPipe(", "useClass: ValidationPipe"];
const STRIPS: &[&str] = &[
    "whitelist: true",
    "whitelist:true",
    "forbidNonWhitelisted",
    "ZodValidationPipe",
    "createZodDto",
    "excludeExtraneousValues",
    "removeAdditional: \"all\"",
    "removeAdditional: 'all'",
    "removeAdditional:\"all\"",
    "removeAdditional:'all'",
];

struct Words {
    automaton: AhoCorasick,
    each: Vec<(&'static str, Sign)>,
    longest: u32,
}

/// `None` does not happen: these few words can be compiled.
static WORDS: LazyLock<Option<Words>> = LazyLock::new(|| {
    let of = |words: &'static [&'static str], sign| words.iter().map(move |word| (*word, sign));
    let each: Vec<(&str, Sign)> = of(HEADERS, Sign::Headers)
        .chain(of(STORAGE, Sign::Storage))
        .chain(of(MARKS, Sign::Mark))
        .chain(of(PIPES, Sign::Pipe))
        .chain(of(STRIPS, Sign::Strips))
        .collect();
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(aho_corasick::AhoCorasickKind::DFA))
        .build(each.iter().map(|(word, _)| word))
        .ok()?;
    let longest = each.iter().map(|(word, _)| word.len()).max()? as u32;
    Some(Words { automaton, each, longest })
});

/// The signs in one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    found: Vec<Found>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Found {
    span: Span,
    sign: Sign,
}

impl Signs {
    /// `before`: an earlier text of the same file with its signs.
    pub fn read(document: &Document, before: Option<(&Document, &Signs)>) -> Signs {
        let end = document.rope().len_bytes() as u32;
        // What two texts of a file that only holds code have in common is known of their code alone.
        let common = before.filter(|_| document.embedded().is_none()).and_then(|(before, signs)| Some((document.unchanged_since(before)?, signs)));
        let Some((same, signs)) = common else { return Signs { found: in_text(&document.text(), 0) } };
        let longest = WORDS.as_ref().map_or(0, |words| words.longest);
        let around = Span::new(same.head.saturating_sub(longest), same.tail.saturating_add(longest).min(end));
        let Some(around) = whole_characters(document, around) else { return Signs { found: in_text(&document.text(), 0) } };
        let mut found: Vec<Found> = signs.found.iter().filter(|found| found.span.end <= same.head).copied().collect();
        found.extend(in_text(&document.slice(around), around.start).into_iter().filter(|found| found.span.end > same.head && found.span.start < same.tail));
        let behind = signs.found.iter().filter(|found| found.span.start >= same.tail_before);
        let moved = |at: u32| at - same.tail_before + same.tail;
        found.extend(behind.map(|found| Found { span: Span::new(moved(found.span.start), moved(found.span.end)), ..*found }));
        Signs { found }
    }

    pub fn has(&self, sign: Sign) -> bool {
        self.found.iter().any(|found| found.sign == sign)
    }
}

/// The smallest span around this one that begins and ends between characters.
fn whole_characters(document: &Document, span: Span) -> Option<Span> {
    let rope = document.rope();
    let start = rope.try_byte_to_char(span.start as usize).ok()?;
    let end = rope.try_byte_to_char(span.end as usize).ok()?;
    let end = if rope.try_char_to_byte(end).ok()? < span.end as usize { end + 1 } else { end };
    Some(Span::new(rope.try_char_to_byte(start).ok()? as u32, rope.try_char_to_byte(end).ok()? as u32))
}

fn in_text(text: &str, start: u32) -> Vec<Found> {
    let Some(words) = &*WORDS else { return Vec::new() };
    let hits = words.automaton.find_overlapping_iter(text).filter_map(|hit| {
        let (word, sign) = words.each.get(hit.pattern().as_usize())?;
        let written = text.get(hit.range())?;
        (*sign == Sign::Headers || written == *word).then(|| Found { span: Span::from(hit.range()).shifted(start), sign: *sign })
    });
    hits.collect()
}

/// Does a text have such a sign?
#[cfg(test)]
pub fn has(text: &str, sign: Sign) -> bool {
    in_text(text, 0).iter().any(|found| found.sign == sign)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::syntax::Language;
    use crate::text::{Change, Encoding, FileId, Position, Range};

    #[test]
    fn words_are_found_whatever_stands_around_them() {
        assert!(has("res.setHeader('X-Frame-Options', 'DENY')", Sign::Headers));
        assert!(has("a = {acl: 'public-read'}", Sign::Storage) && !has("publicread", Sign::Storage));
        assert!(has("PublicReadHelmet(", Sign::Headers) && has("PublicReadHelmet(", Sign::Storage));
        assert!(has("# guardline-ignore-file a: b", Sign::Mark) && !has("ignore", Sign::Mark));
    }

    proptest! {
        /// Edits of a few texts at any place leave what a text read anew has.
        #[test]
        fn after_edits_they_are_those_of_the_text(steps in prop::collection::vec((0..9_usize, 0..200_u32, 0..12_u32, 0..6_usize, any::<bool>()), 1..8)) {
            let texts = ["helm", "et(", "public", "Read", "\n\n", "function f() { allUsers(); }\n", "// é guardline-ignore-file\n", "\"", ""];
            let fills = ["", "\n", "allUsers", "-read", "é", "}"];
            let mut document = Document::new(FileId::new("/a.ts"), Language::TypeScript, 0, &texts.concat().repeat(3));
            document.parse();
            let mut read = (document.clone(), Signs::read(&document, None));
            for (word, at, length, fill, is_read) in steps {
                let length = length.min((document.rope().len_chars() as u32).saturating_sub(at));
                let place = |at: u32| {
                    let rope = document.rope();
                    let at = (at as usize).min(rope.len_chars());
                    let line = rope.char_to_line(at);
                    Position { line: line as u32, column: (at - rope.line_to_char(line)) as u32 }
                };
                let range = Range { start: place(at), end: place(at + length) };
                let change = Change { range: Some(range), text: format!("{}{}", fills[fill], texts[word]) };
                document = document.edited(document.version + 1, &[change], Encoding::Utf32);
                if is_read {
                    document.parse();
                    let signs = Signs::read(&document, Some((&read.0, &read.1)));
                    let sorted = |signs: &Signs| {
                        let mut found: Vec<(Span, u8)> = signs.found.iter().map(|found| (found.span, found.sign as u8)).collect();
                        found.sort_unstable();
                        found
                    };
                    prop_assert_eq!(sorted(&signs), sorted(&Signs::read(&document, None)), "{}", document.text());
                    read = (document.clone(), signs);
                }
            }
        }
    }
}
