use proptest::prelude::*;

use super::model;
use crate::model::{FileModel, print};

const SEED: &str = "@a.b(c)\nasync def f(x: int = 1, *y, **z) -> 'T':\n    async with p as q, r: s\n    try:\n        return [i async for i in j if k]\n    except (A, B) as e:\n        raise C from e\n    finally: del t[0]\nclass D(E, m=F):\n    g: int = h\n    i = j, *k = l\nmatch u, v:\n    case {'a': w, **x} | G(h=1) as y if z: pass\n    case [1, -2, *_]: b\nx = f'a{b!r:>{c}}' r'\\d' b\"\"\"e\n\"\"\" if not d else lambda g, *h: (yield)\nfor a, b in c: break\nelse: print >>d, e\n";

/// Spans lie in their segments and on character boundaries, ids in their arenas, and printing ends.
fn check(text: &str, model: &FileModel) {
    for placed in &model.segments {
        let segment = &placed.segment;
        let own = placed.span().of(text);
        assert_eq!(own.len() as u32, segment.len);
        let spans = segment.exprs.iter().map(|expr| expr.span);
        let spans = spans.chain(segment.stmts.iter().map(|stmt| stmt.span)).chain(segment.patterns.iter().map(|pattern| pattern.span));
        for span in spans.chain(segment.comments.iter().map(|comment| comment.span)).chain(segment.errors.iter().copied()) {
            assert!(span.start <= span.end && own.get(span.range()).is_some(), "{span:?} in {own:?}");
        }
        print::segment(segment);
    }
}

fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("\n".to_owned()),
        Just("\r\n    ".to_owned()),
        Just("\t".to_owned()),
        Just("é😀".to_owned()),
        "[(){}\\[\\]:,.'\"\\\\#=*@|-]{1,3}",
        "(if|elif|else:|def f|class|match|case|with|as|lambda|f'\\{|async|await|yield|for|in|not|try:|except|\\*\\*|:=|print) ?",
        "\\PC{0,4}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_edit_of_a_program_panics(edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..40, fragment()), 1..12)) {
        let mut text = SEED.to_owned();
        for (at, removed, inserted) in edits {
            let borders: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let from = at.index(borders.len());
            let to = (from + removed).min(borders.len() - 1);
            text.replace_range(borders[from]..borders[to], &inserted);
        }
        check(&text, &model(&text));
    }

    #[test]
    fn no_text_panics(pieces in prop::collection::vec(fragment(), 0..60)) {
        let text = pieces.concat();
        check(&text, &model(&text));
    }
}
