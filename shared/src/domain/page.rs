//! Lists in pages: how many rows, and from where on.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::domain::text::Invalid;

/// The most rows of a list that is not paged.
pub const NEWEST_ROWS_MAX: u16 = 1_000;
/// The most rows of one page, and how many there are when a cursor comes without a limit.
pub const PAGE_ROWS_MAX: u16 = 200;
/// Bytes of a cursor that tell whether it is one of ours.
const CHECK_BYTES: usize = 3;

/// The lists there are. Each has its own cursors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// A recruiter's simulations.
    Simulations,
    /// A simulation's candidates.
    Candidates,
    /// A recruiter's submissions.
    Submissions,
    /// One candidate's submissions, by day.
    SessionSubmissions,
    /// The invites to one address.
    Invites,
    /// All companies.
    Companies,
    /// All mail domains that are some company's.
    Domains,
    /// All sessions, for what becomes of their repositories.
    CleanUps,
    /// Jobs that wait for a person.
    DeadJobs,
    /// Jobs that are not over.
    DueJobs,
    /// What somebody did.
    DoneBy,
    /// What was done to something.
    DoneTo,
}

impl List {
    const fn number(self) -> u8 {
        match self {
            Self::Simulations => 1,
            Self::Candidates => 2,
            Self::Submissions => 3,
            Self::SessionSubmissions => 4,
            Self::Invites => 5,
            Self::Companies => 6,
            Self::Domains => 7,
            Self::CleanUps => 8,
            Self::DeadJobs => 9,
            Self::DueJobs => 10,
            Self::DoneBy => 11,
            Self::DoneTo => 12,
        }
    }

    /// Whether its rows stand by moments, of which several may be the same.
    const fn is_by_moment(self) -> bool {
        matches!(self, Self::DeadJobs | Self::DueJobs | Self::DoneBy | Self::DoneTo)
    }
}

/// How many rows a page holds: 1 to [`PAGE_ROWS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    /// Reads a limit in decimal digits.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let number = whole(text)?;
        if number == 0 {
            return Err(Invalid::new("greater_than_equal", "must be at least 1"));
        }
        match u16::try_from(number) {
            Ok(limit) if limit <= PAGE_ROWS_MAX => Ok(Self(limit)),
            _ => Err(Invalid::new("less_than_equal", "must be at most 200")),
        }
    }

    /// The number itself.
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// The one offset that is served; reading it keeps callers alive that send it always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoOffset;

impl NoOffset {
    /// Reads an offset, which must be 0.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match whole(text)? {
            0 => Ok(Self),
            _ => Err(Invalid::new(
                "value_error",
                "above 0 is not supported; follow `cursor`, from the Link header or nextCursor",
            )),
        }
    }
}

/// At most 19 decimal digits.
fn whole(text: &str) -> Result<u64, Invalid> {
    let refused = || Invalid::new("int_parsing", "must be a whole number");
    if text.is_empty() || text.len() > 19 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused());
    }
    text.parse().map_err(|_overflow| refused())
}

/// Which row of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The one with this number.
    Number(u64),
    /// The one of this moment, in milliseconds since 1970, with this id.
    Moment(u64, Uuid),
}

/// Where in a list a page ended: 16 URL-safe characters over the list, the last row's number and a
/// check of both; 38 where rows stand by moments.
///
/// A cursor is a place, not a right: whose rows it moves among is decided by who asks. So it holds no
/// secret, and one that was made up moves its maker among their own rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    list: List,
    place: Place,
}

impl Cursor {
    /// Right after the row of `list` that is numbered `number`.
    pub const fn after(list: List, number: u64) -> Self {
        Self { list, place: Place::Number(number) }
    }

    /// Right after the row of `list` that is at `place`.
    pub const fn after_place(list: List, place: Place) -> Self {
        Self { list, place }
    }

    /// Reads a cursor of `list`; another list's is refused like any other text.
    pub fn parse(list: List, text: &str) -> Result<Self, Invalid> {
        let refused = || Invalid::new("value_error", "is not a cursor of this list");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_not_base64| refused())?;
        let number = bytes.get(1..9).and_then(|number| number.try_into().ok());
        let number = number.map(u64::from_be_bytes).ok_or_else(refused)?;
        let place = if list.is_by_moment() {
            let id = bytes.get(9..25).and_then(|id| Uuid::from_slice(id).ok());
            Place::Moment(number, id.ok_or_else(refused)?)
        } else {
            Place::Number(number)
        };
        let cursor = Self { list, place };
        if cursor.bytes() == bytes { Ok(cursor) } else { Err(refused()) }
    }

    /// Its characters.
    pub fn encode(self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes())
    }

    /// The list it belongs to.
    pub const fn list(self) -> List {
        self.list
    }

    /// The last row that was seen.
    pub const fn place(self) -> Place {
        self.place
    }

    fn bytes(self) -> Vec<u8> {
        let mut bytes = vec![self.list.number()];
        match self.place {
            Place::Number(number) => bytes.extend(number.to_be_bytes()),
            Place::Moment(milliseconds, id) => {
                bytes.extend(milliseconds.to_be_bytes());
                bytes.extend(id.as_bytes());
            }
        }
        let checked = [b"tenon cursor 1".as_slice(), &bytes].concat();
        let check = digest::digest(&digest::SHA256, &checked);
        bytes.extend(check.as_ref().iter().take(CHECK_BYTES));
        bytes
    }
}

