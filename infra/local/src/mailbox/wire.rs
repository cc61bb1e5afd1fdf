//! SES v2 on the wire, as far as `aws-sdk-sesv2` is used: `SendEmail` with simple content.

use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use crate::documents::DocumentsError;
use crate::mailbox::{Content, Mailbox, Pair};

/// SES's limit on a message, in bytes.
const REQUEST_BYTES_MAX: usize = 40 * 1024 * 1024;
/// SES's limit on the recipients of one mail.
const RECIPIENTS_MAX: usize = 50;
/// SES's limits on a header, in characters.
const HEADER_NAME_MAX: usize = 126;
const HEADER_VALUE_MAX: usize = 995;
const HEADER_MAX: usize = 996;
/// SES's limit on a tag's name and on its value, in characters.
const TAG_MAX: usize = 256;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: Option<String>,
    #[serde(default)]
    destination: Destination,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
    content: EmailContent,
    #[serde(default)]
    email_tags: Vec<Pair>,
    configuration_set_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Destination {
    #[serde(rename = "ToAddresses")]
    to: Vec<String>,
    #[serde(rename = "CcAddresses")]
    cc: Vec<String>,
    #[serde(rename = "BccAddresses")]
    bcc: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EmailContent {
    simple: Option<Simple>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Data,
    body: Body,
    #[serde(default)]
    headers: Vec<Pair>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Data>,
    html: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    data: String,
}

#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("The local mailbox knows the operation SendEmail only.")]
    UnknownOperation,
    #[error("The request is not the JSON of a SendEmail.")]
    NotJson(#[source] serde_json::Error),
    #[error("The local mailbox takes messages with simple content only.")]
    NotSimple,
    #[error("Missing FromEmailAddress.")]
    NoSender,
    #[error("A mail has 1 to {RECIPIENTS_MAX} recipients.")]
    BadRecipientCount,
    #[error("Missing '@' or a line break in an address.")]
    BadAddress,
    #[error("The subject has a line break.")]
    BadSubject,
    #[error("The message has neither a text nor an HTML body.")]
    NoBody,
    #[error("A header's name or value is too long, empty or not printable ASCII.")]
    BadHeader,
    #[error("A tag may have only letters, digits, underscores and dashes, at most {TAG_MAX}.")]
    BadTag,
    #[error("The mail could not be kept.")]
    NotKept(#[source] DocumentsError),
}

pub(super) fn router(mailbox: Mailbox) -> Router {
    Router::new()
        .route("/v2/email/outbound-emails", post(send_email))
        .route("/v2/email/{*other}", any(|| async { Refusal::UnknownOperation }))
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .with_state(mailbox)
}

async fn send_email(State(mailbox): State<Mailbox>, body: Bytes) -> Result<Response, Refusal> {
    let request: SendEmail = serde_json::from_slice(&body).map_err(Refusal::NotJson)?;
    let mail = mailbox.receive(content(request)?).map_err(Refusal::NotKept)?;
    Ok(Json(json!({ "MessageId": mail.id })).into_response())
}

fn content(request: SendEmail) -> Result<Content, Refusal> {
    let simple = request.content.simple.ok_or(Refusal::NotSimple)?;
    let content = Content {
        from: request.from_email_address.ok_or(Refusal::NoSender)?,
        to: request.destination.to,
        cc: request.destination.cc,
        bcc: request.destination.bcc,
        reply_to: request.reply_to_addresses,
        subject: simple.subject.data,
        text: simple.body.text.map(|part| part.data),
        html: simple.body.html.map(|part| part.data),
        headers: simple.headers,
        tags: request.email_tags,
        configuration_set: request.configuration_set_name,
    };
    checked(content)
}

fn checked(content: Content) -> Result<Content, Refusal> {
    let recipients = || content.to.iter().chain(&content.cc).chain(&content.bcc);
    if !(1..=RECIPIENTS_MAX).contains(&recipients().count()) {
        return Err(Refusal::BadRecipientCount);
    }
    let addresses = || recipients().chain(&content.reply_to).chain([&content.from]);
    if !addresses().all(|address| address.contains('@') && !breaks_line(address)) {
        return Err(Refusal::BadAddress);
    }
    if breaks_line(&content.subject) {
        return Err(Refusal::BadSubject);
    }
    if content.text.is_none() && content.html.is_none() {
        return Err(Refusal::NoBody);
    }
    if !content.headers.iter().all(is_header) {
        return Err(Refusal::BadHeader);
    }
    if !content.tags.iter().all(|tag| is_tag(&tag.name) && is_tag(&tag.value)) {
        return Err(Refusal::BadTag);
    }
    Ok(content)
}

fn breaks_line(text: &str) -> bool {
    text.contains(['\r', '\n'])
}

fn is_header(header: &Pair) -> bool {
    let Pair { name, value } = header;
    (1..=HEADER_NAME_MAX).contains(&name.len())
        && name.chars().all(|it| it.is_ascii_graphic() && it != ':')
        && (1..=HEADER_VALUE_MAX).contains(&value.len())
        && name.len() + value.len() <= HEADER_MAX
        && value.chars().all(|it| it == ' ' || it.is_ascii_graphic())
}

fn is_tag(text: &str) -> bool {
    (1..=TAG_MAX).contains(&text.len())
        && text.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '-'))
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, name) = match &self {
            Self::UnknownOperation => (StatusCode::NOT_FOUND, "UnknownOperationException"),
            Self::NotKept(error) => {
                let cause: &dyn std::error::Error = error;
                tracing::error!(error = cause, "a mail could not be kept");
                (StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceErrorException")
            }
            Self::NotJson(_)
            | Self::NotSimple
            | Self::NoSender
            | Self::BadRecipientCount
            | Self::BadAddress
            | Self::BadSubject
            | Self::NoBody
            | Self::BadHeader
            | Self::BadTag => (StatusCode::BAD_REQUEST, "BadRequestException"),
        };
        let body = Json(json!({ "message": self.to_string() }));
        (status, [("x-amzn-errortype", name)], body).into_response()
    }
}
