//! How a secret that was seen is replaced by a new one: at whose pages, or with what where nobody issues it.

use super::catalogue::{Row, RowId, catalogue};

/// In a sentence or two, for a kind of secret by its name. `None` for what is no kind of secret.
pub fn renewing(id: &str) -> Option<String> {
    let row = row(id)?;
    Some(match row.remade {
        true => format!("{}.", capital(&row.rotate)),
        false => format!("Make a new one at {} and delete the old one there: {}.", row.vendor, row.rotate),
    })
}

/// The same where the new one is to be put into a file. Of what is not known where it was issued, too.
pub fn renewing_into(id: &str, file: &str) -> String {
    match row(id) {
        Some(row) if row.remade => format!("{}. Put the new one in {file}.", capital(&row.rotate)),
        Some(row) => format!("Create a new one at {} ({}), put it in {file}, then delete the old one.", row.vendor, row.rotate),
        None => format!("Create a new one where it was issued, put it in {file}, then delete the old one."),
    }
}

fn row(id: &str) -> Option<&'static Row> {
    catalogue().by_id(id).and_then(RowId::row)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_has_its_own_place_for_it() {
        let told = renewing("openai-project").expect("a row");
        assert!(told.starts_with("Make a new one at OpenAI") && told.contains("platform.openai.com > API keys"), "{told}");
        assert!(renewing_into("stripe-secret", ".env").contains("dashboard.stripe.com") && renewing_into("stripe-secret", ".env").contains("put it in .env"));
    }

    #[test]
    fn what_the_app_made_itself_has_no_vendor() {
        let told = renewing("jwt-signing-secret").expect("a row");
        assert!(told.starts_with("Make a new one (`openssl rand") && told.contains("sign in again") && !told.contains(" at "), "{told}");
        assert_eq!(renewing("columns"), None);
        assert!(renewing_into("", ".env").starts_with("Create a new one where it was issued"));
    }
}
