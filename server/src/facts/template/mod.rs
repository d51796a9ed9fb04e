//! Pages that a server fills in: where a value is written out as it is, so that markup in it is markup of the page.
//!
//! Jinja (also Django and Nunjucks), EJS, Handlebars and Pug. A rule joins these facts with the values that code renders a
//! template with, by [`is_called`] and [`Unescaped::roots`].

mod expression;
mod jinja;
mod pug;
mod shown;
mod signs;
#[cfg(test)]
mod tests;

use crate::text::{FileId, Name, Span};
pub use shown::{Shown, parts, shown};

/// What a file is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    Jinja,
    Ejs,
    Handlebars,
    Pug,
    /// An HTML file may be any of them but Pug.
    Html,
}

/// A value that is written out without escaping.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unescaped {
    /// With its signs: `{{ bio|safe }}`.
    pub span: Span,
    /// What is written out: `bio`.
    pub expression: Name,
    /// The names it begins with: `user` of `user.bio`.
    pub roots: Vec<Name>,
    pub how: How,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum How {
    /// `{{ x|safe }}`
    Filter,
    /// `{% autoescape false %}{{ x }}`
    SwitchedOff,
    /// `<%- x %>`, `{{{ x }}}`, `{{& x}}`, `!{x}`
    Sign,
}

impl How {
    pub fn word(self) -> &'static str {
        match self {
            How::Filter => "filter",
            How::SwitchedOff => "switched-off",
            How::Sign => "sign",
        }
    }
}

/// In order of place.
pub fn read(text: &str, engine: Engine) -> Vec<Unescaped> {
    let mut found = Vec::new();
    if matches!(engine, Engine::Jinja | Engine::Html) {
        jinja::read(text, &mut found);
    }
    if matches!(engine, Engine::Handlebars | Engine::Html) {
        signs::handlebars(text, &mut found);
    }
    if matches!(engine, Engine::Ejs | Engine::Html) {
        signs::ejs(text, &mut found);
    }
    if engine == Engine::Pug {
        pug::read(text, &mut found);
    }
    found.sort_by_key(|unescaped| unescaped.span);
    found
}

/// Folders that templates are named from.
const FOLDERS: &[&str] = &["templates", "views"];

/// What code calls a template: its path below the folder of templates.
pub fn name_of(file: &FileId) -> Name {
    let path = file.as_str();
    let below = FOLDERS.iter().filter_map(|folder| path.rsplit_once(&format!("/{folder}/")).map(|(_, below)| below));
    Name::from(below.min_by_key(|below| below.len()).unwrap_or(file.file_name()))
}

/// May code mean this file when it renders `name`, with or without its ending?
pub fn is_called(file: &FileId, name: &str) -> bool {
    let name = name.trim_start_matches(['.', '/']);
    let ends = |path: &str| path.strip_suffix(name).is_some_and(|before| before.ends_with('/'));
    let path = file.as_str();
    !name.is_empty() && (ends(path) || path.strip_suffix(file.extension()).and_then(|stem| stem.strip_suffix('.')).is_some_and(ends))
}
