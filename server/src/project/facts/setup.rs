//! How the project is built and deployed, as data for whoever wants to see it. Never a value of a variable.

use serde::Serialize;

use super::beliefs::At;
use crate::facts::setup::{Bound, Facts, Inlined, Origin};
use crate::project::Project;
use crate::text::{FileId, Place};

/// What one configuration file says.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfSetup {
    pub file: String,
    pub switches: Vec<OfSwitch>,
    pub inlined: Vec<OfInlined>,
    pub headers: Vec<OfHeader>,
    pub forwards: Vec<OfForward>,
    pub variables: Vec<OfVariable>,
    pub bound: Vec<OfBound>,
    /// What is missing may be said where nobody could look.
    pub partial: bool,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfSwitch {
    pub at: At,
    pub name: String,
    pub stack: String,
    /// `yes`, `no` or `unknown`.
    pub is: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfInlined {
    pub at: At,
    pub name: String,
    pub way: String,
    pub stack: String,
    /// `env:NAME`, `env:PREFIX*`, `constant`, `unknown`.
    pub from: Vec<String>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfHeader {
    pub at: At,
    pub name: String,
    pub stack: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfForward {
    pub at: At,
    pub way: String,
    pub stack: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfVariable {
    pub at: At,
    pub name: String,
    pub stack: String,
    /// `constant`, `placeholder`, `reference`, `empty` or `unknown`.
    pub value: &'static str,
    pub public: bool,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfBound {
    pub at: At,
    pub handler: String,
    pub framework: String,
    pub methods: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    pub authorizer: &'static str,
    /// The file with the handler is in the project.
    pub found: bool,
}

/// What the packages of a folder depend on.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfPackages {
    pub folder: String,
    pub packages: Vec<OfPackage>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfPackage {
    pub name: String,
    /// `14.2.3`; of a range, where it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    pub exact: bool,
}

pub(super) fn of(project: &Project, wanted: &dyn Fn(&FileId) -> bool) -> Vec<OfSetup> {
    project.setup().files().filter(|(file, _)| wanted(file)).map(|(file, facts)| of_file(project, file, facts)).collect()
}

fn of_file(project: &Project, file: &FileId, facts: &Facts) -> OfSetup {
    let at = |place: &Place| project.line_at(&place.file, place.span);
    let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
    OfSetup {
        file: project.relative(file).to_owned(),
        switches: facts
            .switches
            .iter()
            .map(|of| OfSwitch { at: at(&of.place), name: of.name.to_string(), stack: of.stack.to_string(), is: of.is.word(), value: text(&of.value) })
            .collect(),
        inlined: facts.inlined.iter().map(|of| inlined(of, at(&of.place))).collect(),
        headers: facts
            .headers
            .iter()
            .map(|of| OfHeader {
                at: at(&of.place),
                name: of.name.to_string(),
                stack: of.stack.to_string(),
                value: text(&of.value),
                pattern: text(&of.pattern),
            })
            .collect(),
        forwards: facts
            .forwards
            .iter()
            .map(|of| OfForward { at: at(&of.place), way: of.way.to_string(), stack: of.stack.to_string(), from: text(&of.from), to: text(&of.to) })
            .collect(),
        variables: facts
            .variables
            .iter()
            .map(|of| OfVariable { at: at(&of.place), name: of.name.to_string(), stack: of.stack.to_string(), value: of.value.word(), public: of.public })
            .collect(),
        bound: facts.bound.iter().map(|of| bound(project, of, at(&of.place))).collect(),
        partial: facts.partial,
    }
}

fn inlined(of: &Inlined, at: At) -> OfInlined {
    let from = of.from.iter().map(|origin| match origin {
        Origin::Variable(name) => format!("env:{name}"),
        Origin::Environment(prefix) => format!("env:{prefix}*"),
        Origin::Constant => "constant".to_owned(),
        Origin::Unknown => "unknown".to_owned(),
    });
    OfInlined { at, name: of.name.to_string(), way: of.way.to_string(), stack: of.stack.to_string(), from: from.collect() }
}

fn bound(project: &Project, of: &Bound, at: At) -> OfBound {
    OfBound {
        at,
        handler: format!("{}.{}", project.relative(&FileId::new(&of.module)), of.export),
        framework: of.framework.to_string(),
        methods: of.methods.iter().map(ToString::to_string).collect(),
        path: of.path.as_ref().map(ToString::to_string),
        authorizer: of.authorizer.word(),
        found: project.setup().is_found(of),
    }
}

pub(super) fn packages(project: &Project, wanted: &dyn Fn(&FileId) -> bool) -> Vec<OfPackages> {
    let setup = project.setup();
    let of_folder = |(folder, manifest): (String, FileId)| {
        let mut names: Vec<_> = setup.dependencies(&folder).into_iter().collect();
        names.sort();
        let packages = names.into_iter().map(|name| {
            let version = project.version_of(&manifest, &name);
            OfPackage {
                version: version.map(|version| format!("{}.{}.{}", version.major, version.minor, version.patch)),
                exact: version.is_some_and(|version| version.exact),
                name: name.to_string(),
            }
        });
        OfPackages { folder: project.relative(&manifest).rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned(), packages: packages.collect() }
    };
    setup.manifests().into_iter().filter(|(_, manifest)| wanted(manifest)).map(of_folder).collect()
}
