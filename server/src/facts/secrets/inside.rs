//! Tokens whose inside is the proof: key files, encoded logins, wrapped JSON.

use super::checksum::decode_base64;
use super::{catalogue, entropy, placeholder, url};

/// A private key's header at the start of `text`: is there a key behind it? Gives the length of the whole block.
pub(super) fn private_key(text: &str) -> Option<usize> {
    let body_start = header_end(text)?;
    let body = text.get(body_start..super::shape::floor(text, body_start + 16 * 1024))?;
    let end = body.find("-----END").unwrap_or(body.len());
    let mut base64 = String::new();
    let mut chars = body.get(..end)?.chars().peekable();
    let mut headers = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                while chars.next_if_eq(&'\\').is_some() {}
                chars.next_if(|next| matches!(next, 'n' | 'r' | 't'));
            }
            // Of keys that are pasted line by line.
            '"' | '\'' | ',' | '`' => {}
            // `Proc-Type: 4,ENCRYPTED`.
            ':' => headers = true,
            c if c.is_ascii_alphanumeric() || matches!(c, '/' | '=' | '+') => base64.push(c),
            c if c.is_whitespace() || matches!(c, '-' | '#' | '*' | '.' | '_') => {}
            _ => return None,
        }
    }
    if catalogue().known_sample(&base64).is_some() {
        return None;
    }
    let plain = base64.trim_end_matches('=');
    let starts_well = headers || ["MI", "b3BlbnNzaC1rZXktdjE", "lQ", "lI", "xc", "lF"].iter().any(|start| plain.starts_with(start));
    if plain.len() < 100 || !starts_well || entropy::bits(plain) < 4.0 || placeholder::has_sequence(plain) && plain.len() < 400 {
        return None;
    }
    let tail = body.get(end..).unwrap_or("");
    let footer = if tail.is_empty() { 0 } else { tail.get(8..).and_then(|rest| rest.find("-----")).map_or(0, |at| 8 + at + 5) };
    Some(body_start + end + footer)
}

/// After the dashes that a header ends with: a line ends there, as it is or as it is written in a string, maybe in a string in
/// a string.
fn header_end(text: &str) -> Option<usize> {
    text.match_indices("-----").map(|(at, dashes)| at + dashes.len()).find(|end| {
        let after = text.get(*end..).unwrap_or("");
        let escaped = after.trim_start_matches('\\');
        escaped.len() < after.len() && escaped.starts_with(['n', 'r']) || after.starts_with(['\n', '\r', ' '])
    })
}

