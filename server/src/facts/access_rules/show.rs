//! Demands in words, for people and tests.

use super::demand::{Demand, Role, Tie, Who};

/// `signed in and owner by resource.ownerId`
pub fn demand(demand: &Demand) -> String {
    let list = |arms: &[Demand], word: &str| format!("({})", arms.iter().map(self::demand).collect::<Vec<_>>().join(word));
    let of = |collection: &str, field: &str| if field.is_empty() { collection.to_owned() } else { format!("{collection}.{field}") };
    match demand {
        Demand::Always => "always".to_owned(),
        Demand::Never => "never".to_owned(),
        Demand::Until(date) => format!("until {date}"),
        Demand::SignedIn => "signed in".to_owned(),
        Demand::SignedOut => "signed out".to_owned(),
        Demand::Token(name) => format!("signed in with {name}"),
        Demand::Stored(is) => if *is { "already stored" } else { "not yet stored" }.to_owned(),
        Demand::Written(is) => if *is { "not deleted" } else { "deleted" }.to_owned(),
        Demand::Owner(Tie::Path(name)) => format!("owner by {{{name}}}"),
        Demand::Owner(Tie::Field(name)) => format!("owner by {name}"),
        Demand::Owner(Tie::Listed(name)) => format!("listed in {name}"),
        Demand::Owner(Tie::Incoming(name)) => format!("becomes owner by {name}"),
        Demand::Owner(Tie::Document(collection, field)) => format!("tied by {}", of(collection, field)),
        Demand::Owner(Tie::Claim(claim, field)) => format!("tied by claim {claim} to {field}"),
        Demand::Role(Role::Claim(name)) => format!("claim {name}"),
        Demand::Role(Role::Document(collection, field)) => format!("role by {}", of(collection, field)),
        Demand::Role(Role::Person) => "somebody named".to_owned(),
        Demand::Row(field) => format!("marked by {}", if field.is_empty() { "itself" } else { field }),
        Demand::Incoming(field) => format!("checks {}", if field.is_empty() { "what is written" } else { field }),
        Demand::Query(field) => format!("asks {field}"),
        Demand::All(arms) => list(arms, " and "),
        Demand::Any(arms) => list(arms, " or "),
        Demand::Unknown => "unknown".to_owned(),
    }
}

/// `anyone until 2024-12-31`
pub fn who(who: Who) -> String {
    match who {
        Who::AnyoneUntil(date) => format!("anyone until {date}"),
        who => who.word().replace('-', " "),
    }
}
