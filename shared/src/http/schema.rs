//! Schemas for the document: of texts that the domain reads by hand, and of what many routes share.

use std::borrow::Cow;

use serde_json::Value;
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::domain::audit::Reason;
use crate::domain::email_address::EmailAddress;
use crate::domain::id::CandidateSessionId;
use crate::domain::repository::{BranchName, GitHubUsername};
use crate::domain::text::{CONTENT_BYTES_MAX, ContentText, Line, Prose};

/// No control character, and no mark that reorders what a reader sees.
const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+$";
/// A line, of which one character at least is not white space as Unicode has it (property `White_Space`).
const LINE_NOT_BLANK: &str = concat!(
    r"^[^\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]*",
    r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u200e\u200f\u2028-\u202f\u205f\u2066-\u2069\u3000]",
    r"[^\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]*$",
);
/// No control character but newline and tab.
const PROSE: &str = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$";
const BRANCH: &str = "^([A-Za-z0-9_][A-Za-z0-9._/-]*)?$";
const GITHUB_USERNAME: &str = "^([A-Za-z0-9]([A-Za-z0-9-]{0,37}[A-Za-z0-9])?)?$";

/// A whole number of the body that is brought into its range. It has no format, which would be a range:
/// `int64` begins at -2^63, and one less is taken, too.
#[derive(Debug)]
pub struct WholeNumber;

impl PartialSchema for WholeNumber {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Integer);
        number.description(Some("However large or small; a text of digits is one, too.")).into()
    }
}

impl ToSchema for WholeNumber {}

/// The one error body, of every error of every layer.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Always `about:blank`: `errorCode` says more.
    #[schema(example = "about:blank")]
    pub r#type: String,
    /// The status in words.
    #[schema(example = "Not Found")]
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    pub status: u16,
    /// What is wrong, for people. Never repeats what was sent.
    #[schema(example = "Simulation not found")]
    pub detail: String,
    /// The request's id, as in the header `x-tenon-request-id`.
    #[schema(format = "uuid")]
    pub instance: String,
    /// What is wrong, for programs.
    #[schema(pattern = "^[A-Z][A-Z0-9_]*$", example = "SIMULATION_NOT_FOUND")]
    pub error_code: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// What more there is to say.
    #[schema(value_type = Object, required = false)]
    pub details: Option<Value>,
    /// Every problem of a request with status 422.
    #[schema(value_type = Vec<InputProblem>, required = false)]
    pub errors: Option<Vec<InputProblem>>,
    /// Why a candidate cannot be invited.
    #[schema(value_type = InviteRejected, required = false)]
    pub error: Option<InviteRejected>,
    /// Seconds until a new try makes sense, of a 429: the same as `Retry-After`.
    #[schema(value_type = u32, required = false, minimum = 1)]
    pub retry_after_seconds: Option<u32>,
}

/// One thing that is wrong with a request.
#[derive(Debug, ToSchema)]
pub struct InputProblem {
    /// Where: a JSON pointer that begins with the part of the request.
    #[schema(pattern = "^/(path|query|header|body)(/.*)?$", example = "/body/title")]
    pub pointer: String,
    /// For people. Never repeats what was sent.
    #[schema(example = "is required")]
    pub message: String,
    /// For programs.
    #[schema(example = "missing")]
    pub code: String,
}

/// Why a candidate cannot be invited.
#[derive(Debug, ToSchema)]
pub struct InviteRejected {
    /// For programs.
    #[schema(example = "candidate_already_completed")]
    pub code: String,
    /// For people.
    pub message: String,
    /// What became of the invite.
    #[schema(example = "rejected")]
    pub outcome: String,
}

/// The id of something that need not be there: 1 to 19 digits.
#[derive(Debug, ToSchema)]
#[schema(value_type = u64, format = "uint64", minimum = 0, maximum = 9_999_999_999_999_999_999_u64)]
pub struct AnyId(pub u64);

/// The header that every task route needs.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct SessionHeader {
    /// The session that the call is for: the caller must have claimed it.
    #[param(rename = "x-candidate-session-id")]
    pub session: CandidateSessionId,
}

/// The header that keeps a request from being done twice.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IdempotencyKey {
    /// The caller's name for the request: for 24 hours, another request with the same name and the
    /// same values does nothing and is answered alike, and one with other values is refused with
    /// 422. May stand in quotes.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        pattern = "^[\\x20-\\x7e]+$",
        required = false
    )]
    pub key: String,
}

/// A schema of one of `words`.
pub fn one_of(words: &[&str]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.to_vec())).build()
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

impl<const MAX: usize> PartialSchema for Line<MAX> {
    fn schema() -> RefOr<Schema> {
        let line = text().min_length(Some(1)).max_length(Some(MAX)).pattern(Some(LINE));
        line.description(Some("One line without control characters.")).into()
    }
}

impl<const MAX: usize> ToSchema for Line<MAX> {
    fn name() -> Cow<'static, str> {
        format!("Line{MAX}").into()
    }
}

impl PartialSchema for Reason {
    fn schema() -> RefOr<Schema> {
        let reason = text().min_length(Some(1)).max_length(Some(500)).pattern(Some(LINE_NOT_BLANK));
        reason.description(Some("One line without control characters, not all blank.")).into()
    }
}

impl ToSchema for Reason {}

impl<const MAX: usize> PartialSchema for Prose<MAX> {
    fn schema() -> RefOr<Schema> {
        let prose = text().max_length(Some(MAX)).pattern(Some(PROSE));
        prose.description(Some("Text without control characters but newline and tab.")).into()
    }
}

impl<const MAX: usize> ToSchema for Prose<MAX> {
    fn name() -> Cow<'static, str> {
        format!("Prose{MAX}").into()
    }
}

impl PartialSchema for ContentText {
    fn schema() -> RefOr<Schema> {
        let content = text().max_length(Some(CONTENT_BYTES_MAX)).pattern(Some(PROSE));
        let limit = "Text without control characters but newline and tab; the limit counts bytes \
                     of UTF-8.";
        content.description(Some(limit)).into()
    }
}

impl ToSchema for ContentText {}

impl PartialSchema for EmailAddress {
    fn schema() -> RefOr<Schema> {
        let address = text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)));
        let limits = "An address that mail can be sent to, at most 255 bytes. Refused: quoted local \
                      parts, IP numbers, domains without a dot, reserved domains.";
        let address = address.max_length(Some(255)).description(Some(limits));
        address.examples(["ada@example.com"]).into()
    }
}

impl ToSchema for EmailAddress {}

impl PartialSchema for BranchName {
    fn schema() -> RefOr<Schema> {
        let name = text().max_length(Some(200)).pattern(Some(BRANCH));
        name.description(Some("A branch that git accepts; empty is as if left out."))
            .examples(["main"])
            .into()
    }
}

impl ToSchema for BranchName {}

impl PartialSchema for GitHubUsername {
    fn schema() -> RefOr<Schema> {
        let name = text().max_length(Some(39)).pattern(Some(GITHUB_USERNAME));
        name.description(Some("An account of GitHub; empty is as if left out.")).into()
    }
}

impl ToSchema for GitHubUsername {}
