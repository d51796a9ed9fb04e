//! What a model gave to a tool, read with care: it says anything.

use rmcp::model::JsonObject;
use serde_json::Value;

pub struct Arguments(pub JsonObject);

/// A sentence for the model.
pub type Wrong = String;

impl Arguments {
    pub fn text(&self, name: &str) -> Result<Option<&str>, Wrong> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("`{name}` must be a text")),
        }
    }

    pub fn required(&self, name: &str) -> Result<&str, Wrong> {
        self.text(name)?.filter(|text| !text.trim().is_empty()).ok_or_else(|| format!("`{name}` is missing"))
    }

    /// A whole number, within these bounds.
    pub fn number(&self, name: &str, default: usize, most: usize) -> Result<usize, Wrong> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(default),
            Some(value) => value.as_u64().map(|number| (number as usize).min(most)).ok_or_else(|| format!("`{name}` must be a whole number from 0")),
        }
    }

    pub fn flag(&self, name: &str) -> Result<bool, Wrong> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(format!("`{name}` must be true or false")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_of_another_kind_is_said_to_be() {
        let arguments = Arguments(json!({ "a": "x", "n": 500, "bad": [1], "no": null, "blank": " " }).as_object().expect("an object").clone());
        assert_eq!(arguments.text("a"), Ok(Some("x")));
        assert_eq!(arguments.text("no"), Ok(None));
        assert_eq!(arguments.text("bad"), Err("`bad` must be a text".into()));
        assert_eq!(arguments.required("blank"), Err("`blank` is missing".into()));
        assert_eq!((arguments.number("n", 25, 100), arguments.number("gone", 25, 100)), (Ok(100), Ok(25)));
        assert!(arguments.number("a", 1, 1).is_err() && arguments.flag("a").is_err());
    }
}
