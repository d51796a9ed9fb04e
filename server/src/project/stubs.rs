//! What classes of libraries do when a project derives from them, and functions that are given the question to ask, as code of their own
//! language: `queries/stubs/`. Walked like
//! the project's code, so that what it overrides takes effect where the library would call it.

use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashMap;

use crate::facts::scope::Module;
use crate::model::lower;
use crate::syntax::{Document, Language};
use crate::text::FileId;

/// Names and texts. The first line of a text says from which modules they may be imported: `# of: a, a.b`.
const STUBS: &[(&str, &str)] = &[
    ("stub:django_auth.py", include_str!("../../../queries/stubs/django_auth.py")),
    ("stub:django_forms.py", include_str!("../../../queries/stubs/django_forms.py")),
    ("stub:django_users.py", include_str!("../../../queries/stubs/django_users.py")),
    ("stub:django_views.py", include_str!("../../../queries/stubs/django_views.py")),
    ("stub:flask_views.py", include_str!("../../../queries/stubs/flask_views.py")),
    ("stub:rest_framework.py", include_str!("../../../queries/stubs/rest_framework.py")),
];

static MODULES: LazyLock<FxHashMap<FileId, Arc<Module>>> = LazyLock::new(|| {
    let lowered = STUBS.iter().filter_map(|(name, text)| {
        let file = FileId::new(name);
        let model = lower::lower(&Document::new(file.clone(), Language::Python, 0, text), None)?;
        Some((file, Arc::new(Module::of(Arc::new(model)))))
    });
    lowered.collect()
});

static PACKAGES: LazyLock<FxHashMap<&'static str, FileId>> = LazyLock::new(|| {
    let of = |(name, text): &(&str, &'static str)| {
        let file = FileId::new(name);
        let packages = text.lines().next().and_then(|line| line.strip_prefix("# of: ")).unwrap_or_default();
        packages.split(", ").map(|package| (package, file.clone())).collect::<Vec<_>>()
    };
    STUBS.iter().flat_map(of).collect()
});

/// The file with the classes of a module of a library.
pub(super) fn of(package: &str) -> Option<FileId> {
    PACKAGES.get(package).cloned()
}

pub(super) fn module(file: &FileId) -> Option<Arc<Module>> {
    MODULES.get(file).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stub_can_be_read() {
        for (name, ..) in STUBS {
            let module = module(&FileId::new(name)).unwrap_or_else(|| panic!("{name} is not code"));
            assert!(module.model.segments.iter().all(|placed| placed.segment.errors.is_empty()), "{name}");
        }
    }
}
