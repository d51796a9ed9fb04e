//! What a visitor sends and where it ends: tried at its own address with its own field.

use super::case::{Case, Source};
use super::{Trial, Typed};
use crate::report::curl::SITE;

pub(super) fn of(case: &Case<'_>) -> Option<Trial> {
    match case.rule() {
        "sql-injection" => {
            let field = case.field()?;
            let trial = ask(case, "'", "")?;
            Some(Trial {
                before: format!(
                    "The page fails (\"server error\", 500), or shows something else than with an ordinary `{field}`: the `'` was read as a command."
                ),
                after: "The ordinary page, an empty list, or a plain word that this is not allowed (400). An ordinary value still works.".to_owned(),
                ..trial
            })
        }
        "path-traversal" if case.message().contains("get your private files") => Some(Trial {
            before: "You get a file that is not meant for you, or an error that names a folder of the server.".to_owned(),
            after: "\"Not found\" or \"not allowed\". An ordinary file still opens.".to_owned(),
            ..ask(case, "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", "")?
        }),
        "open-redirect" => Some(Trial {
            before: "You end up at example.com (after signing in, if the page asks for it).".to_owned(),
            after: "You stay on your own site. A link to one of your own pages still works.".to_owned(),
            ..ask(case, "https://example.com", "")?
        }),
        "ssrf" => Some(Trial {
            before: "The server gives back something of a page, or it takes a while and then says that the connection failed: it went there.".to_owned(),
            after: "It says at once that this address is not allowed. An ordinary address still works.".to_owned(),
            ..ask(case, "http://localhost:1/", " (any address inside your server's own network would do)")?
        }),
        "nosql-injection" => {
            let (field, call) = (case.field()?, case.call()?);
            let seen = "The answer is as if the value had been right, or a list of other people's records.".to_owned();
            let gone = "The answer is 400, or the ordinary \"wrong\" or \"not found\". An ordinary value still works.".to_owned();
            if case.source() == Source::Query {
                let command = case.address().map(|address| (Typed::Browser, format!("{SITE}{address}?{field}[$ne]=x")));
                let how = format!("Go to the address of {call} with a question in the place of a value: everything whose `{field}` is not `x`.");
                return Some(Trial { how, command, before: seen, after: gone });
            }
            Some(Trial {
                how: format!(
                    "Open the developer tools (F12) and choose Network, then use the form that sends {call}. Right-click that request, choose \"Copy as fetch\", paste it into the Console, \
                     put `{{\"$ne\": null}}` in the place of the value of `{field}`, and press Enter."
                ),
                command: None,
                before: seen,
                after: gone,
            })
        }
        "xss" | "llm-output-unsafe" if case.message().contains("markup") => {
            let field = case.field()?;
            let is_model = case.rule() == "llm-output-unsafe";
            let how = match is_model {
                true => "Ask the model to answer with exactly `<img src=x onerror=alert(1)>`, and look at the answer in the app.".to_owned(),
                false => format!(
                    "In the app, write `<img src=x onerror=alert(1)>` where the text comes from that ends here (the code calls it `{field}`), and look at the page that shows it."
                ),
            };
            Some(Trial {
                how,
                command: None,
                before: "A box with a 1 pops up, or a broken picture is shown: the text became part of the page.".to_owned(),
                after: "You see the text as it was written, or nothing of it. No box, no picture.".to_owned(),
            })
        }
        "upload-unrestricted" => {
            let call = case.call().map(|call| format!(" (it is sent to {call})")).unwrap_or_default();
            Some(Trial {
                how: format!("Upload a small file called `test.html`{call} that holds `<script>alert(1)</script>`, and open the link of the stored file."),
                command: None,
                before: "The file is taken, and opens as a page (perhaps with a box that pops up).".to_owned(),
                after: "It is refused, or comes back as a download. A file of a kind that you allow is still taken.".to_owned(),
            })
        }
        _ => None,
    }
}

/// With `value` in the place of the field: in the address, or in what a page sends.
fn ask(case: &Case<'_>, value: &str, remark: &str) -> Option<Trial> {
    let (field, call) = (case.field()?, case.call()?);
    let blank = |how: String, command| Trial { how, command, before: String::new(), after: String::new() };
    match case.source() {
        Source::Query => {
            let address = case.address()?;
            let who = if case.route.is_some_and(|route| route.who == crate::rules::map::Who::Anyone) { "" } else { ", signed in as somebody who may use it" };
            Some(blank(
                format!("Go to the address of {call}{who}, with this as `{field}`{remark}."),
                Some((Typed::Browser, format!("{SITE}{address}?{field}={value}"))),
            ))
        }
        Source::Path if case.method() == "GET" && named(case, field, value).is_some() => Some(blank(
            format!("Go to the address of {call}, with this in the place of `{field}`{remark}."),
            named(case, field, value).map(|address| (Typed::Browser, format!("{SITE}{address}"))),
        )),
        Source::Sent | Source::Path => {
            let value = value.replace("%2f", "/");
            Some(blank(
                format!(
                    "Open the developer tools (F12) and choose Network, then use the page that sends {call}. Right-click that request, choose \"Copy as fetch\", paste it into the Console, \
                     put `{value}` in the place of the value of `{field}`{remark}, and press Enter."
                ),
                None,
            ))
        }
        Source::Upload | Source::Unknown => None,
    }
}

/// The address with `value` where the path names the field.
fn named(case: &Case<'_>, field: &str, value: &str) -> Option<String> {
    let address = case.address()?;
    let path = case.route?.path.as_deref()?;
    let is_here = |part: &str| {
        let is_open = part.starts_with([':', '[', '{', '<', '$']);
        is_open && part.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_').rsplit(':').next() == Some(field)
    };
    let at = path.trim_start_matches('/').split('/').position(is_here)?;
    let parts: Vec<&str> = address.trim_start_matches('/').split('/').collect();
    let value = value.replace('/', "%2f");
    let parts: Vec<&str> = parts.iter().enumerate().map(|(i, part)| if i == at { value.as_str() } else { *part }).collect();
    Some(format!("/{}", parts.join("/")))
}
