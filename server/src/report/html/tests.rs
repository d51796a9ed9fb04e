//! The page against what a repository could try, and its bounds.

use super::*;
use crate::report::Repair;
use crate::report::samples::{finding, project_of, report, route};
use crate::rules::{Level, Related};
use crate::text::{FileId, Span};

#[test]
fn nothing_from_a_repository_becomes_markup() {
    let name = "<img src=x onerror=alert(1)>\"'.ts";
    let project = project_of(&[(name, "call(\"</code><script>alert(1)</script>\");\n")]);
    let file = FileId::new(&format!("/shop/{name}"));
    let mut found = finding("missing-auth", &project, &file, "call", Level::Error);
    found.message = "`<b>` </p><script>alert(1)</script> & more".into();
    found.related.push(Related { place: Place { file: file.clone(), span: Span::at(0) }, message: "<i>here</i>".into() });
    let mut report = report(&project, vec![found]);
    report.base = FileId::new("/<shop>");
    report.entries[0].repairs = vec![Repair { title: "<u>fix</u>".into(), needs_review: false, tried: true, note: None, changes: Vec::new() }];
    report.notes.push("<s>note</s>".into());
    report.evidence.routes.push(route("/api/<em>:id", &file));
    report.evidence.routes[0].own = crate::rules::map::Answer::Yes;
    let page = render(&report);
    for markup in ["<img", "<b>", "<i>", "<u>", "<s>", "<em>", "<shop>", "alert(1)</script>"] {
        assert!(!page.contains(markup), "{markup}: {page}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("&lt;/code&gt;&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    assert!(page.contains("<mark>call</mark>"), "{page}");
}

#[test]
fn only_the_pages_own_style_and_script_may_run() {
    let project = project_of(&[("a.ts", "call(a);\n")]);
    let page = render(&report(&project, vec![finding("missing-auth", &project, &FileId::new("/shop/a.ts"), "call", Level::Error)]));
    let between = |from: &str, to: &str| page.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map(|(inside, _)| inside.to_owned()).expect(from);
    let policy = between("Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(policy.contains(&hash(&between("<style>", "</style>"))) && policy.contains(&hash(&between("<script>", "</script>"))), "{policy}");
    assert!(
        !policy.contains("unsafe") && !page.contains(" style=") && !page.contains(" onclick") && !page.contains("http:") && !page.contains("src="),
        "{page}"
    );
}

#[test]
fn a_page_has_landmarks_and_headings_in_order() {
    let project = project_of(&[("a.ts", "call(a);\n")]);
    let page = render(&report(&project, vec![finding("missing-auth", &project, &FileId::new("/shop/a.ts"), "call", Level::Error)]));
    for part in ["<html lang=\"en\">", "<header>", "<nav aria-label=", "<main id=\"report\">", "<footer", "class=\"skip\" href=\"#report\""] {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<h1").count(), 1);
    let levels: Vec<u32> = page.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10)).collect();
    assert!(levels.windows(2).all(|two| two[1] <= two[0] + 1), "{levels:?}");
    for tag in ["section", "ul", "li", "article", "div", "pre", "code", "p", "main", "span", "select", "dl", "ol", "details", "button"] {
        assert_eq!(page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count(), page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn a_flood_of_findings_is_bounded() {
    let project = project_of(&[("a.ts", "call(a);\n")]);
    let file = FileId::new("/shop/a.ts");
    let rules = ["missing-auth", "weak-random", "sql-injection"];
    let found = (0..10_000).map(|at| finding(rules[at % rules.len()], &project, &file, "call", Level::Error)).collect();
    let page = render(&report(&project, found));
    assert!(page.len() < 400_000, "{}", page.len());
    assert!(page.contains("more places"));
}

#[test]
fn an_empty_project_is_a_page_too() {
    let project = project_of(&[]);
    let page = render(&report(&project, Vec::new()));
    assert!(page.contains("Nothing was checked") && !page.contains("id=\"problems\"") && page.ends_with("</html>\n"));
}
