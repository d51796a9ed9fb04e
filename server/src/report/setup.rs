//! How a project is built and deployed, for people.

use super::beliefs::Page;
use super::paint::{Tone, harmless};
use crate::project::facts::setup::{OfPackages, OfSetup};

/// So many packages of a folder are told; the JSON has all.
const MOST_PACKAGES: usize = 12;

impl<'b> Page<'b> {
    pub(super) fn setup(&mut self, setup: &'b OfSetup) {
        self.file = &setup.file;
        let name = self.style.paint(Tone::Heading, &harmless(&setup.file));
        let partial = if setup.partial { ", not understood as a whole" } else { "" };
        self.line(0, &format!("{name}  setup{partial}"));
        let mut said: Vec<(&str, String)> = Vec::new();
        for of in &setup.switches {
            let value = of.value.as_ref().map(|value| format!(" ({value})")).unwrap_or_default();
            said.push(("setting", format!("{} {}: {}{value}  {}", self.at(&of.at), of.name, of.is, of.stack)));
        }
        for of in &setup.inlined {
            said.push(("inlined", format!("{} {} <{}>  {} {}", self.at(&of.at), of.name, of.from.join(", "), of.stack, of.way)));
        }
        for of in &setup.headers {
            let (value, pattern) = (of.value.as_deref().unwrap_or("?"), of.pattern.as_deref().unwrap_or("everywhere"));
            said.push(("header", format!("{} {pattern} {}: {value}", self.at(&of.at), of.name)));
        }
        for of in &setup.forwards {
            let (from, to) = (of.from.as_deref().unwrap_or("?"), of.to.as_deref().unwrap_or("?"));
            said.push(("forward", format!("{} {} {from} -> {to}", self.at(&of.at), of.way)));
        }
        for of in &setup.variables {
            let public = if of.public { ", public" } else { "" };
            said.push(("env", format!("{} {}: {}{public}", self.at(&of.at), of.name, of.value)));
        }
        for of in &setup.bound {
            let methods = if of.methods.is_empty() { "ANY".to_owned() } else { of.methods.join("|") };
            let found = if of.found { "" } else { ", not in the project" };
            let path = of.path.as_deref().unwrap_or("?");
            said.push(("handler", format!("{} {methods} {path} {}, authorizer {}{found}", self.at(&of.at), of.handler, of.authorizer)));
        }
        let mut rest = said.as_slice();
        while let Some((word, _)) = rest.first() {
            let end = rest.iter().position(|(other, _)| other != word).unwrap_or(rest.len());
            let (group, others) = rest.split_at(end);
            self.column(1, word, group.iter().map(|(_, text)| text.clone()));
            rest = others;
        }
        self.line(0, "");
    }

    pub(super) fn packages(&mut self, all: &[OfPackages]) {
        for of in all {
            let told = |package: &crate::project::facts::setup::OfPackage| match &package.version {
                Some(version) if package.exact => format!("{} {version}", package.name),
                Some(version) => format!("{} from {version}", package.name),
                None => format!("{} ?", package.name),
            };
            let mut packages: Vec<String> = of.packages.iter().take(MOST_PACKAGES).map(told).collect();
            if of.packages.len() > MOST_PACKAGES {
                packages.push(format!("{} more", of.packages.len() - MOST_PACKAGES));
            }
            let name = self.style.paint(Tone::Strong, "Packages");
            self.line(0, &format!("{name} of {}: {}", harmless(&of.folder), harmless(&packages.join(", "))));
        }
    }
}
