//! The one binary of integration tests.

mod audit;
mod audit_formats;
mod demo;
mod fixes;
mod placeholder;
mod program;
mod secret_catalogue;
