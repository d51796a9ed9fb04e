use super::{check, model, show};
use crate::model::StmtKind;

/// What people and models write: imports, models, routes, a view, a script at the end.
const APP: &str = r#"""""Notes API."""
from __future__ import annotations

import os
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, status
from flask import Blueprint, jsonify, request
from sqlalchemy import Column, ForeignKey, Integer, String, select
from sqlalchemy.orm import Session, relationship

from .database import Base, get_db
from .security import get_current_user as current_user

SECRET = os.environ["SECRET"]
app = FastAPI(title="Notes", debug=False)
router = APIRouter(prefix="/notes", dependencies=[Depends(current_user)])


class Note(Base):
    """A note of a user."""
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
    owner_id: int = Column(Integer, ForeignKey("users.id"))
    owner = relationship("User", back_populates="notes")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.id}: {self.owner!r:>{10}}"


@router.get("/{note_id}", response_model=NoteOut)
async def read_note(note_id: int, db: Annotated[Session, Depends(get_db)], user: User = Depends(current_user)):
    # Only the owner reads it.
    note = db.get(Note, note_id)
    if note is None or note.owner_id != user.id:
        raise HTTPException(status_code=404, detail="not found")
    elif not note.published:
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    else:
        return {"id": note.id, **note.extra}


pages = Blueprint("pages", __name__)


@pages.route("/search", methods=["POST"])
def search():
    try:
        with db.begin() as tx, lock:
            rows = [row for row in tx.execute(f"SELECT * FROM notes WHERE text = '{request.args['q']}'") if row.visible]
    except (KeyError, ValueError) as error:
        return jsonify({"error": str(error)}), 400
    match request.method:
        case "POST" | "PUT" if rows:
            return jsonify(rows[0:10])
        case _:
            pass
    return jsonify([]), 200


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.getenv("PORT", "8000")))
"#;

/// Definitions of the program by the end of their headers, and what they print as from there on.
const HEADERS: [(&str, &str); 5] = [
    ("class Note(Base):", "(class Note (Base)"),
    ("    class Meta:", "(class Meta"),
    ("    def __str__(self) -> str:", "(method __str__ (self) :str=str"),
    ("user: User = Depends(current_user)):", "(function async read_note @(call (. router get) \"/{note_id}\" response_model=NoteOut) ((note_id :int"),
    ("def search():", "(function search @(call (. pages route) \"/search\" methods=(list \"POST\")) ()"),
];

#[test]
fn truncated_anywhere_the_finished_statements_and_headers_stay() {
    let whole = model(APP);
    assert!(whole.segments.iter().all(|placed| !placed.segment.is_incomplete()));
    let items = whole.segments.iter().map(|placed| (placed.span().end as usize + 2, crate::model::print::segment(&placed.segment)));
    let headers = HEADERS.map(|(header, shown)| (APP.find(header).expect("it is in the program") + header.len(), shown.to_owned()));
    // An item is finished when the next one has begun on a line of its own.
    let finished: Vec<(usize, String)> = items.chain(headers).collect();
    let mut kept = 0;
    for (end, _) in APP.char_indices() {
        let text = &APP[..end];
        let shown = show(text);
        for (_, expected) in finished.iter().filter(|(from, _)| *from < end) {
            assert!(shown.contains(expected.as_str()), "\n{expected}\nlost in\n{text}\n{shown}");
            kept += 1;
        }
    }
    assert!(kept > 15_000);
}

#[test]
fn removing_any_byte_or_line_breaks_nothing() {
    for (at, character) in APP.char_indices() {
        let text = format!("{}{}", &APP[..at], &APP[at + character.len_utf8()..]);
        show(&text);
    }
    let lines: Vec<&str> = APP.lines().collect();
    for skipped in 0..lines.len() {
        let text: Vec<&str> = lines.iter().enumerate().filter(|(n, _)| *n != skipped).map(|(_, line)| *line).collect();
        show(&text.join("\r\n"));
    }
}

#[test]
fn errors_and_missing_tokens_are_marked() {
    for (text, marked) in [("x = 1\n", 0), ("x = (\n", 1), ("foo.\n", 1), ("def f(:\n  pass\n", 1), ("x = 1 1\n", 1)] {
        let model = model(text);
        let errors: usize = model.segments.iter().map(|placed| placed.segment.errors.len()).sum();
        assert!((errors > 0) == (marked > 0), "{text}");
        for placed in &model.segments {
            assert!(placed.segment.errors.iter().all(|error| error.end <= placed.segment.len));
        }
    }
}

