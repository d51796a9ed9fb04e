//! FLOOR 9. The engine as tools for an agent, over the Model Context Protocol on standard input and output.
//!
//! The protocol is the official SDK's; `tools` says what there is and in which shape it answers, `bench` is the one thread on
//! which projects are read and looked at.

mod arguments;
mod bench;
mod findings;
mod repair;
mod tools;

use std::path::PathBuf;
use std::process::ExitCode;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation, ListToolsResult, PaginatedRequestParams,
    ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::{ServerHandler, ServiceExt};

use bench::{Bench, Job};
use tools::Name;

pub struct Options {
    /// The projects that may be looked at and repaired.
    pub roots: Vec<PathBuf>,
    /// Nothing is written.
    pub read_only: bool,
}

pub fn run(options: &Options) -> ExitCode {
    match serve(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write;
            let _ = writeln!(std::io::stderr().lock(), "guardline: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(options: &Options) -> anyhow::Result<()> {
    let server = Server { bench: Bench::start(&options.roots)?, read_only: options.read_only };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        let running = server.serve(rmcp::transport::stdio()).await?;
        running.waiting().await?;
        Ok(())
    });
    // A read of standard input that nobody answers must not keep it alive.
    runtime.shutdown_background();
    done
}

struct Server {
    bench: Bench,
    read_only: bool,
}

impl Server {
    fn offers(&self, name: Name) -> bool {
        name != Name::ApplyFix || !self.read_only
    }
}

const INSTRUCTIONS: &str = "Guardline finds the security mistakes that AI assistants make in web applications (open routes, other people's \
records, SQL put together from input, leaked keys, missing checks) and repairs them. Call `audit` after writing or changing server code and before you \
call a task done; repair what it finds with `preview_fix` and `apply_fix`, whose edits were tried out before they are offered. Repairs marked \
`needs-review` decide who may do what: read them, and ask the user when the right answer is not clear from the code. Never silence a finding to get rid of it.";

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let mut info = ServerConfig::new(ServerCapabilities::builder().enable_tools().build());
        info.server_info = Implementation::new("guardline", env!("CARGO_PKG_VERSION"));
        info.instructions = Some(INSTRUCTIONS.to_owned());
        info
    }

    async fn list_tools(&self, _: Option<PaginatedRequestParams>, _: RequestContext<RoleServer>) -> Result<ListToolsResult, ErrorData> {
        let tools: Vec<Tool> = Name::ALL.into_iter().filter(|name| self.offers(*name)).map(tools::definition).collect();
        Ok(ListToolsResult { tools, ..ListToolsResult::default() })
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        Name::of(name).filter(|name| self.offers(*name)).map(tools::definition)
    }

    async fn call_tool(&self, request: CallToolRequestParams, _: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        let Some(name) = Name::of(&request.name).filter(|name| self.offers(*name)) else {
            return Err(ErrorData::invalid_params(format!("there is no tool `{}`", request.name), None));
        };
        let done = self.bench.work(Job { name, arguments: request.arguments.unwrap_or_default() }).await;
        Ok(match done {
            Ok(value) => CallToolResult::structured(value).into(),
            Err(why) => CallToolResult::error(vec![ContentBlock::text(why)]).into(),
        })
    }
}
