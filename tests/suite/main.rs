//! The tests that need more than one floor. One binary, so that they are linked once.

mod fixes;
mod placeholder;
mod secret_catalogue;
mod protocol;
mod schema;
