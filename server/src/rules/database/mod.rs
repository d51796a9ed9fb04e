//! What the rules about the database's own locks have in common: whether strangers reach the database at all, and what is to be
//! changed in it.

pub mod api;
pub mod change;
pub mod content;
pub mod owner;
