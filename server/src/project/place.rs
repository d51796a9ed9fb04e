//! What a file is for, told by its path alone: product code, tests, examples, tooling, generated code.
//!
//! Paths are relative to the workspace folder, so that a project that lives in `~/tests/shop` is not all tests.

/// Ordered by how little a mistake in it matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Purpose {
    /// Ships, as far as the path can tell.
    Product,
    /// Seeds, migrations, scripts: run by the people who build the product.
    Tooling,
    /// Examples and demos: not shipped, but copied from.
    Example,
    /// Tests, fixtures, mocks and stories.
    Test,
    /// Written by a program, or types only.
    Generated,
}

const TEST_FOLDERS: &[&str] = &[
    "test",
    "tests",
    "__tests__",
    "spec",
    "specs",
    "__specs__",
    "e2e",
    "fixtures",
    "__fixtures__",
    "__mocks__",
    "mocks",
    "cypress",
    "playwright",
    "__snapshots__",
    "stories",
    "storybook",
];
const EXAMPLE_FOLDERS: &[&str] = &["example", "examples", "demo", "demos", "sample", "samples"];
const TOOLING_FOLDERS: &[&str] = &["scripts", "migrations", "seed", "seeds", "seeders"];
const GENERATED_FOLDERS: &[&str] = &["generated", "__generated__", "_generated"];
/// What stands before the extension: `user.test.ts`.
const TEST_MARKS: &[&str] = &["test", "spec", "stories", "story", "cy", "e2e", "mock"];
const GENERATED_MARKS: &[&str] = &["generated", "gen", "d"];
/// Files that frameworks serve by their name and place.
const SERVED: &[&str] =
    &["route", "page", "layout", "template", "loading", "error", "not-found", "default", "+server", "+page", "+layout", "+page.server", "+layout.server"];
/// The folders such files are served from.
const SERVED_FROM: &[&str] = &["app", "pages", "routes"];

/// Tests, fixtures, mocks, stories and examples: findings there are dropped or lowered unless asked for.
pub fn is_test_path(path: &str) -> bool {
    matches!(purpose(path), Purpose::Test | Purpose::Example)
}

/// What the file at this path (relative, with forward slashes) is for.
pub fn purpose(path: &str) -> Purpose {
    let path = path.to_ascii_lowercase();
    let mut folders: Vec<&str> = path.split('/').collect();
    let name = folders.pop().unwrap_or("");
    if let Some(by_name) = purpose_of_name(name) {
        return by_name;
    }
    folders.truncate(telling_folders(&folders, name));
    folders.iter().map(|folder| purpose_of_folder(folder)).max().unwrap_or(Purpose::Product)
}

/// How many of the folders say something about the purpose. Below the folder that routes are served from, names are
/// parts of a URL: `app/api/test/route.ts` is an open route like any other.
fn telling_folders(folders: &[&str], name: &str) -> usize {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let Some(served_from) = folders.iter().position(|folder| SERVED_FROM.contains(folder)) else { return folders.len() };
    let below_pages = folders.get(served_from) == Some(&"pages");
    if below_pages || SERVED.contains(&stem) { served_from } else { folders.len() }
}

fn purpose_of_name(name: &str) -> Option<Purpose> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let mark = stem.rsplit_once('.').map_or("", |(_, mark)| mark);
    if GENERATED_MARKS.contains(&mark) || stem.ends_with("_pb2") || stem.ends_with("_pb2_grpc") {
        return Some(Purpose::Generated);
    }
    let python_test = extension == "py" && (stem.starts_with("test_") || stem.ends_with("_test") || matches!(stem, "conftest" | "tests"));
    let set_up = matches!(stem, "setuptests" | "jest.setup" | "vitest.setup" | "jest.config" | "vitest.config" | "playwright.config" | "cypress.config");
    if TEST_MARKS.contains(&mark) || python_test || set_up {
        return Some(Purpose::Test);
    }
    (stem == "seed" || stem.starts_with("seed.") || stem.starts_with("seed_") || stem.starts_with("seed-")).then_some(Purpose::Tooling)
}

fn purpose_of_folder(folder: &str) -> Purpose {
    if GENERATED_FOLDERS.contains(&folder) {
        Purpose::Generated
    } else if TEST_FOLDERS.contains(&folder) {
        Purpose::Test
    } else if EXAMPLE_FOLDERS.contains(&folder) {
        Purpose::Example
    } else if TOOLING_FOLDERS.contains(&folder) {
        Purpose::Tooling
    } else {
        Purpose::Product
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_known_by_folder_and_by_name() {
        for path in [
            "tests/app.ts",
            "src/__tests__/a.tsx",
            "api/user.test.ts",
            "Button.stories.tsx",
            "e2e/login.ts",
            "cypress/support/a.js",
            "backend/conftest.py",
            "shop/tests.py",
            "shop/test_models.py",
            "shop/models_test.py",
            "src/setupTests.ts",
            "a/__mocks__/b.js",
        ] {
            assert_eq!(purpose(path), Purpose::Test, "{path}");
            assert!(is_test_path(path));
        }
    }

    #[test]
    fn words_inside_names_mean_nothing() {
        for path in ["src/latest/app.ts", "src/contest.ts", "attestation/index.ts", "lib/testimonials.tsx", "src/protest.py", "specification.ts", "seedling.ts"]
        {
            assert_eq!(purpose(path), Purpose::Product, "{path}");
        }
    }

    #[test]
    fn a_served_route_is_product_whatever_its_url_says() {
        for path in ["app/api/test/route.ts", "src/app/demo/page.tsx", "pages/api/test.ts", "pages/api/tests/[id].ts", "src/routes/examples/+server.ts"] {
            assert_eq!(purpose(path), Purpose::Product, "{path}");
        }
        assert_eq!(purpose("tests/fixtures/shop/app/api/notes/route.ts"), Purpose::Test);
        assert_eq!(purpose("app/api/notes/route.test.ts"), Purpose::Test);
        assert_eq!(purpose("app/tests/helpers.ts"), Purpose::Test);
        assert_eq!(purpose("examples/next/pages/api/hello.ts"), Purpose::Example);
    }

    #[test]
    fn tooling_and_generated_code() {
        assert_eq!(purpose("prisma/seed.ts"), Purpose::Tooling);
        assert_eq!(purpose("scripts/import.py"), Purpose::Tooling);
        assert_eq!(purpose("prisma/migrations/1_init/migration.sql"), Purpose::Tooling);
        assert_eq!(purpose("types/env.d.ts"), Purpose::Generated);
        assert_eq!(purpose("src/__generated__/graphql.ts"), Purpose::Generated);
        assert_eq!(purpose("routeTree.gen.ts"), Purpose::Generated);
    }

    #[test]
    fn odd_paths_are_product() {
        for path in ["", "/", "a", "//", ".env"] {
            assert_eq!(purpose(path), Purpose::Product, "{path}");
        }
    }
}
