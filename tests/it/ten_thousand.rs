//! Lists with ten thousand rows behind them cost what they cost with one, and so does everything else.

use serde_json::{Value, json};
use tests::caller::{Answer, Caller};
use tests::cost::Cost;
use tests::story::Story;
use tests::table::older_copies;

const ADA: &str = "ada@example.com";
const MANY: u64 = 10_000;

/// An invite, a claim and a submission, and what each costs.
async fn day_one(story: &Story, simulation: u64, email: &str) -> [Cost; 3] {
    let (invited, invite) = story.costing(story.invite(simulation, "Grace", email)).await;
    let invited = invited.expect(200);
    let candidate = story.candidate(email);
    let path = format!("/api/candidate/session/{}", invited["token"].as_str().unwrap());
    let (claimed, claim) = story.costing(candidate.get(&path)).await;
    claimed.expect(200);
    let session = invited["candidateSessionId"].as_u64().unwrap();
    let candidate = candidate.on(session);
    let task = story.current_task(&candidate, session).await;
    let text = json!({ "contentText": "A plan." });
    let path = format!("/api/tasks/{task}/submit");
    let (submitted, submit) = story.costing(candidate.post(&path, text)).await;
    submitted.expect(201);
    [invite, claim, submit]
}

/// The number by which a submission's item is known.
fn id(item: &Value) -> u64 {
    item["id"]["N"].as_str().unwrap().parse().unwrap()
}

/// Who asks for a list, what costs they have, and what its rows are known by.
struct List<'a> {
    path: &'a str,
    id: &'static str,
    caller: Caller,
    cost: Cost,
}

impl List<'_> {
    async fn costs_the_same_whole_and_in_pages(&self, story: &Story) {
        let (path, expected) = (self.path, self.cost);
        let (whole, cost) = story.costing(self.caller.get(path)).await;
        let rows = whole.numbers(self.id);
        assert_eq!(cost, expected, "{path}");
        // A page ends at 1,000 rows or at 1 MB.
        assert!((500..=1_000).contains(&rows.len()), "{path}: {}", rows.len());
        assert!(rows.is_sorted_by(|newer, older| newer > older), "{path}");
        let rest = whole.next_page(path).unwrap();

        let (page, cost) = story.costing(self.caller.get(&format!("{path}?limit=50"))).await;
        assert_eq!((page.numbers(self.id), cost), (rows[..50].to_vec(), expected), "{path}");
        let (page, cost) = story.costing(self.caller.get(&rest)).await;
        let following = page.numbers(self.id);
        assert_eq!((following.len(), cost), (200, expected), "{rest}");
        assert!(following[0] < rows[rows.len() - 1], "{rest}");
    }
}

fn ids(pages: &[Answer], id: &str) -> Vec<u64> {
    pages.iter().flat_map(|page| page.numbers(id)).collect()
}

#[tokio::test]
async fn ten_thousand_rows_behind_a_list_change_neither_its_cost_nor_any_others() {
    let story = Story::begin().await;
    let (invited, ada, _second) = story.on_day_two(ADA).await;
    let before = day_one(&story, invited.simulation, "grace@example.com").await;

    let simulation = story.items(&format!("SIM#{:016}", invited.simulation)).await;
    let simulation = simulation.into_iter().find(|item| item["SK"]["S"] == "SIM").unwrap();
    let session = format!("CS#{:016}", invited.session);
    let submission = story.item(&session, "SUBMISSION#1").await;
    let session = story.item(&session, "CS").await;
    story.put_items(&older_copies(&simulation, &[invited.simulation], MANY));
    story.put_items(&older_copies(&session, &[invited.session], MANY));
    story.put_items(&older_copies(&submission, &[id(&submission), invited.session], MANY));

    let (one, two) = (Cost::of_table(1), Cost::of_table(2));
    let candidates = format!("/api/simulations/{}/candidates", invited.simulation);
    let (session, submission) = ("candidateSessionId", "submissionId");
    let recruiter = || story.recruiter(1);
    for list in [
        List { path: "/api/simulations", id: "id", caller: recruiter(), cost: one },
        List { path: &candidates, id: session, caller: recruiter(), cost: two },
        List { path: "/api/submissions", id: submission, caller: recruiter(), cost: one },
        List { path: "/api/candidate/invites", id: session, caller: ada.clone(), cost: one },
    ] {
        list.costs_the_same_whole_and_in_pages(&story).await;
    }
    assert_eq!(day_one(&story, invited.simulation, "eve@example.com").await, before);
    assert_eq!(before, [two, two, two]);

    let pages = ada.pages("/api/candidate/invites?limit=200").await;
    assert_eq!(pages.len(), 51);
    let walked = ids(&pages, session);
    assert_eq!(walked.len(), 10_001);
    assert!(walked.is_sorted_by(|newer, older| newer > older), "each comes once");
}

#[tokio::test]
async fn a_page_that_ends_at_a_megabyte_leads_to_the_rest() {
    let story = Story::begin().await;
    let (invited, _ada, _second) = story.on_day_two(ADA).await;
    let mut wide = story.item("CS#", "SUBMISSION#1").await;
    wide["taskPrompt"]["S"] = json!("x".repeat(30_000));
    story.put_items(&older_copies(&wide, &[id(&wide), invited.session], 100));
    let recruiter = story.recruiter(1);

    for (path, sizes) in [
        ("/api/submissions", vec![35, 34, 32]),
        ("/api/submissions?limit=200", vec![35, 34, 32]),
        ("/api/submissions?limit=30", vec![30, 30, 30, 11]),
    ] {
        let pages = recruiter.pages(path).await;
        let lengths: Vec<_> = pages.iter().map(|page| page.rows().len()).collect();
        assert_eq!(lengths, sizes, "{path}");
        let walked = ids(&pages, "submissionId");
        assert_eq!(walked.len(), 101);
        assert!(walked.is_sorted_by(|newer, older| newer > older), "{path}: each comes once");
    }
}
