//! The presenter's rules, one by one.

use serde_json::{Value, json};
use shared::domain::results::Output;
use shared::domain::run::Run;
use shared::domain::submission::{CodeWork, Submission};
use shared::store::runs::RunOutput;

use crate::results::TestResults;
use crate::view;

const COMMIT: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// Handed-in code whose examination is `examination`.
fn code(examination: &Value) -> CodeWork {
    let code = json!({
        "repository": "acme/ws-1.a_b",
        "repositoryId": 7,
        "base": "a".repeat(40),
        "commit": COMMIT,
        "run": 9,
        "examination": examination,
    });
    serde_json::from_value(code).unwrap()
}

/// An examination whose run ended with `conclusion`, with `report` and `tampered` files.
fn complete(conclusion: &str, report: &Value, tampered: &[&str]) -> Value {
    json!({
        "examination": "complete",
        "results": {
            "githubId": 555,
            "conclusion": conclusion,
            "report": report,
            "stdoutHead": null,
            "stderrHead": null,
            "summary": r#"{"k":"v"}"#,
        },
        "diff": {
            "ahead_by": 1, "behind_by": 0, "total_commits": 1, "base": "a".repeat(40),
            "head": COMMIT, "files": [], "truncated": false,
        },
        "tampered": tampered,
        "at": "2026-03-02T09:10:00Z",
    })
}

fn counted(passed: u32, failed: u32, total: u32) -> Value {
    let name = "tenon-test-results";
    json!({ "report": "read", "passed": passed, "failed": failed, "total": total, "artifactName": name })
}

fn unreadable(problem: &str) -> Value {
    json!({ "report": "unreadable", "problem": problem })
}

fn output(stdout: Option<Output>, stderr: Option<Output>) -> RunOutput {
    let run = serde_json::from_value(json!(9)).unwrap();
    RunOutput { run, stdout, stderr, summary: None }
}

fn in_list(examination: &Value) -> Value {
    let shown = TestResults::in_list(&code(examination), "2026-03-02T09:00:00Z".parse().unwrap());
    serde_json::to_value(shown).unwrap()
}

fn in_full(examination: &Value, run: Option<&Run>, output: Option<&RunOutput>) -> Value {
    let at = "2026-03-02T09:00:00Z".parse().unwrap();
    let shown = TestResults::in_full(&code(examination), at, run, output);
    serde_json::to_value(shown).unwrap()
}

/// Text of `length` characters, none of them one byte long.
fn long(length: usize) -> String {
    "ä".repeat(length)
}

#[test]
fn the_worst_that_is_known_is_the_status() {
    let tests = ["tests/a.py"];
    let cases: [(&str, Value, &[&str], &str); 11] = [
        ("success", counted(3, 0, 3), &[], "passed"),
        ("success", counted(2, 1, 3), &[], "failed"),
        ("failure", counted(3, 0, 3), &[], "failed"),
        ("cancelled", counted(3, 0, 3), &[], "failed"),
        ("neutral", counted(3, 0, 3), &[], "error"),
        ("success", unreadable("missing"), &[], "error"),
        ("timedOut", counted(3, 0, 3), &[], "timeout"),
        ("timedOut", unreadable("missing"), &[], "timeout"),
        ("success", counted(3, 0, 3), &tests, "tampered"),
        ("timedOut", counted(0, 3, 3), &tests, "tampered"),
        ("success", unreadable("corrupt"), &tests, "tampered"),
    ];
    for (conclusion, report, tampered, expected) in cases {
        let examination = complete(conclusion, &report, tampered);
        for shown in [in_list(&examination), in_full(&examination, None, None)] {
            assert_eq!(shown["status"], expected, "{conclusion} {report} {tampered:?}");
            assert_eq!(shown["timeout"], conclusion == "timedOut");
            assert_eq!(shown["tamperedFiles"], json!(tampered));
        }
    }
}

#[test]
fn counts_that_disagree_with_the_conclusion_are_shown_and_said_to() {
    let message =
        |conclusion, report| in_list(&complete(conclusion, &report, &[]))["message"].clone();
    let said = json!("The conclusion of the run and the counts of its report disagree.");

    assert_eq!(message("success", counted(2, 1, 3)), said);
    assert_eq!(message("failure", counted(3, 0, 3)), said);
    assert_eq!(message("success", counted(3, 0, 3)), json!(null));
    assert_eq!(message("failure", counted(2, 1, 3)), json!(null));
    assert_eq!(message("failure", unreadable("missing")), json!(null));
}

