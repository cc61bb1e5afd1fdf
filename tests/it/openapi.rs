//! The API document says what the code does, and the program shows it.

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

use http::Method;
use serde_json::{Value, json};
use shared::domain::audit::Reason;
use tests::document::{DOCUMENT, judge};
use tests::story::Story;
use tests::webhooks::TOLD;

/// What anybody may call.
const PUBLIC: [&str; 9] = [
    "getHealth",
    "getReadiness",
    "logOut",
    "getDocument",
    "getDocumentPage",
    "getDocumentFile",
    "getUsernamePage",
    "giveUsername",
    "receiveWebhook",
];

fn operations() -> Vec<(String, String, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let methods = |(path, item): (&String, &'static Value)| {
        let path = path.clone();
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
    };
    paths.iter().flat_map(methods).collect()
}

#[test]
fn every_operation_says_what_it_is_who_may_call_it_and_what_it_answers() {
    let mut ids = BTreeSet::new();

    for (method, path, operation) in operations() {
        let text = |name: &str| operation[name].as_str().unwrap_or_default().to_owned();
        let id = text("operationId");
        assert!(!id.is_empty() && ids.insert(id.clone()), "{method} {path}: `{id}`");
        let summary = text("summary");
        assert!(summary.ends_with('.') && !summary.contains('\n'), "{id}: {summary}");
        assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{id}");

        let security = operation["security"].as_array();
        let security = security.unwrap_or_else(|| panic!("{id} does not say who may call it"));
        assert_eq!(security.is_empty(), PUBLIC.contains(&id.as_str()), "{id}");
        let answers = operation["responses"].as_object().unwrap();
        let good = answers.iter().find(|(code, _)| code.starts_with('2'));
        let (code, good) = good.unwrap_or_else(|| panic!("{id} never succeeds"));
        assert_eq!(good["content"].is_object(), code != "204", "{id}");
        if security.iter().any(|needs| needs.get("bearer").is_some()) {
            let refusals = ["401", "403", "429", "500", "503"];
            assert!(refusals.iter().all(|code| answers.contains_key(*code)), "{id}");
        }
    }
}

#[test]
fn every_parameter_and_every_part_of_a_path_is_told() {
    for (method, path, operation) in operations() {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let in_path = parameters.iter().filter(|parameter| parameter["in"] == "path");
        let told: Vec<_> = in_path.map(|it| it["name"].as_str().unwrap()).collect();
        let parts: Vec<_> = path.split('/').filter_map(|part| part.strip_prefix('{')).collect();
        let parts: Vec<_> = parts.iter().map(|part| part.trim_end_matches('}')).collect();

        assert_eq!(told, parts, "{method} {path}");
        for parameter in parameters {
            assert!(parameter["description"].is_string(), "{method} {path}: {parameter:#}");
        }
    }
}

#[test]
fn an_answer_tells_every_field_but_those_of_a_day_that_has_none() {
    let optional = |name: &str| {
        let schema = &DOCUMENT["components"]["schemas"][name];
        let required = schema["required"].as_array().unwrap();
        let names = schema["properties"].as_object().unwrap().keys();
        names.filter(|name| !required.contains(&json!(name))).cloned().collect::<Vec<_>>()
    };

    let of_code_days =
        ["codespaceUrl", "preProvisioned", "repoFullName", "repoUrl", "templateRepoFullName"];
    assert_eq!(optional("CandidateRow"), Vec::<String>::new());
    assert_eq!(optional("SimulationTask"), of_code_days);
    assert_eq!(optional("CreateSimulation"), ["focus", "templateKey"]);
    let problem = ["details", "error", "errors", "retryAfterSeconds"];
    assert_eq!(optional("Problem"), problem);
}

#[test]
fn ids_are_whole_numbers_that_a_browser_can_hold() {
    let schemas = DOCUMENT["components"]["schemas"].as_object().unwrap();
    let ids = schemas.iter().filter(|(name, _)| name.ends_with("Id") && *name != "AnyId");

    let mut count = 0;
    for (name, schema) in ids {
        let limits = (&schema["type"], &schema["minimum"], &schema["maximum"]);
        assert_eq!(
            limits,
            (&json!("integer"), &json!(1), &json!(9_007_199_254_740_991_u64)),
            "{name}"
        );
        count += 1;
    }
    assert_eq!(count, 8);
}

#[test]
fn a_number_that_is_brought_into_its_range_is_told_without_one() {
    let schemas = &DOCUMENT["components"]["schemas"];
    for (schema, field, default) in [
        ("RedriveJobs", "limit", 100),
        ("TryTemplates", "timeoutSeconds", 180),
        ("TryTemplates", "concurrency", 2),
        ("TryTemplates", "waitSeconds", 12),
    ] {
        let told = &schemas[schema]["properties"][field];
        assert_eq!(told["$ref"], "#/components/schemas/WholeNumber", "{field}");
        assert_eq!((&told["default"], told["description"].is_string()), (&json!(default), true));
    }
    let names = schemas["WholeNumber"].as_object().unwrap().keys();
    assert_eq!(names.collect::<Vec<_>>(), ["description", "type"]);
}

