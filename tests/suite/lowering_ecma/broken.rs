//! Code while it is typed.

use guardline::model::{FileModel, Segment, StmtId, lower, print};
use guardline::syntax::{Document, Language};
use guardline::text::FileId;
use proptest::prelude::*;

use super::{model_of, printed};

const ROUTE: &str = r#"import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { db, sql } from "../lib/db";

// Notes of the signed-in user.
export const dynamic = "force-dynamic";

const limits = { free: 10, pro: 100, [process.env.PLAN!]: 1_000 };

export async function GET(req: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user) {
    return new NextResponse("unauthorized", { status: 401 });
  }
  const { id } = await params;
  const note = await db.note.findFirst({ where: { id, ownerId: session.user.id } });
  const rows = await sql<Row[]>`select * from notes where id = ${id} and kind = ${req.headers.get("x-kind") ?? "all"}`;
  for (const row of rows) {
    switch (row.kind) {
      case "a":
      case "b":
        count(row);
        break;
      default:
        log(`skipped ${row.id}: ${row.kind}`);
    }
  }
  try {
    await track({ ...note, at: new Date() });
  } catch (error) {
    console.error(error);
  } finally {
    release();
  }
  return NextResponse.json(note);
}

app.post("/notes/:id", requireUser, async (req, res, next) => {
  const { title, body = "" } = schema.parse(req.body);
  const saved = await db.note.update({ where: { id: req.params.id }, data: { title, body } });
  res.status(200).json({ ok: true, saved });
});

export function Page({ notes, user }: Props) {
  const [open, setOpen] = useState(false);
  const shown = notes.filter((note) => note.owner === user.id);
  return (
    <main className="page" onClick={() => setOpen(!open)}>
      <h1>Notes of {user.name}</h1>
      {shown.map((note) => (
        <article key={note.id} dangerouslySetInnerHTML={{ __html: note.html }} />
      ))}
      {open ? <Dialog {...user} /> : null}
    </main>
  );
}

@Controller("notes")
export class NotesController {
  constructor(private readonly notes: NotesService) {}

  @Get(":id")
  async one(@Param("id") id: string): Promise<Note> {
    return this.notes.find(id);
  }
}
"#;

/// A statement of the whole file: where it ends, and how it prints.
struct Known {
    end: usize,
    text: String,
}

fn known() -> Vec<Known> {
    let model = model_of(Language::Tsx, ROUTE);
    let mut known = Vec::new();
    for placed in &model.segments {
        let segment = &placed.segment;
        assert!(!segment.is_incomplete());
        let bodies = segment.functions.iter().filter(|function| function.expression_body).flat_map(|function| &function.body);
        // The `return` of an expression body is written by nobody.
        let unwritten: Vec<StmtId> = bodies.copied().collect();
        for (n, stmt) in segment.stmts.iter().enumerate() {
            let id = StmtId(n as u32);
            if !unwritten.contains(&id) {
                let alone = Segment { body: vec![id], ..Segment::clone(segment) };
                known.push(Known { end: placed.absolute(stmt.span).end as usize, text: print::segment(&alone) });
            }
        }
    }
    known
}

#[test]
fn finished_statements_survive_whatever_is_typed_after_them() {
    let known = known();
    assert!(known.len() > 30);
    for cut in (0..=ROUTE.len()).filter(|cut| ROUTE.is_char_boundary(*cut)) {
        let text = printed(&model_of(Language::Tsx, &ROUTE[..cut]));
        for stmt in known.iter().filter(|stmt| stmt.end < cut) {
            assert!(text.contains(&stmt.text), "cut at {cut} after {:?}, lost {}\n{text}", &ROUTE[cut.saturating_sub(40)..cut], stmt.text);
        }
    }
}

