//! A vendor that a page asks with a key is asked by a server instead: a route that has the key and refuses everybody until
//! somebody says who may use it, and the page asks the route.
//!
//! For calls of `fetch` whose address and headers stand in the call (`request`), and for those through a vendor's library (`library`), also
//! where its client is exported (`elsewhere`), where a server is known (`scaffold`). Elsewhere the rule's page says what to do.

mod client;
mod elsewhere;
mod key;
mod library;
mod listed;
mod request;
mod scaffold;

use self::key::KeyIs;
use self::library::Calls;
use self::request::Request;
use self::scaffold::Spot;
use super::edits::Edits;
use super::env_name::EnvName;
use super::literal::{Code, Literal};
use super::package::Package;
use super::stack::Setting;
use super::{Fix, Grade, env_target, remove_entry, rename_variable};
use crate::facts::browser::BROWSER;
use crate::facts::exposure::EXPOSURE;
use crate::facts::setup::Origin;
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{FileId, Name, Span};

/// How the page asks the vendor.
enum Asks {
    Request(Request),
    Calls(Calls),
}

impl Asks {
    /// What the file does with the key. `within`: it holds this place.
    fn of(project: &Project, code: &Code<'_>, key: &KeyIs<'_>, within: Option<Span>) -> Option<Asks> {
        Request::of(code, key, within).map(Asks::Request).or_else(|| Calls::of(project, code, key, within).map(Asks::Calls))
    }

    /// The settings that the page made and does not choose any more.
    fn settled(&self) -> &[(Name, String)] {
        match self {
            Asks::Request(request) => &request.settled,
            Asks::Calls(calls) => &calls.settled,
        }
    }

    /// What else the page sends, where that is known.
    fn fields(&self) -> Option<library::Fields> {
        let fields = match self {
            Asks::Request(request) => request.fields.as_ref(),
            Asks::Calls(calls) => calls.fields.as_ref(),
        };
        let is_settled = |name: &Name| self.settled().iter().any(|(known, _)| known == name);
        Some(fields?.iter().filter(|(name, _)| !is_settled(name)).cloned().collect())
    }

    fn vendor(&self) -> Option<&'static str> {
        match self {
            Asks::Request(request) => EXPOSURE.vendor_of_address(&request.address).map(|vendor| vendor.name.as_str()),
            Asks::Calls(calls) => Some(&calls.vendor.name),
        }
    }
}

/// A key that the code reads from a published variable. `at`: within the request.
pub fn of_variable(project: &Project, at: &Place, variable: &Name) -> Option<Fix> {
    let code = Code::of(project, &at.file)?;
    let asks = Asks::of(project, &code, &KeyIs::Variable(variable), Some(at.span))?;
    let plain = BROWSER.unpublished(variable);
    // Where nothing else reads the variable, it gets a name that no build publishes.
    let files = env_files(project, &at.file, variable).unwrap_or_default();
    let where_to = if files.is_empty() { format!(" Put the key under {plain} in an env file that git leaves out.") } else { String::new() };
    asked_by_a_server(project, &code, asks, &where_to, |_, edits| {
        for file in files {
            let text = project.file(&file)?.document.text();
            rename_variable::in_text(&text, variable).into_iter().for_each(|span| edits.replace(&file, span, plain));
        }
        Some(plain.to_owned())
    })
}

/// A key that is written into the code, which moves to an env file. `name`: of its variable, by preference.
pub fn of_literal(project: &Project, literal: &Place, name: &Name) -> Option<Fix> {
    let code = Code::of(project, &literal.file)?;
    let literal = Literal::at(&code, literal.span).filter(|literal| !literal.value.is_empty() && !literal.value.contains('\n'))?;
    let asks = Asks::of(project, &code, &KeyIs::Literal(&literal), None)?;
    let wish = EnvName::from_words(BROWSER.unpublished(name))?;
    asked_by_a_server(project, &code, asks, "", |setting, edits| {
        let variable = env_target::place(project, setting, &wish, &literal.value, edits)?;
        env_target::accompany(project, setting, &variable, edits);
        Some(variable.name.as_str().to_owned())
    })
}

