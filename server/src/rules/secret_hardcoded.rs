//! A key or password stands in a file that will be shared: in code, in configuration, in a sample env file.
//!
//! What is secret and whose it is are facts (`facts::secrets`); this says how bad it is where it stands, in words, and
//! whether it could live in a variable instead.

use super::exposed::{self, FileCx};
use super::{Audience, Confidence, Finding, FixPlan, Impact, Level, Place, Risk, RuleId, RuleMeta, secret_client_exposed, service_role_exposed};
use crate::facts::browser::BROWSER;
use crate::facts::exposure::{EXPOSURE, Holds, is_made_to_be_seen, standing};
use crate::facts::secrets::{self, Evidence, FileHints, HitKind, Memory, SecretHit, Severity, in_text};
use crate::facts::setup::Inlined;
use crate::model::FileModel;
use crate::project::reach::Way;
use crate::project::surface::Surface;
use crate::syntax::{Document, Language, keeps_secrets};
use crate::text::Name;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("secret-hardcoded"),
    title: "A key or password is written into the code",
    risk: Risk::Secrets,
    impact: Impact::Critical,
    audience: Audience::Everyday,
    cwe: &[798],
    page: include_str!("../../../queries/rules/secret-hardcoded.md"),
};

/// A file and what the project knows of it.
pub struct Input<'i> {
    pub document: &'i Document,
    /// For code.
    pub model: Option<&'i FileModel>,
    /// Relative to the workspace folder.
    pub path: &'i str,
    /// How a place comes to be shipped, if it does.
    pub way: &'i dyn Fn(u32) -> Option<Way>,
    /// What a configuration has the build copy into what ships, where the place is part of that.
    pub copied: &'i dyn Fn(u32) -> Option<Copied>,
    /// Git leaves the file out.
    pub ignored: bool,
    /// It is in git already.
    pub tracked: bool,
    /// The folder is kept in git at all.
    pub git: bool,
}

/// An entry by which a build copies a value into what ships.
#[derive(Clone, Debug)]
pub struct Copied {
    pub surface: Surface,
    pub entry: Place,
    pub name: Name,
}

/// Everything the rule says about one file of a project. `memory` is that file's, or empty. What strangers get to see is told as
/// `secret-client-exposed`, what makes an administrator as `service-role-exposed`. Returns what stands under published names: that
/// is for another rule to tell.
pub fn of_file(cx: &FileCx<'_>, memory: &mut Memory, out: &mut Vec<Finding>) -> Vec<SecretHit> {
    let way = |offset| cx.reach.way(cx.project, cx.file, offset);
    let copied = |offset| copied(cx, offset);
    let input = Input {
        document: &cx.known.document,
        model: cx.known.model.as_deref(),
        path: told_path(cx),
        way: &way,
        copied: &copied,
        ignored: cx.project.is_ignored(cx.file),
        tracked: cx.project.is_tracked(cx.file),
        git: cx.project.git_roots().iter().any(|root| cx.file.below(root).is_some()),
    };
    let (published, mut others): (Vec<SecretHit>, Vec<SecretHit>) = hits(&input, memory).into_iter().partition(|hit| is_told_by_name(cx, &input, hit));
    // What was made to be seen is as random as a key of nobody in particular.
    let is_shown = |hit: &SecretHit| BROWSER.shows(&hit.name) || is_made_to_be_seen(&hit.name) && self::way(hit, &input).is_some();
    others.retain(|hit| !hit.is_guess() || standing(&hit.name).is_secret() || !is_shown(hit));
    // A private file for secrets that git leaves out is where they belong, and a file that nobody should be able to download is
    // told of as a whole.
    let is_told_elsewhere = is_where_it_belongs(&input) || exposed::never_served(cx) == Some(Confidence::Proven);
    if !is_told_elsewhere {
        // How it gets there, if other files bring it along.
        let chain = |hit| self::way(hit, &input).map(|way| cx.chain(&way)).unwrap_or_default();
        out.extend(others.iter().map(|hit| Finding { related: chain(hit), ..finding(hit, &input) }));
        let known = |name: &Name| others.iter().chain(&published).any(|hit| hit.name == *name) || BROWSER.shows(name);
        out.extend(kept(cx, &input).into_iter().filter(|(name, _)| !known(name)).map(|(_, finding)| finding));
    }
    published
}

/// It stands under a published name, in an env file or where a host is told its variables.
fn is_told_by_name(cx: &FileCx<'_>, input: &Input<'_>, hit: &SecretHit) -> bool {
    let names_it = || cx.known.exposure.mentions.iter().any(|mention| mention.name == hit.name && mention.holds == Holds::Something);
    let is_told = input.document.language == Language::Env || secrets::Place::of(input.path) == secrets::Place::Product && names_it();
    is_told && cx.publishes(&hit.name)
}

