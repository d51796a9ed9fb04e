use super::*;
use crate::fixes::testing::{file, project};

#[test]
fn every_place_proves_itself() {
    assert!(!CATALOGUE.place.is_empty());
    for scaffold in &CATALOGUE.place {
        assert!(CATALOGUE.style.iter().any(|style| style.name == scaffold.style), "{} has no style", scaffold.name);
        assert!(!scaffold.examples.is_empty(), "{} has no example", scaffold.name);
        for example in &scaffold.examples {
            let mut files: Vec<(&str, &str)> = example.files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            files.push((&example.page, ""));
            let project = project(&files);
            let page = file(&example.page);
            let language = Language::of(&page).unwrap();
            let package = Package::of(&project, &page, language).unwrap();
            let spot = Spot::of(&project, &page, language, &package, "OpenAI").unwrap_or_else(|| panic!("nothing fits the example of {}", scaffold.name));
            assert_eq!((spot.scaffold.name.as_str(), spot.route), (scaffold.name.as_str(), file(&example.route)));
        }
    }
}

#[test]
fn without_a_server_there_is_no_place() {
    let project = project(&[("package.json", "{\"devDependencies\":{\"vite\":\"7\"}}"), ("src/ask.ts", "")]);
    let package = Package::of(&project, &file("src/ask.ts"), Language::TypeScript).unwrap();
    assert!(Spot::of(&project, &file("src/ask.ts"), Language::TypeScript, &package, "OpenAI").is_none());
}

#[test]
fn every_library_proves_itself() {
    use crate::fixes::server_route::of_literal;
    use crate::fixes::testing::after;
    use crate::rules::Place;
    use crate::text::Span;
    for library in &CATALOGUE.library {
        assert!(!library.examples.is_empty(), "{:?} has no example", library.packages);
        for example in &library.examples {
            let page = example.page.replace("{key}", "a-key-of-sixteen");
            let project = project(&[("package.json", "{\"dependencies\":{\"next\":\"16\"}}"), ("app/layout.tsx", ""), ("app/ask.ts", &page)]);
            let at = page.find("a-key-of-sixteen").unwrap();
            let literal = Place { file: file("app/ask.ts"), span: Span::from(at..at + "a-key-of-sixteen".len()) };
            let fix = of_literal(&project, &literal, &"THE_KEY".into()).unwrap_or_else(|| panic!("nothing is offered for {page}"));
            let route = fix.edits.iter().map(|edit| &edit.file).find(|file| file.as_str().ends_with("route.ts")).unwrap();
            let name = route.as_str().trim_start_matches("/w/");
            let texts = after(&project, &fix, &[name]);
            assert!(texts[0].contains(&example.route), "{}", texts[0]);
        }
    }
}

#[test]
fn every_answer_is_kept_short_unless_the_page_did() {
    use crate::fixes::server_route::of_literal;
    use crate::fixes::testing::after;
    use crate::rules::Place;
    use crate::text::Span;
    let route = |address: &str, said: &str| {
        let page = format!(
            "export const ask = (text: string) =>\n  fetch(\"{address}\", {{ method: \"POST\", headers: {{ Authorization: \"Bearer a-key-of-sixteen\" }}, body: JSON.stringify({{ model: \"m\"{said}, text }}) }});\n"
        );
        let project = project(&[("package.json", "{\"dependencies\":{\"next\":\"16\"}}"), ("app/layout.tsx", ""), ("app/ask.ts", &page)]);
        let at = page.find("a-key-of-sixteen").unwrap();
        let literal = Place { file: file("app/ask.ts"), span: Span::from(at..at + "a-key-of-sixteen".len()) };
        let fix = of_literal(&project, &literal, &"THE_KEY".into()).unwrap_or_else(|| panic!("nothing is offered for {page}"));
        let route = fix.edits.iter().map(|edit| &edit.file).find(|file| file.as_str().ends_with("route.ts")).unwrap();
        after(&project, &fix, &[route.as_str().trim_start_matches("/w/")]).remove(0)
    };
    for row in &CATALOGUE.longest {
        let library = library(&row.package).unwrap_or_else(|| panic!("{} is no library of the table", row.package));
        assert!(library.calls.contains(&row.call), "{} has no {}", row.package, row.call);
        let Some(address) = &row.address else { continue };
        let added = format!("{}: {}", row.setting, row.value);
        assert!(route(address, "").contains(&added), "{}", route(address, ""));
        for known in &row.known {
            let said = route(address, &format!(", {known}: 321"));
            assert!(!said.contains(&added) && said.contains(&format!("{known}: 321")), "{said}");
        }
    }
}

#[test]
fn what_is_put_in_is_no_template() {
    assert_eq!(filled("{a}-{b}-{a}", &[("{a}", "{b}".into()), ("{b}", "{a}".into())]), "{b}-{a}-{b}");
}

#[test]
fn types_are_for_typescript() {
    assert_eq!(typed("f({ r }{: { r: Request }}){: P<b>} {", true), "f({ r }: { r: Request }): P<b> {");
    assert_eq!(typed("f({ r }{: { r: Request }}){: P<b>} {", false), "f({ r }) {");
}
