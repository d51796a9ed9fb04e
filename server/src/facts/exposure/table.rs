//! The words of `queries/catalogue/exposure.toml`. Its fields are explained there.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::names::has_any;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Exposure {
    pub(super) secret_names: Vec<Words>,
    pub(super) secret_words: Vec<String>,
    pub(super) qualifiers: Vec<String>,
    pub(super) harmless_ends: Vec<String>,
    pub(super) harmless_words: Vec<String>,
    pub(super) public_names: Vec<Words>,
    pub(super) public_brands: Vec<Words>,
    pub admin_keys: Vec<String>,
    pub(super) switches: Vec<String>,
    pub data_clients: Vec<String>,
    pub(super) data_steps: Vec<String>,
    env_modules: Vec<String>,
    pub(super) bundled_modules: Vec<String>,
    pub(super) bundled_objects: Vec<String>,
    pub page_prefixes: Vec<String>,
    pub(super) key_fields: Vec<String>,
    /// Beginnings of addresses of services that take their key there.
    pub key_in_address: Vec<String>,
    pub(super) server_makers: Vec<String>,
    pub(super) server_steps: Vec<String>,
    pub(super) server_conditions: Vec<String>,
    pub never_served: Vec<String>,
    pub served_perhaps: Vec<String>,
    pub served_folders: Vec<String>,
    #[serde(rename = "secret")]
    pub(super) secrets: Vec<SecretName>,
    #[serde(rename = "vendor")]
    pub vendors: Vec<Vendor>,
    #[serde(rename = "library")]
    libraries: Vec<ServerLibrary>,
    #[serde(rename = "admin")]
    pub admins: Vec<Admin>,
    #[serde(rename = "twin")]
    pub twins: Vec<Twin>,
}

/// Words between underscores.
#[derive(Deserialize, PartialEq, Debug)]
#[serde(from = "String")]
pub(super) struct Words(pub(super) Vec<String>);

impl From<String> for Words {
    fn from(text: String) -> Words {
        Words(text.split('_').map(str::to_owned).collect())
    }
}

/// What a secret of such a name is good for.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretName {
    pub(super) words: Vec<Words>,
    pub(super) gives: String,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    pub name: String,
    pub(super) words: Vec<Words>,
    pub gives: String,
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    packages: Vec<String>,
    #[serde(default)]
    pub privileged: bool,
    #[serde(default)]
    pub(super) keys: Vec<String>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct ServerLibrary {
    packages: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    pub what: String,
    #[serde(default)]
    pub privileged: bool,
    #[serde(default)]
    pub refused: bool,
}

/// Clients that a key turns into an administrator's.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    pub(super) packages: Vec<String>,
    pub(super) calls: Vec<String>,
    pub(super) key: usize,
    pub(super) names: Vec<Words>,
    pub gives: String,
}

/// A vendor's second key, which is made to be seen, and the calls that take it in the place of the secret one.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Twin {
    pub vendor: String,
    keys: Vec<String>,
    variables: Vec<Words>,
    pub names: Vec<String>,
    pub holds: String,
    pub find: String,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub unless: Vec<String>,
    pub accepts: Vec<Accepts>,
    pub examples: Vec<TwinExample>,
}

/// A place in code that takes such a key.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Accepts {
    pub packages: Vec<String>,
    #[serde(default)]
    pub call: Option<String>,
    #[serde(default)]
    pub argument: usize,
    #[serde(default)]
    pub field: Option<String>,
    #[serde(default)]
    pub assigned: Option<String>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct TwinExample {
    pub code: String,
    pub becomes: String,
}

const TEXT: &str = include_str!("../../../../queries/catalogue/exposure.toml");

/// The table is part of the program; a test shows that it can be read.
pub static EXPOSURE: LazyLock<Exposure> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());

/// Libraries by package: looked up for every import.
static LIBRARIES: LazyLock<FxHashMap<&'static str, &'static ServerLibrary>> =
    LazyLock::new(|| EXPOSURE.libraries.iter().flat_map(|library| library.packages.iter().map(move |package| (package.as_str(), library))).collect());

static VENDORS: LazyLock<FxHashMap<&'static str, &'static Vendor>> =
    LazyLock::new(|| EXPOSURE.vendors.iter().flat_map(|vendor| vendor.packages.iter().map(move |package| (package.as_str(), vendor))).collect());

