//! A small editor: starts the real server as a child and speaks the protocol with it.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::Stop;

/// What the server last said about a document.
#[derive(Clone, Default)]
pub struct Published {
    pub version: i64,
    pub diagnostics: Vec<Value>,
}

pub struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    inbox: Receiver<Value>,
    next_id: i64,
    published: HashMap<String, Published>,
    stop: Stop,
}

/// The protocol's word for "the text is another by now, ask again".
const CONTENT_MODIFIED: i64 = -32801;

/// The text was changed while the server was thinking about it.
#[derive(Debug, thiserror::Error)]
#[error("the language server finds its own document changed")]
pub struct Overtaken;

/// A request that takes longer has gone wrong.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the wish to stop is looked at while waiting.
const GLANCE: Duration = Duration::from_millis(50);

impl Client {
    /// Starts this program's own language server over the folder.
    pub fn start(folder_uri: &str, stop: Stop) -> Result<Client> {
        let program = std::env::current_exe().context("this program does not know where it lies")?;
        let mut child = Command::new(program)
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("the language server does not start")?;
        let (outbox, inbox) = channel();
        let stdout = child.stdout.take().context("the language server has no output")?;
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            while let Some(message) = read(&mut reader) {
                if outbox.send(message).is_err() {
                    return;
                }
            }
        });
        let stdin = child.stdin.take();
        let mut client = Client { child, stdin, inbox, next_id: 1, published: HashMap::new(), stop };
        let capabilities = json!({
            "general": { "positionEncodings": ["utf-16"] },
            "workspace": { "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create"] }, "applyEdit": true, "configuration": true },
            "textDocument": {
                "publishDiagnostics": { "versionSupport": true, "relatedInformation": true },
                "codeAction": {
                    "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } },
                    "isPreferredSupport": true, "dataSupport": true, "resolveSupport": { "properties": ["edit"] },
                },
            },
        });
        let folders = json!([{ "uri": folder_uri, "name": "demo" }]);
        client.request(
            "initialize",
            json!({ "processId": std::process::id(), "rootUri": folder_uri, "workspaceFolders": folders, "capabilities": capabilities }),
        )?;
        client.notify("initialized", json!({}))?;
        Ok(client)
    }

    pub fn notify(&mut self, method: &str, params: Value) -> Result<()> {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    pub fn request(&mut self, method: &str, params: Value) -> Result<Value> {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let Some(message) = self.receive(GLANCE)? else { continue };
            if message.get("method").is_some() || message["id"] != id {
                self.take(message)?;
            } else if let Some(error) = message.get("error") {
                if error["code"] == CONTENT_MODIFIED {
                    return Err(Overtaken.into());
                }
                bail!("the language server refuses `{method}`: {}", error["message"].as_str().unwrap_or("no reason given"));
            } else {
                return Ok(message["result"].clone());
            }
        }
        bail!("the language server does not answer `{method}`")
    }

    /// Takes in what has arrived, waiting for it at most this long.
    pub fn listen(&mut self, at_most: Duration) -> Result<()> {
        let until = Instant::now() + at_most;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.receive(left.min(GLANCE))? {
                Some(message) => self.take(message)?,
                None if left.is_zero() => return Ok(()),
                None => {}
            }
        }
    }

    /// Listens until this holds; false if it does not come to hold.
    pub fn wait_until(&mut self, holds: impl Fn(&Client) -> bool) -> Result<bool> {
        let until = Instant::now() + PATIENCE;
        while !holds(self) {
            if Instant::now() >= until {
                return Ok(false);
            }
            if let Some(message) = self.receive(GLANCE)? {
                self.take(message)?;
            }
        }
        Ok(true)
    }

    pub fn published(&self, uri: &str) -> Published {
        self.published.get(uri).cloned().unwrap_or_default()
    }

    fn take(&mut self, message: Value) -> Result<()> {
        let method = message["method"].as_str().unwrap_or("");
        if method == "textDocument/publishDiagnostics" {
            let params = &message["params"];
            let uri = params["uri"].as_str().unwrap_or("").to_owned();
            let diagnostics = params["diagnostics"].as_array().cloned().unwrap_or_default();
            self.published.insert(uri, Published { version: params["version"].as_i64().unwrap_or(0), diagnostics });
        }
        if let Some(id) = message.get("id").filter(|_| !method.is_empty()) {
            let items = message["params"]["items"].as_array().map_or(0, Vec::len);
            let result = if method == "workspace/configuration" { json!(vec![Value::Null; items]) } else { Value::Null };
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }))?;
        }
        Ok(())
    }

    fn send(&mut self, message: &Value) -> Result<()> {
        let body = message.to_string();
        let stdin = self.stdin.as_mut().context("the language server has ended")?;
        write!(stdin, "Content-Length: {}\r\n\r\n{body}", body.len()).and_then(|()| stdin.flush()).context("the language server does not listen any more")
    }

    fn receive(&mut self, at_most: Duration) -> Result<Option<Value>> {
        self.stop.check()?;
        match self.inbox.recv_timeout(at_most) {
            Ok(message) => Ok(Some(message)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => bail!("the language server has ended"),
        }
    }
}

impl Drop for Client {
    /// Asks the server to leave, and makes it leave.
    fn drop(&mut self) {
        let _ = self.send(&json!({ "jsonrpc": "2.0", "id": self.next_id, "method": "shutdown" }));
        let _ = self.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
        self.stdin = None;
        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until {
            // The reader's end of the channel closes when the server has closed its output.
            match self.inbox.recv_timeout(GLANCE) {
                Err(RecvTimeoutError::Disconnected) => break,
                _ => continue,
            }
        }
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// One message; `None` at the end of the stream or where it makes no sense any more.
fn read(reader: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length:") {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let mut body = String::new();
    reader.take(length?).read_to_string(&mut body).ok()?;
    serde_json::from_str(&body).ok()
}
