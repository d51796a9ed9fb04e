//! Which columns a question asks for.

use super::Walker;
use super::nested_columns::{nested_in, without_nested};
use super::written_filter::object_filter;
use crate::facts::catalogue::{ColumnsShape, ColumnsSpec};
use crate::facts::query::{Columns, Filter};
use crate::facts::value::{Argument, Kind, Object, Value};
use crate::text::Name;

impl Walker<'_> {
    /// What a step says of the columns, after what was said `before`. `None` if it cannot be read.
    pub(super) fn chosen_columns(&mut self, specs: &[ColumnsSpec], before: Option<Columns>, args: &[Argument]) -> Option<Columns> {
        let positional: Vec<&Argument> = args.iter().filter(|arg| arg.name.is_empty()).collect();
        for spec in specs {
            if spec.shape == ColumnsShape::Whole {
                return Some(Columns::Whole);
            }
            let Some(arg) = positional.get(spec.arg) else { continue };
            if arg.spread {
                return None;
            }
            let value = match &spec.key {
                Some(key) => match arg.value.kind() {
                    Kind::Object(object) => match object.get(key) {
                        (Some(value), false) => value.clone(),
                        (None, false) => continue,
                        _ => return None,
                    },
                    Kind::Null => continue,
                    _ => return None,
                },
                None => arg.value.clone(),
            };
            if matches!(value.kind(), Kind::Null) {
                continue;
            }
            let names = || positional.iter().skip(spec.arg).map(|arg| &arg.value);
            return match spec.shape {
                ColumnsShape::Flags => flags(closed(&value)?),
                ColumnsShape::Without => Some(Columns::Without(switched(closed(&value)?, true))),
                ColumnsShape::Keys => match value.kind() {
                    Kind::Object(object) if object.rest.is_none() => Some(Columns::Only(object.fields.iter().map(|(name, _)| name.clone()).collect())),
                    // A builder's table or a function: not a choice of columns.
                    _ => None,
                },
                // `{ exclude: ["password"] }`
                ColumnsShape::Names if spec.key.is_some() && matches!(value.kind(), Kind::Object(_)) => match closed(&value)?.get("exclude") {
                    (Some(left_out), false) => match left_out.kind() {
                        Kind::Seq(seq) if seq.rest.is_none() => {
                            Some(Columns::Without(seq.items.iter().filter_map(|item| item.as_str().map(|name| Name::from(&**name))).collect()))
                        }
                        _ => None,
                    },
                    _ => Some(Columns::Whole),
                },
                ColumnsShape::Names if spec.key.is_some() => listed(std::iter::once(&value)),
                ColumnsShape::Names => listed(names()),
                ColumnsShape::Whole => Some(Columns::Whole),
            };
        }
        // Nothing is said: whole rows, unless an earlier step chose.
        Some(before.unwrap_or(Columns::Whole))
    }
}

/// Which relations an object asks for whole: `{ customer: true, lines: { include: { product: true } } }`.
pub(super) fn embedded(object: &Object, path: &[Name], out: &mut Vec<Vec<Name>>, depth: u32) {
    if depth > 4 || out.len() >= 16 {
        return;
    }
    // `_count`: how many there are, and none of them.
    for (name, value) in object.fields.iter().filter(|(name, _)| !name.starts_with('_')) {
        let mut here = path.to_vec();
        here.push(name.clone());
        match value.kind() {
            Kind::Bool(true) => out.push(here),
            Kind::Object(inner) => {
                let part = |key: &str| inner.get(key).0.and_then(closed);
                let chosen = part("select").or_else(|| part("columns"));
                if chosen.is_none() && inner.rest.is_none() && part("omit").is_none() {
                    out.push(here.clone());
                }
                for further in [part("include"), part("with"), part("select")].into_iter().flatten() {
                    embedded(further, &here, out, depth + 1);
                }
            }
            _ => {}
        }
    }
}

