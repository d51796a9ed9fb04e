//! What a file is for, as far as secrets care: in tests and samples a key means something else than in code that runs.

use super::Severity;
use crate::syntax::is_prose;

/// Ordered by how little a secret there matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Place {
    /// Code and configuration that runs.
    Product,
    /// Examples, demos, seeds and scripts.
    Example,
    /// `.env.example` and its kin: committed on purpose, so a real key in it is public.
    EnvSample,
    /// Documentation.
    Document,
    Test,
    /// Minified code: only tokens known by their shape.
    Minified,
    /// Lockfiles, snapshots: hashes upon hashes.
    Skipped,
}

const TEST_FOLDERS: [&str; 14] =
    ["test", "tests", "__tests__", "spec", "specs", "e2e", "fixtures", "__fixtures__", "__mocks__", "mocks", "cypress", "playwright", "testing", "testdata"];
const EXAMPLE_FOLDERS: [&str; 9] = ["example", "examples", "demo", "demos", "sample", "samples", "scripts", "seed", "seeds"];
const LOCKFILES: [&str; 9] =
    ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "poetry.lock", "uv.lock", "pipfile.lock", "cargo.lock"];
/// What test runners are told.
const TEST_RUNNERS: [&str; 12] = [
    "cypress",
    "cypress.config",
    "cypress.env",
    "jest.config",
    "jest.setup",
    "karma.conf",
    "nightwatch.conf",
    "playwright.config",
    "vitest.config",
    "vitest.setup",
    "vitest.workspace",
    "wdio.conf",
];
/// Files that frameworks serve by their name: the folders above them are parts of an address.
const SERVED: [&str; 8] = ["route", "page", "layout", "+server", "+page", "+layout", "+page.server", "+layout.server"];

impl Place {
    /// `path` is relative to the workspace folder, with forward slashes.
    pub fn of(path: &str) -> Place {
        let path = path.to_ascii_lowercase();
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        if LOCKFILES.contains(&name) || matches!(extension, "lock" | "snap" | "svg" | "map") {
            return Place::Skipped;
        }
        if stem.ends_with(".min") {
            return Place::Minified;
        }
        if is_env_sample(name) {
            return Place::EnvSample;
        }
        if is_env_of_tests(name) || is_of_this_machine(stem, extension) {
            return Place::Test;
        }
        if is_example_name(stem) || is_prose(name) || name.starts_with("changelog") {
            return Place::Document;
        }
        let mark = stem.rsplit_once('.').map_or("", |(_, mark)| mark);
        if matches!(mark, "test" | "spec" | "stories" | "story" | "cy" | "e2e" | "mock") || is_python_test(stem, extension) || TEST_RUNNERS.contains(&stem) {
            return Place::Test;
        }
        let served = SERVED.contains(&stem);
        let telling = folders.split('/').take_while(|folder| !(served && matches!(*folder, "app" | "routes" | "pages")));
        // Suites of tests bring configurations and keys along; of code in a folder of that name nothing is known.
        let is_data = matches!(extension, "yml" | "yaml" | "json" | "toml" | "ini" | "conf" | "env" | "pem" | "key" | "crt" | "p8");
        if is_data && folders.split('/').any(|folder| folder == "suites") {
            return Place::Test;
        }
        let worst = telling.map(Place::of_folder).max().unwrap_or(Place::Product);
        if worst < Place::Example && (stem == "seed" || stem.starts_with("seed_") || stem.starts_with("seed-") || stem.starts_with("seed.")) {
            return Place::Example;
        }
        worst
    }

    fn of_folder(folder: &str) -> Place {
        // `integration-tests`, `browser_test`.
        let is_kind_of_test = folder.rsplit(['-', '_']).next().is_some_and(|last| matches!(last, "test" | "tests" | "e2e")) || is_for_tests(folder);
        if TEST_FOLDERS.contains(&folder) || is_kind_of_test {
            Place::Test
        } else if EXAMPLE_FOLDERS.contains(&folder) {
            Place::Example
        } else if matches!(folder, "docs" | "doc") {
            Place::Document
        } else {
            Place::Product
        }
    }