/// What git keeps of an env file for good and only its names call secrets.
fn kept(cx: &FileCx<'_>, input: &Input<'_>) -> Vec<(Name, Finding)> {
    let name = cx.file.file_name();
    let is_shared = input.tracked && input.document.language == Language::Env && secrets::Place::of(input.path) == secrets::Place::Product;
    if !is_shared || exposed::is_development_file(name) {
        return Vec::new();
    }
    let told = |(variable, place): (Name, std::ops::Range<usize>)| {
        let message = format!(
            "`{variable}` is a secret by its name, and this file is saved in git, where every copy keeps it; `git rm --cached {name}` takes the file out, \
             and its history keeps the value: only a new one helps"
        );
        let mut finding = cx.finding(&META, "kept", (Impact::High, Confidence::Likely), cx.place(place.into()), message);
        finding.plans.push(FixPlan::LeaveOut { file: cx.file.clone() });
        (variable, finding)
    };
    secrets::kept_by_name(&input.document.text()).into_iter().map(told).collect()
}

/// The entry of the file that puts what stands here into what ships.
fn copied(cx: &FileCx<'_>, offset: u32) -> Option<Copied> {
    let facts = cx.project.setup().of(cx.file)?;
    let holds = |inlined: &&Inlined| inlined.place.file == *cx.file && inlined.place.span.start <= offset && offset < inlined.place.span.end;
    let inlined = facts.inlined.iter().filter(|inlined| inlined.way != "prefix" && inlined.way != "env-file").find(holds)?;
    let surface = if inlined.way == "extra" { Surface::Native } else { Surface::Browser };
    Some(Copied { surface, entry: inlined.place.clone(), name: inlined.name.clone() })
}

/// The same of a file by itself.
pub fn check(input: &Input<'_>, memory: &mut Memory, out: &mut Vec<Finding>) {
    if !is_where_it_belongs(input) {
        out.extend(hits(input, memory).iter().map(|hit| finding(hit, input)));
    }
}

/// A file for secrets, or one that is a key as a whole, which git leaves out.
fn is_where_it_belongs(input: &Input<'_>) -> bool {
    input.ignored && (keeps_secrets(&input.document.file) || secrets::is_key_file(input.document))
}

/// The secrets of a file, whatever may be said of them.
fn hits(input: &Input<'_>, memory: &mut Memory) -> Vec<SecretHit> {
    // What stands in a source map was written in another file, and is told of there.
    if input.document.file.extension() == "map" {
        return Vec::new();
    }
    let mut hits = input.model.map_or_else(Vec::new, |model| memory.in_code(model, input.document, input.path));
    if let Some(text) = text_besides_code(input) {
        hits.extend(in_text(input.document, &text, &FileHints::of(input.document, input.path)));
    }
    hits
}

/// The file's text, without what has a model; `None` if that is all of it.
fn text_besides_code(input: &Input<'_>) -> Option<String> {
    match input.document.embedded() {
        // Code that could not be parsed is text.
        Some(embedded) if input.model.is_some() || embedded.parts().is_empty() => Some(embedded.rest().to_string()),
        _ => input.model.is_none().then(|| input.document.text()),
    }
}

/// Where the file lies. Who asks about tests and examples as about other code wants no less of a secret for the folder it is in.
fn told_path<'c>(cx: &FileCx<'c>) -> &'c str {
    let path = cx.project.relative(cx.file);
    match secrets::Place::of(path) {
        secrets::Place::Test | secrets::Place::Example if cx.include_tests => path.rsplit('/').next().unwrap_or(path),
        _ => path,
    }
}

