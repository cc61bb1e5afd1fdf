//! In which index the rows of each list stand, and in which order.

use uuid::Uuid;

use crate::domain::page::{List, Place};
use crate::store::keys::{
    COMPANY_PREFIX, DOMAIN_PREFIX, SESSION_PREFIX, SIMULATION_PREFIX, SUBMISSION_PREFIX, padded,
};

/// How every moment from 1970 to the year 5138 begins, written with 15 digits.
const MOMENT_PREFIX: &str = "0";

/// The index of a list, where it has one of its own, and how its sort keys begin.
pub(crate) const fn index(list: List) -> (Option<&'static str>, &'static str) {
    match list {
        List::Simulations => (Some("GSI1"), SIMULATION_PREFIX),
        List::Candidates | List::CleanUps => (Some("GSI1"), SESSION_PREFIX),
        List::Submissions => (Some("GSI1"), SUBMISSION_PREFIX),
        List::SessionSubmissions => (None, SUBMISSION_PREFIX),
        List::Invites => (Some("GSI2"), SESSION_PREFIX),
        List::Companies => (Some("GSI1"), COMPANY_PREFIX),
        List::Domains => (Some("GSI1"), DOMAIN_PREFIX),
        List::DeadJobs | List::DueJobs | List::DoneTo => (Some("GSI1"), MOMENT_PREFIX),
        List::DoneBy => (None, MOMENT_PREFIX),
    }
}

/// The sort key of the row of `list` at `place`.
pub(crate) fn row(list: List, place: Place) -> String {
    let (_index, prefix) = index(list);
    match (list, place) {
        (_, Place::Moment(milliseconds, id)) => format!("{milliseconds:015}#{id}"),
        (List::SessionSubmissions, Place::Number(day)) => format!("{prefix}{day}"),
        (_, Place::Number(id)) => format!("{prefix}{}", padded(id)),
    }
}

/// The last sort key that a row of `list` before the one at `place` can have. Neither numbers nor ids
/// are given twice in a list.
pub(crate) fn before(list: List, place: Place) -> String {
    let place = match place {
        Place::Number(number) => Place::Number(number.saturating_sub(1)),
        Place::Moment(milliseconds, id) => {
            Place::Moment(milliseconds, Uuid::from_u128(id.as_u128().saturating_sub(1)))
        }
    };
    row(list, place)
}

/// Where the row of `list` is whose sort key is `sort`.
pub(crate) fn place(list: List, sort: &str) -> Option<Place> {
    let (_index, prefix) = index(list);
    match list {
        List::DeadJobs | List::DueJobs | List::DoneBy | List::DoneTo => {
            let (milliseconds, id) = sort.split_once('#')?;
            Some(Place::Moment(milliseconds.parse().ok()?, id.parse().ok()?))
        }
        List::Simulations
        | List::Candidates
        | List::Submissions
        | List::SessionSubmissions
        | List::Invites
        | List::Companies
        | List::Domains
        | List::CleanUps => Some(Place::Number(sort.strip_prefix(prefix)?.parse().ok()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_before_a_row_is_every_other_of_its_moment_with_a_smaller_id() {
        let at = |id| Place::Moment(1_772_442_000_000, Uuid::from_u128(id));
        let row = |id| row(List::DeadJobs, at(id));
        assert_eq!(row(16), "001772442000000#00000000-0000-0000-0000-000000000010");

        let before = before(List::DeadJobs, at(1 << 80));
        assert!(row((1 << 80) - 1) <= before && before < row(1 << 80));
        assert_eq!(place(List::DeadJobs, &row(16)), Some(at(16)));
        assert_eq!(place(List::DeadJobs, "x#y"), None);
    }

    #[test]
    fn numbers_of_rows_sort_as_they_are() {
        let at = |list, number| row(list, Place::Number(number));
        assert_eq!(at(List::Invites, 9), "CS#0000000000000009");
        assert_eq!(at(List::SessionSubmissions, 4), "SUBMISSION#4");
        assert_eq!(before(List::Invites, Place::Number(10)), at(List::Invites, 9));
        assert_eq!(place(List::Invites, "CS#0000000000000009"), Some(Place::Number(9)));
    }
}
