//! What a language model wrote is run, asked, fetched or shown as if the program had written it; or a caller writes its rules.

use super::command_injection::read_as_program;
use super::handler::is_checked;
use super::input::Input;
use super::parts::{self, Hole};
use super::raw::{Raw, RuleCx};
use super::standing_place::{place, standing_place, tell_places};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta, ssrf, xss};
use crate::facts::event::{Effect, Event, Sink, SinkKind, Use, UseKind};
use crate::facts::names;
use crate::facts::taint::Cleanings;
use crate::facts::value::{Kind, Piece, Value};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("llm-output-unsafe"),
    title: "A language model's words are acted upon unchecked",
    risk: Risk::Input,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[1426],
    page: include_str!("../../../queries/rules/llm-output-unsafe.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for (at, event) in cx.walk.events.iter().enumerate() {
        match event {
            Event::Sink(sink) => out.extend(of_sink(cx, sink, at)),
            Event::Use(used) if used.kind == UseKind::Return => out.extend(of_answer(cx, used)),
            Event::Effect(effect) if effect.kind == "prompt" => out.extend(of_prompt(effect)),
            _ => {}
        }
    }
}

/// What a use does with it, in words, and what makes it harmless there.
fn harm(kind: SinkKind) -> Option<(Cleanings, &'static str, &'static str)> {
    Some(match kind {
        SinkKind::Code => (Cleanings::CODE, "is run as code", "run anything on your server"),
        SinkKind::Shell => (Cleanings::SHELL, "becomes a command of the shell", "run any program on your server"),
        SinkKind::Sql | SinkKind::Postgrest => (Cleanings::SQL, "becomes the text of a database command", "read, change or delete every record"),
        SinkKind::Nosql => (Cleanings::NOSQL, "becomes part of a database query", "read other people's records"),
        SinkKind::Html => (Cleanings::HTML, "becomes markup of the page", "run a script for whoever looks at the answer and take over their account"),
        SinkKind::Path => (Cleanings::PATH, "names a file", "read or overwrite other files"),
        SinkKind::Fetch => (Cleanings::URL, "is the address that is fetched", "reach your internal network or send data out"),
        SinkKind::Redirect => (Cleanings::REDIRECT, "is where the visitor is sent", "send people to a page of their own"),
        SinkKind::Deserialize => (Cleanings::CODE, "is read as objects of the program", "run anything on your server"),
        SinkKind::Log | SinkKind::Storage | SinkKind::Template | SinkKind::Upload | SinkKind::Member => return None,
    })
}

fn of_sink(cx: &RuleCx<'_>, sink: &Sink, at: usize) -> Option<Raw> {
    let (cleaning, does, could) = harm(sink.kind)?;
    if sink.kind == SinkKind::Html && !xss::is_markup(cx, sink, at) {
        return None;
    }
    // One word of a list of words is no command line, unless it is what the program reads as one: `["python", "-c", code]`.
    let is_list = matches!(sink.value.kind(), Kind::Seq(_)) && sink.client != "shell" && !sink.args.iter().any(|arg| arg.name == "shell");
    let is_word = sink.kind == SinkKind::Shell && is_list;
    let value = if is_word { read_as_program(sink)? } else { &sink.value };
    let does = if is_word { "is run as a program" } else { does };
    let judge = |hole: Hole<'_>| {
        // Something was asked of it before: whether it lies in a folder, whose host it is.
        if matches!(sink.kind, SinkKind::Path | SinkKind::Fetch) && is_checked(hole.value, &sink.facts) {
            return None;
        }
        // The address is chosen by who writes its beginning.
        if matches!(sink.kind, SinkKind::Fetch | SinkKind::Redirect) && hole.follows {
            return None;
        }
        let input = Input::of_model(hole.value, cleaning, &sink.facts)?;
        Some((input, hole.site.cloned()))
    };
    let (input, site) = parts::of(value).into_iter().find_map(judge)?;
    let confidence = if sink.guessed { Confidence::Likely } else { input.confidence };
    // A server that opens any address is that mistake, whoever names the address.
    let meta = if sink.kind == SinkKind::Fetch { &ssrf::META } else { &META };
    let mut raw = Raw::new(meta, standing_place(cx, sink, site.as_ref()), confidence);
    raw.message = format!("`{}`, written by a language model, {does}: whoever can put words into what the model reads can {could}.", input.name);
    tell_places(&mut raw, sink, site.as_ref().map(|site| (site, input.name.as_str())), "it is used here");
    if let Some(source) = &input.source {
        raw.also(source.clone(), "the model is asked here".to_owned());
    }
    let place = cx.project.place(&sink.site);
    match sink.kind {
        SinkKind::Html => raw.plans.extend(xss::plan(sink, place)),
        SinkKind::Code => raw.plans.extend(cx.project.place(&sink.call).map(|call| FixPlan::ReadLiteral { call })),
        _ => {}
    }
    Some(raw)
}

