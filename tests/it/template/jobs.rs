//! How a job gets from the table to the function that does it.

use local::stream::job_messages;
use serde_json::{Value, json};
use shared::queue::Message;
use tests::story::Story;
use tests::template::{ROOT, read};

use super::pattern::matches;

fn pipe() -> Value {
    read("infra/jobs.yaml")["Resources"]["JobsPipe"]["Properties"].clone()
}

/// The pipe's one filter.
fn filter(pipe: &Value) -> Value {
    let filters = &pipe["SourceParameters"]["FilterCriteria"]["Filters"];
    assert_eq!(filters.as_array().unwrap().len(), 1);
    serde_json::from_str(filters[0]["Pattern"].as_str().unwrap()).unwrap()
}

/// What the pipe makes of a record: `<$.a.b>` is the text found there.
fn message(pipe: &Value, record: &Value) -> String {
    let template = pipe["TargetParameters"]["InputTemplate"].as_str().unwrap();
    let mut parts = template.split("<$.");
    let mut message = parts.next().unwrap().to_owned();
    for part in parts {
        let (path, rest) = part.split_once('>').unwrap();
        let found = path.split('.').fold(record, |value, name| &value[name]);
        message.push_str(found.as_str().unwrap());
        message.push_str(rest);
    }
    message
}

#[tokio::test]
async fn the_pipe_makes_a_message_of_every_new_job_as_the_local_one_does_and_of_nothing_else() {
    let story = Story::begin().await;
    story.invited_just_now("ada@example.com").await;
    let pipe = pipe();
    let filter = filter(&pipe);
    let record =
        |event: &str, item: &Value| json!({ "eventName": event, "dynamodb": { "NewImage": item } });

    let items = story.held_items().await;
    let mut jobs = 0;
    for item in &items {
        let local = job_messages(&[serde_json::from_value(item.clone()).unwrap()]);
        let new = record("INSERT", item);
        let piped: Vec<String> =
            matches(&filter, &new).then(|| message(&pipe, &new)).into_iter().collect();
        assert_eq!(piped, local);
        assert!(!matches(&filter, &record("MODIFY", item)));
        assert!(!matches(&filter, &json!({ "eventName": "REMOVE", "dynamodb": {} })));
        for body in piped {
            let message: Message = serde_json::from_str(&body).unwrap();
            assert_eq!(item["PK"]["S"], format!("JOB#{}", message.job_id));
            jobs += 1;
        }
    }
    assert_eq!((jobs, items.len() > 10), (3, true));
}

#[test]
fn the_pipe_never_stands_still_at_a_record_that_it_cannot_carry() {
    let pipe = pipe();
    let stream = &pipe["SourceParameters"]["DynamoDBStreamParameters"];
    let data = read("infra/data.yaml");
    let images = &data["Resources"]["Table"]["Properties"]["StreamSpecification"];

    assert_eq!(images["StreamViewType"], "NEW_IMAGE");
    assert_eq!(stream["StartingPosition"], "TRIM_HORIZON");
    assert_eq!(stream["MaximumRetryAttempts"], 5);
    assert_eq!(stream["OnPartialBatchItemFailure"], "AUTOMATIC_BISECT");
    assert_eq!(stream["DeadLetterConfig"]["Arn"]["Fn::GetAtt"], "UndeliveredQueue.Arn");
    assert_eq!(pipe["Target"]["Fn::GetAtt"], "JobsQueue.Arn");
}

#[test]
fn a_message_is_hidden_for_six_times_as_long_as_it_may_take_and_kept_when_it_keeps_failing() {
    let (root, jobs) = (read(ROOT), read("infra/jobs.yaml"));
    let function = &root["Resources"]["JobsFunction"]["Properties"];
    let event = &function["Events"]["Queue"]["Properties"];
    let queue = &jobs["Resources"]["JobsQueue"]["Properties"];
    let dead = &jobs["Resources"]["JobsDeadLetterQueue"]["Properties"];
    let seconds = |value: &Value| value.as_u64().unwrap();

    assert_eq!(seconds(&queue["VisibilityTimeout"]), 6 * seconds(&function["Timeout"]));
    assert_eq!(seconds(&queue["RedrivePolicy"]["maxReceiveCount"]), 5);
    assert_eq!(seconds(&dead["MessageRetentionPeriod"]), 14 * 24 * 3_600);
    assert!(seconds(&queue["MessageRetentionPeriod"]) < seconds(&dead["MessageRetentionPeriod"]));
    assert_eq!(event["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
    assert_eq!(event["ScalingConfig"]["MaximumConcurrency"]["Ref"], "JobsConcurrency");
}

#[test]
fn the_sweeper_is_called_each_minute_by_a_role_that_may_do_nothing_else() {
    let root = read(ROOT);
    let schedule = &root["Resources"]["SweepSchedule"]["Properties"];
    let role = &root["Resources"]["SweepScheduleRole"]["Properties"]["Policies"];
    let actions: Vec<&Value> = role[0]["PolicyDocument"]["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|statement| &statement["Action"])
        .collect();

    assert_eq!(schedule["ScheduleExpression"], "rate(1 minute)");
    assert_eq!(schedule["Target"]["Arn"]["Ref"], "SweepFunction.Alias");
    assert_eq!(actions, ["lambda:InvokeFunction", "sqs:SendMessage"]);
    assert_eq!(role.as_array().unwrap().len(), 1);
}

#[test]
fn a_request_ends_before_its_function_and_the_function_before_the_gateway() {
    let root = read(ROOT);
    let seconds = root["Globals"]["Function"]["Timeout"].as_u64().unwrap();

    assert!((21..30).contains(&seconds), "a request may take 20 s, the gateway waits for 30");
}
