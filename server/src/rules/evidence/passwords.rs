//! What is known of the passwords of a project: where they are hashed, which columns keep them, who else may keep them.

use super::{MOST_PLACES, Seen};
use crate::facts::credential_names::is_password_column;
use crate::facts::sign_in::{self, Service};
use crate::project::Project;
use crate::text::{FileId, Name, Place};

#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Passwords {
    /// Calls of hashes made for passwords.
    pub hashed: Seen,
    /// Models and their columns that keep a password or its hash; the first ones.
    pub columns: Vec<(Name, Name, Place)>,
    /// Libraries and services that sign people in.
    pub services: Vec<&'static Service>,
}

impl Passwords {
    pub(super) fn of(project: &Project, wanted: &dyn Fn(&FileId) -> bool, hashed: Option<&Seen>) -> Passwords {
        let mut columns: Vec<(Name, Name, Place)> = Vec::new();
        for model in project.schema().models() {
            let Some(site) = model.site().filter(|site| wanted(&site.file)) else { continue };
            let place = Place { file: site.file.clone(), span: site.span };
            let kept = model.columns.iter().filter(|column| is_password_column(&column.name));
            columns.extend(kept.map(|column| (model.name.clone(), column.name.clone(), place.clone())));
        }
        columns.sort_by(|a, b| (&a.2, &a.1).cmp(&(&b.2, &b.1)));
        columns.truncate(MOST_PLACES);
        let setup = project.setup();
        let packages: Vec<_> = setup.manifests().into_iter().map(|(folder, _)| setup.dependencies(&folder)).collect();
        let services = sign_in::services(|package| packages.iter().any(|of_folder| of_folder.contains(package)));
        Passwords { hashed: hashed.cloned().unwrap_or_default(), columns, services }
    }
}
