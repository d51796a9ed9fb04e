//! Messages in, to whom they are for, in their order. One thread reads and hands on; nothing on it ever waits for the
//! client or for an analysis.
//!
//! The library's own loop is not used: it does not end on `exit`, dies of one bad frame, lives on as a zombie after a
//! panic, and locks up when a handler asks the client something while the client floods it.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};

use futures::FutureExt;
use serde_json::{Value, json};
use tower_lsp::LspService;
use tower_lsp::jsonrpc::{Id, Request, Response};
use tower_service::Service;

use super::actions;
use super::capabilities::Capabilities;
use super::frame::{Frame, Frames};
use super::from_proto;
use super::message::{self, INTERNAL_ERROR, INVALID_REQUEST, Message, NOT_INITIALIZED, PARSE_ERROR};
use super::notices;
use super::parent;
use super::server::Server;
use super::settings::Settings;
use super::state::State;

pub struct Transport {
    pub state: Arc<State>,
    pub service: LspService<Server>,
    /// Takes the client's answers to whoever asked.
    pub answers: Box<dyn FnMut(Response)>,
    pub phase: Phase,
    /// Set once the client has asked to shut down; read by whoever ends the process.
    pub shut_down: Arc<AtomicBool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    New,
    Ready,
    ShutDown,
}

enum Next {
    GoOn,
    Exit,
}

impl Transport {
    /// Until `exit` or the end of the input. Returns the exit code: 0 only if the client had asked to shut down.
    pub fn run(mut self, input: impl Read) -> u8 {
        let mut frames = Frames::new(input);
        let state = self.state.clone();
        loop {
            let body = match frames.next(&mut || state.caught_up()) {
                Frame::Body(body) => message::text(body),
                Frame::Junk => {
                    self.refuse(&Id::Null, PARSE_ERROR, "not a frame");
                    notices::lost(&state);
                    continue;
                }
                Frame::TooLarge => {
                    self.refuse(&Id::Null, INVALID_REQUEST, "the message is too large");
                    return 1;
                }
                Frame::End => return self.exit_code(),
            };
            match message::read(&body) {
                Message::Bad { id, code, message } => {
                    self.refuse(&id, code, message);
                    notices::lost(&state);
                    if code == PARSE_ERROR {
                        frames.resume_within(body.as_bytes());
                    }
                }
                Message::Response(response) => self.answered(response),
                Message::Notification { method, params } => match self.notification(&method, params) {
                    Next::GoOn => {}
                    Next::Exit => return self.exit_code(),
                },
                Message::Request { id, method, params } => self.request(id, &method, params),
            }
        }
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.shut_down.load(Ordering::Relaxed))
    }

    fn refuse(&self, id: &Id, code: i64, message: &str) {
        self.state.outbox.refuse(id, code, message);
    }

    /// An answer of the client. The library panics if whoever asked is gone.
    fn answered(&mut self, response: Response) {
        let _ = catch_unwind(AssertUnwindSafe(|| (self.answers)(response)));
    }

    fn notification(&mut self, method: &str, params: Option<&str>) -> Next {
        match method {
            "exit" => return Next::Exit,
            // The library aborts what is running; it needs the parameters as a request has them.
            "$/cancelRequest" => self.call(None, method, params),
            _ if self.phase != Phase::Ready || method.starts_with("$/") => {}
            _ => {
                if catch_unwind(AssertUnwindSafe(|| notices::take(&self.state, method, params))).is_err() {
                    notices::broke(&self.state, method, params);
                }
            }
        }
        Next::GoOn
    }

    fn request(&mut self, id: Id, method: &str, params: Option<&str>) {
        match (self.phase, method) {
            (Phase::New, "initialize") => return self.initialize(id, params),
            (Phase::New, _) => return self.refuse(&id, NOT_INITIALIZED, "the first request is `initialize`"),
            (Phase::ShutDown, _) => return self.refuse(&id, INVALID_REQUEST, "the server is shutting down"),
            (Phase::Ready, "shutdown") => {
                self.phase = Phase::ShutDown;
                self.shut_down.store(true, Ordering::Relaxed);
            }
            (Phase::Ready, _) => {}
        }
        self.call(Some(id), method, params);
    }

    fn initialize(&mut self, id: Id, params: Option<&str>) {
        let Ok(params) = message::params::<Value>(params.unwrap_or("{}")) else {
            return self.refuse(&id, INVALID_REQUEST, "the parameters cannot be read");
        };
        let options = params.get("initializationOptions").unwrap_or(&Value::Null);
        self.state.greet(Capabilities::of(&params), Settings::of_options(options), from_proto::first_folders(&params));
        if let Some(process) = params.get("processId").and_then(Value::as_i64) {
            let (state, shut_down) = (self.state.clone(), self.shut_down.clone());
            parent::watch(process, move || {
                state.outbox.close();
                std::process::exit(i32::from(!shut_down.load(Ordering::Relaxed)));
            });
        }
        self.phase = Phase::Ready;
        // What the library's types make of the parameters is of no interest, and must not fail.
        self.call(Some(id), "initialize", Some(r#"{"capabilities":{}}"#));
    }

    /// Calls a handler. It is polled once here, in order; if it has to wait for something, the rest is done elsewhere.
    fn call(&mut self, id: Option<Id>, method: &str, params: Option<&str>) {
        let mut request = Request::build(method.to_owned());
        if let Some(params) = params {
            match message::params::<Value>(params) {
                Ok(mut params) => {
                    if method == "textDocument/codeAction" {
                        actions::without_foreign_diagnostics(&mut params);
                    }
                    request = request.params(params);
                }
                Err(_) => return id.iter().for_each(|id| self.refuse(id, INVALID_REQUEST, "the parameters cannot be read")),
            }
        }
        if let Some(id) = &id {
            request = request.id(id.clone());
        }
        let outbox = self.state.outbox.clone();
        let Ok(future) = catch_unwind(AssertUnwindSafe(|| self.service.call(request.finish()))) else {
            return id.iter().for_each(|id| self.refuse(id, INTERNAL_ERROR, BROKE));
        };
        let mut answer = Box::pin(async move {
            let body = match AssertUnwindSafe(future).catch_unwind().await {
                Ok(Ok(Some(response))) => serde_json::to_vec(&response),
                Ok(_) => return,
                Err(_) => match id {
                    Some(id) => serde_json::to_vec(&json!({ "jsonrpc": "2.0", "id": id, "error": { "code": INTERNAL_ERROR, "message": BROKE } })),
                    None => return,
                },
            };
            outbox.send(body.unwrap_or_default());
        });
        let _inside = self.state.runtime.enter();
        if answer.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            self.state.runtime.spawn(answer);
        }
    }
}

const BROKE: &str = "something broke inside; the server goes on";
