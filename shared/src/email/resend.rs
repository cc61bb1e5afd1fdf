//! Resend. It keeps the keys of mails for a day and takes none twice, so a lost answer is no loss.

use http::StatusCode;
use reqwest::{Client, Response};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::email::failure::{MailError, MailFailure};
use crate::email::sender::Sender;
use crate::email::{Mail, MessageId};
use crate::secret::Secret;

/// How Resend calls a mail whose first delivery to it has not ended yet.
const STILL_AT_IT: &str = "concurrent_idempotent_requests";

/// Resend, or what answers in its place.
#[derive(Debug, Clone)]
pub struct Resend {
    http: Client,
    address: String,
    api_key: Secret,
    from: String,
}

#[derive(Serialize)]
struct Email<'a> {
    from: &'a str,
    to: [&'a str; 1],
    subject: &'a str,
    text: &'a str,
    html: &'a str,
}

#[derive(Deserialize)]
struct Taken {
    id: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    name: String,
}

impl Resend {
    /// Resend at `endpoint`.
    pub fn new(http: Client, endpoint: &Url, api_key: Secret, sender: Sender) -> Self {
        let address = format!("{}/emails", endpoint.as_str().trim_end_matches('/'));
        Self { http, address, api_key, from: sender.whole }
    }

    /// Hands a mail over; again under the same key is not twice.
    pub async fn send(&self, mail: &Mail) -> Result<Option<MessageId>, MailError> {
        let email = Email {
            from: &self.from,
            to: [mail.to.as_str()],
            subject: mail.subject.as_str(),
            text: &mail.text,
            html: &mail.html,
        };
        let request = self
            .http
            .post(&self.address)
            .bearer_auth(self.api_key.expose())
            .header("idempotency-key", format!("invite-{}", mail.key))
            .json(&email);
        let lost = |_error| MailError::request(MailFailure::NotSent(None));
        let answer = request.send().await.map_err(lost)?;
        if !answer.status().is_success() {
            return Err(refused(answer).await);
        }
        let body = answer.bytes().await.map_err(lost)?;
        let taken: Option<Taken> = serde_json::from_slice(&body).ok();
        let name = taken.and_then(|taken| taken.id.or(taken.message));
        Ok(name.as_deref().and_then(MessageId::read))
    }
}

async fn refused(answer: Response) -> MailError {
    let (status, headers) = (answer.status(), answer.headers().clone());
    let refusal = MailError::status(status.as_u16(), &headers);
    if status != StatusCode::CONFLICT {
        return refusal;
    }
    // The key is known. Either the first delivery goes on, or its text was another: the recruiter
    // corrected a name meanwhile, and which of the two went out is anybody's guess.
    let body = answer.bytes().await.unwrap_or_default();
    let name = serde_json::from_slice(&body).ok().map(|refusal: Refusal| refusal.name);
    let going_on = name.as_deref() == Some(STILL_AT_IT);
    let kind = if going_on { MailFailure::NotSent(None) } else { MailFailure::Unanswered };
    MailError::new(kind, refusal.to_string())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;
    use crate::email::tests::{Answer, Endpoint, dropped, http, mail, nowhere};

    fn resend(base: &str) -> Resend {
        let sender = Sender::parse("Tenon <no-reply@tenon.example>").unwrap();
        Resend::new(http(), &base.parse().unwrap(), Secret::new("re_key"), sender)
    }

    #[tokio::test]
    async fn resend_is_given_the_mail_under_a_key_of_its_own() {
        let endpoint = Endpoint::answering(Answer::json(200, r#"{"id": "re-1"}"#)).await;

        let sent = resend(&endpoint.base).send(&mail()).await.unwrap();

        assert_eq!(sent, MessageId::read("re-1"));
        let asked = endpoint.only();
        assert_eq!(asked.line, "POST /emails");
        assert_eq!(asked.header("authorization"), Some("Bearer re_key"));
        assert_eq!(asked.header("content-type"), Some("application/json"));
        assert_eq!(asked.header("idempotency-key"), Some("invite-12-3"));
        let expected = json!({
            "from": "Tenon <no-reply@tenon.example>",
            "to": ["ada@example.com"],
            "subject": "HelloBcc: x",
            "text": "Text",
            "html": "<p>Text</p>",
        });
        assert_eq!(asked.body, expected);
    }

    #[tokio::test]
    async fn a_taken_mail_may_have_its_name_elsewhere_or_none_at_all() {
        for (body, name) in [
            (r#"{"message": "queued-7"}"#, Some("queued-7")),
            ("{}", None),
            ("no JSON", None),
            (r#"{"id": "a\nb"}"#, None),
        ] {
            let endpoint = Endpoint::answering(Answer::json(200, body)).await;
            let sent = resend(&endpoint.base).send(&mail()).await.unwrap();
            assert_eq!(sent, name.and_then(MessageId::read), "{body}");
        }
    }

    #[tokio::test]
    async fn every_refusal_says_whether_to_try_again() {
        let seven = Some(SignedDuration::from_secs(7));
        let busy = Answer { headers: &[("retry-after", "7")], ..Answer::json(429, "{}") };
        let name = |name: &'static str| Answer::json(409, name);
        for (answer, kind, told) in [
            (busy, MailFailure::RateLimited(seven), "Email provider error (429)"),
            (Answer::json(500, "{}"), MailFailure::NotSent(None), "Email provider error (500)"),
            (Answer::json(401, "{}"), MailFailure::Refused, "Email provider error (401)"),
            (Answer::json(422, "{}"), MailFailure::Refused, "Email provider error (422)"),
            (
                name(r#"{"name": "concurrent_idempotent_requests"}"#),
                MailFailure::NotSent(None),
                "Email provider error (409)",
            ),
            (
                name(r#"{"name": "invalid_idempotent_request"}"#),
                MailFailure::Unanswered,
                "Email provider error (409)",
            ),
        ] {
            let endpoint = Endpoint::answering(answer).await;
            let error = resend(&endpoint.base).send(&mail()).await.unwrap_err();
            assert_eq!((error.kind, error.to_string().as_str()), (kind, told));
        }
    }

    #[tokio::test]
    async fn a_lost_or_broken_answer_is_worth_another_try_under_the_same_key() {
        let cut = "HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"id\":";
        for base in [nowhere().await, dropped("").await, dropped(cut).await] {
            let error = resend(&base).send(&mail()).await.unwrap_err();
            assert_eq!(error, MailError::request(MailFailure::NotSent(None)));
            assert_eq!(error.to_string(), "Email provider request failed");
        }
    }
}