    /// True where a name alone accuses nobody.
    pub(super) fn trusts_shapes_only(self) -> bool {
        matches!(self, Place::Test | Place::Document | Place::Minified)
    }

    /// The severity of a token known by its shape, in a file of this kind.
    pub(super) fn lowered(self, severity: Severity) -> Severity {
        match self {
            Place::Product | Place::EnvSample | Place::Minified | Place::Skipped => severity,
            Place::Example | Place::Document => severity.lower(),
            Place::Test => severity.lower().lower(),
        }
    }
}

/// `test-environments`, `test_data`: what tests are run with.
fn is_for_tests(folder: &str) -> bool {
    const WHAT: [&str; 18] = [
        "environment",
        "environments",
        "env",
        "envs",
        "data",
        "fixtures",
        "helpers",
        "utils",
        "support",
        "setup",
        "suite",
        "suites",
        "resources",
        "certs",
        "keys",
        "config",
        "assets",
        "harness",
    ];
    let (before, last) = folder.rsplit_once(['-', '_']).unwrap_or(("", folder));
    WHAT.contains(&last) && before.split(['-', '_']).any(|word| matches!(word, "test" | "tests" | "testing" | "e2e"))
}

/// `ci.env`, `.env.test`: what the machine that runs the tests is told.
fn is_env_of_tests(name: &str) -> bool {
    let mut parts = name.split('.').filter(|part| !part.is_empty());
    parts.clone().any(|part| part == "env") && parts.any(|part| matches!(part, "ci" | "test" | "tests" | "testing" | "e2e"))
}

/// `localhost.pem`, `localhost-key.pem`: opens nothing but this machine.
fn is_of_this_machine(stem: &str, extension: &str) -> bool {
    matches!(extension, "pem" | "key" | "crt" | "p8") && stem.split(['-', '_', '.', '+']).next().is_some_and(|first| matches!(first, "localhost" | "127"))
}

/// What a container or the machine that runs the tests is built with: values stand there to make a build run through.
pub(super) fn is_build_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    runs_the_tests(path) || name.starts_with("dockerfile") || name.ends_with(".dockerfile") || name.starts_with("containerfile")
}

/// What the service is told that runs tests and builds.
pub(super) fn runs_the_tests(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.contains(".github/workflows/")
        || path.contains(".github/actions/")
        || name.starts_with(".gitlab-ci")
        || path.contains(".circleci/")
        || name == "azure-pipelines.yml"
        || name == ".travis.yml"
}

/// `docker-compose.dev.yml`, `compose.local.yaml`: services for the machine somebody develops on.
pub(super) fn is_for_development(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    is_service_file(path) && name.split(['.', '-', '_']).any(|part| matches!(part, "dev" | "development" | "local" | "test" | "e2e" | "ci"))
}

fn is_env_sample(name: &str) -> bool {
    let parts = name.split('.');
    name.contains("env") && parts.into_iter().any(|part| matches!(part, "example" | "sample" | "template" | "dist" | "defaults"))
        || matches!(name, ".dev.vars.example" | "example.env" | "sample.env" | "env.example")
}

/// `config.example.json`, `examples-1.json`: shows what a file looks like.
fn is_example_name(stem: &str) -> bool {
    let mut parts = stem.split(['.', '-', '_']);
    parts.any(|part| matches!(part, "example" | "examples" | "sample" | "samples" | "template"))
}

fn is_python_test(stem: &str, extension: &str) -> bool {
    extension == "py" && (stem == "conftest" || stem == "tests" || stem.starts_with("test_") || stem.ends_with("_test"))
}

/// Compose files and CI services name a database that only their own network reaches.
pub(super) fn is_service_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("docker-compose")
        || name.starts_with("compose.")
        || path.contains(".github/workflows/")
        || name == ".gitlab-ci.yml"
        || path.contains(".circleci/")
}

