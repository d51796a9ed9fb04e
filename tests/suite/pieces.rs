//! A document in pieces says what the whole says: always once it is left alone, and while it is being written wherever the text is
//! whole code.

use guardline::model::{FileModel, lower, print};
use guardline::syntax::{Document, Language};
use guardline::text::{Change, Encoding, FileId, Position, Range};
use proptest::prelude::*;

const TYPESCRIPT: &str = "\"use strict\";
import { a, b } from './lib';
// a comment
const query = `select *
  from notes
  where id = ${b}`;
@Injectable()
export class Notes extends Base {
  private readonly db = connect();
  constructor(private a: A) { super(); }
  async list(owner: string) { return this.db.find({ owner, text: 'a \\'quoted\\' one' }); }
  /** doc } { */
  get size() { return 1; }
}
export default function handler(req: Request): Promise<Response> {
  if (req.method === 'GET') { return ok(`${a(`inner ${req.url}`)}`); } else { throw new Error('no'); }
}
try { start(); } catch (error) { log(error); } finally { stop(); }
const types = <T,>(value: T) => value;
app.get('/a', async (req, res) => { res.json(await a(req.params.id)); });
let x = 1; let y = 2;
";

const HUGE: &str = "module.exports = app => {\n  app.get('/a', (req, res) => {\n    res.send('a');\n  });\n  app.post('/b', (req, res) => {\n    res.send({ b: [1, 2, 3], c: `x${req.body.c}` });\n  });\n};\n";

const TSX: &str = "import React from 'react';\nexport const Card = ({ note }: Props) => (\n  <div className=\"card\" onClick={() => open(note.id)}>\n    <b>{note.title}</b>\n    {note.tags.map((tag) => <i key={tag}>{tag}</i>)}\n  </div>\n);\nexport default Card;\n";

const PYTHON: &str = "\"\"\"A module.

def not_code(): pass
\"\"\"
from flask import Flask, request
import sqlite3

app = Flask(__name__)
LIMIT = {
    'a': 1,
    'b': [2, 3],
}


@app.route('/notes/<id>')
@login_required
def note(id):
    \"\"\"One note.\"\"\"
    row = db.execute('select * from notes where id = ?', (id,)).fetchone()
    if row is None:
        return 'no', 404
    elif row['a']:
        # a comment
        return f'{row[\"title\"]!r}'
    else:
        return {'id': id}


class Notes(Base):
    name: str = 'notes'

    def rows(self, *, limit=LIMIT['a']):
        for row in self.query(limit):
            yield row


try:
    import fast
except ImportError:
    fast = None
x = 1; y = 2
if __name__ == '__main__':
    app.run()
";

fn files() -> Vec<(&'static str, String)> {
    let crlf = |text: &str| text.replace('\n', "\r\n");
    vec![
        ("a.ts", TYPESCRIPT.to_owned()),
        ("b.ts", crlf(TYPESCRIPT)),
        ("c.js", HUGE.to_owned()),
        ("d.tsx", TSX.to_owned()),
        ("e.py", PYTHON.to_owned()),
        ("f.py", crlf(PYTHON)),
    ]
}

/// A document that is being written, and its model as the engine keeps it.
struct Written {
    document: Document,
    model: Option<FileModel>,
}

impl Written {
    fn new(name: &str, text: &str) -> Written {
        let file = FileId::new(&format!("/w/{name}"));
        let document = Document::new(file.clone(), Language::of(&file).expect("a language"), 1, text);
        let model = lower::lower(&document, None);
        Written { document, model }
    }

    /// Byte offsets that lie between characters.
    fn edit(&mut self, start: usize, end: usize, text: &str) {
        let rope = self.document.rope();
        let position = |offset: usize| {
            let line = rope.byte_to_line(offset);
            Position { line: line as u32, column: (offset - rope.line_to_byte(line)) as u32 }
        };
        let change = Change { range: Some(Range { start: position(start), end: position(end) }), text: text.to_owned() };
        let next = self.document.edited(self.document.version + 1, &[change], Encoding::Utf8);
        self.become_(next);
    }

