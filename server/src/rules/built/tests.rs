use super::*;
use crate::facts::secrets::sample::{Random, expand};
use crate::project::EnvFiles;
use crate::project::reach::Reach;
use crate::rules::exposed::FileCx;
use crate::rules::{self, secret_hardcoded};

const SERVED: &str = "/shop/dist";

struct Shop {
    project: Project,
    random: Random,
}

impl Shop {
    fn of(files: &[(&str, &str)]) -> Shop {
        let documents = files.iter().map(|(name, text)| {
            let file = FileId::new(&format!("/shop/{name}"));
            let language = Language::of(&file).expect("a language");
            (file.clone(), Some(Arc::new(Document::new(file, language, 0, text))))
        });
        Shop { project: Project::new(vec![FileId::new("/shop")]).with(documents.collect()), random: Random::new("built") }
    }

    fn secret(&mut self) -> String {
        expand("sk_live_{alnum:40}", &mut self.random)
    }

    fn check(&self, served: &[(&str, &str)]) -> Vec<Finding> {
        let mut findings = Vec::new();
        let reach = Reach::of(&self.project);
        for (file, known) in self.project.sorted_files() {
            secret_hardcoded::of_file(
                &FileCx { project: &self.project, reach: &reach, file, known, schema: self.project.schema(), include_tests: false },
                &mut Default::default(),
                &mut findings,
            );
        }
        let mut built = Built::new(&self.project, rules::all(), &findings);
        let at = |name: &str| FileId::new(&format!("{SERVED}/{name}"));
        for (name, text) in served {
            let mut beside = |file: &FileId| served.iter().find(|(name, _)| at(name) == *file).map(|(_, text)| (*text).to_owned());
            built.read(&FileId::new(SERVED), &at(name), text, &mut beside);
        }
        built.finish(findings).0
    }
}

#[test]
fn a_value_of_an_env_file_in_a_bundle_is_said_at_the_variable() {
    let key = Shop::of(&[]).secret();
    let shop = Shop::of(&[(".env.local", &format!("A=1\nSTRIPE_SECRET_KEY={key}\n"))]);
    let mut env_files = EnvFiles::default();
    env_files.learn(&FileId::new("/shop/.env.local"), true, false);
    let shop = Shop { project: shop.project.with_env_files(env_files), ..shop };
    assert!(shop.check(&[("a.js", "let a=1")]).is_empty());
    let found = shop.check(&[("assets/a.js", &format!("let a=\"{key}\";")), ("assets/b.js", &format!("b('{key}')"))]);
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((finding.rule.as_str(), finding.place.file.as_str(), finding.level), ("secret-client-exposed", "/shop/.env.local", Level::Error));
    assert_eq!(finding.related.len(), 2);
    assert!(finding.message.contains("`STRIPE_SECRET_KEY`") && !finding.message.contains(&key));
}

#[test]
fn a_literal_that_is_served_is_one_finding_not_two() {
    let key = Shop::of(&[]).secret();
    let shop = Shop::of(&[("lib/pay.ts", &format!("export const pay = new Stripe(\"{key}\");\n"))]);
    let found = shop.check(&[("a.js", &format!("new s(\"{key}\")"))]);
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((finding.rule.as_str(), finding.place.file.as_str()), ("secret-client-exposed", "/shop/lib/pay.ts"));
    assert!(finding.message.contains("Your last build serves it") && finding.plans.is_empty());
    let untouched = shop.check(&[("a.js", "let a=1")]);
    assert_eq!(untouched.iter().map(|finding| finding.rule.as_str()).collect::<Vec<_>>(), ["secret-hardcoded"]);
}

#[test]
fn a_key_that_no_source_holds_leads_back_through_the_map() {
    let key = Shop::of(&[]).secret();
    // Split in the source, joined by the bundler.
    let (head, tail) = key.split_at(20);
    let shop = Shop::of(&[("src/pay.ts", &format!("// pays\nexport const key = \"{head}\" + \"{tail}\" as string;\n"))]);
    let map = r#"{"version":3,"sources":["../../src/pay.ts"],"names":[],"mappings":"AACA"}"#;
    let bundle = format!("let a=\"{key}\";\n//# sourceMappingURL=a.js.map");
    let found = shop.check(&[("assets/a.js", &bundle), ("assets/a.js.map", map)]);
    let exposed: Vec<&Finding> = found.iter().filter(|finding| finding.rule.as_str() == "secret-client-exposed").collect();
    let [finding] = exposed.as_slice() else { panic!("{found:?}") };
    assert_eq!(finding.place.file.as_str(), "/shop/src/pay.ts");
    assert_eq!(finding.related.first().map(|related| related.place.file.as_str()), Some("/shop/dist/assets/a.js"));
}

#[test]
fn maps_with_own_sources_are_one_finding() {
    let shop = Shop::of(&[]);
    let map = r#"{"version":3,"sources":["../../src/App.tsx","../../node_modules/a/a.js"],"sourcesContent":["let a;","let b;"],"mappings":""}"#;
    let found = shop.check(&[("assets/a.js", "let a"), ("assets/a.js.map", map), ("assets/b.js.map", map)]);
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((finding.rule.as_str(), finding.place.file.as_str(), finding.level), ("public-source-maps", "/shop/dist/assets/a.js.map", Level::Warning));
    assert!(finding.message.contains("`src/App.tsx`"), "{}", finding.message);
    let bare = map.replace("\"let a;\"", "null");
    assert!(shop.check(&[("assets/a.js.map", &bare)]).is_empty());
}

#[test]
fn public_values_are_meant_to_be_served() {
    let key = Shop::of(&[]).secret();
    let public = key.replace("sk_", "pk_");
    let env = format!("NEXT_PUBLIC_STRIPE_KEY={public}\nNODE_ENV=production\nSITE_NAME=long-enough-name\n");
    let shop = Shop::of(&[(".env", &env)]);
    assert!(shop.check(&[("a.js", &format!("let a=\"{public}\",b=\"long-enough-name\",c=\"production\""))]).is_empty());
}
