//! Patterns of paths as web frameworks write them (`/admin/:path*`, `/((?!api|_next).*)`), asked of the path of a route; and
//! the path that a request for a route has, as far as the route tells.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::place::Site;
use super::setup::Answer;
use super::taint::{Cleanings, Origin, Part, Taint};
use super::value::{Kind, Piece, Text, Value};

const MOST_BYTES: usize = 2_000;
const MOST_COMPILED: usize = 1 << 18;
const DEEPEST: u32 = 16;

/// A pattern with what must not follow at some of its places.
struct Pattern {
    whole: Regex,
    unless: Vec<Unless>,
}

struct Unless {
    /// The empty group that marks the place.
    group: String,
    follows: Regex,
    /// Something in it was left out: it may say no where it should not.
    is_rough: bool,
}

/// Does the pattern fit the whole path of every request for a route, of none, or is that not known?
pub fn covers(pattern: &str, route: &str) -> Answer {
    let Some(pattern) = read(pattern) else { return Answer::Unknown };
    let mut answers = samples(route).into_iter().map(|path| pattern.fits(&path));
    let Some(first) = answers.next() else { return Answer::Unknown };
    if answers.all(|answer| answer == first) { first } else { Answer::Unknown }
}

impl Pattern {
    fn fits(&self, path: &str) -> Answer {
        let Some(captures) = self.whole.captures(path) else { return Answer::No };
        for unless in &self.unless {
            let Some(rest) = captures.name(&unless.group).and_then(|group| path.get(group.start()..)) else { continue };
            if unless.follows.is_match(rest) {
                return if unless.is_rough { Answer::Unknown } else { Answer::No };
            }
        }
        Answer::Yes
    }
}

fn read(written: &str) -> Option<Pattern> {
    if written.len() > MOST_BYTES {
        return None;
    }
    let mut reader = Reader { rest: written, out: String::from("^"), unless: Vec::new() };
    reader.all(0)?;
    reader.out.push_str("/?$");
    Some(Pattern { whole: compiled(&reader.out)?, unless: reader.unless })
}

fn compiled(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(MOST_COMPILED).build().ok()
}

struct Reader<'p> {
    rest: &'p str,
    out: String,
    unless: Vec<Unless>,
}

