//! The report for programs: one JSON object, as `queries/report.schema.json` describes it. Fields are only ever added; a change of
//! meaning raises `version`.
//!
//! Lines and columns begin at 1; columns count UTF-16 code units; `end` is exclusive. Paths are relative to `root`,
//! with forward slashes. There is no source text in it, so it cannot carry a secret away.
//!
//! ```text
//! { "version": 1,
//!   "tool": { "name", "version" },
//!   "root": "/absolute/path",
//!   "summary": { "files", "filesAround", "findings", "errors", "warnings", "information", "silenced", "known", "belowThreshold" },
//!   "findings": [ { "rule", "detail"?, "title", "risk", "impact", "level", "confidence", "message", "renew"?, "cwe": [..],
//!                   "file", "range": { "start": { "line", "column" }, "end": {..} }, "fingerprint",
//!                   "related": [ { "file", "range", "message" } ],
//!                   "fixes": [ { "title", "grade": "safe" | "needs-review", "verified", "note"? } ] } ],
//!   "notes": [ { "message", "file"?, "range"? } ],
//!   "overview": { "verdict", "launch", "first": [..], "howLevelsComeAbout", "risks": [..], "questions": [..], "inOrder": [..], "checklist": [..], "notLookedAt": [..] } }
//! ```
//! `risk` is one of `secrets`, `authorization`, `routes`, `database`, `deployment`, `input`, `passwords`, `own`; `impact` one of
//! `low`, `medium`, `high`, `critical`; `level` one of `error`, `warning`, `information`, `hint`, `hidden`; `confidence`
//! one of `possible`, `likely`, `proven`.

mod overview;

use serde::Serialize;

use super::overview::Overview;
use super::{Report, fingerprint, renew};
use crate::rules::{Confidence, Impact, Level, Risk};
use crate::text::{Position, Range};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    version: u32,
    tool: WireTool,
    root: &'a str,
    summary: WireSummary,
    findings: Vec<WireFinding<'a>>,
    notes: Vec<WireNote<'a>>,
    overview: overview::WireOverview<'a>,
}

#[derive(Serialize)]
struct WireTool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireSummary {
    files: usize,
    files_around: usize,
    findings: usize,
    errors: usize,
    warnings: usize,
    information: usize,
    silenced: usize,
    known: usize,
    below_threshold: usize,
}

#[derive(Serialize)]
struct WireFinding<'a> {
    rule: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
    title: &'a str,
    risk: Option<&'static str>,
    impact: &'static str,
    level: &'static str,
    confidence: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    renew: Option<String>,
    cwe: &'a [u16],
    file: &'a str,
    range: WireRange,
    fingerprint: String,
    related: Vec<WireRelated<'a>>,
    fixes: Vec<WireFix>,
}

#[derive(Serialize)]
struct WireRelated<'a> {
    file: &'a str,
    range: WireRange,
    message: String,
}

#[derive(Serialize)]
struct WireFix {
    title: String,
    grade: &'static str,
    verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Serialize)]
struct WireNote<'a> {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<WireRange>,
}

#[derive(Serialize)]
struct WireRange {
    start: WirePosition,
    end: WirePosition,
}

#[derive(Serialize)]
struct WirePosition {
    line: u32,
    column: u32,
}

impl From<Range> for WireRange {
    fn from(range: Range) -> WireRange {
        let at = |position: Position| WirePosition { line: position.line, column: position.column };
        WireRange { start: at(range.start), end: at(range.end) }
    }
}

/// The whole report, ending with a line end.
pub fn render(report: &Report<'_>) -> String {
    let (overview, left) = (Overview::of(report), report.left_out());
    let levels = |wanted: &[Level]| report.entries.iter().filter(|entry| wanted.contains(&entry.finding.level)).count();
    let wire = Wire {
        version: 1,
        tool: WireTool { name: "guardline", version: env!("CARGO_PKG_VERSION") },
        root: report.base.as_str(),
        summary: WireSummary {
            files: report.audited,
            files_around: report.around,
            findings: report.entries.len(),
            errors: levels(&[Level::Error]),
            warnings: levels(&[Level::Warning]),
            information: levels(&[Level::Information, Level::Hint, Level::Hidden]),
            silenced: left.silenced,
            known: left.known,
            below_threshold: left.quiet,
        },
        findings: findings(report),
        notes: notes(report),
        overview: overview::WireOverview::of(report, &overview),
    };
    let mut out = serde_json::to_string_pretty(&wire).unwrap_or_default();
    out.push('\n');
    out
}

