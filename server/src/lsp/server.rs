//! The requests. Each takes what it needs of the state before its first `.await`; what has to be computed is computed by
//! the workers.

use std::sync::Arc;

use serde_json::Value;
use tower_lsp::LanguageServer;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::*;

use super::state::State;
use super::{actions, commands, hover, lens, pull, status};

pub struct Server {
    pub state: Arc<State>,
}

impl Server {
    /// `guardline/status`, for those who would rather ask.
    pub async fn status(&self) -> Result<Value> {
        let state = self.state.clone();
        self.state.workers.run(move |_| status::now(&state)).await.ok_or_else(Error::internal_error)
    }
}

#[tower_lsp::async_trait]
impl LanguageServer for Server {
    /// The real parameters were read by the transport: see [`super::capabilities`].
    async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
        Ok(InitializeResult {
            capabilities: self.state.capabilities().offer(self.state.pulls()),
            server_info: Some(ServerInfo { name: "guardline".into(), version: Some(env!("CARGO_PKG_VERSION").into()) }),
        })
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        hover::shown(&self.state, params).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        lens::shown(&self.state, params).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        actions::offered(&self.state, params).await
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        actions::resolved(&self.state, action).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        commands::execute(&self.state, params).await
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        pull::document(&self.state, params).await
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        pull::workspace(&self.state, params).await
    }
}
