//! Forty small projects, each with what the engine must know of it: routes, who is signed in, guards, data accesses with
//! their filters, whose the rows are, and what some rules make of it.
//!
//! A page holds the files of one project and a block of claims:
//!
//! ````text
//! ```facts
//! route GET /api/notes/[id] next-route       a walk: what follows, indented, is claimed of it
//!   before requireUser                       what runs before the handler
//!   always user.id                           what of the signed-in user is known at everything it does; or a fact
//!   always guard identity login_required     with `?` behind the name if it is not sure
//!   read-one Note by prisma                  an access: what follows, indented further, is claimed of it
//!     where id = request.params.id           all its filters
//!     data {..}                              and the like: `user`, `holds`
//!     no holds user                          nothing that begins like this
//! model Note private                         `private`, `public`, `people`, ...
//!   owner ownerId of User
//! file lib/words.ts shared
//! gap import lib/a.ts                        something in this file was not understood
//! ```
//! ````
//! A block `verdict` says what the rules make of it, one finding a line: rule, detail and file; `no RULE` where a rule must
//! be silent. A block `todo` holds claims that are not met yet: once they are, the test tells us to move them.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use guardline::config::Config;
use guardline::engine::{Cancel, Engine, Snapshot};
use guardline::project::Project;
use guardline::project::facts::Beliefs;
use guardline::project::facts::beliefs::{Holding, OfEvent, OfOwner, OfWalk};
use guardline::report::{Redactor, beliefs, paint::Style};

use crate::pages::{Case, File, Section, check, deep, project};

struct Vignette {
    name: String,
    case: Case,
    claims: Vec<Claim>,
    todo: Vec<Claim>,
    verdict: Vec<String>,
}

/// A line and what is indented below it.
#[derive(Debug)]
struct Claim {
    text: String,
    below: Vec<Claim>,
}

#[test]
fn the_engine_knows_what_the_vignettes_need() {
    let vignettes = vignettes();
    let problems: Vec<String> = deep(|| vignettes.iter().flat_map(problems_of).collect());
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    assert_eq!(vignettes.len(), 40);
}

#[test]
fn the_rules_say_what_the_vignettes_say() {
    let vignettes = vignettes();
    let problems: Vec<String> = deep(|| vignettes.iter().flat_map(wrong_verdicts).collect());
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

fn wrong_verdicts(vignette: &Vignette) -> Vec<String> {
    let project = project(&vignette.case);
    let findings = check(&project);
    let told: Vec<String> = findings.iter().map(|finding| format!("{} {} {}", finding.rule, finding.detail, project.relative(&finding.place.file))).collect();
    let is_so = |line: &str| match line.strip_prefix("no ") {
        Some(rule) => !told.iter().any(|told| told.split(' ').next() == Some(rule)),
        None => told.iter().any(|told| told == line),
    };
    vignette.verdict.iter().filter(|line| !is_so(line)).map(|line| format!("{}: not so: {line}; told is {told:?}", vignette.name)).collect()
}

#[test]
fn a_wrong_claim_is_noticed() {
    let page = "```ts app/api/a/route.ts\nexport async function GET() {\n  return new Response(null);\n}\n```\n```facts\nroute GET /api/a next-route\n  always user\nroute POST /api/a next-route\nmodel Note private\n```\n";
    let problems = deep(|| problems_of(&vignette("wrong", page)));
    assert_eq!(problems.iter().map(|problem| problem.matches("not so: ").count()).sum::<usize>(), 3, "{problems:?}");
}

fn vignettes() -> Vec<Vignette> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/vignettes");
    let mut pages: Vec<_> = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    let read = |page: &std::path::PathBuf| {
        let name = page.file_stem().expect("a name").to_string_lossy().into_owned();
        vignette(&name, &std::fs::read_to_string(page).expect("the page"))
    };
    pages.iter().map(read).collect()
}

