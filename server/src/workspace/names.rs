//! Which folders are entered and which files are read, told by their names.

use std::path::Path;

use crate::facts::exposure::EXPOSURE;
use crate::syntax::{Language, keeps_secrets};
use crate::text::FileId;

/// Never entered, wherever they are: other people's code, caches, and what frameworks build.
const NEVER: &[&str] =
    &["node_modules", "bower_components", ".git", ".next", ".nuxt", ".svelte-kit", ".output", "__pycache__", "site-packages", ".venv", "jspm_packages"];
/// Built by the package they lie in, and only then: elsewhere these are ordinary words (`app/api/vendor/route.ts`).
const OUTPUT: &[&str] = &["dist", "build", "out", "coverage", "target"];
/// Files that make the folder around them a package, which builds into folders of its own.
const MANIFESTS: &[&str] = &[
    "package.json",
    "deno.json",
    "pyproject.toml",
    "setup.py",
    "requirements.txt",
    "manage.py",
    "Cargo.toml",
    "go.mod",
    "composer.json",
    "pom.xml",
    "build.gradle",
    "build.sbt",
    "Gemfile",
    ".git",
];
/// Package managers that keep what they fetch in a folder called `vendor`.
const VENDORING: &[&str] = &["composer.json", "go.mod", "Gemfile", "Cargo.toml"];
/// Folders whose `vendor` holds copies of libraries for the browser.
const ASSETS: &[&str] = &["public", "static", "assets", "js", "css", "resources", "www"];
/// Hidden files that say how the product is built, deployed and what its tools may do.
/// Ignore files say what goes along with it: a fix that puts a secret into an env file has to know.
const HIDDEN_FILES: &[&str] = &[
    ".npmrc",
    ".pypirc",
    ".netrc",
    ".mcp.json",
    ".envrc",
    ".yarnrc.yml",
    ".gitlab-ci.yml",
    ".gitlab-ci.yaml",
    ".travis.yml",
    ".drone.yml",
    ".woodpecker.yml",
    ".cirrus.yml",
    ".aider.conf.yml",
    ".aider.conf.yaml",
    ".cursorrules",
    ".windsurfrules",
    ".clinerules",
    ".goosehints",
    ".gitignore",
    ".dockerignore",
    ".vercelignore",
];
/// Folders in which editors, assistants and builds keep what they are told, and hosts what they serve.
const HIDDEN_FOLDERS: &[&str] = &[
    ".github",
    ".cursor",
    ".vscode",
    ".claude",
    ".streamlit",
    ".continue",
    ".codeium",
    ".gemini",
    ".roo",
    ".storybook",
    ".circleci",
    ".do",
    ".devcontainer",
    ".husky",
    ".codex",
    ".windsurf",
    ".kilocode",
    ".amazonq",
];
/// Hidden folders that hold code like any other: what a framework keeps to one side of an app by the folder's name (Remix), and what is
/// served under an agreed name.
const ORDINARY: &[&str] = &[".server", ".client", ".well-known"];
/// Read by nobody and often larger than all code together.
const LOCK_FILES: &[&str] = &["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml"];

/// May the walk go into this folder, found below a root?
pub(super) fn enters(folder: &Path) -> bool {
    let Some(name) = folder.file_name().and_then(|name| name.to_str()) else { return false };
    let above = folder.parent();
    let beside = |names: &[&str]| above.is_some_and(|above| names.iter().any(|name| above.join(name).exists()));
    if NEVER.contains(&name) || is_python_environment(folder, name) || is_installed_package(folder, name) {
        return false;
    }
    if name.starts_with('.') {
        return ORDINARY.contains(&name) || HIDDEN_FOLDERS.contains(&name);
    }
    if OUTPUT.contains(&name) {
        return !beside(MANIFESTS);
    }
    if name == "vendor" {
        let among_assets = above.and_then(Path::file_name).and_then(|name| name.to_str()).is_some_and(|name| ASSETS.contains(&name));
        return !among_assets && !beside(VENDORING);
    }
    // Below the hidden folders only the files themselves are of interest.
    !inside_hidden(folder) || (name == "workflows" && above.is_some_and(|above| above.ends_with(".github")))
}

fn is_python_environment(folder: &Path, name: &str) -> bool {
    let activates = || ["bin/activate", "Scripts/activate"].iter().any(|script| folder.join(script).exists());
    (matches!(name, "venv" | "env") && activates()) || folder.join("pyvenv.cfg").exists()
}

/// `pip install --target` leaves a package beside what it knows of it (`requests-2.32.0.dist-info`): other people's code, that goes along
/// with a function of a cloud.
fn is_installed_package(folder: &Path, name: &str) -> bool {
    if name.ends_with(".dist-info") || name.ends_with(".egg-info") {
        return true;
    }
    if !folder.join("__init__.py").exists() {
        return false;
    }
    let Some(beside) = folder.parent().and_then(|above| above.read_dir().ok()) else { return false };
    let plain = |name: &str| name.to_ascii_lowercase().replace('-', "_");
    beside.flatten().filter(|entry| entry.file_name().to_str().is_some_and(|name| name.ends_with(".dist-info"))).any(|entry| {
        let of = entry.file_name().to_str().and_then(|known| known.split_once('-')).is_some_and(|(known, _)| plain(known) == plain(name));
        of || std::fs::read_to_string(entry.path().join("top_level.txt")).is_ok_and(|names| names.lines().any(|line| line.trim() == name))
    })
}

fn inside_hidden(folder: &Path) -> bool {
    let parent = folder.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    parent.is_some_and(|parent| HIDDEN_FOLDERS.contains(&parent))
}

