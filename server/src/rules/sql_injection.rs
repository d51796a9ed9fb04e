//! SQL text is put together from what a caller sends.

use super::input::Input;
use super::raw::{Raw, RuleCx};
use super::standing_place::{standing_place, tell_places};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::event::{Event, Sink, SinkKind};
use crate::facts::place::Site;
use crate::facts::taint::{Cleanings, Part};
use crate::facts::value::{Kind, Piece, Value};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("sql-injection"),
    title: "SQL is put together from what a caller sends",
    risk: Risk::Input,
    impact: Impact::Critical,
    audience: Audience::Everyday,
    cwe: &[89],
    page: include_str!("../../../queries/rules/sql-injection.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Sink(sink) = event else { continue };
        if sink.kind != SinkKind::Sql {
            continue;
        }
        // Only by its name a client of a database: then the text must say so, too.
        let written = super::parts::literals(&sink.value);
        if sink.guessed && !written.trim().is_empty() && !is_statement(&written) {
            continue;
        }
        let mut holes = Vec::new();
        collect(&sink.value, &mut holes, 0);
        let mut found: Vec<Hole> = Vec::new();
        for hole in holes {
            if let Some(hole) = judge(hole, sink)
                && !found.iter().any(|known| known.site == hole.site)
            {
                found.push(hole);
            }
        }
        let Some(worst) = found.iter().max_by_key(|hole| hole.input.confidence) else { continue };
        if sink.guessed && written.trim().is_empty() && worst.site.is_some() {
            continue;
        }
        let mut raw = Raw::new(&META, standing_place(cx, sink, worst.site.as_ref()), worst.input.confidence);
        raw.detail = sink.client.clone();
        raw.message = message(worst, &sink.client);
        tell_places(&mut raw, sink, worst.site.as_ref().map(|site| (site, worst.input.name.as_str())), "the database runs it here");
        // Holes of which less is sure are no evidence beside it.
        let surely = |hole: &&Hole| hole.input.confidence > Confidence::Possible || worst.input.confidence == Confidence::Possible;
        for hole in found.iter().filter(surely).filter(|hole| hole.site != worst.site) {
            if let Some(site) = &hole.site {
                raw.also(site.clone(), format!("`{}` is put into the text too", hole.input.name));
            }
        }
        if let Some(source) = &worst.input.source {
            raw.also(source.clone(), "it comes from here".to_owned());
        }
        if let (Some(call), Some(text)) = (cx.project.place(&sink.call), cx.project.place(&sink.site)) {
            raw.plans.push(FixPlan::UseParameter { call, text, client: sink.client.clone() });
        }
        out.push(raw);
    }
}

/// `SELECT ...`, `DELETE FROM ...`, as far as it can be read.
pub(super) fn is_statement(text: &str) -> bool {
    const VERBS: &[&str] =
        &["select", "insert", "update", "delete", "replace", "merge", "with", "create", "drop", "alter", "truncate", "call", "exec", "grant", "where"];
    let first = text.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    VERBS.iter().any(|verb| first.eq_ignore_ascii_case(verb))
}

struct Hole {
    input: Input,
    site: Option<Site>,
}

/// What is put into a text, and where in the statement.
struct Put<'v> {
    value: &'v Value,
    site: Option<&'v Site>,
    /// Between quotes.
    quoted: bool,
    /// Behind a comparison, where only a value can stand: `WHERE id = {id}`.
    compared: bool,
}

/// The holes of a text, through its branches.
fn collect<'v>(value: &'v Value, out: &mut Vec<Put<'v>>, depth: u32) {
    if depth > 6 {
        return;
    }
    match value.kind() {
        Kind::Text(text) => {
            let (mut quoted, mut compared) = (false, false);
            for piece in &text.pieces {
                if let Piece::Literal(literal) = piece {
                    compared = ends_in_comparison(literal);
                }
                match piece {
                    Piece::Literal(literal) => quoted = literal.bytes().filter(|byte| *byte == b'\'').count() % 2 == usize::from(!quoted),
                    Piece::Hole { value, site } => match value.kind() {
                        Kind::Union(_) | Kind::Text(_) if has_text(value) => collect(value, out, depth + 1),
                        _ => out.push(Put { value, site: Some(site), quoted, compared }),
                    },
                }
            }
        }
        Kind::Union(alternatives) => {
            for alternative in alternatives.iter() {
                collect(&alternative.value, out, depth + 1);
            }
        }
        // A whole statement from outside.
        Kind::Unknown | Kind::Library(_) if value.taint().iter().any(|origin| origin.part.is_request() || origin.part.is_local()) => {
            out.push(Put { value, site: None, quoted: false, compared: false });
        }
        _ => {}
    }
}

/// `... WHERE id = `, `... name LIKE `.
fn ends_in_comparison(literal: &str) -> bool {
    let before = literal.trim_end();
    let word = before.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    before.ends_with(['=', '<', '>']) || word.eq_ignore_ascii_case("like") || word.eq_ignore_ascii_case("ilike")
}

fn has_text(value: &Value) -> bool {
    match value.kind() {
        Kind::Text(_) => true,
        Kind::Union(alternatives) => alternatives.iter().any(|alternative| has_text(&alternative.value)),
        _ => false,
    }
}

fn judge(put: Put<'_>, sink: &Sink) -> Option<Hole> {
    let is_value = put.quoted || put.compared;
    // Who calls this function is not known. A value between quotes is text, and text can break out.
    let of_parameters = if is_value { Confidence::Likely } else { Confidence::Possible };
    let mut input = Input::of(put.value, Cleanings::SQL, &sink.facts, Some(of_parameters))?;
    // A schema has read it: perhaps as a number. And a client that only its name makes one is not sure either.
    let validated = input.shaped && !put.quoted;
    let is_own = !is_value && input.part == Part::Parameter && input.confidence == Confidence::Possible;
    input.confidence = match (sink.guessed, validated) {
        (true, _) if validated || is_own => Confidence::Possible,
        (true, _) => input.confidence.min(Confidence::Likely),
        _ => input.confidence,
    };
    Some(Hole { input, site: put.site.cloned() })
}

fn message(hole: &Hole, client: &str) -> String {
    let name = &hole.input.name;
    let from = hole.input.from();
    if client == "graphql" {
        return format!(
            "`{name}`, {from}, becomes part of the GraphQL query itself: whoever controls it can ask for other data, or have something changed, in your program's name. Hand it over as a variable."
        );
    }
    format!("`{name}`, {from}, becomes part of the SQL text: whoever controls it can type database commands and read, change or delete every record.")
}
