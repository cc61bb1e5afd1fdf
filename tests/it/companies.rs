//! Companies and their mail domains: what an admin may do, and where recruiters belong.

use http::Method;
use jiff::SignedDuration;
use local::issuer::{Identity, Role};
use serde_json::{Value, json};
use tests::caller::{Answer, Caller};
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;
use tests::together::together;

/// A second after the story began.
const SOON: &str = "2026-03-02T09:00:01Z";
const KEY: &str = "an admin key of the tests, long enough";
const COMPANIES: &str = "/api/admin/companies";
const DOMAINS: &str = "/api/admin/companies/domains";

/// A stack whose admin routes open to [`KEY`].
async fn begin() -> Story {
    Story::with(&[("TENON_ADMIN_API_KEY", KEY)]).await
}

/// A call with the key.
async fn call(story: &Story, method: Method, path: &str, body: Option<Value>) -> Answer {
    let nobody = story.nobody();
    let request = nobody.request(method, path).header("x-admin-key", KEY);
    let request = if let Some(body) = body { request.json(&body) } else { request };
    nobody.send(request).await
}

/// A new company. Time passes first, so that it is newer than all before it.
async fn add(story: &Story, name: &str) -> u64 {
    story.clock.advance(SignedDuration::from_secs(1));
    let made = call(story, Method::POST, COMPANIES, Some(json!({ "name": name }))).await;
    made.expect(201)["id"].as_u64().unwrap()
}

async fn map(story: &Story, domain: &str, company: u64) -> Answer {
    let body = json!({ "companyId": company });
    call(story, Method::PUT, &format!("{DOMAINS}/{domain}"), Some(body)).await
}

async fn list(story: &Story, path: &str) -> Value {
    call(story, Method::GET, path, None).await.expect(200)["items"].clone()
}

/// The domains of `company`, as the list of companies shows them.
async fn domains_of(story: &Story, company: u64) -> Value {
    let companies = list(story, COMPANIES).await;
    let mut companies = companies.as_array().unwrap().iter();
    companies.find(|row| row["id"] == company).unwrap()["domains"].clone()
}

/// Has `who` make a first request, and tells the name of the company that this put them in.
async fn company_of(story: &Story, who: &Identity) -> String {
    let me = story.identified(who).get("/api/auth/me").await.expect(200);
    let users = story.items("USER#").await;
    let id = me["id"].to_string();
    let user = users.iter().find(|user| user["id"]["N"] == id).unwrap();
    user["companyName"]["S"].as_str().unwrap().to_owned()
}

async fn me(who: Caller) -> Answer {
    who.get("/api/auth/me").await
}

#[tokio::test]
async fn an_admin_adds_a_company_and_maps_its_domain_and_finds_both_in_the_lists() {
    let story = begin().await;
    story.clock.advance(SignedDuration::from_secs(1));

    let body = json!({ "name": "Acme" });
    let adding = call(&story, Method::POST, COMPANIES, Some(body));
    let (added, adding) = story.costing(adding).await;
    let acme = added.expect(201);
    let id = acme["id"].as_u64().unwrap();
    let (mapped, mapping) = story.costing(map(&story, "ACME.example", id)).await;
    let (again, repeating) = story.costing(map(&story, "acme.example", id)).await;

    assert_eq!(
        acme,
        json!({ "id": id, "name": "Acme", "kind": "added", "domains": [], "createdAt": SOON })
    );
    let row = json!({
        "domain": "acme.example", "companyId": id, "companyName": "Acme", "mappedAt": SOON,
    });
    assert_eq!((mapped.expect(200), again.expect(200)), (row.clone(), row.clone()));
    assert_eq!([adding, mapping, repeating], [1, 2, 1].map(Cost::of_table));

    let (companies, of_companies) = story.costing(call(&story, Method::GET, COMPANIES, None)).await;
    let (domains, of_domains) = story.costing(call(&story, Method::GET, DOMAINS, None)).await;
    assert_eq!([of_companies, of_domains], [Cost::of_table(1); 2]);
    let companies = companies.expect(200);
    let acme = json!({
        "id": id, "name": "Acme", "kind": "added", "domains": ["acme.example"], "createdAt": SOON,
    });
    assert_eq!(companies["items"][0], acme);
    assert_eq!(companies["items"][1]["domains"], json!(["local.test"]));
    let domains = domains.expect(200);
    let names = [&domains["items"][0]["domain"], &domains["items"][1]["domain"]];
    assert_eq!(
        (&domains["items"][0], names),
        (&row, [&json!("acme.example"), &json!("local.test")])
    );
}

