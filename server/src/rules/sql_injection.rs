//! SQL text is put together from what a caller sends.

use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::check::Fact;
use crate::facts::event::{Event, Sink, SinkKind};
use crate::facts::place::Site;
use crate::facts::taint::{Cleanings, Origin, Part};
use crate::facts::value::{Kind, Piece, Value};
use crate::text::Name;

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
        let Some(worst) = found.iter().max_by_key(|hole| hole.confidence) else { continue };
        let mut raw = Raw::new(&META, worst.site.clone().unwrap_or_else(|| sink.site.clone()), worst.confidence);
        raw.detail = sink.client.clone();
        raw.message = message(worst);
        raw.also(sink.call.clone(), "the database runs it here".to_owned());
        // Holes of which less is sure are no evidence beside it.
        let surely = |hole: &&Hole| hole.confidence > Confidence::Possible || worst.confidence == Confidence::Possible;
        for hole in found.iter().filter(surely).filter(|hole| hole.site != worst.site) {
            if let Some(site) = &hole.site {
                raw.also(site.clone(), format!("`{}` is put into the text too", hole.name));
            }
        }
        if let Some(source) = &worst.source {
            raw.also(source.clone(), "it comes from here".to_owned());
        }
        if let (Some(call), Some(text)) = (cx.project.place(&sink.call), cx.project.place(&sink.site)) {
            raw.plans.push(FixPlan::UseParameter { call, text, client: sink.client.clone() });
        }
        out.push(raw);
    }
}

struct Hole {
    name: Name,
    part: Part,
    confidence: Confidence,
    site: Option<Site>,
    source: Option<Site>,
}

/// The holes of a text, through its branches.
fn collect<'v>(value: &'v Value, out: &mut Vec<(&'v Value, Option<&'v Site>, bool)>, depth: u32) {
    if depth > 6 {
        return;
    }
    match value.kind() {
        Kind::Text(text) => {
            let mut quoted = false;
            for piece in &text.pieces {
                match piece {
                    Piece::Literal(literal) => quoted = literal.bytes().filter(|byte| *byte == b'\'').count() % 2 == usize::from(!quoted),
                    Piece::Hole { value, site } => match value.kind() {
                        Kind::Union(_) | Kind::Text(_) if has_text(value) => collect(value, out, depth + 1),
                        _ => out.push((value, Some(site), quoted)),
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
        Kind::Unknown if value.taint().iter().any(|origin| origin.part.is_request()) => out.push((value, None, false)),
        _ => {}
    }
}

fn has_text(value: &Value) -> bool {
    match value.kind() {
        Kind::Text(_) => true,
        Kind::Union(alternatives) => alternatives.iter().any(|alternative| has_text(&alternative.value)),
        _ => false,
    }
}

fn judge((value, site, quoted): (&Value, Option<&Site>, bool), sink: &Sink) -> Option<Hole> {
    let symbol = value.symbol();
    let fixed = sink.facts.iter().any(|fact| match fact {
        Fact::Among(known) | Fact::Is(known, _) => Some(known) == symbol,
        _ => false,
    });
    if fixed || matches!(value.kind(), Kind::Number(_) | Kind::Bool(_) | Kind::Null) {
        return None;
    }
    let origin: &Origin = value.taint().without(Cleanings::SQL).max_by_key(|origin| (weight(origin.part), !origin.clean.has(Cleanings::SOME_KEY)))?;
    let mut confidence = match origin.part {
        part if part.is_request() => Confidence::Proven,
        Part::Model => Confidence::Proven,
        Part::Local | Part::Fetched => Confidence::Likely,
        // Who calls this function is not known. A value between quotes is text, and text can break out.
        Part::Parameter if quoted => Confidence::Likely,
        Part::Parameter => Confidence::Possible,
        _ => return None,
    };
    // A schema has read it: perhaps as a number. And a client that only its name makes one is not sure either.
    let validated = origin.clean.has(Cleanings::SHAPE) && !quoted;
    confidence = match (sink.guessed, validated) {
        (true, _) if validated || !quoted => Confidence::Possible,
        (true, _) => confidence.min(Confidence::Likely),
        _ => confidence,
    };
    // Checked where it was put in by name, and what went in under other keys is hardly this.
    if origin.clean.has(Cleanings::SOME_KEY)
        && let Kind::Union(alternatives) = value.kind()
        && alternatives.iter().any(|alternative| is_checked(&alternative.value))
    {
        confidence = Confidence::Possible;
    }
    let name = match origin.name.as_str() {
        "" | "()" => value.symbol().and_then(|symbol| symbol.path.last().cloned()).unwrap_or_else(|| "a value".into()),
        _ => origin.name.clone(),
    };
    Some(Hole { name, part: origin.part, confidence, site: site.cloned(), source: origin.site.clone() })
}

/// What the caller sent, made harmless.
fn is_checked(value: &Value) -> bool {
    value.taint().iter().any(|origin| origin.part.is_request()) && !value.taint().reaches(Cleanings::SQL)
}

fn weight(part: Part) -> u8 {
    match part {
        part if part.is_request() => 4,
        Part::Model => 3,
        Part::Fetched | Part::Local => 2,
        Part::Parameter => 1,
        _ => 0,
    }
}

fn message(hole: &Hole) -> String {
    let name = &hole.name;
    let from = match hole.part {
        Part::Params | Part::Path => "from the URL",
        Part::Query => "from the query string",
        Part::Body | Part::RawBody | Part::Input => "sent by the caller",
        Part::Headers => "from a request header",
        Part::Cookies => "from a cookie",
        Part::Files => "from an uploaded file",
        Part::Model => "written by a language model",
        Part::Local => "from the command line",
        Part::Fetched => "from another server",
        _ => "given to this function",
    };
    format!("`{name}`, {from}, becomes part of the SQL text: whoever controls it can type database commands and read, change or delete every record.")
}
