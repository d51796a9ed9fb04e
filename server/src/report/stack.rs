//! Advice for the language and the frameworks that a problem is in: the clauses that name others are left out.

use std::collections::BTreeSet;

use super::{Entry, Report};
use crate::syntax::Language;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Family {
    Script,
    Python,
}

/// Words that say which language or framework a clause is about. A framework is told by the name that routes have of it.
const NAMED: &[(&str, Family, &str)] = &[
    ("JavaScript", Family::Script, ""),
    ("in JSX", Family::Script, ""),
    ("Next.js", Family::Script, "next"),
    ("Express", Family::Script, "express"),
    ("multer", Family::Script, "express"),
    ("runs serverless", Family::Script, "serverless"),
    ("Python", Family::Python, ""),
    ("pydantic", Family::Python, ""),
    ("FastAPI", Family::Python, "fastapi"),
    ("Flask", Family::Python, "flask"),
    ("gunicorn", Family::Python, "flask"),
    ("Django", Family::Python, "django"),
];

/// Code that only one of the languages has.
const WRITTEN: &[(&str, Family)] = &[
    ("const ", Family::Script),
    ("await ", Family::Script),
    ("=>", Family::Script),
    ("===", Family::Script),
    ("process.env", Family::Script),
    ("JSON.parse", Family::Script),
    ("z.object", Family::Script),
    ("z.string", Family::Script),
    ("z.number", Family::Script),
    ("execFile", Family::Script),
    ("path.basename", Family::Script),
    ("randomBytes", Family::Script),
    ("randomUUID", Family::Script),
    ("randomInt", Family::Script),
    ("crypto.", Family::Script),
    ("console.", Family::Script),
    ("res.", Family::Script),
    ("new URL(", Family::Script),
    ("DOMPurify", Family::Script),
    ("escapeHtml", Family::Script),
    ("jwt.verify", Family::Script),
    ("expiresIn", Family::Script),
    ("constructEvent", Family::Script),
    ("mongoose", Family::Script),
    ("express-", Family::Script),
    ("where: {", Family::Script),
    ("session.user", Family::Script),
    ("if (user", Family::Script),
    ("new Response", Family::Script),
    ("fetch(", Family::Script),
    ("{ ...", Family::Script),
    ("body.", Family::Script),
    (".parse(body)", Family::Script),
    ("data[\"", Family::Python),
    ("owner_id=user", Family::Python),
    ("@staff_member_required", Family::Python),
    ("raise HTTPException", Family::Python),
    (".filter_by(", Family::Python),
    ("get_object_or_404", Family::Python),
    ("cursor.execute", Family::Python),
    ("@login_required", Family::Python),
    ("SMTP_SSL", Family::Python),
    ("Depends(", Family::Python),
    ("os.environ", Family::Python),
    ("=True", Family::Python),
    ("=False", Family::Python),
    ("Path(", Family::Python),
    ("ast.literal_eval", Family::Python),
    ("subprocess", Family::Python),
    ("response_model", Family::Python),
    ("send_from_directory", Family::Python),
    ("html.escape", Family::Python),
    ("nh3.", Family::Python),
    ("secrets.", Family::Python),
    ("logger.", Family::Python),
    ("hmac.", Family::Python),
    ("check_password_hash", Family::Python),
    ("starttls(", Family::Python),
    ("simpleeval", Family::Python),
    ("render_template_string", Family::Python),
];

/// Frameworks whose apps mostly run without a server that stays up.
const SERVERLESS: &[&str] = &["next", "remix", "sveltekit", "nuxt", "worker", "hono", "aws"];

/// What the files of a problem are written in and what the project is built with.
#[derive(Clone, Default, Debug)]
pub(super) struct Stack {
    families: BTreeSet<Family>,
    frameworks: BTreeSet<String>,
    /// No fix is ready for any of the places.
    has_no_fix: bool,
}

impl Stack {
    pub fn of(report: &Report<'_>, entries: &[&Entry]) -> Stack {
        let languages = entries.iter().filter_map(|entry| report.texts.get(&entry.finding.place.file)).map(|document| document.language);
        let mut families: BTreeSet<Family> = languages.filter_map(family).collect();
        let mut frameworks: BTreeSet<String> = BTreeSet::new();
        let mut of_routes = BTreeSet::new();
        for route in &report.evidence.routes {
            let name = route.framework.split('-').next().unwrap_or_default();
            of_routes.extend(NAMED.iter().find(|(_, _, framework)| *framework == name).map(|(_, family, _)| *family));
            frameworks.insert(name.to_owned());
        }
        if families.is_empty() {
            families = of_routes;
        }
        if frameworks.iter().any(|name| SERVERLESS.contains(&name.as_str())) {
            frameworks.insert("serverless".to_owned());
        }
        Stack { families, frameworks, has_no_fix: entries.iter().all(|entry| entry.repairs.is_empty()) }
    }

