//! A whole text sent anew, as the smallest change that leads to it: clients that cannot send changes, formatters and
//! assistants replace everything when they touch a line.

use ropey::Rope;

use crate::text::{Change, Encoding, Span, position};

/// The change, its range in UTF-8 columns.
pub fn smallest(before: &Rope, after: &str) -> Change {
    let old_len = before.len_bytes();
    let mut start = common_prefix(before, after);
    while !after.is_char_boundary(start) {
        start -= 1;
    }
    let most = old_len.min(after.len()) - start;
    let mut same_end = common_suffix(before, after, most);
    while !after.is_char_boundary(after.len() - same_end) {
        same_end -= 1;
    }
    // Between `\r` and `\n` there is no position.
    if splits_line_end(before, start) {
        start -= 1;
    }
    if splits_line_end(before, old_len - same_end) {
        same_end -= 1;
    }
    let old = Span::new(start as u32, (old_len - same_end) as u32);
    let text = after.get(start..after.len() - same_end).unwrap_or(after);
    Change { range: Some(position::range(before, old, Encoding::Utf8)), text: text.to_owned() }
}

fn common_prefix(before: &Rope, after: &str) -> usize {
    let mut at = 0;
    for chunk in before.chunks() {
        let rest = &after.as_bytes()[at..];
        let same = chunk.bytes().zip(rest).take_while(|(a, b)| a == *b).count();
        at += same;
        if same < chunk.len() {
            break;
        }
    }
    at
}

fn common_suffix(before: &Rope, after: &str, most: usize) -> usize {
    let (mut chunks, _, _, _) = before.chunks_at_byte(before.len_bytes());
    let mut count = 0;
    while let Some(chunk) = chunks.prev() {
        let rest = &after.as_bytes()[..after.len() - count];
        let same = chunk.bytes().rev().zip(rest.iter().rev()).take(most - count).take_while(|(a, b)| a == *b).count();
        count += same;
        if same < chunk.len() {
            break;
        }
    }
    count
}

fn splits_line_end(rope: &Rope, at: usize) -> bool {
    at > 0 && at < rope.len_bytes() && rope.byte(at - 1) == b'\r' && rope.byte(at) == b'\n'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::splice;

    fn apply(before: &str, after: &str) -> (String, String) {
        let mut rope = Rope::from_str(before);
        let change = smallest(&rope, after);
        splice(&mut rope, &change, Encoding::Utf8);
        (rope.to_string(), change.text)
    }

    #[test]
    fn only_what_differs_is_changed() {
        assert_eq!(apply("let a = 1;\nlet b = 2;\n", "let a = 1;\nlet c = 2;\n").1, "c");
        assert_eq!(apply("abc", "abc").1, "");
        assert_eq!(apply("aaaa", "aa").1, "");
        assert_eq!(apply("", "x").1, "x");
    }

    proptest! {
        #[test]
        fn it_always_leads_to_the_text(before in "[ab\r\né😀]{0,40}", after in "[ab\r\né😀]{0,40}") {
            prop_assert_eq!(apply(&before, &after).0, after);
        }

        #[test]
        fn long_texts_too(head in "[ab\r\n😀]{0,3000}", old in "[ab\r\né]{0,9}", new in "[ab\r\né]{0,9}", tail in "[ab\r\n😀]{0,3000}") {
            let after = format!("{head}{new}{tail}");
            prop_assert_eq!(apply(&format!("{head}{old}{tail}"), &after).0, after);
        }
    }
}