/// Spans lie in the segment and on character boundaries, ids in the arena; printing visits everything.
fn check_whole(source: &str, model: &FileModel) {
    for placed in &model.segments {
        let segment = &placed.segment;
        let own = placed.span().of(source);
        let spans = (segment.exprs.iter().map(|expr| expr.span))
            .chain(segment.stmts.iter().map(|stmt| stmt.span))
            .chain(segment.patterns.iter().map(|pattern| pattern.span))
            .chain(segment.functions.iter().flat_map(|function| [function.span, function.params_span, function.body_span, function.name_span]))
            .chain(segment.classes.iter().map(|class| class.span))
            .chain(segment.comments.iter().map(|comment| comment.span))
            .chain(segment.errors.iter().copied());
        for span in spans {
            assert!(span.start <= span.end && own.get(span.range()).is_some(), "{span:?} in {own:?}");
        }
    }
    print::file(model);
}

#[derive(Debug, Clone)]
enum Change {
    Cut(usize, usize),
    Insert(usize, String),
    Copy(usize, usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = 0..ROUTE.len();
    let words = prop::sample::select(vec![
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        "`",
        "${",
        "'",
        "\"",
        "=>",
        "=",
        "async ",
        "await ",
        "function f(",
        "class A {",
        "case 1:",
        "switch (a) {",
        "@",
        "export ",
        "import ",
        "<div>",
        "</div>",
        "/*",
        "//",
        "é",
        "😀",
        "\\",
        "\n",
        ";",
        ",",
        ".",
        "?.",
        ":",
        "...",
        "#",
        "as const",
        "yield ",
        "!",
    ]);
    prop_oneof![
        (at.clone(), 1..200usize).prop_map(|(at, length)| Change::Cut(at, length)),
        (at.clone(), words).prop_map(|(at, word)| Change::Insert(at, word.to_owned())),
        (at.clone(), 1..80usize, at).prop_map(|(from, length, to)| Change::Copy(from, length, to)),
    ]
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn changed(mut text: String, change: &Change) -> String {
    match change {
        Change::Cut(at, length) => {
            let (from, to) = (boundary(&text, *at), boundary(&text, at + length));
            text.replace_range(from..to, "");
        }
        Change::Insert(at, word) => text.insert_str(boundary(&text, *at), word),
        Change::Copy(from, length, to) => {
            let (from, until) = (boundary(&text, *from), boundary(&text, from + length));
            let copy = text[from..until].to_owned();
            text.insert_str(boundary(&text, *to), &copy);
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_edit_makes_it_panic(changes in prop::collection::vec(change(), 1..12), cut in prop::option::of(0..ROUTE.len())) {
        let mut text = changes.iter().fold(ROUTE.to_owned(), changed);
        if let Some(cut) = cut {
            text.truncate(boundary(&text, cut));
        }
        for language in [Language::Tsx, Language::TypeScript] {
            check_whole(&text, &model_of(language, &text));
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[a-z(){}\\[\\]<>=.,;:?!@#`'\"$\\\\/*+ \n0-9é-]{0,200}") {
        check_whole(&text, &model_of(Language::Tsx, &text));
    }
}

#[test]
fn an_unchanged_segment_is_taken_over_and_a_piece_of_an_error_is_not_one() {
    let document = |text: &str| Document::new(FileId::new("/a.ts"), Language::TypeScript, 0, text);
    let whole = document("a.b()\nfoo()\n");
    let before = lower::lower(&whole, None).expect("it is code");
    let after = lower::lower(&document("x\na.b()\nfoo()\n"), Some((&whole, &before))).expect("it is code");
    assert!(std::sync::Arc::ptr_eq(&before.segments[0].segment, &after.segments[1].segment));
}

/// What breaks off, and the model of it.
fn check_unfinished(table: &[(&str, &str)]) {
    for (source, expected) in table {
        let model = model_of(Language::Tsx, source);
        assert!(model.segments.iter().any(|placed| placed.segment.is_incomplete()), "is complete: {source}");
        assert_eq!(printed(&model), *expected, "{source}");
        check_whole(source, &model);
    }
}

#[test]
fn what_is_open_takes_what_follows() {
    check_unfinished(&[
        (
            "import a from 'b'\napp.post('/x/:id', guard, async (req, res) => {\n  const { a } = req.body;\n  await db.run(`delete ${req.params.id}",
            r#"(import "b" default:a) (call (. app post) "/x/:id" guard (arrow async (req res) {(const {a: a} (. req body)) (await (call (. db run) (template "delete " (. (. req params) id))))}))"#,
        ),
        (
            "export async function POST(req: Request): Promise<Response> {\n  const a = await f();\n  if (!a) {\n    return g({ status: 401, b: { c",
            "(export (function async POST ((req :Request)) :Promise<Response> {(const a (await (call f))) (if (not a) {(return (call g (object status: 401 b: (object))))})}))",
        ),
        (
            "@Controller('x')\nexport class A extends B {\n  constructor(private c: C) {}\n  @Get(':id')\n  async d(@Param('id') id: string) {\n    return this.c.find(id",
            r#"(export (class A @(call Controller "x") (B) (field injected c :C) (constructor constructor ((c :C)) {}) (method async d @(call Get ":id") ((@(call Param "id") id :string)) {(return (call (. (. this c) find) id))})))"#,
        ),
        (
            "export function P({ n }: Props) {\n  return <main className=\"x\">\n    {n.map(m => <li key={m} dangerouslySetInnerHTML={{ __html: m.h",
            r#"(export (function P (({n: n} :Props)) {(return (jsx main className="x" (call (. n map) (arrow (m) => (jsx li key=m dangerouslySetInnerHTML=(object __html: (. m h)))))))}))"#,
        ),
        ("const a = await db.$queryRawUnsafe<A[]>('select ' + b + ", r#"(const a (await (call (. db $queryRawUnsafe) (+ (+ "select " b) (other)))))"#),
        (
            "export default f({ a: process.env.B, c: [1, new D({ e: 1",
            "(export-default (call f (object a: (. (. process env) B) c: (list 1 (new D (object e: 1))))))",
        ),
        ("try { a() } catch (e) { b(e.", "(try {(call a)}) (try {} (catch as e {(call b (other e))}))"),
        ("if (a) { b } else if (c) { d } else { e(f", "(if a {b} {(if c {d})}) {(call e f)}"),
        ("function g() { if (a) { b } else { e(f", "(function g () {(if a {b} {(call e f)})})"),
        ("try { a() } catch { b() } finally { c(", "(try {(call a)} (catch {(call b)})) (try {} finally {(call c)})"),
        ("for (const a of b) { c(a", "(each a b {(call c a)})"),
        ("while (a && b) { c(", "(while (and a b) {(call c)})"),
    ]);
}

#[test]
fn nothing_is_concluded_from_lone_pieces() {
    check_unfinished(&[
        ("const key = 'abc", "(const key (other))"),
        ("a b", "(other a) b"),
        ("f(a, b.)", "(call f a b)"),
        ("@Controller('x')", r#"(other (call Controller "x"))"#),
        ("export type * from './m'", r#"(export-names type * from "./m")"#),
    ]);
}

#[test]
fn what_belongs_to_the_file_is_not_lost_in_a_function_without_end() {
    check_unfinished(&[
        (
            "app.get('/', (req, res) => {\n  const a = req.query.b;\n\napp.post('/c', d);\n",
            r#"(call (. app get) "/" (arrow (req res) {(const a (. (. req query) b))})) (call (. app post) "/c" d)"#,
        ),
        (
            "export function f(a) {\n  if (a) {\n    g(a);\n\nexport const h = 1;\n\nexport async function i(j) {\n  return j;\n}\n",
            "(export (function f (a) {(if a {(call g a)})})) (export (const h 1)) (export (function async i (j) {(return j)}))",
        ),
    ]);
}
