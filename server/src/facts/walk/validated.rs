//! Input whose validators say of which table an id is.

use std::sync::Arc;

use super::Walker;
use crate::facts::catalogue::Entry;
use crate::facts::value::{Column, Kind, Object, Value};
use crate::text::Name;

impl Walker<'_> {
    /// The input of a handler, given its validators: an id is a key of its table.
    pub fn validated_input(&mut self, validators: &Object) -> Value {
        let input = self.role("input");
        let mut object = Object::default();
        object.spread(input.clone());
        for (name, validator) in &validators.fields {
            let Some(model) = self.table_of(validator) else { continue };
            let mut field = Value::new(Kind::Column(Arc::new(Column { model, name: Name::new_static("_id") }))).with_taint(input.taint().member(name));
            if let Some(symbol) = input.symbol() {
                field = field.with_symbol(symbol.member(name));
            }
            object.set(name.clone(), field);
        }
        if object.fields.is_empty() { input } else { input.with_kind(Kind::Object(Arc::new(object))) }
    }

    fn table_of(&self, validator: &Value) -> Option<Name> {
        let library = validator.as_library().filter(|library| library.step == "()")?;
        if !self.world.catalogue().at(&library.states).any(|entry| matches!(entry, Entry::Reference)) {
            return None;
        }
        Some(Name::from(&**library.args.first()?.value.as_str()?))
    }
}
