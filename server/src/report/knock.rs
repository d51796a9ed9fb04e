//! A script that knocks on every door: it calls each route that only reads, without signing in, and shows the number that was
//! answered. What changes something stands in it, switched off. Nothing from a repository can do more there than be an address.

use super::curl;
use super::redact::Redactor;
use crate::rules::map::{Entry, Who};

const HEAD: &str = "#!/bin/sh
# Calls the addresses of an app without signing in, and shows what each answers. It only reads.
# Use it on a copy with made-up data, or on your own machine:  SITE='http://localhost:3000' sh try.sh
#
# Good for everything that is not meant for everybody: 401, 403, 302/303/307 (sent to the sign-in page), 404.
# To look at: 200. Open that address in a private window and see whether what it shows is meant for everybody.
# The word before each address is what the code says: \"unknown\" means that nobody knows yet.
# Put the id of a made-up record in the place of ID: with an id that does not exist, 404 says nothing.

SITE=${SITE:-http://localhost:3000}
ID=${ID:-1}

ask() {
  printf '%s  %-9s  %s\\n' \"$(curl -s -o /dev/null -m 20 -w '%{http_code}' \"$SITE$2\")\" \"$1\" \"$2\"
}
";

pub fn script(map: &[Entry], redactor: &Redactor) -> String {
    let mut out = HEAD.to_owned();
    let mut entries: Vec<&Entry> = map.iter().filter(|entry| has_address(entry)).collect();
    // What nobody knows first.
    entries.sort_by_key(|entry| match entry.callers.who {
        Who::Unknown => 0,
        Who::Anyone => 1,
        _ => 2,
    });
    let (mut reading, mut changing) = (Vec::new(), Vec::new());
    let mut left_out = 0;
    for entry in entries {
        let path = entry.path.as_deref().filter(|_| !redactor.is_leak(&entry.title())).and_then(curl::address);
        let Some(path) = path else {
            left_out += 1;
            continue;
        };
        let path = typed(&path);
        let who = entry.callers.who.word();
        let reads = entry.methods.is_empty() || entry.methods.iter().any(|method| matches!(method.as_str(), "GET" | "*"));
        if reads {
            reading.push(format!("ask {who} \"{path}\""));
        }
        let methods = entry.methods.iter().filter(|method| matches!(method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE"));
        changing.extend(methods.map(|method| format!("#   {who}: curl -i -X {method} \"$SITE{path}\"")));
    }
    out += "\n# What only reads.\n";
    out += &lines(&reading);
    if !changing.is_empty() {
        out += "\n# What changes something is switched off: these really do it wherever nobody asks who you are. Type one by hand, on a copy only.\n";
        out += &lines(&changing);
    }
    if left_out > 0 {
        out += &format!("\n# {left_out} more cannot be called this way: their address is not fixed.\n");
    }
    out
}

fn lines(all: &[String]) -> String {
    let mut seen = std::collections::BTreeSet::new();
    all.iter().filter(|line| seen.insert(line.as_str())).map(|line| format!("{line}\n")).collect()
}

/// Server actions and procedures are called by name.
fn has_address(entry: &Entry) -> bool {
    let framework = entry.framework.as_str();
    !framework.ends_with("action") && !matches!(framework, "trpc" | "convex")
}

/// The address has letters, digits and `-._~@%/` only; `ID` becomes the variable.
fn typed(path: &str) -> String {
    path.split('/').map(|part| if part == "ID" { "$ID" } else { part }).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_nothing_but_an_address() {
        let of = |path: &str| curl::address(path).map(|path| typed(&path));
        assert_eq!(of("/api/notes/:id").as_deref(), Some("/api/notes/$ID"));
        assert_eq!(of("/a\"; rm -rf ~; `x` $(y) \\").as_deref(), Some("/a%22%3B%20rm%20-rf%20~%3B%20%60x%60%20%24%28y%29%20%5C"));
    }
}
