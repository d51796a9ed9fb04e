//! What stands before routes without being registered: the path that is asked for where that is known, and middleware that
//! a settings file names or a library makes of the project's functions.

use std::sync::Arc;

use super::Walker;
use crate::facts::catalogue::Entry;
use crate::facts::path_pattern;
use crate::facts::place::Site;
use crate::facts::setup::Answer;
use crate::facts::value::{Argument, Kind, Library, Piece, Value};
use crate::text::{FileId, Name};

/// The path of the requests for the route that is walked.
#[derive(Clone)]
pub struct Asked {
    /// As the route is declared.
    pub route: String,
    value: Value,
}

impl Asked {
    pub fn new(route: &str, site: &Site) -> Asked {
        Asked { route: route.to_owned(), value: path_pattern::asked(route, site) }
    }
}

/// Patterns in one list.
const MOST_PATTERNS: usize = 200;

impl Walker<'_> {
    /// The whole path that is asked for, if it is known.
    pub(super) fn asked_path(&self) -> Option<Value> {
        self.asked.as_ref().map(|asked| asked.value.clone())
    }

    /// `createRouteMatcher(["/admin(.*)"])(request)`.
    pub(super) fn fits(&self, made: &Value) -> Value {
        let given = made.as_library().and_then(|library| library.args.first()).map(|arg| arg.value.clone());
        match (given, &self.asked) {
            (Some(given), Some(asked)) => match fits(&given, &asked.route) {
                Answer::Yes => Value::bool(true),
                Answer::No => Value::bool(false),
                Answer::Unknown => Value::unknown(),
            },
            _ => Value::unknown(),
        }
    }

    /// What a dotted name means, read as an import of this file.
    pub fn dotted(&mut self, file: &FileId, name: &str) -> Option<Value> {
        let (module, export) = name.rsplit_once('.')?;
        Some(self.imported(file, &Name::from(module), &Name::from(export)))
    }

    /// What a middleware that a settings file names does: its `__call__`, or the function it makes, and the hooks of its class.
    pub fn middleware_of(&mut self, file: &FileId, value: &Value, hooks: &[Name]) -> (Option<Value>, Vec<Value>) {
        let Some(module) = self.world.module(file) else { return (None, Vec::new()) };
        let mut before = Vec::new();
        let made = self.at_top(&module, 0, |walker| {
            let made = walker.apply_plain(value, vec![Value::new(Kind::Next)]).awaited();
            walker.ended = false;
            if !matches!(made.kind(), Kind::Instance(_)) {
                return made;
            }
            for hook in hooks {
                before.extend(Some(walker.member(&made, hook)).filter(|hook| matches!(hook.kind(), Kind::Function(_))));
            }
            walker.member(&made, &Name::new_static("__call__"))
        });
        (Some(made).filter(|made| matches!(made.kind(), Kind::Function(_))), before)
    }

    /// A setting of the project.
    pub(super) fn setting(&mut self, name: &Name) -> Option<Value> {
        let files = self.world.settings_files();
        if files.is_empty() {
            return None;
        }
        files.iter().find_map(|file| self.module_name(file, name)).or_else(|| Some(Value::null()))
    }

    /// Do the settings say something of this, or may they: `REST_FRAMEWORK.UNAUTHENTICATED_USER`?
    pub(super) fn is_set(&mut self, path: &str) -> bool {
        let mut steps = path.split('.').map(Name::from);
        let Some(mut value) = steps.next().and_then(|name| self.setting(&name)) else { return false };
        for step in steps {
            value = match value.kind() {
                Kind::Object(object) => match object.get(&step) {
                    (Some(value), _) => value.clone(),
                    (None, more) => return more,
                },
                Kind::Null => return false,
                _ => return true,
            };
        }
        true
    }

    /// The classes that the settings name for views that name none.
    pub(super) fn default_permissions(&mut self) -> Value {
        let settings = self.setting(&Name::new_static("REST_FRAMEWORK")).unwrap_or_else(Value::unknown);
        let default = Value::seq(Vec::new());
        self.named_by(&settings, Some("DEFAULT_PERMISSION_CLASSES"), &default)
    }

    /// What the names in a list of the settings mean: `perform_import(settings.REST_FRAMEWORK, "DEFAULT_..", [AllowAny])`.
    pub(super) fn named_in_settings(&mut self, args: &[Argument]) -> Value {
        match args {
            [settings, key, default] => self.named_by(&settings.value, key.value.as_str().map(|key| &**key), &default.value),
            _ => Value::unknown(),
        }
    }

    fn named_by(&mut self, settings: &Value, key: Option<&str>, default: &Value) -> Value {
        let unknown = || Value::seq(vec![Value::new(Kind::Library(Arc::new(Library { step: Name::new_static("setting"), ..Library::default() })))]);
        let listed = match (settings.kind(), key) {
            (Kind::Null, _) => default.clone(),
            (Kind::Object(object), Some(key)) => match object.get(key) {
                (Some(listed), false) => listed.clone(),
                (None, false) => default.clone(),
                _ => return unknown(),
            },
            _ => return unknown(),
        };
        let Kind::Seq(seq) = listed.kind() else { return unknown() };
        let Some(file) = self.world.settings_files().first().cloned() else { return unknown() };
        if seq.rest.is_some() {
            return unknown();
        }
        let mut found = Vec::with_capacity(seq.items.len());
        for item in seq.items.iter().take(MOST_PATTERNS) {
            let value = match item.as_str() {
                Some(name) => self.dotted(&file, name),
                None => Some(item.clone()),
            };
            found.push(value.unwrap_or_else(Value::unknown));
        }
        Value::seq(found)
    }

    /// Does a call with these arguments, or what made it, name such a value? `callbacks.authorized`.
    pub fn option_of(&self, library: &Library, path: &str) -> Option<Value> {
        let mut at = Some(Arc::new(library.clone()));
        for _ in 0..8 {
            let library = at?;
            if let Some(found) = library.args.iter().find_map(|arg| inner(&arg.value, path)) {
                return Some(found);
            }
            at = library.receiver.as_ref().and_then(|receiver| receiver.as_library().cloned());
        }
        None
    }

    /// Is the path that is asked for one of those that an option lists?
    pub fn is_listed(&self, library: &Library, path: &str) -> Answer {
        match (self.option_of(library, path), &self.asked) {
            (None, _) => Answer::No,
            (Some(listed), Some(asked)) => fits(&listed, &asked.route),
            (Some(_), None) => Answer::Unknown,
        }
    }

    /// Does the value come from one of these places?
    pub fn is_of(&self, value: &Value, paths: &[String]) -> bool {
        let Kind::Library(library) = value.kind() else { return false };
        paths.iter().any(|path| self.catalogue().named(path).iter().any(|state| library.states.contains(state)))
    }

    /// What the project wrote, where a library wraps it to be a handler: `withAuth(handler)`.
    pub fn wrapped(&self, value: &Value) -> Option<Value> {
        let Kind::Library(library) = value.kind() else { return None };
        self.catalogue().at(&library.states).find_map(|entry| match entry {
            Entry::Decides(decides) => library.args.get(decides.calls?).map(|arg| arg.value.clone()).filter(|value| matches!(value.kind(), Kind::Function(_))),
            _ => None,
        })
    }
}