#[test]
fn whatever_else_is_odd_about_results_is_said_too() {
    let odd = |change: fn(&mut Value)| {
        let mut done = complete("success", &counted(3, 0, 3), &[]);
        change(&mut done);
        let shown = in_list(&done);
        (shown["message"].clone(), shown["runAttempt"].clone())
    };
    let said = |message: &str, attempt: u32| (json!(message), json!(attempt));

    assert_eq!(odd(|_| ()), (json!(null), json!(1)));
    let empty = odd(|done| done["results"]["report"] = counted(0, 0, 0));
    assert_eq!(empty, said("The report counts no tests.", 1));
    let wrong = odd(|done| done["results"]["report"] = counted(3, 1, 3));
    let disagree = "The conclusion of the run and the counts of its report disagree.";
    assert_eq!(wrong, said(&format!("{disagree} The counts of the report do not add up."), 1));
    let repeated = odd(|done| done["results"]["attempt"] = json!(2));
    let again = "The run was run again on GitHub; the results are of its last attempt.";
    assert_eq!(repeated, said(again, 2));
    let apart = odd(|done| done["diff"] = json!(null));
    let apart_said = "GitHub cannot compare the code with what the candidate started from.";
    assert_eq!(apart, said(apart_said, 1));
}

#[test]
fn an_examination_that_was_repeated_in_vain_leaves_what_was_found_and_says_so() {
    let mut work = code(&complete("success", &unreadable("missing"), &[]));
    let again = json!({ "again": "failed", "code": "tag_taken", "reason": "Taken.", "at": "2026-03-02T09:10:00Z" });
    work.again = serde_json::from_value(again).unwrap();
    let shown = TestResults::in_list(&work, "2026-03-02T09:00:00Z".parse().unwrap());
    let shown = serde_json::to_value(shown).unwrap();

    assert_eq!(
        (&shown["status"], &shown["artifactErrorCode"]),
        (&json!("error"), &json!("artifact_missing"))
    );
    assert_eq!(shown["message"], "It was examined again, in vain: Taken.");
    assert_eq!(shown["examinationPending"], false);
}

#[test]
fn whether_there_was_an_artifact_is_told_truthfully() {
    let told = |examination: &Value| {
        let shown = in_list(examination);
        ["artifactPresent", "artifactName", "artifactErrorCode"].map(|name| shown[name].clone())
    };
    let none = || json!(null);

    let read = complete("success", &counted(3, 0, 3), &[]);
    assert_eq!(told(&read), [json!(true), json!("tenon-test-results"), none()]);
    for (problem, code) in [
        ("missing", "artifact_missing"),
        ("corrupt", "artifact_corrupt"),
        ("unavailable", "artifact_unavailable"),
    ] {
        let unread = complete("failure", &unreadable(problem), &[]);
        assert_eq!(told(&unread), [json!(false), none(), json!(code)]);
        let counts = ["passed", "failed", "total"].map(|name| in_list(&unread)[name].clone());
        assert_eq!(counts, [none(), none(), none()]);
    }
    let pending = json!({ "examination": "pending" });
    assert_eq!(told(&pending), [none(), none(), none()]);
    let at = "2026-03-02T09:10:00Z";
    let failed =
        json!({ "examination": "failed", "code": "run_refused", "reason": "No.", "at": at });
    assert_eq!(told(&failed), [none(), none(), json!("run_refused")]);
    let given_up = json!({ "examination": "givenUp", "at": at });
    assert_eq!(told(&given_up), [none(), none(), json!("examination_failed")]);
    for (examination, reason) in
        [(failed, "No."), (given_up, "The examination failed too often and was given up.")]
    {
        let shown = in_list(&examination);
        assert_eq!((&shown["status"], &shown["message"]), (&json!("error"), &json!(reason)));
    }
}