impl<'p> Reader<'p> {
    fn all(&mut self, depth: u32) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        while let Some(next) = self.rest.chars().next() {
            match next {
                ':' => self.parameter(depth)?,
                '(' => {
                    let group = self.group()?;
                    let inside = self.inside(group, depth)?;
                    self.repeated(&inside);
                }
                '{' => {
                    let end = self.rest.find('}')?;
                    let group = self.rest.get(1..end)?;
                    let mut inner = Reader { rest: group, out: String::new(), unless: Vec::new() };
                    inner.all(depth + 1)?;
                    self.unless.append(&mut inner.unless);
                    self.rest = self.rest.get(end + 1..)?;
                    let inside = inner.out;
                    self.repeated(&inside);
                }
                '*' => {
                    self.out.push_str(".*");
                    self.rest = self.rest.trim_start_matches('*');
                }
                '\\' => {
                    let mut both = self.rest.chars();
                    both.next();
                    let escaped = both.next()?;
                    self.out.push_str(&regex::escape(&escaped.to_string()));
                    self.rest = both.as_str();
                }
                _ => {
                    self.out.push_str(&regex::escape(&next.to_string()));
                    self.rest = self.rest.get(next.len_utf8()..)?;
                }
            }
        }
        Some(())
    }

    /// `:name`, `:name*`, `:name(\\d+)`.
    fn parameter(&mut self, depth: u32) -> Option<()> {
        let name = self.rest.get(1..)?;
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
        if end == 0 {
            self.out.push(':');
            self.rest = name;
            return Some(());
        }
        self.rest = name.get(end..)?;
        let inside = if self.rest.starts_with('(') {
            let group = self.group()?;
            self.inside(group, depth)?
        } else {
            "[^/]+?".to_owned()
        };
        self.repeated(&inside);
        Some(())
    }

    /// A slash before what may be left out goes with it.
    fn repeated(&mut self, inside: &str) {
        let times = self.rest.chars().next().filter(|c| matches!(c, '*' | '+' | '?'));
        let Some(times) = times else {
            self.out.push_str(&format!("(?:{inside})"));
            return;
        };
        self.rest = self.rest.get(1..).unwrap_or_default();
        let slash = if self.out.ends_with('/') {
            self.out.pop();
            "/"
        } else {
            ""
        };
        self.out.push_str(&match times {
            '*' => format!("(?:{slash}(?:{inside})(?:/(?:{inside}))*)?"),
            '+' => format!("(?:{slash}(?:{inside})(?:/(?:{inside}))*)"),
            _ => format!("(?:{slash}(?:{inside}))?"),
        });
    }

    /// What stands in the parentheses that begin here.
    fn group(&mut self) -> Option<&'p str> {
        let end = closing(self.rest)?;
        let (group, rest) = (self.rest.get(1..end)?, self.rest.get(end + 1..)?);
        self.rest = rest;
        Some(group)
    }

    /// An expression in parentheses, without what it says of what must not follow.
    fn inside(&mut self, group: &str, depth: u32) -> Option<String> {
        if depth > DEEPEST {
            return None;
        }
        let Some(ahead) = group.strip_prefix("?!") else {
            let mut out = String::new();
            let mut rest = group;
            while let Some(at) = rest.find("(?!") {
                out.push_str(rest.get(..at)?);
                let from = rest.get(at..)?;
                let end = closing(from)?;
                out.push_str(&self.marks(from.get(3..end)?)?);
                rest = from.get(end + 1..)?;
            }
            out.push_str(rest);
            return Some(out.strip_prefix("?:").map(str::to_owned).unwrap_or(out));
        };
        self.marks(ahead)
    }

    fn marks(&mut self, ahead: &str) -> Option<String> {
        let mut plain = String::new();
        let mut rest = ahead;
        let mut is_rough = false;
        while let Some(at) = rest.find("(?!") {
            plain.push_str(rest.get(..at)?);
            let from = rest.get(at..)?;
            rest = from.get(closing(from)? + 1..)?;
            is_rough = true;
        }
        plain.push_str(rest);
        let group = format!("unless{}", self.unless.len());
        self.unless.push(Unless { group: group.clone(), follows: compiled(&format!("^(?:{plain})"))?, is_rough });
        Some(format!("(?P<{group}>)"))
    }
}