/// Which rows of a list are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PageRequest {
    /// How many.
    pub limit: Option<Limit>,
    /// From where on; from the newest without.
    pub after: Option<Cursor>,
}

impl PageRequest {
    /// Whether the caller pages. Without, a list is what one read of the table brings.
    pub const fn is_paged(&self) -> bool {
        self.limit.is_some() || self.after.is_some()
    }

    /// The most rows of the answer.
    pub fn rows_max(&self) -> u16 {
        match (self.limit, self.after) {
            (Some(limit), _) => limit.get(),
            (None, Some(_)) => PAGE_ROWS_MAX,
            (None, None) => NEWEST_ROWS_MAX,
        }
    }
}

/// Rows of a list, newest first.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows. There may be fewer than were wanted although more follow.
    pub rows: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [List; 8] = [
        List::Simulations,
        List::Candidates,
        List::Submissions,
        List::SessionSubmissions,
        List::Invites,
        List::Companies,
        List::Domains,
        List::CleanUps,
    ];

    #[test]
    fn a_limit_is_a_whole_number_from_1_to_200() {
        assert_eq!([Limit::parse("1"), Limit::parse("200")], [Ok(Limit(1)), Ok(Limit(200))]);
        let code = |text| Limit::parse(text).unwrap_err().code;
        assert_eq!(["0", "000"].map(code), ["greater_than_equal"; 2]);
        assert_eq!(["201", "65537", "9999999999999999999"].map(code), ["less_than_equal"; 3]);
        let odd = ["", " 1", "+1", "-1", "1.0", "1e2", "١", "x", "10000000000000000000"];
        assert_eq!(odd.map(code), ["int_parsing"; 9]);
    }

    #[test]
    fn an_offset_is_0_or_refused_in_favour_of_the_cursor() {
        assert_eq!(NoOffset::parse("0"), Ok(NoOffset));
        let refused = NoOffset::parse("1").unwrap_err();
        assert_eq!(refused.code, "value_error");
        assert!(refused.message.contains("`cursor`"));
        assert_eq!(NoOffset::parse("-1").unwrap_err().code, "int_parsing");
    }

    #[test]
    fn a_cursor_has_16_url_safe_characters_and_is_good_for_its_own_list_only() {
        for list in ALL {
            let cursor = Cursor::after(list, (1 << 53) - 1);
            let text = cursor.encode();
            assert_eq!(text.len(), 16);
            assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            for other in ALL {
                let read = Cursor::parse(other, &text);
                assert_eq!(read.ok(), (other == list).then_some(cursor), "{list:?} as {other:?}");
            }
        }
    }

    #[test]
    fn a_cursor_among_moments_tells_those_of_one_moment_apart() {
        let place = |id| Place::Moment(1_772_442_000_000, Uuid::from_u128(id));
        let cursor = |list, id| Cursor::after_place(list, place(id));
        for list in [List::DeadJobs, List::DueJobs, List::DoneBy, List::DoneTo] {
            let text = cursor(list, 7).encode();
            assert_eq!(text.len(), 38);
            assert_eq!(Cursor::parse(list, &text).map(Cursor::place), Ok(place(7)));
            assert_ne!(text, cursor(list, 8).encode());
            assert!(Cursor::parse(list, &text[..16]).is_err());
        }
        let text = cursor(List::DeadJobs, 7).encode();
        assert!(Cursor::parse(List::DueJobs, &text).is_err());
        assert!(Cursor::parse(List::Invites, &text).is_err());
        let numbered = Cursor::after(List::DeadJobs, 7).encode();
        assert!(Cursor::parse(List::DeadJobs, &numbered).is_err());
    }

    #[test]
    fn a_cursor_that_was_changed_or_made_up_is_refused() {
        let text = Cursor::after(List::Invites, 7).encode();
        let genuine = URL_SAFE_NO_PAD.decode(&text).unwrap();
        for bit in 0..96 {
            let mut forged = genuine.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            let forged = URL_SAFE_NO_PAD.encode(forged);
            assert!(Cursor::parse(List::Invites, &forged).is_err(), "bit {bit}");
        }
        for odd in ["", "a", "7", &text[..15], &format!("{text}="), &format!("{text}AAAA"), "\0ä"]
        {
            assert!(Cursor::parse(List::Invites, odd).is_err(), "{odd:?}");
        }
    }

    #[test]
    fn a_page_has_its_limit_of_rows_200_after_a_bare_cursor_and_1000_when_nobody_pages() {
        let (limit, after) = (Limit::parse("7").ok(), Some(Cursor::after(List::Invites, 7)));
        let rows = |limit, after| {
            let wanted = PageRequest { limit, after };
            (wanted.rows_max(), wanted.is_paged())
        };
        assert_eq!(rows(None, None), (1_000, false));
        assert_eq!(rows(limit, None), (7, true));
        assert_eq!(rows(None, after), (200, true));
        assert_eq!(rows(limit, after), (7, true));
    }
}
