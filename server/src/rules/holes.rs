//! Where in a value input stands: in a text, in a path or an address that is put together; and what was found out about it on
//! the way there.

use super::input::Input;
use crate::facts::check::{Fact, Facts, Root, Symbol, TYPE_OF, Test, Tested};
use crate::facts::event::Sink;
use crate::facts::place::Site;
use crate::facts::taint::{Cleanings, Part, Taint};
use crate::facts::value::{Kind, Library, Piece, Value};
use crate::text::Name;

const DEEPEST: u32 = 8;

/// A part of a value that somebody outside may have chosen.
pub struct Hole<'v> {
    pub value: &'v Value,
    pub site: Option<&'v Site>,
    pub before: Before,
    /// It is all there is: no text before it and none after it.
    pub whole: bool,
    /// Itself, and what it is in.
    symbols: Vec<&'v Symbol>,
    /// What holds if it is the one.
    facts: Vec<&'v Facts>,
}

/// What stands in front of a hole.
#[derive(Clone, Default)]
pub struct Before {
    /// Something that the program chose, of which the text is not known.
    pub own: bool,
    /// It is the origin or the host of an address: no slash ends it.
    pub origin: bool,
    /// The text behind that, or from the beginning.
    pub text: String,
}

impl Before {
    fn push(&mut self, text: &str) {
        if self.text.len() < 4096 {
            self.text.push_str(text);
        }
    }

    fn push_own(&mut self, value: &Value) {
        self.own = true;
        self.origin = value.symbol().and_then(|symbol| symbol.path.last()).is_some_and(|last| matches!(last.as_str(), "origin" | "host"));
        self.text.clear();
    }

    /// What comes next goes on with the host: `${origin}${next}`.
    pub fn ends_in_host(&self) -> bool {
        self.own && self.origin && self.text.is_empty()
    }

    pub fn is_empty(&self) -> bool {
        !self.own && self.text.is_empty()
    }
}

/// The holes of a value that are not harmless for this use.
pub fn holes(value: &Value, cleaning: Cleanings) -> Vec<Hole<'_>> {
    let mut collector = Collector { cleaning, symbols: Vec::new(), facts: Vec::new(), out: Vec::new() };
    collector.collect(value, None, &Before::default(), true, 0);
    collector.out
}

struct Collector<'v> {
    cleaning: Cleanings,
    symbols: Vec<&'v Symbol>,
    facts: Vec<&'v Facts>,
    out: Vec<Hole<'v>>,
}

impl<'v> Collector<'v> {
    fn collect(&mut self, value: &'v Value, site: Option<&'v Site>, before: &Before, whole: bool, depth: u32) {
        if depth > DEEPEST || value.taint().without(self.cleaning).next().is_none() {
            return;
        }
        let symbols = self.symbols.len();
        self.symbols.extend(value.symbol());
        match value.kind() {
            Kind::Text(text) => {
                let mut here = before.clone();
                let alone = whole && text.pieces.len() == 1;
                for piece in &text.pieces {
                    match piece {
                        Piece::Literal(literal) => here.push(literal),
                        Piece::Hole { value, site } => {
                            self.collect(value, Some(site), &here, alone, depth + 1);
                            here.push_own(value);
                        }
                    }
                }
            }
            Kind::Union(alternatives) => {
                for alternative in alternatives.iter() {
                    self.facts.push(&alternative.facts);
                    self.collect(&alternative.value, site, before, whole, depth + 1);
                    self.facts.pop();
                }
            }
            Kind::Promise(inner) => self.collect(inner, site, before, whole, depth + 1),
            // Put together by a function that keeps what it gets: `path.join(folder, name)`, `new URL(next, base)`.
            Kind::Library(library) if library.step == "()" && library.args.iter().any(|arg| arg.value.taint().without(self.cleaning).next().is_some()) => {
                let mut here = before.clone();
                let positional = library.args.iter().filter(|arg| arg.name.is_empty()).peekable();
                let mut first = true;
                for arg in positional {
                    if is_in(arg.value.taint(), value.taint()) {
                        let own = Some(&arg.site).filter(|site| !site.span.is_empty());
                        self.collect(&arg.value, own.or(site), &here, whole && first, depth + 1);
                    }
                    here.push_own(&arg.value);
                    first = false;
                }
            }
            // What an address that was put together gives: `url.toString()`, `url.href`.
            Kind::Library(library) if library.args.is_empty() && !is_field_sent(value) && made_from(library).is_some() => {
                if let Some(made) = made_from(library) {
                    self.collect(made, site, before, whole, depth + 1);
                }
            }
            _ => {
                let (symbols, facts) = (self.symbols.clone(), self.facts.clone());
                self.out.push(Hole { value, site, before: before.clone(), whole, symbols, facts });
            }
        }
        self.symbols.truncate(symbols);
    }
}

/// `form.next`, whatever call made an object of what was sent: this field and no other.
fn is_field_sent(value: &Value) -> bool {
    let is_field =
        |symbol: &Symbol| matches!(symbol.root, Root::Request(_)) && !symbol.path.is_empty() && !symbol.path.iter().any(|step| step.starts_with('*'));
    value.symbol().is_some_and(is_field)
}

/// The call of which this is a member, or which a method of its result was called on.
fn made_from(library: &Library) -> Option<&Value> {
    let mut from = library.receiver.as_ref()?;
    if library.step == "()" {
        from = from.as_library()?.receiver.as_ref()?;
    }
    from.as_library().filter(|made| made.step == "()" && !made.args.is_empty() && !from.taint().is_empty()).map(|_| from)
}