    /// The sentences and clauses that fit. `None` if none does.
    pub fn pick(&self, text: &str) -> Option<String> {
        let mut rest = text.trim();
        let mut kept = Vec::new();
        while !rest.is_empty() {
            let sentence = super::page::beginning(rest, 0);
            // A fix is only spoken of where there is one, and behind what it is about.
            let is_about_a_fix = sentence.starts_with("The quick-fix");
            kept.extend(self.sentence(sentence).filter(|_| !is_about_a_fix || !kept.is_empty() && !self.has_no_fix));
            rest = rest.get(sentence.len()..).unwrap_or_default().trim_start();
        }
        Some(kept.join(" ")).filter(|kept| !kept.is_empty())
    }

    fn sentence(&self, sentence: &str) -> Option<String> {
        if self.families.is_empty() {
            return Some(sentence.to_owned());
        }
        let (lead, list) = self.lead_of(sentence);
        if self.is_foreign(lead) {
            return None;
        }
        let kept = self.clauses(list);
        if kept.trim().is_empty() || kept == list {
            return match kept == list {
                true => Some(sentence.to_owned()),
                // What is left says the same without an example.
                false => lead.trim().strip_suffix(':').map(|told| told.to_owned() + ".").filter(|told| told.len() > 12),
            };
        }
        // What is left of a sentence that was about something else altogether.
        if lead.is_empty() && list.contains('`') && !kept.contains('`') && split(list).iter().any(|part| self.names(part) == Some(false)) {
            return None;
        }
        let kept = kept.trim().trim_end_matches([',', ';', '.', ':', ' ']);
        let kept = kept.strip_prefix("in Python ").or_else(|| kept.strip_prefix("or ")).unwrap_or(kept);
        let lead = if kept.starts_with("and ") { lead.trim_end_matches([':', ' ']).to_owned() + ", " } else { lead.to_owned() };
        let lead = if lead == ", " { String::new() } else { lead };
        let mut whole = format!("{lead}{kept}.");
        if let Some(first) = whole.chars().next().filter(|first| first.is_lowercase() && sentence.starts_with(char::is_uppercase)) {
            whole.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
        }
        Some(whole)
    }

    /// The clauses of a list that fit. Code that stands behind a clause without words of its own goes with it.
    fn clauses(&self, list: &str) -> String {
        let parts = split(list);
        let names_own = parts.iter().any(|part| self.names(part) == Some(true));
        let mut kept = String::new();
        let mut dropped = false;
        for part in parts {
            let bare = part.trim_start();
            // Nothing but code.
            let is_code = bare.starts_with('`') && bare.trim_end_matches([',', ';', '.', ' ']).ends_with('`');
            let fits = match self.names(part) {
                Some(fits) => fits,
                // Of a list in which the own language has a clause of its own, the nameless code is the other one's.
                None if is_code && names_own && kept.is_empty() && self.families.iter().all(|family| *family == Family::Python) => false,
                None => !(is_code && dropped),
            };
            dropped = !fits;
            if fits {
                let part = self.inside(part);
                let follows = kept.ends_with(": ");
                kept += if follows { part.trim_start().trim_start_matches("in Python ") } else { &part };
            } else if let Some((words, _)) = part.split_once(": `").filter(|(words, _)| !words.contains('`')) {
                // The words before an example hold for the next one.
                kept += words;
                kept += ": ";
            }
        }
        kept
    }

    /// Of what stands in parentheses only what fits.
    fn inside(&self, part: &str) -> String {
        if !label(part, true).iter().any(|(family, framework)| !self.fits(*family, framework)) {
            return part.to_owned();
        }
        let Some((before, rest)) = part.split_once(" (").filter(|(before, _)| before.matches('`').count() % 2 == 0) else { return part.to_owned() };
        let Some((inside, after)) = rest.rsplit_once(')').filter(|(_, after)| after.matches('`').count() % 2 == 0) else { return part.to_owned() };
        let kept = self.clauses(inside);
        let kept = kept.trim().trim_end_matches([',', ';']);
        if kept.is_empty() { format!("{before}{after}") } else { format!("{before} ({kept}){after}") }
    }

