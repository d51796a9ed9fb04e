//! FLOOR 8. The only IO: walking files, git's index and ignore rules, the configuration. Hands texts down, never decides.

pub mod apply;
pub mod built;
pub mod config;
pub mod deep;
mod discover;
mod encoded;
pub mod events;
pub mod git;
mod git_entries;
mod git_index;
pub mod kept;
mod names;
mod notes;
pub mod own_rules;
mod read;
pub mod root;
mod stamp;
mod today;
pub mod walk;

pub use today::today;
