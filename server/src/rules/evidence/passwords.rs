//! What is known of the passwords of a project: where they are hashed, which columns keep them, who else may keep them.

use super::{MOST_PLACES, Seen};
use crate::facts::credential_names::is_password_column;
use crate::facts::sign_in::{self, Service};
use crate::project::Project;
use crate::text::{Encoding, FileId, Name, Place, position};

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
        Passwords { hashed: hashed.map(|hashed| said(project, hashed)).unwrap_or_default(), columns, services }
    }
}

/// `bcrypt.hashpw(password, bcrypt.gensalt())` is one hash, and what only makes a key of a password is not what the hash is called.
fn said(project: &Project, seen: &Seen) -> Seen {
    let mut seen = seen.clone();
    seen.names.remove("key");
    let is_whole = seen.count == seen.places.len();
    let line = |place: &Place| {
        let document = project.file(&place.file).map(|known| &known.document);
        document.map(|document| position::position(document.rope(), place.span.start, Encoding::Utf8).line)
    };
    seen.places.dedup_by(|later, earlier| later.file == earlier.file && line(later) == line(earlier));
    if is_whole {
        seen.count = seen.places.len();
    }
    seen
}
