//! The map of an application, told: a table for people, JSON for programs.
//!
//! The JSON is one object. Fields are only ever added; a change of meaning raises `version`. Fields marked `?` are left out
//! where there is nothing to say; lists are always there. A place `at` is `{ "file", "line" }`: the path below the
//! project's folder, and a line from 1.
//!
//! ```text
//! { "version": 1, "routes": [ route ] }
//!
//! route   { "methods": [..], "path"?, "framework", "handler"?, "at", "callers": callers, "data": [ touched ],
//!           "validated"?: answer, "limited": answer, "signature": answer, "public", "mounted", "complete" }
//! callers { "who": "anyone" | "signed-in" | "role" | "object" | "machine" | "unknown",
//!           "signedIn": answer, "role": answer, "object": answer, "machine": answer, "proof"?: { "name"?, "at" } }
//! touched { "model"?, "privacy": "private" | "public" | "authored-public" | "people" | "unknown",
//!           "reads", "writes", "operations": [..], "rows": [ "own" | "chosen" | "all" | "fixed" | "new" | "unknown" ], "at" }
//! answer  "yes" | "no" | "unknown"
//! ```
//! `methods` is empty for any. `who` is the strongest demand that is known to be made of every caller: `object` is whose the
//! records are. `proof` is the check, or for `anyone` what anybody can do. `validated` is left out where nothing of a payload
//! is used. `public` says that the project's settings call it open on purpose. Of a route that is not `complete` (its handler
//! was not found, or not seen whole) or not `mounted` nothing is said to be missing.

use serde_json::{Map, Value, json};
use unicode_width::UnicodeWidthStr;

use super::beliefs::mask;
use super::paint::{Style, Tone, harmless, width_of};
use super::redact::Redactor;
use crate::project::Project;
use crate::project::facts::beliefs::At;
use crate::rules::map::{Answer, Entry, Touched, Who};

const VERSION: u32 = 1;
/// Narrower than this, a route has a line of its own and what is said of it stands below.
const TABLE_FROM: usize = 84;

pub fn json(project: &Project, map: &[Entry], redactor: &Redactor) -> String {
    let mut value = json!({ "version": VERSION, "routes": map.iter().map(|entry| of_entry(project, entry)).collect::<Vec<_>>() });
    mask(&mut value, redactor);
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}

fn of_entry(project: &Project, entry: &Entry) -> Value {
    let callers = &entry.callers;
    let mut who = json!({
        "who": callers.who.word(),
        "signedIn": callers.signed_in.word(),
        "role": callers.role.word(),
        "object": callers.object.word(),
        "machine": callers.machine.word(),
    });
    if let (Some(proof), Some(who)) = (&callers.proof, who.as_object_mut()) {
        let mut told = Map::new();
        add(&mut told, "name", (!proof.name.is_empty()).then(|| json!(proof.name)));
        told.insert("at".to_owned(), json!(project.at(&proof.site)));
        who.insert("proof".to_owned(), Value::Object(told));
    }
    let mut told = Map::new();
    told.insert("methods".to_owned(), json!(entry.methods.iter().map(|method| method.as_str()).collect::<Vec<_>>()));
    add(&mut told, "path", entry.path.as_ref().map(|path| json!(path)));
    told.insert("framework".to_owned(), json!(entry.framework.as_str()));
    add(&mut told, "handler", (!entry.handler.is_empty()).then(|| json!(entry.handler.as_str())));
    told.insert("at".to_owned(), json!(project.at(&entry.site)));
    told.insert("callers".to_owned(), who);
    told.insert("data".to_owned(), entry.data.iter().map(|touched| of_touched(project, touched)).collect());
    add(&mut told, "validated", entry.care.validated.map(|answer| json!(answer.word())));
    told.insert("limited".to_owned(), json!(entry.care.limited.word()));
    told.insert("signature".to_owned(), json!(entry.care.signature.word()));
    told.insert("public".to_owned(), json!(entry.is_public));
    told.insert("mounted".to_owned(), json!(!entry.adrift));
    told.insert("complete".to_owned(), json!(entry.complete));
    Value::Object(told)
}

fn add(told: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        told.insert(key.to_owned(), value);
    }
}

fn of_touched(project: &Project, touched: &Touched) -> Value {
    let mut told = Map::new();
    add(&mut told, "model", (!touched.model.is_empty()).then(|| json!(touched.model)));
    told.insert("privacy".to_owned(), json!(touched.privacy.word()));
    told.insert("reads".to_owned(), json!(touched.reads()));
    told.insert("writes".to_owned(), json!(touched.writes()));
    told.insert("operations".to_owned(), touched.operations.iter().map(|operation| json!(operation.word())).collect());
    told.insert("rows".to_owned(), touched.rows.iter().map(|rows| json!(rows.word())).collect());
    told.insert("at".to_owned(), json!(project.at(&touched.site)));
    Value::Object(told)
}

