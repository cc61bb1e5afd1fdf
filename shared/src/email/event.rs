//! What SES tells of a mail that it took: an `EventBridge` event, as it arrives in the job queue.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::invite_mail::{MailFate, MailKey, NotSent};
use crate::domain::suppression::Setback;
use crate::email::ses::KEY_TAG;

/// An event. Of its many fields only those are read that decide something; addresses are not among
/// them, because a mail has one recipient and its session knows the address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MailEvent {
    #[serde(rename = "source")]
    _source: Source,
    detail: Detail,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
enum Source {
    #[serde(rename = "aws.ses")]
    Ses,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    mail: Sent,
    bounce: Option<Bounce>,
    complaint: Option<Complaint>,
    reject: Option<Unsent>,
    /// Of a template that could not be filled in.
    failure: Option<Unsent>,
}

/// Why it did not go out is the log's, not ours.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Unsent {}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    message_id: String,
    #[serde(default)]
    tags: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    complaint_feedback_type: Option<String>,
}

impl MailEvent {
    /// What SES calls the mail.
    pub fn message_id(&self) -> &str {
        &self.detail.mail.message_id
    }

    /// Which mail of ours it is about, if it is one.
    pub fn key(&self) -> Option<MailKey> {
        let values = self.detail.mail.tags.get(KEY_TAG)?;
        values.first().and_then(|text| MailKey::parse(text))
    }

    /// What became of the mail; `None` when that changes nothing: it arrived, is late, was opened,
    /// met a full mailbox, or was reported as no spam.
    pub fn setback(&self) -> Option<Setback> {
        let Detail { bounce, complaint, .. } = &self.detail;
        let permanent = |bounce: &Bounce| bounce.bounce_type == "Permanent";
        let unwelcome = |complaint: &Complaint| {
            complaint.complaint_feedback_type.as_deref() != Some("not-spam")
        };
        if complaint.as_ref().is_some_and(unwelcome) {
            return Some(Setback::Complained);
        }
        bounce.as_ref().is_some_and(permanent).then_some(Setback::Bounced)
    }
}

impl MailEvent {
    /// What it says of the mail; `None` when that changes nothing.
    pub fn fate(&self) -> Option<MailFate> {
        let Detail { reject, failure, .. } = &self.detail;
        let rejected = reject.as_ref().map(|_why| NotSent::Rejected);
        let not_sent = rejected.or(failure.as_ref().map(|_why| NotSent::NotRendered));
        self.setback().map(MailFate::CameBack).or(not_sent.map(MailFate::NotSent))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::id::CandidateSessionId;

    /// An event as SES publishes it, about a mail of ours, with `change` to its detail.
    fn event(change: &Value) -> Value {
        let mut event = json!({
            "version": "0",
            "id": "12a18625-3e4c-4f3c-9a52-5b2f2f3b1c11",
            "detail-type": "Email Bounced",
            "source": "aws.ses",
            "account": "123456789012",
            "time": "2026-03-02T09:00:03Z",
            "region": "us-east-1",
            "resources": ["arn:aws:ses:us-east-1:123456789012:configuration-set/tenon"],
            "detail": {
                "eventType": "Bounce",
                "mail": {
                    "timestamp": "2026-03-02T09:00:00.000Z",
                    "source": "Tenon <no-reply@tenon.example>",
                    "messageId": "0100-0000",
                    "destination": ["ada@example.com"],
                    "headersTruncated": false,
                    "tags": {
                        "key": ["12-3"],
                        "mail": ["invite"],
                        "ses:configuration-set": ["tenon"],
                    },
                },
            },
        });
        let detail = event["detail"].as_object_mut().unwrap();
        detail.extend(change.as_object().unwrap().clone());
        event
    }

    fn read(event: Value) -> MailEvent {
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn an_event_names_the_mail_as_ses_and_as_we_do() {
        let event = read(event(&json!({})));

        assert_eq!(event.message_id(), "0100-0000");
        let key = MailKey { session: CandidateSessionId::new(12), number: 3 };
        assert_eq!(event.key(), Some(key));
    }

    #[test]
    fn a_mail_without_our_key_is_not_ours() {
        for tags in [json!({}), json!({"key": []}), json!({"key": ["x"]})] {
            let mut foreign = event(&json!({}));
            foreign["detail"]["mail"]["tags"] = tags;
            assert_eq!(read(foreign).key(), None);
        }
    }

    #[test]
    fn only_a_permanent_bounce_and_a_real_complaint_are_setbacks() {
        let bounce = |kind| json!({"bounce": {"bounceType": kind, "bounceSubType": "General"}});
        let complaint = |kind: Value| json!({"complaint": {"complaintFeedbackType": kind}});
        for (change, setback) in [
            (bounce("Permanent"), Some(Setback::Bounced)),
            (bounce("Transient"), None),
            (bounce("Undetermined"), None),
            (complaint(json!("abuse")), Some(Setback::Complained)),
            (complaint(json!(null)), Some(Setback::Complained)),
            (complaint(json!("not-spam")), None),
            (json!({"complaint": {}}), Some(Setback::Complained)),
            (json!({"delivery": {"processingTimeMillis": 7}}), None),
        ] {
            assert_eq!(read(event(&change)).setback(), setback, "{change}");
        }
    }

    #[test]
    fn a_mail_that_ses_took_and_did_not_send_has_failed_and_its_address_is_not_to_blame() {
        for (change, fate) in [
            (json!({"reject": {"reason": "Bad content"}}), Some(NotSent::Rejected)),
            (json!({"failure": {"errorMessage": "x"}}), Some(NotSent::NotRendered)),
            (json!({"send": {}}), None),
        ] {
            let event = read(event(&change));
            assert_eq!(event.fate(), fate.map(MailFate::NotSent), "{change}");
            assert_eq!(event.setback(), None);
        }
        let bounced = json!({"bounce": {"bounceType": "Permanent"}});
        assert_eq!(read(event(&bounced)).fate(), Some(MailFate::CameBack(Setback::Bounced)));
    }

    #[test]
    fn what_is_no_event_of_ses_is_not_read_as_one() {
        let mut elsewhere = event(&json!({}));
        elsewhere["source"] = json!("aws.s3");
        let mut headless = event(&json!({}));
        headless["detail"]["mail"]["messageId"] = json!(null);
        for wrong in [elsewhere, headless, json!({"jobId": "7"}), json!([]), json!(null)] {
            assert!(serde_json::from_value::<MailEvent>(wrong).is_err());
        }
    }
}
