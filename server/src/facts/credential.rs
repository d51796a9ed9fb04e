//! With what rights a database client asks.

use super::names;
use super::value::Value;

/// With what rights a database client asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Credential {
    /// The caller's own: policies apply.
    Caller,
    /// A key that stands above all policies.
    Privileged,
    Unknown,
}

/// Told by the key the client was made with.
pub fn credential(handle: Option<&Value>) -> Credential {
    let Some(handle) = handle else { return Credential::Unknown };
    let Some(library) = handle.as_library() else { return Credential::Unknown };
    let mut seen = Credential::Unknown;
    for arg in &library.args {
        for origin in arg.value.taint().iter().filter(|origin| origin.part.is_environment()) {
            let words = names::words(&origin.name);
            if words.iter().any(|word| matches!(word.as_str(), "service" | "secret" | "admin")) {
                return Credential::Privileged;
            }
            if words.iter().any(|word| matches!(word.as_str(), "anon" | "publishable" | "public")) {
                seen = Credential::Caller;
            }
        }
        if let Some(text) = arg.value.as_str()
            && text.starts_with("sb_secret_")
        {
            return Credential::Privileged;
        }
    }
    if seen == Credential::Unknown && library.guessed && names::words(&library.step).iter().any(|word| matches!(word.as_str(), "admin" | "service")) {
        return Credential::Privileged;
    }
    seen
}
