//! Is a variable of this name a secret that must not be published?

use super::table::{EXPOSURE, Vendor, Words};
use crate::facts::browser::BROWSER;

/// What the name of a variable says of its value. Only the name: without what publishes it.
#[derive(Clone, Copy, Debug)]
pub enum Standing {
    /// Made to be seen, or no key at all.
    Harmless,
    /// A secret, whoever issued it.
    Secret,
    /// A key of this vendor's.
    Key(&'static Vendor),
    /// A key of somebody unknown.
    Unclear,
}

impl Standing {
    pub fn is_secret(self) -> bool {
        matches!(self, Standing::Secret | Standing::Key(_))
    }
}

/// The standing of `NEXT_PUBLIC_OPENAI_API_KEY`, with or without its prefix.
pub fn standing(variable: &str) -> Standing {
    let name = BROWSER.unpublished(variable);
    let parts: Vec<&str> = name.split('_').filter(|part| !part.is_empty()).collect();
    let Some(last) = parts.last() else { return Standing::Harmless };
    let table = &*EXPOSURE;
    let among = |list: &[String], word: &str| list.iter().any(|known| known == word);
    let has = |list: &[Words]| list.iter().any(|words| position(&parts, words).is_some());
    if has(&table.public_names) || parts.iter().any(|part| among(&table.harmless_words, part)) {
        return Standing::Harmless;
    }
    // A secret's name stands at the end, but for words that change nothing.
    let is_secret = table.secret_names.iter().any(|words| {
        position(&parts, words).is_some_and(|end| parts.iter().skip(end).all(|part| among(&table.qualifiers, part) || part.bytes().all(|b| b.is_ascii_digit())))
    });
    if is_secret {
        return Standing::Secret;
    }
    if among(&table.harmless_ends, last) || has(&table.public_brands) {
        return Standing::Harmless;
    }
    let says = |words: &[String]| parts.iter().any(|part| among(words, part)) || words.iter().any(|word| word.len() > 2 && last.ends_with(word.as_str()));
    let vendor =
        table.vendors.iter().filter(|vendor| has(&vendor.words)).find(|vendor| says(if vendor.keys.is_empty() { &table.secret_words } else { &vendor.keys }));
    match vendor {
        Some(vendor) => Standing::Key(vendor),
        None if table.vendors.iter().any(|vendor| has(&vendor.words)) => Standing::Harmless,
        None if name.ends_with("API_KEY")
            || name.ends_with("APIKEY")
            || name.ends_with("ACCESS_TOKEN")
            || name.ends_with("AUTH_TOKEN")
            || name.ends_with("AUTH_KEY") =>
        {
            Standing::Unclear
        }
        None => Standing::Harmless,
    }
}

/// Made for pages by its vendor, whatever the rest of the name says: the key of a map, of a captcha.
pub fn is_made_to_be_seen(variable: &str) -> bool {
    let name = super::super::names::words(variable).join("_").to_ascii_uppercase();
    let parts: Vec<&str> = BROWSER.unpublished(&name).split('_').filter(|part| !part.is_empty()).collect();
    let has = |list: &[Words]| list.iter().any(|words| position(&parts, words).is_some());
    has(&EXPOSURE.public_names) || has(&EXPOSURE.public_brands) && !standing(&name).is_secret()
}

/// Could it be a key that nobody may see, where the place it stands in says that it is a key? Not if the name says what else it is: made
/// to be seen, a choice, an address, the public half of a vendor's keys.
pub fn may_be_secret(variable: &str) -> bool {
    standing(variable).is_secret() || !is_set_aside(variable)
}

/// The name says that the value is no secret, rather than nothing at all.
pub fn is_set_aside(variable: &str) -> bool {
    let parts: Vec<&str> = BROWSER.unpublished(variable).split('_').filter(|part| !part.is_empty()).collect();
    let table = &*EXPOSURE;
    let has = |list: &[Words]| list.iter().any(|words| position(&parts, words).is_some());
    parts.iter().any(|part| table.harmless_words.iter().any(|known| known == part))
        || parts.last().is_none_or(|last| table.harmless_ends.iter().any(|known| known == last))
        || has(&table.public_names)
        || has(&table.public_brands)
        || table.vendors.iter().any(|vendor| !vendor.keys.is_empty() && has(&vendor.words))
}

/// What a stranger does with the value of a variable of this name.
pub fn gives(variable: &str) -> &'static str {
    let parts: Vec<&str> = BROWSER.unpublished(variable).split('_').collect();
    let table: &'static super::table::Exposure = &EXPOSURE;
    if let Standing::Key(vendor) = standing(variable) {
        return &vendor.gives;
    }
    let named = table.secrets.iter().find(|secret| secret.words.iter().any(|words| position(&parts, words).is_some()));
    named.map_or("use it as you", |secret| &secret.gives)
}

