//! What several areas say of one path adds up.

use super::area::{Area, FileRules, Operation};
use super::demand::Who;
use crate::model::access_rules::Segment;

impl FileRules {
    /// Who may do this in an area, by everything that is said of all of its paths.
    pub fn who(&self, area: &Area, operation: Operation) -> Who {
        self.over(area).map(|wider| wider.who(operation)).max().unwrap_or(Who::Nobody).max(area.who(operation))
    }

    /// The area that lets more people do this than the area itself does.
    pub fn opened_by<'r>(&'r self, area: &'r Area, operation: Operation) -> Option<&'r Area> {
        let own = area.who(operation);
        let wider = self.over(area).max_by_key(|wider| wider.who(operation))?;
        (wider.who(operation) > own).then_some(wider)
    }

    /// The other areas that hold every path of this one.
    fn over<'r>(&'r self, area: &'r Area) -> impl Iterator<Item = &'r Area> + 'r {
        self.areas.iter().filter(move |other| !std::ptr::eq(*other, area) && other.store == area.store && covers(other, area))
    }
}

fn covers(wide: &Area, narrow: &Area) -> bool {
    let (mut wide_path, mut path) = (wide.path.as_slice(), narrow.path.as_slice());
    loop {
        match (wide_path.split_first(), path.split_first()) {
            // A rest is the last of its path; in between it is not followed.
            (Some((Segment::Rest(_), after)), _) => return after.is_empty(),
            (None, None) => return true,
            (None, Some(_)) => return wide.is_deep,
            (Some((Segment::One(_), left)), Some((Segment::One(_) | Segment::Literal(_), right))) => (wide_path, path) = (left, right),
            (Some((Segment::Literal(a), left)), Some((Segment::Literal(b), right))) if a == b => (wide_path, path) = (left, right),
            _ => return false,
        }
    }
}
