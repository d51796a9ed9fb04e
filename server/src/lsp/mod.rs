//! FLOOR 9. The language server: everything that names LSP. It translates and schedules; what is wrong with code, and
//! what to do about it, is the engine's to say.
//!
//! One thread reads messages and changes the documents ([`transport`], [`notices`]); one analyses ([`analyst`], told by
//! the [`scheduler`]); two compute what requests ask for ([`workers`]); one writes ([`outbox`]). `server/ARCHITECTURE.md`
//! follows a keystroke through them.

mod actions;
mod analysis;
mod analyst;
mod audit;
mod capabilities;
mod commands;
mod completion;
mod configure;
mod create;
mod disk;
mod documents;
mod fix_all;
mod frame;
mod from_proto;
mod hover;
mod index;
mod judge;
mod lens;
mod log;
mod message;
mod notices;
mod outbox;
mod parent;
mod places;
mod progress;
mod pull;
mod quiet;
mod render;
mod rewrite;
mod scheduler;
mod server;
mod settings;
mod settle;
mod state;
mod status;
mod to_proto;
mod trail;
mod transport;
mod unmoved;
mod uri;
mod watch;
mod workers;

use std::io::{Read, Write};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::{FutureExt, SinkExt, StreamExt};
use tower_lsp::LspService;

pub use analysis::{Analysis, Engine};
pub use log::Level;

use analyst::Analyst;
use log::Log;
use outbox::Outbox;
use server::Server;
use state::State;
use transport::{Phase, Transport};

/// How the server is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A path, or `stderr`; without it, warnings go to the editor's own log.
    pub log: Option<String>,
    pub log_level: Option<Level>,
    /// The editor's process, if it said so when it started us: when it is gone, so is the server.
    pub client_process: Option<u32>,
}

/// Code of any depth is walked on threads of this stack.
const STACK: usize = crate::engine::STACK_BYTES;

/// Runs the server on standard input and output.
pub fn run(options: &Options) -> ExitCode {
    // While the client introduces itself. Should a thread not start, the first check does it.
    for prepare in crate::engine::preparations() {
        drop(std::thread::Builder::new().name("ready".into()).spawn(prepare));
    }
    let outbox = Arc::new(Outbox::default());
    let log = match Log::open(options.log.as_deref(), options.log_level, &outbox) {
        Ok(log) => Arc::new(log),
        Err(error) => {
            eprintln!("guardline: the log cannot be opened: {error}");
            return ExitCode::from(2);
        }
    };
    log::on_panic(log.clone());
    let (input, output) = match (standard_input(), standard_output()) {
        (Ok(input), Ok(output)) => (input, output),
        _ => {
            eprintln!("guardline: there is no standard input or output to talk over");
            return ExitCode::from(2);
        }
    };
    if let Some(process) = options.client_process {
        parent::watch(process.into(), || std::process::exit(1));
    }
    match serve(input, output, Box::<Engine>::default(), outbox, log) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("guardline: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs a server with any analysis on any streams: what tests do. Logs nothing. Returns the exit code.
pub fn serve_on(input: impl Read, output: impl Write + Send + 'static, analysis: impl Analysis) -> std::io::Result<u8> {
    let outbox = Arc::new(Outbox::default());
    let log = Arc::new(Log::open(None, Some(Level::Off), &outbox)?);
    serve(input, output, Box::new(analysis), outbox, log)
}

fn serve(input: impl Read, output: impl Write + Send + 'static, analysis: Box<dyn Analysis>, outbox: Arc<Outbox>, log: Arc<Log>) -> std::io::Result<u8> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).thread_name("wait").enable_time().build()?;
    let handle = runtime.handle().clone();
    let writer = outbox.clone();
    std::thread::Builder::new().name("write".into()).spawn(move || writer.write_to(output))?;
    let (service, socket) = LspService::build(|client| Server { state: Arc::new(State::new(analysis, client, handle, outbox, log)) })
        .custom_method("guardline/status", Server::status)
        .finish();
    let state = service.inner().state.clone();
    let (mut questions, mut answers) = socket.split();
    let out = state.outbox.clone();
    runtime.spawn(async move {
        while let Some(question) = questions.next().await {
            out.send(serde_json::to_vec(&question).unwrap_or_default());
        }
    });
    let analyst = Analyst::new(state.clone());
    std::thread::Builder::new().name("analyse".into()).stack_size(STACK).spawn(move || analyst.run())?;
    let transport = Transport {
        state: state.clone(),
        service,
        answers: Box::new(move |answer| {
            let _ = answers.send(answer).now_or_never();
        }),
        phase: Phase::New,
        shut_down: Arc::new(AtomicBool::new(false)),
    };
    let code = transport.run(input);
    state.scheduler.stop();
    state.completion.stop();
    state.index.stop();
    state.outbox.close();
    runtime.shutdown_background();
    Ok(code)
}

/// The streams themselves: the library's are buffered by lines and behind locks.
#[cfg(unix)]
fn standard_input() -> std::io::Result<std::fs::File> {
    use std::os::fd::AsFd;
    Ok(std::io::stdin().as_fd().try_clone_to_owned()?.into())
}

#[cfg(unix)]
fn standard_output() -> std::io::Result<std::fs::File> {
    use std::os::fd::AsFd;
    Ok(std::io::stdout().as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn standard_input() -> std::io::Result<std::fs::File> {
    use std::os::windows::io::AsHandle;
    Ok(std::io::stdin().as_handle().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn standard_output() -> std::io::Result<std::fs::File> {
    use std::os::windows::io::AsHandle;
    Ok(std::io::stdout().as_handle().try_clone_to_owned()?.into())
}

/// The lock. A thread that panicked while it held one left a pointer behind, not a half-made thing.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
