//! Sets of bytes, written like a character class: `[A-Za-z0-9_-]`.

use serde::Deserialize;

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct ByteSet([u64; 4]);

impl TryFrom<String> for ByteSet {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        inside.map(|inside| ByteSet::of_class(inside.as_bytes())).ok_or_else(|| format!("`{text}` should be a character class"))
    }
}

impl ByteSet {
    pub fn contains(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 == 1)
    }

    fn insert(&mut self, byte: u8) {
        if let Some(word) = self.0.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }

    /// The inside of a class: single bytes and ranges; an escape stands for its character. A negated class is empty.
    fn of_class(inside: &[u8]) -> ByteSet {
        let mut set = ByteSet::default();
        if inside.first() == Some(&b'^') {
            return set;
        }
        let mut rest = inside;
        loop {
            rest = match rest {
                [] => return set,
                [b'\\', b's' | b'w' | b'd', rest @ ..] => rest,
                [b'\\', byte, rest @ ..] => {
                    set.insert(*byte);
                    rest
                }
                [from, b'-', to, rest @ ..] => {
                    (*from..=*to).for_each(|byte| set.insert(byte));
                    rest
                }
                [byte, rest @ ..] => {
                    set.insert(*byte);
                    rest
                }
            };
        }
    }

    /// The last class in a pattern: what would make one of its tokens longer.
    pub fn last_class_of(pattern: &str) -> ByteSet {
        let Some(open) = pattern.rfind('[') else { return ByteSet::default() };
        let inside = pattern.get(open + 1..).unwrap_or("");
        let close = inside.find(']').unwrap_or(0);
        ByteSet::of_class(inside.get(..close).unwrap_or("").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_read_like_in_a_pattern() {
        let set = ByteSet::last_class_of("sk-[A-Z]{3}-[a-f0-9_-]{4}AA");
        for byte in *b"af09_-" {
            assert!(set.contains(byte), "{}", byte as char);
        }
        assert!(!set.contains(b'g') && !set.contains(b'A'));
        assert_eq!(ByteSet::last_class_of(r"x[^\s]{3}"), ByteSet::default());
        assert_eq!(ByteSet::last_class_of("abc"), ByteSet::default());
    }
}
