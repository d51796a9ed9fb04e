//! Which libraries and services sign people in, as data: `queries/catalogue/sign-in.toml`. What is told of a project by its
//! packages alone; what its code does is the walk's.

use std::sync::LazyLock;

use serde::Deserialize;

use super::built::{Table as Built, table};

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Table {
    service: Vec<Service>,
    session: Vec<Sessions>,
    bearer: Vec<Packages>,
    signer: Vec<Packages>,
    hasher: Vec<Packages>,
    cookie_names: CookieNames,
}

/// What the name of a cookie says of it, by its words.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct CookieNames {
    /// It says who somebody is.
    pub login: Vec<String>,
    /// This whole name does.
    pub login_whole: Vec<String>,
    /// The page's own scripts read it, or it opens nothing.
    pub page: Vec<String>,
    /// Nothing is said of what it is for.
    pub unspoken: Vec<String>,
}

/// Packages that keep visitors signed in with a cookie.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sessions {
    packages: Vec<String>,
    /// The cookie goes along when a link on another site is followed.
    #[serde(default)]
    by_link: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Packages {
    packages: Vec<String>,
}

#[derive(Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub name: String,
    packages: Vec<String>,
    /// It stores and checks passwords, so that the project need not.
    pub keeps_passwords: bool,
}

const BUILT: Built = table!("sign-in");

/// The table is part of the program; a test shows that it can be read.
static TABLE: LazyLock<Table> = LazyLock::new(|| BUILT.read().unwrap_or_default());

/// The services among the packages of a project, in the order of the table.
pub fn services(has: impl Fn(&str) -> bool) -> Vec<&'static Service> {
    TABLE.service.iter().filter(|service| service.packages.iter().any(|package| has(package))).collect()
}

/// Packages that keep visitors signed in with a cookie.
pub fn cookie_sessions() -> impl Iterator<Item = &'static str> {
    TABLE.session.iter().filter(|row| !row.by_link).flat_map(|row| row.packages.iter().map(String::as_str))
}

/// Is this one of those whose cookie goes along when a link is followed?
pub fn is_sent_by_link(package: &str) -> bool {
    TABLE.session.iter().filter(|row| row.by_link).any(|row| row.packages.iter().any(|known| known == package))
}

/// Packages by which every request brings a token of its own.
pub fn bearers() -> impl Iterator<Item = &'static str> {
    TABLE.bearer.iter().flat_map(|row| row.packages.iter().map(String::as_str))
}

/// Does this library make tokens that say who somebody is?
pub fn is_signer(package: &str) -> bool {
    TABLE.signer.iter().any(|row| row.packages.iter().any(|known| known == package))
}

/// Packages that hash passwords: what imports one of them may do so for all who use it.
pub fn hashers() -> impl Iterator<Item = &'static str> {
    TABLE.hasher.iter().flat_map(|row| row.packages.iter().map(String::as_str))
}

/// What the name of a cookie says of it.
pub fn cookie_names() -> &'static CookieNames {
    &TABLE.cookie_names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_names_each_package_once() {
        let table: Table = BUILT.read().expect("the table");
        let mut packages: Vec<&str> = table.service.iter().flat_map(|service| service.packages.iter().map(String::as_str)).collect();
        let all = packages.len();
        packages.sort_unstable();
        packages.dedup();
        assert!(all > 20 && packages.len() == all);
        let names: Vec<&str> = services(|package| package == "next-auth" || package == "@clerk/nextjs").iter().map(|of| of.name.as_str()).collect();
        assert_eq!(names, ["Clerk", "Auth.js"]);
    }
}