/// Is this a file that Guardline reads? Told by its name and the folder it lies in.
pub(super) fn reads(file: &FileId) -> bool {
    let name = file.file_name();
    let is_of_use = match file.extension() {
        "map" => is_served_map(file),
        "xml" => is_served(file),
        _ => true,
    };
    if Language::of(file).is_none() || LOCK_FILES.contains(&name) || !is_of_use {
        return false;
    }
    let folder = file.folder();
    match folder.rsplit('/').next().unwrap_or("") {
        ".github" => false,
        ".cursor" => name == "mcp.json" || name.ends_with(".mdc"),
        ".streamlit" => name == "config.toml" || keeps_secrets(file),
        ".vscode" | ".codeium" | ".gemini" | ".roo" | ".windsurf" | ".kilocode" | ".amazonq" | ".devcontainer" => {
            name.ends_with(".json") || matches!(Language::of(file), Some(Language::Dockerfile | Language::Shell))
        }
        ".circleci" | ".do" => name.ends_with(".yml") || name.ends_with(".yaml"),
        ".codex" => name.ends_with(".toml"),
        ".husky" => true,
        ".storybook" => ["main.", "preview.", "manager."].iter().any(|known| name.starts_with(known)),
        ".continue" => name.ends_with(".json") || name.ends_with(".yaml") || name.ends_with(".yml"),
        ".claude" => name.starts_with("settings") && name.ends_with(".json") || name.ends_with(".md"),
        _ => !name.starts_with('.') || keeps_secrets(file) || HIDDEN_FILES.contains(&name),
    }
}

/// A source map in a folder that is served as it is. Elsewhere builds make them and nobody gets to see them.
fn is_served_map(file: &FileId) -> bool {
    let is_of_bundle = [".js.map", ".mjs.map", ".cjs.map", ".css.map"].iter().any(|end| file.file_name().ends_with(end));
    is_of_bundle && is_served(file)
}

/// In a folder that is served as it is, by its name.
fn is_served(file: &FileId) -> bool {
    file.folder().split('/').any(|folder| EXPOSURE.served_folders.iter().any(|known| known == folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> bool {
        reads(&FileId::new(path))
    }

    #[test]
    fn hidden_files_are_read_by_invitation() {
        for path in [
            "/p/.env",
            "/p/.env.local",
            "/p/.dev.vars",
            "/p/.npmrc",
            "/p/.pypirc",
            "/p/.netrc",
            "/p/.mcp.json",
            "/p/.cursor/mcp.json",
            "/p/.streamlit/secrets.toml",
            "/p/.continue/config.yaml",
            "/p/.aider.conf.yml",
        ] {
            assert!(read(path), "{path}");
        }
        for path in [
            "/p/.gitlab-ci.yml",
            "/p/.circleci/config.yml",
            "/p/.travis.yml",
            "/p/.drone.yml",
            "/p/.yarnrc.yml",
            "/p/.devcontainer/devcontainer.json",
            "/p/.husky/pre-push",
            "/p/.codex/config.toml",
            "/p/.windsurf/mcp.json",
            "/p/app/.server/db.ts",
            "/p/public/feed.xml",
            "/p/Makefile",
            "/p/Procfile",
        ] {
            assert!(read(path), "{path}");
        }
        for path in ["/p/.github/workflows/ci.yml", "/p/.vscode/settings.json", "/p/.claude/settings.local.json", "/p/config.prod.env", "/p/.storybook/main.ts"]
        {
            assert!(read(path), "{path}");
        }
        for path in [
            "/p/.eslintrc.json",
            "/p/.cursor/other.json",
            "/p/.claude/notes.json",
            "/p/.github/dependabot.yml",
            "/p/.vscode/a.ts",
            "/p/.streamlit/other.toml",
            "/p/pom.xml",
            "/p/.circleci/notes.md",
            "/p/.prettierrc.yml",
        ] {
            assert!(!read(path), "{path}");
        }
    }

    #[test]
    fn lock_files_and_pictures_are_not_read() {
        assert!(!read("/p/package-lock.json") && !read("/p/pnpm-lock.yaml") && !read("/p/logo.png") && read("/p/package.json"));
    }

    #[test]
    fn source_maps_are_read_where_they_are_served() {
        assert!(read("/p/public/assets/app.js.map") && read("/p/static/app.css.map"));
        assert!(!read("/p/src/app.js.map") && !read("/p/public/levels/one.map"));
    }

    #[test]
    fn output_is_output_only_beside_a_manifest() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |path: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(&path).expect("a folder");
            path
        };
        let (ours, theirs) = (at("app/api/build"), at("build"));
        assert!(enters(&ours) && enters(&theirs));
        assert!(enters(&at("app/.server")) && enters(&at("app/.server/db")) && !enters(&at("app/.cache")));
        std::fs::write(folder.path().join("package.json"), "{}").expect("a manifest");
        assert!(enters(&ours) && !enters(&theirs));
        assert!(enters(&at("app/api/vendor")) && enters(&at("vendor")) && !enters(&at("public/vendor")));
        std::fs::write(folder.path().join("composer.json"), "{}").expect("a manifest");
        assert!(!enters(&at("vendor")));
    }

    #[test]
    fn python_environments_are_left_out_by_what_they_hold() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let environment = folder.path().join("env");
        std::fs::create_dir_all(environment.join("bin")).expect("a folder");
        assert!(enters(&environment), "a folder of that name may be anything");
        std::fs::write(environment.join("bin/activate"), "").expect("a file");
        assert!(!enters(&environment));
        let named = folder.path().join("my-python");
        std::fs::create_dir_all(&named).expect("a folder");
        std::fs::write(named.join("pyvenv.cfg"), "").expect("a file");
        assert!(!enters(&named));
    }
}