#[test]
fn what_can_be_read_is_read() {
    check(&[
        ("foo.\n", "foo"),
        ("x =\n", "x"),
        ("f(a, \"s\",\n", "(other f a \"s\")"),
        ("x = f(\n    a,\n    b=1,\n", "(other x f a (= b 1))"),
        // An unclosed parenthesis takes the assignments after it for keyword arguments.
        ("x = f(a,\ny = 2\n", "(other x f a) (= y 2)"),
        ("x = \"a\"\ny = f(\"b\",\n", "(= x \"a\")\n(other y f \"b\")"),
        ("x = f\"abc {d\ny = 1\n", "x d (= y 1)"),
        ("x = {\"a\": 1, \"b\":\n", "(other x (object a: 1) \"b\")"),
        ("for x in\n", "x"),
        ("@app.get(\"/\")\n", "(call (. app get) \"/\")"),
        ("def f():\n", "(function f () {})"),
        ("class A:\n", "(class A)"),
        ("try:\n  a\n", "(try {a})"),
        ("import a,\n", "(import \"a\" *:a)"),
        ("from x import\n", "x"),
    ]);
}

#[test]
fn headers_that_lie_in_pieces_are_put_together() {
    check(&[
        ("@app.get(\"/\")\nasync def f(x: int, y", "(function async f @(call (. app get) \"/\") ((x :int=int) y) {})"),
        ("def f(x: int = 1, *, y: ", "(function f ((x :int=int = 1) (named y)) {})"),
        ("class A(B", "(class A (B))"),
        (
            "class A(B, c=1):\n    \"\"\"About.\"\"\"\n    x = 1\n\n    @a\n    def f(self):\n        return self.x\n\n    @b\n    async def g(self, y",
            "(class A (B c=1) (field x 1) (method f @a (self) {(return (. self x))}) (method async g @b (self y) {}) \"About.\")",
        ),
        ("class A:\n    class Meta:\n        x = 1\n        y = [", "(class A (class Meta (field x 1) y))"),
    ]);
}

#[test]
fn the_pieces_of_a_function_stay_in_it() {
    let shown =
        show("import a\n\n\n@r.get(\"/\")\ndef f(x):\n    try:\n        with a as b, c:\n            y = g(x)\n            z = [h for h in y.all(f\"{x}");
    let expected = "(import \"a\" *:a)\n(function f @(call (. r get) \"/\") (x) \
        {{{(with b (enter a)) (enter c) (= y (call g x)) (other z h h (. y all) (other x))}}})";
    assert_eq!(shown, expected);
}

#[test]
fn what_is_finished_in_a_broken_file_is_not_marked() {
    let text = "import a\n\nclass A(B):\n    def f(self):\n        return 1\n    def g(self, y";
    let model = model(text);
    let marked: Vec<&str> = model.segments.iter().flat_map(|placed| placed.segment.errors.iter().map(|error| placed.absolute(*error).of(text))).collect();
    assert_eq!(marked, ["def g(self, y"]);
    assert_eq!(model.segments.len(), 2);
}

#[test]
fn a_body_keeps_what_stands_before_the_line_being_typed() {
    for tail in ["if a.", "x = f(", "return {", "for", "x: ", "with open(", "y = \"abc", "y = f'{", "@", "raise H("] {
        let text = format!("@app.get(\"/\")\ndef f(x: int):\n    a = g(x)\n    if a:\n        return b\n    {tail}\n");
        let shown = show(&text);
        assert!(shown.contains("(= a (call g x))"), "{tail}: {shown}");
        assert!(shown.contains("(return b)"), "{tail}: {shown}");
    }
}

#[test]
fn errors_inside_a_statement_come_after_it() {
    let text = "def f():\n    a = g(1 ? \"lost\")\n    b = 2\n";
    let shown = show(text);
    assert!(shown.contains("\"lost\""), "{shown}");
    assert!(shown.contains("(= b 2)"), "{shown}");
    let segment = super::segment(text);
    let function = &segment.functions[0];
    assert!(matches!(segment[function.body[0]].kind, StmtKind::Expr(_)));
}
