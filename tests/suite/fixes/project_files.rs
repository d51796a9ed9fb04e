//! Secrets in files that are no code.

use super::{Case, code, nothing};

#[test]
fn compose_reads_the_file_beside_it() {
    let case = Case::new(&[("docker-compose.yml", "services:\n  db:\n    environment:\n      STRIPE_KEY: «\"{{key}}\"»\n")]);
    let fix = case.fix("STRIPE_KEY");
    assert_eq!(case.after(&fix, "docker-compose.yml"), "services:\n  db:\n    environment:\n      STRIPE_KEY: \"${STRIPE_KEY}\"\n");
    assert_eq!(case.after(&fix, ".env"), "STRIPE_KEY={{key}}\n");
    let case = Case::new(&[("compose.yaml", "environment:\n  - K=«{{key}}»\n")]);
    assert_eq!(case.after(&case.fix("K"), "compose.yaml"), "environment:\n  - K=${K}\n");
}

#[test]
fn workflows_and_npm_know_their_own_places() {
    let case = Case::new(&[(".github/workflows/ci.yml", "env:\n  TOKEN: «{{key}}»\n")]);
    let fix = case.fix("NPM_TOKEN");
    assert_eq!(fix.edits.len(), 1);
    assert_eq!(case.after(&fix, ".github/workflows/ci.yml"), "env:\n  TOKEN: ${{ secrets.NPM_TOKEN }}\n");
    assert_eq!(fix.title, "Replace by ${{ secrets.NPM_TOKEN }} (value hidden)");
    let case = Case::new(&[("package.json", "{}"), (".npmrc", "//registry/:_authToken=«{{key}}»\n")]);
    assert_eq!(case.after(&case.fix("NPM_TOKEN"), ".npmrc"), "//registry/:_authToken=${NPM_TOKEN}\n");
}

#[test]
fn prisma_reads_the_environment() {
    let case = Case::new(&[("package.json", "{}"), ("prisma/schema.prisma", "datasource db {\n  url = «\"{{key}}\"»\n}\n")]);
    let fix = case.fix("DATABASE_URL");
    assert_eq!(case.after(&fix, "prisma/schema.prisma"), "datasource db {\n  url = env(\"DATABASE_URL\")\n}\n");
    assert_eq!(case.after(&fix, ".env"), "DATABASE_URL={{key}}\n");
}

#[test]
fn files_without_variables_are_left() {
    for (name, text) in [
        ("a.json", "{\"k\": «\"{{key}}\"»}\n"),
        ("a.sql", "insert into t values («'{{key}}'»);\n"),
        ("Dockerfile", "ENV K=«{{key}}»\n"),
        ("k8s.yaml", "value: «{{key}}»\n"),
        ("index.html", "<meta content=«\"{{key}}\"»>\n"),
        (".env", "K=«{{key}}»\n"),
        ("docker-compose.yml", "x: «'a$${{key}}'»\n"),
    ] {
        nothing(&[], name, text);
    }
}

#[test]
fn comments_lose_the_key() {
    code(&[], ".env", "# old: «{{key}}»\nA=1\n", "# old: <removed>\nA=1\n");
    code(&[], "a.sql", "-- «{{key}}»\nselect 1;\n", "-- <removed>\nselect 1;\n");
    code(&[], "docker-compose.yml", "# «{{key}}»\na: 1\n", "# <removed>\na: 1\n");
}
