//! A recruiter makes simulations and looks at them.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;
use tests::work::simulation_body;

const REPOSITORY: &str = "tenon-hire-dev/tenon-template-python-fastapi";

#[tokio::test]
async fn a_simulation_is_made_with_its_five_tasks() {
    let story = Story::begin().await;

    let made = story.recruiter(1).post("/api/simulations", simulation_body()).await.expect(201);

    let (id, first) = (made["id"].as_u64().unwrap(), made["tasks"][0]["id"].as_u64().unwrap());
    assert!(id > 1 << 40 && id < 1 << 53, "{id}");
    assert_eq!(
        made,
        json!({
            "id": id,
            "title": "Payments API",
            "role": "Backend Engineer",
            "techStack": "Python, FastAPI",
            "seniority": "Mid",
            "focus": "Idempotent payments",
            "templateKey": "python-fastapi",
            "tasks": [
                { "id": first, "day_index": 1, "type": "design", "title": "Architecture Plan" },
                { "id": first + 1, "day_index": 2, "type": "code", "title": "Feature Implementation" },
                { "id": first + 2, "day_index": 3, "type": "debug", "title": "Debugging Exercise" },
                { "id": first + 3, "day_index": 4, "type": "handoff", "title": "Refactor & Handoff" },
                { "id": first + 4, "day_index": 5, "type": "documentation", "title": "Documentation" },
            ],
        })
    );
}

#[tokio::test]
async fn what_the_client_leaves_out_has_a_default_and_what_it_adds_is_ignored() {
    let story = Story::begin().await;
    let mut body = simulation_body();
    let fields = body.as_object_mut().unwrap();
    fields.remove("focus");
    fields.remove("templateKey");
    fields.insert("status".to_owned(), json!(500));

    let made = story.recruiter(1).post("/api/simulations", body).await.expect(201);

    assert_eq!((&made["focus"], &made["templateKey"]), (&json!(""), &json!("python-fastapi")));
    assert_eq!(made["status"], Value::Null);
}

#[tokio::test]
async fn a_template_key_may_be_surrounded_by_white_space() {
    let story = Story::begin().await;
    let mut body = simulation_body();
    body["templateKey"] = json!(" go-gin\n");

    let made = story.recruiter(1).post("/api/simulations", body).await.expect(201);

    assert_eq!(made["templateKey"], "go-gin");
}

#[tokio::test]
async fn every_malformed_field_is_told_and_nothing_is_stored() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    let long = |length: usize| json!("x".repeat(length));
    let cases = [
        ("title", json!(null), "string_type"),
        ("title", json!(5), "string_type"),
        ("title", json!(""), "string_too_short"),
        ("title", long(201), "string_too_long"),
        ("title", json!("one\ntwo"), "value_error"),
        ("role", long(201), "string_too_long"),
        ("techStack", long(501), "string_too_long"),
        ("techStack", json!(["Rust"]), "string_type"),
        ("seniority", long(101), "string_too_long"),
        ("focus", long(1001), "string_too_long"),
        ("focus", json!(null), "string_type"),
        ("focus", json!("a\u{0}b"), "value_error"),
        ("role", json!("a\u{0}b"), "value_error"),
    ];

    for (field, value, code) in cases {
        let mut body = simulation_body();
        body[field] = value;
        let refused = recruiter.post("/api/simulations", body).await;

        assert_eq!(refused.pointers(), [(format!("/body/{field}"), code.to_owned())]);
        assert_eq!(refused.body["errorCode"], "VALIDATION_ERROR");
    }
    assert_eq!(recruiter.get("/api/simulations").await.expect(200), json!([]));
    assert_eq!(story.items("SIM#").await, Vec::<Value>::new());
}

#[tokio::test]
async fn fields_as_long_as_they_may_be_are_taken() {
    let story = Story::begin().await;
    let body = json!({
        "title": "ä".repeat(200),
        "role": "r".repeat(200),
        "techStack": "t".repeat(500),
        "seniority": "s".repeat(100),
        "focus": format!("{}\n\t", "f".repeat(998)),
    });

    let made = story.recruiter(1).post("/api/simulations", body.clone()).await.expect(201);

    for field in ["title", "role", "techStack", "seniority", "focus"] {
        assert_eq!(made[field], body[field]);
    }
}

#[tokio::test]
async fn all_problems_are_told_at_once_and_the_input_is_not_repeated() {
    let story = Story::begin().await;
    let body = json!({ "title": 7, "role": "", "seniority": "Mid", "focus": "evil-\u{0}-input" });

    let refused = story.recruiter(1).post("/api/simulations", body).await;

    let detail = "title: must be a string; role: must have at least 1 character; techStack: is \
                  required; focus: must not contain control characters";
    let mut expected = problem(422, "Unprocessable Entity", "VALIDATION_ERROR", detail);
    expected["errors"] = json!([
        { "pointer": "/body/title", "message": "must be a string", "code": "string_type" },
        {
            "pointer": "/body/role",
            "message": "must have at least 1 character",
            "code": "string_too_short",
        },
        { "pointer": "/body/techStack", "message": "is required", "code": "missing" },
        {
            "pointer": "/body/focus",
            "message": "must not contain control characters",
            "code": "value_error",
        },
    ]);
    assert_eq!(refused.problem(), expected);
    assert!(!refused.body.to_string().contains("evil"));
}

