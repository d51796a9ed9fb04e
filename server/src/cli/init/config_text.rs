//! The `guardline.json` that `guardline init` writes: every setting that most projects come to need, with what it is for.

use std::fmt::Write;

use super::look::Seen;

pub fn text(seen: &Seen) -> String {
    let mut out = String::from(
        "// What Guardline should know of this project. Comments and trailing commas are allowed here.
// Editors complete all settings; `guardline rules` lists the rules.
{
  // Rules to switch off, or to show at another level: \"off\", \"error\", \"warning\", \"information\", \"hint\".
  \"rules\": {
    // \"missing-rate-limit\": \"off\",
  },

  // Not looked at, in the grammar of .gitignore. What git ignores, libraries and builds are left out anyway.
  \"ignore\": [
    // \"legacy/\",
  ],

",
    );
    let unclear = match seen.unclear {
        0 => String::new(),
        1 => "\n  // Of 1 route here it is not known who may call it; `guardline routes` shows which.".to_owned(),
        n => format!("\n  // Of {n} routes here it is not known who may call them; `guardline routes` shows which."),
    };
    let _ = write!(
        out,
        "  // Functions that stop a request unless somebody is signed in. Guardline looks into your own functions by itself:
  // name only those it cannot look into, such as a check in a package of your company.{unclear}
  \"guards\": [
    // \"requireUser\",
  ],

  // Routes that are open on purpose. * is one part of a path, ** any number of parts; a method may stand before it.
"
    );
    if seen.open_routes.is_empty() {
        out.push_str("  \"publicRoutes\": [\n    // \"/api/health\", \"/api/public/**\", \"GET /posts\",\n  ],\n");
    } else {
        out.push_str("  // These look as if they were; delete what is not.\n  \"publicRoutes\": [\n");
        for path in &seen.open_routes {
            let _ = writeln!(out, "    // {},", serde_json::Value::from(path.as_str()));
        }
        out.push_str("  ],\n");
    }
    out.push_str(
        "
  // Models whose rows everybody may read, and columns that hold the owner of a row where the schema does not show it.
  \"publicModels\": [],
  \"ownerColumns\": [],

  // Findings that somebody has looked at and decided to live with. In code, a comment does the same for one place:
  // `guardline-ignore-next-line RULE: reason`.
  \"suppress\": [
    // { \"rules\": [\"sql-injection\"], \"paths\": [\"scripts/\"], \"reason\": \"run by hand\", \"until\": \"2027-01-31\" },
  ],
}
",
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, parse};

    fn seen(open_routes: &[&str], unclear: usize) -> Seen {
        let open_routes = open_routes.iter().map(|path| (*path).to_owned()).collect();
        Seen { folder: "/shop".into(), files: 1, frameworks: Vec::new(), routes: 1, open_routes, unclear }
    }

    #[test]
    fn it_is_read_without_complaint_and_changes_nothing() {
        for seen in [seen(&[], 0), seen(&["/api/health", "/a\"b"], 2)] {
            assert_eq!(parse::parse(&text(&seen), &|_| true), (Config::default(), Vec::new()));
        }
    }

    #[test]
    fn what_stands_in_its_comments_would_be_read_too() {
        let uncommented: String = text(&seen(&["/api/health"], 1)).lines().fold(String::new(), |out, line| {
            let text = line.trim();
            out + text.strip_prefix("// ").filter(|text| text.starts_with(['"', '{'])).unwrap_or(text) + "\n"
        });
        let (config, errors) = parse::parse(&uncommented, &|_| true);
        assert_eq!(errors, []);
        assert_eq!((config.rules.len(), config.ignore.len(), config.guards.len(), config.suppress.len()), (1, 1, 1, 1));
        assert_eq!(config.public_routes, ["/api/health"]);
    }
}
