//! `SendGrid` v3.

use reqwest::Client;
use serde::Serialize;
use url::Url;

use crate::email::failure::{MailError, lost};
use crate::email::sender::Sender;
use crate::email::{Mail, MessageId};
use crate::secret::Secret;

/// `SendGrid`, or what answers in its place.
#[derive(Debug, Clone)]
pub struct SendGrid {
    http: Client,
    address: String,
    api_key: Secret,
    sender: Sender,
}

#[derive(Serialize)]
struct Request<'a> {
    personalizations: [Personalization<'a>; 1],
    from: Person<'a>,
    subject: &'a str,
    /// Plain text first: it is refused otherwise.
    content: [Part<'a>; 2],
}

#[derive(Serialize)]
struct Personalization<'a> {
    to: [Person<'a>; 1],
}

#[derive(Serialize)]
struct Person<'a> {
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct Part<'a> {
    r#type: &'static str,
    value: &'a str,
}

impl SendGrid {
    /// `SendGrid` at `endpoint`.
    pub fn new(http: Client, endpoint: &Url, api_key: Secret, sender: Sender) -> Self {
        let address = format!("{}/v3/mail/send", endpoint.as_str().trim_end_matches('/'));
        Self { http, address, api_key, sender }
    }

    /// Hands a mail over. It would be taken a second time.
    pub async fn send(&self, mail: &Mail) -> Result<Option<MessageId>, MailError> {
        let name = self.sender.name.as_deref();
        let request = Request {
            personalizations: [Personalization {
                to: [Person { email: mail.to.as_str(), name: None }],
            }],
            from: Person { email: &self.sender.address, name },
            subject: mail.subject.as_str(),
            content: [
                Part { r#type: "text/plain", value: &mail.text },
                Part { r#type: "text/html", value: &mail.html },
            ],
        };
        let call = self.http.post(&self.address).bearer_auth(self.api_key.expose());
        let sent = call.json(&request).send().await;
        let answer = sent.map_err(|error| MailError::request(lost(&error)))?;
        if !answer.status().is_success() {
            return Err(MailError::status_of_unkeyed(answer.status().as_u16(), answer.headers()));
        }
        // The head of the answer says all; its body is empty.
        let name = answer.headers().get("x-message-id").and_then(|name| name.to_str().ok());
        Ok(name.and_then(MessageId::read))
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::{Value, json};

    use super::*;
    use crate::email::failure::MailFailure;
    use crate::email::tests::{Answer, Endpoint, dropped, http, mail, nowhere};

    const TAKEN: Answer = Answer { status: 202, headers: &[("x-message-id", "sg-1")], body: "" };

    fn send_grid(base: &str, from: &str) -> SendGrid {
        let sender = Sender::parse(from).unwrap();
        SendGrid::new(http(), &base.parse().unwrap(), Secret::new("SG.key"), sender)
    }

    async fn asked(from: &str) -> Value {
        let endpoint = Endpoint::answering(TAKEN).await;
        send_grid(&endpoint.base, from).send(&mail()).await.unwrap();
        endpoint.only().body
    }

    #[tokio::test]
    async fn sendgrid_is_given_the_mail_and_names_it_in_a_header() {
        let endpoint = Endpoint::answering(TAKEN).await;
        let from = "\"Tenon\" <no-reply@tenon.example>";

        let sent = send_grid(&endpoint.base, from).send(&mail()).await.unwrap();

        assert_eq!(sent, MessageId::read("sg-1"));
        let asked = endpoint.only();
        assert_eq!(asked.line, "POST /v3/mail/send");
        assert_eq!(asked.header("authorization"), Some("Bearer SG.key"));
        assert_eq!(asked.header("content-type"), Some("application/json"));
        let expected = json!({
            "personalizations": [{"to": [{"email": "ada@example.com"}]}],
            "from": {"email": "no-reply@tenon.example", "name": "Tenon"},
            "subject": "HelloBcc: x",
            "content": [
                {"type": "text/plain", "value": "Text"},
                {"type": "text/html", "value": "<p>Text</p>"},
            ],
        });
        assert_eq!(asked.body, expected);
    }

    #[tokio::test]
    async fn a_sender_without_a_name_is_an_address_alone() {
        let body = asked("no-reply@tenon.example").await;
        assert_eq!(body["from"], json!({"email": "no-reply@tenon.example"}));
    }

    #[tokio::test]
    async fn every_refusal_says_whether_to_try_again() {
        let nine = Some(SignedDuration::from_secs(9));
        let busy = Answer { headers: &[("retry-after", "9")], ..Answer::json(429, "{}") };
        for (answer, kind, told) in [
            (busy, MailFailure::RateLimited(nine), "Email provider error (429)"),
            (Answer::json(503, "{}"), MailFailure::NotSent(None), "Email provider error (503)"),
            (Answer::json(401, "{}"), MailFailure::Refused, "Email provider error (401)"),
            (Answer::json(307, "{}"), MailFailure::Refused, "Email provider error (307)"),
        ] {
            let endpoint = Endpoint::answering(answer).await;
            let sender = send_grid(&endpoint.base, "a@tenon.example");
            let error = sender.send(&mail()).await.unwrap_err();
            assert_eq!((error.kind, error.to_string().as_str()), (kind, told));
        }
    }

    #[tokio::test]
    async fn a_lost_answer_may_be_a_mail_and_a_refused_connection_is_none() {
        for (base, kind) in [
            (nowhere().await, MailFailure::NotSent(None)),
            (dropped("").await, MailFailure::Unanswered),
            (dropped("HTTP/1.1 202 Acc").await, MailFailure::Unanswered),
        ] {
            let error = send_grid(&base, "a@tenon.example").send(&mail()).await.unwrap_err();
            assert_eq!(error, MailError::request(kind));
        }
    }
}