    /// Does a clause name the project's own language or framework, or another one? `None` if it names none.
    fn names(&self, part: &str) -> Option<bool> {
        let found = label(part, false);
        if found.is_empty() {
            return None;
        }
        // What is said of the own language in parentheses needs what stands before them.
        let found = if found.iter().any(|(family, framework)| self.fits(*family, framework)) { found } else { label(part, true) };
        Some(found.iter().any(|(family, framework)| self.fits(*family, framework)))
    }

    fn fits(&self, family: Family, framework: &str) -> bool {
        let is_known = |name: &&(&str, Family, &str)| name.1 == family && !name.2.is_empty() && self.frameworks.contains(name.2);
        self.families.contains(&family) && (framework.is_empty() || self.frameworks.contains(framework) || !NAMED.iter().any(|name| is_known(&name)))
    }

    /// What a list is introduced by: a colon, or the words before the code of another language.
    fn lead_of<'t>(&self, sentence: &'t str) -> (&'t str, &'t str) {
        let (lead, list) = lead_of(sentence);
        let first = split(list).first().copied().unwrap_or_default();
        let words = first.split('`').next().unwrap_or_default();
        let is_example =
            lead.is_empty() && words.len() < first.len() && !words.trim().is_empty() && self.names(first) == Some(false) && self.names(words).is_none();
        // Only if there is another example.
        let has_other = split(list).iter().any(|part| self.names(part) == Some(true));
        if is_example && has_other { sentence.split_at(words.len()) } else { (lead, list) }
    }

    fn is_foreign(&self, lead: &str) -> bool {
        self.names(lead) == Some(false)
    }
}

fn family(language: Language) -> Option<Family> {
    match language {
        Language::TypeScript | Language::Tsx | Language::JavaScript | Language::Jsx | Language::Vue | Language::Svelte | Language::Astro => {
            Some(Family::Script)
        }
        Language::Python => Some(Family::Python),
        _ => None,
    }
}

/// What a clause names; a named framework says more than the code beside it.
fn label(part: &str, with_parentheses: bool) -> Vec<(Family, &'static str)> {
    let bare = if with_parentheses { part.to_owned() } else { without_parentheses(part) };
    let part = bare.as_str();
    let words: String = part.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let named: Vec<(Family, &'static str)> =
        NAMED.iter().filter(|(word, ..)| words.contains(word)).map(|(_, family, framework)| (*family, *framework)).collect();
    if named.iter().any(|(_, framework)| !framework.is_empty()) {
        return named.into_iter().filter(|(_, framework)| !framework.is_empty()).collect();
    }
    let codes: String = part.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(" ");
    let mut all = named;
    // "in Python" says what the code behind it is.
    if all.is_empty() || with_parentheses {
        all.extend(WRITTEN.iter().filter(|(code, _)| codes.contains(code)).map(|(_, family)| (*family, "")));
    }
    all
}

/// Without what stands in parentheses outside of code.
fn without_parentheses(text: &str) -> String {
    let (mut in_code, mut depth) = (false, 0usize);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '`' => in_code = !in_code,
            '(' if !in_code => depth += 1,
            ')' if !in_code => {
                depth = depth.saturating_sub(1);
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            out.push(c);
        }
    }
    out
}

/// What a list is introduced by, up to the last colon outside of code.
fn lead_of(sentence: &str) -> (&str, &str) {
    let mut in_code = false;
    let mut end = 0;
    for (at, c) in sentence.char_indices() {
        match c {
            '`' => in_code = !in_code,
            ':' if !in_code && end == 0 && sentence.get(at + 1..).is_some_and(|rest| rest.starts_with(' ')) => end = at + 2,
            _ => {}
        }
    }
    sentence.split_at(end.min(sentence.len()))
}