/// Does the name say that the key makes an administrator?
pub(super) fn has_any(variable: &str, list: &[Words]) -> bool {
    let parts: Vec<&str> = variable.split('_').collect();
    list.iter().any(|words| position(&parts, words).is_some())
}

/// Where the words end among the parts, the last time they stand there.
fn position(parts: &[&str], words: &Words) -> Option<usize> {
    let Words(words) = words;
    let at = parts.windows(words.len()).rposition(|window| window.iter().zip(words).all(|(part, word)| part == word))?;
    Some(at + words.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(variable: &str) -> &'static str {
        match standing(variable) {
            Standing::Harmless => "harmless",
            Standing::Secret => "secret",
            Standing::Key(vendor) => &vendor.name,
            Standing::Unclear => "unclear",
        }
    }

    #[test]
    fn secrets_are_known_by_name() {
        for name in [
            "NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY",
            "NEXT_PUBLIC_SUPABASE_SERVICE_ROLE",
            "VITE_STRIPE_SECRET_KEY",
            "VITE_JWT_SECRET",
            "REACT_APP_DB_PASSWORD",
            "EXPO_PUBLIC_DATABASE_URL",
            "NEXT_PUBLIC_FIREBASE_PRIVATE_KEY",
            "VITE_RECAPTCHA_SECRET_KEY",
            "VITE_ADMIN_TOKEN",
            "VITE_AWS_SECRET_ACCESS_KEY",
            "PUBLIC_MONGODB_URI",
            "VITE_CLIENT_SECRET_2",
        ] {
            assert_eq!(word(name), "secret", "{name}");
        }
        for (name, vendor) in [
            ("VITE_OPENAI_API_KEY", "OpenAI"),
            ("NEXT_PUBLIC_ANTHROPIC_KEY", "Anthropic"),
            ("VITE_GEMINI_API_KEY", "Gemini"),
            ("REACT_APP_HF_TOKEN", "Hugging Face"),
            ("EXPO_PUBLIC_OPENAI_APIKEY", "OpenAI"),
            ("NEXT_PUBLIC_GITHUB_TOKEN", "GitHub"),
            ("VITE_STRIPE_SK", "Stripe"),
            ("VITE_ELEVENLABS_KEY", "ElevenLabs"),
        ] {
            assert_eq!(word(name), vendor, "{name}");
        }
        assert_eq!(word("VITE_ACME_API_KEY"), "unclear");
    }

    #[test]
    fn a_name_that_says_nothing_may_be_a_secrets() {
        for name in ["VITE_MYSTUFF", "VITE_KEY", "VITE_AI_KEY", "VITE_OPENAI", "NEXT_PUBLIC_LLM", "VITE_STRIPE_SECRET_KEY"] {
            assert!(may_be_secret(name), "{name}");
        }
        for name in ["VITE_STRIPE_KEY", "VITE_SUPABASE_ANON_KEY", "VITE_GITHUB_CLIENT_ID", "VITE_MAPBOX_TOKEN", "VITE_DEMO_KEY", "VITE_OPENAI_MODEL", "VITE_"] {
            assert!(!may_be_secret(name), "{name}");
        }
    }

    #[test]
    fn what_is_made_to_be_seen_is_left_alone() {
        for name in [
            "NEXT_PUBLIC_SUPABASE_ANON_KEY",
            "NEXT_PUBLIC_SUPABASE_URL",
            "VITE_SUPABASE_PUBLISHABLE_KEY",
            "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY",
            "NEXT_PUBLIC_STRIPE_KEY",
            "VITE_STRIPE_PUBLIC_KEY",
            "NEXT_PUBLIC_FIREBASE_API_KEY",
            "NEXT_PUBLIC_POSTHOG_KEY",
            "VITE_GOOGLE_MAPS_API_KEY",
            "VITE_MAPBOX_TOKEN",
            "NEXT_PUBLIC_SENTRY_DSN",
            "NEXT_PUBLIC_OPENAI_MODEL",
            "VITE_OPENAI_BASE_URL",
            "NEXT_PUBLIC_GITHUB_CLIENT_ID",
            "NEXT_PUBLIC_TURNSTILE_SITE_KEY",
            "VITE_PASSWORD_MIN_LENGTH",
            "NEXT_PUBLIC_ENABLE_PASSWORD",
            "NEXT_PUBLIC_FORGOT_PASSWORD_URL",
            "VITE_SECRET_SANTA",
            "NEXT_PUBLIC_ALGOLIA_SEARCH_API_KEY",
            "NEXT_PUBLIC_APP_URL",
            "VITE_DEMO_PASSWORD",
            "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY",
            "VITE_",
            "",
        ] {
            assert_eq!(word(name), "harmless", "{name}");
        }
    }
}
