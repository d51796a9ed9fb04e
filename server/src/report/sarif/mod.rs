//! The report as SARIF 2.1.0, which code hosts and other tools read.
//!
//! No snippets, and no fix that would write a secret anywhere: a SARIF file is uploaded. Of what hosts ask for beyond the standard
//! there is: `security-severity`, `precision` and tags of rules, help as Markdown, a category (`automationDetails`), and
//! fingerprints that stay when lines move. `primaryLocationLineHash` is left to the host's own upload, which works it out from the
//! source and complains of any other value.

mod rule;

use serde_json::{Map, Value, json};

use super::left_out::Why;
use super::{Change, Entry, Repair, Report, fingerprint, renew};
use crate::rules::{Level, Place};
use crate::syntax::keeps_secrets;
use crate::text::{FileId, Range, Span};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const ROOT: &str = "%SRCROOT%";

/// The whole report, ending with a line end.
pub fn render(report: &Report<'_>) -> String {
    let mut base = uri("file://", report.base.as_str());
    base.push('/');
    let weaknesses = rule::weaknesses(report.rules);
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Guardline",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": report.rules.iter().map(|meta| rule::rule(meta, &weaknesses)).collect::<Vec<_>>(),
                "supportedTaxonomies": [{ "name": "CWE", "index": 0 }],
            } },
            "taxonomies": [rule::taxonomy(&weaknesses)],
            // The slash says that it is a category: reports of the same one replace each other.
            "automationDetails": { "id": "guardline/" },
            "invocations": [invocation(report)],
            "originalUriBaseIds": { ROOT: { "uri": base } },
            "columnKind": "utf16CodeUnits",
            "results": results(report),
            "properties": properties(report),
        }],
    });
    let mut out = serde_json::to_string_pretty(&log).unwrap_or_default();
    out.push('\n');
    out
}

/// What is told, and behind it what a person has accepted or a baseline knows: a reader that knows of suppressions leaves that out.
fn results(report: &Report<'_>) -> Vec<Value> {
    let told = report.entries.iter().zip(fingerprint::of(report)).map(|(entry, name)| result(report, entry, &name));
    let accepted = report.left_out.iter().filter_map(|one| {
        let (kind, why) = match &one.why {
            Why::Marked(reason) => ("inSource", reason.as_str()),
            Why::Configured(reason) => ("external", reason.as_str()),
            Why::Known => ("external", "The baseline knows it."),
            Why::Quiet => return None,
        };
        let mut result = result(report, &one.entry, &one.fingerprint);
        result["suppressions"] = json!([{ "kind": kind, "status": "accepted", "justification": report.redactor.clean(why) }]);
        Some(result)
    });
    told.chain(accepted).collect()
}

/// How many findings are left out of what is told, and which rules did not look.
fn properties(report: &Report<'_>) -> Value {
    let left = report.left_out();
    let off: Vec<&str> = report.limits.off.iter().map(|rule| rule.as_str()).collect();
    json!({ "known": left.known, "silenced": left.silenced, "belowThreshold": left.quiet, "rulesOff": off, "isPart": report.limits.is_part })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Information | Level::Hint | Level::Hidden => "note",
    }
}

fn result(report: &Report<'_>, entry: &Entry, fingerprint: &str) -> Value {
    let finding = &entry.finding;
    let mut result = json!({
        "ruleId": finding.rule.as_str(),
        "level": level(finding.level),
        "message": { "text": report.redactor.clean(&renew::said_with(finding)) },
        "locations": [location(report, &finding.place, None)],
        "partialFingerprints": { "guardline/v1": fingerprint },
    });
    if let Some(index) = report.rules.iter().position(|meta| meta.id == finding.rule) {
        result["ruleIndex"] = index.into();
    }
    if !finding.related.is_empty() {
        let related = finding.related.iter().enumerate().map(|(i, related)| {
            let mut location = location(report, &related.place, Some(&report.redactor.clean(&related.message)));
            location["id"] = i.into();
            location
        });
        result["relatedLocations"] = related.collect();
    }
    let fixes: Vec<Value> = entry.repairs.iter().filter(|repair| may_be_told(report, repair)).map(|repair| told(report, repair)).collect();
    if !fixes.is_empty() {
        result["fixes"] = fixes.into();
    }
    if !finding.detail.is_empty() {
        result["properties"] = json!({ "detail": finding.detail.as_str() });
    }
    result
}

