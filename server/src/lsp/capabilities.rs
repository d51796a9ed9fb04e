//! What the client can do, and what the server therefore offers.
//!
//! Read from the raw JSON: the library's types refuse clients that say something they do not know, and misspell
//! `workspace.diagnostics`.

use serde_json::Value;
use tower_lsp::lsp_types::*;

use super::actions::FIX_ALL;
use super::commands;
use crate::text::Encoding;

/// `DiagnosticTag.Unnecessary`: shown faded.
pub const UNNECESSARY: u8 = 1;

#[derive(Clone, Debug, Default)]
pub struct Capabilities {
    pub encoding: Encoding,
    encoding_offered: bool,
    /// Diagnostics may carry these.
    pub related_information: bool,
    pub diagnostic_data: bool,
    pub code_description: bool,
    /// Diagnostics may be tagged as speaking of something that has no effect.
    pub unnecessary_tag: bool,
    /// Diagnostics can be asked for, and the client can be told to ask again.
    pub pull: bool,
    /// Code actions may be more than commands.
    pub action_literals: bool,
    /// The edit of an action may be left for when it is chosen.
    pub lazy_edits: bool,
    pub document_changes: bool,
    pub create_files: bool,
    pub apply_edit: bool,
    pub configuration: bool,
    pub register_configuration: bool,
    pub register_watchers: bool,
    pub progress: bool,
    /// Lines can be shown above code, and the client can be told to ask for them again.
    pub code_lens: bool,
    pub code_lens_refresh: bool,
    pub markdown: bool,
}

impl Capabilities {
    /// From the parameters of `initialize`.
    pub fn of(params: &Value) -> Capabilities {
        let at = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let can = |path: &str| at(path).and_then(Value::as_bool).unwrap_or(false);
        let holds = |path: &str, word: &str| at(path).and_then(Value::as_array).is_some_and(|list| list.iter().any(|element| element.as_str() == Some(word)));
        let encodings = "general/positionEncodings";
        Capabilities {
            encoding: if holds(encodings, "utf-8") {
                Encoding::Utf8
            } else if holds(encodings, "utf-32") && !holds(encodings, "utf-16") {
                Encoding::Utf32
            } else {
                Encoding::Utf16
            },
            encoding_offered: at(encodings).is_some(),
            related_information: can("textDocument/publishDiagnostics/relatedInformation"),
            diagnostic_data: can("textDocument/publishDiagnostics/dataSupport"),
            code_description: can("textDocument/publishDiagnostics/codeDescriptionSupport"),
            unnecessary_tag: at("textDocument/publishDiagnostics/tagSupport/valueSet")
                .and_then(Value::as_array)
                .is_some_and(|tags| tags.contains(&UNNECESSARY.into())),
            pull: at("textDocument/diagnostic").is_some_and(Value::is_object) && can("workspace/diagnostics/refreshSupport"),
            action_literals: at("textDocument/codeAction/codeActionLiteralSupport").is_some_and(Value::is_object),
            lazy_edits: holds("textDocument/codeAction/resolveSupport/properties", "edit") && can("textDocument/codeAction/dataSupport"),
            document_changes: can("workspace/workspaceEdit/documentChanges"),
            create_files: can("workspace/workspaceEdit/documentChanges") && holds("workspace/workspaceEdit/resourceOperations", "create"),
            apply_edit: can("workspace/applyEdit"),
            configuration: can("workspace/configuration"),
            register_configuration: can("workspace/didChangeConfiguration/dynamicRegistration"),
            register_watchers: can("workspace/didChangeWatchedFiles/dynamicRegistration"),
            progress: can("window/workDoneProgress"),
            code_lens: at("textDocument/codeLens").is_some_and(Value::is_object),
            code_lens_refresh: can("workspace/codeLens/refreshSupport"),
            markdown: holds("textDocument/hover/contentFormat", "markdown"),
        }
    }

    /// `pull`: diagnostics are asked for, and not published.
    pub fn offer(&self, pull: bool) -> ServerCapabilities {
        let encoding = match self.encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        };
        let files = FileOperationRegistrationOptions {
            filters: vec![FileOperationFilter {
                scheme: Some("file".into()),
                pattern: FileOperationPattern { glob: "**".into(), matches: None, options: None },
            }],
        };
        ServerCapabilities {
            position_encoding: self.encoding_offered.then_some(encoding),
            text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
                ..TextDocumentSyncOptions::default()
            })),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            code_lens_provider: self.code_lens.then_some(CodeLensOptions { resolve_provider: Some(false) }),
            code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, FIX_ALL]),
                resolve_provider: Some(self.lazy_edits),
                ..CodeActionOptions::default()
            })),
            execute_command_provider: Some(ExecuteCommandOptions { commands: commands::ALL.map(str::to_owned).to_vec(), ..ExecuteCommandOptions::default() }),
            diagnostic_provider: pull.then(|| {
                DiagnosticServerCapabilities::Options(DiagnosticOptions {
                    identifier: Some("guardline".into()),
                    inter_file_dependencies: true,
                    workspace_diagnostics: true,
                    work_done_progress_options: WorkDoneProgressOptions::default(),
                })
            }),
            workspace: Some(WorkspaceServerCapabilities {
                workspace_folders: Some(WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications: Some(OneOf::Left(true)) }),
                file_operations: Some(WorkspaceFileOperationsServerCapabilities {
                    did_create: Some(files.clone()),
                    did_rename: Some(files.clone()),
                    did_delete: Some(files),
                    ..WorkspaceFileOperationsServerCapabilities::default()
                }),
            }),
            ..ServerCapabilities::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(capabilities: Value) -> Capabilities {
        Capabilities::of(&json!({ "capabilities": capabilities }))
    }

    #[test]
    fn columns_are_bytes_if_the_client_can_count_them() {
        let encoding = |list: Value| of(json!({ "general": { "positionEncodings": list } })).encoding;
        assert_eq!(encoding(json!(["utf-16", "utf-8"])), Encoding::Utf8);
        assert_eq!(encoding(json!(["utf-16", "utf-32"])), Encoding::Utf16);
        assert_eq!(encoding(json!(["utf-32"])), Encoding::Utf32);
        assert_eq!(encoding(json!([])), Encoding::Utf16);
        assert_eq!(of(json!({})).encoding, Encoding::Utf16);
        assert_eq!(of(json!({})).offer(false).position_encoding, None);
    }

    #[test]
    fn odd_clients_are_understood_as_far_as_they_go() {
        for params in
            [json!(null), json!({}), json!({ "capabilities": 5 }), json!({ "capabilities": { "workspace": [], "textDocument": { "codeAction": 1 } } })]
        {
            assert!(!Capabilities::of(&params).lazy_edits);
        }
    }

    #[test]
    fn pulling_needs_a_client_that_can_be_told_to_pull_again() {
        let asks = json!({ "dynamicRegistration": true });
        assert!(!of(json!({ "textDocument": { "diagnostic": asks } })).pull);
        let both = of(json!({ "textDocument": { "diagnostic": asks }, "workspace": { "diagnostics": { "refreshSupport": true } } }));
        assert!(both.pull);
        assert!(both.offer(true).diagnostic_provider.is_some());
        assert!(both.offer(false).diagnostic_provider.is_none());
    }
}