/// Translations: `public/intl/messages/da-DK.json`, `locales/de.yml`, `i18n/fr.ts`. Their values are words that people read.
pub(super) fn is_translation(path: &str) -> bool {
    const FOLDERS: [&str; 9] = ["i18n", "intl", "locale", "locales", "lang", "langs", "languages", "translations", "messages"];
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.split('.').next().unwrap_or_default();
    let (language, region) = stem.split_once(['-', '_']).unwrap_or((stem, ""));
    let is_language = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
    // `DK`, `Hans`, `419`; but `db-pool.ts` speaks no language.
    let is_region =
        (2..=4).contains(&region.len()) && region.bytes().all(|b| b.is_ascii_alphanumeric()) && !region.starts_with(|c: char| c.is_ascii_lowercase());
    let in_folder = folders.split('/').any(|folder| FOLDERS.contains(&folder));
    let is_data = matches!(name.rsplit('.').next(), Some("json" | "yaml" | "yml" | "toml"));
    match is_data {
        true => in_folder || is_language && is_region,
        false => in_folder && is_language && (region.is_empty() || is_region),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_by_path() {
        for (path, place) in [
            ("src/lib/stripe.ts", Place::Product),
            ("app/api/test/route.ts", Place::Product),
            ("src/latest/app.ts", Place::Product),
            (".env", Place::Product),
            (".env.production", Place::Product),
            ("cypress.config.ts", Place::Test),
            ("apps/web/playwright.config.ts", Place::Test),
            ("vite.config.ts", Place::Product),
            (".env.example", Place::EnvSample),
            ("apps/web/.env.local.example", Place::EnvSample),
            ("example.env", Place::EnvSample),
            ("tests/test_pay.py", Place::Test),
            ("backend/conftest.py", Place::Test),
            ("src/pay.spec.ts", Place::Test),
            ("e2e/login.ts", Place::Test),
            ("integration-tests/api/config.js", Place::Test),
            ("src/latest-contest/app.ts", Place::Product),
            ("scripts/import.ts", Place::Example),
            ("prisma/seed.ts", Place::Example),
            ("backend/ci.env", Place::Test),
            ("apps/web/.env.test", Place::Test),
            ("apps/web/.env.production", Place::Product),
            ("scripts/test-environments/oidc/configuration.yml", Place::Test),
            ("src/test-drive/app.ts", Place::Product),
            ("apps/client/localhost.pem", Place::Test),
            ("certs/server.pem", Place::Product),
            ("internal/suites/Redis/configuration.yml", Place::Test),
            ("internal/suites/pki/private.pem", Place::Test),
            ("hotel/suites/prices.ts", Place::Product),
            ("docs/setup.json", Place::Document),
            ("README.md", Place::Document),
            ("config.example.json", Place::Document),
            ("package-lock.json", Place::Skipped),
            ("pnpm-lock.yaml", Place::Skipped),
            ("static/app.min.js", Place::Minified),
        ] {
            assert_eq!(Place::of(path), place, "{path}");
        }
    }

    #[test]
    fn translations_are_told_by_folder_and_language() {
        for path in ["public/intl/messages/da-DK.json", "locales/de.yml", "src/i18n/fr.ts", "app/zh-Hans.json", "locales/common.json"] {
            assert!(is_translation(path), "{path}");
        }
        for path in ["src/db-pool.ts", "src/api-key.ts", "app.json", "src/messages/send.ts", "config/my-app.json", "lang/parser.py"] {
            assert!(!is_translation(path), "{path}");
        }
    }

    #[test]
    fn tests_lower_by_two_and_never_below_low() {
        assert_eq!(Place::Test.lowered(Severity::Critical), Severity::Medium);
        assert_eq!(Place::Test.lowered(Severity::Medium), Severity::Low);
        assert_eq!(Place::Example.lowered(Severity::Critical), Severity::High);
        assert_eq!(Place::EnvSample.lowered(Severity::High), Severity::High);
    }
}
