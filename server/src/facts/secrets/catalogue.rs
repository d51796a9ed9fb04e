//! The catalogue of secrets as data: `queries/catalogue/secrets.toml`, read once.
//!
//! A row that does not read is a failing test, never a panic: the engine then runs with the rows there are.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::Severity;
use super::bytes::ByteSet;
use super::pattern::{ArgumentOf, Pattern};

const TEXT: &str = include_str!("../../../../queries/catalogue/secrets.toml");

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(TEXT).unwrap_or_default());

/// The catalogue that Guardline ships.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

/// A row of the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RowId(pub(super) u16);

impl RowId {
    /// The row; `None` only for an id of another catalogue.
    pub fn row(self) -> Option<&'static Row> {
        CATALOGUE.rows.get(usize::from(self.0))
    }

    /// The row's stable name: `stripe-secret`.
    pub fn id(self) -> &'static str {
        self.row().map_or("", |row| &row.id)
    }

    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

#[derive(Default)]
pub struct Catalogue {
    pub rows: Vec<Row>,
    pub publishable: Vec<Publishable>,
    known: Vec<Known>,
    by_id: FxHashMap<Box<str>, RowId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    key: Vec<Row>,
    publishable: Vec<Publishable>,
    known: Vec<Known>,
}

impl Catalogue {
    pub(super) fn read(text: &str) -> Result<Catalogue, toml::de::Error> {
        let File { key: rows, publishable, known } = toml::from_str(text)?;
        let by_id = (0u16..).zip(&rows).map(|(at, row)| (row.id.clone().into_boxed_str(), RowId(at))).collect();
        Ok(Catalogue { rows, publishable, known, by_id })
    }

    pub fn by_id(&self, id: &str) -> Option<RowId> {
        self.by_id.get(id).copied()
    }

    pub fn ids(&self) -> impl Iterator<Item = (RowId, &Row)> {
        (0u16..).map(RowId).zip(&self.rows)
    }

    /// What the value was made for, if it was made to be seen.
    pub fn publishable(&self, value: &str) -> Option<&Publishable> {
        self.publishable.iter().find(|kind| kind.pattern.is_match(value))
    }

    /// Whose documented sample or fixed development key the value is.
    pub fn known_sample(&self, value: &str) -> Option<&str> {
        let plain = value.strip_prefix("0x").unwrap_or(value);
        let lower = plain.to_ascii_lowercase();
        let digests = [super::checksum::sha256_hex(value), super::checksum::sha256_hex(&lower)];
        self.known.iter().find(|known| digests.contains(&known.sha256)).map(|known| known.what.as_str())
    }
}

/// One kind of secret. The fields are explained at the top of the file they are read from.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub id: String,
    pub kind: Kind,
    /// A name people know: `Stripe`.
    pub vendor: String,
    /// With its article: `a Stripe secret key`.
    pub holds: String,
    /// What a stranger can do with it: `spend your money`.
    pub gives: String,
    pub class: Class,
    /// Whoever has it makes sign-ins of anybody's.
    #[serde(default)]
    pub signs_in: bool,
    #[serde(default)]
    pub env: String,
    pub severity: Severity,
    /// Where to replace it, at its vendor.
    pub rotate: String,
    /// `rotate` is the whole of what to do: nobody issues it, or nobody knows who did.
    #[serde(default)]
    pub remade: bool,

    #[serde(default)]
    pub(super) pattern: Pattern,
    #[serde(default)]
    pub(super) words: Vec<String>,
    #[serde(default)]
    pub(super) inner: bool,
    #[serde(default)]
    pub(super) name: Pattern,
    #[serde(default)]
    pub(super) not_name: Pattern,
    #[serde(default)]
    pub(super) value: Pattern,
    #[serde(default)]
    pub(super) reject: Pattern,
    #[serde(default)]
    pub(super) name_words: Vec<String>,
    #[serde(default)]
    pub(super) arguments: Vec<ArgumentOf>,
    #[serde(default)]
    pub(super) context_words: Vec<String>,
    #[serde(default)]
    pub(super) file_words: Vec<String>,
    #[serde(default)]
    pub(super) siblings: Vec<String>,
    #[serde(default)]
    pub(super) near: Vec<String>,
    #[serde(default)]
    pub(super) languages: Vec<String>,
    #[serde(default)]
    pub(super) files: Pattern,
    #[serde(default)]
    pub(super) over: Vec<String>,
    #[serde(default)]
    pub(super) min_entropy: f32,
    #[serde(default)]
    pub(super) min_digits: usize,
    #[serde(default)]
    pub(super) mixed_case: bool,
    #[serde(default)]
    pub(super) checksum: Option<Checksum>,
    #[serde(default)]
    pub(super) failed: Failed,
    #[serde(default)]
    pub(super) check: Check,
    #[serde(default)]
    pub(super) tail: Option<ByteSet>,
    #[serde(default)]
    pub(super) left: Option<ByteSet>,
    #[serde(default)]
    pub(super) weak: bool,
    /// The place takes nothing else, so a value that somebody made up counts as well; what was meant to be replaced does not.
    #[serde(default)]
    pub(super) placed: bool,
    #[serde(default)]
    pub(super) soft: bool,
    #[serde(default)]
    pub(super) structural: bool,
    #[serde(default)]
    pub(super) generic: bool,
    #[serde(default)]
    pub(super) multiline: bool,
    #[serde(default)]
    pub(super) test_marks: Vec<String>,
    #[serde(default)]
    pub(super) test_severity: Option<Severity>,
    #[serde(default)]
    pub(super) partner: Option<String>,
    #[serde(default)]
    pub(super) alone: Alone,
    #[serde(default)]
    pub(super) paired: Option<Severity>,
    #[serde(default)]
    pub(super) routes: Vec<Route>,

    /// Templates of right-shaped values: see `sample`.
    #[serde(default)]
    pub examples: Vec<String>,
    #[serde(default)]
    pub counter_examples: Vec<String>,
}