/// Whether the value has kept what the argument brought.
fn is_in(argument: &Taint, value: &Taint) -> bool {
    argument.iter().any(|origin| value.iter().any(|kept| kept.part == origin.part && kept.name == origin.name && kept.site == origin.site))
}

impl Hole<'_> {
    /// Who chose it, if it is not harmless.
    pub fn input(&self, cleaning: Cleanings, sink: &Sink, of_parameters: Option<super::Confidence>) -> Option<Input> {
        let mut facts = sink.facts.clone();
        self.facts.iter().for_each(|more| facts.add_all(more));
        let mut input = Input::of(self.value, cleaning, &facts, of_parameters)?;
        // Who starts the program on a command line may do anything anyway. Still nobody who types a name expects it to be run.
        if input.part.is_local() && !matches!(cleaning, Cleanings::SHELL | Cleanings::CODE) {
            input.confidence = super::Confidence::Possible;
        }
        Some(input)
    }

    /// Whether something that holds of it is enough.
    pub fn is_checked(&self, sink: &Facts, enough: &dyn Fn(&Symbol, &Found<'_>) -> bool) -> bool {
        self.every_fact(sink).any(|fact| self.tells(fact, enough, 0))
    }

    fn every_fact<'f>(&'f self, sink: &'f Facts) -> impl Iterator<Item = &'f Fact> {
        sink.iter().chain(self.facts.iter().flat_map(|facts| facts.iter()))
    }

    fn tells(&self, fact: &Fact, enough: &dyn Fn(&Symbol, &Found<'_>) -> bool, depth: u32) -> bool {
        let about = |symbol: &Symbol| self.symbols.iter().any(|known| symbol.is_within(known));
        let one = |symbol: &Symbol, found: Found<'_>| about(symbol) && enough(symbol, &found);
        match fact {
            // It is not there at all, or has no host.
            Fact::Absent(symbol) => self.symbols.contains(&symbol) || about(symbol) && symbol.path.last().is_some_and(|last| is_host(last)),
            // That it is a text says nothing of what stands in it.
            Fact::Is(symbol, kind) if is_kind(symbol) && !matches!(&**kind, "number" | "boolean" | "bigint") => false,
            Fact::Among(symbol) | Fact::Is(symbol, _) | Fact::Contains(_, symbol) => one(symbol, Found::Known),
            Fact::Same(a, b) => one(a, Found::Known) || one(b, Found::Known),
            // What was checked as a whole was checked in its parts.
            Fact::Fit(symbol) => one(symbol, Found::Known) || self.symbols.iter().any(|known| known.is_within(symbol) && enough(symbol, &Found::Known)),
            Fact::Matches(symbol, pattern) => one(symbol, Found::Pattern(pattern)),
            Fact::Tested(symbol, tested) => one(symbol, Found::Text(tested)),
            Fact::IsNot(symbol, _) => one(symbol, Found::Refused),
            Fact::Any(sets) => depth < 3 && !sets.is_empty() && sets.iter().all(|facts| facts.iter().any(|fact| self.tells(fact, enough, depth + 1))),
            Fact::Present(_) | Fact::Differ(..) | Fact::Guard(_) => false,
        }
    }
}

/// `typeof x`.
fn is_kind(symbol: &Symbol) -> bool {
    symbol.path.last().is_some_and(|last| *last == TYPE_OF)
}

fn is_host(part: &str) -> bool {
    matches!(part, "host" | "hostname" | "netloc" | "origin")
}

/// What was found out about a value.
pub enum Found<'f> {
    /// It is one of a list, equal to something, or a check let it pass.
    Known,
    Pattern(&'f Name),
    Text(&'f Tested),
    /// It is not this one.
    Refused,
}

impl Found<'_> {
    pub fn begins(&self) -> Option<(Option<&str>, bool)> {
        self.text(Test::Begins)
    }

    pub fn ends(&self) -> Option<(Option<&str>, bool)> {
        self.text(Test::Ends)
    }

    pub fn holds(&self) -> Option<(Option<&str>, bool)> {
        self.text(Test::Holds)
    }

    fn text(&self, test: Test) -> Option<(Option<&str>, bool)> {
        match self {
            Found::Text(tested) if tested.test == test => Some((tested.text.as_deref(), tested.holds)),
            _ => None,
        }
    }
}

/// Whether a pattern says of every character what it may be: `/^[\w-]+$/`.
pub fn is_whole_pattern(pattern: &str) -> bool {
    let inside = pattern.trim_start_matches('/').rsplit_once('/').map_or(pattern, |(inside, _)| inside);
    let begins = inside.starts_with('^') || inside.starts_with("\\A");
    let ends = inside.ends_with('$') || inside.ends_with("\\Z") || inside.ends_with("\\z");
    begins && ends && !inside.contains(".*") && !inside.contains(".+")
}

/// The most certain of several, the first of equals.
pub fn worst<T>(found: &[T], input: impl Fn(&T) -> &Input) -> Option<&T> {
    found.iter().rev().max_by_key(|one| input(one).confidence)
}

/// Parts of a request that no link can set in another person's browser.
pub fn is_out_of_reach_of_links(part: Part) -> bool {
    matches!(part, Part::Headers | Part::Cookies | Part::Path | Part::Method)
}

#[cfg(test)]
mod tests {
    use super::is_whole_pattern;

    #[test]
    fn a_pattern_for_the_whole_text_is_told_from_one_for_its_beginning() {
        assert!(is_whole_pattern(r"/^[a-z0-9-]+$/i"));
        assert!(!is_whole_pattern("/^https?:\\/\\//"));
        assert!(!is_whole_pattern("/^uploads.*$/"));
    }
}
