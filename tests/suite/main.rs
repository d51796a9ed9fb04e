//! The one binary of integration tests.

mod audit;
mod audit_formats;
mod program;
