use super::*;

#[test]
fn the_built_in_catalogue_can_be_read() {
    assert!(BUILT_IN.knows("express"));
}

#[test]
fn what_is_built_says_what_is_written_without_its_examples() {
    let (mut written, mut built) = (Catalogue::default(), Catalogue::default());
    for table in TABLES {
        written.learn(table).and_then(|()| built.take(table.read()?)).unwrap_or_else(|error| panic!("{error}"));
    }
    assert!(built.examples.is_empty());
    assert_eq!(format!("{:?}", written.entries), format!("{:?}", built.entries));
    assert_eq!(written.written, built.written);
}

#[test]
fn every_client_that_is_described_is_somewhere_used() {
    for name in BUILT_IN.clients.keys() {
        let used = BUILT_IN.entries.iter().any(|entry| match entry {
            Entry::Access(access) => access.client == *name,
            Entry::Sink(sink) => sink.client == *name,
            _ => false,
        });
        assert!(used, "no access and no sink is of the client `{name}`");
    }
}

#[test]
fn every_kind_of_row_takes_examples() {
    let examples = "examples = [\"f()\", { code = \"g()\", says = [\"x\"] }]\ncounter_examples = [{ code = \"h()\", file = \"a.ts\" }]\n";
    for (row, subject) in [
        ("[[access]]\nat = \"a#b()\"\n", Subject::Entry(0)),
        ("[[principal]]\nat = \"a#b()\"\n", Subject::Entry(0)),
        ("[[guard]]\nat = \"a#b()\"\nkind = \"identity\"\n", Subject::Entry(0)),
        ("[[table]]\nat = \"a#b\"\n", Subject::Entry(0)),
        ("[[alias]]\nat = \"a#b\"\nis = \"c#d\"\n", Subject::Entry(0)),
        ("[[step]]\nclients = [\"a\"]\nmethods = [\"b\"]\n", Subject::Step { clients: vec!["a".into()], methods: vec!["b".into()] }),
        ("[[client]]\nname = \"a\"\n", Subject::Row),
        ("[[guess]]\nnames = [\"a\"]\nis = \"b#c\"\n", Subject::Row),
        ("[[framework]]\nname = \"a\"\n", Subject::Row),
        ("[[convention]]\nframework = \"a\"\nfiles = \"b\"\n", Subject::Row),
    ] {
        let mut catalogue = Catalogue::default();
        catalogue.add(&format!("{row}{examples}")).unwrap_or_else(|error| panic!("{row}: {error}"));
        assert!(catalogue.examples().iter().all(|(of, _)| *of == subject), "{row}");
        let told: Vec<(&str, bool)> = catalogue.examples().iter().map(|(_, example)| (example.code.as_str(), example.is_counter)).collect();
        assert_eq!(told, [("f()", false), ("g()", false), ("h()", true)], "{row}");
    }
}

#[test]
fn what_an_entry_says_in_vain_is_an_error() {
    for text in [
        "[[access]]\nat = \"a#b()\"\nexamples = [{ cod = \"\" }]",
        "[[client]]\nname = \"a\"\nexamples = \"b\"",
        "[[client]]\nname = \"a\"\nunits = true",
        "[[client]]\nname = \"a\"\n[[client]]\nname = \"a\"",
        "[[access]]\nat = \"a#b()\"\nfire = true",
        "[[step]]\nclients = [\"a\"]\nmethods = [\"b\"]\nfire = true",
        "[[step]]\nclients = [\"a\"]",
        "[[step]]\nclients = [\"a\"]\nmethods = [\"b\", \"b\"]",
    ] {
        assert!(Catalogue::default().add(text).is_err(), "{text}");
    }
}