#[tokio::test]
async fn a_mapping_decides_for_who_is_first_seen_after_it_and_moves_nobody() {
    let story = begin().await;
    let person = |name: &str| Identity::new(&format!("{name}@acme.example"), Role::Recruiter);
    assert_eq!(company_of(&story, &person("early")).await, "early");

    let acme = add(&story, "Acme").await;
    map(&story, "acme.example", acme).await.expect(200);

    assert_eq!(company_of(&story, &person("later")).await, "Acme");
    assert_eq!(
        company_of(&story, &Identity::new("Big@ACME.Example", Role::Recruiter)).await,
        "Acme"
    );
    assert_eq!(company_of(&story, &person("early")).await, "early");
    for elsewhere in ["a@mail.acme.example", "b@notacme.example", "c@acme.example.evil.example"] {
        let who = Identity::new(elsewhere, Role::Recruiter);
        assert_eq!(company_of(&story, &who).await, elsewhere[..1], "{elsewhere}");
    }
    let gone = call(&story, Method::DELETE, &format!("{DOMAINS}/acme.example"), None).await;
    assert_eq!(gone.status, 204);
    assert_eq!(company_of(&story, &person("last")).await, "last");
    assert_eq!(company_of(&story, &person("later")).await, "Acme");
}

#[tokio::test]
async fn an_address_that_is_not_verified_gets_a_personal_company_whatever_is_mapped() {
    let story = begin().await;
    let acme = add(&story, "Acme").await;
    map(&story, "acme.example", acme).await.expect(200);

    let eve = Identity::new("eve@acme.example", Role::Recruiter);
    let eve = Identity { email_verified: false, ..eve };
    story.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(company_of(&story, &eve).await, "eve");

    let personal = list(&story, COMPANIES).await[0].clone();
    assert_eq!((&personal["name"], &personal["kind"]), (&json!("eve"), &json!("personal")));
}

