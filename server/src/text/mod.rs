//! FLOOR 0. Places in text: byte spans, file names, and the columns that editors count.

mod date;
mod edit;
mod ends;
mod file_id;
pub mod lines;
mod place;
pub mod position;
mod span;

pub use date::Date;
pub use edit::{Change, Edit, splice};
pub use ends::common_ends;
pub use file_id::FileId;
pub use place::Place;
pub use position::{Encoding, Position, Range};
pub use span::Span;

/// A short, cheaply cloned string: identifiers, keys, module names.
pub type Name = smol_str::SmolStr;

/// What is said to people, cheaply cloned: it is handed on at every keystroke.
pub type Words = smol_str::SmolStr;
