//! `cargo dev ...`: helpers for the people who build Guardline.
fn main() {}
