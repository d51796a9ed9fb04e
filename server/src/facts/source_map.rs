//! Source maps: where a place in a bundle was written, and whose source a map gives away.

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;
use serde::Deserialize;
use sourcemap::DecodedMap;

/// Larger maps are not decoded.
const LARGEST: usize = 64 << 20;

/// A place in a source, as a map tells it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Original {
    /// As the map names it: relative to the map, or with a scheme of the bundler's.
    pub source: String,
    /// From zero.
    pub line: u32,
}

/// The source of a place in the code that `map` belongs to: line, and column in UTF-16 units, both from zero.
/// Maps in sections are read too. `None` if the map cannot be read or says nothing of the place.
pub fn original(map: &str, line: u32, column: u32) -> Option<Original> {
    if map.len() > LARGEST {
        return None;
    }
    let map = sourcemap::decode_slice(map.as_bytes()).ok()?;
    let token = match &map {
        DecodedMap::Index(index) => index.lookup_token(line, column)?,
        map => map.lookup_token(line, column)?,
    };
    Some(Original { source: token.get_source()?.to_owned(), line: token.get_src_line() })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Raw {
    sources: Vec<Option<String>>,
    #[serde(rename = "sourcesContent")]
    contents: Vec<Option<Content>>,
    sections: Vec<Section>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Section {
    map: Raw,
}

/// What is kept of a text.
struct Content {
    is_empty: bool,
    lines: Vec<u64>,
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Content, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        Ok(Content { is_empty: text.trim().is_empty(), lines: telling_lines(&text) })
    }
}

/// The lines of a text that tell it from others, each as a number.
pub fn telling_lines(text: &str) -> Vec<u64> {
    let telling = text.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_LINE);
    telling.map(|line| FxBuildHasher.hash_one(line)).collect()
}

const SHORTEST_LINE: usize = 10;

/// A source whose text stands in a map.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Given {
    /// As the map names it: relative to the map, or with a scheme of the bundler's.
    pub source: String,
    /// See [`telling_lines`].
    pub lines: Vec<u64>,
}

/// The sources whose text stands in a map, without those of packages and of the bundler itself, in order.
pub fn sources_given_away(map: &str) -> Vec<String> {
    given_away(map).into_iter().map(|given| given.source).collect()
}

/// The same, with what their texts are known by.
pub fn given_away(map: &str) -> Vec<Given> {
    let Ok(raw) = serde_json::from_str::<Raw>(map) else { return Vec::new() };
    let mut given = Vec::new();
    collect(raw, &mut given);
    given
}

fn collect(raw: Raw, given: &mut Vec<Given>) {
    for (source, content) in raw.sources.into_iter().zip(raw.contents) {
        let (Some(source), Some(Content { is_empty: false, lines })) = (source, content) else { continue };
        if is_own(&source) {
            given.push(Given { source, lines });
        }
    }
    raw.sections.into_iter().for_each(|section| collect(section.map, given));
}

/// Neither a package's nor made up by the bundler.
fn is_own(source: &str) -> bool {
    const BUNDLERS: &[&str] =
        &["node_modules/", "webpack/runtime", "webpack/bootstrap", "(webpack)", "turbopack-", "/@vite", "vite/", "\0", "next/dist/", "external "];
    !BUNDLERS.iter().any(|part| source.contains(part)) && source.rsplit('/').next().is_some_and(|name| name.contains('.'))
}

/// What `sourceMappingURL` names at the end of a served text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Named<'t> {
    /// A file beside it, by its address.
    Beside(&'t str),
    /// The map itself, in base 64.
    Inline(&'t str),
}

/// The map that a served text names.
pub fn named_by(text: &str) -> Option<Named<'_>> {
    let at = text.rfind("sourceMappingURL=")?;
    let address = text.get(at..)?.strip_prefix("sourceMappingURL=")?;
    let address = address.split(|c: char| c.is_whitespace() || c == '*').next().filter(|address| !address.is_empty())?;
    match address.strip_prefix("data:") {
        Some(data) => data.split_once("base64,").map(|(_, body)| Named::Inline(body)),
        None => Some(Named::Beside(address)),
    }
}

/// The text of an inline map.
pub fn inline(body: &str) -> Option<String> {
    use base64::Engine;
    (body.len() <= LARGEST).then_some(())?;
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(body).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = r#"{"version":3,"sources":["../src/a.ts","../node_modules/b/b.js","webpack/bootstrap"],"sourcesContent":["let a;","let b;","x"],"names":[],"mappings":"AAAA;AACA"}"#;

    #[test]
    fn a_place_leads_back_to_its_source() {
        assert_eq!(original(MAP, 1, 4), Some(Original { source: "../src/a.ts".into(), line: 1 }));
        assert_eq!(original("{", 0, 0), None);
        let sections = format!(r#"{{"version":3,"sections":[{{"offset":{{"line":2,"column":0}},"map":{MAP}}}]}}"#);
        assert_eq!(original(&sections, 3, 0).map(|of| of.line), Some(1));
    }

    #[test]
    fn only_own_sources_count_as_given_away() {
        assert_eq!(sources_given_away(MAP), ["../src/a.ts"]);
        assert!(sources_given_away(&MAP.replace("\"let a;\"", "null")).is_empty());
        assert!(sources_given_away("not a map").is_empty());
    }

    #[test]
    fn the_map_is_named_at_the_end() {
        assert_eq!(named_by("let a;\n//# sourceMappingURL=a.js.map\n"), Some(Named::Beside("a.js.map")));
        assert_eq!(named_by("a{}\n/*# sourceMappingURL=a.css.map */"), Some(Named::Beside("a.css.map")));
        let text = "//# sourceMappingURL=data:application/json;charset=utf-8;base64,e30=";
        assert_eq!(named_by(text), Some(Named::Inline("e30=")));
        assert_eq!(inline("e30=").as_deref(), Some("{}"));
        assert_eq!(named_by("let a;"), None);
        assert_eq!(named_by("sourceMappingURL="), None);
    }
}
