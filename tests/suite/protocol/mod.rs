//! The language server as its clients see it: the real program, or the same server with findings made up by a script.

mod client;
mod script;

mod framing;
mod lifecycle;
