//! What two versions of something have in common: an edit leaves its beginning and its end alone.

/// How many parts at the beginning and at the end are the same in both; none is counted twice. The beginning is counted first.
pub fn common_ends<A, B>(before: &[A], after: &[B], head: impl Fn(&A, &B) -> bool, tail: impl Fn(&A, &B) -> bool) -> (usize, usize) {
    let first = before.iter().zip(after).take_while(|(a, b)| head(a, b)).count();
    let most = before.len().min(after.len()) - first;
    let last = before.iter().rev().zip(after.iter().rev()).take(most).take_while(|(a, b)| tail(a, b)).count();
    (first, last)
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_part_is_counted_twice() {
        let ends = |a: &str, b: &str| super::common_ends(a.as_bytes(), b.as_bytes(), |a, b| a == b, |a, b| a == b);
        assert_eq!(ends("abcd", "abxd"), (2, 1));
        assert_eq!(ends("aa", "aaa"), (2, 0));
        assert_eq!(ends("abc", "abc"), (3, 0));
        assert_eq!(ends("", "a"), (0, 0));
        assert_eq!(ends("xab", "yzab"), (0, 2));
    }
}
