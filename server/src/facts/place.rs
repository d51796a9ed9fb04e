//! Places inside code that survive edits elsewhere in the file.

use crate::model::FunctionId;
use crate::text::{FileId, Span};

/// A top-level item of a file: by the hash of its text, and which of several equal ones it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ItemKey {
    pub file: FileId,
    pub hash: u64,
    pub ordinal: u32,
}

/// A span of an item. The item's position in the file is looked up when the place is shown, so that an edit above it
/// changes nothing here.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Site {
    pub item: ItemKey,
    pub span: Span,
}

/// A function of an item.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FunctionKey {
    pub item: ItemKey,
    pub function: FunctionId,
}
