//! What a configuration says, from code or from data: values with places, and what is not known of them.

use std::sync::Arc;

use crate::model::data::{Datum, Kind};
use crate::text::{FileId, Name, Place};

/// Yes, no, or not to be known: it depends on something, or stands where nobody can look.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Answer {
    Yes,
    No,
    Unknown,
}

impl Answer {
    pub fn word(self) -> &'static str {
        match self {
            Answer::Yes => "yes",
            Answer::No => "no",
            Answer::Unknown => "unknown",
        }
    }

    pub fn of(is: bool) -> Answer {
        if is { Answer::Yes } else { Answer::No }
    }
}

#[derive(Clone, PartialEq, Debug)]
pub struct Given {
    pub place: Place,
    pub shape: Shape,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Shape {
    Unknown,
    Null,
    Bool(bool),
    Number(Name),
    Text(Arc<str>),
    /// The environment variable of this name.
    Variable(Name),
    /// The variables whose names begin so; all of them for an empty prefix.
    Environment(Name),
    /// Made of these in a way that was not followed: a text with holes, the result of a library.
    Made(Vec<Given>),
    List(Vec<Given>),
    Map(Map),
    /// One of these, by something that is not known.
    OneOf(Vec<Given>),
}

#[derive(Clone, PartialEq, Debug, Default)]
pub struct Map {
    pub fields: Vec<Field>,
    /// It may hold more, and other values for these.
    pub open: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    pub name: Name,
    /// Of the key.
    pub place: Place,
    pub value: Given,
}

impl Map {
    pub fn get(&self, name: &str) -> Option<&Given> {
        self.fields.iter().rev().find(|field| field.name == name).map(|field| &field.value)
    }

    /// What is written later holds.
    pub fn set(&mut self, field: Field) {
        self.fields.retain(|known| known.name != field.name);
        self.fields.push(field);
    }
}

/// Deeper than any configuration is nested.
const DEEPEST: usize = 32;
/// Values of one file: aliases of YAML may be many.
const MOST: usize = 50_000;

impl Given {
    pub fn new(place: Place, shape: Shape) -> Given {
        Given { place, shape }
    }

    pub fn of(file: &FileId, datum: Datum<'_>) -> Given {
        let mut left = MOST;
        from_data(file, datum, 0, &mut left)
    }

    pub fn map(&self) -> Option<&Map> {
        match &self.shape {
            Shape::Map(map) => Some(map),
            _ => None,
        }
    }

    pub fn get(&self, name: &str) -> Option<&Given> {
        self.map()?.get(name)
    }

    pub fn text(&self) -> Option<&str> {
        match &self.shape {
            Shape::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Anything of one piece, as text.
    pub fn scalar(&self) -> Option<&str> {
        match &self.shape {
            Shape::Text(text) => Some(text),
            Shape::Number(number) => Some(number),
            Shape::Bool(true) => Some("true"),
            Shape::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// At the top everything is known by its name.
    pub fn is_whole(&self) -> bool {
        match &self.shape {
            Shape::Map(map) => !map.open,
            Shape::OneOf(ways) => ways.iter().all(Given::is_whole),
            Shape::List(_) | Shape::Null => true,
            _ => false,
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Given] {
        match &self.shape {
            Shape::List(items) => items,
            _ => &[],
        }
    }

    /// Everything at the end of a path, on each of the ways things may be. `*` is every item of a list and every field of
    /// a map. The name is that of the last field.
    pub fn each<'g>(&'g self, path: &[&str], take: &mut dyn FnMut(Option<&'g Field>, &'g Given)) {
        self.walk(path, None, take);
    }

    fn walk<'g>(&'g self, path: &[&str], under: Option<&'g Field>, take: &mut dyn FnMut(Option<&'g Field>, &'g Given)) {
        if let Shape::OneOf(ways) = &self.shape {
            ways.iter().for_each(|way| way.walk(path, under, take));
            return;
        }
        let Some((first, rest)) = path.split_first() else {
            take(under, self);
            return;
        };
        match &self.shape {
            Shape::Map(map) => {
                for field in map.fields.iter().filter(|field| *first == "*" || field.name == *first) {
                    field.value.walk(rest, Some(field), take);
                }
            }
            Shape::List(items) if *first == "*" => items.iter().for_each(|item| item.walk(rest, under, take)),
            _ => {}
        }
    }
}

fn from_data(file: &FileId, datum: Datum<'_>, depth: usize, left: &mut usize) -> Given {
    let place = Place { file: file.clone(), span: datum.span() };
    if depth > DEEPEST || *left == 0 {
        return Given::new(place, Shape::Unknown);
    }
    *left -= 1;
    let shape = match datum.kind() {
        // `!Ref Table`, `!Sub "..."`: known once it is deployed. A list of policies under a tag is nothing to look into.
        _ if datum.tag().is_some() => Shape::Unknown,
        Kind::Null => Shape::Null,
        Kind::Bool(value) => Shape::Bool(*value),
        Kind::Number(number) => Shape::Number(number.clone()),
        Kind::Text(text) => Shape::Text(Arc::clone(text)),
        Kind::List(_) => Shape::List(datum.items().map(|item| from_data(file, item, depth + 1, left)).collect()),
        Kind::Map(_) => {
            let fields = datum.entries().map(|(entry, value)| Field {
                name: Name::from(&*entry.key),
                place: Place { file: file.clone(), span: entry.span },
                value: from_data(file, value, depth + 1, left),
            });
            Shape::Map(Map { fields: fields.collect(), open: false })
        }
        Kind::Unknown => Shape::Unknown,
    };
    Given::new(place, shape)
}
