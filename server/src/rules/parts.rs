//! A value taken apart into what somebody else may have put into it: the holes of a text, through branches and lists.

use crate::facts::place::Site;
use crate::facts::value::{Kind, Piece, Value};

/// A value that was put into a text, and where.
pub struct Hole<'v> {
    pub value: &'v Value,
    /// Where it is put into the text; `None` for a value as a whole.
    pub site: Option<&'v Site>,
    /// Something is written before it in its text.
    pub follows: bool,
}

const DEEPEST: u32 = 6;

/// All holes of a value. What is certainly not from outside is left out.
pub fn of(value: &Value) -> Vec<Hole<'_>> {
    let mut found = Vec::new();
    collect(value, None, false, &mut found, 0);
    found
}

fn collect<'v>(value: &'v Value, site: Option<&'v Site>, follows: bool, out: &mut Vec<Hole<'v>>, depth: u32) {
    if depth > DEEPEST {
        return;
    }
    match value.kind() {
        Kind::Text(text) => {
            for (at, piece) in text.pieces.iter().enumerate() {
                if let Piece::Hole { value, site } = piece {
                    collect(value, Some(site), at > 0, out, depth + 1);
                }
            }
        }
        Kind::Union(alternatives) => alternatives.iter().for_each(|alternative| collect(&alternative.value, site, follows, out, depth + 1)),
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).for_each(|item| collect(item, site, follows, out, depth + 1)),
        Kind::Promise(inner) => collect(inner, site, follows, out, depth + 1),
        _ if !value.taint().is_empty() => out.push(Hole { value, site, follows }),
        _ => {}
    }
}

/// What is written around the holes, as far as it is known.
pub fn literals(value: &Value) -> String {
    let mut all = String::new();
    gather(value, &mut all, 0);
    all
}

fn gather(value: &Value, out: &mut String, depth: u32) {
    const LONGEST: usize = 16 * 1024;
    if depth > DEEPEST || out.len() > LONGEST {
        return;
    }
    match value.kind() {
        Kind::Str(text) => out.push_str(text),
        Kind::Text(text) => {
            for piece in &text.pieces {
                match piece {
                    Piece::Literal(literal) => out.push_str(literal),
                    Piece::Hole { value, .. } => {
                        out.push(' ');
                        gather(value, out, depth + 1);
                    }
                }
            }
        }
        Kind::Union(alternatives) => alternatives.iter().for_each(|alternative| gather(&alternative.value, out, depth + 1)),
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).for_each(|item| gather(item, out, depth + 1)),
        Kind::Promise(inner) => gather(inner, out, depth + 1),
        _ => {}
    }
}
