//! Guardline: one engine, many doors. `server/ARCHITECTURE.md` explains the floors.

pub mod config;
pub mod text;
pub mod syntax;
pub mod model;
pub mod facts;
pub mod project;
pub mod rules;
pub mod fixes;
pub mod report;
pub mod engine;
pub mod workspace;
pub mod lsp;
pub mod mcp;
pub mod cli;