#[tokio::test]
async fn a_template_key_that_is_none_is_answered_with_those_that_are() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    let allowed = json!([
        "dotnet-webapi",
        "go-gin",
        "java-springboot",
        "ml-backend-fastapi",
        "ml-infra-mlops",
        "mobile-backend-fastapi",
        "mobile-fullstack-expo-fastapi",
        "monorepo-nextjs-fastapi",
        "monorepo-nextjs-nest",
        "monorepo-react-express",
        "monorepo-react-springboot",
        "node-express-ts",
        "node-nest-ts",
        "python-fastapi",
    ]);

    for key in [json!("Go-Gin"), json!("evil-key"), json!(""), json!(null), json!(3)] {
        let mut body = simulation_body();
        body["templateKey"] = key.clone();
        body["title"] = json!("");
        let refused = recruiter.post("/api/simulations", body).await;

        assert_eq!(refused.status, 422, "{key}");
        assert_eq!(refused.body["errorCode"], "INVALID_TEMPLATE_KEY");
        assert_eq!(refused.body["details"], json!({ "allowed": allowed }));
        assert_eq!(refused.body["errors"].as_array().unwrap().len(), 2);
        assert!(!refused.body.to_string().contains("evil"));
    }
    assert_eq!(story.items("SIM#").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_recruiter_lists_their_own_simulations_newest_first_with_their_candidates() {
    let story = Story::begin().await;
    let first = story.simulation().await;
    story.clock.advance(SignedDuration::from_secs(1));
    let second = story.simulation().await;
    for name in ["ada", "grace"] {
        story.invite(first, name, &format!("{name}@example.com")).await.expect(200);
    }
    story.invite(first, "Ada again", "ada@example.com").await.expect(200);
    let recruiter = story.recruiter(1);

    let (listed, cost) = story.costing(recruiter.get("/api/simulations")).await;
    let others = story.recruiter(2).get("/api/simulations").await.expect(200);

    let row = |id: u64, at: &str, count: u64| {
        json!({
            "id": id,
            "title": "Payments API",
            "role": "Backend Engineer",
            "techStack": "Python, FastAPI",
            "templateKey": "python-fastapi",
            "createdAt": at,
            "numCandidates": count,
            "candidateCount": count,
        })
    };
    let expected = [row(second, "2026-03-02T09:00:01Z", 0), row(first, "2026-03-02T09:00:00Z", 2)];
    assert_eq!(listed.expect(200), json!(expected));
    assert_eq!(cost, Cost::of_table(1));
    assert_eq!(others, json!([]));
}

#[tokio::test]
async fn a_simulation_is_shown_in_full_to_its_recruiter() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    let made = recruiter.post("/api/simulations", simulation_body()).await.expect(201);
    let path = format!("/api/simulations/{}", made["id"]);

    let (detail, cost) = story.costing(recruiter.get(&path)).await;

    let detail = detail.expect(200);
    let task = |day: usize, kind: &str, title: &str| {
        let told = detail["tasks"][day - 1]["description"].as_str().unwrap();
        assert!(told.len() > 50, "a task says what is asked: {told}");
        let mut task = json!({
            "id": made["tasks"][day - 1]["id"],
            "dayIndex": day,
            "title": title,
            "type": kind,
            "description": told,
            "rubric": null,
        });
        if [2, 3].contains(&day) {
            task["templateRepoFullName"] = json!(REPOSITORY);
            task["repoFullName"] = json!(REPOSITORY);
            task["repoUrl"] = json!(format!("https://github.com/{REPOSITORY}"));
            let codespace = format!("https://codespaces.new/{REPOSITORY}?quickstart=1");
            task["codespaceUrl"] = json!(codespace);
            task["preProvisioned"] = json!(true);
        }
        task
    };
    let tasks = [
        task(1, "design", "Architecture Plan"),
        task(2, "code", "Feature Implementation"),
        task(3, "debug", "Debugging Exercise"),
        task(4, "handoff", "Refactor & Handoff"),
        task(5, "documentation", "Documentation"),
    ];
    let expected = json!({
        "id": made["id"],
        "title": "Payments API",
        "templateKey": "python-fastapi",
        "role": "Backend Engineer",
        "techStack": "Python, FastAPI",
        "focus": "Idempotent payments",
        "scenario": "default-5day-node-postgres",
        "tasks": tasks,
    });
    assert_eq!(detail, expected);
    assert_eq!(cost, Cost::of_table(1));
}

#[tokio::test]
async fn a_simulation_of_somebody_else_and_one_that_is_not_there_are_the_same() {
    let story = Story::begin().await;
    let theirs = story.simulation().await;
    let recruiter = story.recruiter(2);
    let unknown = [theirs, 1, 0, 1 << 53, 9_999_999_999_999_999_999];

    for id in unknown {
        for path in ["", "/candidates"] {
            let missing = recruiter.get(&format!("/api/simulations/{id}{path}")).await;
            let detail = "Simulation not found";
            let expected = problem(404, "Not Found", "SIMULATION_NOT_FOUND", detail);
            assert_eq!(missing.problem(), expected, "{id}{path}");
        }
    }
}

#[tokio::test]
async fn a_number_in_a_path_is_made_of_one_to_nineteen_digits() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);

    for id in ["one", "-1", "1.0", "+1", "1_0", "%20", "%FF", "10000000000000000000"] {
        for path in ["", "/candidates"] {
            let refused = recruiter.get(&format!("/api/simulations/{id}{path}")).await;
            let expected = [("/path/simulationId".to_owned(), "int_parsing".to_owned())];
            assert_eq!(refused.pointers(), expected, "{id}{path}");
        }
    }
}
