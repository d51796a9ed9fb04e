//! Where the content of a value comes from, and what it has been through since.

use smallvec::SmallVec;

use super::place::Site;
use crate::text::Name;

/// The part of a request a value was read from, or another source that is not the program itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    Method,
    Path,
    Params,
    Query,
    Headers,
    Cookies,
    RawBody,
    Body,
    /// Arguments of a server action, procedure or resolver.
    Input,
    Files,
    /// Something in a browser that an outsider can set: the address, messages, storage.
    Browser,
    /// What stands in a page, or is typed or pasted into it.
    Page,
    /// What another server answered.
    Fetched,
    /// What a language model wrote.
    Model,
    /// Command line, standard input.
    Local,
    /// The answer to a question that the program asked at a terminal.
    Prompt,
    /// A parameter of a function whose callers are not known.
    Parameter,
    /// A row of the database.
    Stored,
    /// The signed-in user.
    Principal,
    /// What the server keeps for this visitor between requests.
    Session,
    /// An environment variable.
    Env,
    /// The program's settings, filled in from the environment: keys are among them.
    Settings,
    /// What a keeper of secrets hands out: one secret, or several in one text.
    Vault,
    /// A generator whose numbers can be worked out: `Math.random()`, `random.choice`.
    Weak,
    /// What an error that was caught says of itself: written for whoever runs the program.
    Failure,
}

impl Part {
    /// Chosen by whoever sends the request.
    pub fn is_request(self) -> bool {
        self <= Part::Files
    }

    /// Chosen by whoever runs the program, for it alone: keys are kept there.
    pub fn is_environment(self) -> bool {
        matches!(self, Part::Env | Part::Settings | Part::Vault)
    }

    /// Chosen by whoever started the program, or sits in front of it.
    pub fn is_local(self) -> bool {
        matches!(self, Part::Local | Part::Prompt)
    }
}

/// What a value was turned into on its way, as bits. A bit says: *for this use it is harmless now*.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Cleanings(pub u16);

impl Cleanings {
    /// A number, a boolean, a UUID, a date, one of a fixed set: harmless everywhere.
    pub const ALL: Cleanings = Cleanings(u16::MAX);
    pub const SQL: Cleanings = Cleanings(1);
    pub const SHELL: Cleanings = Cleanings(1 << 1);
    pub const PATH: Cleanings = Cleanings(1 << 2);
    pub const HTML: Cleanings = Cleanings(1 << 3);
    pub const URL: Cleanings = Cleanings(1 << 4);
    pub const REDIRECT: Cleanings = Cleanings(1 << 5);
    /// Has the shape a schema asked for: no operator objects, no unknown keys.
    pub const SHAPE: Cleanings = Cleanings(1 << 6);
    pub const NOSQL: Cleanings = Cleanings(1 << 7);
    pub const CODE: Cleanings = Cleanings(1 << 8);
    /// Not made harmless, but perhaps not here at all: it was put into an object under a key that is not known.
    pub const SOME_KEY: Cleanings = Cleanings(1 << 9);
    /// Not made harmless: it is markup now, made from Markdown by something that leaves markup in it as it is.
    pub const RENDERED: Cleanings = Cleanings(1 << 10);
    /// Not made harmless: a schema asks for more characters than anybody guesses.
    pub const LONG: Cleanings = Cleanings(1 << 11);

    pub fn has(self, other: Cleanings) -> bool {
        self.0 & other.0 == other.0
    }

    pub fn with(self, other: Cleanings) -> Cleanings {
        Cleanings(self.0 | other.0)
    }

    pub fn both(self, other: Cleanings) -> Cleanings {
        Cleanings(self.0 & other.0)
    }

    /// By its name in the catalogue.
    pub fn named(name: &str) -> Option<Cleanings> {
        Some(match name {
            "all" => Cleanings::ALL,
            "sql" => Cleanings::SQL,
            "shell" => Cleanings::SHELL,
            "path" => Cleanings::PATH,
            "html" => Cleanings::HTML,
            "url" => Cleanings::URL,
            "redirect" => Cleanings::REDIRECT,
            "shape" => Cleanings(Cleanings::SHAPE.0 | Cleanings::NOSQL.0),
            "nosql" => Cleanings::NOSQL,
            "code" => Cleanings::CODE,
            "rendered" => Cleanings::RENDERED,
            _ => return None,
        })
    }
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Origin {
    pub part: Part,
    /// What it is called where it was read: `id`, `email`.
    pub name: Name,
    pub site: Option<Site>,
    pub clean: Cleanings,
}

/// The origins of one value, each with its own cleanings, so that `Number(a) + b` does not launder `b`. Past
/// [`Taint::MOST`] the ones that are least dangerous are forgotten.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Taint {
    each: SmallVec<[Origin; 1]>,
}

