//! Findings to the list the client is sent, as JSON text. All but the places is kept from one version to the next:
//! printing five hundred messages anew at each keystroke would cost more than finding them.

use std::sync::Arc;

use ropey::Rope;
use serde_json::json;

use super::places::Places;
use super::unmoved::Unmoved;
use crate::config::OwnRule;
use crate::project::Project;
use crate::rules::{Finding, Level};
use crate::text::{Edit, Encoding, FileId, Span};

/// How this client wants them.
#[derive(Clone)]
pub struct Renderer {
    pub encoding: Encoding,
    pub related_information: bool,
    pub data: bool,
    /// The address of the rules' pages, without the rule's id.
    pub help_base: Option<String>,
    /// The project's own rules, whose pages are nowhere but in the project.
    pub own_rules: Arc<[OwnRule]>,
}

/// A list, and what of it can be used again.
#[derive(Clone, Default)]
pub struct List {
    /// A JSON array.
    pub json: Vec<u8>,
    tails: Vec<Arc<[u8]>>,
    /// Where in it each finding ends.
    ends: Vec<u32>,
    /// The text that its places are places of.
    rope: Rope,
}

impl List {
    /// What is said of some findings that follow one another.
    fn elements(&self, which: std::ops::Range<usize>) -> Option<&[u8]> {
        let from = which.start.checked_sub(1).map_or(Some(0), |at| self.ends.get(at).copied())?;
        let to = self.ends.get(which.end.checked_sub(1)?)?;
        self.json.get(from as usize + 1..*to as usize)
    }
}

/// Where related places are looked up.
pub struct Around<'a> {
    pub project: &'a Project,
    /// The URI of an open document, as its client writes it.
    pub uri_of: &'a dyn Fn(&FileId) -> String,
}

/// How far a finding is searched for in the list before; more than are added or gone at one keystroke.
const NEAR: usize = 8;

impl Renderer {
    /// The findings of one document that are shown, in order. `before` is what is shown of it, with its list; `edit` what was done to
    /// that text since, if it is known.
    pub fn list(&self, rope: &Rope, findings: &[Finding], before: (&[Finding], &List), edit: Option<Edit>, around: &Around) -> List {
        let mut places = Places::new(rope, self.encoding);
        let mut json = Vec::with_capacity(before.1.json.len() + 1024);
        let mut tails = Vec::with_capacity(findings.len());
        let mut ends = Vec::with_capacity(findings.len());
        let unmoved = edit.and_then(|edit| Unmoved::by(edit, &before.1.rope, rope));
        let is_unmoved = |at: usize, finding: &Finding| {
            let known = before.0.get(at).map(|known| known.place.span);
            unmoved.as_ref().zip(known).is_some_and(|(unmoved, known)| unmoved.is_at(known, finding.place.span))
        };
        let mut next = 0;
        json.push(b'[');
        for (i, finding) in findings.iter().enumerate() {
            let end = (next + NEAR).min(before.0.len());
            let known = (next..end).find(|at| self.is_same(&before.0[*at], finding));
            let tail = match known.and_then(|at| before.1.tails.get(at)) {
                Some(tail) => tail.clone(),
                None => self.tail(finding, around).into(),
            };
            next = known.map_or(next, |at| at + 1);
            if i > 0 {
                json.push(b',');
            }
            match known.filter(|at| is_unmoved(*at, finding)).and_then(|at| before.1.elements(at..at + 1)) {
                Some(element) => json.extend_from_slice(element),
                None => {
                    json.extend_from_slice(b"{\"range\":");
                    places.write(finding.place.span, &mut json);
                    json.extend_from_slice(&tail);
                }
            }
            tails.push(tail);
            ends.push(json.len() as u32);
        }
        json.push(b']');
        List { json, tails, ends, rope: rope.clone() }
    }

    /// The same but for its place.
    fn is_same(&self, a: &Finding, b: &Finding) -> bool {
        a.rule == b.rule && a.level == b.level && a.message == b.message && a.detail == b.detail
            // Related places move too.
            && (!self.related_information || a.related.is_empty() && b.related.is_empty())
    }