/// Which relations an object asks for only in part, and of what: `{ members: { where: { userId: me } } }`.
pub(super) fn narrowed(object: &Object, path: &[Name], out: &mut Vec<(Vec<Name>, Vec<Filter>)>, depth: u32) {
    if depth > 5 || out.len() >= 16 {
        return;
    }
    for (name, value) in object.fields.iter().filter(|(name, _)| !name.starts_with('_')) {
        let Kind::Object(inner) = value.kind() else { continue };
        let here: Vec<Name> = path.iter().chain([name]).cloned().collect();
        if let (Some(condition), _) = inner.get("where") {
            out.push((here.clone(), object_filter(condition, &[], 0)));
        }
        for further in ["include", "with", "select"].into_iter().filter_map(|key| inner.get(key).0.and_then(closed)) {
            narrowed(further, &here, out, depth + 1);
        }
    }
}

fn closed(value: &Value) -> Option<&Object> {
    match value.kind() {
        Kind::Object(object) if object.rest.is_none() => Some(object),
        _ => None,
    }
}

/// The names whose value is certainly this.
fn switched(object: &Object, wanted: bool) -> Vec<Name> {
    let is_so = |value: &Value| match value.kind() {
        Kind::Bool(is) => *is == wanted,
        Kind::Number(number) => (number != "0") == wanted,
        Kind::Object(_) => wanted,
        _ => true,
    };
    object.fields.iter().filter(|(_, value)| is_so(value)).map(|(name, _)| name.clone()).collect()
}

/// `{ id: true }` gives only what is named; `{ password: false }` everything else.
fn flags(object: &Object) -> Option<Columns> {
    let given = switched(object, true);
    let withheld = switched(object, false);
    Some(if given.is_empty() && !withheld.is_empty() { Columns::Without(withheld) } else { Columns::Only(given) })
}

/// `"id, name"`, `"-password"`, `["id"]`, one or many.
fn listed<'v>(values: impl Iterator<Item = &'v Value>) -> Option<Columns> {
    let mut values = values.peekable();
    if let Some(Kind::Object(object)) = values.peek().map(|value| value.kind()) {
        return if object.rest.is_none() { flags(object) } else { None };
    }
    let mut listed = Listed::default();
    for value in values {
        match value.kind() {
            Kind::Str(text) => listed.take(text)?,
            Kind::Column(column) => listed.given.push(column.name.clone()),
            Kind::Class(_) => listed.given.push("*".into()),
            Kind::Seq(seq) if seq.rest.is_none() => {
                for item in &seq.items {
                    listed.take(item.as_str()?)?;
                }
            }
            // Options behind the names: `{ count: "exact" }`.
            Kind::Object(_) => {}
            _ => return None,
        }
    }
    let Listed { given, withheld, also } = listed;
    if !also.is_empty() && given.is_empty() && withheld.is_empty() {
        return Some(Columns::Also(also));
    }
    if given.iter().any(|name| name == "*") || given.is_empty() && withheld.is_empty() {
        return Some(Columns::Whole);
    }
    Some(if given.is_empty() { Columns::Without(withheld) } else { Columns::Only(given) })
}

/// The relations that the texts of a choice of columns ask for, each with what they ask of it.
pub(super) fn nested_relations(specs: &[ColumnsSpec], args: &[Argument]) -> Vec<(Name, Vec<Name>)> {
    let is_text = specs.iter().any(|spec| spec.shape == ColumnsShape::Names && spec.key.is_none());
    let texts = args.iter().filter(|arg| is_text && arg.name.is_empty()).filter_map(|arg| arg.value.as_str());
    texts.flat_map(|text| nested_in(text)).collect()
}

#[derive(Default)]
struct Listed {
    given: Vec<Name>,
    withheld: Vec<Name>,
    also: Vec<Name>,
}

impl Listed {
    /// `None` for what is renamed or computed: it is not looked into.
    fn take(&mut self, text: &str) -> Option<()> {
        let own = without_nested(text)?;
        for word in own.split([',', ' ', '\n']).map(str::trim).filter(|word| !word.is_empty()) {
            if word.contains(['(', ')', '*', '!']) && word != "*" {
                return None;
            }
            match word.strip_prefix('-') {
                Some(name) => self.withheld.push(Name::from(name)),
                None => match word.strip_prefix('+') {
                    Some(name) => self.also.push(Name::from(name)),
                    None => self.given.push(Name::from(word.rsplit(['.', ':']).next().unwrap_or(word))),
                },
            }
        }
        Some(())
    }
}
