//! Which expressions at a point are the signed-in user: what a repair would write.

use smallvec::SmallVec;

use super::Walker;
use crate::facts::catalogue::{Entry, State};
use crate::facts::check::{Fact, Root};
use crate::facts::event::{Caller, KEYED};
use crate::facts::value::{Kind, Value};
use crate::text::Name;

const MOST: usize = 6;
/// How deep in what was put on a request.
const MOST_DEPTH: u32 = 3;

impl Walker<'_> {
    /// Innermost first.
    pub(super) fn callers(&mut self) -> Vec<Caller> {
        let frame = self.frame();
        let mut seen: Vec<(Name, Value)> = frame.state.iter().rev().cloned().collect();
        let mut captured = frame.captured.clone();
        while let Some(around) = captured {
            seen.extend(around.variables.iter().rev().cloned());
            captured = around.parent.clone();
        }
        let file = frame.module.model.file.clone();
        let imported: Vec<Name> =
            ["current_user", "session"].iter().map(|name| Name::new_static(name)).filter(|name| frame.module.definitions.has(name)).collect();
        for name in imported {
            if let Some(value) = self.module_name(&file, &name) {
                seen.push((name, value));
            }
        }
        let mut callers = Vec::new();
        for (name, value) in seen {
            if callers.len() >= MOST {
                break;
            }
            self.caller(&name, &value, 0, &mut callers);
        }
        callers
    }

    fn caller(&mut self, name: &Name, value: &Value, depth: u32, out: &mut Vec<Caller>) {
        // Somebody or nobody: `const user = await getCurrentUser()`.
        let somebody = somebody_in(value);
        let value = somebody.as_ref().unwrap_or(value);
        if let Some(symbol) = value.symbol()
            && symbol.root == Root::Principal
        {
            let present = self.is_present(&symbol.path);
            let path = symbol.path.to_vec();
            let (path, id) = match value.kind() {
                // `userId` is the id itself, however its library calls it.
                _ if is_id(name.rsplit('.').next().unwrap_or_default()) => (path.clone(), path),
                // The row of the user has a key of its own, whatever the token it was found by calls it.
                Kind::Row(_) | Kind::Instance(_) => (Vec::new(), vec![Name::new_static("id")]),
                _ if self.principal_id.is_empty() => (path, vec![Name::new_static("id")]),
                _ => (path, self.principal_id.clone()),
            };
            out.push(Caller { expression: name.to_string(), path, id, present });
            return;
        }
        let Kind::Library(library) = value.kind() else { return };
        if library.states.is_empty() || library.query.is_some() {
            return;
        }
        // What was put there: `locals.user`, `res.locals.user`.
        if depth < MOST_DEPTH {
            for (member, value) in library.set.iter().rev() {
                self.caller(&Name::from(format!("{name}.{member}")), value, depth + 1, out);
            }
        }
        // A request: the members of it that are the user, as far as the project uses one of them.
        for (expression, id) in principals_below(self, name, &library.states.clone(), 0) {
            out.push(Caller { expression, path: Vec::new(), id, present: self.is_present(&[]) });
        }
    }

    fn is_present(&self, path: &[Name]) -> bool {
        self.facts.iter().any(|fact| match fact {
            Fact::Present(symbol) => symbol.root == Root::Principal && (symbol.path.starts_with(path) || path.starts_with(&symbol.path)),
            _ => false,
        })
    }
}

/// Of several things that a value may be, of which all but nobody are the signed-in user: that user.
fn somebody_in(value: &Value) -> Option<Value> {
    let Kind::Union(alternatives) = value.kind() else { return None };
    let is_user = |value: &Value| value.symbol().is_some_and(|symbol| symbol.root == Root::Principal);
    let mut others = alternatives.iter().map(|alternative| &alternative.value).filter(|value| !matches!(value.kind(), Kind::Null));
    let first = others.next().filter(|value| is_user(value))?;
    others.all(is_user).then(|| first.clone())
}

fn principals_below(walker: &Walker<'_>, prefix: &str, states: &SmallVec<[State; 2]>, depth: u32) -> Vec<(String, Vec<Name>)> {
    let catalogue = walker.world.catalogue();
    let mut found = Vec::new();
    if depth > 1 {
        return found;
    }
    for member in catalogue.members(states) {
        let next = catalogue.member(states, &member);
        let expression = format!("{prefix}.{member}");
        let principal = catalogue.at(&next).find_map(|entry| match entry {
            Entry::Principal(principal) => Some(super::library::path(&principal.id)),
            _ => None,
        });
        match principal {
            // `req.session.userId` is the id itself.
            Some(_) if is_id(&member) => found.push((expression, Vec::new())),
            // `session.get` is not a user: what it gives is asked for by a key.
            _ if gives_principal(walker, &next) => found.push((prefix.to_owned(), vec![Name::new_static(KEYED)])),
            Some(id) => found.push((expression, id)),
            None => found.extend(principals_below(walker, &expression, &next, depth + 1)),
        }
    }
    found
}

fn gives_principal(walker: &Walker<'_>, member: &[State]) -> bool {
    let catalogue = walker.world.catalogue();
    catalogue.at(&catalogue.call(member)).any(|entry| matches!(entry, Entry::Principal(_)))
}

fn is_id(member: &str) -> bool {
    matches!(member, "userId" | "user_id" | "uid" | "accountId" | "account_id" | "sub")
}
