//! The tables of `queries/catalogue` as the build has made them: JSON, which is read some ten times faster, and without their
//! examples. Tests read them as they are written.

use serde::de::DeserializeOwned;

/// A table, by the name of its file.
macro_rules! table {
    ($name:literal) => {
        $crate::facts::built::Table { name: $name, json: include_str!(concat!(env!("OUT_DIR"), "/catalogue/", $name, ".json")) }
    };
}
pub(crate) use table;

#[derive(Clone, Copy)]
pub struct Table {
    pub name: &'static str,
    pub json: &'static str,
}

impl Table {
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_json::from_str(self.json).map_err(|error| format!("queries/catalogue/{}.toml: {error}", self.name))
    }
}
