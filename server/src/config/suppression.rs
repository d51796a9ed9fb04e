//! `suppress` in `guardline.json`: findings of some rules in some files that a person has judged, with the reason.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::Config;
use crate::text::{Date, FileId, Name};

/// Rules that are not told of in these files.
#[derive(Clone, Debug)]
pub struct Suppression {
    pub rules: Vec<Name>,
    /// Globs relative to the folder of `guardline.json`, in the grammar of `.gitignore`.
    pub paths: Vec<String>,
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
    globs: Gitignore,
}

impl PartialEq for Suppression {
    fn eq(&self, other: &Suppression) -> bool {
        (&self.rules, &self.paths, &self.reason, self.until) == (&other.rules, &other.paths, &other.reason, other.until)
    }
}

impl Suppression {
    /// `Err` with the path that is no glob.
    pub fn new(rules: Vec<Name>, paths: Vec<String>, reason: String, until: Option<Date>) -> Result<Suppression, String> {
        let mut builder = GitignoreBuilder::new("");
        for path in &paths {
            builder.add_line(None, path).map_err(|_| path.clone())?;
        }
        let globs = builder.build().map_err(|_| paths.join(", "))?;
        Ok(Suppression { rules, paths, reason, until, globs })
    }

    /// It holds through its last day.
    pub fn is_over(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    /// Is it about this rule in a file at this path below the folder of `guardline.json`?
    fn covers(&self, rule: &str, below: &str) -> bool {
        self.rules.iter().any(|known| known == rule) && self.globs.matched_path_or_any_parents(below, false).is_ignore()
    }

    /// `sql-injection in scripts/`
    pub fn in_words(&self) -> String {
        let rules: Vec<&str> = self.rules.iter().map(Name::as_str).collect();
        format!("`{}` in `{}`", rules.join("`, `"), self.paths.join("`, `"))
    }
}

impl Config {
    /// Which of the suppressions, if any, is about this rule in this file, and holds today.
    pub fn suppressed(&self, rule: &str, file: &FileId, today: Date) -> Option<usize> {
        if self.suppress.is_empty() {
            return None;
        }
        let below = match &self.folder {
            Some(folder) => file.below(folder)?,
            None => file.as_str().trim_start_matches('/'),
        };
        // Such a path would be taken apart as if it began at the root of a disk.
        if below.is_empty() || below.contains("..") {
            return None;
        }
        self.suppress.iter().position(|suppression| !suppression.is_over(today) && suppression.covers(rule, below))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(paths: &[&str]) -> Config {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let one = Suppression::new(vec!["xss".into()], paths, "ours".into(), Date::parse("2027-01-31")).expect("globs");
        Config { suppress: vec![one], folder: Some(FileId::new("/shop")), ..Config::default() }
    }

    #[test]
    fn paths_are_globs_below_the_folder_of_the_file() {
        let config = config(&["scripts/", "/tools/*.ts", "**/legacy/**/*.js"]);
        let day = Date::parse("2027-01-31").expect("a day");
        let silenced = |file: &str| config.suppressed("xss", &FileId::new(file), day).is_some();
        for file in ["/shop/scripts/a.ts", "/shop/app/scripts/deep/a.ts", "/shop/tools/a.ts", "/shop/x/legacy/y/z.js"] {
            assert!(silenced(file), "{file}");
        }
        for file in ["/shop/a.ts", "/shop/x/tools/a.ts", "/other/scripts/a.ts", "/shop", "/shopping/scripts/a.ts"] {
            assert!(!silenced(file), "{file}");
        }
        assert_eq!(config.suppressed("sql-injection", &FileId::new("/shop/scripts/a.ts"), day), None);
    }

    #[test]
    fn they_end() {
        let config = config(&["*"]);
        let on = |day: &str| config.suppressed("xss", &FileId::new("/shop/a.ts"), Date::parse(day).expect("a day"));
        assert_eq!((on("2027-01-31"), on("2027-02-01")), (Some(0), None));
    }

    #[test]
    fn what_is_no_glob_is_told() {
        assert_eq!(Suppression::new(Vec::new(), vec!["{a".into()], String::new(), None), Err("{a".to_owned()));
    }
}
