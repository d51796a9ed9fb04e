//! One play: the shop is laid out, the server started, the assistant writes, Guardline repairs.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::Stop;
use super::buffer::Buffer;
use super::client::{Client, Overtaken};
use super::outcome::{Outcome, Scene};
use super::script::{self, Act};

/// Who watches. The play does not know whether that is a screen or a log.
pub trait Stage {
    /// The document, or what is said about it, has changed.
    fn shows(&mut self, view: &View<'_>);
    /// Something happens.
    fn tells(&mut self, view: &View<'_>, what: Event<'_>) -> Result<()>;
    /// How long the assistant takes for the next token.
    fn pace(&self) -> Duration;
}

pub enum Event<'a> {
    Begins,
    /// Guardline has found the expected mistake.
    Finds {
        lead: &'a str,
    },
    /// A fix was applied; these files were changed besides the document.
    Repairs {
        title: &'a str,
        before: &'a str,
        others: &'a [(String, String)],
    },
    /// A fix was applied, and the mistake is still found.
    Stays {
        title: &'a str,
    },
    /// There is nothing to apply.
    HasNoFix {
        rule: &'a str,
    },
    /// The mistake was not found.
    Misses {
        rule: &'a str,
    },
    Ends,
}

/// What there is to see.
pub struct View<'a> {
    pub text: &'a str,
    pub buffer: &'a Buffer,
    pub diagnostics: &'a [Value],
    pub secret: &'a str,
}

pub struct Session {
    // Before the folder, so that the server is gone when the folder goes.
    client: Client,
    folder: tempfile::TempDir,
    /// The folder as it is told to the server, links resolved.
    root: PathBuf,
    buffer: Buffer,
    key: String,
}

impl Session {
    pub fn set_up(stop: &Stop) -> Result<Session> {
        let folder = tempfile::Builder::new().prefix("guardline-demo-").tempdir().context("there is no place for the shop")?;
        let root = folder.path().canonicalize()?;
        for prop in script::PROPS {
            write(&root.join(prop.path), prop.text)?;
        }
        let client = Client::start(&uri(&root)?, stop.clone())?;
        let buffer = Buffer::new(uri(&root.join(script::PATH))?, "");
        let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        Ok(Session { client, folder, root, buffer, key: script::made_up_key(seed) })
    }

    /// Plays to the end.
    pub fn play(mut self, stage: &mut dyn Stage) -> Result<Outcome> {
        let document = json!({ "uri": self.buffer.uri, "languageId": "typescript", "version": self.buffer.version, "text": "" });
        self.client.notify("textDocument/didOpen", json!({ "textDocument": document }))?;
        let mut outcome = Outcome::default();
        self.tell(stage, Event::Begins)?;
        for act in script::acts(&self.key) {
            match act {
                Act::Write(text) => self.write(&text, stage)?,
                Act::Repair { rule, lead } => outcome.scenes.push(self.repair(rule, lead, stage)?),
            }
        }
        let version = self.buffer.version;
        let uri = self.buffer.uri.clone();
        self.client.wait_until(|client| client.published(&uri).version >= version)?;
        self.show(stage);
        self.tell(stage, Event::Ends)?;
        let Session { client, folder, .. } = self;
        drop(client);
        folder.close().context("the shop's folder cannot be removed")?;
        Ok(outcome)
    }

    fn write(&mut self, text: &str, stage: &mut dyn Stage) -> Result<()> {
        for token in script::tokens(text) {
            let change = self.buffer.append(token);
            self.client.notify("textDocument/didChange", change)?;
            self.client.listen(stage.pace())?;
            self.show(stage);
        }
        Ok(())
    }

    fn repair(&mut self, rule: &'static str, lead: &str, stage: &mut dyn Stage) -> Result<Scene> {
        let uri = self.buffer.uri.clone();
        let version = self.buffer.version;
        // What was said of an earlier text is about to be said anew.
        let found = |client: &Client| {
            let published = client.published(&uri);
            published.diagnostics.into_iter().find(|diagnostic| published.version >= version && is(diagnostic, rule))
        };
        self.client.wait_until(|client| found(client).is_some())?;
        self.show(stage);
        let Some(diagnostic) = found(&self.client) else {
            self.tell(stage, Event::Misses { rule })?;
            return Ok(Scene { rule, seen: false, repaired: None });
        };
        self.tell(stage, Event::Finds { lead })?;
        let Some((title, edit)) = self.action_after_all(&diagnostic)? else {
            self.tell(stage, Event::HasNoFix { rule })?;
            return Ok(Scene { rule, seen: true, repaired: None });
        };
        let before = self.buffer.text();
        let others = self.apply(&edit)?;
        let version = self.buffer.version;
        let gone = self.client.wait_until(|client| {
            let published = client.published(&uri);
            published.version >= version && !published.diagnostics.iter().any(|diagnostic| is(diagnostic, rule))
        })?;
        self.show(stage);
        let event = if gone { Event::Repairs { title: &title, before: &before, others: &others } } else { Event::Stays { title: &title } };
        self.tell(stage, event)?;
        Ok(Scene { rule, seen: true, repaired: gone.then_some(title) })
    }

