//! Values that were typed in order: `0123456789abcdef`, `abcdefgh`, `deadbeefdeadbeef`. They look random to whoever only counts characters.

use super::checksum::decode_base64;

/// Shorter ones are numbers and words.
const SHORTEST: usize = 8;
/// What the fingers find beside each other.
const KEYBOARD: &str = "qwertyuiopasdfghjklzxcvbnm";

/// Nearly every character follows from the one before it, or the whole is a short piece over and over.
pub(super) fn is_in_order(value: &str) -> bool {
    let plain: Vec<u8> = value.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).collect();
    let is_text = plain.len() >= SHORTEST && plain.len() * 10 >= value.len() * 8 && !plain.windows(2).all(|pair| pair.first() == pair.last());
    is_text && (follows(&plain, follows_on) || counts_up(&plain) || repeats(&plain) || is_encoded(value))
}

/// Is nearly every pair one of these?
fn follows(values: &[u8], is_next: impl Fn(u8, u8) -> bool) -> bool {
    let next = values.windows(2).filter(|pair| matches!(pair, [a, b] if is_next(*a, *b))).count();
    next * 100 >= (values.len() - 1) * 85
}

/// One step up or down, the same once more, or from one end of a row of keys to the next.
fn follows_on(a: u8, b: u8) -> bool {
    let steps = a.abs_diff(b) <= 1;
    let turns = matches!((a, b), (b'9', b'0' | b'a') | (b'0', b'9' | b'a' | b'f' | b'z') | (b'a', b'9' | b'0') | (b'f', b'0') | (b'z', b'a' | b'0' | b'1'));
    let is_beside = || KEYBOARD.as_bytes().windows(2).any(|pair| pair == [a, b] || pair == [b, a]);
    steps || turns || is_beside()
}

/// `000102030405`: numbers of two digits, one after the other.
fn counts_up(plain: &[u8]) -> bool {
    let number = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let numbers: Option<Vec<u8>> = plain.chunks_exact(2).map(number).collect();
    plain.len() >= 2 * SHORTEST && numbers.is_some_and(|numbers| follows(&numbers, |a, b| a.abs_diff(b) <= 1))
}

/// `abcd1234abcd1234`.
fn repeats(plain: &[u8]) -> bool {
    let longest = (plain.len() / 2).min(SHORTEST);
    plain.len() >= 2 * SHORTEST && (1..=longest).any(|width| plain.iter().zip(plain.iter().skip(width)).all(|(a, b)| a == b))
}

/// The same in base64.
fn is_encoded(value: &str) -> bool {
    let bytes = (value.len() >= 16).then(|| decode_base64(value)).flatten().unwrap_or_default();
    bytes.len() >= SHORTEST && (follows(&bytes, |a, b| a.abs_diff(b) <= 1) || bytes.iter().all(u8::is_ascii_alphanumeric) && follows(&bytes, follows_on))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::secrets::sample::Random;

    #[test]
    fn what_was_typed_in_order() {
        for value in [
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz123456",
            "12345678901234567890123456789012",
            "00112233445566778899aabbccddeeff",
            "000102030405060708090a0b0c0d0e0f",
            "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
            "AAECAwQFBgcICQoLDA0ODw==",
            "fedcba9876543210fedcba9876543210",
            "deadbeefdeadbeefdeadbeefdeadbeef",
            "abcd1234abcd1234abcd1234",
            "qwertyuiopasdfghjklzxcvbnm123456",
        ] {
            assert!(is_in_order(value), "{value}");
        }
    }

    #[test]
    fn what_was_drawn_is_not() {
        let mut random = Random::new("order");
        for (alphabet, length) in [("hex", 16), ("hex", 32), ("alnum", 20), ("b64", 44), ("digits", 16)] {
            let found = (0..300).filter(|_| is_in_order(&random.draw(alphabet, length))).count();
            assert_eq!(found, 0, "{alphabet}:{length}");
        }
        for value in ["xxxxxxxxxxxxxxxx", "12345", "password", "secret-key-of-mine", "correct horse battery staple"] {
            assert!(!is_in_order(value), "{value}");
        }
    }
}
