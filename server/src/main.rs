//! The `guardline` program: dispatches to a door, nothing more.
fn main() {}
