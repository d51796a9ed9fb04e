//! The order in which migrations are run: by path, as people read paths.

/// Numbers in names count as numbers: `2_users.sql` comes before `10_notes.sql`.
pub(super) fn in_reading_order(a: &str, b: &str) -> std::cmp::Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (m, n) = (digits(left), digits(right));
        if m > 0 && n > 0 {
            let number = |bytes: &[u8], length: usize| {
                let zeros = bytes.iter().take(length).take_while(|byte| **byte == b'0').count();
                bytes.get(zeros..length).unwrap_or_default().to_vec()
            };
            let (x, y) = (number(left, m), number(right, n));
            let order = x.len().cmp(&y.len()).then(x.cmp(&y));
            if order.is_ne() {
                return order;
            }
            (left, right) = (left.get(m..).unwrap_or_default(), right.get(n..).unwrap_or_default());
            continue;
        }
        match (left.split_first(), right.split_first()) {
            (Some((x, left_rest)), Some((y, right_rest))) if x == y => (left, right) = (left_rest, right_rest),
            (Some((x, _)), Some((y, _))) => return x.cmp(y),
            _ => return left.len().cmp(&right.len()).then_with(|| a.cmp(b)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_are_numbers() {
        let mut names = ["10_a.sql", "2_b.sql", "a/1.sql", "a/01.sql", "002_c.sql", "9999999999999999999999_z.sql", "x"];
        names.sort_by(|a, b| in_reading_order(a, b));
        assert_eq!(names, ["2_b.sql", "002_c.sql", "10_a.sql", "9999999999999999999999_z.sql", "a/01.sql", "a/1.sql", "x"]);
    }
}
