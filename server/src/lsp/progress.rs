//! A progress bar in the client, for clients that have one.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tower_lsp::lsp_types::request::WorkDoneProgressCreate;
use tower_lsp::lsp_types::{NumberOrString, WorkDoneProgressCreateParams};

use super::held;
use super::state::State;
use crate::engine::Cancel;

/// The bars there are, so that one can be cancelled by its token.
#[derive(Default)]
pub struct Bars(Mutex<Shown>);

#[derive(Default)]
struct Shown {
    count: u64,
    running: Vec<(String, Cancel)>,
}

impl Bars {
    /// The person does not want to wait for this one.
    pub fn cancel(&self, token: &Value) {
        for (_, cancel) in held(&self.0).running.iter().filter(|(known, _)| token.as_str() == Some(known)) {
            cancel.cancel();
        }
    }
}

/// Ends when it is dropped.
pub struct Progress(Option<Arc<Bar>>);

struct Bar {
    token: String,
    state: Arc<State>,
    stage: Mutex<Stage>,
}

#[derive(PartialEq)]
enum Stage {
    /// The client has not said yet that it will show it.
    Asked,
    Shown {
        last: Instant,
    },
    Over,
}

const SELDOM: Duration = Duration::from_millis(100);

impl Progress {
    pub fn begin(state: &Arc<State>, title: &'static str, cancel: &Cancel) -> Progress {
        if !state.capabilities().progress {
            return Progress(None);
        }
        let mut shown = held(&state.bars.0);
        shown.count += 1;
        let token = format!("guardline/{}", shown.count);
        shown.running.push((token.clone(), cancel.clone()));
        drop(shown);
        let bar = Arc::new(Bar { token: token.clone(), state: state.clone(), stage: Mutex::new(Stage::Asked) });
        let asking = bar.clone();
        state.runtime.spawn(async move {
            let params = WorkDoneProgressCreateParams { token: NumberOrString::String(token) };
            if asking.state.client.send_request::<WorkDoneProgressCreate>(params).await.is_err() {
                return;
            }
            let mut stage = held(&asking.stage);
            if *stage == Stage::Asked {
                *stage = Stage::Shown { last: Instant::now() };
                asking.send(&json!({ "kind": "begin", "title": title, "cancellable": true, "percentage": 0 }));
            }
        });
        Progress(Some(bar))
    }

    pub fn report(&self, done: usize, total: usize) {
        let Some(bar) = &self.0 else { return };
        if let Stage::Shown { last } = &mut *held(&bar.stage)
            && last.elapsed() >= SELDOM
        {
            *last = Instant::now();
            let percentage = done * 100 / total.max(1);
            bar.send(&json!({ "kind": "report", "message": format!("{done}/{total} files"), "percentage": percentage }));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let Some(bar) = &self.0 else { return };
        held(&bar.state.bars.0).running.retain(|(token, _)| *token != bar.token);
        if let Stage::Shown { .. } = std::mem::replace(&mut *held(&bar.stage), Stage::Over) {
            bar.send(&json!({ "kind": "end" }));
        }
    }
}

impl Bar {
    fn send(&self, value: &Value) {
        self.state.outbox.notify("$/progress", &json!({ "token": self.token, "value": value }));
    }
}