    /// Asks again, as editors do, when an answer was overtaken by what the server has learned meanwhile.
    fn action_after_all(&mut self, diagnostic: &Value) -> Result<Option<(String, Value)>> {
        for _ in 0..MOST_TRIES {
            match self.best_action(diagnostic) {
                Err(error) if error.is::<Overtaken>() => self.client.listen(Duration::from_millis(100))?,
                answer => return answer,
            }
        }
        self.best_action(diagnostic)
    }

    /// The fix an editor would apply when asked to just fix it: the preferred one, else the first that repairs.
    fn best_action(&mut self, diagnostic: &Value) -> Result<Option<(String, Value)>> {
        let params = json!({
            "textDocument": { "uri": self.buffer.uri },
            "range": diagnostic["range"],
            "context": { "diagnostics": [diagnostic], "only": ["quickfix"], "triggerKind": 1 },
        });
        let actions = self.client.request("textDocument/codeAction", params)?;
        let actions = actions.as_array().cloned().unwrap_or_default();
        let rule = diagnostic["code"].as_str().unwrap_or("");
        let repairs = |action: &&Value| {
            let of_rule = action["diagnostics"].as_array().is_none_or(|all| all.iter().any(|diagnostic| is(diagnostic, rule)));
            of_rule && action["title"].as_str().is_some_and(|title| !title.to_ascii_lowercase().contains("ignore"))
        };
        let Some(chosen) = actions.iter().find(|action| action["isPreferred"] == true && repairs(action)).or_else(|| actions.iter().find(repairs)) else {
            return Ok(None);
        };
        let mut action = chosen.clone();
        if action.get("edit").is_none() {
            action = self.client.request("codeAction/resolve", action)?;
        }
        let title = action["title"].as_str().unwrap_or("").to_owned();
        Ok(action.get("edit").map(|edit| (title, edit.clone())))
    }

    /// Makes the edits as an editor does: the open document in its buffer, other files on disk. Gives the others, each
    /// with its new text.
    fn apply(&mut self, edit: &Value) -> Result<Vec<(String, String)>> {
        let mut others: Vec<(String, String)> = Vec::new();
        for change in edit["documentChanges"].as_array().into_iter().flatten() {
            if change["kind"] == "create" {
                let path = self.inside(change["uri"].as_str().unwrap_or(""))?;
                if !path.exists() {
                    write(&path, "")?;
                }
                continue;
            }
            let uri = change["textDocument"]["uri"].as_str().unwrap_or("");
            let edits = change["edits"].as_array().map(Vec::as_slice).unwrap_or_default();
            if uri == self.buffer.uri {
                let change = self.buffer.edit(edits)?;
                self.client.notify("textDocument/didChange", change)?;
                continue;
            }
            let path = self.inside(uri)?;
            let existed = path.exists();
            let mut other = Buffer::new(uri.to_owned(), &std::fs::read_to_string(&path).unwrap_or_default());
            other.edit(edits)?;
            write(&path, &other.text())?;
            let kind = if existed { 2 } else { 1 };
            self.client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": kind }] }))?;
            let name = path.strip_prefix(&self.root).unwrap_or(&path).to_string_lossy().into_owned();
            others.push((name, other.text()));
        }
        Ok(others)
    }

    /// The path of a file of the shop.
    fn inside(&self, uri: &str) -> Result<PathBuf> {
        let path = uri.strip_prefix("file://").map(decoded).context("an edit of something that is no file")?;
        let path = PathBuf::from(path);
        anyhow::ensure!(path.starts_with(&self.root), "an edit outside of the shop: {uri}");
        Ok(path)
    }

    fn show(&self, stage: &mut dyn Stage) {
        let (text, diagnostics) = (self.buffer.text(), self.client.published(&self.buffer.uri).diagnostics);
        stage.shows(&View { text: &text, buffer: &self.buffer, diagnostics: &diagnostics, secret: &self.key });
    }

    fn tell(&mut self, stage: &mut dyn Stage, event: Event<'_>) -> Result<()> {
        let (text, diagnostics) = (self.buffer.text(), self.client.published(&self.buffer.uri).diagnostics);
        stage.tells(&View { text: &text, buffer: &self.buffer, diagnostics: &diagnostics, secret: &self.key }, event)
    }
}

/// The lines of a settings file, values hidden.
pub fn without_values(text: &str) -> Vec<String> {
    let hidden = |line: &str| match line.split_once('=') {
        Some((name, value)) if !value.trim().is_empty() => format!("{name}=•••"),
        _ => line.to_owned(),
    };
    text.lines().filter(|line| !line.is_empty()).map(hidden).collect()
}

/// How often an overtaken question is asked again.
const MOST_TRIES: usize = 20;

/// Is the diagnostic one of this rule?
pub fn is(diagnostic: &Value, rule: &str) -> bool {
    diagnostic["code"].as_str() == Some(rule)
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

fn uri(path: &Path) -> Result<String> {
    let path = path.to_str().context("the temporary folder has a name that is not UTF-8")?.replace('\\', "/");
    let mut out = String::from(if path.starts_with('/') { "file://" } else { "file:///" });
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(out)
}

fn decoded(uri: &str) -> String {
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_there_and_back() {
        let path = Path::new("/tmp/a b/[id]/é.ts");
        let uri = uri(path).expect("a URI");
        assert_eq!(uri, "file:///tmp/a%20b/%5Bid%5D/%C3%A9.ts");
        assert_eq!(decoded(uri.trim_start_matches("file://")), "/tmp/a b/[id]/é.ts");
        assert_eq!(decoded("/100%"), "/100%");
    }
}
