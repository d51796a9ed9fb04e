//! How much of which kind was read.

use std::collections::BTreeSet;

use crate::project::Project;
use crate::project::reach::{Reach, Side};
use crate::syntax::Language;
use crate::text::FileId;

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Files {
    pub code: usize,
    /// Of the code: what reaches the browser, as far as is known.
    pub browser: usize,
    /// Files with code or markup that could not be read at all.
    pub unreadable: usize,
    /// Variables that a build publishes, by their names.
    pub published: usize,
    pub env: usize,
    /// Of the env files: those that git has, and those that it would take.
    pub env_in_git: usize,
    pub env_not_ignored: usize,
    pub sql: usize,
    /// Configurations of builds, servers and platforms.
    pub configurations: usize,
    /// Rules of who may read what, as Firebase has them.
    pub access_rules: usize,
}

impl Files {
    pub(super) fn of(project: &Project, reach: &Reach, wanted: &dyn Fn(&FileId) -> bool) -> Files {
        let mut files = Files::default();
        let mut published: BTreeSet<&str> = BTreeSet::new();
        for (file, known) in project.files().filter(|(file, _)| wanted(file)) {
            published.extend(reach.published().names(file).iter().map(|name| name.as_str()));
            let language = known.document.language;
            if known.module.is_some() {
                files.code += 1;
                files.browser += usize::from(matches!(reach.side(project, file), Side::Client | Side::Shared));
            } else if language.is_code() {
                files.unreadable += 1;
            }
            match language {
                // What only shows which variables there are holds none.
                Language::Env if !is_example(file.file_name()) => {
                    files.env += 1;
                    files.env_in_git += usize::from(project.is_tracked(file));
                    files.env_not_ignored += usize::from(!project.is_tracked(file) && !project.is_ignored(file));
                }
                Language::Sql => files.sql += 1,
                Language::AccessRules => files.access_rules += 1,
                _ => {}
            }
        }
        files.published = published.len();
        files.configurations = project.setup().files().filter(|(file, _)| wanted(file)).count();
        files
    }
}

fn is_example(name: &str) -> bool {
    ["example", "sample", "template", "dist"].iter().any(|word| name.split('.').any(|part| part == *word))
}
