//! How a secret that was found is replaced by a new one, where its kind is known: taking it out of the code does not take it back.

use super::Entry;
use crate::facts::secrets;
use crate::rules::{self, Finding, Risk};

/// `None` for what is no secret, or one of no known kind.
pub fn of(finding: &Finding) -> Option<String> {
    let is_about_secrets = rules::all().iter().any(|meta| meta.id == finding.rule && meta.risk == Risk::Secrets);
    is_about_secrets.then(|| secrets::renewing(&finding.detail)).flatten()
}

/// The message, and how a new one is made: for where nothing else is shown beside it.
pub(super) fn said_with(finding: &Finding) -> String {
    match of(finding) {
        Some(new) => format!("{}. {new}", finding.message.trim_end_matches('.')),
        None => finding.message.to_string(),
    }
}

/// What there is to replace of all these, each once, and no more than so many.
pub(super) fn of_all(entries: &[&Entry], most: usize) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for new in entries.iter().filter_map(|entry| of(&entry.finding)) {
        if all.len() < most && !all.contains(&new) {
            all.push(new);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{finding, project};
    use crate::rules::{Level, RuleId};

    #[test]
    fn of_a_key_its_vendors_pages_are_named() {
        let (project, file) = project("a.ts", "call(a);\n");
        let mut found = finding("secret-hardcoded", &project, &file, "call", Level::Error);
        (found.rule, found.detail, found.message) = (RuleId::new("secret-hardcoded"), "stripe-secret".into(), "It holds a key".into());
        assert!(said_with(&found).starts_with("It holds a key. Make a new one at Stripe") && said_with(&found).contains("dashboard.stripe.com"));
        let entry = Entry { finding: found.clone(), repairs: Vec::new() };
        assert_eq!(of_all(&[&entry, &entry], 3).len(), 1);
        found.rule = RuleId::new("sensitive-data-exposed");
        assert_eq!(said_with(&found), "It holds a key", "of other rules the detail means something else");
    }
}
