//! Source maps are served beside the code: everybody reads the source as it was written.

use super::{Audience, Impact, Risk, RuleId, RuleMeta};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("public-source-maps"),
    title: "Visitors can download the original source code",
    risk: Risk::Deployment,
    impact: Impact::Medium,
    audience: Audience::Everyday,
    cwe: &[540],
    page: include_str!("../../../queries/rules/public-source-maps.md"),
};

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
    fn the_message_names_a_file() {
        let message = built_message("dist", 2, &["../../src/App.tsx".into(), "webpack://app/./src/b.ts".into(), "c.ts".into()]);
        assert_eq!(
            message,
            "In `dist` lie source maps beside the code: anyone can download `src/App.tsx` and 2 other files as you wrote them, comments included"
        );
        assert!(built_message("", 1, &["webpack://app/./src/b.ts".into()]).contains("`app/./src/b.ts` as"));
    }
}
