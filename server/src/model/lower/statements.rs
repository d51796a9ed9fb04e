//! What the statements of an item were lowered to, so that a key typed in one of them does not cost what all of them cost.
//!
//! A statement without errors is known by its text, its kind and what around it makes a difference; what was made of it is copied from
//! the segment it was made in. It belongs to the model of a file, speaks of the items that were lowered last, and goes with it.

use std::hash::Hasher;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};
use smallvec::SmallVec;
use tree_sitter::Node;

use super::Cx;
use crate::model::{Marks, Moves, Part, Segment, StmtId};
use crate::text::Span;

/// The statements that were lowered last.
#[derive(Default, Debug)]
pub struct Statements {
    segments: Vec<Arc<Segment>>,
    /// Each before those inside it.
    all: Vec<Lowered>,
    by_key: FxHashMap<u64, u32>,
}

/// Past this many nothing more is remembered: nobody types in so much at once.
const MOST: usize = 16_384;

/// What was made of one statement.
#[derive(Clone, Debug)]
pub(super) struct Lowered {
    /// `None` if it cannot stand for itself.
    key: Option<u64>,
    len: u32,
    /// Of which segment.
    segment: u32,
    part: Part,
    /// The statements that it became.
    out: SmallVec<[StmtId; 1]>,
    /// How many behind it are inside it.
    inside: u32,
    effects: Effects,
}

/// What a statement tells those around it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Effects {
    pub breaks: bool,
    pub yields: bool,
}

/// A statement that is being lowered.
pub(super) struct Begun {
    at: usize,
    from: Marks,
}

impl Statements {
    /// Takes over what was lowered to a segment.
    pub(super) fn add(&mut self, segment: &Arc<Segment>, lowered: Vec<Lowered>) {
        if lowered.is_empty() || self.all.len() + lowered.len() > MOST {
            return;
        }
        let (own, first) = (self.segments.len() as u32, self.all.len() as u32);
        self.segments.push(Arc::clone(segment));
        self.by_key.extend((first..).zip(&lowered).filter_map(|(at, lowered)| Some((lowered.key?, at))));
        self.all.extend(lowered.into_iter().map(|lowered| Lowered { segment: own, ..lowered }));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// A statement, and after it those inside it.
    fn find(&self, key: u64, len: u32) -> Option<&[Lowered]> {
        let at = *self.by_key.get(&key)? as usize;
        let found = self.all.get(at).filter(|found| found.len == len)?;
        self.all.get(at..=at + found.inside as usize)
    }
}

impl Cx<'_> {
    /// The name of a statement, by which what was made of it is known: `None` where none is asked for, and for broken ones. `around`: what
    /// else makes a difference.
    pub(super) fn key(&self, node: Node<'_>, around: &[usize]) -> Option<u64> {
        self.lowered.as_ref()?;
        if node.has_error() {
            return None;
        }
        let mut hasher = FxHasher::default();
        hasher.write_u16(node.kind_id());
        hasher.write_u32(self.depth);
        around.iter().for_each(|context| hasher.write_usize(*context));
        hasher.write(self.text_of(node).as_bytes());
        Some(hasher.finish())
    }

    /// What was made of the same statement before, copied to this place.
    pub(super) fn again(&mut self, key: u64, span: Span, out: &mut Vec<StmtId>) -> Option<Effects> {
        let before = self.before?;
        let found = before.find(key, span.len())?;
        let first = found.first()?;
        let source = before.segments.get(first.segment as usize)?;
        let moves = self.builder.copy(source, &first.part, span.start)?;
        let was = Span::new(first.part.start, first.part.start + first.len);
        let from = source.comments.partition_point(|comment| comment.span.start < was.start);
        if self.comments_inside {
            let inside = source.comments.iter().skip(from).take_while(|comment| comment.span.end <= was.end);
            let copies = inside.map(|comment| crate::model::Comment { span: moves.span(comment.span), text: comment.text.clone() });
            self.builder.segment.comments.extend(copies);
        }
        out.extend(first.out.iter().map(|id| moves.stmt_id(*id)));
        if let Some(lowered) = &mut self.lowered {
            lowered.extend(found.iter().map(|statement| statement.moved(&moves)));
        }
        Some(first.effects)
    }

    pub(super) fn begin(&mut self) -> Begun {
        let (from, lowered) = (self.builder.marks(), self.lowered.get_or_insert_default());
        let part = Part { from, to: from, start: 0 };
        lowered.push(Lowered { key: None, len: 0, segment: 0, part, out: SmallVec::new(), inside: 0, effects: Effects::default() });
        Begun { at: lowered.len() - 1, from }
    }

    /// The statement became `out`. `key`: none if it did something else, too.
    pub(super) fn finish(&mut self, begun: Begun, key: Option<u64>, span: Span, out: &[StmtId], effects: Effects) {
        let to = self.builder.marks();
        let Some(lowered) = &mut self.lowered else { return };
        let inside = (lowered.len() - begun.at - 1) as u32;
        if let Some(this) = lowered.get_mut(begun.at) {
            let part = Part { from: begun.from, to, start: span.start };
            *this = Lowered { key, len: span.len(), segment: 0, part, out: SmallVec::from_slice(out), inside, effects };
        }
    }

