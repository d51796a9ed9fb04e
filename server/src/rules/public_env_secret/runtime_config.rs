//! Settings of Nuxt that stay empty in its configuration: what is called `openaiKey` there has its value from `NUXT_PUBLIC_OPENAI_KEY`.

use super::META;
use crate::facts::exposure::{gives, standing};
use crate::facts::names;
use crate::rules::exposed::FileCx;
use crate::rules::{Confidence, Finding, FixPlan, Impact};
use crate::text::Name;

pub(super) fn check(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let Some(facts) = cx.project.setup().of(cx.file) else { return };
    let settings = facts.inlined.iter().filter(|inlined| inlined.stack == "nuxt" && inlined.way == "public-runtime-config" && inlined.place.file == *cx.file);
    for setting in settings {
        let is_empty = matches!(cx.known.document.slice(setting.place.span).as_str(), "\"\"" | "''" | "``");
        let variable = variable(&setting.name);
        // A value in an env file is told of there.
        if !is_empty || !standing(&variable).is_secret() || cx.reach.published().files(&variable).next().is_some() {
            continue;
        }
        let gives = gives(&variable);
        let message = format!(
            "Nuxt takes `{}` from `{variable}` and sends it along with every page, and any visitor can {gives}: outside of `public` it stays on the server",
            setting.name
        );
        let mut finding = cx.finding(&META, "runtime-config", (Impact::High, Confidence::Likely), setting.place.clone(), message);
        finding.plans.push(FixPlan::RemoveEntry { entry: setting.place.clone(), name: setting.name.clone() });
        out.push(finding);
    }
}

/// `ai.openaiKey` is `NUXT_PUBLIC_AI_OPENAI_KEY`.
fn variable(setting: &str) -> Name {
    let words: Vec<String> = setting.split('.').flat_map(names::words).map(|word| word.to_ascii_uppercase()).collect();
    Name::from(format!("NUXT_PUBLIC_{}", words.join("_")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_have_variables() {
        assert_eq!(variable("openaiApiKey"), "NUXT_PUBLIC_OPENAI_API_KEY");
        assert_eq!(variable("stripe.secretKey"), "NUXT_PUBLIC_STRIPE_SECRET_KEY");
    }
}