/// A key file in base64: its text decodes, and speaks of a private key.
pub(super) fn wraps_private_key(token: &str) -> bool {
    // The first 120 characters hold the header.
    let head = token.get(..token.len().min(120)).unwrap_or("");
    if !decode_base64(head).is_some_and(|bytes| String::from_utf8_lossy(&bytes).contains("PRIVATE KEY")) {
        return false;
    }
    // Of what goes over lines only the first one is here. What is all here has a key in it, or shows what one looks like.
    let whole = decode_base64(token.get(..token.len() / 4 * 4).unwrap_or(token)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    whole.filter(|text| text.contains("-----END")).is_none_or(|text| private_key(&text).is_some())
}

/// A bot token starts with the bot's number in base64.
pub(super) fn is_discord_token(token: &str) -> bool {
    let id = token.split('.').next().unwrap_or("");
    decode_base64(id).is_some_and(|bytes| bytes.len() >= 15 && bytes.iter().all(u8::is_ascii_digit))
}

/// JSON in base64 whose `apiKey` is a secret key.
pub(super) fn is_uploadthing_token(token: &str) -> bool {
    decode_base64(token).is_some_and(|bytes| {
        let text = String::from_utf8_lossy(&bytes);
        text.contains("\"apiKey\":\"sk_") && !placeholder::has_bounded_word(&text)
    })
}

/// Twelve to twenty-four words that are a list, not a sentence.
pub(super) fn is_recovery_phrase(value: &str) -> bool {
    const SENTENCE: [&str; 22] = [
        "the", "and", "for", "are", "with", "from", "this", "that", "words", "phrase", "mnemonic", "seed", "please", "enter", "was", "were", "have", "has",
        "not", "can", "all", "its",
    ];
    let words: Vec<&str> = value.split(' ').collect();
    let mut different = words.clone();
    different.sort_unstable();
    different.dedup();
    // `test test test ... junk` is every development chain's.
    matches!(words.len(), 12 | 15 | 18 | 21 | 24) && different.len() * 3 >= words.len() * 2 && !words.iter().any(|word| SENTENCE.contains(word))
}

/// `Basic dXNlcjpwYXNz`: a user and a password that are not made up.
pub(super) fn is_basic_login(token: &str) -> bool {
    let Some(bytes) = token.split_whitespace().last().and_then(decode_base64) else { return false };
    let Ok(text) = String::from_utf8(bytes) else { return false };
    let Some((user, password)) = text.split_once(':') else { return false };
    let printable = text.chars().all(|c| !c.is_control());
    printable
        && password.len() >= 4
        && catalogue().known_sample(&text).is_none()
        && !url::is_guessable(password)
        && !entropy::is_made_of_words(password)
        && user != password
        && !placeholder::value_is_made_up(password, "")
        && !placeholder::has_word(user)
}

/// `Bearer eyJ...`: random enough to have been issued.
pub(super) fn is_bearer_token(token: &str) -> bool {
    let value = token.split_whitespace().last().unwrap_or("");
    !placeholder::value_is_made_up(value, "token") && entropy::is_random(value)
}

#[cfg(test)]
mod tests {
    use base64::Engine;

    use super::*;
    use crate::facts::secrets::sample::{Random, expand};

    fn make(template: &str) -> String {
        expand(template, &mut Random::new("inside"))
    }

    #[test]
    fn a_private_key_is_more_than_its_header() {
        let pem = make("{pem}");
        let whole = private_key(&pem);
        assert_eq!(whole, Some(pem.len() - 2), "without the last line end");
        let lines = pem.replace("\\n", "\n");
        assert!(private_key(&lines).is_some());
        assert!(private_key(&lines.replace('\n', "\r\n")).is_some());
        assert!(private_key(&pem.replace("\\n", "\\\\n")).is_some(), "a string in a string");
        let header = lines.lines().next().unwrap_or("");
        for text in [header.to_owned(), format!("{header}\n...\n"), format!("{header}\n<your key>\n"), format!("{header}\nMIIEabc\n"), String::new()] {
            assert_eq!(private_key(&text), None, "{text}");
        }
    }

    #[test]
    fn encoded_keys_and_logins() {
        assert!(wraps_private_key(&make("{base64:{pem}}")));
        assert!(!wraps_private_key(&make("{base64:-----BEGIN CERTIFICATE-----{b64:90}}")));
        // What was made unfit to be used shows only what it looks like.
        let (begin, end) = ("-----BEGIN RSA PRIVATE KEY-----\n", "\n-----END RSA PRIVATE KEY-----\n");
        let shown = |body: &str| base64::engine::general_purpose::STANDARD.encode(format!("{begin}{body}{end}"));
        assert!(!wraps_private_key(&shown(&make("MXIEogIB${b64:90}$${b64:90}"))) && !wraps_private_key(&shown("...")));
        assert!(wraps_private_key(&shown(&make("MIIE{b64:200}"))));
        assert!(is_discord_token(&make("{base64:{digits:18}}.{alnum:6}.{url:38}")));
        assert!(!is_discord_token(&make("{alnum:24}.{alnum:6}.{url:38}")));
        assert!(is_uploadthing_token(&make("{uploadthing}")));
        assert!(is_basic_login(&make("Basic {base64:deploy:{alnum:14}}")));
        assert!(!is_basic_login(&make("Basic {base64:user:password}")));
        assert!(!is_basic_login(&make("Basic {base64:client_id:client_secret}")));
        assert!(!is_basic_login("Basic authentication"));
    }

    #[test]
    fn phrases_are_lists() {
        assert!(is_recovery_phrase(&make("{words:12}")));
        assert!(!is_recovery_phrase("test test test test test test test test test test test junk"));
        assert!(!is_recovery_phrase("enter the twelve words from your old wallet with one space between"));
    }
}
