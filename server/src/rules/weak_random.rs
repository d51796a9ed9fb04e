//! A token, code or password comes from a generator whose numbers can be worked out.

use super::handler::origins;
use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta, Strengthen};
use crate::facts::credential_names::{Opens, is_about_proof, keeps_codes, keeps_one_each, opens};
use crate::facts::event::{Access, Event, Named};
use crate::facts::names;
use crate::facts::place::Site;
use crate::facts::schema::names::{singular, snake};
use crate::facts::taint::Part;
use crate::facts::value::{Kind, Value};
use crate::project::place::{Purpose, purpose};
use crate::text::Name;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("weak-random"),
    title: "A token or code can be guessed",
    risk: Risk::Passwords,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[338],
    page: include_str!("../../../queries/rules/weak-random.md"),
};

/// What one generator's number is used as.
struct Use<'w> {
    origin: Site,
    best: Option<(Opens, &'w Named)>,
    names: Vec<&'w Named>,
}

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    let mut uses: Vec<Use<'_>> = Vec::new();
    for event in &cx.walk.events {
        let Event::Named(named) = event else { continue };
        for origin in named.value.taint().iter().filter(|origin| origin.part == Part::Weak) {
            let Some(site) = &origin.site else { continue };
            let told = opens(&named.name);
            let at = uses.iter().position(|known| known.origin == *site).unwrap_or_else(|| {
                uses.push(Use { origin: site.clone(), best: None, names: Vec::new() });
                uses.len() - 1
            });
            let Some(known) = uses.get_mut(at) else { continue };
            known.names.push(named);
            if let Some(told) = told
                && known.best.is_none_or(|(best, _)| told > best)
            {
                known.best = Some((told, named));
            }
        }
    }
    for used in uses {
        let Some((opens, named)) = used.best else { continue };
        // One text put together of several numbers is told once.
        if out.iter().any(|known: &Raw| {
            std::ptr::eq(known.meta, &META) && known.related.iter().any(|(at, _)| matches!(at, super::raw::RawPlace::Site(site) if *site == named.site))
        }) {
            continue;
        }
        out.push(told(cx, &used, opens, named));
    }
}

fn told(cx: &RuleCx<'_>, used: &Use<'_>, opens: Opens, named: &Named) -> Raw {
    // What a page makes and the database keeps is what somebody else has to know, wherever it was made.
    let exposed = cx.project.surface(&used.origin.item.file).is_exposed() && !is_saved(cx, &used.origin);
    let fills_tables = purpose(cx.project.relative(&used.origin.item.file)) != Purpose::Product;
    let confidence = match opens {
        // Data to try things out with.
        _ if fills_tables => Confidence::Possible,
        Opens::Surely if exposed => Confidence::Likely,
        Opens::Surely => Confidence::Proven,
        Opens::Likely if exposed => Confidence::Possible,
        Opens::Likely => Confidence::Likely,
        Opens::Perhaps if !exposed && is_proof(cx, used, named) => Confidence::Likely,
        Opens::Perhaps => Confidence::Possible,
    };
    let mut raw = Raw::new(&META, used.origin.clone(), confidence);
    let generator = generator(cx, &used.origin);
    raw.detail = "guessable".into();
    raw.message = format!(
        "`{}` is made with `{generator}`, whose numbers can be worked out from a few that were seen: somebody can guess the next one and use it as their own",
        named.name
    );
    if let Some(at) = cx.project.place(&used.origin) {
        raw.plans.push(FixPlan::Strengthen { at, how: Strengthen::Random });
    }
    raw.also(named.site.clone(), format!("it becomes `{}` here", named.name));
    raw
}

/// Is it written into a row?
fn is_saved(cx: &RuleCx<'_>, origin: &Site) -> bool {
    let holds = |value: &Value| {
        let mut found = false;
        origins(value, &mut |known| found |= known.part == Part::Weak && known.site.as_ref() == Some(origin));
        found
    };
    cx.walk.events.iter().any(|event| matches!(event, Event::Access(access) if access.query.operation.is_write() && access.query.data.iter().any(holds)))
}

/// Does what stands around a plain `code` say that somebody proves something with it?
fn is_proof(cx: &RuleCx<'_>, used: &Use<'_>, named: &Named) -> bool {
    let route = cx.walk.route.as_ref().and_then(|route| route.path.as_deref()).unwrap_or("");
    let file = named.site.item.file.file_name();
    let around = used.names.iter().flat_map(|named| named.within.iter().chain([&named.name])).map(Name::as_str);
    let models = || {
        cx.walk.events.iter().filter_map(|event| match event {
            Event::Access(access) => Some(access.query.model.as_str()),
            _ => None,
        })
    };
    let lets_in =
        |model: &str| keeps_codes(model) || names::words(model).iter().any(|word| matches!(word.as_str(), "invite" | "invites" | "invitation" | "invitations"));
    // The code of a voucher is a voucher code.
    let is_of_its_own = |model: &str| keeps_one_each(model) && opens(&format!("{}_{}", singular(&snake(model)), named.name)) >= Some(Opens::Likely);
    let is_kept_so = || models().any(|model| lets_in(model) || is_of_its_own(model)) && is_saved(cx, &used.origin);
    around.chain(models()).chain(route.split('/')).chain([file]).any(is_about_proof) || is_kept_so() || ends_sometime(cx, &used.origin)
}

/// It is kept beside when it ends to be valid: what ends proves something.
fn ends_sometime(cx: &RuleCx<'_>, origin: &Site) -> bool {
    let is_kept = |access: &Access| {
        access.query.operation.is_write()
            && access.query.data.iter().any(|data| matches!(data.kind(), Kind::Object(object) if object.fields.iter().any(|(name, _)| names::says_end(name))))
    };
    is_saved(cx, origin) && cx.walk.events.iter().any(|event| matches!(event, Event::Access(access) if is_kept(access)))
}

/// As the code writes it: `Math.random`, `random.choices`.
fn generator(cx: &RuleCx<'_>, site: &Site) -> String {
    let text = cx.project.place(site).and_then(|place| Some(cx.project.file(&place.file)?.document.code_of(place.span))).unwrap_or_default();
    let called = text.split('(').next().unwrap_or_default().trim();
    if called.is_empty() || called.len() > 40 || called.contains('\n') { "random numbers".to_owned() } else { format!("{called}()") }
}