impl Row {
    /// A word that a file of this vendor's world has, for rows that ask for one.
    pub fn hint_word(&self) -> &str {
        self.context_words.iter().chain(&self.file_words).chain(&self.near).next().map_or("", String::as_str)
    }

    /// A guessable value is reported as well.
    pub fn accepts_weak_values(&self) -> bool {
        self.weak || self.placed
    }

    /// Bytes that would continue a token of this kind: its last character class, unless the row says otherwise.
    pub(super) fn continues(&self, byte: u8) -> bool {
        match &self.tail {
            Some(tail) => tail.contains(byte),
            None => self.pattern.tail().contains(byte),
        }
    }

    /// Bytes that may not stand before a token of this kind.
    pub(super) fn glued(&self, byte: u8) -> bool {
        match &self.left {
            Some(left) => left.contains(byte),
            None => byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-',
        }
    }

    /// Sandbox credentials are told by a part of the token.
    pub(super) fn is_test_value(&self, value: &str) -> bool {
        self.test_marks.iter().any(|mark| value.contains(mark.as_str()))
    }
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Prefixed,
    Named,
    Routed,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    Secret,
    Identifier,
    Routed,
    Publishable,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Checksum {
    /// Six characters: CRC-32 of the body in base 62.
    #[serde(rename = "crc32-base62")]
    Base62,
    /// Eight characters: CRC-32 of the body in hex.
    #[serde(rename = "crc32-hex")]
    Hex,
}

/// What a wrong checksum means.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Failed {
    #[default]
    Drop,
    Lower,
    Medium,
}

/// What half a pair is worth when the other half is not there.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Alone {
    #[default]
    Medium,
    Silent,
}

/// Judgements that are code.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Check {
    #[default]
    None,
    Url,
    Pem,
    Pem64,
    Discord,
    Uploadthing,
    Mnemonic,
    Bearer,
    Basic,
    Password,
    Secret,
    /// What anybody can guess, and nothing else.
    Order,
}

/// Where a routed token turns out to be harmless, or worse.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Route {
    pub words: Vec<String>,
    #[serde(rename = "where")]
    pub place: RoutePlace,
    #[serde(default = "one")]
    pub least: usize,
    pub class: Class,
    #[serde(default)]
    pub severity: Option<Severity>,
    #[serde(default)]
    pub env: Option<String>,
}

fn one() -> usize {
    1
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RoutePlace {
    Siblings,
    Names,
    File,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Publishable {
    pub id: String,
    pub vendor: String,
    pub holds: String,
    pub pattern: Pattern,
    /// Why it may be seen.
    pub note: String,
    #[serde(default)]
    pub examples: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    what: String,
    sha256: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_catalogue_reads() {
        let catalogue = Catalogue::read(TEXT).map_err(|error| error.to_string());
        let catalogue = catalogue.unwrap_or_else(|error| panic!("{error}"));
        assert!(catalogue.rows.len() >= 169, "{} rows", catalogue.rows.len());
        assert_eq!(catalogue.by_id.len(), catalogue.rows.len(), "ids are unique");
    }

    #[test]
    fn every_row_has_what_its_kind_needs() {
        for row in &catalogue().rows {
            let id = &row.id;
            for pattern in [&row.pattern, &row.name, &row.not_name, &row.value, &row.reject, &row.files] {
                assert!(pattern.is_empty() || pattern.anywhere().is_some(), "{id}: {pattern:?}");
            }
            match row.kind {
                Kind::Prefixed => {
                    assert!(!row.pattern.is_empty(), "{id} has no pattern");
                    assert!(!row.words.is_empty() || !row.context_words.is_empty(), "{id} would run everywhere");
                }
                Kind::Named => {
                    let by_place = row.placed && !row.arguments.is_empty();
                    assert!((!row.name.is_empty() || by_place) && !row.value.is_empty(), "{id} needs a name or a place, and a value");
                    assert!(!row.name_words.is_empty() || by_place && row.name.is_empty(), "{id} would run on every name");
                }
                Kind::Routed => assert!(row.pattern.is_empty() && row.name.is_empty(), "{id} is never searched for"),
            }
            for other in row.over.iter().chain(&row.partner) {
                assert!(catalogue().by_id(other).is_some(), "{id} names {other}");
            }
            assert!(!row.holds.is_empty() && !row.gives.is_empty() && !row.rotate.is_empty(), "{id}");
            assert!(row.rotate.len() < 120, "{id}");
            let begins_small = row.rotate.starts_with(|c: char| c.is_ascii_lowercase());
            assert!(!row.remade || begins_small && row.rotate.contains(' '), "{id}: what to do is said as one");
            assert!(row.remade || !row.vendor.starts_with("a ") && !row.vendor.starts_with("your "), "{id}: who is that?");
            assert_eq!(row.signs_in, row.gives.contains("sign in as any"), "{id} says one thing to people and another to the report");
        }
    }

    #[test]
    fn publishable_shapes_compile_and_samples_are_digests() {
        for kind in &catalogue().publishable {
            assert!(kind.pattern.anywhere().is_some(), "{}", kind.id);
        }
        for known in &catalogue().known {
            assert!(known.sha256.len() == 64 && known.sha256.bytes().all(|b| b.is_ascii_hexdigit()), "{}", known.what);
        }
    }

    #[test]
    fn a_row_that_does_not_read_is_an_error_with_its_place() {
        let error = Catalogue::read("[[key]]\nid = 3\n").err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains("line 2"), "{error}");
    }
}
