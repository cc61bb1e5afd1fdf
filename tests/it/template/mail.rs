//! What SES tells gets to the job queue, as it is.

use serde_json::Value;
use tests::template::read;

use super::pattern::matches;

/// An event as SES gave it, out of the message that it came in.
fn told(file: &str) -> Value {
    let batch: Value = serde_json::from_str(file).unwrap();
    serde_json::from_str(batch["Records"][0]["body"].as_str().unwrap()).unwrap()
}

#[test]
fn what_ses_tells_of_our_own_mails_passes_the_rule_and_of_others_does_not() {
    let mail = read("infra/mail.yaml");
    let rule = &mail["Resources"]["MailEventsRule"]["Properties"];
    let text = rule["EventPattern"].to_string();
    let pattern = text.replace(r#"{"Ref":"ConfigurationSet"}"#, r#""tenon""#);
    let pattern: Value = serde_json::from_str(&pattern).unwrap();
    let bounce = told(include_str!("../../../events/jobs.bounce.json"));
    let complaint = told(include_str!("../../../events/jobs.complaint.json"));

    assert!(matches(&pattern, &bounce));
    assert!(matches(&pattern, &complaint));
    for not_sent in ["Email Rejected", "Email Rendering Failed"] {
        let mut event = bounce.clone();
        event["detail-type"] = not_sent.into();
        assert!(matches(&pattern, &event), "{not_sent}");
    }
    let mut anothers = bounce.clone();
    anothers["detail"]["mail"]["tags"]["ses:configuration-set"] = serde_json::json!(["other"]);
    let mut delivered = bounce;
    delivered["detail-type"] = "Email Delivered".into();
    assert!(!matches(&pattern, &anothers));
    assert!(!matches(&pattern, &delivered));
    assert_eq!(rule["Targets"][0]["Arn"]["Ref"], "QueueArn");
    assert_eq!(rule["Targets"][0]["InputTransformer"], Value::Null, "read as they are");
}

#[test]
fn ses_tells_of_what_the_rule_waits_for_and_the_queues_believe_that_rule_alone() {
    let (mail, jobs) = (read("infra/mail.yaml"), read("infra/jobs.yaml"));
    let told = &mail["Resources"]["Events"]["Properties"]["EventDestination"]["MatchingEventTypes"];
    let rule = &mail["Resources"]["MailEventsRule"]["Properties"];
    let name = rule["Name"]["Fn::Sub"].as_str();

    assert_eq!(*told, serde_json::json!(["BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE"]));
    // The same four, as EventBridge names them.
    let named =
        ["Email Bounced", "Email Complaint Received", "Email Rejected", "Email Rendering Failed"];
    assert_eq!(rule["EventPattern"]["detail-type"], serde_json::json!(named));
    for policy in ["JobsQueuePolicy", "UndeliveredQueuePolicy"] {
        let statements = &jobs["Resources"][policy]["Properties"]["PolicyDocument"]["Statement"];
        let source = &statements[0]["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Sub"];
        let rule = source.as_str().unwrap().split_once(":rule/").unwrap().1;
        assert_eq!(Some(rule), name, "{policy}");
        assert_eq!(statements[1]["Effect"], "Deny", "{policy}");
    }
}
