//! How random a value looks. Entropy alone takes Tailwind classes for keys, so words are looked for as well.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

const WORDS: &str = include_str!("../../../../queries/catalogue/words.txt");

static WORD_SET: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| WORDS.split_whitespace().collect());

/// Shannon entropy in bits per character, over bytes.
pub(super) fn bits(value: &str) -> f32 {
    let mut counts = [0u32; 256];
    for byte in value.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let length = value.len() as f32;
    counts.iter().filter(|count| **count > 0).map(|count| *count as f32 / length).map(|p| -p * p.log2()).sum()
}

pub(super) fn digits(value: &str) -> usize {
    value.bytes().filter(u8::is_ascii_digit).count()
}

pub(super) fn is_mixed_case(value: &str) -> bool {
    value.bytes().any(|b| b.is_ascii_uppercase()) && value.bytes().any(|b| b.is_ascii_lowercase())
}

/// The smallest alphabet that a value is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Alphabet {
    Digits,
    Hex,
    LowerAndDigits,
    Base62,
    Base64,
}

impl Alphabet {
    fn of(value: &str) -> Alphabet {
        let all = |fits: fn(&u8) -> bool| value.as_bytes().iter().all(fits);
        if all(u8::is_ascii_digit) {
            Alphabet::Digits
        } else if all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f')) || all(|b| b.is_ascii_digit() || matches!(b, b'A'..=b'F')) {
            Alphabet::Hex
        } else if all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()) || all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
            Alphabet::LowerAndDigits
        } else if all(u8::is_ascii_alphanumeric) {
            Alphabet::Base62
        } else {
            Alphabet::Base64
        }
    }

    /// The first percentile of the entropy of random strings, by length. Measured on 4,000 draws each.
    const fn measured(self) -> [(f32, f32); 7] {
        match self {
            Alphabet::Digits => [(10.0, 9.0), (16.0, 9.0), (20.0, 9.0), (24.0, 9.0), (32.0, 9.0), (40.0, 9.0), (64.0, 9.0)],
            Alphabet::Hex => [(10.0, 2.2), (16.0, 2.6), (20.0, 2.9), (24.0, 3.0), (32.0, 3.2), (40.0, 3.4), (64.0, 3.6)],
            Alphabet::LowerAndDigits => [(10.0, 2.6), (16.0, 3.1), (20.0, 3.4), (24.0, 3.6), (32.0, 3.9), (40.0, 4.1), (64.0, 4.5)],
            Alphabet::Base62 => [(10.0, 2.8), (16.0, 3.3), (20.0, 3.6), (24.0, 3.8), (32.0, 4.2), (40.0, 4.4), (64.0, 4.9)],
            Alphabet::Base64 => [(10.0, 2.8), (16.0, 3.3), (20.0, 3.6), (24.0, 3.9), (32.0, 4.2), (40.0, 4.5), (64.0, 4.9)],
        }
    }

    fn threshold(self, length: usize) -> f32 {
        let length = length as f32;
        let table = self.measured();
        let (mut below, mut above) = (table[0], table[6]);
        for point in table {
            if point.0 <= length {
                below = point;
            } else {
                above = point;
                break;
            }
        }
        if length <= below.0 || above.0 <= below.0 {
            return below.1;
        }
        below.1 + (above.1 - below.1) * (length - below.0) / (above.0 - below.0)
    }
}

/// True if nothing speaks against the value having been drawn at random.
pub(super) fn is_random(value: &str) -> bool {
    let alphabet = Alphabet::of(value);
    let enough = match alphabet {
        Alphabet::Digits => false,
        Alphabet::Hex => digits(value) >= 3 && value.len() - digits(value) >= 3,
        Alphabet::LowerAndDigits => digits(value) >= 2 && digit_places(value) >= 2,
        Alphabet::Base62 | Alphabet::Base64 => digits_inside(value),
    };
    enough && bits(value) >= alphabet.threshold(value.len()) && !is_prose(value)
}

/// True if a part of the value is random, or all of it without its separators: `sk-<hex>`, `0x<hex>`, UUIDs.
pub(super) fn has_random_part(value: &str) -> bool {
    let parts = value.split(['-', '_', '.', 'x']).filter(|part| part.len() >= 20);
    let joined: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    parts.chain([joined.as_str()]).any(is_random)
}

/// How many separate runs of digits there are.
fn digit_places(value: &str) -> usize {
    value.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).count()
}

/// A digit somewhere before the last run: `Spring2024` has none.
fn digits_inside(value: &str) -> bool {
    let body = value.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '=' | '!' | '.'));
    body.bytes().any(|b| b.is_ascii_digit())
}

/// True if most letters belong to words: identifiers, class lists, sentences, paths.
pub(super) fn is_prose(value: &str) -> bool {
    let (mut letters, mut worded) = (0usize, 0usize);
    for token in tokens(value) {
        let count = token.chars().filter(|c| c.is_alphabetic()).count();
        letters += count;
        if count == token.chars().count() {
            worded += if reads_like_a_word(&token) { count } else { 0 };
        } else {
            // `spring2024`: beside digits only words from the list count.
            worded += token.split(|c: char| !c.is_alphabetic()).filter(|run| run.len() >= 4 && is_listed(run)).map(|run| run.chars().count()).sum::<usize>();
        }
    }
    letters > 0 && (worded * 10 >= letters * 6 || is_kebab_name(value))
}