fn location(report: &Report<'_>, place: &Place, message: Option<&str>) -> Value {
    let mut location = json!({ "physicalLocation": { "artifactLocation": artifact(report, &place.file), "region": region(report.range(place)) } });
    if let Some(message) = message {
        location["message"] = json!({ "text": message });
    }
    location
}

fn region(range: Range) -> Value {
    json!({ "startLine": range.start.line, "startColumn": range.start.column, "endLine": range.end.line, "endColumn": range.end.column })
}

/// Relative to the root where the file lies below it.
fn artifact(report: &Report<'_>, file: &FileId) -> Value {
    let path = report.path(file);
    if path == file.as_str() { json!({ "uri": uri("file://", path) }) } else { json!({ "uri": uri("", path), "uriBaseId": ROOT }) }
}

/// A path as a URI: what may not stand in a path is percent-encoded (RFC 3986, `pchar`), except the brackets that route files
/// are named with: readers of reports compare them as they are, though a strict check of URIs objects to them.
fn uri(prefix: &str, path: &str) -> String {
    let mut out = prefix.to_owned();
    if !prefix.is_empty() && !path.starts_with('/') {
        out.push('/');
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'[' | b']' | b'@' => out.push(byte as char),
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' => out.push(byte as char),
            b':' if !prefix.is_empty() => out.push(':'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A fix is told if it only changes files that exist, none of them a file for secrets, and writes no known secret.
fn may_be_told(report: &Report<'_>, repair: &Repair) -> bool {
    let is_plain =
        |change: &Change| !change.creates && !keeps_secrets(&change.file) && change.replacements.iter().all(|(_, text)| !report.redactor.is_leak(text));
    !repair.changes.is_empty() && repair.changes.iter().all(is_plain)
}

fn told(report: &Report<'_>, repair: &Repair) -> Value {
    let change = |change: &Change| {
        let replacement = |(span, text): &(Span, String)| {
            let place = Place { file: change.file.clone(), span: *span };
            let mut replacement = json!({ "deletedRegion": region(report.range(&place)) });
            if !text.is_empty() {
                replacement["insertedContent"] = json!({ "text": text });
            }
            replacement
        };
        json!({ "artifactLocation": artifact(report, &change.file), "replacements": change.replacements.iter().map(replacement).collect::<Vec<_>>() })
    };
    json!({
        "description": { "text": report.redactor.clean(&repair.title) },
        "artifactChanges": repair.changes.iter().map(change).collect::<Vec<_>>(),
    })
}

fn invocation(report: &Report<'_>) -> Value {
    let mut invocation = Map::from_iter([("executionSuccessful".to_owned(), Value::Bool(true))]);
    let text = |text: &str| json!({ "text": report.redactor.clean(text) });
    if !report.notes.is_empty() {
        let notes = report.notes.iter().map(|note| json!({ "level": "warning", "message": text(note) }));
        invocation.insert("toolExecutionNotifications".to_owned(), notes.collect());
    }
    if !report.mark_notes.is_empty() {
        let notes =
            report.mark_notes.iter().map(|note| json!({ "level": "note", "message": text(&note.message), "locations": [location(report, &note.place, None)] }));
        invocation.insert("toolConfigurationNotifications".to_owned(), notes.collect());
    }
    Value::Object(invocation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{finding, project_of, report};
    use crate::rules::Related;

    fn log(report: &Report<'_>) -> Value {
        serde_json::from_str(&render(report)).expect("JSON")
    }

    fn repair(changes: Vec<Change>) -> Repair {
        Repair { title: "Repair".into(), needs_review: false, tried: true, note: None, changes }
    }

    #[test]
    fn rules_and_results_refer_to_each_other() {
        let project = project_of(&[("src/a b.ts", "x\nconst é😀 = call(a);\n")]);
        let file = FileId::new("/shop/src/a b.ts");
        let mut flagged = finding("sql-injection", &project, &file, "call(a)", Level::Warning);
        flagged.related.push(Related { place: Place { file: FileId::new("/other/b.ts"), span: Span::at(0) }, message: "from here".into() });
        let log = log(&report(&project, vec![flagged]));
        let run = &log["runs"][0];
        let result = &run["results"][0];
        assert_eq!(run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().expect("a number") as usize]["id"], "sql-injection");
        assert_eq!(run["originalUriBaseIds"][ROOT]["uri"], "file:///shop/");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"], json!({ "uri": "src/a%20b.ts", "uriBaseId": ROOT }));
        assert_eq!(place["region"], json!({ "startLine": 2, "startColumn": 13, "endLine": 2, "endColumn": 20 }));
        assert_eq!(result["relatedLocations"][0]["physicalLocation"]["artifactLocation"], json!({ "uri": "file:///other/b.ts" }));
        assert_eq!(result["level"], "warning");
        let rule = &run["tool"]["driver"]["rules"][4];
        assert_eq!(rule["name"], "SqlInjection");
        let properties = json!({ "tags": ["security", "guardline/input", "external/cwe/cwe-089"], "security-severity": "9.5", "precision": "high" });
        assert_eq!(rule["properties"], properties);
        let target = &rule["relationships"][0]["target"];
        assert_eq!((&target["id"], &target["toolComponent"]["name"]), (&json!("CWE-89"), &json!("CWE")));
        assert_eq!(run["taxonomies"][0]["taxa"][target["index"].as_u64().expect("a number") as usize]["id"], "CWE-89");
        assert_eq!(run["automationDetails"]["id"], "guardline/");
        let help = rule["help"]["markdown"].as_str().expect("text");
        assert!(help.contains("## How to fix") && !help.contains("Known gaps") && !help.contains("Flagged"), "{help}");
    }

    #[test]
    fn what_is_accepted_stands_behind_what_is_told() {
        let (project, file) = crate::report::samples::project("app/[id]/a b.ts", "call(a);\nopen(b);\n");
        let mut report = report(&project, vec![finding("sql-injection", &project, &file, "call(a)", Level::Error)]);
        let accepted = finding("missing-auth", &project, &file, "open(b)", Level::Error);
        report.leave_out(vec![(accepted.clone(), Why::Marked("tried by hand".to_owned())), (accepted, Why::Quiet)]);
        let log = log(&report);
        let results = log["runs"][0]["results"].as_array().expect("results");
        assert_eq!((results.len(), results[0].get("suppressions")), (2, None));
        assert_eq!(results[1]["suppressions"], json!([{ "kind": "inSource", "status": "accepted", "justification": "tried by hand" }]));
        assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "app/[id]/a%20b.ts");
        let counts = json!({ "known": 0, "silenced": 1, "belowThreshold": 1, "rulesOff": [], "isPart": false });
        assert_eq!(log["runs"][0]["properties"], counts);
    }

    #[test]
    fn a_fix_that_moves_a_secret_is_not_told() {
        let secret = format!("{}{}", "abcd1234", "EFGH5678ijkl");
        let project = project_of(&[("a.ts", &format!("f(\"{secret}\")")), (".env", "A=1\n")]);
        let file = FileId::new("/shop/a.ts");
        let change = |name: &str, creates, text: &str| Change {
            file: FileId::new(&format!("/shop/{name}")),
            creates,
            replacements: vec![(Span::new(2, 4), text.to_owned())],
        };
        let mut report = report(&project, vec![finding("secret-hardcoded", &project, &file, &format!("\"{secret}\""), Level::Error)]);
        report.entries[0].repairs = vec![
            repair(vec![change(".env", false, "X"), change("a.ts", false, "process.env.X")]),
            repair(vec![change("b.ts", true, "x"), change("a.ts", false, "x")]),
            repair(vec![change("a.ts", false, &secret)]),
            repair(Vec::new()),
        ];
        assert_eq!(log(&report)["runs"][0]["results"][0].get("fixes"), None);
        report.entries[0].repairs = vec![repair(vec![change("a.ts", false, "")])];
        let told = &log(&report)["runs"][0]["results"][0]["fixes"][0];
        let region = json!({ "startLine": 1, "startColumn": 3, "endLine": 1, "endColumn": 5 });
        assert_eq!(told["artifactChanges"][0]["replacements"], json!([{ "deletedRegion": region }]));
        assert!(!render(&report).contains(&secret));
    }
}