#[test]
fn an_examination_without_results_tells_tampering_first_and_what_was_changed() {
    let mut failed = json!({
        "examination": "failed", "code": "run_refused", "reason": "No.", "at": "2026-03-02T09:10:00Z",
    });
    assert_eq!(in_list(&failed)["status"], "error");
    assert_eq!(code(&failed).examination.diff(), None);

    failed["tampered"] = json!([".github/workflows/tenon-ci.yml"]);
    failed["diff"] = complete("success", &counted(3, 0, 3), &[])["diff"].clone();

    let shown = in_list(&failed);
    assert_eq!(
        (&shown["status"], &shown["tamperedFiles"]),
        (&json!("tampered"), &failed["tampered"])
    );
    assert_eq!(
        (&shown["artifactErrorCode"], &shown["message"]),
        (&json!("run_refused"), &json!("No."))
    );
    assert_eq!(json!(code(&failed).examination.diff()), failed["diff"]);
}

#[test]
fn a_stream_of_20000_characters_is_whole_in_full_and_one_more_is_cut_and_says_so() {
    let done = complete("success", &counted(3, 0, 3), &[]);
    let (whole, cut) = (Output::cut(&long(20_000), 20_000), Output::cut(&long(20_001), 20_000));

    let shown = in_full(&done, None, Some(&output(Some(whole), Some(cut))));

    assert_eq!(shown["stdout"], long(20_000));
    assert_eq!(shown["stderr"], format!("{}... (truncated)", long(20_000)));
    assert_eq!(shown["stderr"].as_str().unwrap().chars().count(), 20_015);
    let flags = ["stdoutTruncated", "stderrTruncated"].map(|name| shown[name].clone());
    assert_eq!(flags, [json!(false), json!(true)]);
    assert_eq!(shown["output"]["stderr"], shown["stderr"]);
    let silent = in_full(&done, None, None);
    let flags = ["stdout", "stdoutTruncated"].map(|name| silent[name].clone());
    assert_eq!(flags, [json!(null), json!(null)]);
}

#[test]
fn a_list_shows_4000_characters_of_a_stream_and_none_of_the_raw_values() {
    let mut done = complete("success", &counted(3, 0, 3), &[]);
    done["results"]["stdoutHead"] = json!(Output::cut(&long(4_000), 20_000).head(4_000));
    done["results"]["stderrHead"] = json!(Output::cut(&long(4_001), 20_000).head(4_000));

    let shown = in_list(&done);

    assert_eq!(shown["stdout"], long(4_000));
    assert_eq!(shown["stderr"], format!("{}... (truncated)", long(4_000)));
    let flags = ["stdoutTruncated", "stderrTruncated"].map(|name| shown[name].clone());
    assert_eq!(flags, [json!(false), json!(true)]);
    assert!(shown.as_object().unwrap().get("output").is_none());
    assert_eq!(shown["summary"], json!({ "k": "v" }));
}

#[test]
fn links_lead_to_the_repository_the_commit_the_run_and_the_comparison() {
    let submission = json!({
        "id": 1, "session": 2, "candidateName": "Ada", "inviteEmail": "ada@example.com",
        "simulation": 3, "simulationTitle": "T", "recruiter": 4, "task": 5, "day": 2,
        "taskTitle": "Feature", "taskPrompt": "Build.", "submittedAt": "2026-03-02T09:00:00Z",
        "code": code(&complete("success", &counted(3, 0, 3), &[])),
    });
    let with_code: Submission = serde_json::from_value(submission.clone()).unwrap();
    let mut text = submission;
    text["code"] = json!(null);
    let text: Submission = serde_json::from_value(text).unwrap();
    let names = ["repoUrl", "commitUrl", "workflowUrl", "diffUrl", "workflowRunId", "commitSha"];
    let links = |submission: &Submission| {
        let item = serde_json::to_value(view::Item::from(submission)).unwrap();
        names.map(|name| item[name].clone())
    };

    let repository = "https://github.com/acme/ws-1.a_b";
    let compared = format!("{repository}/compare/{}...{COMMIT}", "a".repeat(40));
    let expected = [
        json!(repository),
        json!(format!("{repository}/commit/{COMMIT}")),
        json!(format!("{repository}/actions/runs/555")),
        json!(compared),
        json!("555"),
        json!(COMMIT),
    ];
    assert_eq!(links(&with_code), expected);
    assert_eq!(links(&text), [(); 6].map(|()| json!(null)));
}
