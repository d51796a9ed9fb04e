//! What the rules about input have in common: who chose a value, how sure that is, and how it is said.

use super::Confidence;
use crate::facts::catalogue::BUILT_IN;
use crate::facts::check::{Fact, Facts, Root, Symbol};
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
    /// What it has been through.
    pub clean: Cleanings,
}

impl Input {
    /// The most dangerous say that a caller has in the value, if it was not made harmless for this use. What a model wrote, what
    /// another server answered, what is stored and what the browser's address holds have functions of their own. `facts` is what
    /// holds where it is used; `of_parameters` is how sure it is where nobody knows who calls the function that got it.
    pub fn of(value: &Value, cleaning: Cleanings, facts: &Facts, of_parameters: Option<Confidence>) -> Option<Input> {
        if is_fixed(value, facts) {
            return None;
        }
        let origin: &Origin = value.taint().without(cleaning).max_by_key(|origin| (weight(origin.part), !origin.clean.has(Cleanings::SOME_KEY)))?;
        let mut confidence = match origin.part {
            part if part.is_request() => Confidence::Proven,
            part if part.is_local() => Confidence::Likely,
            // Its name says what nobody here can see: `user_input`.
            Part::Parameter if BUILT_IN.is_outside(&origin.name) => Confidence::Likely,
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
        Some(Input::from_origin(origin, value, confidence))
    }

    /// What a language model wrote, if nothing made it harmless for this use. `llm-output-unsafe` speaks of it, whatever it does;
    /// [`Input::of`] leaves it alone.
    pub fn of_model(value: &Value, cleaning: Cleanings, facts: &Facts) -> Option<Input> {
        Input::from_part(value, Part::Model, cleaning, facts, Confidence::Proven)
    }

    /// What is kept in the database, where people can have put it.
    pub fn of_stored(value: &Value, cleaning: Cleanings, facts: &Facts) -> Option<Input> {
        Input::from_part(value, Part::Stored, cleaning, facts, Confidence::Likely)
    }

    /// A column of a row, by its name.
    pub fn stored(name: Name) -> Input {
        Input { name, part: Part::Stored, confidence: Confidence::Likely, source: None, shaped: false, clean: Cleanings::default() }
    }

    /// What another server answered.
    pub fn of_fetched(value: &Value, cleaning: Cleanings, facts: &Facts) -> Option<Input> {
        Input::from_part(value, Part::Fetched, cleaning, facts, Confidence::Likely)
    }

    /// What stands in the page as text: nothing says that whoever wrote it may write markup.
    pub fn of_page(value: &Value, cleaning: Cleanings, facts: &Facts) -> Option<Input> {
        Input::from_part(value, Part::Page, cleaning, facts, Confidence::Likely)
    }

    /// What a link to the page can set: its address, a message to its window.
    pub fn of_browser(value: &Value, cleaning: Cleanings, facts: &Facts) -> Option<Input> {
        Input::from_part(value, Part::Browser, cleaning, facts, Confidence::Proven)
    }

    fn from_part(value: &Value, part: Part, cleaning: Cleanings, facts: &Facts, confidence: Confidence) -> Option<Input> {
        if is_fixed(value, facts) {
            return None;
        }
        let origin = value.taint().without(cleaning).find(|origin| origin.part == part)?;
        if part == Part::Browser && is_from_known_page(facts) {
            return None;
        }
        Some(Input::from_origin(origin, value, confidence))
    }

    fn from_origin(origin: &Origin, value: &Value, confidence: Confidence) -> Input {
        Input {
            name: name_of(origin, value),
            part: origin.part,
            confidence,
            source: origin.site.clone(),
            shaped: origin.clean.has(Cleanings::SHAPE),
            clean: origin.clean,
        }
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

/// It was asked which page a message is from.
fn is_from_known_page(facts: &Facts) -> bool {
    let is_origin =
        |symbol: &Symbol| matches!(symbol.root, Root::Call(_)) && matches!(&symbol.path[..], [only] if matches!(only.as_str(), "origin" | "source"));
    facts.iter().any(|fact| match fact {
        Fact::Among(symbol) | Fact::Is(symbol, _) | Fact::Fit(symbol) | Fact::Matches(symbol, _) => is_origin(symbol),
        Fact::Tested(symbol, tested) => tested.holds && is_origin(symbol),
        Fact::Same(a, b) => is_origin(a) || is_origin(b),
        _ => false,
    })
}

/// What the caller sent, made harmless.
fn is_made_harmless(value: &Value, cleaning: Cleanings) -> bool {
    value.taint().iter().any(|origin| origin.part.is_request()) && !value.taint().reaches(cleaning)
}

fn name_of(origin: &Origin, value: &Value) -> Name {
    let field = || value.symbol().and_then(|symbol| symbol.path.last().cloned());
    match origin.name.as_str() {
        "" | "()" => field().unwrap_or_else(|| "a value".into()),
        // The whole form was read, and this is a field of it.
        "formData" => field().filter(|name| !name.starts_with('*')).unwrap_or_else(|| origin.name.clone()),
        _ => origin.name.clone(),
    }
}

fn weight(part: Part) -> u8 {
    match part {
        part if part.is_request() => 4,
        part if part.is_local() => 2,
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
        Part::Page => "text of the page",
        Part::Model => "written by a language model",
        Part::Local => "from the command line",
        Part::Prompt => "typed at a prompt",
        Part::Fetched => "from another server",
        Part::Stored => "from the database",
        _ => "given to this function",
    }
}