/// A variable that a build copies into what ships by this entry of a configuration. The entry goes, and the one place that asks with it asks
/// a route. `name`: as code sees it.
pub fn of_entry(project: &Project, entry: &Place, name: &Name) -> Option<Fix> {
    let facts = project.setup().of(&entry.file)?;
    let inlined = facts.inlined.iter().find(|inlined| inlined.name == *name && inlined.place == *entry)?;
    let [Origin::Variable(kept)] = inlined.from.as_slice() else { return None };
    let read = Name::from(name.rsplit('.').next()?);
    let is_near = |file: &FileId| *file != entry.file && file.folder().starts_with(entry.file.folder());
    let mut readers = project
        .sorted_files()
        .into_iter()
        .filter(|(file, known)| is_near(file) && known.model.is_some() && super::phrasebook::has_word(&known.document.text(), &read));
    let (reader, _) = readers.next().filter(|_| !BROWSER.shows(kept))?;
    if readers.next().is_some() {
        return None;
    }
    let code = Code::of(project, reader)?;
    let asks = Asks::of(project, &code, &KeyIs::Variable(&read), None)?;
    let fix = asked_by_a_server(project, &code, asks, "", |_, edits| {
        remove_entry::take_out(project, entry, edits)?;
        Some(kept.to_string())
    })?;
    Some(Fix { title: format!("Remove {name}, and ask from a route of your own instead, which refuses everybody until you say who may"), ..fix })
}

/// `keep` sees to it that a variable has the key, and says which.
fn asked_by_a_server(project: &Project, code: &Code<'_>, asks: Asks, where_to: &str, keep: impl FnOnce(&Setting, &mut Edits) -> Option<String>) -> Option<Fix> {
    let package = Package::of(project, &code.file, code.language)?;
    let vendor = asks.vendor()?;
    let spot = Spot::of(project, &code.file, code.language, &package, vendor)?;
    let setting = Setting::of(project, &spot.route, code.language, None)?;
    let mut edits = Edits::default();
    let variable = keep(&setting, &mut edits)?;
    edits.create(&spot.route, spot.text(&asks, &setting, &variable)?);
    spot.list(project, &mut edits)?;
    match (&asks, spot.through()) {
        (Asks::Request(request), None) => request.redirect(code, &spot.address, &mut edits),
        (Asks::Calls(calls), None) => calls.redirect(&spot.address, &mut edits),
        (asks, Some(through)) => client::redirect(project, code, asks, through, &spot.vendor, &mut edits)?,
    }
    let beside = if spot.scaffold.note.is_empty() { String::new() } else { format!(" {}", spot.note()) };
    Some(Fix {
        title: format!("Ask {vendor} from a route of your own, which refuses everybody until you say who may"),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some(format!(
            "The new route answers 401 until `mayAsk` looks at your session; then limit how often one person may ask.{where_to}{beside} Set {variable} at your host, and replace the key: it was in the page, so it has been seen."
        )),
        suppresses: false,
    })
}

