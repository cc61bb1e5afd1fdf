//! Amazon SES v2. Its own words on a failure hold addresses and go nowhere.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::http::HttpResponse;
use aws_sdk_sesv2::error::{BuildError, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageTag};
use http::HeaderMap;
use url::Url;

use crate::email::failure::{MailError, MailFailure};
use crate::email::sender::Sender;
use crate::email::{Mail, MessageId};
use crate::permissions::{self, Permission};

/// The tag that says what a mail is, for counting.
const KIND_TAG: (&str, &str) = ("mail", "invite");
/// The tag that holds a mail's key; events about the mail bring it back.
pub(crate) const KEY_TAG: &str = "key";
/// How long SES may take to answer.
const LIMIT: Duration = Duration::from_secs(6);

/// Amazon SES, or the development stack's imitation of it.
#[derive(Debug, Clone)]
pub struct Ses {
    client: Client,
    from: String,
    configuration_set: Option<String>,
}

impl Ses {
    /// SES as `aws` says, or what answers in its place at `endpoint`.
    pub fn new(aws: &SdkConfig, endpoint: Option<&Url>, sender: Sender) -> Self {
        // A mail has no idempotency key there: one attempt, with time to answer.
        let mut config = aws_sdk_sesv2::config::Builder::from(aws)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(LIMIT).build());
        let endpoint = endpoint.map(|url| url.as_str().trim_end_matches('/').to_owned());
        config.set_endpoint_url(endpoint);
        let client = Client::from_conf(config.build());
        Self { client, from: sender.whole, configuration_set: None }
    }

    /// The same, sending under a configuration set: its events are where bounces come from.
    pub fn counting_in(self, configuration_set: Option<String>) -> Self {
        Self { configuration_set, ..self }
    }

    /// Hands a mail over. SES would take it a second time.
    pub async fn send(&self, mail: &Mail) -> Result<Option<MessageId>, MailError> {
        let tag = |name: &str, value: &str| MessageTag::builder().name(name).value(value).build();
        let unbuildable = |_why| MailError::request(MailFailure::Refused);
        permissions::note(Permission::of("ses:SendEmail"));
        let sent = self
            .client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(mail.to.as_str()).build())
            .content(content(mail).map_err(unbuildable)?)
            .email_tags(tag(KIND_TAG.0, KIND_TAG.1).map_err(unbuildable)?)
            .email_tags(tag(KEY_TAG, &mail.key.to_string()).map_err(unbuildable)?)
            .set_configuration_set_name(self.configuration_set.clone())
            .send()
            .await
            .map_err(|error| refused(&error))?;
        Ok(sent.message_id().and_then(MessageId::read))
    }
}

fn content(mail: &Mail) -> Result<EmailContent, BuildError> {
    let utf8 = |data: &str| Content::builder().charset("UTF-8").data(data).build();
    let body = Body::builder().text(utf8(&mail.text)?).html(utf8(&mail.html)?).build();
    let message = Message::builder().subject(utf8(mail.subject.as_str())?).body(body).build();
    Ok(EmailContent::builder().simple(message).build())
}

fn refused(error: &SdkError<SendEmailError, HttpResponse>) -> MailError {
    match error {
        SdkError::DispatchFailure(_) if never_left(error) => {
            MailError::request(MailFailure::NotSent(None))
        }
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            MailError::request(MailFailure::Unanswered)
        }
        SdkError::ServiceError(refusal) => {
            let status = refusal.raw().status().as_u16();
            let throttled = refusal.err().is_too_many_requests_exception()
                || refusal.err().is_limit_exceeded_exception();
            let status = if throttled { 429 } else { status };
            MailError::status_of_unkeyed(status, &HeaderMap::new())
        }
        _ => MailError::request(MailFailure::Refused),
    }
}

/// Whether no connection came about, so that nothing can have been sent.
fn never_left(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return matches!(
                io.kind(),
                io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
            );
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests;
