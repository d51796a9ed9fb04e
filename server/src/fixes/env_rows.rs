//! What the rows of `queries/catalogue/env-stacks.toml` say besides the expression: objects that hold variables, what loads the file, where a
//! framework has its variables declared.

use serde::Deserialize;

use super::stack::Wanted;

/// An object that holds the variables where the code has made one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    pub call: String,
    /// It holds them only if this argument is an empty text.
    #[serde(default)]
    pub empty: Option<usize>,
    /// With {local} for its name.
    pub read: String,
}

/// What stands for {parameter}: a parameter of that name, or else this.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    pub name: String,
    pub otherwise: String,
}

/// What loads the env file when it is imported.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loads {
    pub package: String,
    pub module: String,
    /// Nothing else loads it, so that the code that reads a variable imports it.
    #[serde(default)]
    pub always: bool,
}

/// Where a framework has its variables declared.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    pub(super) packages: Vec<String>,
    pub config: String,
    pub at: Vec<String>,
    pub entry: String,
    #[serde(default)]
    pub prefix: String,
    #[serde(default)]
    pub needs: Option<String>,
    #[serde(default)]
    pub held: Option<String>,
    pub read: String,
    #[serde(default)]
    pub import: Option<Wanted>,
}