/// What the rule says about one secret.
pub fn finding(hit: &SecretHit, input: &Input<'_>) -> Finding {
    let way = way(hit, input);
    let surface = way.as_ref().map(|way| way.surface);
    let impact = if surface.is_some() && hit.severity > Severity::Low { Impact::Critical } else { impact(hit.severity) };
    let confidence = confidence(hit);
    let place = |span| Place { file: input.document.file.clone(), span };
    // A key in a comment is not moved but taken out, which is the same plan.
    let plan = match surface {
        _ if hit.kind == HitKind::Comment => Some(FixPlan::MoveToEnv { literal: place(hit.span), name: hit.env.clone(), kind: hit.row.id().into() }),
        None if hit.movable => Some(FixPlan::MoveToEnv { literal: place(hit.span), name: hit.env.clone(), kind: hit.row.id().into() }),
        Some(_) if hit.movable => Some(FixPlan::KeepOnServer { literal: place(hit.span), name: hit.env.clone() }),
        _ => None,
    };
    // Where secrets belong, once git leaves the file out.
    let is_for_secrets = keeps_secrets(&input.document.file) && secrets::Place::of(input.path) != secrets::Place::EnvSample;
    let keeps = is_for_secrets || surface.is_none() && hit.kind != HitKind::Comment && secrets::is_key_file(input.document);
    let copied = (input.copied)(hit.token.start).filter(|_| surface.is_some());
    let twin = || (surface.is_some() && hit.movable).then(|| exposed::use_twin(place(hit.span), EXPOSURE.twins_of_row(hit.row.id()))).flatten();
    let plans = if let Some(copied) = copied {
        // Of a file that is no code the entry is not known, only its value.
        input.model.iter().map(|_| FixPlan::RemoveEntry { entry: copied.entry.clone(), name: copied.name.clone() }).collect()
    } else if keeps {
        vec![FixPlan::LeaveOut { file: input.document.file.clone() }]
    } else {
        twin().into_iter().chain(plan).collect()
    };
    let makes_administrator = EXPOSURE.admin_keys.iter().any(|id| id == hit.row.id());
    let meta = match surface {
        _ if makes_administrator => &service_role_exposed::META,
        Some(_) => &secret_client_exposed::META,
        None => &META,
    };
    Finding {
        rule: meta.id.clone(),
        detail: hit.row.id().into(),
        impact,
        confidence,
        level: Level::of(impact, confidence),
        place: place(hit.span),
        message: (message(hit, input, surface) + &untracking(hit, input) + &instead(hit, input, surface)).into(),
        related: Vec::new(),
        plans,
        absence: false,
    }
}

/// How it comes to be shipped. Comments do not, except those of markup.
fn way(hit: &SecretHit, input: &Input<'_>) -> Option<Way> {
    if let Some(copied) = (input.copied)(hit.token.start).filter(|_| hit.kind != HitKind::Comment) {
        return Some(Way { surface: copied.surface, steps: Vec::new() });
    }
    let in_code = is_code(hit, input);
    let ships = if in_code { hit.kind != HitKind::Comment } else { input.document.language.is_page() };
    match (input.way)(hit.token.start) {
        Some(way) if ships || way.surface == Surface::Static => Some(way),
        _ => None,
    }
}

fn impact(severity: Severity) -> Impact {
    match severity {
        Severity::Low => Impact::Low,
        Severity::Medium => Impact::Medium,
        Severity::High => Impact::High,
        Severity::Critical => Impact::Critical,
    }
}

fn confidence(hit: &SecretHit) -> Confidence {
    match hit.evidence {
        Evidence::Checksum | Evidence::Structure | Evidence::Shape | Evidence::Place => Confidence::Proven,
        Evidence::Name => Confidence::Likely,
    }
}

/// In the user's own words, whose it is, and what a stranger could do. Never a character of the secret.
fn message(hit: &SecretHit, input: &Input<'_>, surface: Option<Surface>) -> String {
    let Some(row) = hit.row() else { return META.title.to_owned() };
    let (holds, gives) = (&row.holds, &row.gives);
    let reader = match (surface, input.document.language) {
        (Some(surface), _) => exposed::reader(surface),
        (_, Language::Env) => "anyone who gets this file can",
        _ => "anyone who can read this file can",
    };
    let subject = match (hit.name.as_str(), hit.callee.as_str()) {
        ("", "") => capitalised(holds),
        ("", callee) => format!("`{callee}` is given {holds}"),
        (name, _) => format!("`{name}` holds {holds}"),
    };
    match &hit.kind {
        HitKind::Login if hit.name.is_empty() => format!("The login compares with a password that stands in the source; {reader} {gives}"),
        HitKind::Login => format!("`{}` is compared with a password that stands in the source; {reader} {gives}", hit.name),
        HitKind::Fallback { env } if hit.guessable => {
            format!("The fallback of `{env}` is {holds}, and it can be guessed: it is used silently whenever {env} is missing, and then anyone can {gives}")
        }
        HitKind::Fallback { env } => {
            format!("The fallback of `{env}` is {holds}; {reader} {gives}, and the fallback is used silently whenever {env} is missing")
        }
        HitKind::Comment => format!("{} stands in a comment; {reader} {gives}", capitalised(holds)),
        _ if hit.guessable => format!("{subject}, and it can be guessed; anyone who does can {gives}"),
        _ if hit.name.is_empty() && hit.callee.is_empty() => format!("{subject} stands in {}; {reader} {gives}", whereabouts(hit, input)),
        _ => format!("{subject} in {}; {reader} {gives}", whereabouts(hit, input)),
    }
}

/// How a file that git has is taken out of it.
fn untracking(hit: &SecretHit, input: &Input<'_>) -> String {
    let is_kept = input.tracked && keeps_secrets(&input.document.file) && secrets::Place::of(input.path) != secrets::Place::EnvSample;
    if !is_kept || hit.guessable {
        return String::new();
    }
    format!("; `git rm --cached {}` takes the file out, and its history keeps the value: only a new one helps", input.document.file.file_name())
}