    /// A statement that was lowered is changed afterwards: what is known of it no longer stands for its text.
    pub(super) fn amend(&mut self, id: StmtId) {
        self.lowered.iter_mut().flatten().filter(|lowered| lowered.part.has_stmt(id)).for_each(|lowered| lowered.key = None);
    }
}

impl Lowered {
    fn moved(&self, moves: &Moves) -> Lowered {
        let out = self.out.iter().map(|id| moves.stmt_id(*id)).collect();
        Lowered { part: self.part.moved(moves), out, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{ExprKind, FileModel, lower::lower};
    use crate::syntax::{Document, Language};
    use crate::text::{Change, Encoding, FileId, Range, position};

    const TYPESCRIPT: &str = "export async function handler(request: Request, { params }: { params: { id: string } }) {
  const { id, rest = 1 } = params; // one
  let total = 0;
  outer: for (let i = 0; i < 3; i++) { if (i > 1) break outer; total += i; }
  switch (id) { case 'a': total = 1; case 'b': { total += 2; break; } default: throw new Error(`no ${id}`); }
  try { await db.query(`select ${id}`, [...rest]); } catch (error) { log(error!); } finally { done(); }
  class Inner { constructor(private a = 1) { super(); } get size() { return this.a ?? 2; } }
  const view = <T,>(a: T) => { return { a, ['b']: [a, , 'text'], c() { yield* a; } }; };
  if (id) { return new Response(String(total)); } else if (total) { return /x/g; } else return await view(id);
}
";
    const PYTHON: &str = "@app.get('/x')
async def handler(item: Item = Depends(get), *, key='a'):
    \"\"\"Doc.\"\"\"
    total, *rest = [x for x in item if x]  # one
    for entry in rest:
        if entry: break
        total += entry['text']
    else:
        yield total
    with open(f'a{key!r}') as file, lock:
        data = {'a': 1, **item}
    try:
        assert data, 'no'
    except (KeyError, ValueError) as error:
        raise Error('text') from error
    class Inner(Base, table=True):
        name: str = 'n'
        def size(self): return lambda y: y or None
    match key:
        case 'a' | 'b': pass
        case _: return (yield total)
";

    fn document(language: Language, text: &str) -> Document {
        Document::new(FileId::new("/a"), language, 1, text)
    }

    fn edited(document: &Document, at: usize, gone: usize, typed: &str) -> Document {
        let rope = document.rope();
        let whole = |at: usize| rope.char_to_byte(rope.byte_to_char(at.min(rope.len_bytes())));
        let place = |at: usize| position::position(rope, whole(at) as u32, Encoding::Utf16);
        let change = Change { range: Some(Range { start: place(at), end: place(at + gone) }), text: typed.to_owned() };
        document.edited(document.version + 1, &[change], Encoding::Utf16)
    }

    /// The texts of all literals, as they lie in memory.
    fn texts(model: &FileModel) -> Vec<Arc<str>> {
        let exprs = model.segments.iter().flat_map(|placed| &placed.segment.exprs);
        exprs.filter_map(|expr| if let ExprKind::Str(text) = &expr.kind { Some(Arc::clone(text)) } else { None }).collect()
    }

    fn is_copied(language: Language, text: &str, at: usize, literal: &str) {
        let first = document(language, text);
        let mut known = (first.clone(), lower(&first, None).expect("code"));
        for (nth, key) in ["b", "c"].into_iter().enumerate() {
            let next = edited(&known.0, at + nth, 0, key);
            let model = lower(&next, Some((&known.0, &known.1))).expect("code");
            let find = |model: &FileModel| texts(model).into_iter().find(|text| **text == *literal).expect("the literal");
            let is_same = Arc::ptr_eq(&find(&model), &find(&known.1));
            assert_eq!(is_same, nth == 1, "the first key in an item remembers it, the next one uses that");
            known = (next, model);
        }
    }

    #[test]
    fn statements_that_nobody_types_in_are_copied() {
        is_copied(Language::TypeScript, TYPESCRIPT, TYPESCRIPT.find("total = 0").unwrap_or(0), "text");
        is_copied(Language::Python, PYTHON, PYTHON.find("total, ").unwrap_or(0), "no");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

        /// Lowering after any edits is what lowering anew is.
        #[test]
        fn what_is_copied_is_what_would_be_made(
            python in any::<bool>(),
            edits in prop::collection::vec((0..1100_usize, 0..6_usize, "[a-c(){};:'`\\n =.,#/]{0,3}|    |if x:|if \\(x\\) \\{|\\}|yield 1|break|import x|//|#"), 1..12),
        ) {
            let (language, text) = if python { (Language::Python, PYTHON) } else { (Language::TypeScript, TYPESCRIPT) };
            let first = document(language, text);
            let mut known = (first.clone(), lower(&first, None).expect("code"));
            for (at, gone, typed) in edits {
                let next = edited(&known.0, at, gone, &typed);
                let Some(model) = lower(&next, Some((&known.0, &known.1))) else { return Ok(()) };
                let anew = lower(&next, None).expect("it can be parsed");
                prop_assert_eq!(model.segments.len(), anew.segments.len());
                for (a, b) in model.segments.iter().zip(&anew.segments) {
                    prop_assert_eq!((a.start, &*a.segment), (b.start, &*b.segment));
                }
                known = (next, model);
            }
        }
    }
}
