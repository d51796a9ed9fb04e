//! JSON and YAML as a tree with places, read as far as it can be read.

mod builder;
mod json;
mod yaml;

pub use json::json;
pub use yaml::yaml;

use crate::text::{Name, Span};

#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    pub kind: DataKind,
    /// Of a text in quotes, what stands between them.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DataKind {
    Map(Vec<Entry>),
    List(Vec<Data>),
    /// A text, a number, `true`, `null`, as written; escapes of YAML are resolved, those of JSON are not.
    Scalar(Name),
    /// What an anchor stands for, which is not looked up.
    Alias,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: Name,
    pub key_span: Span,
    pub value: Data,
}

impl Data {
    pub fn entries(&self) -> &[Entry] {
        if let DataKind::Map(entries) = &self.kind { entries } else { &[] }
    }

    pub fn items(&self) -> &[Data] {
        if let DataKind::List(items) = &self.kind { items } else { &[] }
    }

    pub fn text(&self) -> Option<&Name> {
        if let DataKind::Scalar(text) = &self.kind { Some(text) } else { None }
    }

    /// What a map has under a key.
    pub fn get(&self, key: &str) -> Option<&Data> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// `#/components/parameters/Id`, from the root of a document.
    pub fn at_pointer(&self, pointer: &str) -> Option<&Data> {
        let steps = pointer.strip_prefix("#/")?.split('/');
        steps.take(builder::DEEPEST).try_fold(self, |data, step| data.get(&step.replace("~1", "/").replace("~0", "~")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn show(data: &Data, text: &str) -> String {
        match &data.kind {
            DataKind::Map(entries) => {
                let entry = |entry: &Entry| format!("{}@{}: {}", entry.key, entry.key_span.of(text), show(&entry.value, text));
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            DataKind::List(items) => format!("[{}]", items.iter().map(|item| show(item, text)).collect::<Vec<_>>().join(", ")),
            DataKind::Scalar(_) => data.span.of(text).to_owned(),
            DataKind::Alias => "*".to_owned(),
        }
    }

    fn of_yaml(text: &str) -> String {
        yaml(text).map_or_else(String::new, |data| show(&data, text))
    }

    fn of_json(text: &str) -> String {
        json(text).map_or_else(String::new, |data| show(&data, text))
    }

    #[test]
    fn json_with_comments_and_commas() {
        assert_eq!(of_json("// x\n{ \"a\": 1, /* é */ 'b': [true, \"c\\\"d\",], }"), "{a@a: 1, b@b: [true, c\\\"d]}");
    }

    #[test]
    fn half_typed_json_is_what_is_there() {
        assert_eq!(of_json("{ \"a\": { \"b\": \"c"), "{a@a: {b@b: c}}");
        assert_eq!(of_json("{ \"a\": , \"b\": 2 }"), "{b@b: 2}");
        assert_eq!(of_json("{ \"a\": { \"b\": 1 ] , \"c\": 2 }"), "{a@a: {b@b: 1, c@c: 2}}");
        assert_eq!(of_json(""), "");
    }

    #[test]
    fn yaml_has_its_places() {
        let text = "é: ü\npaths:\n  /notes/{id}:\n    get: {operationId: api.get, tags: [a, 'b c']}\n    list:\n    - x: 1\n    - &y y\n    - *y\n";
        assert_eq!(
            of_yaml(text),
            "{é@é: ü, paths@paths: {/notes/{id}@/notes/{id}: {get@get: {operationId@operationId: api.get, tags@tags: [a, b c]}, list@list: [{x@x: 1}, &y y, *]}}}"
        );
    }

    #[test]
    fn yaml_up_to_its_first_mistake() {
        assert_eq!(of_yaml("a: 1\nb:\n  c: 2\n d: }{\ne: 3"), "{a@a: 1, b@b: {c@c: 2}}");
        assert_eq!(of_yaml("a: {b: c"), "{a@a: {b@b: c}}");
    }

    #[test]
    fn pointers() {
        let data = yaml("a:\n  /x/{y}: {b: 1}\n").unwrap();
        assert_eq!(data.at_pointer("#/a/~1x~1{y}/b").and_then(Data::text).map(Name::as_str), Some("1"));
        assert_eq!(data.at_pointer("a/b"), None);
    }

    #[test]
    fn deep_texts_end() {
        let deep = "[".repeat(20_000);
        assert!(json(&deep).is_some());
        yaml(&deep[..2_000]);
        yaml(&"- ".repeat(2_000));
        yaml(&"a: &b [*b, *b]\n".repeat(200));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "[a-c:{}\\[\\],\"'\\\\#&*!|>%@?. \\n\\t\\-é/0]{0,200}") {
            for data in [yaml(&text), json(&text)].into_iter().flatten() {
                show(&data, &text);
            }
        }
    }
}
