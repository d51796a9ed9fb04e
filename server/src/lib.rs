//! Guardline: one engine, many doors. `server/ARCHITECTURE.md` explains the floors.

pub mod cli;
pub mod config;
pub mod engine;
pub mod facts;
pub mod fixes;
pub mod hook;
pub mod lsp;
pub mod mcp;
pub mod model;
pub mod project;
pub mod report;
pub mod rules;
pub mod syntax;
pub mod text;
pub mod workspace;