/// At commas and semicolons outside of code and parentheses; each part keeps its own.
fn split(list: &str) -> Vec<&str> {
    let (mut in_code, mut depth, mut start) = (false, 0usize, 0);
    let mut parts = Vec::new();
    for (at, c) in list.char_indices() {
        match c {
            '`' => in_code = !in_code,
            '(' if !in_code => depth += 1,
            ')' if !in_code => depth = depth.saturating_sub(1),
            ',' | ';' if !in_code && depth == 0 => {
                parts.extend(list.get(start..=at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(list.get(start..).filter(|rest| !rest.is_empty()));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(family: Family, frameworks: &[&str]) -> Stack {
        Stack { families: [family].into(), frameworks: frameworks.iter().map(|name| (*name).to_owned()).collect(), has_no_fix: false }
    }

    #[test]
    fn only_the_own_stack_is_spoken_of() {
        let next = stack(Family::Script, &["next", "serverless"]);
        let flask = stack(Family::Python, &["flask"]);
        let limit = "Count calls, and refuse past a limit: `express-rate-limit` for Express, `@upstash/ratelimit` for what runs serverless (a counter in \
            memory forgets), `slowapi` for FastAPI, `Flask-Limiter` for Flask. Five tries are enough.";
        assert_eq!(
            next.pick(limit).as_deref(),
            Some("Count calls, and refuse past a limit: `@upstash/ratelimit` for what runs serverless (a counter in memory forgets). Five tries are enough.")
        );
        assert_eq!(flask.pick(limit).as_deref(), Some("Count calls, and refuse past a limit: `Flask-Limiter` for Flask. Five tries are enough."));
        let headers = "Express: `app.use(helmet())`. Next.js: `headers()` in the configuration. Flask: an `after_request` function, or Flask-Talisman.";
        assert_eq!(next.pick(headers).as_deref(), Some("Next.js: `headers()` in the configuration."));
        assert_eq!(flask.pick(headers).as_deref(), Some("Flask: an `after_request` function, or Flask-Talisman."));
        assert_eq!(next.pick("Behind a proxy, Express needs `app.set(\"trust proxy\", 1)` before it."), None);
    }

    #[test]
    fn the_other_languages_example_goes() {
        let next = stack(Family::Script, &["next"]);
        let flask = stack(Family::Python, &["flask"]);
        let cookie = "Set all three: `{ httpOnly: true }`, in Python `httponly=True, secure=True`. The fix adds them.";
        assert_eq!(next.pick(cookie).as_deref(), Some("Set all three: `{ httpOnly: true }`. The fix adds them."));
        assert_eq!(flask.pick(cookie).as_deref(), Some("Set all three: `httponly=True, secure=True`. The fix adds them."));
        let text = "Make a text of it: `String(email)`, or a schema (`z.string().parse(x)`, a pydantic model in Python).";
        assert_eq!(next.pick(text).as_deref(), Some("Make a text of it: `String(email)`, or a schema (`z.string().parse(x)`)."));
        assert_eq!(next.pick("No list, and no name.").as_deref(), Some("No list, and no name."));
        assert_eq!(Stack { has_no_fix: false, ..Stack::default() }.pick(cookie).as_deref(), Some(cookie));
    }

    #[test]
    fn the_words_before_an_example_stay() {
        let flask = stack(Family::Python, &["flask"]);
        let of = |text: &str| flask.pick(text).unwrap_or_default();
        assert_eq!(
            of("Read tokens with `jwt.verify(t)`, in Python `jwt.decode(t)`, and take the claims."),
            "Read tokens with `jwt.decode(t)`, and take the claims."
        );
        assert_eq!(
            of("When somebody signs in: look the user up, and let the library compare: `await bcrypt.compare(a, b)`, `check_password_hash(a, b)`."),
            "When somebody signs in: look the user up, and let the library compare: `check_password_hash(a, b)`."
        );
        assert_eq!(of("Give the file a name (`randomUUID()` and the ending), not the visitor's."), "Give the file a name, not the visitor's.");
        assert_eq!(of("Express: `helmet()`. The quick-fix writes it."), "");
        let other = Stack { has_no_fix: true, ..Stack::default() };
        assert_eq!(other.pick("Take it out. The quick-fix does it.").as_deref(), Some("Take it out."));
    }

    #[test]
    fn of_every_page_something_is_left_that_is_a_sentence() {
        for stack in [
            stack(Family::Script, &["next", "serverless"]),
            stack(Family::Script, &["express"]),
            stack(Family::Python, &["flask"]),
            stack(Family::Python, &["fastapi"]),
        ] {
            for meta in crate::rules::all() {
                let steps: Vec<String> = super::super::page::steps(meta.page, "fix").iter().filter_map(|step| stack.pick(step)).collect();
                assert!(!steps.is_empty(), "{}", meta.id);
                for step in steps {
                    assert!(step.matches('`').count() % 2 == 0 && step.matches('(').count() == step.matches(')').count() || step.contains("1)"), "{step}");
                    assert!(!step.contains("..  ") && !step.contains(" ,") && !step.ends_with(':') || step.ends_with("secrets:"), "{step}");
                }
            }
        }
    }
}
