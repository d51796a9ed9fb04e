//! Settings that are on or off.

use std::sync::Arc;

use super::catalogue::{FileRow, SettingRow};
use super::{Answer, Given, Shape, Switch};
use crate::text::{Place, Span};

pub(super) fn read(row: &FileRow, given: &Given, out: &mut Vec<Switch>) {
    for setting in row.settings.iter().filter(|setting| !setting.at.is_empty()) {
        // What a wrapper or a spread may add at the top is told once for the whole file.
        let is_said = |first: &String| match &given.shape {
            Shape::Map(map) => !map.open || first == "*" || map.get(first).is_some(),
            Shape::OneOf(_) | Shape::List(_) => true,
            _ => false,
        };
        if setting.absent.is_none() && !setting.at.first().is_some_and(is_said) {
            continue;
        }
        let path: Vec<&str> = setting.at.iter().map(String::as_str).collect();
        let found = look(setting, given, &path);
        let (is, value, place) = match found {
            Found::Said(is, value, place) => (is, value, place),
            Found::Absent => match setting.absent {
                Some(word) => (word.into(), None, Place { file: given.place.file.clone(), span: Span::default() }),
                None => continue,
            },
        };
        out.push(Switch { name: setting.is.clone(), stack: row.stack.clone(), is, value, place });
    }
}

/// What a value that was assigned somewhere in code says.
pub(super) fn assigned(row: &FileRow, setting: &SettingRow, given: &Given, is_certain: bool) -> Option<Switch> {
    let Found::Said(is, value, place) = look(setting, given, &[]) else { return None };
    let is = if is_certain { is } else { Answer::Unknown };
    Some(Switch { name: setting.is.clone(), stack: row.stack.clone(), is, value, place })
}

impl super::Facts {
    /// `config.devtool = "source-map"` in a function of the configuration.
    pub fn read_assigned(&mut self, row: &FileRow, member: &str, given: &Given, is_certain: bool) {
        for setting in row.settings.iter().filter(|setting| setting.assigned.as_ref().is_some_and(|name| name == member)) {
            self.switches.extend(assigned(row, setting, given, is_certain));
        }
    }
}

enum Found {
    Said(Answer, Option<Arc<str>>, Place),
    Absent,
}

fn look(setting: &SettingRow, given: &Given, path: &[&str]) -> Found {
    let unknown = || Found::Said(Answer::Unknown, None, given.place.clone());
    match (&given.shape, path.split_first()) {
        (Shape::OneOf(ways), _) => {
            let found: Vec<Found> = ways.iter().map(|way| look(setting, way, path)).collect();
            agreed(found, given)
        }
        (Shape::Unknown | Shape::Made(_) | Shape::Variable(_) | Shape::Environment(_), _) => unknown(),
        (Shape::Map(map), Some((&"*", rest))) => any(map.fields.iter().map(|field| look(setting, &field.value, rest)).collect(), map.open, given),
        (Shape::List(items), Some((&"*", rest))) => any(items.iter().map(|item| look(setting, item, rest)).collect(), false, given),
        (Shape::Map(map), Some((first, rest))) => match map.get(first) {
            Some(value) => look(setting, value, rest),
            None if map.open => unknown(),
            None => Found::Absent,
        },
        (Shape::Null, _) | (_, Some(_)) => Found::Absent,
        (_, None) => {
            let Some(text) = given.scalar() else { return Found::Said(setting.otherwise.into(), None, given.place.clone()) };
            let is = match () {
                () if setting.yes.iter().any(|yes| yes == text) => Answer::Yes,
                () if setting.no.iter().any(|no| no == text) => Answer::No,
                () => setting.otherwise.into(),
            };
            Found::Said(is, Some(text.into()), given.place.clone())
        }
    }
}

/// One item that says yes is enough.
fn any(found: Vec<Found>, open: bool, given: &Given) -> Found {
    let mut best = if open { Found::Said(Answer::Unknown, None, given.place.clone()) } else { Found::Absent };
    for next in found {
        let weight = |found: &Found| match found {
            Found::Said(Answer::Yes, ..) => 3,
            Found::Said(Answer::Unknown, ..) => 2,
            Found::Said(Answer::No, ..) => 1,
            Found::Absent => 0,
        };
        if weight(&next) > weight(&best) {
            best = next;
        }
    }
    best
}

/// Only what is so on every way is so.
fn agreed(found: Vec<Found>, given: &Given) -> Found {
    let answer = |found: &Found| match found {
        Found::Said(answer, ..) => Some(*answer),
        Found::Absent => None,
    };
    let mut found = found.into_iter();
    let Some(first) = found.next() else { return Found::Absent };
    match found.all(|other| answer(&other) == answer(&first)) {
        true => first,
        false => Found::Said(Answer::Unknown, None, given.place.clone()),
    }
}
