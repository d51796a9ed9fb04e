//! Who may read and write what, as access rules say it: Cloud Firestore, Cloud Storage, and the Realtime Database.
//!
//! [`read`] gives the facts of one file: its [`Area`]s, each with who may do what there. What several areas say of one path
//! adds up, as it does in the database: [`FileRules::who`].

mod area;
mod cloud;
mod demand;
mod judge;
mod literal;
mod methods;
mod overlap;
mod owners;
mod realtime;
mod relate;
pub mod show;
mod steps;
mod term;
#[cfg(test)]
mod tests;

pub use area::{Area, FileRules, Operation, Permission, Store};
pub use demand::{Demand, Role, Tie, Who};
pub use owners::owner_fields;

use crate::model::access_rules::{looks_like_realtime, realtime as read_realtime, rules as read_rules};

/// What stands in which kind of file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Written {
    /// `firestore.rules`, `storage.rules`.
    Cloud,
    /// A JSON file, which may hold the rules of a Realtime Database.
    Json,
}

/// The facts of a text. Equal texts give equal facts.
pub fn read(text: &str, written: Written) -> FileRules {
    match written {
        Written::Cloud => cloud::areas(&read_rules(text)),
        Written::Json if looks_like_realtime(text) => read_realtime(text).map(|root| realtime::areas(&root)).unwrap_or_default(),
        Written::Json => FileRules::default(),
    }
}
