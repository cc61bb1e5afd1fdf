//! A recruiter invites a candidate for the first time: the answer, the mail, the row, the
//! repositories.

use http::Method;
use serde_json::{Value, json};
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;
use tests::together::{together, with_status};

#[tokio::test]
async fn an_invite_is_answered_at_once_and_its_token_is_stored_nowhere() {
    let story = Story::begin().await;
    let simulation = story.simulation().await;

    let invite = story.invite(simulation, "Ada Example", " Ada@Example.COM ");
    let (invited, cost) = story.costing(invite).await;

    let invited = invited.expect(200);
    let token = invited["token"].as_str().unwrap();
    assert_eq!(token.len(), 43);
    assert_eq!(
        invited,
        json!({
            "candidateSessionId": invited["candidateSessionId"].as_u64().unwrap(),
            "token": token,
            "inviteUrl": format!("http://localhost:3000/candidate/session/{token}"),
            "outcome": "created",
        })
    );
    assert_eq!(cost, Cost::of_table(2));
    story.settle().await;
    let stored = json!(story.items("").await).to_string();
    assert!(stored.contains("ada@example.com") && !stored.contains(token));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_identical_invites_at_once_are_one_invite() {
    let story = Story::begin().await;
    let simulation = story.simulation().await;
    let path = format!("/api/simulations/{simulation}/invite");
    let body = json!({ "candidateName": "Ada", "inviteEmail": "ada@example.com" });

    let invites = (0..10).map(|_| {
        let (recruiter, path, body) = (story.recruiter(1), path.clone(), body.clone());
        async move { recruiter.post(&path, body).await }
    });
    let answers = together(invites).await;
    story.settle().await;

    assert_eq!(with_status(&answers, 200), 10, "{answers:?}");
    let outcome = |outcome| answers.iter().filter(move |it| it.body["outcome"] == outcome).count();
    assert_eq!((outcome("created"), outcome("resent")), (1, 9));
    let first = &answers[0].body;
    for answer in &answers {
        assert_eq!(answer.body["candidateSessionId"], first["candidateSessionId"]);
        assert_eq!(answer.body["token"], first["token"]);
    }
    assert_eq!(story.stack.mailbox.mails().len(), 1);
    assert_eq!(story.stack.github.repositories().len(), 2);
    let listed = story.recruiter(1).get("/api/simulations").await.expect(200);
    assert_eq!(listed[0]["candidateCount"], 1);
}

#[tokio::test]
async fn the_repositories_are_named_after_session_and_task() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed("ada@example.com").await;
    let first = story.current_task(&ada, invited.session).await;

    let name = |task: u64| format!("tenon-hire-dev/tenon-ws-{}-task{task}", invited.session);
    let mut made = story.stack.github.repositories();
    made.sort();
    assert_eq!(made, [name(first + 1), name(first + 2)]);
}

#[tokio::test]
async fn the_mail_says_who_invites_to_what_and_until_when() {
    let story = Story::begin().await;
    let invited = story.invited("ada@example.com").await;

    let mails = story.stack.mailbox.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0].content;
    assert_eq!(mail.subject, "You're invited: Payments API");
    assert_eq!((&mail.to, mail.cc.len(), mail.bcc.len()), (&vec!["ada@example.com".into()], 0, 0));
    let link = format!("http://localhost:3000/candidate/session/{}", invited.token);
    let api = &story.stack.places.api;
    let username = format!("{api}api/candidate/github/{}", invited.token);
    assert_eq!(mails[0].links(), [link, username]);
    for part in [mail.text.as_ref().unwrap(), mail.html.as_ref().unwrap()] {
        for word in ["Ada Example", "LocalCo", "Backend Engineer", "Payments API", "2026-03-16"] {
            assert!(part.contains(word), "{word} is missing in {part}");
        }
    }
}

#[tokio::test]
async fn hostile_names_stay_text_in_the_mail() {
    let story = Story::begin().await;
    let body = json!({
        "title": "<img src=x onerror=alert(1)>",
        "role": "\"><a href='https://evil.example'>Role",
        "techStack": "x",
        "seniority": "Mid",
    });
    let made = story.recruiter(1).post("/api/simulations", body).await.expect(201);
    let simulation = made["id"].as_u64().unwrap();
    story.invite(simulation, "<script>alert(1)</script> & Co", "ada@example.com").await.expect(200);
    story.settle().await;

    let mails = story.stack.mailbox.mails();
    let mail = &mails[0].content;
    assert_eq!(mail.subject, "You're invited: <img src=x onerror=alert(1)>");
    let html = mail.html.as_ref().unwrap();
    for tag in ["<script", "<img", "<a href='https://evil"] {
        assert!(!html.contains(tag), "{html}");
    }
    assert!(html.contains("&#60;script&#62;alert(1)&#60;/script&#62; &#38; Co"), "{html}");
    let linked = format!("{:?}", mails[0].links());
    assert!(!html.contains("href='") && linked.contains("localhost:3000"), "{linked}");
}

#[tokio::test]
async fn a_line_break_in_a_name_never_reaches_a_mail() {
    let story = Story::begin().await;
    let simulation = story.simulation().await;

    let hostile = story.invite(simulation, "Ada\r\nBcc: x@y.zz", "ada@example.com").await;

    let expected = [("/body/candidateName".to_owned(), "value_error".to_owned())];
    assert_eq!(hostile.pointers(), expected);
    assert_eq!(story.items("CS#").await, Vec::<Value>::new());
}

#[tokio::test]
async fn addresses_that_mail_cannot_reach_are_refused_and_nothing_is_stored() {
    let story = Story::begin().await;
    let simulation = story.simulation().await;
    let wrong = [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@localhost",
        "ada@corp.test",
        "ada@corp.local",
        "ada@corp.invalid",
        "ada@[127.0.0.1]",
        "\"a b\"@example.com",
        "ada@example.com\u{0}",
    ];

    for address in wrong {
        let refused = story.invite(simulation, "Ada", address).await;
        let expected = [("/body/inviteEmail".to_owned(), "value_error".to_owned())];
        assert_eq!(refused.pointers(), expected, "{address:?}");
    }
    let both = story.invite(simulation, "", "nobody").await;
    assert_eq!(both.pointers().len(), 2);
    assert_eq!(story.items("CS#").await, Vec::<Value>::new());
    assert_eq!(story.items("JOB#").await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_address_may_come_with_a_name_around_it() {
    let story = Story::begin().await;
    let simulation = story.simulation().await;

    let one = story.invite(simulation, "Ada", "Ada Example <Ada@Example.com>").await.expect(200);
    let other = story.invite(simulation, "Ada", "ada@example.com").await.expect(200);

    assert_eq!(one["candidateSessionId"], other["candidateSessionId"]);
}

#[tokio::test]
async fn nobody_invites_to_a_simulation_of_somebody_else() {
    let story = Story::begin().await;
    let simulation = story.simulation().await;
    let other = story.recruiter(2);
    let body = json!({ "candidateName": "Ada", "inviteEmail": "ada@example.com" });
    let not_found = problem(404, "Not Found", "SIMULATION_NOT_FOUND", "Simulation not found");

    for id in [simulation, 1] {
        let path = format!("/api/simulations/{id}/invite");
        let refused = other.post(&path, body.clone()).await;
        assert_eq!(refused.problem(), not_found);
    }
    let malformed = other.request(Method::POST, "/api/simulations/x/invite").json(&json!({}));
    assert_eq!(other.send(malformed).await.pointers().len(), 3);
    assert_eq!(story.items("CS#").await, Vec::<Value>::new());
}
