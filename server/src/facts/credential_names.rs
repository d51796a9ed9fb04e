//! What names say of values that let somebody in: passwords, tokens, codes, signatures.

use super::names;
use crate::text::Name;

/// Words at the end of a name that say how it is written, not what it is.
const FILLING: &[&str] =
    &["input", "plain", "raw", "text", "value", "str", "string", "bytes", "field", "buffer", "utf8", "plaintext", "clear", "cleartext", "candidate", "attempt"];
const PASSWORDS: &[&str] = &["password", "passwd", "pwd", "passphrase", "passcode", "pass", "pw", "pin"];
/// What makes something else of a password.
const CHANGED: &[&str] = &[
    "hash",
    "hashed",
    "encrypted",
    "digest",
    "salted",
    "scrypt",
    "bcrypt",
    "argon2",
    "has",
    "is",
    "no",
    "min",
    "max",
    "show",
    "hide",
    "forgot",
    "require",
    "boarding",
    // A code for one use, which ends: it is no password of anybody.
    "reset",
    "verify",
    "verification",
    "confirm",
    "confirmation",
    "otp",
    "onetime",
    "invite",
    "recovery",
];

/// The words that say what it is.
fn telling(name: &str) -> Vec<String> {
    let mut words = names::words(name);
    if let Some(last) = words.last_mut() {
        let plain = last.trim_end_matches(|c: char| c.is_ascii_digit());
        if !plain.is_empty() {
            *last = plain.to_owned();
        }
    }
    while words.len() > 1 && words.last().is_some_and(|last| FILLING.contains(&last.as_str())) {
        words.pop();
    }
    words
}

/// A password as somebody typed it: `password`, `newPassword`, `plain_pwd`.
pub fn is_password(name: &str) -> bool {
    let words = telling(name);
    words.last().is_some_and(|last| PASSWORDS.contains(&last.as_str())) && !words.iter().any(|word| CHANGED.contains(&word.as_str()))
}

/// A column that keeps passwords, hashed or not: `password`, `hashed_password`, `passwordHash`.
pub fn is_password_column(name: &str) -> bool {
    is_password(name) || is_hash_of_password(name)
}

/// `passwordHash`, `hashed_password`, `pwd_digest`.
pub fn is_hash_of_password(name: &str) -> bool {
    let words = names::words(name);
    let of_password = words.iter().any(|word| PASSWORDS.contains(&word.as_str()) && word != "pass" && word != "pin");
    of_password && words.iter().any(|word| matches!(word.as_str(), "hash" | "hashed" | "digest" | "encrypted"))
}

/// The password of a server rather than of a person: it has to be read again, and no hash would do.
pub fn is_of_service(name: &str) -> bool {
    names::words(name).iter().any(|word| {
        matches!(
            word.as_str(),
            "smtp"
                | "imap"
                | "mail"
                | "db"
                | "database"
                | "ftp"
                | "sftp"
                | "wifi"
                | "proxy"
                | "redis"
                | "server"
                | "connection"
                | "datasource"
                | "integration"
                | "credential"
                | "credentials"
                | "ssh"
                | "vpn"
                | "router"
                | "camera"
                | "zip"
                | "pdf"
                | "pfx"
                | "keystore"
        )
    })
}

/// The same password typed once more.
pub fn is_repeated(name: &str) -> bool {
    names::words(name)
        .iter()
        .any(|word| matches!(word.as_str(), "confirm" | "confirmation" | "repeat" | "repeated" | "again" | "verify" | "retype" | "retyped"))
        || name.ends_with('2')
}

/// Something whose comparison is worth a look.
pub fn is_compared(name: &str) -> bool {
    is_password(name) || is_hash_of_password(name) || is_signature(name)
}

/// What is compared with something computed or kept secret.
pub fn is_signature(name: &str) -> bool {
    let words = telling(name);
    let (last, before) = (words.last().map_or("", String::as_str), words.iter().rev().nth(1).map_or("", String::as_str));
    match last {
        "signature" | "sig" | "hmac" | "digest" | "token" | "apikey" | "csrf" | "otp" | "hash" | "secret" | "mac" | "authorization" => true,
        "key" => matches!(before, "api" | "secret" | "access" | "admin" | "auth"),
        _ => false,
    }
}

/// What a program or a person brings along to be let in: `x-api-key`, `admin_token`, `Authorization`. Not what is made anew for each
/// of them: a session's token, a code that was sent.
pub fn lets_in(name: &str) -> bool {
    let words = telling(name);
    let (last, before) = (words.last().map_or("", String::as_str), words.iter().rev().nth(1).map_or("", String::as_str));
    let is_made_anew = |word: &String| {
        matches!(
            word.as_str(),
            "csrf"
                | "xsrf"
                | "page"
                | "next"
                | "cursor"
                | "sync"
                | "device"
                | "push"
                | "fcm"
                | "reset"
                | "verify"
                | "verification"
                | "confirm"
                | "confirmation"
                | "invite"
                | "refresh"
                | "captcha"
                | "recaptcha"
                | "turnstile"
                | "cancel"
                | "public"
                | "publishable"
                | "anon"
                | "type"
                | "idempotency"
                | "id"
                | "grant"
        )
    };
    let opens = match last {
        "authorization" | "apikey" | "secret" | "token" => true,
        "key" => matches!(before, "api" | "secret" | "access" | "admin" | "auth" | "internal" | "master" | "service" | "private" | "cron" | "webhook" | "app"),
        "auth" => matches!(before, "x" | "internal" | "admin" | "basic"),
        _ => false,
    };
    opens && !words.iter().any(is_made_anew)
}

/// How sure a name says that who guesses the value gets in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Opens {
    /// Only together with what stands around it.
    Perhaps,
    Likely,
    Surely,
}

