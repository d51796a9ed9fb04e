//! A variable that the build publishes by its name holds a secret.

mod runtime_config;

use rustc_hash::FxHashSet;

use super::exposed::{FileCx, use_twin};
use super::{Audience, Confidence, Finding, FixPlan, Impact, Related, Risk, RuleId, RuleMeta, service_role_exposed};
use crate::facts::browser::BROWSER;
use crate::facts::exposure::{EXPOSURE, Holds, Standing, VendorCall, gives, is_environment, is_set_aside, standing};
use crate::facts::secrets::SecretHit;
use crate::project::place::{Purpose, purpose};
use crate::project::reach::Side;
use crate::project::surface::Surface;
use crate::project::{File, Project};
use crate::syntax::Language;
use crate::text::{FileId, Name, Place, Span};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("public-env-secret"),
    title: "A secret is under a name that the build publishes",
    risk: Risk::Secrets,
    impact: Impact::Critical,
    audience: Audience::Everyday,
    cwe: &[200, 526],
    page: include_str!("../../../../queries/rules/public-env-secret.md"),
};

/// So many other places are shown.
const MOST_RELATED: usize = 5;

/// How much a place that names the variable is its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Filled,
    Open,
    Passed,
    /// What shows which variables there are.
    Sample,
    Client,
    Code,
}

struct Named<'p> {
    file: &'p FileId,
    rank: Rank,
    span: Span,
    folder: &'p str,
}

/// `hits`: secrets that stand under published names in this file. `told`: variables of which another finding in this file speaks.
/// `calls`: what is made here of a vendor's library; where an administrator's client is made of the variable, that is what is told.
pub fn check(cx: &FileCx<'_>, hits: &[SecretHit], calls: &[VendorCall], told: &FxHashSet<Name>, out: &mut Vec<Finding>) {
    if cx.project.surface(cx.file) == Surface::Test {
        return;
    }
    runtime_config::check(cx, out);
    for name in cx.reach.published().names(cx.file) {
        let (hit, standing) = known_of(name, hits);
        if hit.is_none() && matches!(standing, Standing::Harmless) || !cx.publishes(name) {
            continue;
        }
        let all: Vec<Named<'_>> = cx.reach.published().files(name).filter_map(|file| named(cx, file, name)).collect();
        let Some(own) = all.iter().find(|named| named.file == cx.file).filter(|own| is_first(own, &all)) else { continue };
        if own.rank >= Rank::Client && told.contains(name) {
            continue;
        }
        // Of what is perhaps no secret, the code that reads it speaks, and not its sample as well.
        let is_read = || all.iter().any(|named| named.rank >= Rank::Client && named.folder.starts_with(own.folder));
        if own.rank == Rank::Sample && hit.is_none() && matches!(standing, Standing::Unclear) && is_read() {
            continue;
        }
        let makes_admin = own.rank >= Rank::Client && calls.iter().any(|call| call.admin.is_some() && call.variable == *name);
        let meta = if makes_admin { &service_role_exposed::META } else { &META };
        out.push(finding(cx, meta, name, own, &all, hit, standing));
    }
}

/// What is found under the name, and what the name says. A random value under the name of a key is only that: the key of somebody unknown,
/// or one that was made to be seen.
fn known_of<'h>(name: &Name, hits: &'h [SecretHit]) -> (Option<&'h SecretHit>, Standing) {
    let standing = standing(name);
    match hits.iter().find(|hit| hit.name == *name) {
        Some(hit) if hit.is_by_name() && matches!(standing, Standing::Harmless) && is_set_aside(name) => (None, standing),
        Some(hit) if hit.is_guess() => (None, if matches!(standing, Standing::Harmless) { Standing::Unclear } else { standing }),
        hit => (hit, standing),
    }
}

/// One place of a variable speaks for all of a package: its value, or the first code that reads it.
fn is_first(own: &Named<'_>, all: &[Named<'_>]) -> bool {
    let defines = |named: &&Named<'_>| named.rank < Rank::Client;
    if own.rank >= Rank::Client {
        // A sample says what belongs there; the code that reads it is where it happens.
        let above = all.iter().filter(|named| named.rank < Rank::Sample).any(|named| own.folder.starts_with(named.folder));
        return !above
            && all
                .iter()
                .filter(|named| named.rank >= Rank::Client && named.folder == own.folder)
                .min_by_key(|named| (named.rank, named.file))
                .is_some_and(|first| first.file == own.file);
    }
    all.iter()
        .filter(defines)
        .filter(|named| named.folder == own.folder)
        .min_by_key(|named| (named.rank, named.file))
        .is_some_and(|first| first.file == own.file)
}

