//! The path language: `lib#export().member.{model}.find|findOne()`.
//!
//! A path starts at a root (`lib#export`, `global:name`, `role:name`) and goes on in steps: `.name` (several with `|`),
//! `.*` (any member), `.{model}` (any member, remembered as the model), `()` (the result of a call, `new` or not).
//! Libraries and exports may list several with `|` too. All paths are one graph; a value carries its places in it.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::text::Name;

/// A place in the graph.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct State(u32);

/// What a path starts from.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Root {
    Export { package: Name, name: Name },
    Global(Name),
    Role(Name),
}

#[derive(Default)]
struct Node {
    members: FxHashMap<Name, State>,
    any: Option<State>,
    capture: Option<State>,
    call: Option<State>,
    entries: Vec<u32>,
    /// Reached by `{model}`.
    captured: bool,
}

#[derive(Default)]
pub struct Paths {
    nodes: Vec<Node>,
    roots: FxHashMap<Root, State>,
    packages: rustc_hash::FxHashSet<Name>,
}

enum Step {
    Members(Vec<Name>),
    Any,
    Capture,
    Call,
}

impl Paths {
    pub fn add(&mut self, pattern: &str, entry: u32) -> Result<(), String> {
        let (roots, steps) = parse(pattern)?;
        let mut states = Vec::new();
        for root in roots {
            if let Root::Export { package, .. } = &root {
                self.packages.insert(package.clone());
            }
            let state = match self.roots.get(&root) {
                Some(state) => *state,
                None => {
                    let state = self.node();
                    self.roots.insert(root, state);
                    state
                }
            };
            states.push(state);
        }
        for step in &steps {
            let mut next = Vec::new();
            for state in states {
                match step {
                    Step::Members(names) => {
                        for name in names {
                            next.push(self.edge(
                                state,
                                |node| node.members.get(name).copied(),
                                |node, to| {
                                    node.members.insert(name.clone(), to);
                                },
                            ));
                        }
                    }
                    Step::Any => next.push(self.edge(state, |node| node.any, |node, to| node.any = Some(to))),
                    Step::Capture => {
                        let to = self.edge(state, |node| node.capture, |node, to| node.capture = Some(to));
                        self.nodes[to.0 as usize].captured = true;
                        next.push(to);
                    }
                    Step::Call => next.push(self.edge(state, |node| node.call, |node, to| node.call = Some(to))),
                }
            }
            states = next;
        }
        for state in states {
            let entries = &mut self.nodes[state.0 as usize].entries;
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
        Ok(())
    }

    fn node(&mut self) -> State {
        self.nodes.push(Node::default());
        State(self.nodes.len() as u32 - 1)
    }

    fn edge(&mut self, from: State, get: impl Fn(&Node) -> Option<State>, set: impl FnOnce(&mut Node, State)) -> State {
        match get(&self.nodes[from.0 as usize]) {
            Some(to) => to,
            None => {
                let to = self.node();
                set(&mut self.nodes[from.0 as usize], to);
                to
            }
        }
    }

    pub fn root(&self, root: &Root) -> SmallVec<[State; 2]> {
        let mut states: SmallVec<[State; 2]> = self.roots.get(root).copied().into_iter().collect();
        if let Root::Export { package, name } = root {
            let any_export = Root::Export { package: package.clone(), name: Name::new_static("*") };
            let any_package = Root::Export { package: Name::new_static("*"), name: name.clone() };
            states.extend(self.roots.get(&any_export).copied());
            states.extend(self.roots.get(&any_package).copied());
        }
        states
    }

    /// The states of a pattern that was added (a guess's target).
    pub fn find(&self, pattern: &str) -> SmallVec<[State; 2]> {
        let Ok((roots, steps)) = parse(pattern) else { return SmallVec::new() };
        let mut states: SmallVec<[State; 2]> = roots.iter().flat_map(|root| self.root(root)).collect();
        for step in steps {
            states = match step {
                Step::Call => self.call(&states),
                Step::Members(names) => names.iter().flat_map(|name| self.member(&states, name)).collect(),
                Step::Any | Step::Capture => return SmallVec::new(),
            };
        }
        states
    }

    pub fn member(&self, states: &[State], name: &str) -> SmallVec<[State; 2]> {
        let mut next: SmallVec<[State; 2]> = SmallVec::new();
        for state in states {
            let node = &self.nodes[state.0 as usize];
            let named = node.members.get(name).copied();
            // A name that is listed is not also "any member".
            let found = [named, node.any, node.capture.filter(|_| named.is_none())];
            for to in found.into_iter().flatten() {
                if !next.contains(&to) {
                    next.push(to);
                }
            }
        }
        next
    }

    pub fn call(&self, states: &[State]) -> SmallVec<[State; 2]> {
        states.iter().filter_map(|state| self.nodes[state.0 as usize].call).collect()
    }

    pub fn entries<'p>(&'p self, states: &'p [State]) -> impl Iterator<Item = u32> + 'p {
        states.iter().flat_map(|state| self.nodes[state.0 as usize].entries.iter().copied())
    }

    /// The named members of these states, in order.
    pub fn members(&self, states: &[State]) -> Vec<Name> {
        let mut names: Vec<Name> = states.iter().flat_map(|state| self.nodes[state.0 as usize].members.keys().cloned()).collect();
        names.sort();
        names.dedup();
        names
    }

    pub fn captures(&self, states: &[State]) -> bool {
        states.iter().any(|state| self.nodes[state.0 as usize].captured)
    }

    pub fn knows(&self, package: &str) -> bool {
        self.packages.contains(package)
    }
}

fn parse(pattern: &str) -> Result<(Vec<Root>, Vec<Step>), String> {
    let (roots, mut rest) = if let Some(rest) = pattern.strip_prefix("global:") {
        let (names, rest) = take_names(rest);
        (names.into_iter().map(Root::Global).collect::<Vec<_>>(), rest)
    } else if let Some(rest) = pattern.strip_prefix("role:") {
        // A role has two names: whose it is, and what.
        let (whose, rest) = take_names(rest);
        let (what, rest) = take_names(rest.strip_prefix('.').ok_or("a role is `role:framework.thing`")?);
        let roles = whose.iter().flat_map(|whose| what.iter().map(move |what| Root::Role(Name::from(format!("{whose}.{what}")))));
        (roles.collect(), rest)
    } else {
        // Nuxt's own modules begin with it: `#imports#useRoute()`.
        let (packages, rest) = pattern.rsplit_once('#').ok_or("a path starts with `library#export`, `global:` or `role:`")?;
        if lists_paths(rest) {
            return Err("`|` stands between the names of one step: `path.join|normpath()`, or several paths".into());
        }
        let (names, rest) = take_names(rest);
        let mut roots = Vec::new();
        for package in packages.split('|') {
            roots.extend(names.iter().map(|name| Root::Export { package: package.into(), name: name.clone() }));
        }
        (roots, rest)
    };
    if roots.is_empty() {
        return Err("the path has no name to start from".into());
    }
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("()") {
            steps.push(Step::Call);
            rest = after;
        } else if let Some(after) = rest.strip_prefix(".*") {
            steps.push(Step::Any);
            rest = after;
        } else if let Some(after) = rest.strip_prefix(".{model}") {
            steps.push(Step::Capture);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('.') {
            let (names, after) = take_names(after);
            if names.is_empty() {
                return Err(format!("expected a name at `{rest}`"));
            }
            steps.push(Step::Members(names));
            rest = after;
        } else {
            return Err(format!("expected `.name`, `.*`, `.{{model}}` or `()` at `{rest}`"));
        }
    }
    Ok((roots, steps))
}

/// `path.join|path.normpath()`: read step by step this would be `path.(join|path).normpath()`.
fn lists_paths(rest: &str) -> bool {
    let first = rest.split('(').next().unwrap_or(rest);
    let alternatives: Vec<&str> = first.split('|').collect();
    let repeats = |of: for<'p> fn(&'p str) -> &'p str| {
        let mut names: Vec<&str> = alternatives.iter().map(|path| of(path)).collect();
        names.sort_unstable();
        names.windows(2).any(|pair| pair[0] == pair[1])
    };
    alternatives.len() > 1 && alternatives.iter().all(|path| path.contains('.')) && (repeats(head) || repeats(tail))
}