/// What stands in the columns of the table, for one route.
struct Row {
    route: String,
    who: Who,
    data: String,
    validated: &'static str,
    limited: &'static str,
    signature: &'static str,
    place: String,
    proof: Option<String>,
    mark: &'static str,
}

const HEADS: [&str; 7] = ["ROUTE", "CALLERS", "DATA", "VALID", "LIMIT", "SIGNED", "WHERE"];

pub fn table(project: &Project, map: &[Entry], redactor: &Redactor, style: Style) -> String {
    let clean = |text: &str| harmless(&redactor.clean(text)).into_owned();
    let rows: Vec<Row> = map.iter().map(|entry| row(project, entry, &clean)).collect();
    let mut out = String::new();
    if rows.is_empty() {
        return "No routes were found.\n".to_owned();
    }
    if style.width >= TABLE_FROM {
        columns(&rows, style, &mut out)
    } else {
        stacked(&rows, style, &mut out)
    }
    out.push_str(&format!("\n{}\n", summary(map)));
    out
}

fn row(project: &Project, entry: &Entry, clean: &dyn Fn(&str) -> String) -> Row {
    let place = |at: At| format!("{}:{}", at.file, at.line);
    let data = entry.data.iter().map(|touched| {
        let way = match (touched.reads(), touched.writes()) {
            (true, true) => "rw",
            (false, true) => "w",
            _ => "r",
        };
        let rows: Vec<&str> = touched.rows.iter().map(|rows| rows.word()).collect();
        format!("{} {way} {}", if touched.model.is_empty() { "?" } else { &touched.model }, rows.join("/"))
    });
    let proof = entry.callers.proof.as_ref().map(|proof| {
        let at = place(project.at(&proof.site));
        if proof.name.is_empty() { at } else { format!("{} {at}", proof.name) }
    });
    Row {
        route: clean(&entry.title()),
        who: entry.callers.who,
        data: clean(&data.collect::<Vec<_>>().join(", ")),
        validated: entry.care.validated.map_or("-", Answer::word),
        limited: entry.care.limited.word(),
        signature: entry.care.signature.word(),
        place: clean(&place(project.at(&entry.site))),
        proof: proof.map(|proof| clean(&proof)),
        mark: match (entry.complete, entry.adrift, entry.is_public) {
            (false, ..) => "not seen whole",
            (_, true, _) => "mounted nowhere",
            (.., true) => "open on purpose",
            _ => "",
        },
    }
}

fn tone(row: &Row) -> Tone {
    match row.who {
        Who::Anyone if row.mark.is_empty() => Tone::Soon,
        Who::Anyone | Who::Unknown => Tone::Look,
        _ => Tone::Good,
    }
}

/// A question mark is told from a no at a glance.
fn short(word: &'static str) -> &'static str {
    if word == "unknown" { "?" } else { word }
}

fn columns(rows: &[Row], style: Style, out: &mut String) {
    let cells = |row: &Row| {
        let place = match &row.proof {
            Some(proof) => format!("{} by {proof}", row.place),
            None => row.place.clone(),
        };
        let route = if row.mark.is_empty() { row.route.clone() } else { format!("{} ({})", row.route, row.mark) };
        [
            route,
            row.who.word().to_owned(),
            row.data.clone(),
            short(row.validated).to_owned(),
            short(row.limited).to_owned(),
            short(row.signature).to_owned(),
            place,
        ]
    };
    let all: Vec<[String; 7]> = rows.iter().map(cells).collect();
    let natural: Vec<usize> = HEADS
        .iter()
        .enumerate()
        .map(|(at, head)| all.iter().filter_map(|cells| cells.get(at)).map(|cell| cell.width()).max().unwrap_or(0).max(head.width()))
        .collect();
    let widths = shared(&natural, style.width);
    line(&HEADS.map(str::to_owned), &widths, &|_, text| style.paint(Tone::Faint, text), out);
    for (row, cells) in rows.iter().zip(&all) {
        let paint = |at: usize, text: &str| match at {
            0 => style.paint(Tone::Strong, text),
            1 => style.paint(tone(row), text),
            6 => style.paint(Tone::Faint, text),
            _ => text.to_owned(),
        };
        line(cells, &widths, &paint, out);
    }
}

/// Words keep their width; routes, data and places share what is left.
fn shared(natural: &[usize], width: usize) -> Vec<usize> {
    let gaps = 2 * natural.len().saturating_sub(1);
    let is_wide = |at: usize| matches!(at, 0 | 2 | 6);
    let fixed: usize = natural.iter().enumerate().filter(|(at, _)| !is_wide(*at)).map(|(_, width)| width).sum();
    let left = width.saturating_sub(fixed + gaps);
    let wanted: usize = natural.iter().enumerate().filter(|(at, _)| is_wide(*at)).map(|(_, width)| width).sum();
    if wanted <= left {
        return natural.to_vec();
    }
    let least = 10;
    let mut widths: Vec<usize> =
        natural.iter().enumerate().map(|(at, width)| if is_wide(at) { (*width).min((left * *width / wanted.max(1)).max(least)) } else { *width }).collect();
    // Rounding and the least widths may take too much: the widest gives.
    while widths.iter().sum::<usize>() + gaps > width {
        let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > 1) else { break };
        *widest -= 1;
    }
    widths
}

