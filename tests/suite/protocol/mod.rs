//! The language server as its clients see it: the real program, or the same server with findings made up by a script.

pub mod client;
mod script;

mod actions;
mod documents;
mod framing;
mod lens;
mod lifecycle;
mod order;
mod own_rules;
mod publishing;
mod pulling;
mod settings;
mod workspace;
