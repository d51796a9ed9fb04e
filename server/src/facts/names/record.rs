//! Names of columns.

use super::words;

/// `uploaded_by`, `author_id`, `creator`: who put a row there.
pub fn says_author(column: &str) -> bool {
    words(column).iter().any(|word| matches!(word.as_str(), "by" | "author" | "creator" | "uploader" | "poster"))
}

/// `created_at`, `due_date`, `expires`: when something is or was.
pub fn is_point_in_time(column: &str) -> bool {
    let words = words(column);
    words.last().is_some_and(|last| matches!(last.as_str(), "at" | "date" | "time" | "expires" | "expiry" | "until" | "due" | "deadline" | "timestamp"))
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
        assert!(!says_author("owner_id") && !is_point_in_time("format"));
    }
}
