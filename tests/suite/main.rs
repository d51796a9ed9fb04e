//! The tests that need more than one floor. One binary, so that they are linked once.

mod fixes;
mod pages;
mod placeholder;
mod secret_catalogue;
mod protocol;
//! One test binary for everything that is tested from outside.

mod lowering_ecma;
