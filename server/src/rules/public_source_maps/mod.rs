//! Source maps are served beside the code: everybody reads the source as it was written.

mod committed;

use super::exposed::FileCx;
use super::{Audience, Confidence, Finding, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::browser::{BROWSER, MapsByDefault};
use crate::facts::services;
use crate::facts::setup::Answer;
use crate::model::data::{self, Datum};
use crate::syntax::Language;
use crate::text::{FileId, Name};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("public-source-maps"),
    title: "Visitors can download the original source code",
    risk: Risk::Deployment,
    impact: Impact::Medium,
    audience: Audience::Everyday,
    cwe: &[540],
    page: include_str!("../../../../queries/rules/public-source-maps.md"),
};

/// What lies in a served folder, and what a configuration says of the production build.
pub fn check(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    committed::check(cx, out);
    by_default(cx, out);
    let Some(facts) = cx.project.setup().of(cx.file) else { return };
    // A library's maps go to the people who build with it.
    if facts.switches.iter().any(|switch| switch.name == "library" && switch.is != Answer::No) {
        return;
    }
    let is_taken_away = services::source_map_uploaders().iter().any(|package| cx.project.depends_on(cx.file, package));
    for switch in facts.switches.iter().filter(|switch| switch.name == "source-maps" && switch.is == Answer::Yes && !switch.place.span.is_empty()) {
        let confidence = if is_taken_away { Confidence::Possible } else { Confidence::Proven };
        let name = option_before(cx, switch.place.span.start);
        let message = format!("`{name}` makes the production build serve its source maps: anyone can download your original source code, comments included");
        let mut finding = cx.finding(&META, &switch.stack, (META.impact, confidence), switch.place.clone(), message);
        if cx.known.document.language != Language::Dockerfile {
            finding.plans.push(FixPlan::SetOption { at: switch.place.clone(), name: name.into(), value: "false".into() });
        }
        out.push(finding);
    }
}

/// A script of the package runs a build that makes them unless told otherwise, and nothing tells it.
fn by_default(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    if cx.file.file_name() != "package.json" {
        return;
    }
    let text = cx.known.document.text();
    let Some(rows) = Some(BROWSER.maps.iter().filter(|row| text.contains(&row.command)).collect::<Vec<_>>()).filter(|rows| !rows.is_empty()) else { return };
    let tree = data::read(Language::Json, &text);
    let Some(scripts) = tree.root().and_then(|root| root.get("scripts")) else { return };
    if services::source_map_uploaders().iter().any(|package| cx.project.depends_on(cx.file, package)) {
        return;
    }
    for row in rows {
        let asks = |text: &str| row.asked.as_ref().is_none_or(|asked| text.contains(asked));
        let runs = |script: &Datum<'_>| script.text().is_some_and(|text| text.contains(&row.command) && asks(text));
        let Some((name, script)) = scripts.entries().map(|(entry, script)| (Name::from(&*entry.key), script)).find(|(_, script)| runs(script)) else {
            continue;
        };
        let says_no = |word: &String| script.text().is_some_and(|text| text.contains(word)) || cx.project.depends_on(cx.file, word);
        if row.unless.iter().any(says_no) || row.words.iter().any(|word| script.text().is_some_and(|text| text.contains(word))) || is_said(cx, row) {
            continue;
        }
        let place = cx.place(script.span());
        let message = format!(
            "`{}` makes the production build with its source maps, which are then served beside the code: anyone can download your original source, comments included",
            row.command
        );
        let mut finding = cx.finding(&META, "default", (META.impact, Confidence::Likely), place.clone(), message);
        finding.absence = row.asked.is_none();
        let written = || text.get(script.span().start as usize..script.span().end as usize).unwrap_or("");
        if let Some(asked) = &row.asked {
            let without = written().replace(&format!(" {asked}"), "");
            finding.plans.push(FixPlan::SetOption { at: place, name, value: Name::from(without) });
        } else if let Some((variable, value)) = row.variable.as_deref().and_then(|variable| variable.split_once('=')) {
            let file = FileId::new(&format!("{}/.env.production", cx.file.folder()));
            finding.plans.push(FixPlan::SetVariable { file, name: variable.into(), value: value.into() });
        } else if let Some(flag) = &row.flag {
            let with = written().replace(&row.command, &format!("{} {flag}", row.command));
            finding.plans.push(FixPlan::SetOption { at: place, name, value: Name::from(with) });
        }
        out.push(finding);
    }
}

/// Does a file of configuration say something about it? Then it is told there, or it is in order.
fn is_said(cx: &FileCx<'_>, row: &MapsByDefault) -> bool {
    let folder = cx.file.folder();
    let configures = |file: &FileId| {
        let above = folder.starts_with(file.folder()) && file != cx.file;
        above || file.folder().ends_with(".github/workflows")
    };
    let says = |text: &str| row.words.iter().any(|word| text.contains(word.as_str()));
    cx.project.files().any(|(file, known)| configures(file) && says(&known.document.text()))
}

/// What stands before the value on its line: `sourcemap: true`, `GENERATE_SOURCEMAP=true`.
fn option_before(cx: &FileCx<'_>, at: u32) -> String {
    let text = cx.known.document.text();
    let before = text.get(..at as usize).unwrap_or("").trim_end_matches([' ', ':', '=', '"', '\'']);
    let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    let name = before.get(start..).unwrap_or("");
    if name.is_empty() { "sourcemap".to_owned() } else { name.to_owned() }
}

/// What is said of `maps` maps in a built folder that give away these sources.
pub fn built_message(folder: &str, maps: usize, sources: &[String]) -> String {
    let first = sources.first().map_or("", |source| plain(source));
    let others = match sources.len() {
        0 | 1 => String::new(),
        2 => " and one other file".to_owned(),
        many => format!(" and {} other files", many - 1),
    };
    let (lie, map) = if maps == 1 { ("lies", "a source map") } else { ("lie", "source maps") };
    let folder = if folder.is_empty() { "what is served" } else { folder };
    format!("In `{folder}` {lie} {map} beside the code: anyone can download `{first}`{others} as you wrote them, comments included")
}

/// Without the bundler's scheme and without the way up.
fn plain(source: &str) -> &str {
    let path = source.split_once("://").map_or(source, |(_, rest)| rest);
    path.rsplit("../").next().unwrap_or(path).trim_start_matches(['.', '/'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_that_make_maps_can_be_told_not_to() {
        for row in &BROWSER.maps {
            assert!(!row.command.is_empty() && !row.words.is_empty(), "{}", row.command);
            assert!(row.variable.as_ref().is_none_or(|variable| variable.contains('=')), "{}", row.command);
        }
    }

    #[test]
    fn the_message_names_a_file() {
        let message = built_message("dist", 2, &["../../src/App.tsx".into(), "webpack://app/./src/b.ts".into(), "c.ts".into()]);
        assert_eq!(
            message,
            "In `dist` lie source maps beside the code: anyone can download `src/App.tsx` and 2 other files as you wrote them, comments included"
        );
        assert!(built_message("", 1, &["webpack://app/./src/b.ts".into()]).contains("`app/./src/b.ts` as"));
    }
}