fn head(path: &str) -> &str {
    path.split('.').next().unwrap_or_default()
}

fn tail(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

/// `a|b|c` up to the next `.` or `(`.
fn take_names(text: &str) -> (Vec<Name>, &str) {
    let end = text.find(['.', '(']).unwrap_or(text.len());
    let names = text[..end].split('|').filter(|name| !name.is_empty()).map(Name::from).collect();
    (names, &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export(package: &str, name: &str) -> Root {
        Root::Export { package: package.into(), name: name.into() }
    }

    #[test]
    fn several_paths_in_one_are_refused() {
        assert!(parse("os#path.join|path.normpath()").is_err());
        assert!(parse("Crypto.Hash#SHA256.new|MD5.new()").is_err());
        assert!(parse("os#path.join|normpath()").is_ok());
        assert!(parse("flask#request.args|values.getlist|items()").is_ok());
    }

    #[test]
    fn paths_share_their_beginnings() {
        let mut paths = Paths::default();
        paths.add("@prisma/client#PrismaClient().{model}.findUnique|findFirst()", 7).unwrap();
        paths.add("@prisma/client#PrismaClient().$queryRaw()", 8).unwrap();
        let client = paths.call(&paths.root(&export("@prisma/client", "PrismaClient")));
        let model = paths.member(&client, "note");
        assert!(paths.captures(&model));
        let found = paths.call(&paths.member(&model, "findFirst"));
        assert_eq!(paths.entries(&found).collect::<Vec<_>>(), [7]);
        let raw = paths.member(&client, "$queryRaw");
        assert!(!paths.captures(&raw), "a listed name is not a model");
        assert_eq!(paths.entries(&paths.call(&raw)).collect::<Vec<_>>(), [8]);
        assert!(paths.member(&model, "create").is_empty());
    }

    #[test]
    fn mistakes_are_said_in_words() {
        let mut paths = Paths::default();
        assert!(paths.add("express", 0).unwrap_err().contains("library#export"));
        assert!(paths.add("express#default()x", 0).unwrap_err().contains("expected"));
    }
}
