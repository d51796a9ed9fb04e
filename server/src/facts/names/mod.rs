//! What names suggest. A name only ever silences; it never accuses.

mod check;
mod guard;
mod record;

pub use check::{checks_sender, is_check, is_limiter, is_strict_check, is_validator};
pub use guard::{decides_access, decides_nothing, gives_group, is_current_user, is_guard, makes_token, only_asks_who, only_does, says_who_asks};
pub use record::{begins_or_ends, is_picture, is_point_in_time, raises_if_missing, says_author, says_code, says_end, says_taker};

/// camelCase, snake_case and kebab-case as lower-case words.
pub fn words(name: &str) -> Vec<String> {
    // Asked of every call: few names have more words, and few words are longer.
    let mut words: Vec<String> = Vec::with_capacity(4);
    let mut lower_before = false;
    let mut fresh = true;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            fresh = true;
            lower_before = false;
            continue;
        }
        if fresh || c.is_uppercase() && lower_before {
            words.push(String::with_capacity(16));
        }
        fresh = false;
        lower_before = c.is_lowercase() || c.is_numeric();
        if let Some(word) = words.last_mut() {
            if c.is_ascii() { word.push(c.to_ascii_lowercase()) } else { word.extend(c.to_lowercase()) }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_all_spellings() {
        assert_eq!(words("getHTTPUser_idOf-x2"), ["get", "httpuser", "id", "of", "x2"]);
    }
}
