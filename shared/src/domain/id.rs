//! Ids: whole numbers that a JavaScript client can hold.
//!
//! Our own are 1 … 2^53 − 1. A larger or a zero one, well formed in a path, is simply unknown.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::text::Invalid;

/// Decimal digits an id may be written with.
const DIGITS_MAX: usize = 19;

/// Reads 1 to 19 ASCII decimal digits.
fn parse_digits(text: &str) -> Result<u64, Invalid> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || text.len() > DIGITS_MAX {
        return Err(Invalid::new("int_parsing", "must be a whole number of 1 to 19 digits"));
    }
    text.parse().map_err(|_overflow| Invalid::new("int_parsing", "is too large"))
}

/// Reads a UUID in its usual form: 32 hexadecimal digits and four hyphens.
pub fn parse_uuid(text: &str) -> Result<Uuid, Invalid> {
    let refused = || Invalid::new("uuid_parsing", "must be a UUID");
    let usual = text.len() == 36;
    Uuid::try_parse(text).ok().filter(|_| usual).ok_or_else(refused)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive(Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64, example = 244_525_093_895_757_u64)]
        pub struct $name(u64);

        impl $name {
            /// The id with this number.
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// Reads 1 to 19 decimal digits.
            pub fn parse(text: &str) -> Result<Self, Invalid> {
                parse_digits(text).map(Self)
            }

            /// The number, as JSON shows it.
            pub const fn get(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A person with an account: a recruiter.
    UserId
);
id!(
    /// An employer.
    CompanyId
);
id!(
    /// A five-day simulation.
    SimulationId
);
id!(
    /// One of the five tasks of a simulation.
    TaskId
);
id!(
    /// One candidate's way through one simulation.
    CandidateSessionId
);
id!(
    /// What a candidate handed in for one day.
    SubmissionId
);
id!(
    /// A test run that Tenon asked for; GitHub's own number is another.
    RunId
);

id!(
    /// A request to try templates out.
    TemplateCheckId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_to_nineteen_decimal_digits() {
        assert_eq!(TaskId::parse("41"), Ok(TaskId::new(41)));
        assert_eq!(TaskId::parse("9999999999999999999").unwrap().get(), 9_999_999_999_999_999_999);
        for wrong in ["", "+5", "5.0", "1_0", "-1", "٣", "10000000000000000000"] {
            assert_eq!(TaskId::parse(wrong).unwrap_err().code, "int_parsing", "{wrong}");
        }
    }
}
