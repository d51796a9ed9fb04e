//! What an env file keeps that only the names call secrets, for a file of which every copy is kept: there a value that somebody chose
//! counts, however short it is.

use std::ops::Range;

use super::text::assignments;
use super::{context, placeholder, url};
use crate::facts::exposure::{is_set_aside, standing};
use crate::syntax::Language;
use crate::text::Name;

/// The names under which something stands that nobody else should know, with the places of the values, in order.
pub fn kept_by_name(text: &str) -> Vec<(Name, Range<usize>)> {
    let mut kept = assignments(Language::Env, text);
    kept.retain(|(name, place)| is_secret(name) && text.get(place.clone()).is_some_and(|value| is_chosen(value.trim(), name)));
    kept
}

/// `ADMIN_PASSWORD`, `SMTP_PASS`, `APP_TOKEN`; but not the password of a database that stands beside the app.
fn is_secret(name: &str) -> bool {
    let snake = context::snake(name);
    let has = |words: &[&str]| snake.split('_').any(|part| words.contains(&part));
    let is_service = has(&["db", "database", "postgres", "postgresql", "pg", "mysql", "mariadb", "mongo", "mongodb", "redis", "rabbitmq", "minio", "root"]);
    let is_named = standing(name).is_secret() || has(&["pass", "passwd", "password", "pwd"]) || snake.ends_with("api_key") || snake.ends_with("token");
    is_named && !is_service && !is_set_aside(name) && !context::is_about(name) && !context::is_harmless(name)
}

/// Not a placeholder, not a word that everybody takes for one's own machine, and no choice or address.
fn is_chosen(value: &str, name: &str) -> bool {
    let is_switch = ["true", "false", "null", "none", "yes", "no", "on", "off", "empty", "unset", "disabled"].contains(&value.to_ascii_lowercase().as_str());
    let is_made_up = placeholder::is_template(value)
        || placeholder::has_word(value)
        || placeholder::is_variable_name(value)
        || placeholder::is_repetition(value)
        || placeholder::is_made_for_tests(value)
        || placeholder::is_own_name(value, name)
        || placeholder::has_no_other_words(value, name);
    let is_default = url::is_guessable(value) || url::is_guessable_at_heart(value);
    value.len() >= 4
        && value.is_ascii()
        && !value.contains(char::is_whitespace)
        && !value.contains("://")
        && !value.starts_with(['/', '.'])
        && !is_switch
        && !is_made_up
        && !is_default
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        kept_by_name(text).into_iter().map(|(name, _)| name.to_string()).collect()
    }

    #[test]
    fn what_somebody_chose_counts() {
        let text = "ADMIN_PASSWORD=letmein\nSMTP_PASS=\"summer\"\nMY_SECRET=hunter2\nAPP_TOKEN=tok123\nAPI_KEY=12345abc\n";
        assert_eq!(names(text), ["ADMIN_PASSWORD", "SMTP_PASS", "MY_SECRET", "APP_TOKEN", "API_KEY"]);
    }

    #[test]
    fn what_waits_to_be_replaced_opens_ones_own_machine_or_is_none_does_not() {
        for line in [
            "ADMIN_PASSWORD=changeme",
            "ADMIN_PASSWORD=",
            "ADMIN_PASSWORD=${ADMIN_PASSWORD}",
            "ADMIN_PASSWORD=admin123",
            "ADMIN_PASSWORD=your-password",
            "POSTGRES_PASSWORD=sunshine",
            "DB_PASSWORD=sunshine",
            "SECRET_MODE=strict",
            "PASSWORD_MIN_LENGTH=1200",
            "API_KEY=none",
            "API_TOKEN=false",
            "CSRF_TOKEN=letmein",
            "STRIPE_PUBLISHABLE_KEY=letmein",
            "SHOW_PASSWORD=maybe",
            "TOKEN_SECRET=token-secret",
            "SITE=letmein",
        ] {
            assert_eq!(names(line), [] as [String; 0], "{line}");
        }
    }
}
