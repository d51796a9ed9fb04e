//! Services and tools that stand beside a program, as data: `queries/catalogue/services.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::built::{Table as Built, table};
use crate::text::Name;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Table {
    source_map_uploaders: Vec<String>,
    bookkeeping_tables: Vec<String>,
    webhook: Vec<WebhookSender>,
}

/// Who sends messages that say what happened there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSender {
    pub name: Name,
    /// How it is called in paths and headers.
    pub words: Vec<Name>,
    /// Its messages give away goods or accounts.
    pub pays: bool,
    /// What only it calls so in a message.
    #[serde(default)]
    pub fields: Vec<Name>,
}

const BUILT: Built = table!("services");

/// The table is part of the program; a test shows that it can be read.
static TABLE: LazyLock<Table> = LazyLock::new(|| BUILT.read().unwrap_or_default());

/// The senders of webhooks, in the order of the table.
pub fn webhook_senders() -> &'static [WebhookSender] {
    &TABLE.webhook
}

/// Packages that take source maps away from what is served.
pub fn source_map_uploaders() -> &'static [String] {
    &TABLE.source_map_uploaders
}

/// Does a tool keep this table for itself?
pub fn is_bookkeeping(table: &str) -> bool {
    TABLE.bookkeeping_tables.iter().any(|known| known == table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read() {
        let table: Table = BUILT.read().expect("the table");
        assert!(table.webhook.len() > 10 && !table.source_map_uploaders.is_empty());
        assert!(is_bookkeeping("alembic_version") && !is_bookkeeping("orders"));
    }
}