/// Where it should be, of a file in which nothing can read a variable.
fn instead(hit: &SecretHit, input: &Input<'_>, surface: Option<Surface>) -> String {
    let is_value = surface.is_none() && hit.kind == HitKind::InText;
    let place = is_value.then(|| secrets::where_it_belongs(input.document, input.path, &hit.env)).flatten();
    place.map(|place| format!("; {place}")).unwrap_or_default()
}

/// In a file that is code, or in a script or cell of one that is not.
fn is_code(hit: &SecretHit, input: &Input<'_>) -> bool {
    input.model.is_some() && hit.kind != HitKind::InText
}

fn whereabouts(hit: &SecretHit, input: &Input<'_>) -> &'static str {
    match input.document.language {
        Language::Env if secrets::Place::of(input.path) == secrets::Place::EnvSample => "a sample that is shared with the code",
        Language::Env if input.tracked => "an env file that is saved in git, where every copy keeps it",
        Language::Env if input.git => "an env file that git does not leave out",
        Language::Env => "an env file that goes wherever this folder goes",
        _ if is_code(hit, input) => "the source",
        _ => "a file that is shared with the code",
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::secrets::sample::{Random, expand};
    use crate::model::lower;
    use crate::text::FileId;

    fn findings(path: &str, template: &str, surface: Option<Surface>) -> (String, Vec<Finding>) {
        let text = expand(template, &mut Random::new("rule"));
        let file = FileId::new(&format!("/shop/{path}"));
        let language = Language::of(&file).unwrap_or(Language::Text);
        let document = Document::new(file, language, 0, &text);
        let model = lower::lower(&document, None);
        let way = |_| surface.map(|surface| Way { surface, steps: Vec::new() });
        let input = Input { document: &document, model: model.as_ref(), path, way: &way, copied: &|_| None, ignored: false, tracked: false, git: true };
        let mut out = Vec::new();
        check(&input, &mut Memory::default(), &mut out);
        (text, out)
    }

    const OPENAI: &str = "import OpenAI from 'openai';\nexport const ai = new OpenAI({ apiKey: \"sk-proj-{url:74}T3BlbkFJ{url:74}\" });\n";

    #[test]
    fn a_key_on_a_server_is_an_error_that_can_be_moved() {
        let (text, found) = findings("src/ai.ts", OPENAI, None);
        let [finding] = found.as_slice() else { panic!("{} findings", found.len()) };
        assert_eq!((finding.level, finding.detail.as_str()), (Level::Error, "openai-project"));
        assert_eq!(finding.message, "`apiKey` holds an OpenAI key in the source; anyone who can read this file can spend your money");
        let [FixPlan::MoveToEnv { literal, name, .. }] = finding.plans.as_slice() else { panic!("no plan") };
        assert_eq!(name, "OPENAI_API_KEY");
        assert!(literal.span.of(&text).starts_with("\"sk-proj-") && literal.span.of(&text).ends_with('"'));
    }

    #[test]
    fn in_the_browser_there_is_nowhere_to_move_it() {
        let (_, found) = findings("src/ai.ts", OPENAI, Some(Surface::Browser));
        assert!(found.iter().all(|finding| !finding.plans.iter().any(|plan| matches!(plan, FixPlan::MoveToEnv { .. }))
            && finding.impact == Impact::Critical
            && finding.message.contains("every visitor")));
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn a_fallback_says_when_it_is_used() {
        let (_, found) = findings("src/auth.ts", "const SECRET = process.env.JWT_SECRET || \"my-super-secret-key\";\n", None);
        let [finding] = found.as_slice() else { panic!("{} findings", found.len()) };
        assert!(finding.message.contains("used silently whenever JWT_SECRET is missing"), "{}", finding.message);
        assert_eq!(finding.level, Level::Error);
        assert!(matches!(finding.plans.as_slice(), [FixPlan::MoveToEnv { name, .. }] if name == "JWT_SECRET"));
    }

    #[test]
    fn messages_hold_no_part_of_the_secret() {
        let (text, found) = findings(
            "src/pay.ts",
            "// old: sk_live_{alnum:40}\nexport const pay = new Stripe(\"sk_live_{alnum:40}\");\nif (password === \"letmein42\") {}\n",
            None,
        );
        assert_eq!(found.len(), 3);
        for finding in &found {
            let literal = finding.place.span.of(&text).trim_matches('"');
            let tail = literal.get(8..).unwrap_or(literal);
            assert!(!finding.message.contains(tail) && !finding.message.contains("letmein"), "{}", finding.message);
        }
    }
}