#[test]
fn the_document_takes_for_a_reason_what_the_service_takes() {
    let schemas = &DOCUMENT["components"]["schemas"];
    let reason = jsonschema::validator_for(&schemas["Reason"]).unwrap();
    let both = |text: &str| (reason.is_valid(&json!(text)), Reason::parse(text).is_ok());

    for good in ["why", " a ", "\u{a0}.\u{3000}", "\u{200b}", &"é".repeat(500)] {
        assert_eq!(both(good), (true, true), "{good:?}");
    }
    for bad in ["", " \u{a0}", "a\u{85}", "\u{1c}", "why\n", "\u{202e}why", &"é".repeat(501)] {
        assert_eq!(both(bad), (false, false), "{bad:?}");
    }
    let mut all = '\0'..=char::MAX;
    let other = all.find(|character| {
        let (told, taken) = both(&character.to_string());
        told != taken
    });
    assert_eq!(other, None, "one character, judged differently");
    for body in ["RedriveJob", "RedriveJobs"] {
        let told = &schemas[body]["properties"]["reason"];
        assert_eq!(told["$ref"], "#/components/schemas/Reason", "{body}");
    }
}

#[test]
fn the_judge_finds_what_is_wrong_with_an_answer() {
    let good = json!({ "id": 1, "name": "Ada", "email": "ada@example.com", "role": "recruiter" });
    let verdict = |body: &Value| judge("GET", "/api/auth/me", 200, body);

    assert_eq!(verdict(&good), Vec::<String>::new());
    let mut odd = good.clone();
    odd["id"] = json!(0);
    odd["more"] = json!(null);
    let wrong = ["/more is not in the document", "/id: 0 breaks minimum 1"];
    assert_eq!(verdict(&odd), wrong);
    assert_eq!(judge("GET", "/api/auth/me", 418, &good), ["status 418 is not in the document"]);
}

/// The methods that the document knows of `path`.
fn methods_of(path: &str) -> BTreeSet<String> {
    let here = operations().into_iter().filter(|(_, other, _)| other == path);
    let mut methods: BTreeSet<_> = here.map(|(method, ..)| method).collect();
    if methods.contains("GET") {
        methods.insert("HEAD".to_owned());
    }
    methods
}

#[tokio::test]
async fn every_operation_has_a_route_and_its_path_has_no_other() {
    // Without these two some routes are not there.
    let story = Story::with(&[("TENON_ADMIN_API_KEY", "open-sesame"), TOLD[0]]).await;
    let nobody = story.nobody();

    for path in DOCUMENT["paths"].as_object().unwrap().keys() {
        let known = methods_of(path);
        let part = |part: &'static str| if part.starts_with('{') { "start.js" } else { part };
        let called = path.split('/').map(part).collect::<Vec<_>>().join("/");
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
            let request = Method::from_bytes(method.as_bytes()).unwrap();
            let request = nobody.request(request, &called).header("x-admin-key", "open-sesame");
            let answer = nobody.send(request).await;
            assert_eq!(answer.status != 405, known.contains(method), "{method} {path}");
            assert_ne!(answer.body["errorCode"], "NOT_FOUND", "{method} {path}");
        }
    }
}

/// Routes come from `routes!` alone, which also writes the document.
#[test]
fn no_function_has_a_route_behind_the_documents_back() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions");
    for function in fs::read_dir(root).unwrap() {
        for file in fs::read_dir(function.unwrap().path().join("src")).unwrap() {
            let path = file.unwrap().path();
            let text = fs::read_to_string(&path).unwrap_or_default();
            for other in [".route(", ".route_service(", ".nest", ".fallback("] {
                assert!(!text.contains(other), "{}: use routes!", path.display());
            }
        }
    }
}

#[tokio::test]
async fn anybody_may_read_the_document_and_who_has_it_is_not_sent_it_again() {
    let story = Story::begin().await;
    let nobody = story.nobody();

    let first = nobody.get("/api/openapi.json").await;
    let tag = first.header("etag").unwrap().to_owned();
    let again = nobody.request(Method::GET, "/api/openapi.json").header("if-none-match", &tag);
    let again = nobody.send(again).await;

    assert_eq!((first.status, &first.body), (200, &*DOCUMENT));
    assert_eq!(first.header("content-type"), Some("application/json"));
    assert_eq!(first.header("cache-control"), Some("public, max-age=300"));
    assert_eq!((again.status, again.header("etag")), (304, Some(&*tag)));
    assert_eq!(again.body, json!(null));
}

#[tokio::test]
async fn the_page_is_made_of_files_of_the_program_and_of_nothing_else() {
    let story = Story::begin().await;
    let api = story.stack.places.api.trim_end_matches('/').to_owned();
    let http = shared::http_client::build().unwrap();

    // The page's links are relative: from `/docs/` they start one folder deeper.
    for (path, folder) in [("/docs", "docs/"), ("/docs/", "")] {
        let page = http.get(format!("{api}{path}")).send().await.unwrap();
        assert_eq!((page.status().as_u16(), page.url().path()), (200, path));
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        let page = page.text().await.unwrap();
        assert!(!page.contains("http") && !page.contains("<script>"), "{page}");
        for file in ["swagger-ui.css", "swagger-ui-bundle.js", "start.js"] {
            assert!(page.contains(&format!("\"{folder}{file}\"")), "{page}");
            let file = http.get(format!("{api}/docs/{file}")).send().await.unwrap();
            assert_eq!(file.status().as_u16(), 200);
            assert_eq!(file.headers()["cache-control"], "public, max-age=300");
        }
    }
    let unknown = story.nobody().get("/docs/other.js").await;
    assert_eq!(unknown.refusal(), (404, "NOT_FOUND", "Not Found"));
}

#[tokio::test]
async fn document_and_page_can_be_switched_off_and_then_nothing_tells_of_them() {
    let story = Story::with(&[("TENON_DOCS_ENABLED", "0")]).await;
    let nobody = story.nobody();

    for path in ["/docs", "/docs/", "/docs/start.js", "/api/openapi.json"] {
        let refused = nobody.get(path).await;
        assert_eq!(refused.refusal(), (404, "NOT_FOUND", "Not Found"), "{path}");
    }
}
