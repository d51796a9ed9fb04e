//! Which rows could match at all: one pass over a text, one over a name, one over a whole file.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::catalogue::{Kind, RoutePlace, RowId, catalogue};

/// Words and the rows they stand for.
struct Words<T> {
    machine: Option<AhoCorasick>,
    meaning: Vec<SmallVec<[T; 2]>>,
}

impl<T> Words<T> {
    fn new(words: impl IntoIterator<Item = (String, T)>, ignore_case: bool) -> Words<T> {
        let mut places: FxHashMap<String, usize> = FxHashMap::default();
        let mut list: Vec<String> = Vec::new();
        let mut meaning: Vec<SmallVec<[T; 2]>> = Vec::new();
        for (word, means) in words {
            let place = *places.entry(word.clone()).or_insert_with(|| {
                list.push(word);
                meaning.push(SmallVec::new());
                list.len() - 1
            });
            if let Some(place) = meaning.get_mut(place) {
                place.push(means);
            }
        }
        // Twice as fast over text as what is chosen for so many words, for half a megabyte.
        let kind = Some(AhoCorasickKind::DFA);
        let machine = AhoCorasickBuilder::new().kind(kind).match_kind(MatchKind::Standard).ascii_case_insensitive(ignore_case).build(&list).ok();
        Words { machine, meaning }
    }

    /// Every word in the text, also those inside others: its end, its start and what it means.
    fn each<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, usize, &'t T)> {
        self.machine.iter().flat_map(move |machine| machine.find_overlapping_iter(text)).flat_map(|found| {
            let rows = self.meaning.get(found.pattern().as_usize()).map(SmallVec::as_slice).unwrap_or_default();
            rows.iter().map(move |row| (found.start(), found.end(), row))
        })
    }
}

static TOKEN_WORDS: LazyLock<Words<RowId>> = LazyLock::new(|| {
    // Prefixes are written in one case by their vendors.
    let prefixed = catalogue().ids().filter(|(_, row)| row.kind == Kind::Prefixed);
    Words::new(prefixed.flat_map(|(id, row)| row.words.iter().map(move |word| (word.clone(), id))), false)
});

static NAME_WORDS: LazyLock<Words<RowId>> = LazyLock::new(|| {
    let named = catalogue().ids().filter(|(_, row)| row.kind == Kind::Named);
    Words::new(named.flat_map(|(id, row)| row.name_words.iter().map(move |word| (word.to_ascii_lowercase(), id))), true)
});

/// A row's word in a text.
pub(super) struct WordAt {
    pub row: RowId,
    pub start: usize,
}

/// Where prefixed rows could match.
pub(super) fn token_words(text: &str) -> impl Iterator<Item = WordAt> {
    TOKEN_WORDS.each(text).map(|(start, _, row)| WordAt { row: *row, start })
}

/// A set of rows.
#[derive(Clone, Default)]
pub(super) struct RowSet([u64; 4]);

impl RowSet {
    pub fn insert(&mut self, row: RowId) {
        if let Some(word) = self.0.get_mut(row.index() / 64) {
            *word |= 1 << (row.index() % 64);
        }
    }

    pub fn contains(&self, row: RowId) -> bool {
        self.0.get(row.index() / 64).is_some_and(|word| word >> (row.index() % 64) & 1 == 1)
    }
}

/// Which named rows a name could belong to.
pub(super) fn named_rows(name: &str, into: &mut RowSet) {
    NAME_WORDS.each(name).for_each(|(_, _, row)| into.insert(*row));
}

/// Words of a file that rows ask for: imports, hosts, services. One bit each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct HintWords(u128);

struct Hints {
    list: Vec<String>,
    words: Words<u32>,
}

static HINTS: LazyLock<Hints> = LazyLock::new(|| {
    let mut list: Vec<String> = Vec::new();
    for row in &catalogue().rows {
        let routed = row.routes.iter().filter(|route| route.place == RoutePlace::File).flat_map(|route| &route.words);
        let modules = row.arguments.iter().map(|argument| &argument.module).filter(|module| !module.is_empty());
        for word in row.context_words.iter().chain(&row.file_words).chain(routed).chain(modules) {
            list.push(word.to_ascii_lowercase());
        }
    }
    list.sort();
    list.dedup();
    let words = Words::new(list.iter().cloned().zip(0u32..), true);
    Hints { list, words }
});

impl HintWords {
    /// The words that stand in a text: a file's, or a segment's, to be joined.
    pub fn of(text: &str) -> HintWords {
        HintWords(HINTS.words.each(text).fold(0, |bits, (_, _, word)| bits | 1u128.checked_shl(*word).unwrap_or(0)))
    }

    pub fn join(self, other: HintWords) -> HintWords {
        HintWords(self.0 | other.0)
    }

    pub(super) fn has(self, word: &str) -> bool {
        let place = HINTS.list.binary_search_by(|known| known.as_str().cmp(word)).ok().and_then(|place| u32::try_from(place).ok());
        place.and_then(|place| 1u128.checked_shl(place)).is_some_and(|bit| self.0 & bit != 0)
    }

    pub(super) fn has_any(self, words: &[String]) -> bool {
        words.iter().any(|word| self.has(&word.to_ascii_lowercase()))
    }
}

/// Prefixed rows without a word of their own, which run where the file or the name speaks of their vendor.
pub(super) fn wordless_rows() -> &'static [RowId] {
    static ROWS: LazyLock<Vec<RowId>> =
        LazyLock::new(|| catalogue().ids().filter(|(_, row)| row.kind == Kind::Prefixed && row.words.is_empty()).map(|(id, _)| id).collect());
    &ROWS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_hint_words_and_rows_fit_their_bits() {
        assert!(HINTS.list.len() <= 128, "{}", HINTS.list.len());
        assert!(catalogue().rows.len() <= 256);
    }

    #[test]
    fn names_lead_to_their_rows() {
        let mut rows = RowSet::default();
        named_rows("MISTRAL_API_KEY", &mut rows);
        let ids: Vec<&str> = catalogue().ids().filter(|(id, _)| rows.contains(*id)).map(|(id, _)| id.id()).collect();
        assert!(ids.contains(&"mistral") && ids.contains(&"generic-secret") && !ids.contains(&"cohere"), "{ids:?}");
    }

    #[test]
    fn words_of_parts_join_to_words_of_the_whole() {
        let (a, b) = (HintWords::of("import Telegraf from 'telegraf'"), HintWords::of("discord.js"));
        assert!(a.has("telegraf") && !a.has("discord") && b.has("discord"));
        assert_eq!(a.join(b), HintWords::of("telegraf discord"));
    }
}