fn inner(value: &Value, path: &str) -> Option<Value> {
    let mut value = value.clone();
    for step in path.split('.') {
        let Kind::Object(object) = value.kind() else { return None };
        let inner = object.get(step).0.cloned()?;
        value = inner;
    }
    Some(value)
}

fn fits(given: &Value, route: &str) -> Answer {
    let patterns = match given.kind() {
        Kind::Seq(seq) if seq.rest.is_none() => seq.items.clone(),
        _ => vec![given.clone()],
    };
    let mut answer = Answer::No;
    for pattern in patterns.iter().take(MOST_PATTERNS) {
        let one = match pattern.kind() {
            Kind::Str(pattern) => path_pattern::covers(pattern, route),
            _ => Answer::Unknown,
        };
        match one {
            Answer::Yes => return Answer::Yes,
            Answer::Unknown => answer = Answer::Unknown,
            Answer::No => {}
        }
    }
    answer
}

/// What a text begins with, and what it ends with, as far as it is known; `true` if that is all of it.
pub(super) fn ends(value: &Value) -> Option<(&str, &str, bool)> {
    match value.kind() {
        Kind::Str(text) => Some((text, text, true)),
        Kind::Text(text) => {
            let first = match text.pieces.first() {
                Some(Piece::Literal(text)) => text.as_ref(),
                _ => "",
            };
            let last = match text.pieces.last() {
                Some(Piece::Literal(text)) => text.as_ref(),
                _ => "",
            };
            Some((first, last, false))
        }
        _ => None,
    }
}

/// Whether a text begins with another, where that is certain.
pub(super) fn starts_with(value: &Value, with: &str) -> Option<bool> {
    let (first, _, whole) = ends(value)?;
    match (first.starts_with(with), whole || !with.starts_with(first)) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

/// Whether a text ends with another, where that is certain.
pub(super) fn ends_with(value: &Value, with: &str) -> Option<bool> {
    let (_, last, whole) = ends(value)?;
    match (last.ends_with(with), whole || !with.ends_with(last)) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

/// Whether a text contains another, where that is certain.
pub(super) fn contains(value: &Value, other: &str) -> Option<bool> {
    match value.kind() {
        Kind::Str(text) => Some(text.contains(other)),
        Kind::Text(text) => text.pieces.iter().any(|piece| matches!(piece, Piece::Literal(text) if text.contains(other))).then_some(true),
        _ => None,
    }
}

/// A text that was put together cannot be this one.
pub(super) fn cannot_be(value: &Value, other: &str) -> bool {
    matches!(value.kind(), Kind::Text(_)) && ends(value).is_some_and(|(first, last, _)| !other.starts_with(first) || !other.ends_with(last))
}
