//! Points in time that stand in a condition.

use crate::text::Date;

/// `timestamp.date(2024, 1, 31)`
pub(super) fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    Date::parse(&format!("{year:0>4}-{month:0>2}-{day:0>2}"))
}

/// Milliseconds since 1970, as one number or as factors.
pub(super) fn millis(text: &str) -> Option<Date> {
    let millis: i64 = text.parse().ok()?;
    let days = millis.div_euclid(86_400_000);
    // What is far from our days is no date.
    (0..=100_000).contains(&days).then(|| Date::of_unix_days(days))
}
