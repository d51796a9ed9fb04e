//! What the rules about input have in common: who chose a value, how sure that is, and how it is said.

use super::Confidence;
use crate::facts::check::{Fact, Facts};
use crate::facts::place::Site;
use crate::facts::taint::{Cleanings, Origin, Part};
use crate::facts::value::{Kind, Value};
use crate::text::Name;

/// Somebody outside has a say in a value.
pub struct Input {
    /// As the code calls it: `email`.
    pub name: Name,
    pub part: Part,
    pub confidence: Confidence,
    /// Where it came in.
    pub source: Option<Site>,
    /// A schema has read it.
    pub shaped: bool,
}

impl Input {
    /// The most dangerous say that somebody outside has in the value, if it was not made harmless for this use. `facts` is what
    /// holds where it is used; `of_parameters` is how sure it is where nobody knows who calls the function that got it.
    pub fn of(value: &Value, cleaning: Cleanings, facts: &Facts, of_parameters: Option<Confidence>) -> Option<Input> {
        if is_fixed(value, facts) {
            return None;
        }
        let origin: &Origin = value.taint().without(cleaning).max_by_key(|origin| (weight(origin.part), !origin.clean.has(Cleanings::SOME_KEY)))?;
        let mut confidence = match origin.part {
            part if part.is_request() => Confidence::Proven,
            Part::Model => Confidence::Proven,
            Part::Local | Part::Fetched => Confidence::Likely,
            Part::Parameter => of_parameters?,
            _ => return None,
        };
        // Checked where it was put in by name, and what went in under other keys is hardly this.
        if origin.clean.has(Cleanings::SOME_KEY)
            && let Kind::Union(alternatives) = value.kind()
            && alternatives.iter().any(|alternative| is_made_harmless(&alternative.value, cleaning))
        {
            confidence = Confidence::Possible;
        }
        Some(Input { name: name_of(origin, value), part: origin.part, confidence, source: origin.site.clone(), shaped: origin.clean.has(Cleanings::SHAPE) })
    }

    /// Where it is from, to be put after its name.
    pub fn from(&self) -> &'static str {
        from(self.part)
    }
}

/// One of a fixed set, or nothing that a person could have typed.
pub fn is_fixed(value: &Value, facts: &Facts) -> bool {
    let symbol = value.symbol();
    let among = |fact: &Fact| match fact {
        Fact::Among(known) | Fact::Is(known, _) => Some(known) == symbol,
        _ => false,
    };
    matches!(value.kind(), Kind::Number(_) | Kind::Bool(_) | Kind::Null) || symbol.is_some() && facts.iter().any(among)
}

/// What the caller sent, made harmless.
fn is_made_harmless(value: &Value, cleaning: Cleanings) -> bool {
    value.taint().iter().any(|origin| origin.part.is_request()) && !value.taint().reaches(cleaning)
}

fn name_of(origin: &Origin, value: &Value) -> Name {
    match origin.name.as_str() {
        "" | "()" => value.symbol().and_then(|symbol| symbol.path.last().cloned()).unwrap_or_else(|| "a value".into()),
        _ => origin.name.clone(),
    }
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

/// Where a part of a request is from, in words.
pub fn from(part: Part) -> &'static str {
    match part {
        Part::Params | Part::Path => "from the URL",
        Part::Query => "from the query string",
        Part::Body | Part::RawBody | Part::Input => "sent by the caller",
        Part::Headers => "from a request header",
        Part::Cookies => "from a cookie",
        Part::Files => "from an uploaded file",
        Part::Browser => "from the page's address or a message to it",
        Part::Model => "written by a language model",
        Part::Local => "from the command line",
        Part::Fetched => "from another server",
        _ => "given to this function",
    }
}
