//! A role that owners have: where a plan has a `coachId`, whoever is a coach is one of many, and other coaches' plans are not theirs.

use super::Judge;
use super::signed_in::{is_callers, is_role};
use crate::facts::check::{Fact, Facts, GuardKind};
use crate::facts::event::Access;
use crate::facts::names;
use crate::facts::role_words;
use crate::text::Name;

impl Judge<'_> {
    /// The role that was asked for here, if it is what the owners of these rows are called.
    pub fn role_of_owners(&self, access: &Access) -> Option<Name> {
        let model = self.model_of(&access.query)?;
        let owners: Vec<String> =
            model.owners().iter().flat_map(|path| [Some(&path.column), path.relation.as_ref()]).flatten().filter_map(|name| stem(name)).collect();
        let mut asked = Vec::new();
        roles(&access.facts, 0, &mut asked);
        // Whoever stands above asks for more than that.
        let is_owners = |role: &Name| stem(role).is_some_and(|role| owners.contains(&role)) && !role_words::names_above(role);
        if asked.is_empty() || !asked.iter().all(is_owners) { None } else { asked.into_iter().next() }
    }
}

/// `coachId`, `coach`, `isCoach`, `COACHES`: coach.
fn stem(name: &str) -> Option<String> {
    let words: Vec<String> =
        names::words(name).into_iter().filter(|word| !matches!(word.as_str(), "id" | "is" | "has" | "role" | "only" | "permission")).collect();
    let [word] = words.as_slice() else { return None };
    let singular = word.strip_suffix("es").filter(|short| short.ends_with("ch")).or_else(|| word.strip_suffix('s')).unwrap_or(word);
    let is_nobody = matches!(singular, "user" | "owner" | "account" | "member" | "author" | "creator" | "person" | "profile");
    (!is_nobody).then(|| singular.to_owned())
}

/// Which roles let somebody come here.
fn roles(facts: &Facts, depth: u32, out: &mut Vec<Name>) {
    for fact in facts.iter() {
        match fact {
            Fact::Is(symbol, text) if is_callers(symbol) && is_role(symbol) => out.push(Name::from(&**text)),
            Fact::Guard(guard) if guard.kind == GuardKind::Role => out.push(guard.name.clone()),
            Fact::Present(symbol) if is_callers(symbol) && symbol.path.last().is_some_and(|flag| super::signed_in::is_flag(flag)) => {
                out.extend(symbol.path.last().cloned());
            }
            Fact::Any(arms) if depth < 4 => arms.iter().for_each(|arm| roles(arm, depth + 1, out)),
            _ => {}
        }
    }
}
