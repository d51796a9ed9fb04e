//! FLOOR 9. The language server. The only place that names tower_lsp or LSP types.
