//! What values of a configuration make together.

use crate::facts::setup::catalogue::CATALOGUE;
use crate::facts::setup::{Field, Given, Map, Shape};
use crate::model::BinaryOp;
use crate::text::{Name, Place};

/// A map to which somebody may have added; `None` for what is none.
pub(super) fn opened(given: &Given) -> Option<Shape> {
    match &given.shape {
        Shape::Map(map) => Some(Shape::Map(Map { open: true, ..map.clone() })),
        Shape::OneOf(ways) => {
            let ways: Option<Vec<Given>> = ways.iter().map(|way| Some(Given::new(way.place.clone(), opened(way)?))).collect();
            ways.map(Shape::OneOf)
        }
        _ => None,
    }
}

/// What a name has in the build that visitors get.
pub(super) fn deployed(name: &str) -> Shape {
    match CATALOGUE.code.deployed.get(name) {
        Some(toml::Value::String(text)) => Shape::Text(text.as_str().into()),
        Some(toml::Value::Boolean(is)) => Shape::Bool(*is),
        _ => Shape::Unknown,
    }
}

pub(super) fn member(given: &Given, name: &Name) -> Given {
    let shape = match &given.shape {
        Shape::Environment(_) => match deployed(name) {
            Shape::Unknown => Shape::Variable(name.clone()),
            known => known,
        },
        Shape::Map(map) => match map.get(name) {
            Some(value) => return value.clone(),
            None if map.open => deployed(name),
            None => Shape::Null,
        },
        Shape::OneOf(ways) => return one_of(ways.iter().map(|way| member(way, name)).collect(), given.place.clone()),
        Shape::Unknown => deployed(name),
        _ => Shape::Made(vec![given.clone()]),
    };
    Given::new(given.place.clone(), shape)
}

pub(super) fn one_of(mut ways: Vec<Given>, place: Place) -> Given {
    match ways.len() {
        0 => Given::new(place, Shape::Unknown),
        1 => ways.remove(0),
        _ => Given::new(place, Shape::OneOf(ways)),
    }
}

/// Text where all parts are, else what it is made of.
pub(super) fn joined(parts: Vec<Given>) -> Shape {
    let text: Option<String> = parts.iter().map(Given::scalar).collect();
    match text {
        Some(text) => Shape::Text(text.into()),
        None => Shape::Made(parts),
    }
}

pub(super) fn binary(op: BinaryOp, left: Given, right: Given) -> Shape {
    match op {
        BinaryOp::Add => joined(vec![left, right]),
        BinaryOp::Eq | BinaryOp::Ne => match (left.scalar(), right.scalar()) {
            (Some(a), Some(b)) => Shape::Bool((a == b) == (op == BinaryOp::Eq)),
            _ => Shape::Unknown,
        },
        _ => Shape::Unknown,
    }
}

pub(super) fn truth(given: &Given) -> Option<bool> {
    match &given.shape {
        Shape::Null => Some(false),
        Shape::Bool(is) => Some(*is),
        Shape::Text(text) => Some(!text.is_empty()),
        Shape::Number(number) => Some(number != "0"),
        Shape::Map(_) | Shape::List(_) | Shape::Environment(_) => Some(true),
        Shape::OneOf(ways) => {
            let first = truth(ways.first()?)?;
            ways.iter().all(|way| truth(way) == Some(first)).then_some(first)
        }
        Shape::Unknown | Shape::Variable(_) | Shape::Made(_) => None,
    }
}

/// `...value`: what it has for certain holds, what it may have is kept beside what was there.
pub(super) fn spread(map: &mut Map, value: Given) {
    match value.shape {
        Shape::Map(more) => {
            map.open |= more.open;
            more.fields.into_iter().for_each(|field| map.set(field));
        }
        Shape::Null | Shape::Bool(_) => {}
        Shape::OneOf(ways) => {
            for way in ways {
                match way.shape {
                    Shape::Map(more) => {
                        map.open |= more.open;
                        for field in more.fields {
                            let before = map.get(&field.name).cloned().unwrap_or_else(|| Given::new(field.place.clone(), Shape::Null));
                            let place = field.value.place.clone();
                            map.set(Field { value: Given::new(place, Shape::OneOf(vec![before, field.value])), ..field });
                        }
                    }
                    Shape::Null | Shape::Bool(_) => {}
                    _ => map.open = true,
                }
            }
        }
        // Everything of the environment, under its own names.
        Shape::Environment(_) => {
            let field = Field { name: Name::new_static("*"), place: value.place.clone(), value };
            map.set(field);
        }
        _ => map.open = true,
    }
}