fn vignette(name: &str, page: &str) -> Vignette {
    let mut vignette = Vignette {
        name: name.to_owned(),
        case: Case { section: Section::Silent, line: 1, files: Vec::new() },
        claims: Vec::new(),
        todo: Vec::new(),
        verdict: Vec::new(),
    };
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
        match info.split_once(' ') {
            Some((_, path)) => vignette.case.files.push(File { name: path.to_owned(), text: body.join("\n") + "\n", expected: Vec::new() }),
            None if info == "facts" => vignette.claims.extend(claims(&body)),
            None if info == "verdict" => vignette.verdict.extend(body.iter().map(|line| (*line).to_owned())),
            None if info == "todo" => vignette.todo.extend(claims(&body)),
            None => panic!("{name}: a block `{info}` that is neither a file nor claims"),
        }
    }
    assert!(!vignette.claims.is_empty() || !vignette.todo.is_empty(), "{name} claims nothing");
    vignette
}

fn claims(lines: &[&str]) -> Vec<Claim> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut found: Vec<Claim> = Vec::new();
    let mut i = 0;
    while let Some(line) = lines.get(i) {
        let end = lines[i + 1..].iter().position(|next| depth(next) <= depth(line)).map_or(lines.len(), |at| i + 1 + at);
        found.push(Claim { text: line.trim().to_owned(), below: claims(&lines[i + 1..end]) });
        i = end;
    }
    found
}

fn problems_of(vignette: &Vignette) -> Vec<String> {
    let project = project(&vignette.case);
    let (beliefs, shown) = believed(&project);
    let told = told(&beliefs);
    let wrong: Vec<String> = vignette.claims.iter().filter(|claim| !is_met(claim, &told)).map(|claim| format!("not so: {}", closest(claim, &told))).collect();
    let mut problems = Vec::new();
    if !wrong.is_empty() {
        problems.push(format!("{}\n  {}\n{shown}", vignette.name, wrong.join("\n  ")));
    }
    for claim in &vignette.todo {
        if is_met(claim, &told) {
            problems.push(format!("{}: this is known now, move it to its place: {}", vignette.name, claim.text));
        }
    }
    problems
}

fn believed(project: &Project) -> (Beliefs, String) {
    let snapshot = Snapshot { project: Arc::new(project.clone()), config: Arc::new(Config { include_tests: true, ..Config::default() }) };
    let beliefs = Engine::default().believe(&snapshot, &|_| true, &Cancel::default()).expect("no panic");
    let shown = beliefs::text(&beliefs, &Redactor::default(), Style { colour: false, width: 200 });
    (beliefs, shown)
}

/// Everything that could be claimed.
fn told(beliefs: &Beliefs) -> Vec<Claim> {
    let leaf = |text: String| Claim { text, below: Vec::new() };
    let mut all = Vec::new();
    for file in &beliefs.files {
        all.push(leaf(format!("file {} {}", file.file, file.surface)));
        all.extend(file.not_understood.iter().map(|gap| leaf(format!("gap {} {}", gap.what, gap.at.file))));
        all.extend(file.walks.iter().map(told_of_walk));
    }
    for model in &beliefs.models {
        let owner = |owner: &OfOwner| {
            let by_name = if owner.proven { "" } else { " by name" };
            leaf(format!("{} {} of {}{by_name}", owner.kind, owner.path, owner.of.as_deref().unwrap_or("?")))
        };
        let mut below: Vec<Claim> = model.owners.iter().map(owner).collect();
        below.extend(model.sources.iter().map(|source| leaf(format!("from {}", source.kind))));
        below.extend(model.secret_columns.iter().map(|column| leaf(format!("secret {column}"))));
        below.extend(model.protected_columns.iter().map(|column| leaf(format!("protected {column}"))));
        below.extend(model.row_security.map(|on| leaf(format!("row-security {}", if on { "on" } else { "off" }))));
        below.push(leaf(format!("policies {}", model.policies)));
        all.push(Claim { text: format!("model {} {}", model.name, model.privacy), below });
    }
    all
}