    fn tail(&self, finding: &Finding, around: &Around) -> Vec<u8> {
        let severity = match finding.level {
            Level::Error => 1,
            Level::Warning => 2,
            Level::Information => 3,
            Level::Hint | Level::Hidden => 4,
        };
        let mut diagnostic = json!({ "severity": severity, "code": finding.rule.as_str(), "source": "guardline", "message": finding.message });
        if let Some(base) = self.help_base.as_ref().filter(|_| !self.own_rules.iter().any(|rule| rule.id == finding.rule.as_str())) {
            diagnostic["codeDescription"] = json!({ "href": format!("{base}{}", finding.rule) });
        }
        if self.related_information && !finding.related.is_empty() {
            let related = finding.related.iter().filter_map(|related| {
                let rope = around.project.file(&related.place.file)?.document.rope();
                let range = Places::new(rope, self.encoding).range(related.place.span);
                Some(json!({ "location": { "uri": (around.uri_of)(&related.place.file), "range": range }, "message": related.message }))
            });
            diagnostic["relatedInformation"] = related.collect();
        }
        if self.data {
            diagnostic["data"] = json!({ "rule": finding.rule.as_str(), "detail": finding.detail.as_str() });
        }
        let mut tail = diagnostic.to_string().into_bytes();
        // The brace stands before the range already.
        if let Some(first) = tail.first_mut() {
            *first = b',';
        }
        tail
    }
}

/// Something else to be said of a document, in the shape of a list's elements. `tags`: of the protocol's `DiagnosticTag`.
pub fn remark(rope: &Rope, span: Span, code: &str, message: &str, tags: &[u8], encoding: Encoding) -> Vec<u8> {
    let range = Places::new(rope, encoding).range(span);
    let mut element = json!({ "range": range, "severity": 3, "code": code, "source": "guardline", "message": message });
    if !tags.is_empty() {
        element["tags"] = json!(tags);
    }
    element.to_string().into_bytes()
}

/// Adds an element to a list.
pub fn add(list: &mut List, element: &[u8]) {
    list.json.pop();
    if list.json.len() > 1 {
        list.json.push(b',');
    }
    list.json.extend_from_slice(element);
    list.json.push(b']');
}

