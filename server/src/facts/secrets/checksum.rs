//! Checksums that vendors build into their tokens, and digests of known samples.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::catalogue::Checksum;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// True if the token's last characters are what its body says. The body begins after the first underscore.
pub(super) fn holds(kind: Checksum, token: &str) -> bool {
    let Some((_, rest)) = token.split_once('_') else { return false };
    let width = match kind {
        Checksum::Base62 => 6,
        Checksum::Hex => 8,
    };
    let Some(at) = rest.len().checked_sub(width) else { return false };
    let (Some(body), Some(sum)) = (rest.get(..at), rest.get(at..)) else { return false };
    sum == of(kind, body)
}

/// The checksum of a body.
pub(super) fn of(kind: Checksum, body: &str) -> String {
    let sum = crc32fast::hash(body.as_bytes());
    match kind {
        Checksum::Hex => format!("{sum:08x}"),
        Checksum::Base62 => {
            let mut rest = sum as usize;
            let mut digits = [b'0'; 6];
            for digit in digits.iter_mut().rev() {
                *digit = BASE62.get(rest % 62).copied().unwrap_or(b'0');
                rest /= 62;
            }
            digits.iter().map(|byte| char::from(*byte)).collect()
        }
    }
}

pub(super) fn sha256_hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Base64 of either alphabet, with or without padding.
pub(super) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let url = text.contains(['-', '_']);
    let engine = if url { &URL_SAFE_NO_PAD } else { &STANDARD_NO_PAD };
    engine.decode(text).ok().or_else(|| {
        // A token cut anywhere still decodes up to its last whole group.
        text.get(..text.len() / 4 * 4).filter(|whole| !whole.is_empty()).and_then(|whole| engine.decode(whole).ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base62_is_padded_and_ordered_like_the_vendors_do() {
        // CRC-32 of the empty body is zero.
        assert_eq!(of(Checksum::Base62, ""), "000000");
        // "123456789" is the check value of the algorithm: 0xCBF43926.
        assert_eq!(of(Checksum::Hex, "123456789"), "cbf43926");
        assert_eq!(of(Checksum::Base62, "123456789"), "3jZRME");
    }

    #[test]
    fn a_changed_body_does_not_hold() {
        let body = "abcdefghijKLMNOPqrstuvwx012345";
        let token = format!("xyz_{body}{}", of(Checksum::Base62, body));
        assert!(holds(Checksum::Base62, &token));
        assert!(!holds(Checksum::Base62, &token.replace('a', "b")));
        assert!(!holds(Checksum::Base62, "xyz_"));
        assert!(!holds(Checksum::Hex, "none"));
    }

    #[test]
    fn base64_of_both_alphabets() {
        assert_eq!(decode_base64("aGk_").as_deref(), Some(&b"hi?"[..]));
        assert_eq!(decode_base64("aGk/").as_deref(), Some(&b"hi?"[..]));
        assert_eq!(decode_base64("aGk=").as_deref(), Some(&b"hi"[..]));
        assert_eq!(decode_base64("\u{e9}"), None);
    }
}
