//! Names of columns.

use super::words;

/// `uploaded_by`, `author_id`, `creator`: who put a row there.
pub fn says_author(column: &str) -> bool {
    words(column).iter().any(|word| matches!(word.as_str(), "by" | "author" | "creator" | "uploader" | "poster"))
}

/// `created_at`, `due_date`, `expires`: when something is or was.
pub fn is_point_in_time(column: &str) -> bool {
    let words = words(column);
    words.last().is_some_and(|last| matches!(last.as_str(), "at" | "date" | "time" | "expires" | "expiry" | "until" | "due" | "deadline" | "timestamp" | "day"))
}

/// A time by its end alone: `starts`, `ends_at`, `from`, `to`.
pub fn begins_or_ends(column: &str) -> bool {
    matches!(words(column).as_slice(), [only] if matches!(only.as_str(), "start" | "starts" | "begin" | "begins" | "end" | "ends" | "from" | "to" | "duration"))
}

/// `coverData`, `thumbnail`, `logo_url`: something that pages show.
pub fn is_picture(column: &str) -> bool {
    words(column).iter().any(|word| matches!(word.as_str(), "cover" | "picture" | "image" | "photo" | "thumbnail" | "logo" | "icon" | "banner" | "poster"))
}

/// When something ceases to hold: `expiresAt`, `token_expiry`, `ttl`.
pub fn says_end(name: &str) -> bool {
    words(name).iter().any(|word| matches!(word.as_str(), "expires" | "expire" | "expiry" | "expiration" | "exp" | "ttl"))
}

/// What is sent to somebody, who types it: `code`, `otp_code`, `pin`; no code of a country, and none that many have.
pub fn says_code(name: &str) -> bool {
    let words = words(name);
    words.iter().any(|word| matches!(word.as_str(), "code" | "otp" | "pin" | "passcode" | "totp"))
        && !words.iter().any(|word| matches!(word.as_str(), "country" | "zip" | "postal" | "promo" | "coupon" | "invite" | "share" | "short"))
}

/// `student_id`, `patientId`: whoever takes or books something, and did not put it up for others.
pub fn says_taker(column: &str) -> bool {
    let words = words(column);
    let is_taker = |word: &String| {
        matches!(
            word.as_str(),
            "student"
                | "pupil"
                | "patient"
                | "customer"
                | "client"
                | "buyer"
                | "renter"
                | "tenant"
                | "guest"
                | "rider"
                | "passenger"
                | "attendee"
                | "applicant"
                | "borrower"
        )
    };
    words.iter().any(is_taker)
}

/// `findFirstOrThrow`, `findOneOrFail`, `first_or_404`: what looks for a row and goes no further where there is none.
pub fn raises_if_missing(method: &str) -> bool {
    ["OrThrow", "OrFail", "OrThrowError", "_or_404", "_or_fail", "_or_raise"].iter().any(|end| method.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_say_who_and_when() {
        for name in ["uploaded_by", "authorId", "creator"] {
            assert!(says_author(name) && !is_point_in_time(name), "{name}");
        }
        for name in ["createdAt", "due_date", "expires"] {
            assert!(is_point_in_time(name) && !says_author(name), "{name}");
        }
        assert!(says_end("codeExpiresAt") && !says_end("expected") && says_code("otp_code") && !says_code("countryCode"));
        assert!(!says_author("owner_id") && !is_point_in_time("format"));
    }
}