fn named<'p>(cx: &FileCx<'p>, file: &'p FileId, name: &Name) -> Option<Named<'p>> {
    let known = cx.project.file(file)?;
    let folder = cx.project.stacks().of(file).map_or("", |(folder, _)| folder);
    if file != cx.file && matches!(purpose(cx.project.relative(file)), Purpose::Test | Purpose::Generated) {
        return None;
    }
    if known.exposure.items.is_empty() {
        let of_name = known.exposure.mentions.iter().filter(|mention| mention.name == *name && mention.holds != Holds::Harmless);
        let mention = of_name.min_by_key(|mention| mention.holds == Holds::Nothing)?;
        let is_sample = ["example", "sample", "template", "dist"].iter().any(|word| file.file_name().contains(word));
        let rank = match (known.document.language, mention.holds) {
            (Language::Env, _) if is_sample => Rank::Sample,
            (Language::Env, Holds::Something) => Rank::Filled,
            (Language::Env, _) => Rank::Open,
            _ => Rank::Passed,
        };
        return Some(Named { file, rank, span: mention.span, folder });
    }
    let (item, span) = read(known, name)?;
    let rank = if cx.reach.way_of_item(file, item).is_some() { Rank::Client } else { Rank::Code };
    Some(Named { file, rank, span, folder })
}

/// Where code names the variable first.
fn read(known: &File, name: &Name) -> Option<(usize, Span)> {
    let segments = known.model.as_ref().map(|model| model.segments.as_slice()).unwrap_or_default();
    known.exposure.items.iter().enumerate().find_map(|(at, facts)| {
        let placed = segments.get(at)?;
        let read = facts.env.iter().find(|read| read.name == *name).map(|read| read.span);
        let imported = || {
            facts.imports.iter().find(|import| is_environment(&import.source) && import.names.iter().any(|(known, _)| known == name)).map(|import| import.span)
        };
        Some((at, placed.absolute(read.or_else(imported)?)))
    })
}

fn finding(cx: &FileCx<'_>, meta: &RuleMeta<'static>, name: &Name, own: &Named<'_>, all: &[Named<'_>], hit: Option<&SecretHit>, standing: Standing) -> Finding {
    let row = hit.and_then(|hit| hit.row());
    let gives = row.map_or_else(|| gives(name), |row| row.gives.as_str());
    let prefix = name.strip_suffix(BROWSER.unpublished(name)).unwrap_or_default();
    let is_open = matches!(own.rank, Rank::Open | Rank::Sample) && hit.is_none();
    let goes = format!("`{prefix}` copies it into what every visitor downloads");
    let (rating, message) = match (hit, standing) {
        (None, Standing::Unclear) => (
            (Impact::Medium, Confidence::Likely),
            format!(
                "`{name}` is a key that every visitor gets to see: `{prefix}` copies it into the page; if it costs money or reads data, only a server may have it"
            ),
        ),
        (None, _) if is_open => (
            (Impact::High, Confidence::Proven),
            format!("`{name}` asks for a secret under a name that is published: once it is filled in, {goes}, and any of them can {gives}"),
        ),
        (Some(_), _) => {
            let holds = row.map_or("a secret", |row| row.holds.as_str());
            ((Impact::Critical, Confidence::Proven), format!("`{name}` holds {holds}, and {goes}: any of them can {gives}"))
        }
        _ => ((Impact::Critical, Confidence::Proven), format!("`{name}` is published: {goes}, and any of them can {gives}")),
    };
    let mut finding = cx.finding(meta, "", rating, cx.place(own.span), message);
    finding.detail = match (hit, standing) {
        (Some(hit), _) => hit.row.id().into(),
        (None, Standing::Unclear) => "unclear".into(),
        (None, _) => "name".into(),
    };
    let others: Vec<&Named<'_>> = all.iter().filter(|named| named.file != own.file).collect();
    let related = |named: &&Named<'_>| {
        let message = match named.rank {
            Rank::Client => "code that ships reads it here",
            Rank::Code => "it is read here",
            _ => "it is set here too",
        };
        Related { place: Place { file: named.file.clone(), span: named.span }, message: message.into() }
    };
    finding.related = others.iter().take(MOST_RELATED).map(related).collect();
    if standing.is_secret() || hit.is_some() {
        // What stands in a file that is shared has to leave it, under whatever name.
        let is_shared = hit.is_some() && own.rank == Rank::Passed;
        finding.plans.extend(rename(cx.project, cx, name, all).filter(|_| !is_shared));
        if matches!(own.rank, Rank::Client | Rank::Code) {
            finding.plans.extend(use_twin(cx.place(own.span), EXPOSURE.twins_of_variable(BROWSER.unpublished(name))));
        }
    }
    finding
}

/// Another name, where everybody who reads the variable stays on a server.
fn rename(project: &Project, cx: &FileCx<'_>, name: &Name, all: &[Named<'_>]) -> Option<FixPlan> {
    let stays = |named: &&Named<'_>| named.rank < Rank::Client || named.rank == Rank::Code && cx.reach.side(project, named.file) == Side::Server;
    if !all.iter().all(|named| stays(&named)) {
        return None;
    }
    Some(FixPlan::RenameVariable { from: name.clone(), to: Name::from(BROWSER.unpublished(name)), files: all.iter().map(|named| named.file.clone()).collect() })
}
