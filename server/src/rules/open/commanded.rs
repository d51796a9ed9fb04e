//! Lines for a shell that a handler runs: its own, and those that it is sent.

use crate::facts::check::Root;
use crate::facts::event::{Sink, SinkKind};
use crate::facts::taint::Cleanings;
use crate::facts::value::{Kind, Value};
use crate::text::Name;

/// A line for a shell: one of the code's own, or one that the caller sends as a whole. What the caller only adds to is told of where
/// it is put in.
pub fn commanded(sink: &Sink) -> Option<Name> {
    if sink.kind != SinkKind::Shell || sink.guessed || sink.client != "shell" {
        return None;
    }
    match sink.value.kind() {
        Kind::Str(_) => Some(Name::new_static("program")),
        Kind::Text(_) | Kind::Seq(_) | Kind::Union(_) => None,
        _ => (is_sent_whole(&sink.value)).then(|| Name::new_static("command")),
    }
}

fn is_sent_whole(value: &Value) -> bool {
    let is_sent = value.taint().without(Cleanings::SHELL).any(|origin| origin.part.is_request());
    // `req.body.cmd`, of a function that nobody here registers.
    let is_part = |name: &Name| matches!(name.as_str(), "body" | "query" | "params" | "args" | "form" | "POST" | "GET" | "json");
    value.symbol().is_some_and(|symbol| match symbol.root {
        Root::Request(_) => is_sent,
        Root::Parameter(_) => symbol.path.len() > 1 && symbol.path.first().is_some_and(is_part),
        _ => false,
    })
}