fn findings<'r>(report: &'r Report<'_>) -> Vec<WireFinding<'r>> {
    let clean = |text: &str| report.redactor.clean(text).into_owned();
    let told = |(entry, fingerprint): (&'r super::Entry, String)| {
        let finding = &entry.finding;
        let meta = report.meta(&finding.rule);
        WireFinding {
            rule: finding.rule.as_str(),
            detail: &finding.detail,
            title: meta.map_or(finding.rule.as_str(), |meta| meta.title),
            risk: meta.map(|meta| risk(meta.risk)),
            impact: impact(finding.impact),
            level: level(finding.level),
            confidence: confidence(finding.confidence),
            message: clean(&finding.message),
            renew: renew::of(finding),
            cwe: meta.map_or(&[], |meta| meta.cwe),
            file: report.path(&finding.place.file),
            range: report.range(&finding.place).into(),
            fingerprint,
            related: finding
                .related
                .iter()
                .map(|related| WireRelated {
                    file: report.path(&related.place.file),
                    range: report.range(&related.place).into(),
                    message: clean(&related.message),
                })
                .collect(),
            fixes: entry
                .repairs
                .iter()
                .map(|repair| WireFix {
                    title: clean(&repair.title),
                    grade: if repair.needs_review { "needs-review" } else { "safe" },
                    verified: repair.tried,
                    note: repair.note.as_deref().map(clean),
                })
                .collect(),
        }
    };
    report.entries.iter().zip(fingerprint::of(report)).map(told).collect()
}

fn notes<'r>(report: &'r Report<'_>) -> Vec<WireNote<'r>> {
    let of_marks = report.mark_notes.iter().map(|note| WireNote {
        message: report.redactor.clean(&note.message).into_owned(),
        file: Some(report.path(&note.place.file)),
        range: Some(report.range(&note.place).into()),
    });
    let others = report.notes.iter().map(|note| WireNote { message: report.redactor.clean(note).into_owned(), file: None, range: None });
    of_marks.chain(others).collect()
}

/// The word for a risk in files for machines.
pub fn risk(risk: Risk) -> &'static str {
    match risk {
        Risk::Secrets => "secrets",
        Risk::Authorization => "authorization",
        Risk::Routes => "routes",
        Risk::Database => "database",
        Risk::Deployment => "deployment",
        Risk::Input => "input",
        Risk::Passwords => "passwords",
        Risk::Own => "own",
    }
}

/// The word for an impact in files for machines.
pub fn impact(impact: Impact) -> &'static str {
    match impact {
        Impact::Low => "low",
        Impact::Medium => "medium",
        Impact::High => "high",
        Impact::Critical => "critical",
    }
}

fn level(level: Level) -> &'static str {
    // As the schema has it.
    if level == Level::Hidden { "hidden" } else { level.word() }
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Possible => "possible",
        Confidence::Likely => "likely",
        Confidence::Proven => "proven",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Repair;
    use crate::report::samples::{finding, project, report};
    use crate::report::suppress::Note;

    #[test]
    fn the_schema_stands() {
        let (project, file) = project("a.ts", "const é = \"😀\"; call(a);\n");
        let mut report = report(&project, vec![finding("missing-auth", &project, &file, "call(a)", Level::Error)]);
        report.entries[0].repairs = vec![Repair { title: "Ask who is calling".into(), needs_review: true, tried: true, note: None, changes: Vec::new() }];
        report.mark_notes.push(Note { place: report.entries[0].finding.place.clone(), message: "No reason.".into() });
        report.notes.push("x could not be read.".into());
        let mut value: serde_json::Value = serde_json::from_str(&render(&report)).expect("JSON");
        value["tool"]["version"] = "0".into();
        let overview = value["overview"].take();
        assert_eq!(overview["verdict"], "Not ready for launch: 1 problem to repair first.");
        assert_eq!(overview["risks"][1]["level"], "high");
        let fingerprint = value["findings"][0]["fingerprint"].take();
        assert!(fingerprint.as_str().is_some_and(|text| text.ends_with(":1")));
        let range = serde_json::json!({ "start": { "line": 1, "column": 17 }, "end": { "line": 1, "column": 24 } });
        let expected = serde_json::json!({
            "version": 1,
            "tool": { "name": "guardline", "version": "0" },
            "root": "/shop",
            "summary": { "files": 1, "filesAround": 0, "findings": 1, "errors": 1, "warnings": 0, "information": 0, "silenced": 0, "known": 0, "belowThreshold": 0 },
            "findings": [{
                "rule": "missing-auth", "detail": "sample", "title": "Anybody can call this", "risk": "authorization", "impact": "critical",
                "level": "error", "confidence": "proven", "message": "Anybody can call this: anyone can misuse it", "cwe": [306],
                "file": "a.ts", "range": range, "fingerprint": null, "related": [],
                "fixes": [{ "title": "Ask who is calling", "grade": "needs-review", "verified": true }],
            }],
            "notes": [{ "message": "No reason.", "file": "a.ts", "range": range }, { "message": "x could not be read." }],
            "overview": null,
        });
        assert_eq!(value, expected);
    }
}