fn told_of_walk(walk: &OfWalk) -> Claim {
    let leaf = |text: String| Claim { text, below: Vec::new() };
    let mut below = Vec::new();
    let text = match &walk.route {
        Some(route) => {
            let methods = if route.methods.is_empty() { "ANY".to_owned() } else { route.methods.join("|") };
            below.extend(route.before.iter().map(|link| leaf(format!("before {}", link.name))));
            if route.adrift {
                below.push(leaf("adrift".into()));
            }
            format!("route {methods} {} {}", route.path.as_deref().unwrap_or("?"), route.framework)
        }
        None => format!("{} {}", walk.kind, walk.at.as_ref().map_or("", |at| &at.file)),
    };
    below.extend(told_of_holding("always", &walk.always));
    for event in &walk.events {
        match event {
            OfEvent::Access(access) => {
                let filters: Vec<String> = access.filter.iter().map(beliefs::filter).collect();
                let mut parts = Vec::new();
                if !filters.is_empty() {
                    parts.push(leaf(format!("where {}", filters.join(" and "))));
                }
                parts.extend(access.data.iter().map(|data| leaf(format!("data {}", beliefs::value(data)))));
                parts.extend(access.callers.iter().map(|caller| leaf(format!("user {}{}", caller.id, if caller.present { "" } else { "?" }))));
                if access.credential == "privileged" {
                    parts.push(leaf("privileged".into()));
                }
                if access.row_security {
                    parts.push(leaf("row-security".into()));
                }
                parts.extend(told_of_holding("holds", &access.holds));
                let guessed = if access.guessed { "?" } else { "" };
                below.push(Claim {
                    text: format!("{} {} by {}{guessed}", access.operation, if access.model.is_empty() { "?" } else { &access.model }, access.client),
                    below: parts,
                });
            }
            OfEvent::Sink { sink, client, value, .. } => below.push(leaf(format!("{sink} sink {client} {}", beliefs::value(value)))),
            OfEvent::Leaves { way, value, holds, .. } => {
                below.push(Claim { text: format!("{way} {}", beliefs::value(value)), below: told_of_holding("holds", holds) })
            }
            OfEvent::Effect { effect, .. } => below.push(leaf(format!("effect {effect}"))),
            OfEvent::Registers { .. } => {}
        }
    }
    Claim { text, below }
}

fn told_of_holding(word: &str, holding: &Holding) -> Vec<Claim> {
    let mut all: Vec<String> = holding.principals.iter().map(|principal| format!("{word} {principal}")).collect();
    all.extend(holding.guards.iter().map(|guard| format!("{word} guard {} {}{}", guard.kind, guard.name, if guard.sure { "" } else { "?" })));
    all.extend(holding.facts.iter().map(|fact| format!("{word} {fact}")));
    all.into_iter().map(|text| Claim { text, below: Vec::new() }).collect()
}

fn is_met(claim: &Claim, told: &[Claim]) -> bool {
    if let Some(nothing_like) = claim.text.strip_prefix("no ") {
        return !told.iter().any(|known| known.text.starts_with(nothing_like));
    }
    told.iter().any(|known| known.text == claim.text && claim.below.iter().all(|below| is_met(below, &known.below)))
}

/// The claim, and which part of it is not met by what comes closest.
fn closest(claim: &Claim, told: &[Claim]) -> String {
    let missing = |known: &Claim| claim.below.iter().filter(|below| !is_met(below, &known.below)).map(|below| closest(below, &known.below)).collect::<Vec<_>>();
    let best = told.iter().filter(|known| known.text == claim.text).map(missing).min_by_key(Vec::len).unwrap_or_default();
    let mut text = claim.text.clone();
    for part in best {
        let _ = write!(text, " / {part}");
    }
    text
}