#[tokio::test]
async fn a_domain_in_unicode_is_the_same_as_in_ascii() {
    let story = begin().await;
    let bucher = add(&story, "Bücher").await;

    let mapped = map(&story, "b%C3%BCcher.example", bucher).await.expect(200);

    assert_eq!(mapped["domain"], "xn--bcher-kva.example");
    for email in ["ada@bücher.example", "eve@xn--bcher-kva.example"] {
        let who = Identity::new(email, Role::Recruiter);
        assert_eq!(company_of(&story, &who).await, "Bücher", "{email}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_requests_at_once_make_one_user_and_one_personal_company() {
    let story = begin().await;
    let acme = add(&story, "Acme").await;
    map(&story, "acme.example", acme).await.expect(200);
    let before = story.items("COMPANY#").await.len();

    for (email, made) in [("ada@acme.example", 0), ("grace@example.com", 1)] {
        let person = story.person(email, Role::Recruiter);
        let answers = together((0..8).map(|_| me(person.clone()))).await;
        let known: Vec<_> = answers.into_iter().map(|answer| answer.expect(200)).collect();
        assert!(known.iter().all(|me| *me == known[0]), "{known:?}");
        assert_eq!(story.items("COMPANY#").await.len(), before + made, "{email}");
    }
    assert_eq!(story.items("USER#auth0|").await.len(), 2);
}

#[tokio::test]
async fn a_domain_goes_to_another_company_only_when_that_is_said() {
    let story = begin().await;
    let (acme, initech) = (add(&story, "Acme").await, add(&story, "Initech").await);
    map(&story, "acme.example", acme).await.expect(200);

    let (refused, refusing) = story.costing(map(&story, "acme.example", initech)).await;
    let mut told = problem(409, "Conflict", "DOMAIN_TAKEN", "Domain belongs to another company");
    told["details"] = json!({ "companyId": acme });
    assert_eq!(refused.problem(), told);
    assert_eq!(domains_of(&story, acme).await, json!(["acme.example"]));

    let body = json!({ "companyId": initech, "replace": true });
    let path = format!("{DOMAINS}/acme.example");
    let (moved, moving) = story.costing(call(&story, Method::PUT, &path, Some(body))).await;
    assert_eq!(moved.expect(200)["companyName"], "Initech");
    assert_eq!([refusing, moving], [1, 3].map(Cost::of_table));
    assert_eq!(domains_of(&story, acme).await, json!([]));
    assert_eq!(domains_of(&story, initech).await, json!(["acme.example"]));
    let who = Identity::new("new@acme.example", Role::Recruiter);
    assert_eq!(company_of(&story, &who).await, "Initech");
}

#[tokio::test]
async fn a_mapping_is_removed_once_and_what_is_not_there_is_not_found() {
    let story = begin().await;
    let acme = add(&story, "Acme").await;
    map(&story, "acme.example", acme).await.expect(200);
    let path = format!("{DOMAINS}/acme.example");

    let (gone, cost) = story.costing(call(&story, Method::DELETE, &path, None)).await;
    assert_eq!((gone.status, &gone.body, cost), (204, &Value::Null, Cost::of_table(3)));
    assert_eq!(domains_of(&story, acme).await, json!([]));

    let again = call(&story, Method::DELETE, &path, None).await;
    assert_eq!(again.problem(), problem(404, "Not Found", "DOMAIN_NOT_FOUND", "Domain not found"));
    let nobodys = map(&story, "acme.example", 1).await;
    let detail = "Company not found";
    assert_eq!(nobodys.problem(), problem(404, "Not Found", "COMPANY_NOT_FOUND", detail));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_mappings_to_two_companies_at_once_one_counts_and_the_companies_know_which() {
    let story = begin().await;
    let companies = [add(&story, "Acme").await, add(&story, "Initech").await];
    let nobody = story.nobody();

    let calls = (0..8).map(|number| {
        let nobody = nobody.clone();
        let body = json!({ "companyId": companies[number % 2] });
        async move {
            let request = nobody.request(Method::PUT, &format!("{DOMAINS}/acme.example"));
            nobody.send(request.header("x-admin-key", KEY).json(&body)).await
        }
    });
    let answers = together(calls).await;

    let done = answers.iter().filter(|answer| answer.status == 200).count();
    let taken = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((done, taken), (4, 4), "{answers:?}");
    let rows = list(&story, DOMAINS).await;
    let owner = rows[0]["companyId"].as_u64().unwrap();
    for company in companies {
        let expected = if company == owner { json!(["acme.example"]) } else { json!([]) };
        assert_eq!(domains_of(&story, company).await, expected);
    }
}

#[tokio::test]
async fn every_change_leaves_one_record_and_nothing_else_does() {
    let story = begin().await;
    let (acme, initech) = (add(&story, "Acme").await, add(&story, "Initech").await);
    let path = format!("{DOMAINS}/acme.example");
    map(&story, "acme.example", acme).await.expect(200);
    map(&story, "acme.example", acme).await.expect(200);
    map(&story, "acme.example", initech).await.refusal();
    let body = json!({ "companyId": initech, "replace": true });
    call(&story, Method::PUT, &path, Some(body)).await.expect(200);
    call(&story, Method::DELETE, &path, None).await;
    call(&story, Method::DELETE, &path, None).await;

    let records = story.items("AUDIT#companies").await;
    let text = |record: &Value, name: &str| record[name]["S"].as_str().unwrap().to_owned();
    let mut changes: Vec<_> = records.iter().map(|record| text(record, "change")).collect();
    changes.sort();
    let expected =
        ["companyAdded", "companyAdded", "domainMapped", "domainMoved", "domainUnmapped"];
    assert_eq!(changes, expected);
    let moved = records.iter().find(|record| text(record, "change") == "domainMoved").unwrap();
    let said = [&moved["domain"]["S"], &moved["at"]["S"], &moved["by"]["S"]];
    assert_eq!(said, [&json!("acme.example"), &json!("2026-03-02T09:00:02Z"), &json!("adminKey")]);
    let ids = [&moved["from"]["N"], &moved["company"]["N"]];
    assert_eq!(ids, [&json!(acme.to_string()), &json!(initech.to_string())]);
}

#[tokio::test]
async fn a_domain_that_is_none_or_everybodys_and_a_body_that_is_wrong_are_told_together() {
    let story = begin().await;
    let acme = add(&story, "Acme").await;
    let long = "a".repeat(300);
    let hostile = [
        "com",
        "localhost",
        "1.2.3.4",
        "a_b.example",
        "acme.example.",
        "%00.example",
        "%FF.example",
        "*.example",
        "a%20b.example",
        "%2E%2E%2Fetc.example",
        "ada@acme.example",
        "xn--a.example",
        "COMPANY%23.example",
        "acme.example%0d%0aSet-Cookie:%20a=b",
        &long,
    ];

    for domain in hostile {
        let refused = map(&story, domain, acme).await;
        let pointer = ("/path/domain".to_owned(), "value_error".to_owned());
        assert_eq!(refused.pointers(), [pointer], "{domain}");
    }
    let open = map(&story, "gmail.com", acme).await;
    assert_eq!(open.pointers()[0].1, "public_mail_domain");
    let why = "domain: belongs to a public mail provider, so its users share no company";
    assert_eq!(open.refusal(), (422, "VALIDATION_ERROR", why));

    let body = json!({ "companyId": "7", "replace": 1 });
    let path = format!("{DOMAINS}/com");
    let wrong = call(&story, Method::PUT, &path, Some(body)).await.pointers();
    let pointers: Vec<_> =
        wrong.iter().map(|(place, code)| (place.as_str(), code.as_str())).collect();
    let expected = [
        ("/path/domain", "value_error"),
        ("/body/companyId", "int_type"),
        ("/body/replace", "bool_type"),
    ];
    assert_eq!(pointers, expected);
    for name in [json!(null), json!(""), json!("a\nb"), json!("x".repeat(201))] {
        let refused = call(&story, Method::POST, COMPANIES, Some(json!({ "name": name }))).await;
        assert_eq!(refused.pointers()[0].0, "/body/name", "{name}");
    }
    assert_eq!(story.items("AUDIT#companies").await.len(), 1);
}
