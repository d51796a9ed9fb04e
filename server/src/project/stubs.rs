//! What classes of libraries do when a project derives from them, as code of their own language: `queries/stubs/`. Walked like
//! the project's code, so that what it overrides takes effect where the library would call it.

use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashMap;

use crate::facts::scope::Module;
use crate::model::lower;
use crate::syntax::{Document, Language};
use crate::text::FileId;

/// The modules from which each file's classes may be imported.
const STUBS: &[(&str, &[&str], &str)] = &[
    (
        "stub:django_views.py",
        &[
            "django.views",
            "django.views.generic",
            "django.views.generic.base",
            "django.views.generic.list",
            "django.views.generic.detail",
            "django.views.generic.edit",
            "django.contrib.auth.mixins",
        ],
        include_str!("../../../queries/stubs/django_views.py"),
    ),
    (
        "stub:rest_framework.py",
        &[
            "rest_framework.views",
            "rest_framework.generics",
            "rest_framework.mixins",
            "rest_framework.viewsets",
            "rest_framework.serializers",
            "rest_framework.permissions",
        ],
        include_str!("../../../queries/stubs/rest_framework.py"),
    ),
];

static MODULES: LazyLock<FxHashMap<FileId, Arc<Module>>> = LazyLock::new(|| {
    let lowered = STUBS.iter().filter_map(|(name, _, text)| {
        let file = FileId::new(name);
        let model = lower::lower(&Document::new(file.clone(), Language::Python, 0, text), None)?;
        Some((file, Arc::new(Module::of(Arc::new(model)))))
    });
    lowered.collect()
});

/// The file with the classes of a module of a library.
pub(super) fn of(package: &str) -> Option<FileId> {
    STUBS.iter().find(|(_, packages, _)| packages.contains(&package)).map(|(name, ..)| FileId::new(name))
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
