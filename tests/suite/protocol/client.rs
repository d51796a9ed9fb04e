//! A small client. It waits for what it expects and never sleeps; what it waits for in vain it prints.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use guardline::lsp::serve_on;
use serde_json::{Value, json};

use super::script::Script;

/// Generous, because other work may share the machine; nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Client {
    shared: Arc<Shared>,
    server: Server,
    next_id: i64,
}

enum Server {
    /// The real program.
    Program(Child),
    /// The same server on a thread, with scripted findings.
    Thread(Option<JoinHandle<u8>>),
}

struct Shared {
    to_server: Mutex<Option<Box<dyn Write + Send>>>,
    inbox: Mutex<Inbox>,
    arrived: Condvar,
    /// Answers the server's own requests; `None` leaves one unanswered.
    answer: Mutex<Answer>,
}

type Answer = Box<dyn Fn(&str, &Value) -> Option<Value> + Send>;

#[derive(Default)]
struct Inbox {
    messages: Vec<Value>,
    ended: bool,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Client {
    /// The real program, not yet greeted.
    pub fn program(arguments: &[&str]) -> Client {
        let mut child = Command::new(env!("CARGO_BIN_EXE_guardline"))
            .arg("lsp")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (input, output) = (child.stdin.take().expect("its input"), child.stdout.take().expect("its output"));
        Client::over(Box::new(input), output, Server::Program(child))
    }

    /// A server with scripted findings, not yet greeted.
    pub fn scripted(script: Script) -> Client {
        let (server_input, input) = std::io::pipe().expect("a pipe");
        let (output, server_output) = std::io::pipe().expect("a pipe");
        let thread = std::thread::spawn(move || serve_on(server_input, server_output, script).expect("it runs"));
        Client::over(Box::new(input), output, Server::Thread(Some(thread)))
    }

    /// A scripted server that has been greeted by a client with these capabilities.
    pub fn with(capabilities: Value) -> Client {
        Client::started(json!({ "capabilities": capabilities }))
    }

    /// A scripted server that has been greeted with these parameters, in which findings do not wait.
    pub fn started(params: Value) -> Client {
        let mut client = Client::scripted(Script::default());
        client.greet(params);
        client
    }

    fn over(input: Box<dyn Write + Send>, output: impl Read + Send + 'static, server: Server) -> Client {
        let shared = Arc::new(Shared {
            to_server: Mutex::new(Some(input)),
            inbox: Mutex::default(),
            arrived: Condvar::new(),
            answer: Mutex::new(Box::new(|method, params| Some(usual_answer(method, params)))),
        });
        let reading = shared.clone();
        std::thread::spawn(move || reading.read(BufReader::new(output)));
        Client { shared, server, next_id: 0 }
    }

    /// Decides how the server's requests are answered.
    pub fn answers(&self, answer: impl Fn(&str, &Value) -> Option<Value> + Send + 'static) {
        *held(&self.shared.answer) = Box::new(answer);
    }

    pub fn greet(&mut self, params: Value) -> Value {
        let mut params = params;
        if params.get("initializationOptions").is_none() {
            params["initializationOptions"] = json!({ "quietMs": 0 });
        }
        let answer = self.request("initialize", params);
        self.notify("initialized", json!({}));
        answer["result"].clone()
    }

    // Saying

    pub fn raw(&self, bytes: &[u8]) {
        self.shared.write(bytes);
    }

    pub fn send(&self, message: &Value) {
        self.shared.send(message);
    }

    pub fn notify(&self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and returns its id.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params }));
        self.next_id
    }

    /// Sends a request and waits for its whole answer.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(id)
    }

    pub fn open(&self, uri: &str, text: &str) {
        self.open_as(uri, "typescript", 1, text);
    }

    pub fn open_as(&self, uri: &str, language: &str, version: i32, text: &str) {
        self.notify("textDocument/didOpen", json!({ "textDocument": { "uri": uri, "languageId": language, "version": version, "text": text } }));
    }

    /// Sends the whole text anew.
    pub fn replace(&self, uri: &str, version: i32, text: &str) {
        self.change(uri, version, json!([{ "text": text }]));
    }

    pub fn change(&self, uri: &str, version: i32, changes: Value) {
        self.notify("textDocument/didChange", json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": changes }));
    }

    pub fn save(&self, uri: &str) {
        self.notify("textDocument/didSave", json!({ "textDocument": { "uri": uri } }));
    }

    pub fn close(&self, uri: &str) {
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }

    pub fn close_input(&self) {
        held(&self.shared.to_server).take();
    }

    // Hearing

    /// Waits until `find` finds something in all that has arrived so far.
    pub fn wait<T>(&self, what: &str, find: impl Fn(&[Value]) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut inbox = held(&self.shared.inbox);
        loop {
            if let Some(found) = find(&inbox.messages) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!inbox.ended && !left.is_zero(), "waited in vain for {what}; arrived: {:#?}", inbox.messages);
            inbox = self.shared.arrived.wait_timeout(inbox, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The answer to a request.
    pub fn answer(&self, id: i64) -> Value {
        self.wait(&format!("the answer to {id}"), |messages| messages.iter().find(|m| m.get("method").is_none() && m["id"] == id).cloned())
    }

    /// The first error that was sent for no request in particular.
    pub fn stray_error(&self) -> i64 {
        self.wait("an error", |messages| messages.iter().find(|m| m["id"].is_null() && m.get("error").is_some()).and_then(|m| m["error"]["code"].as_i64()))
    }

    /// The parameters of the first message of a method, from the server, that `fits`.
    pub fn told(&self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.wait(method, |messages| messages.iter().filter(|m| m["method"] == method).map(|m| &m["params"]).find(|params| fits(params)).cloned())
    }

    /// What is published for a version of a document.
    pub fn published(&self, uri: &str, version: i32) -> Vec<Value> {
        let params = self.told("textDocument/publishDiagnostics", |params| params["uri"] == uri && params["version"] == version);
        params["diagnostics"].as_array().cloned().unwrap_or_default()
    }

    /// Waits until the newest list of a document has these messages, in order.
    pub fn shows(&self, uri: &str, expected: &[&str]) {
        let what = format!("{uri} to show {expected:?}");
        self.wait(&what, |messages| {
            let mut lists = messages.iter().rev().filter(|m| m["method"] == "textDocument/publishDiagnostics" && m["params"]["uri"] == uri);
            (texts(&lists.next()?["params"]["diagnostics"]) == expected).then_some(())
        });
    }

    /// All that has been published for a document so far: the versions.
    /// Every publication for a document so far.
    pub fn all_published(&self, uri: &str) -> Vec<Value> {
        self.wait("what was published", |messages| {
            let told = messages.iter().filter(|message| message["method"] == "textDocument/publishDiagnostics").map(|message| &message["params"]);
            Some(told.filter(|told| told["uri"] == uri).cloned().collect())
        })
    }

    pub fn versions(&self, uri: &str) -> Vec<Option<i64>> {
        let inbox = held(&self.shared.inbox);
        let lists = inbox.messages.iter().filter(|m| m["method"] == "textDocument/publishDiagnostics" && m["params"]["uri"] == uri);
        lists.map(|m| m["params"]["version"].as_i64()).collect()
    }

    /// How many messages of a method have arrived so far.
    pub fn count(&self, method: &str) -> usize {
        held(&self.shared.inbox).messages.iter().filter(|m| m["method"] == method).count()
    }

    /// A round trip: everything sent before has been looked at.
    pub fn round_trip(&mut self) -> Value {
        self.request("guardline/status", Value::Null)
    }

    /// Waits for the end of the server and returns its exit code.
    pub fn exit_code(&mut self) -> i32 {
        let deadline = Instant::now() + PATIENCE;
        let mut inbox = held(&self.shared.inbox);
        while !inbox.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the server does not end");
            inbox = self.shared.arrived.wait_timeout(inbox, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(inbox);
        match &mut self.server {
            Server::Program(child) => child.wait().expect("it ended").code().unwrap_or(-1),
            Server::Thread(thread) => thread.take().map_or(-1, |thread| thread.join().map_or(-1, i32::from)),
        }
    }

    /// What the program wrote to stderr, once it has ended.
    pub fn stderr(&mut self) -> String {
        let mut text = String::new();
        if let Server::Program(child) = &mut self.server {
            child.stderr.take().expect("its stderr").read_to_string(&mut text).expect("text");
        }
        text
    }

    pub fn shut_down(&mut self) -> i32 {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.exit_code()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.close_input();
        if let Server::Program(child) = &mut self.server {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Shared {
    fn write(&self, bytes: &[u8]) {
        // The server may be gone already: whoever waits for its answer will notice.
        if let Some(input) = held(&self.to_server).as_mut() {
            let _ = input.write_all(bytes).and_then(|()| input.flush());
        }
    }

    fn send(&self, message: &Value) {
        let body = message.to_string();
        self.write(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    fn read(&self, mut output: impl BufRead) {
        while let Some(message) = read_message(&mut output) {
            let question = message.get("id").filter(|_| message.get("method").is_some()).cloned();
            let answer = question.and_then(|id| {
                let method = message["method"].as_str().unwrap_or_default();
                let result = held(&self.answer)(method, &message["params"])?;
                Some(json!({ "jsonrpc": "2.0", "id": id, "result": result }))
            });
            held(&self.inbox).messages.push(message);
            self.arrived.notify_all();
            if let Some(answer) = answer {
                self.send(&answer);
            }
        }
        held(&self.inbox).ended = true;
        self.arrived.notify_all();
    }
}

fn read_message(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().strip_prefix("Content-Length: ") {
            Some(digits) => length = digits.parse().expect("a length"),
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("the server sends JSON"))
}

fn usual_answer(method: &str, params: &Value) -> Value {
    match method {
        "workspace/configuration" => params["items"].as_array().map_or(Value::Null, |items| vec![Value::Null; items.len()].into()),
        "workspace/applyEdit" => json!({ "applied": true }),
        _ => Value::Null,
    }
}

/// The messages of a list of diagnostics.
pub fn texts(diagnostics: &Value) -> Vec<&str> {
    diagnostics.as_array().map(|list| list.iter().filter_map(|d| d["message"].as_str()).collect()).unwrap_or_default()
}

pub fn position(line: u32, character: u32) -> Value {
    json!({ "line": line, "character": character })
}

pub fn range(start: (u32, u32), end: (u32, u32)) -> Value {
    json!({ "start": position(start.0, start.1), "end": position(end.0, end.1) })
}

/// The URI of a path of this machine.
pub fn uri(path: &std::path::Path) -> String {
    format!("file://{}", path.to_str().expect("UTF-8"))
}
