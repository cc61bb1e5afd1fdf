//! What recruiters and admins did is recorded with it and can be read, and nothing is recorded that was
//! not done.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::cost::Cost;
use tests::story::Story;

const AUDIT: &str = "/api/admin/audit";

/// What was done, in the order in which it was.
async fn entries(story: &Story) -> Vec<Value> {
    let mut entries = story.items("AUDIT#").await;
    entries.sort_by_key(|entry| entry["SK"]["S"].as_str().unwrap().to_owned());
    entries
}

#[tokio::test]
async fn a_recruiters_changes_are_recorded_with_them_and_what_changes_nothing_is_not() {
    let story = Story::begin().await;
    let me = story.recruiter(1).get("/api/auth/me").await.expect(200);
    let invited = story.invited("ada@example.com").await;
    let resend = format!(
        "/api/simulations/{}/candidates/{}/invite/resend",
        invited.simulation, invited.session
    );
    story.invite(invited.simulation, "Ada Example", "ada@example.com").await.expect(200);
    assert_eq!(story.recruiter(1).post_nothing(&resend).await.status, 429);
    story.pass(30).await;
    story.recruiter(1).post_nothing(&resend).await.expect(200);

    let entries = entries(&story).await;
    let mut changes: Vec<_> = entries.iter().map(|entry| entry["change"]["S"].clone()).collect();
    // The first two were made in the same moment.
    changes[..2].sort_by_key(ToString::to_string);
    assert_eq!(changes, ["candidateInvited", "simulationCreated", "inviteResent"]);
    for entry in &entries {
        assert_eq!(entry["PK"]["S"], format!("AUDIT#{:016}", me["id"].as_u64().unwrap()));
        assert_eq!(entry["by"]["M"]["recruiter"]["N"], me["id"].to_string());
        assert_eq!(entry["simulation"]["N"], invited.simulation.to_string());
    }
    assert_eq!(entries[2]["session"]["N"], invited.session.to_string());
    assert_eq!(entries[2]["at"]["S"], json!("2026-03-02T09:00:30Z"));
}

#[tokio::test]
async fn an_admin_reads_who_did_what_by_who_did_it_and_by_what_it_was_done_to() {
    let story = Story::operated(&[]).await;
    let me = story.recruiter(1).get("/api/auth/me").await.expect(200);
    let invited = story.invited("ada@example.com").await;
    story.clock.advance(SignedDuration::from_secs(1));
    let operator = story.operator();
    let acme = operator.post("/api/admin/companies", json!({ "name": "Acme" })).await.expect(201);
    let changes = async |subject: &str| {
        let (read, cost) = story.costing(operator.get(&format!("{AUDIT}?subject={subject}"))).await;
        assert_eq!(cost, Cost::of_table(1), "{subject}");
        let mut told: Vec<_> =
            read.rows().iter().map(|row| row["change"].as_str().unwrap().to_owned()).collect();
        told.sort();
        (told, read.rows().to_vec())
    };

    let (told, _rows) = changes(&format!("recruiter:{}", me["id"])).await;
    assert_eq!(told, ["candidateInvited", "simulationCreated"]);
    let (told, _rows) = changes(&format!("simulation:{}", invited.simulation)).await;
    assert_eq!(told, ["simulationCreated"]);
    let (told, rows) = changes(&format!("session:{}", invited.session)).await;
    assert_eq!(told, ["candidateInvited"]);
    let who = [&rows[0]["by"], &rows[0]["recruiterId"], &rows[0]["details"]["simulationId"]];
    assert_eq!(who, [&json!("recruiter"), &me["id"], &json!(invited.simulation)]);
    let (told, rows) = changes("admin").await;
    assert_eq!(told, ["companyAdded"]);
    let id = rows[0]["id"].clone();
    let details = json!({
        "companyId": acme["id"], "fromCompanyId": null, "domain": null, "templateCheckId": null,
        "templateKeys": null, "simulationId": null, "candidateSessionId": null,
        "submissionId": null, "jobId": null, "jobKind": null, "reason": null,
    });
    let expected = json!({
        "id": id, "at": "2026-03-02T09:00:01Z", "by": "admin", "recruiterId": null,
        "change": "companyAdded", "details": details,
    });
    assert_eq!(rows, [expected]);
    let (_told, of_company) = changes(&format!("company:{}", acme["id"])).await;
    assert_eq!(of_company, rows);
    assert_eq!(changes("templates").await.0.len(), 0);
    assert_eq!(changes("recruiter:1").await.0.len(), 0);
}