/// What a handler returns as a page.
fn of_answer(cx: &RuleCx<'_>, used: &Use) -> Option<Raw> {
    let route = cx.walk.route.as_deref()?;
    let is_whole = matches!(used.value.kind(), Kind::Text(_));
    if !is_whole || !xss::answered::answers_markup(cx, route) || !xss::answered::opens_tag(&parts::literals(&used.value)) {
        return None;
    }
    let found = |hole: Hole<'_>| Some((Input::of_model(hole.value, Cleanings::HTML, &used.facts)?, hole.site.cloned()));
    let (input, site) = parts::of(&used.value).into_iter().find_map(found)?;
    let (_, does, could) = harm(SinkKind::Html)?;
    let mut raw = Raw::new(&META, place(cx, &used.site, &used.site, site.as_ref()), input.confidence);
    raw.message = format!("`{}`, written by a language model, {does}: whoever can put words into what the model reads can {could}.", input.name);
    if let Some(source) = &input.source {
        raw.also(source.clone(), "the model is asked here".to_owned());
    }
    Some(raw)
}

/// A caller's words among the instructions.
fn of_prompt(effect: &Effect) -> Option<Raw> {
    let mut instructions = Vec::new();
    for arg in &effect.args {
        match arg.name.as_str() {
            "messages" => of_messages(&arg.value, &mut instructions, 0),
            "system" | "instructions" | "system_instruction" => instructions.push(arg.value.clone()),
            "" => {
                let Kind::Object(object) = arg.value.kind() else { continue };
                for (name, value) in &object.fields {
                    match name.as_str() {
                        "messages" | "input" => of_messages(value, &mut instructions, 0),
                        "system" | "instructions" | "systemInstruction" => instructions.push(value.clone()),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    for value in &instructions {
        let Kind::Text(text) = value.kind() else { continue };
        for piece in &text.pieces {
            let Piece::Hole { value, site } = piece else { continue };
            // One of a few words that the program knows is no instruction.
            let Some(input) = Input::of(value, Cleanings::ALL, &effect.facts, None) else { continue };
            if !input.part.is_request() {
                continue;
            }
            let mut raw = Raw::new(&META, site.clone(), if says_instructions(&input.name) { Confidence::Likely } else { Confidence::Possible });
            raw.impact = Some(Impact::Medium);
            raw.detail = "prompt".into();
            raw.message = format!(
                "`{}`, {}, becomes part of the instructions to the model: whoever writes it can change the assistant's rules or have them told.",
                input.name,
                input.from()
            );
            raw.also(effect.site.clone(), "the model is asked here".to_owned());
            return Some(raw);
        }
    }
    None
}

/// `rules`, `systemPrompt`: something that is meant to say how the model behaves, unlike the language or the tone of its answer.
fn says_instructions(name: &str) -> bool {
    names::words(name).iter().any(|word| {
        matches!(
            word.as_str(),
            "rule"
                | "rules"
                | "instruction"
                | "instructions"
                | "system"
                | "prompt"
                | "persona"
                | "behavior"
                | "behaviour"
                | "context"
                | "role"
                | "body"
                | "message"
                | "query"
                | "text"
        )
    })
}

/// The contents of messages whose role is that of the instructions.
fn of_messages(value: &Value, out: &mut Vec<Value>, depth: u32) {
    if depth > 4 {
        return;
    }
    match value.kind() {
        Kind::Seq(seq) => seq.items.iter().for_each(|item| of_messages(item, out, depth + 1)),
        Kind::Object(object) => {
            let role = object.get("role").0.and_then(|role| role.as_str().cloned());
            if matches!(role.as_deref(), Some("system" | "developer")) {
                out.extend(object.get("content").0.cloned());
            }
        }
        _ => {}
    }
}