impl Taint {
    const MOST: usize = 8;

    pub fn none() -> Taint {
        Taint::default()
    }

    pub fn of(origin: Origin) -> Taint {
        Taint { each: smallvec::smallvec![origin] }
    }

    pub fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Origin> {
        self.each.iter()
    }

    /// The origins that are still dangerous where `cleaning` would have made them harmless.
    pub fn without(&self, cleaning: Cleanings) -> impl Iterator<Item = &Origin> {
        self.each.iter().filter(move |origin| !origin.clean.has(cleaning))
    }

    /// True if some origin is of the request and not harmless under `cleaning`.
    pub fn reaches(&self, cleaning: Cleanings) -> bool {
        self.without(cleaning).any(|origin| origin.part.is_request())
    }

    pub fn join(&self, other: &Taint) -> Taint {
        if other.each.is_empty() {
            return self.clone();
        }
        if self.each.is_empty() {
            return other.clone();
        }
        let mut each = self.each.clone();
        for origin in &other.each {
            let same = each.iter_mut().find(|known| known.part == origin.part && known.name == origin.name && known.site == origin.site);
            match same {
                Some(known) => known.clean = known.clean.both(origin.clean),
                None => each.push(origin.clone()),
            }
        }
        if each.len() > Self::MOST {
            each.sort_by(|a, b| (a.clean.0.count_ones(), a.part, &a.name).cmp(&(b.clean.0.count_ones(), b.part, &b.name)));
            each.truncate(Self::MOST);
        }
        Taint { each }
    }

    fn find(&self, origin: &Origin) -> Option<&Origin> {
        self.each.iter().find(|known| known.part == origin.part && known.name == origin.name && known.site == origin.site)
    }

    /// Of a value that was made of `all` and turned out to be of `left` only.
    pub fn narrowed(&self, all: &Taint, left: &Taint) -> Taint {
        let each = self.each.iter().filter_map(|origin| match (all.find(origin), left.find(origin)) {
            (_, Some(kept)) => Some(Origin { clean: origin.clean.with(kept.clean), ..origin.clone() }),
            (Some(_), None) => None,
            (None, None) => Some(origin.clone()),
        });
        Taint { each: each.collect() }
    }

    /// Only what comes of a generator that can be worked out.
    pub fn weak(&self) -> Taint {
        Taint { each: self.each.iter().filter(|origin| origin.part == Part::Weak).cloned().collect() }
    }

    pub fn cleaned(&self, by: Cleanings) -> Taint {
        let mut taint = self.clone();
        for origin in &mut taint.each {
            origin.clean = origin.clean.with(by);
        }
        taint
    }

    /// Read as data again: text that holds an object is an object now.
    pub fn read_as_data(&self) -> Taint {
        let mut taint = self.clone();
        for origin in taint.each.iter_mut().filter(|origin| origin.clean != Cleanings::ALL) {
            origin.clean = Cleanings(origin.clean.0 & !(Cleanings::NOSQL.0 | Cleanings::SHAPE.0));
        }
        taint
    }

    /// Keys that nobody asked for are still in it.
    pub fn unshaped(&self) -> Taint {
        let mut taint = self.clone();
        for origin in taint.each.iter_mut().filter(|origin| origin.clean != Cleanings::ALL) {
            origin.clean = Cleanings(origin.clean.0 & !Cleanings::SHAPE.0);
        }
        taint
    }

    /// What was sent in a body as a file.
    pub fn as_file(&self) -> Taint {
        let mut taint = self.clone();
        for origin in taint.each.iter_mut().filter(|origin| matches!(origin.part, Part::Body | Part::Input)) {
            origin.part = Part::Files;
        }
        taint
    }

    /// The origins that are of this part are harmless everywhere.
    pub fn cleaned_of(&self, part: Part) -> Taint {
        let mut taint = self.clone();
        for origin in taint.each.iter_mut().filter(|origin| origin.part == part) {
            origin.clean = Cleanings::ALL;
        }
        taint
    }

    /// The same content reached through a member: the name becomes the member's.
    pub fn member(&self, name: &Name) -> Taint {
        let mut taint = self.clone();
        for origin in &mut taint.each {
            origin.name = name.clone();
        }
        taint
    }
}
