//! **Allow hosts**: before the server opens an address, its host is looked up in a list.

use super::edits::Edits;
use super::here::Here;
use super::{Fix, Grade};
use crate::project::Project;
use crate::rules::Place;
use crate::text::lines;

const VARIABLE: &str = "ALLOWED_HOSTS";

pub fn fix(project: &Project, call: &Place, at: &Place) -> Option<Fix> {
    let here = Here::at(project, at)?;
    let id = here.expression(at.span)?;
    if call.file != at.file || !here.is_plain(id) {
        return None;
    }
    let statement = here.statement(call.span)?;
    if !statement.contains(at.span) {
        return None;
    }
    let mut edits = Edits::default();
    let value = here.text(id).to_owned();
    let indent = lines::indentation(&here.code.text, statement.start).to_owned();
    let end = lines::line_end(&here.code.text);
    let lines: Vec<String> = if here.python() {
        let (parse, os) = (here.member("urllib.parse", "urlparse", &mut edits)?, here.module("os", &mut edits)?);
        vec![
            format!("if {parse}({value}).hostname not in {os}.environ.get(\"{VARIABLE}\", \"\").split(\",\"):"),
            "    raise ValueError(\"This host is not allowed\")".to_owned(),
        ]
    } else {
        if here.code.text.contains("allowedHosts") {
            return None;
        }
        let unit = if indent.contains('\t') { "\t" } else { "  " };
        vec![
            format!("const allowedHosts = (process.env.{VARIABLE} ?? \"\").split(\",\");"),
            format!("if (!allowedHosts.includes(new URL({value}).hostname)) {{"),
            format!("{unit}throw new Error(\"This host is not allowed\");"),
            "}".to_owned(),
        ]
    };
    let text: String = lines.iter().map(|line| format!("{}{end}{indent}", here.quoted(line))).collect();
    edits.insert(&at.file, statement.start, text);
    Some(Fix {
        title: format!("Open {value} only if its host is in {VARIABLE}"),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some(format!(
            "Set {VARIABLE} to the hosts that may be opened, with commas between them, such as `images.example.com,cdn.example.com`. Until then every address is refused."
        )),
        suppresses: false,
    })
}
