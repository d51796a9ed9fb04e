//! Which libraries and services sign people in, as data: `queries/catalogue/sign-in.toml`. What is told of a project by its
//! packages alone; what its code does is the walk's.

use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Table {
    service: Vec<Service>,
}

#[derive(Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub name: String,
    packages: Vec<String>,
    /// It stores and checks passwords, so that the project need not.
    pub keeps_passwords: bool,
}

const TEXT: &str = include_str!("../../../queries/catalogue/sign-in.toml");

/// The table is part of the program; a test shows that it can be read.
static TABLE: LazyLock<Table> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());

/// The services among the packages of a project, in the order of the table.
pub fn services(has: impl Fn(&str) -> bool) -> Vec<&'static Service> {
    TABLE.service.iter().filter(|service| service.packages.iter().any(|package| has(package))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_names_each_package_once() {
        let table: Table = toml::from_str(TEXT).expect("the table");
        let mut packages: Vec<&str> = table.service.iter().flat_map(|service| service.packages.iter().map(String::as_str)).collect();
        let all = packages.len();
        packages.sort_unstable();
        packages.dedup();
        assert!(all > 20 && packages.len() == all);
        let names: Vec<&str> = services(|package| package == "next-auth" || package == "@clerk/nextjs").iter().map(|of| of.name.as_str()).collect();
        assert_eq!(names, ["Clerk", "Auth.js"]);
    }
}