/// `etcd-cluster-k8s`: a word between separators, and beside it only what is as short as names are.
fn is_kebab_name(value: &str) -> bool {
    let parts: Vec<&str> = value.split(['-', '_', '.', '/']).collect();
    parts.len() > 1
        && parts.iter().any(|part| part.len() >= 5 && is_listed(part))
        && parts.iter().all(|part| part.len() <= 4 || is_listed(part))
        && !value.bytes().any(|b| b.is_ascii_uppercase())
}

/// True if the value is nothing but words from the list: `newPassword`, `forgot-password`, `Required`.
pub(super) fn is_only_words(value: &str) -> bool {
    let mut any = false;
    tokens(value).all(|token| {
        any = true;
        is_listed(&token) || token.len() <= 2 && token.bytes().all(|b| b.is_ascii_lowercase())
    }) && any
        && value.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '_' | ' ' | '.' | ':' | '/'))
}

/// The same, and long enough words that it was not drawn: `AbCdEf` falls apart into pieces that could be anything.
pub(super) fn is_made_of_words(value: &str) -> bool {
    is_only_words(value) && is_prose(value)
}

/// The parts between separators and at camel humps, in lower case.
fn tokens(value: &str) -> impl Iterator<Item = String> + '_ {
    value.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).flat_map(humps)
}

fn humps(part: &str) -> Vec<String> {
    let chars: Vec<char> = part.chars().collect();
    let mut out = Vec::new();
    let mut current = String::new();
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let after = chars.get(at + 1).copied();
        let starts = c.is_uppercase()
            && before.is_some_and(|before| before.is_lowercase() || before.is_numeric() || before.is_uppercase() && after.is_some_and(char::is_lowercase));
        if starts && !current.is_empty() {
            out.push(std::mem::take(&mut current));
        }
        current.extend(c.to_lowercase());
    }
    out.push(current);
    out
}

fn is_listed(token: &str) -> bool {
    WORD_SET.contains(token) || splits_into_words(token)
}

/// `letmein`-like compounds; bounded, because tokens are.
fn splits_into_words(token: &str) -> bool {
    if !(6..=40).contains(&token.len()) || !token.is_ascii() {
        return false;
    }
    let mut reachable = vec![false; token.len() + 1];
    reachable[0] = true;
    for end in 3..=token.len() {
        let from = end.saturating_sub(14);
        let found = (from..=end - 3).any(|start| reachable.get(start) == Some(&true) && token.get(start..end).is_some_and(|word| WORD_SET.contains(word)));
        if let (true, Some(place)) = (found, reachable.get_mut(end)) {
            *place = true;
        }
    }
    reachable.last() == Some(&true)
}

/// In the list, or pronounceable: names of people, products and places are in no list.
fn reads_like_a_word(token: &str) -> bool {
    if token.chars().count() < 3 {
        return false;
    }
    if is_listed(token) || !token.is_ascii() {
        return true;
    }
    let vowels = token.bytes().filter(|b| matches!(b, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')).count();
    let mut consonants = 0;
    let mut longest = 0;
    for byte in token.bytes() {
        consonants = if matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y') { 0 } else { consonants + 1 };
        longest = longest.max(consonants);
    }
    (5..=14).contains(&token.len()) && longest <= 3 && vowels * 4 >= token.len() && vowels * 3 <= token.len() * 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::secrets::sample::Random;

    #[test]
    fn entropy_of_known_strings() {
        assert_eq!(bits("aaaa"), 0.0);
        assert_eq!(bits("abcd"), 2.0);
    }

    #[test]
    fn words_are_not_random() {
        for value in [
            "flex items-center justify-between",
            "change-me-in-production",
            "https://api.example.com/v1/users",
            "getServerSidePropsContext",
            "SUPER_SECRET_KEY_VALUE",
            "my-project-staging-2024",
            "kubernetes-dashboard-token",
            "application/x-www-form-urlencoded",
            "Spring2024Release",
            "etcd-cluster-k8s",
        ] {
            assert!(!is_random(value), "{value}");
        }
    }

    #[test]
    fn random_strings_are() {
        let mut random = Random::new("entropy");
        for (alphabet, lengths) in [("hex", [32, 40, 64]), ("alnum", [20, 32, 48]), ("b64", [24, 43, 86])] {
            for length in lengths {
                let hits = (0..200).filter(|_| is_random(&random.draw(alphabet, length))).count();
                assert!(hits >= 185, "{alphabet}:{length} found {hits} of 200");
            }
        }
    }

    #[test]
    fn a_part_may_be_random() {
        let mut random = Random::new("parts");
        let hex = random.draw("hex", 32);
        let uuid = [8, 4, 4, 4, 12].map(|length| random.draw("hex", length)).join("-");
        for value in [format!("sk-{hex}"), format!("0x{hex}{hex}"), uuid] {
            assert!(has_random_part(&value), "{value}");
        }
        for value in ["sk-your-key-goes-here-please-0000", "0x0000000000000000000000000000000000000000000000000000000000000001"] {
            assert!(!has_random_part(value), "{value}");
        }
    }

    #[test]
    fn only_words() {
        for value in ["newPassword", "forgot-password", "Required", "current_password", "password"] {
            assert!(is_only_words(value), "{value}");
        }
        assert!(is_made_of_words("secret-password") && is_made_of_words("client_secret") && !is_made_of_words("AbQeXy"));
        for value in ["hunter2", "k9Zq", "Maple-falcon-42", "p@ssword"] {
            assert!(!is_only_words(value), "{value}");
        }
    }

    #[test]
    fn the_list_is_words() {
        assert!(WORD_SET.len() > 3000);
        assert!(WORD_SET.iter().all(|word| word.len() >= 3 && word.bytes().all(|b| b.is_ascii_lowercase())));
    }
}
