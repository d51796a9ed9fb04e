//! Values that are as random as a secret and are none: hashes, ids, addresses, images.

use std::sync::LazyLock;

use regex::bytes::{RegexSet, RegexSetBuilder};

use super::context;

/// Of bytes: sets of characters are much more work to make. A byte above ASCII is part of a word.
static SHAPES: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    RegexSetBuilder::new([
        // UUIDs, also without dashes around their version.
        r"(?i)^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$",
        // Subresource integrity and content digests.
        r"^(?:sha(?:1|224|256|384|512)|md5)[-:=][A-Za-z0-9+/=_-]+$",
        // Data addresses, MIME types, any address.
        r"(?i)^data:[a-z]+/",
        r"^[a-z]+/[a-z0-9.+-]+$",
        r"(?i)^[a-z][a-z0-9+.-]*://",
        // Images, fonts and documents in base64.
        r"^(?:iVBOR|/9j/|R0lGOD|UklGR|PHN2Zy|AAAAIGZ0eXA|d09GMg|T1RUTwAA|AAEAAAA|JVBERi|PD94bWw|PCFET)",
        // Ethereum addresses, ObjectIds.
        r"(?i)^0x[0-9a-f]{40}$",
        r"^[0-9a-f]{24}$",
        // Package and bundle ids, hosts, versions, dates, file names and paths.
        r"^[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+){2,}$",
        r"^v?[0-9]+\.[0-9]+(?:\.[0-9]+)?(?:[-+].*)?$",
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}",
        r"^(?:\.{0,2}|~)/",
        r"^[\w\x80-\xff-]+(?:[./][\w\x80-\xff-]+)*\.[a-z]{2,4}$",
        // Public keys and certificates.
        r"^(?:ssh-|ecdsa-|-----BEGIN (?:PUBLIC|CERTIFICATE|RSA PUBLIC))",
        // Password hashes.
        r"^(?:pbkdf2|scrypt|bcrypt|argon2|sha256|sha1|md5)[a-z0-9_]*[$:]",
        // Alphabets.
        r"(?:abcdefghij|ABCDEFGHIJ|0123456789)",
        // Expressions: regular ones, selectors, format strings, calls.
        r"^\^|\$$|\(\?|\\[dwsb]|\[[a-z]-[a-z]\]|^[#.][a-z][\w\x80-\xff-]*$|\[name=|%\(|\{[a-z_0-9]*\}|\)$",
    ])
    .unicode(false)
    .build()
    .ok()
});

/// Names before a hash or an id.
const HASH_NAMES: [&str; 22] = [
    "sha",
    "sha1",
    "sha256",
    "sha512",
    "md5",
    "hash",
    "digest",
    "checksum",
    "integrity",
    "etag",
    "commit",
    "rev",
    "revision",
    "fingerprint",
    "thumbprint",
    "build",
    "buildid",
    "nonce",
    "uuid",
    "guid",
    "address",
    "mint",
];

/// True if the value has the shape of something harmless.
pub(super) fn has_harmless_shape(value: &str) -> bool {
    SHAPES.as_ref().is_some_and(|shapes| shapes.is_match(value.as_bytes()))
}

/// True if the name announces a hash or an id.
pub(super) fn is_hash_name(name: &str) -> bool {
    let snake = context::snake(name);
    snake.split(['_', '.']).any(|part| HASH_NAMES.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_shapes() {
        for value in [
            "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "sha512-q1w2e3r4t5/+==",
            "data:image/png;base64,iVBORw0KGgo",
            "iVBORw0KGgoAAAANSUhEUg",
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "507f1f77bcf86cd799439011",
            "com.acme.app.android",
            "1.2.3-beta.1",
            "2024-05-06T07:08:09Z",
            "./src/lib/keys.ts",
            "/api/v1/tokens",
            "application/json",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
            "ssh-ed25519 AAAA",
            "pbkdf2_sha256$600000$x",
            "^[a-z]+$",
            "https://acme.io/token",
            "#password",
            "{token}",
        ] {
            assert!(has_harmless_shape(value), "{value}");
        }
    }

    #[test]
    fn keys_have_none_of_them() {
        for value in ["a81f0c77e2b94d53", "Zk3vQ9sLx0Wm72Bt", "hunter2", "k9!Zx2_q7Lm", "dGhpcyBpcyBub3Q="] {
            assert!(!has_harmless_shape(value), "{value}");
        }
        assert!(is_hash_name("commitSha") && is_hash_name("build_id_hash") && !is_hash_name("shared_secret"));
    }
}
