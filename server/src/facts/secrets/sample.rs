//! Made-up values with the right shape, for tests, the rule's page and the demo: no key-like text stands in the tree.
//!
//! A template is text with `{class:N}` for N random characters of a class, and a few forms of their own. The same seed
//! gives the same text, and every expansion of a template has the same length.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::catalogue::Checksum;
use super::{catalogue, checksum};

/// SplitMix64 over a hash of the seed: small, and the same everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: &str) -> Random {
        // FNV-1a.
        Random(seed.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// `length` characters of a class; empty for a class that does not exist.
    pub fn draw(&mut self, class: &str, length: usize) -> String {
        let Some(alphabet) = alphabet(class) else { return String::new() };
        (0..length).filter_map(|_| alphabet.get(self.next() as usize % alphabet.len()).map(|b| char::from(*b))).collect()
    }
}

fn alphabet(class: &str) -> Option<&'static [u8]> {
    const ALNUM_AND: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const UPPER_FIRST: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const LOWER_FIRST: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    Some(match class {
        "url" => ALNUM_AND,
        "alnum" => ALNUM_AND.get(..62)?,
        "b64" => BASE64,
        "hex" => b"0123456789abcdef",
        "digits" => b"0123456789",
        "lower" => LOWER_FIRST.get(..26)?,
        "lowdigit" => LOWER_FIRST,
        "upper" => UPPER_FIRST.get(..26)?,
        "updigit" => UPPER_FIRST,
        "base32" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        "bech32" => b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
        _ => return None,
    })
}

/// The template with its places filled.
pub fn expand(template: &str, random: &mut Random) -> String {
    let mut out = String::new();
    let mut body = String::new();
    let mut rest = template;
    while let Some((before, from)) = rest.split_once('{') {
        out.push_str(before);
        let filled = closing(from).and_then(|end| Some((fill(from.get(..end)?, &mut body, random)?, from.get(end + 1..)?)));
        match filled {
            Some((text, after)) => {
                out.push_str(&text);
                rest = after;
            }
            None => {
                out.push('{');
                rest = from;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Where the brace that was opened before `text` closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    // No place is longer than this.
    for (at, byte) in text.bytes().enumerate().take(512) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// `body` is the last random text: what the next checksum is computed over.
fn fill(place: &str, body: &mut String, random: &mut Random) -> Option<String> {
    let (form, argument) = place.split_once(':').unwrap_or((place, ""));
    Some(match form {
        "crc62" => checksum::of(Checksum::Base62, body),
        "crchex" => checksum::of(Checksum::Hex, body),
        "uuid" => {
            let parts = [8, 4, 4, 4, 12].map(|length| random.draw("hex", length));
            parts.join("-")
        }
        "base64" => STANDARD.encode(expand(argument, random)),
        "jwt" => jwt(argument, random)?,
        "pem" => pem(random),
        "words" => words(argument.parse().ok()?, random),
        "uploadthing" => {
            let key = random.draw("alnum", 64);
            STANDARD.encode(format!("{{\"apiKey\":\"sk_live_{key}\",\"appId\":\"a1b2c3\",\"regions\":[\"sea1\"]}}"))
        }
        class => {
            *body = random.draw(class, argument.parse().ok()?);
            if body.is_empty() {
                return None;
            }
            body.clone()
        }
    })
}

fn jwt(kind: &str, random: &mut Random) -> Option<String> {
    let reference = random.draw("lower", 20);
    let claims = match kind {
        "service_role" | "anon" => format!("{{\"iss\":\"supabase\",\"ref\":\"{reference}\",\"role\":\"{kind}\",\"iat\":1741000000,\"exp\":4102444800}}"),
        "demo" => "{\"iss\":\"supabase-demo\",\"role\":\"service_role\",\"exp\":1983812996}".to_owned(),
        "session" => format!("{{\"iss\":\"https://{reference}.supabase.co/auth/v1\",\"sub\":\"{reference}\",\"exp\":4102444800}}"),
        "sample" => "{\"sub\":\"1234567890\",\"name\":\"John Doe\",\"iat\":1516239022}".to_owned(),
        "expired" => format!("{{\"sub\":\"{reference}\",\"exp\":1500000000}}"),
        "none" => format!("{{\"sub\":\"{reference}\"}}"),
        "plain" => format!("{{\"sub\":\"{reference}\",\"scope\":\"api\"}}"),
        _ => return None,
    };
    let algorithm = if kind == "none" { "none" } else { "HS256" };
    let header = URL_SAFE_NO_PAD.encode(format!("{{\"alg\":\"{algorithm}\",\"typ\":\"JWT\"}}"));
    Some(format!("{header}.{}.{}", URL_SAFE_NO_PAD.encode(claims), random.draw("url", 43)))
}

/// One line, line ends written as `\n`, as people paste it into strings and env files.
fn pem(random: &mut Random) -> String {
    let lines: Vec<String> = (0..24).map(|line| if line == 0 { format!("MIIEvQ{}", random.draw("b64", 58)) } else { random.draw("b64", 64) }).collect();
    format!("-----BEGIN {0}-----\\n{1}\\n-----END {0}-----\\n", "PRIVATE KEY", lines.join("\\n"))
}

fn words(count: usize, random: &mut Random) -> String {
    // All of one length, so that every draw has the same length.
    const WORDS: [&str; 16] = [
        "anchor", "basket", "candle", "desert", "engine", "fabric", "garlic", "hidden", "injury", "jungle", "kidney", "lizard", "magnet", "novels", "oxygen",
        "pepper",
    ];
    let start = random.next() as usize;
    let picked: Vec<&str> = (0..count).filter_map(|at| WORDS.get((start + at) % WORDS.len()).copied()).collect();
    picked.join(" ")
}

/// The value of a row's first example, made from `seed`. `None` for a row without one.
pub fn of_row(id: &str, seed: &str) -> Option<String> {
    let row = catalogue().by_id(id)?.row()?;
    let template = row.examples.first()?;
    let value = expand(template, &mut Random::new(seed));
    Some(match (row.name.is_empty() && row.context_words.is_empty(), value.split_once('=')) {
        (false, Some((_, value))) => value.to_owned(),
        _ => value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_other_braces_stay() {
        let mut random = Random::new("x");
        let text = expand("a-{hex:4}-{\"k\": {digits:2}}-{nothing}", &mut random);
        assert!(text.starts_with("a-") && text.contains("-{\"k\": ") && text.ends_with("}-{nothing}"), "{text}");
        assert_eq!(text.len(), "a-0123-{\"k\": 45}-{nothing}".len());
    }

    #[test]
    fn the_same_seed_gives_the_same_text() {
        let draw = |seed| expand("{alnum:30}{crc62}", &mut Random::new(seed));
        assert_eq!(draw("a"), draw("a"));
        assert_ne!(draw("a"), draw("b"));
        assert_eq!(draw("a").len(), draw("b").len());
    }

    #[test]
    fn places_nest() {
        let text = expand("{base64:user:{alnum:6}}", &mut Random::new("x"));
        let decoded = STANDARD.decode(&text).unwrap_or_default();
        assert!(decoded.starts_with(b"user:") && decoded.len() == 11);
    }

    #[test]
    fn broken_templates_are_text() {
        for template in ["{", "}", "{{", "{alnum:", "{alnum:x}", "{jwt:unknown}", ""] {
            assert_eq!(expand(template, &mut Random::new("x")), template);
        }
    }
}
