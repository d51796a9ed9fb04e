//! The tests that need more than one floor. One binary, so that they are linked once.

mod fixes;
mod lowering_ecma;
mod pages;
mod placeholder;
mod protocol;
mod secret_catalogue;