const MADE_UP: &[&str] = &[
    "mock",
    "fake",
    "dummy",
    "test",
    "demo",
    "sample",
    "example",
    "placeholder",
    "design",
    "cancel",
    "page",
    "lexer",
    "color",
    "colour",
    "seed",
    "animation",
    "cache",
    "render",
    "game",
    "room",
    "quiz",
    "lobby",
    "party",
    "board",
    "player",
    "dice",
];

/// Does guessing a value of this name let somebody in?
pub fn opens(name: &str) -> Option<Opens> {
    let mut words = telling(name);
    while words.len() > 1 && words.last().is_some_and(|last| matches!(last.as_str(), "hash" | "link" | "url" | "hex")) {
        words.pop();
    }
    if words.iter().any(|word| MADE_UP.contains(&word.as_str())) {
        return None;
    }
    let (last, before) = (words.last()?.as_str(), words.iter().rev().nth(1).map_or("", String::as_str));
    Some(match last {
        "token" | "secret" | "otp" | "totp" | "password" | "passwd" | "pwd" | "passphrase" | "passcode" | "csrf" | "xsrf" | "apikey" | "jwt" => Opens::Surely,
        "nonce" | "salt" | "coupon" | "voucher" | "pin" | "invite" | "invitation" | "session" | "sid" => Opens::Likely,
        "key" if matches!(before, "api" | "secret" | "access" | "private" | "encryption" | "signing" | "license" | "licence" | "auth" | "webhook") => {
            Opens::Surely
        }
        "key"
            if matches!(before, "owner" | "edit" | "delete" | "deletion" | "admin" | "master" | "manage" | "management" | "claim" | "recovery" | "unlock") =>
        {
            Opens::Likely
        }
        "key" if matches!(before, "new" | "make" | "generate" | "create" | "issue" | "raw" | "plain" | "fresh") => Opens::Perhaps,
        "id" if matches!(before, "session" | "sess") => Opens::Likely,
        "code"
            if matches!(
                before,
                "coupon"
                    | "promo"
                    | "discount"
                    | "voucher"
                    | "gift"
                    | "invite"
                    | "invitation"
                    | "backup"
                    | "pairing"
                    | "join"
                    | "ticket"
                    | "pass"
                    | "entry"
                    | "admission"
                    | "access"
                    | "gate"
                    | "unlock"
                    | "pickup"
                    | "redemption"
                    | "redeem"
            ) =>
        {
            Opens::Likely
        }
        "code" if is_proof(before) => Opens::Surely,
        "code" => Opens::Perhaps,
        _ => return None,
    })
}

/// What a code is for that somebody proves something with.
fn is_proof(word: &str) -> bool {
    matches!(
        word,
        "verification"
            | "verify"
            | "reset"
            | "auth"
            | "otp"
            | "access"
            | "login"
            | "confirm"
            | "confirmation"
            | "activation"
            | "security"
            | "recovery"
            | "mfa"
            | "2fa"
            | "fa"
            | "factor"
            | "sms"
            | "sign"
            | "signin"
    )
}

/// Does a name around it say that a code is such a code? `forgot_password`, `sendVerification`, `ResetCode`.
pub fn is_about_proof(name: &str) -> bool {
    names::words(name).iter().any(|word| {
        is_proof(word)
            || matches!(
                word.as_str(),
                "password"
                    | "forgot"
                    | "otp"
                    | "verifications"
                    | "resets"
                    | "magic"
                    | "signup"
                    | "register"
                    | "authentication"
                    | "passcode"
                    | "logins"
                    | "twofactor"
            )
    })
}

/// A table of codes that people are given one by one: `entry_codes`, and none that are given to many, or printed on letters.
pub fn keeps_codes(model: &str) -> bool {
    let words = names::words(model);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    has(&["code", "codes", "otp", "otps", "pin", "pins"])
        && !has(&["discount", "coupon", "promo", "voucher", "gift", "zip", "postal", "country", "area", "referral", "invite", "invitation", "qr", "source"])
}

/// A table with a row for each who holds one: vouchers and tickets, and not what is given to many.
pub fn keeps_one_each(model: &str) -> bool {
    !names::words(model).iter().any(|word| matches!(word.as_str(), "discount" | "coupon" | "coupons" | "promo" | "promos" | "referral" | "referrals"))
}

/// The last of a path that says something.
pub fn last(path: &[Name]) -> &str {
    path.last().map_or("", Name::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_known_by_their_names() {
        for name in ["password", "newPassword", "plain_password", "pwd", "passwordInput", "user_password", "password1", "rawPassword", "passwd"] {
            assert!(is_password(name), "{name}");
        }
        for name in [
            "passwordHash",
            "hashed_password",
            "password_reset_token",
            "hasPassword",
            "passwordLength",
            "bypass",
            "boardingPass",
            "compass",
            "pins",
            "encryptedPassword",
        ] {
            assert!(!is_password(name), "{name}");
        }
        assert!(is_password_column("password_hash") && is_password_column("hashedPassword") && !is_password_column("passwordUpdatedAt"));
    }

    #[test]
    fn what_lets_somebody_in_is_known_by_its_name() {
        for name in ["resetToken", "csrf", "apiKey", "generateToken", "otp", "verification_code", "tempPassword1"] {
            assert_eq!(opens(name), Some(Opens::Surely), "{name}");
        }
        for name in ["color", "id", "key", "tokenCount", "expires", "mockToken", "delay", "index", "tokens"] {
            assert_eq!(opens(name), None, "{name}");
        }
        assert_eq!((opens("code"), opens("sessionId"), opens("inviteCode")), (Some(Opens::Perhaps), Some(Opens::Likely), Some(Opens::Likely)));
    }
}