/// One row, over as many lines as its fullest cell takes.
fn line(cells: &[String; 7], widths: &[usize], paint: &dyn Fn(usize, &str) -> String, out: &mut String) {
    let folded: Vec<Vec<String>> = cells.iter().zip(widths).map(|(cell, width)| fold(cell, *width)).collect();
    let lines = folded.iter().map(Vec::len).max().unwrap_or(0);
    for at in 0..lines {
        let mut written = String::new();
        let mut due = 0;
        for (column, (cell, width)) in folded.iter().zip(widths).enumerate() {
            if let Some(text) = cell.get(at).filter(|text| !text.is_empty()) {
                written.push_str(&" ".repeat(due));
                written.push_str(&paint(column, text));
                due = width.saturating_sub(text.width()) + 2;
            } else {
                due += width + 2;
            }
        }
        out.push_str(&written);
        out.push('\n');
    }
}

/// In pieces of at most this width, broken behind a space, a slash or a comma where there is one.
fn fold(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut taken = 0;
    for c in text.chars() {
        let wide = width_of(c);
        if taken + wide > width && !line.is_empty() {
            let cut = line
                .char_indices()
                .filter(|(at, c)| matches!(c, ' ' | ',') || *c == '/' && !line.get(..*at).is_some_and(|before| before.ends_with(' ')))
                .map(|(at, c)| at + c.len_utf8())
                .next_back();
            let rest = match cut.filter(|cut| *cut > line.len() / 3) {
                Some(cut) => line.split_off(cut),
                None => String::new(),
            };
            lines.push(std::mem::replace(&mut line, rest).trim_end().to_owned());
            taken = line.width();
        }
        if !(line.is_empty() && c == ' ') {
            line.push(c);
            taken += wide;
        }
    }
    lines.push(line.trim_end().to_owned());
    lines
}

fn stacked(rows: &[Row], style: Style, out: &mut String) {
    for row in rows {
        let mark = if row.mark.is_empty() { String::new() } else { format!(" ({})", row.mark) };
        for piece in fold(&format!("{}{mark}", row.route), style.width) {
            out.push_str(&style.paint(Tone::Strong, &piece));
            out.push('\n');
        }
        let mut said = |word: &str, text: &str, tone: Option<Tone>| {
            let room = style.width.saturating_sub(11).max(1);
            for (at, piece) in fold(text, room).into_iter().enumerate() {
                let head = style.paint(Tone::Faint, &format!("{:<8}", if at == 0 { word } else { "" }));
                let piece = tone.map_or_else(|| piece.clone(), |tone| style.paint(tone, &piece));
                out.push_str(&format!("  {head} {piece}\n"));
            }
        };
        said("callers", row.who.word(), Some(tone(row)));
        if let Some(proof) = &row.proof {
            said("by", proof, None);
        }
        if !row.data.is_empty() {
            said("data", &row.data, None);
        }
        said("checks", &format!("valid {}, limit {}, signed {}", short(row.validated), short(row.limited), short(row.signature)), None);
        said("where", &row.place, Some(Tone::Faint));
    }
}

fn summary(map: &[Entry]) -> String {
    let count = |who: Who| map.iter().filter(|entry| entry.callers.who == who).count();
    let told: Vec<String> = [
        (Who::Anyone, "open to anyone"),
        (Who::SignedIn, "for whoever is signed in"),
        (Who::Object, "for whose the records are"),
        (Who::Role, "for a role"),
        (Who::Machine, "for machines"),
        (Who::Unknown, "not known"),
    ]
    .into_iter()
    .filter(|(who, _)| count(*who) > 0)
    .map(|(who, words)| format!("{} {words}", count(who)))
    .collect();
    format!("{} {}: {}.", map.len(), if map.len() == 1 { "route" } else { "routes" }, told.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_broken_where_it_can_be() {
        assert_eq!(fold("GET /api/notes/[id]", 12), ["GET /api/", "notes/[id]"]);
        assert_eq!(fold("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(fold("", 5), [""]);
        assert_eq!(fold("日本日本", 5), ["日本", "日本"], "wide characters count twice");
    }

    #[test]
    fn columns_fit_the_window() {
        for width in [84, 90, 100] {
            let widths = shared(&[60, 9, 44, 5, 5, 6, 90], width);
            assert!(widths.iter().sum::<usize>() + 12 <= width, "{widths:?}");
        }
        assert_eq!(shared(&[10, 9, 10, 5, 5, 6, 10], 100), [10, 9, 10, 5, 5, 6, 10]);
    }
}
