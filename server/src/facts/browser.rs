//! What reaches the browser and what stays on a server, as data: `queries/catalogue/browser.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Browser {
    variables: Vec<String>,
    pub builds: Vec<String>,
    pub servers: Vec<String>,
    pub server_imports: Vec<String>,
    pub server_folders: Vec<String>,
    pub server_files: Vec<String>,
    pub built: Vec<BuiltFolder>,
}

/// A folder that a build fills with what is served.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuiltFolder {
    /// Below the folder of a package.
    pub folder: String,
    /// Only if there is a page in it.
    #[serde(default)]
    pub page: bool,
}

const TEXT: &str = include_str!("../../../queries/catalogue/browser.toml");

/// The table is part of the program; a test shows that it can be read.
pub static BROWSER: LazyLock<Browser> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());

impl Browser {
    /// True if a build copies the variable into pages.
    pub fn shows(&self, variable: &str) -> bool {
        self.variables.iter().any(|prefix| variable.starts_with(prefix.as_str()))
    }

    /// The variable's name without what publishes it, however often that is said.
    pub fn unpublished<'n>(&self, variable: &'n str) -> &'n str {
        let mut rest = variable;
        while let Some(plain) = self.variables.iter().find_map(|prefix| rest.strip_prefix(prefix.as_str())) {
            rest = plain;
        }
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read() {
        assert!(toml::from_str::<Browser>(TEXT).is_ok());
    }

    #[test]
    fn no_prefix_is_empty() {
        // An empty one would be stripped for ever.
        assert!(BROWSER.variables.iter().all(|prefix| !prefix.is_empty()));
    }

    #[test]
    fn names_are_published_by_their_beginning() {
        assert!(BROWSER.shows("VITE_KEY") && !BROWSER.shows("KEY_VITE_"));
        assert_eq!(BROWSER.unpublished("NEXT_PUBLIC_VITE_KEY"), "KEY");
        assert_eq!(BROWSER.unpublished("API_KEY"), "API_KEY");
    }
}