    fn become_(&mut self, next: Document) {
        self.model = lower::lower(&next, self.model.as_ref().map(|model| (&self.document, model)));
        self.document = next;
    }

    fn settle(&mut self) {
        self.become_(self.document.settled());
    }

    fn fresh(&self) -> Option<FileModel> {
        let fresh = Document::new(self.document.file.clone(), self.document.language, 0, &self.document.text());
        lower::lower(&fresh, None)
    }

    fn check_settled(&mut self) {
        self.settle();
        assert_eq!(told(self.model.as_ref()), told(self.fresh().as_ref()), "{}", self.document.text());
    }

    /// Every segment stands where its text stands, in order, with nothing but blanks between.
    fn check_places(&self) {
        let Some(model) = &self.model else { return };
        let text = self.document.text();
        let mut end = 0;
        for placed in &model.segments {
            let span = placed.span();
            assert!(end <= span.start && span.end as usize <= text.len(), "{span:?} after {end} in {text}");
            end = span.end;
        }
    }
}

/// The model in words, with places.
fn told(model: Option<&FileModel>) -> Option<Vec<String>> {
    let model = model?;
    Some(model.segments.iter().map(|placed| format!("{:?} {} {:?}", placed.span(), print::segment(&placed.segment), placed.segment.errors)).collect())
}

/// Takes pieces out of each file and types them again, a character at a time. Where the text is whole code, so are its pieces.
#[test]
fn what_is_whole_is_read_as_the_whole() {
    let mut compared = 0;
    for (name, text) in files() {
        let mut written = Written::new(name, &text);
        let lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        for window in lines.windows(4).step_by(2) {
            let (start, end) = (window[0], window[3]);
            let removed = text[start..end].to_owned();
            written.edit(start, end, "");
            for (at, char) in removed.char_indices() {
                written.edit(start + at, start + at, char.encode_utf8(&mut [0; 4]));
                written.check_places();
                let fresh = written.fresh();
                if fresh.as_ref().is_some_and(|fresh| fresh.segments.iter().all(|placed| placed.segment.errors.is_empty())) {
                    compared += 1;
                    assert_eq!(
                        told(written.model.as_ref()),
                        told(fresh.as_ref()),
                        "{name} after {:?}\n{}",
                        &removed[..at + char.len_utf8()],
                        written.document.text()
                    );
                }
            }
        }
        written.check_settled();
    }
    assert!(compared > 500, "only {compared} texts were whole");
}

#[derive(Clone, Debug)]
struct Step {
    at: usize,
    length: usize,
    snippet: &'static str,
    settles: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let snippet = prop::sample::select(vec![
        "",
        " ",
        "\n",
        "\r\n",
        "x",
        "{",
        "}",
        "(",
        ")",
        "[",
        "\"",
        "'''",
        "\"\"\"",
        "`",
        "/*",
        "*/",
        "// c\n",
        "# c\n",
        ";",
        "@dec\n",
        "else:\n",
        "    pass\n",
        "function f() {\n",
        "const a = b\n",
        "(c)\n",
        "def f():\n",
        "class A {",
        "é😀",
        "<T>",
        "=>",
        "export ",
        "async ",
    ]);
    let step = (0usize..2000, prop_oneof![3 => Just(0usize), 1 => 0usize..40, 1 => 0usize..400], snippet, prop::bool::weighted(0.2))
        .prop_map(|(at, length, snippet, settles)| Step { at, length, snippet, settles });
    prop::collection::vec(step, 1..14)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn once_it_is_left_alone_it_is_as_if_opened_anew(file in 0usize..6, steps in steps()) {
        let (name, text) = files().swap_remove(file);
        let mut written = Written::new(name, &text);
        for step in steps {
            let text = written.document.text();
            let floor = |mut at: usize| { at = at.min(text.len()); while !text.is_char_boundary(at) { at -= 1; } at };
            let start = floor(step.at % (text.len() + 1));
            written.edit(start, floor(start + step.length), step.snippet);
            written.check_places();
            if step.settles {
                written.check_settled();
            }
        }
        written.check_settled();
    }
}
