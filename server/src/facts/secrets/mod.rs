//! Secrets that stand in the code or in files beside it.
//!
//! What they look like is data (`queries/catalogue/secrets.toml`); this room finds literals that fit, and keeps quiet about
//! the many that only look so. A hit says where a secret stands and whose it is; it never holds the value.

mod belongs;
mod bytes;
mod catalogue;
mod checksum;
mod code;
mod context;
mod entropy;
mod generic;
mod hints;
mod hit;
mod inside;
mod judge;
mod jwt;
mod kept;
mod lookalike;
mod memory;
mod named;
mod order;
mod pair;
mod pattern;
mod place;
mod placeholder;
mod prefilter;
mod renew;
pub mod sample;
mod seen;
mod served;
mod shape;
mod text;
mod token;
mod url;

use crate::syntax::{Document, Language};
use crate::text::FileId;

pub use belongs::{is_key_file, where_it_belongs};
pub use catalogue::{Catalogue, Class, Kind, Publishable, Row, RowId, catalogue};
pub use code::{Replaced, in_code, replaced_in, variable_read};
pub use hints::FileHints;
pub use hit::{HitKind, SecretHit};
pub use judge::Evidence;
pub use kept::kept_by_name;
pub use memory::Memory;
pub use place::Place;
pub use placeholder::{is_placeholder, stands_for_something};
pub use prefilter::HintWords;
pub use renew::{renewing, renewing_into};
pub use seen::made_to_be_seen;
pub use served::{Served, in_served};
pub use text::{assignments, in_text};

/// Reads the catalogue now, so that whoever needs it first need not wait: what nearly every file needs of it is asked once.
pub fn make_ready() {
    let text = sample::expand("API_KEY={alnum:24}\n", &mut sample::Random::new("ready"));
    let document = Document::new(FileId::new("/.env"), Language::Env, 0, &text);
    in_text(&document, &text, &FileHints::of(&document, ".env"));
}

/// Is this text, under this name, called a secret wherever it is written down?
pub fn tells_of(name: &str, text: &str) -> bool {
    let names = context::Names::of(name);
    let siblings = context::Siblings::default();
    let hints = FileHints::new("src/main", Language::Text, HintWords::of(""));
    let candidate = judge::Candidate {
        value: text,
        names: &names,
        siblings: &siblings,
        position: context::Position::Value,
        origin: judge::Origin::Plain,
        near: "",
        whole: true,
        connects: false,
    };
    judge::judge(&candidate, &hints).is_some()
}

/// Does whoever has a secret of this kind sign in as anybody?
pub fn signs_people_in(id: &str) -> bool {
    catalogue().by_id(id).and_then(RowId::row).is_some_and(|row| row.signs_in)
}

/// Is it a password that a login of the app itself compares with?
pub fn is_password_of_login(id: &str) -> bool {
    id == code::HARDCODED_LOGIN
}

/// What a secret is worth to a stranger, where it stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// One step down; low stays low.
    pub fn lower(self) -> Severity {
        match self {
            Severity::Critical => Severity::High,
            Severity::High => Severity::Medium,
            Severity::Medium | Severity::Low => Severity::Low,
        }
    }
}
