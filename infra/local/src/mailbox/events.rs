//! What SES tells of mails to its mailbox simulator, in the shape in which `EventBridge` hands it on.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::mailbox::Mail;

/// How long after its acceptance a mail comes back.
pub(super) const DELAY: Duration = Duration::from_secs(1);
/// What every address of AWS's mailbox simulator ends in.
const SIMULATOR: &str = "@simulator.amazonses.com";

/// The events about `mail`: one for every recipient that is the simulator's `bounce` or `complaint`,
/// also with a label (`bounce+anything@…`).
pub(super) fn about(mail: &Mail) -> Vec<Value> {
    let recipients = mail.content.to.iter().chain(&mail.content.cc).chain(&mail.content.bcc);
    recipients.filter_map(|recipient| fate(mail, recipient)).collect()
}

fn fate(mail: &Mail, recipient: &str) -> Option<Value> {
    let local = recipient.strip_suffix(SIMULATOR)?;
    match local.split('+').next()? {
        "bounce" => Some(bounced(mail, recipient)),
        "complaint" => Some(complained(mail, recipient)),
        _ => None,
    }
}

fn bounced(mail: &Mail, recipient: &str) -> Value {
    let detail = json!({
        "eventType": "Bounce",
        "mail": told(mail),
        "bounce": {
            "feedbackId": mail.id,
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [{
                "emailAddress": recipient,
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown",
            }],
            "timestamp": mail.received_at,
            "reportingMTA": "dsn; simulator.amazonses.com",
        },
    });
    event(mail, "Email Bounced", &detail)
}

fn complained(mail: &Mail, recipient: &str) -> Value {
    let detail = json!({
        "eventType": "Complaint",
        "mail": told(mail),
        "complaint": {
            "feedbackId": mail.id,
            "complaintSubType": null,
            "complainedRecipients": [{ "emailAddress": recipient }],
            "timestamp": mail.received_at,
            "userAgent": "Amazon SES Mailbox Simulator",
            "complaintFeedbackType": "abuse",
            "arrivalDate": mail.received_at,
        },
    });
    event(mail, "Email Complaint Received", &detail)
}

fn event(mail: &Mail, kind: &str, detail: &Value) -> Value {
    json!({
        "version": "0",
        "id": mail.id,
        "detail-type": kind,
        "source": "aws.ses",
        "account": "000000000000",
        "time": mail.received_at,
        "region": "us-east-1",
        "resources": [],
        "detail": detail,
    })
}

/// What every event says of the mail: its tags as lists, SES's own among them.
fn told(mail: &Mail) -> Value {
    let content = &mail.content;
    let mut tags: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for tag in &content.tags {
        tags.entry(&tag.name).or_default().push(&tag.value);
    }
    if let Some(set) = &content.configuration_set {
        tags.insert("ses:configuration-set", vec![set]);
    }
    json!({
        "timestamp": mail.received_at,
        "source": content.from,
        "sendingAccountId": "000000000000",
        "messageId": mail.id,
        "destination": content.to,
        "headersTruncated": false,
        "headers": [],
        "commonHeaders": {
            "from": [content.from],
            "to": content.to,
            "messageId": mail.id,
            "subject": content.subject,
        },
        "tags": tags,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailbox::{Content, Pair};

    fn mail(to: &str) -> Mail {
        Mail {
            id: "m-1".to_owned(),
            received_at: "2026-03-02T09:00:00Z".parse().unwrap(),
            content: Content {
                from: "Tenon <no-reply@tenon.example>".to_owned(),
                to: vec![to.to_owned()],
                subject: "Hello".to_owned(),
                tags: vec![Pair { name: "key".to_owned(), value: "12-3".to_owned() }],
                configuration_set: Some("tenon".to_owned()),
                ..Content::default()
            },
        }
    }

    #[test]
    fn a_mail_to_the_simulator_comes_back_with_its_tags() {
        for (to, kind, detail) in [
            ("bounce@simulator.amazonses.com", "Email Bounced", "bounce"),
            ("bounce+7@simulator.amazonses.com", "Email Bounced", "bounce"),
            ("complaint@simulator.amazonses.com", "Email Complaint Received", "complaint"),
        ] {
            let events = about(&mail(to));
            assert_eq!(events.len(), 1, "{to}");
            assert_eq!(events[0]["detail-type"], kind);
            assert!(events[0]["detail"][detail].is_object());
            let told = &events[0]["detail"]["mail"];
            assert_eq!((&told["messageId"], &told["destination"][0]), (&json!("m-1"), &json!(to)));
            let tags = json!({ "key": ["12-3"], "ses:configuration-set": ["tenon"] });
            assert_eq!(told["tags"], tags);
        }
    }

    #[test]
    fn a_mail_to_anybody_else_does_not() {
        for to in ["ada@example.com", "success@simulator.amazonses.com", "bounce@example.com"] {
            assert_eq!(about(&mail(to)), Vec::<Value>::new());
        }
    }
}