/// The notification that shows a list.
pub fn publication(uri: &str, version: Option<i32>, list: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(list.len() + uri.len() + 128);
    body.extend_from_slice(br#"{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"uri":"#);
    body.extend_from_slice(json!(uri).to_string().as_bytes());
    if let Some(version) = version {
        body.extend_from_slice(format!(",\"version\":{version}").as_bytes());
    }
    body.extend_from_slice(br#","diagnostics":"#);
    body.extend_from_slice(list);
    body.extend_from_slice(b"}}");
    body
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::rules::{Confidence, Impact, Place, Related, RuleId};
    use crate::syntax::{Document, Language};

    fn finding(span: std::ops::Range<usize>, message: &str) -> Finding {
        Finding {
            rule: RuleId::new("xss"),
            detail: "dom".into(),
            impact: Impact::High,
            confidence: Confidence::Likely,
            level: Level::Warning,
            place: Place { file: FileId::new("/a.ts"), span: span.into() },
            message: message.into(),
            related: Vec::new(),
            plans: Vec::new(),
            absence: false,
        }
    }

    fn renderer() -> Renderer {
        Renderer {
            encoding: Encoding::Utf16,
            related_information: true,
            data: true,
            help_base: Some("https://example.invalid/".into()),
            own_rules: Arc::default(),
        }
    }

    fn project(text: &str) -> Project {
        let file = FileId::new("/a.ts");
        Project::default().with(vec![(file.clone(), Some(Arc::new(Document::new(file, Language::TypeScript, 1, text))))])
    }

    fn list(renderer: &Renderer, text: &str, findings: &[Finding], before: (&[Finding], &List)) -> (List, Value) {
        list_after(renderer, text, findings, before, None)
    }

    fn list_after(renderer: &Renderer, text: &str, findings: &[Finding], before: (&[Finding], &List), edit: Option<Edit>) -> (List, Value) {
        let project = project(text);
        let around = Around { project: &project, uri_of: &crate::lsp::uri::uri_of };
        let list = renderer.list(&Rope::from_str(text), findings, before, edit, &around);
        let value = serde_json::from_slice(&list.json).expect("JSON");
        (list, value)
    }

    #[test]
    fn a_diagnostic_says_all_the_client_can_show() {
        let related = Related { place: Place { file: FileId::new("/a.ts"), span: Span::new(0, 4) }, message: "from \"here\"".into() };
        let findings = [Finding { related: vec![related], ..finding(5..7, "bad\n\"thing\"") }];
        let (_, value) = list(&renderer(), "😀\nabcd", &findings, (&[], &List::default()));
        let range = json!({ "start": { "line": 1, "character": 0 }, "end": { "line": 1, "character": 2 } });
        let expected = json!([{
            "range": range, "severity": 2, "code": "xss", "source": "guardline", "message": "bad\n\"thing\"",
            "codeDescription": { "href": "https://example.invalid/xss" },
            "relatedInformation": [{
                "location": { "uri": "file:///a.ts", "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 2 } } },
                "message": "from \"here\""
            }],
            "data": { "rule": "xss", "detail": "dom" },
        }]);
        assert_eq!(value, expected);
        let plain = Renderer { related_information: false, data: false, help_base: None, ..renderer() };
        let (_, value) = list(&plain, "😀\nabcd", &findings, (&[], &List::default()));
        assert_eq!(value, json!([{ "range": range, "severity": 2, "code": "xss", "source": "guardline", "message": "bad\n\"thing\"" }]));
    }

    #[test]
    fn a_list_made_from_the_one_before_is_the_same_as_one_made_anew() {
        let text = "x".repeat(200);
        let before: Vec<Finding> = (0..30).map(|i| finding(i * 3..i * 3 + 2, &format!("message {}", i % 7))).collect();
        let (old, _) = list(&renderer(), &text, &before, (&[], &List::default()));
        for gone in 0..30 {
            let mut now = before.clone();
            now.remove(gone);
            now.insert(gone / 2, finding(1..2, "new"));
            let (_, reused) = list(&renderer(), &text, &now, (&before, &old));
            let (_, anew) = list(&renderer(), &text, &now, (&[], &List::default()));
            assert_eq!(reused, anew);
        }
    }

    #[test]
    fn what_an_edit_left_where_it_is_is_taken_from_the_list_before() {
        let old = "ab\n".repeat(60);
        let before: Vec<Finding> = (0..30).map(|i| finding(i * 6 + 3..i * 6 + 5, &format!("message {}", i % 7))).collect();
        let (known, _) = list(&renderer(), &old, &before, (&[], &List::default()));
        for (start, end, new) in [(61, 61, "x"), (61, 62, ""), (61, 61, "x\ny"), (60, 66, ""), (0, 0, "\n"), (179, 179, "é"), (59, 61, "\r"), (0, 180, "")] {
            let text = format!("{}{new}{}", &old[..start], &old[end..]);
            let edit = Edit { old: Span::new(start as u32, end as u32), new_len: new.len() as u32 };
            let moved = |at: u32| if at as usize >= end { at - end as u32 + (start + new.len()) as u32 } else { at };
            let mut now: Vec<Finding> = before.clone();
            now.retain(|finding| finding.place.span.end as usize <= start || finding.place.span.start as usize >= end);
            now.iter_mut().for_each(|finding| finding.place.span = Span::new(moved(finding.place.span.start), moved(finding.place.span.end)));
            let (_, reused) = list_after(&renderer(), &text, &now, (&before, &known), Some(edit));
            let (_, anew) = list(&renderer(), &text, &now, (&[], &List::default()));
            assert_eq!(reused, anew, "{start}..{end} {new:?}");
        }
    }

    #[test]
    fn remarks_join_the_list() {
        let rope = Rope::from_str("{ }");
        let mut some = List { json: b"[]".to_vec(), ..List::default() };
        let element = remark(&rope, Span::new(0, 1), "config", "no", &[], Encoding::Utf16);
        add(&mut some, &element);
        add(&mut some, &element);
        let value: Value = serde_json::from_slice(&publication("file:///a%20\"b", Some(3), &some.json)).expect("JSON");
        assert_eq!(value["params"]["diagnostics"].as_array().map(Vec::len), Some(2));
        assert_eq!(value["params"]["uri"], "file:///a%20\"b");
        assert_eq!(value["params"]["version"], 3);
        let value: Value = serde_json::from_slice(&publication("u", None, b"[]")).expect("JSON");
        assert_eq!(value["params"], json!({ "uri": "u", "diagnostics": [] }));
    }
}