/// Where the parentheses that a text begins with are closed.
fn closing(text: &str) -> Option<usize> {
    let (mut open, mut escaped, mut in_class) = (0usize, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => open += 1,
            ')' if !in_class => {
                open = open.checked_sub(1)?;
                if open == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// A part of a route's path: a text, or something that the caller chooses.
enum Step<'r> {
    Fixed(&'r str),
    One,
    /// Any number of segments; `true` if there may be none.
    Many(bool),
}

fn steps(route: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for segment in route.split('/').filter(|segment| !segment.is_empty()).take(64) {
        let open = segment.starts_with(['[', '{', '<', ':', '*']) || segment.contains(['[', '{', '<']);
        steps.push(match segment {
            _ if segment.starts_with("[[...") => Step::Many(true),
            _ if segment.starts_with("[...") || segment.starts_with('*') || segment.contains(":path") && segment.contains(['{', '<']) => {
                Step::Many(segment.starts_with('*'))
            }
            _ if segment.starts_with(':') && segment.ends_with(['*', '?']) => Step::Many(true),
            _ if open => Step::One,
            _ => Step::Fixed(segment),
        });
    }
    steps
}

/// Paths that requests for a route may have.
fn samples(route: &str) -> Vec<String> {
    let steps = steps(route);
    let fill = |one: &str, many: &str, none: bool| {
        let mut path = String::new();
        for step in &steps {
            let part = match step {
                Step::Fixed(text) => text,
                Step::One => one,
                Step::Many(true) if none => continue,
                Step::Many(_) => many,
            };
            path.push('/');
            path.push_str(part);
        }
        if path.is_empty() { "/".to_owned() } else { path }
    };
    if steps.iter().all(|step| matches!(step, Step::Fixed(_))) {
        return vec![fill("", "", false)];
    }
    vec![fill("17", "a", false), fill("some-name", "a/b", false), fill("17", "a", true)]
}

/// The path of a request for a route, with holes where the caller chooses.
pub fn asked(route: &str, site: &Site) -> Value {
    let mut text = Text::default();
    let mut fixed = String::new();
    let hole = || {
        let origin = Origin { part: Part::Params, name: "path".into(), site: None, clean: Cleanings::NOSQL };
        Piece::Hole { value: Value::unknown().with_taint(Taint::of(origin)), site: site.clone() }
    };
    for step in steps(route) {
        match step {
            Step::Fixed(segment) => {
                fixed.push('/');
                fixed.push_str(segment);
            }
            Step::One | Step::Many(_) => {
                if !matches!(step, Step::Many(true)) {
                    fixed.push('/');
                }
                if !fixed.is_empty() {
                    text.pieces.push(Piece::Literal(Arc::from(std::mem::take(&mut fixed))));
                }
                text.pieces.push(hole());
            }
        }
    }
    if text.pieces.is_empty() {
        return Value::str(if fixed.is_empty() { "/".to_owned() } else { fixed });
    }
    if !fixed.is_empty() {
        text.pieces.push(Piece::Literal(Arc::from(fixed)));
    }
    let origin = Origin { part: Part::Path, name: "path".into(), site: None, clean: Cleanings::NOSQL };
    Value::new(Kind::Text(Arc::new(text))).with_taint(Taint::of(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_the_paths_of_routes() {
        use Answer::{No, Unknown, Yes};
        let next = "/((?!api|_next/static|_next/image|favicon.ico).*)";
        let clerk = "/((?!_next|[^?]*\\.(?:html?|css|js(?!on)|jpe?g|png|svg|ico)).*)";
        for (pattern, route, answer) in [
            ("/dashboard/:path*", "/dashboard", Yes),
            ("/dashboard/:path*", "/dashboard/a/b", Yes),
            ("/dashboard/:path+", "/dashboard", No),
            ("/dashboard/:path*", "/dashboards", No),
            ("/about", "/about", Yes),
            ("/about", "/about/us", No),
            ("/dashboard(.*)", "/dashboard/[id]", Yes),
            ("/(api|trpc)(.*)", "/api/notes", Yes),
            ("/(api|trpc)(.*)", "/notes", No),
            ("/api/:path*", "/api/notes/[id]", Yes),
            ("/:org/settings", "/[org]/settings", Yes),
            ("/notes/:id(\\d+)", "/notes/[id]", Unknown),
            ("/notes/new", "/notes/[id]", No),
            (next, "/api/notes", No),
            (next, "/notes/[id]", Yes),
            (next, "/", Yes),
            (clerk, "/api/notes", Yes),
            (clerk, "/data.json", Unknown),
            ("/api/*", "/api/notes", Yes),
            ("/(.*)", "/", Yes),
            ("/docs/[[...all]]", "/x", No),
            ("/(", "/x", Unknown),
        ] {
            assert_eq!(covers(pattern, route), answer, "{pattern} of {route}");
        }
    }

    #[test]
    fn anything_may_stand_in_a_pattern() {
        for strange in ["(?!", "((?!a)", ":", "::", "{", "}", "\\", "(((((", "/:a(", "/[", "*+?", "", "/:é*", "(?!(?!(?!a)))"] {
            covers(strange, "/a/[b]/[[...c]]");
        }
    }
}