/// The files that give the variable its value, if no code but this file's one place reads it.
fn env_files(project: &Project, reader: &FileId, variable: &Name) -> Option<Vec<FileId>> {
    let mut files = Vec::new();
    for (file, known) in project.files().filter(|(_, known)| known.exposure.published.contains(variable)) {
        if known.exposure.items.is_empty() && known.document.language == Language::Env {
            files.push(file.clone());
        } else if file != reader || known.exposure.items.iter().flat_map(|facts| &facts.env).filter(|read| read.name == *variable).count() != 1 {
            return None;
        }
    }
    files.sort();
    Some(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::testing::{after, file, project};

    const PAGE: &str = "const KEY = 'a-key-of-sixteen';\n\nexport const ask = (body: string) =>\n  fetch('https://api.openai.com/v1/responses', {\n    method: 'POST',\n    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },\n    body,\n  });\n";

    fn fixed(manifest: &str, more: &[(&str, &str)], page: &str, text: &str, names: &[&str]) -> Option<Vec<String>> {
        let mut files = vec![("package.json", manifest), (page, text)];
        files.extend(more);
        let project = project(&files);
        let at = text.find("a-key-of-sixteen").unwrap();
        let literal = Place { file: file(page), span: Span::from(at..at + "a-key-of-sixteen".len()) };
        let fix = of_literal(&project, &literal, &"OPENAI_API_KEY".into())?;
        Some(after(&project, &fix, names))
    }

    #[test]
    fn the_key_goes_to_the_server_and_the_constant_goes_away() {
        let files = ["src/main.ts", "api/openai.ts", ".env.local"];
        let texts = fixed(r#"{"devDependencies":{"vite":"7"}}"#, &[("vercel.json", "{}")], "src/main.ts", PAGE, &files).unwrap();
        assert!(texts[0].starts_with("export const ask") && texts[0].contains("fetch(\"/api/openai\", {"), "{}", texts[0]);
        assert!(texts[0].contains("headers: { 'content-type': 'application/json' },"), "{}", texts[0]);
        assert!(texts[1].contains("const key = process.env.OPENAI_API_KEY;") && texts[1].contains("\"authorization\": `Bearer ${key}`,"), "{}", texts[1]);
        assert!(texts[1].contains("export async function POST(request: Request) {"), "{}", texts[1]);
        assert_eq!(texts[2], "OPENAI_API_KEY=a-key-of-sixteen\n");
    }

    #[test]
    fn each_stack_has_its_own_words() {
        for (manifest, page, route, words) in [
            (
                r#"{"devDependencies":{"@sveltejs/kit":"2"}}"#,
                "src/lib/ask.ts",
                "src/routes/api/openai/+server.ts",
                &["import { OPENAI_API_KEY } from \"$env/static/private\";\n\n", "const key = OPENAI_API_KEY;", "POST({ request }: { request: Request })"][..],
            ),
            (
                r#"{"dependencies":{"next":"14"}}"#,
                "pages/index.ts",
                "pages/api/openai.ts",
                &["import type { NextApiRequest, NextApiResponse } from \"next\";", "handler(request: NextApiRequest, response: NextApiResponse)"],
            ),
            (r#"{"dependencies":{"nuxt":"4"}}"#, "utils/ask.ts", "server/api/openai.post.ts", &["defineEventHandler(async (event) => {", "});\n"]),
            (
                r#"{"dependencies":{"astro":"5"}}"#,
                "src/lib/ask.ts",
                "src/pages/api/openai.ts",
                &["import.meta.env.OPENAI_API_KEY", "export const prerender = false;"],
            ),
        ] {
            let texts = fixed(manifest, &[], page, PAGE, &[route]).unwrap();
            assert!(words.iter().all(|word| texts[0].contains(word)) && !texts[0].contains("{:"), "{}", texts[0]);
        }
    }

    const LIBRARY: &str = "import OpenAI from 'openai';\n\nconst KEY = 'a-key-of-sixteen';\nconst ai = new OpenAI({ apiKey: KEY, dangerouslyAllowBrowser: true, maxRetries: 2 });\n\nexport async function ask(input: string) {\n  const answer = await ai.responses.create({ model: 'gpt-5', input });\n  return answer.output_text;\n}\n";

    #[test]
    fn the_client_of_a_library_moves_into_the_route() {
        let files = ["app/ask.ts", "app/api/openai/route.ts", ".env.local"];
        let texts = fixed(r#"{"dependencies":{"next":"16"}}"#, &[("app/layout.tsx", "")], "app/ask.ts", LIBRARY, &files).unwrap();
        assert!(texts[0].starts_with("export async function ask"), "{}", texts[0]);
        assert!(
            texts[0].contains("await fetch(\"/api/openai\", {\n    method: \"POST\",\n") && texts[0].contains("JSON.stringify({ model: 'gpt-5', input })"),
            "{}",
            texts[0]
        );
        assert!(texts[1].contains("const client = new OpenAI({ apiKey: key, maxRetries: 2 });"), "{}", texts[1]);
        assert!(texts[1].contains("await client.responses.create({ ...JSON.parse(body), model: 'gpt-5', max_output_tokens: 2000 });"), "{}", texts[1]);
        assert!(texts[1].starts_with("import OpenAI from \"openai\";\n\n// Who may spend this key?"), "{}", texts[1]);
        assert_eq!(texts[2], "OPENAI_API_KEY=a-key-of-sixteen\n");
    }

    #[test]
    fn a_client_that_is_used_otherwise_stays() {
        let manifest = r#"{"dependencies":{"next":"16"}}"#;
        let is_offered = |text: &str| fixed(manifest, &[("app/layout.tsx", "")], "app/ask.ts", text, &[]).is_some();
        assert!(is_offered(LIBRARY));
        for (part, instead) in [
            ("const ai", "export let ai"),
            ("input });", "input, stream: true });"),
            ("{ model: 'gpt-5', input }", "given"),
            ("{ model: 'gpt-5', input }", "{ ...given }"),
            ("responses.create", "files.create"),
            ("maxRetries: 2", "maxRetries: window.retries"),
            ("return answer", "hand(ai);\n  return answer"),
            ("from 'openai'", "from './openai'"),
        ] {
            assert!(!is_offered(&LIBRARY.replace(part, instead)), "{part} as {instead}");
        }
    }

    const EXPORTED: &str = "import OpenAI from 'openai';\n\nexport const ai = new OpenAI({ apiKey: 'a-key-of-sixteen', dangerouslyAllowBrowser: true });\n";
    const ASKS: &str = "import { ai } from './ai';\n\nexport const ask = (input: string) => ai.responses.create({ model: 'gpt-5', input });\n";
    const ASKS_TOO: &str =
        "import { ai as client, MOODS } from '../app/ai';\n\nexport const moods = () => client.responses.create({ model: 'gpt-5', input: MOODS.join() });\n";

    #[test]
    fn who_uses_an_exported_client_asks_the_route_as_well() {
        let manifest = r#"{"dependencies":{"next":"16"}}"#;
        let others = [("app/layout.tsx", ""), ("app/ask.ts", ASKS), ("lib/moods.ts", ASKS_TOO)];
        let own = format!("{EXPORTED}\nexport const MOODS = ['calm'];\n");
        let texts = fixed(manifest, &others, "app/ai.ts", &own, &["app/ai.ts", "app/ask.ts", "lib/moods.ts", "app/api/openai/route.ts"]).unwrap();
        assert_eq!(texts[0], "export const MOODS = ['calm'];\n");
        assert!(texts[1].starts_with("export const ask = (input: string) => fetch(\"/api/openai\", {"), "{}", texts[1]);
        assert!(
            texts[2].starts_with("import { MOODS } from '../app/ai';\n") && texts[2].contains("JSON.stringify({ model: 'gpt-5', input: MOODS.join() })"),
            "{}",
            texts[2]
        );
        assert!(texts[3].contains("await client.responses.create({ ...JSON.parse(body), model: 'gpt-5', max_output_tokens: 2000 });"), "{}", texts[3]);
        let texts = fixed(manifest, &others[..2], "app/ai.ts", EXPORTED, &["app/ai.ts"]).unwrap();
        assert_eq!(texts[0], "export {};\n", "what is imported for nothing stays a module");
    }

    #[test]
    fn an_exported_client_that_cannot_be_followed_stays() {
        let manifest = r#"{"dependencies":{"next":"16"}}"#;
        let is_offered = |other: &str| fixed(manifest, &[("app/layout.tsx", ""), ("app/ask.ts", other)], "app/ai.ts", EXPORTED, &[]).is_some();
        assert!(is_offered(ASKS));
        for other in [
            "import * as all from './ai';\nexport const ask = (input: string) => all.ai.responses.create({ model: 'gpt-5', input });\n",
            "export { ai } from './ai';\n",
            "export * from './ai';\n",
            "export const ask = async (input: string) => (await import('./ai')).ai.responses.create({ model: 'gpt-5', input });\n",
            "const { ai } = require('./ai');\nexport const ask = (input: string) => ai.responses.create({ model: 'gpt-5', input });\n",
            "import { ai } from './ai';\nexport const ask = (input: string) => ai.responses.create({ model: 'gpt-5', input, stream: true });\n",
            "import { ai } from './ai';\nexport const same = ai;\n",
        ] {
            assert!(!is_offered(other), "{other}");
        }
        assert!(!is_offered(""), "nobody asks through it here: somebody else may");
    }

    #[test]
    fn a_table_of_routes_names_the_new_one() {
        let manifest = r#"{"devDependencies":{"@react-router/dev":"7","vite":"7"}}"#;
        let asked =
            |table: &str| fixed(manifest, &[("app/routes.ts", table)], "app/ask.ts", PAGE, &["app/routes.ts", "app/routes/api.openai.ts", "app/ask.ts"]);
        let imports = |names: &str| format!("import {{ type RouteConfig, {names} }} from \"@react-router/dev/routes\";\n\n");
        for (before, after) in [
            (
                "export default [\n  index(\"home.tsx\"),\n] satisfies RouteConfig;\n",
                "export default [\n  index(\"home.tsx\"),\n  NEW,\n] satisfies RouteConfig;\n",
            ),
            ("export default [index(\"home.tsx\")];\n", "export default [index(\"home.tsx\"), NEW];\n"),
            ("const all: RouteConfig = [];\nexport default all;\n", "const all: RouteConfig = [NEW];\nexport default all;\n"),
        ] {
            let texts = asked(&format!("{}{before}", imports("index"))).unwrap_or_else(|| panic!("nothing is offered for {before}"));
            let entry = "route(\"api/openai\", \"routes/api.openai.ts\")";
            assert_eq!(texts[0], format!("{}{}", imports("index, route"), after.replace("NEW", entry)));
            assert!(texts[1].contains("export async function action({ request }: { request: Request }) {"), "{}", texts[1]);
            assert!(texts[2].contains("fetch(\"/api/openai\", {"), "{}", texts[2]);
        }
    }

    #[test]
    fn a_table_of_routes_that_is_made_otherwise_stays() {
        let manifest = r#"{"devDependencies":{"@react-router/dev":"7","vite":"7"}}"#;
        let asked = |table: &str| fixed(manifest, &[("app/routes.ts", table)], "app/ask.ts", PAGE, &["app/routes.ts"]);
        for table in [
            "import { own } from \"./own\";\nexport default own();\n",
            "import { index } from \"@react-router/dev/routes\";\nexport default [index(\"home.tsx\"), ...more];\n",
            "import { flatRoutes } from \"@react-router/fs-routes\";\nexport default flatRoutes();\n",
        ] {
            assert!(asked(table).is_none(), "{table}");
        }
        let named = r#"{"devDependencies":{"@react-router/dev":"7","@react-router/fs-routes":"7"}}"#;
        let files = [("app/routes.ts", "import { flatRoutes } from \"@react-router/fs-routes\";\nexport default flatRoutes();\n"), ("app/routes/home.tsx", "")];
        let texts = fixed(named, &files, "app/ask.ts", PAGE, &["app/routes/api.openai.ts", "app/routes.ts"]).expect("found by its name");
        assert!(texts[0].contains("action") && !texts[1].contains("openai"), "{texts:?}");
    }

    #[test]
    fn a_key_that_something_else_uses_stays() {
        let manifest = r#"{"dependencies":{"nuxt":"4"}}"#;
        assert!(fixed(manifest, &[], "utils/ask.ts", &format!("{PAGE}console.log(KEY);\n"), &[]).is_none());
        assert!(fixed(manifest, &[], "utils/ask.ts", &PAGE.replace("const KEY", "export const KEY"), &[]).is_none());
        assert!(fixed(r#"{"devDependencies":{"vite":"7"}}"#, &[], "src/main.ts", PAGE, &[]).is_none(), "no server is known");
    }
}