impl Exposure {
    /// What importing this name of a package brings along that only a server can run.
    pub fn library(&self, package: &str, name: &str) -> Option<&'static ServerLibrary> {
        let library = LIBRARIES.get(package)?;
        let all = library.names.is_empty() || name == "*";
        (all || library.names.iter().any(|known| known == name)).then_some(*library)
    }

    pub fn vendor_of_package(&self, package: &str) -> Option<&'static Vendor> {
        VENDORS.get(package).copied()
    }

    /// Whose interface an address leads to.
    pub fn vendor_of_address(&self, text: &str) -> Option<&'static Vendor> {
        let (_, rest) = text.split_once("://")?;
        let host = rest.split(['/', '?', ':', '#']).next()?;
        let path = rest.get(host.len()..).unwrap_or_default();
        let table: &'static Exposure = &EXPOSURE;
        let leads = |vendor: &&Vendor| vendor.paths.is_empty() || vendor.paths.iter().any(|known| path.starts_with(known));
        table.vendors.iter().filter(leads).find(|vendor| vendor.hosts.iter().any(|known| known == host))
    }

    /// A header, field or part of a query that takes a key.
    pub(super) fn is_key_field(&self, name: &str) -> bool {
        self.key_fields.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// An option that takes off what keeps a library out of browsers.
    pub fn is_switch(&self, option: &str) -> bool {
        self.switches.iter().any(|known| known == option)
    }

    /// Vendors with a key that is made to be seen beside the one of this row of `secrets.toml`.
    pub fn twins_of_row(&self, row: &str) -> impl Iterator<Item = &Twin> {
        self.twins.iter().filter(move |twin| twin.keys.iter().any(|key| key == row))
    }

    /// The same of a variable, by its name without what publishes it.
    pub fn twins_of_variable(&self, unpublished: &str) -> impl Iterator<Item = &Twin> {
        self.twins.iter().filter(move |twin| !twin.names.iter().any(|name| name == unpublished) && has_any(unpublished, &twin.variables))
    }

    pub fn twin(&self, vendor: &str) -> Option<&Twin> {
        self.twins.iter().find(|twin| twin.vendor == vendor)
    }

    /// Does the module leave out for the browser what it may not have?
    pub fn declares_variables(&self, package: &str) -> bool {
        self.env_modules.iter().any(|known| known == package)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read() {
        let read = toml::from_str::<Exposure>(TEXT);
        assert_eq!(read.err().map(|error| error.message().to_owned()), None);
    }

    #[test]
    fn every_row_is_known_by_its_own_words() {
        use super::super::names::{gives, standing};
        for vendor in &EXPOSURE.vendors {
            assert!(!vendor.words.is_empty() && !vendor.gives.is_empty(), "{}", vendor.name);
            for Words(words) in &vendor.words {
                let key = vendor.keys.first().map_or("API_KEY", String::as_str);
                let name = format!("NEXT_PUBLIC_{}_{key}", words.join("_"));
                assert!(standing(&name).is_secret(), "{name}");
                let harmless = format!("NEXT_PUBLIC_{}_MODEL", words.join("_"));
                assert!(!standing(&harmless).is_secret(), "{harmless}");
            }
            for host in &vendor.hosts {
                let of = |address: &str| EXPOSURE.vendor_of_address(address).map(|found| found.name.as_str());
                let path = vendor.paths.first().map_or("/v1", String::as_str);
                assert_eq!(of(&format!("https://{host}{path}")), Some(vendor.name.as_str()));
                assert_eq!(of(&format!("https://not-{host}{path}")), None);
            }
            for package in &vendor.packages {
                assert_eq!(EXPOSURE.vendor_of_package(package).map(|found| found.name.as_str()), Some(vendor.name.as_str()));
                assert!(EXPOSURE.vendor_of_package(&format!("./{package}")).is_none());
            }
        }
        for library in &EXPOSURE.libraries {
            for package in &library.packages {
                let name = library.names.first().map_or("anything", String::as_str);
                assert_eq!(EXPOSURE.library(package, name).map(|found| found.what.as_str()), Some(library.what.as_str()), "{package}");
                assert_eq!(EXPOSURE.library(package, "somethingElse").is_some(), library.names.is_empty(), "{package}");
                assert!(EXPOSURE.library(&format!("./{package}"), name).is_none());
            }
        }
        for secret in &EXPOSURE.secrets {
            for Words(words) in &secret.words {
                let name = format!("VITE_{}", words.join("_"));
                assert!(!gives(&name).is_empty(), "{name}");
            }
        }
        for admin in &EXPOSURE.admins {
            for Words(words) in &admin.names {
                assert!(has_any(&format!("OUR_{}", words.join("_")), &admin.names) && !has_any("OUR_ANON_KEY", &admin.names));
            }
        }
        for pattern in &EXPOSURE.served_perhaps {
            assert!(EXPOSURE.never_served.contains(pattern), "{pattern}");
        }
    }

    #[test]
    fn addresses_lead_to_vendors() {
        let of = |text: &str| EXPOSURE.vendor_of_address(text).map(|vendor| vendor.name.as_str());
        assert_eq!(of("https://api.openai.com/v1/chat/completions"), Some("OpenAI"));
        assert_eq!(of("https://api.openai.com"), Some("OpenAI"));
        assert_eq!(of("https://example.com/api.openai.com"), None);
        assert_eq!(of("api.openai.com"), None);
        assert_eq!(of("https://api.stripe.com/v1/charges?limit=3"), Some("Stripe"));
        assert_eq!(of("https://api.stripe.com/v1/tokens"), None);
    }

    #[test]
    fn some_libraries_are_only_in_part_for_servers() {
        let of = |package: &str, name: &str| EXPOSURE.library(package, name).is_some();
        assert!(of("pg", "Pool") && of("@prisma/client", "PrismaClient") && of("@prisma/client", "*"));
        assert!(!of("@prisma/client", "Role") && !of("react", "default") && !of("drizzle-orm/pg-core", "pgTable"));
    }

    #[test]
    fn rows_of_administrators_keys_exist() {
        for id in &EXPOSURE.admin_keys {
            assert!(crate::facts::secrets::catalogue().by_id(id).is_some(), "{id}");
        }
        for key in EXPOSURE.twins.iter().flat_map(|twin| &twin.keys) {
            assert!(crate::facts::secrets::catalogue().by_id(key).is_some(), "{key}");
        }
    }
}
