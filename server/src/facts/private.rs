//! Names of values that must not get out, as data: `queries/catalogue/private-names.toml`.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::browser::BROWSER;
use super::names;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Raw {
    columns: Vec<String>,
    personal: Vec<String>,
    values: Vec<String>,
    worst: Vec<String>,
    harmless: Vec<String>,
}

/// Whole names, and endings.
#[derive(Default)]
struct Names {
    whole: FxHashSet<String>,
    endings: Vec<String>,
}

struct Table {
    columns: Names,
    personal: Names,
    values: Names,
    worst: Names,
    harmless: Names,
}

const TEXT: &str = include_str!("../../../queries/catalogue/private-names.toml");

/// The table is part of the program; a test shows that it can be read.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let raw: Raw = toml::from_str(TEXT).unwrap_or_default();
    Table {
        columns: Names::of(raw.columns),
        personal: Names::of(raw.personal),
        values: Names::of(raw.values),
        worst: Names::of(raw.worst),
        harmless: Names::of(raw.harmless),
    }
});

impl Names {
    fn of(list: Vec<String>) -> Names {
        let (endings, whole): (Vec<String>, Vec<String>) = list.into_iter().partition(|name| name.starts_with('*'));
        Names { whole: whole.into_iter().collect(), endings: endings.into_iter().map(|name| name.trim_start_matches('*').to_owned()).collect() }
    }

    fn have(&self, name: &str) -> bool {
        self.whole.contains(name) || self.endings.iter().any(|ending| name.len() > ending.len() && name.ends_with(ending.as_str()))
    }
}

fn plain(name: &str) -> String {
    names::words(name).join("_")
}

/// A column that only the login code has any business with: `passwordHash`, `reset_token`.
pub fn is_private_column(name: &str) -> bool {
    let name = plain(name);
    TABLE.columns.have(&name) && !TABLE.harmless.have(&name)
}

/// A column of people that others have no business with: `salary`, `date_of_birth`.
pub fn is_personal_column(name: &str) -> bool {
    TABLE.personal.have(&plain(name))
}

/// A value that does not belong into a log, an answer or an address: `password`, `accessToken`, `STRIPE_SECRET_KEY`.
pub fn is_private_value(name: &str) -> bool {
    let name = plain(name);
    TABLE.values.have(&name) && !TABLE.harmless.have(&name)
}

/// Not a credential for an hour, but one for good.
pub fn is_worst(name: &str) -> bool {
    TABLE.worst.have(&plain(name))
}

/// An environment variable whose value is a secret by its name, and that no build publishes.
pub fn is_private_variable(name: &str) -> bool {
    !BROWSER.shows(name) && (is_private_value(name) || is_key(name))
}

/// `OPENAI_KEY`, `SENDGRID_TOKEN`: in an environment these words mean a secret.
fn is_key(name: &str) -> bool {
    let name = plain(name);
    let last = name.rsplit('_').next().unwrap_or("");
    matches!(last, "key" | "token" | "secret" | "password") && !TABLE.harmless.have(&name) && !name.contains("public") && !name.contains("anon")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read() {
        assert!(toml::from_str::<Raw>(TEXT).is_ok());
    }

    #[test]
    fn names_are_compared_without_their_style() {
        assert!(is_private_column("passwordHash") && is_private_column("password_hash") && is_private_column("stripeAccessToken"));
        assert!(!is_private_column("name") && !is_private_column("passwordUpdatedAt") && !is_private_column("publicKey"));
        assert!(is_private_value("newPassword") && is_private_value("JWT_SECRET") && is_private_value("Authorization"));
        assert!(!is_private_value("maxTokens") && !is_private_value("csrfToken") && !is_private_value("passwordLength") && !is_private_value("tokens"));
    }

    #[test]
    fn variables_are_private_by_their_last_word() {
        assert!(is_private_variable("OPENAI_KEY") && is_private_variable("DATABASE_URL") && is_private_variable("RESEND_API_KEY"));
        assert!(!is_private_variable("NEXT_PUBLIC_API_KEY") && !is_private_variable("STRIPE_PUBLISHABLE_KEY") && !is_private_variable("NODE_ENV"));
        assert!(!is_private_variable("SUPABASE_ANON_KEY") && !is_private_variable("API_URL"));
    }
}