#[tokio::test]
async fn every_kind_of_change_is_read_as_it_was_written() {
    let story = Story::operated(&[]).await;
    let operator = story.operator();
    let add = async |name: &str| {
        story.clock.advance(SignedDuration::from_secs(1));
        operator.post("/api/admin/companies", json!({ "name": name })).await.expect(201)["id"]
            .clone()
    };
    let (acme, initech) = (add("Acme").await, add("Initech").await);
    let domain = "/api/admin/companies/domains/acme.example";
    let put = http::Method::PUT;
    for company in [&acme, &initech] {
        story.clock.advance(SignedDuration::from_secs(1));
        let body = json!({ "companyId": company, "replace": true });
        operator.send(put.clone(), domain, Some(body), &[]).await.expect(200);
    }
    story.clock.advance(SignedDuration::from_secs(1));
    operator.send(http::Method::DELETE, domain, None, &[]).await;
    story.clock.advance(SignedDuration::from_secs(1));
    let body = json!({ "mode": "live", "templateKeys": ["go-gin"], "waitSeconds": 0 });
    let run = operator.post("/api/admin/templates/health/run", body).await;
    assert_eq!(run.status, 202, "{:#}", run.body);

    let read = operator.get(&format!("{AUDIT}?subject=admin")).await;

    let told = |row: &Value| {
        let details = row["details"].as_object().unwrap().iter().filter(|(_, it)| !it.is_null());
        let details: serde_json::Map<_, _> =
            details.map(|(name, it)| (name.clone(), it.clone())).collect();
        json!([row["change"], details])
    };
    let mut told: Vec<_> = read.rows().iter().map(told).collect();
    let check = told.remove(0);
    assert_eq!(
        (&check[0], &check[1]["templateKeys"]),
        (&json!("templatesChecked"), &json!(["go-gin"]))
    );
    let expected = [
        json!(["domainUnmapped", { "companyId": initech, "domain": "acme.example" }]),
        json!([
            "domainMoved",
            { "companyId": initech, "fromCompanyId": acme, "domain": "acme.example" }
        ]),
        json!(["domainMapped", { "companyId": acme, "domain": "acme.example" }]),
        json!(["companyAdded", { "companyId": initech }]),
        json!(["companyAdded", { "companyId": acme }]),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn entries_of_one_moment_are_paged_and_a_subject_that_is_none_is_refused() {
    let story = Story::operated(&[]).await;
    let operator = story.operator();
    for name in ["A", "B", "C"] {
        operator.post("/api/admin/companies", json!({ "name": name })).await.expect(201);
    }
    let mut seen = Vec::new();
    let mut next = Some(format!("{AUDIT}?subject=admin&limit=2"));
    while let Some(path) = next {
        let page = operator.get(&path).await;
        seen.extend(page.rows().iter().map(|row| row["details"]["companyId"].as_u64().unwrap()));
        next = page.next_page(&path);
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 3);

    let of_admin = operator.get(&format!("{AUDIT}?subject=admin&limit=2")).await.expect(200);
    let cursor = of_admin["nextCursor"].as_str().unwrap();
    let wrong = [
        (String::new(), "/query/subject", "missing"),
        ("?subject=".to_owned(), "/query/subject", "value_error"),
        ("?subject=AUDIT%23companies".to_owned(), "/query/subject", "value_error"),
        ("?subject=recruiter:x".to_owned(), "/query/subject", "int_parsing"),
        ("?subject=job:1".to_owned(), "/query/subject", "uuid_parsing"),
        (format!("?subject=company:1&cursor={cursor}"), "/query/cursor", "value_error"),
        ("?subject=admin&subject=templates".to_owned(), "/query/subject", "value_error"),
    ];
    for (query, pointer, code) in wrong {
        let (refused, cost) = story.costing(operator.get(&format!("{AUDIT}{query}"))).await;
        assert_eq!(refused.pointers(), [(pointer.to_owned(), code.to_owned())], "{query}");
        assert_eq!(cost, Cost::of_table(0), "{query}");
    }
}
