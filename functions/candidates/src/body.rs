//! What these routes take.

use shared::domain::id::CandidateSessionId;
use shared::domain::page::List;
use shared::domain::text::Invalid;
use shared::http::input::{Reader, Shape, Told};
use shared::http::paging::Paging;
use utoipa::ToSchema;

/// An invite token.
#[derive(ToSchema)]
#[schema(as = InviteToken, min_length = 20, max_length = 255)]
#[expect(dead_code, reason = "tells the document what `token` takes")]
pub(crate) struct TokenText(String);

pub(crate) struct Invites {
    pub(crate) paging: Paging,
}

impl Shape for Invites {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        Ok(Self { paging: Paging::read(reader, List::Invites, &[])? })
    }
}

pub(crate) struct Token {
    pub(crate) token: String,
}

impl Shape for Token {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        Ok(Self { token: reader.path("token", token)? })
    }
}

/// The length is checked as the contract has it; whether the token is any good is decided later.
fn token(text: &str) -> Result<String, Invalid> {
    match text.chars().count() {
        ..20 => Err(Invalid::new("string_too_short", "must have at least 20 characters")),
        20..=255 => Ok(text.to_owned()),
        _ => Err(Invalid::new("string_too_long", "must have at most 255 characters")),
    }
}

pub(crate) struct Session {
    pub(crate) session: CandidateSessionId,
}

impl Shape for Session {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        // The router knows this part of the path by the name it has in its sibling routes.
        let session = reader.path_called("token", "candidateSessionId", CandidateSessionId::parse);
        Ok(Self { session: session? })
    }
}
