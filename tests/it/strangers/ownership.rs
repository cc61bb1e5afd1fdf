//! What is somebody else's is not there: the answer to who asks for it is that of a thing that never
//! was, and nothing changes.

use local::issuer::{Identity, Role};
use serde_json::{Value, json};
use tests::caller::{Answer, Caller};
use tests::story::Story;

use crate::strangers::route::{self, For, Name, Route, Things};

const ADA: &str = "ada@example.com";
const BEN: &str = "ben@example.com";

/// Headers that differ between two answers to the same call.
const PASSING: [&str; 4] = ["date", "x-tenon-request-id", "ratelimit", "server-timing"];

/// What a caller can see of an answer, but for what tells two requests apart.
fn seen(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let text = |name: &str| answer.header(name).unwrap_or_default().to_owned();
    let names = answer.headers.keys().map(http::HeaderName::as_str);
    let mut headers: Vec<_> = names
        .map(|name| {
            (name.to_owned(), if PASSING.contains(&name) { String::new() } else { text(name) })
        })
        .collect();
    headers.sort();
    let mut body = answer.body.clone();
    if let Some(body) = body.as_object_mut() {
        body.remove("instance");
    }
    (answer.status, headers, body)
}

/// Two candidates at work in one simulation of recruiter 1.
struct World {
    story: Story,
    ada: (Things, Caller),
    ben: (Things, Caller),
}

impl World {
    async fn begin() -> Self {
        let story = Story::begin().await;
        let simulation = story.simulation().await;
        let ada = at_work(&story, simulation, ADA).await;
        let ben = at_work(&story, simulation, BEN).await;
        // By now the mails may be sent again.
        story.pass(60).await;
        Self { story, ada, ben }
    }

    /// Everything that is stored, but for who was seen and how often.
    async fn stored(&self) -> Vec<Value> {
        let items = self.story.items("").await;
        let counts = ["USER#", "COMPANY#", "ID#", "LIMIT#"];
        let is_a_thing = |item: &Value| {
            let key = item["PK"]["S"].as_str().unwrap();
            !counts.iter().any(|prefix| key.starts_with(prefix))
        };
        items.into_iter().filter(is_a_thing).collect()
    }

    /// Somebody who may act as a recruiter and as a candidate.
    fn with_both_permissions(&self, email: &str) -> Caller {
        let who = Identity::new(email, Role::Recruiter);
        let mut claims = self.story.stack.issuer.claims(&who, 366 * 24 * 60);
        claims["permissions"] = json!(["recruiter:access", "candidate:access"]);
        self.story.bearing(&self.story.stack.issuer.token_with(&claims).unwrap())
    }

    /// Everybody who may call `route` and has no part in what Ada and recruiter 1 do, by what they are.
    fn strangers(&self, route: &Route) -> Vec<(&'static str, Caller)> {
        let story = &self.story;
        let namesake = Some("auth0|namesake".to_owned());
        let namesake = Identity { sub: namesake, ..Identity::new(ADA, Role::Candidate) };
        match route.access {
            For::Recruiters => vec![
                ("a recruiter of the same company", story.recruiter(2)),
                (
                    "a recruiter of another company",
                    story.person("grace@hopper.com", Role::Recruiter),
                ),
                ("the candidate, who may recruit too", self.with_both_permissions(ADA)),
                ("a stranger with both permissions", self.with_both_permissions("eve@b.co")),
            ],
            For::Candidates => vec![
                ("a candidate without an invite", story.candidate("eve@b.co")),
                ("a candidate of the same simulation", self.ben.1.clone()),
                ("somebody else with the same address", story.identified(&namesake)),
                (
                    "the recruiter, who may work too",
                    self.with_both_permissions("recruiter1@local.test"),
                ),
                ("a stranger with both permissions", self.with_both_permissions("eve@b.co")),
            ],
            For::Everybody | For::Admins => vec![],
        }
    }

    /// Holds that `who` learns as much of `things` as of `nothing`, at no more cost, and does nothing.
    async fn nothing_is_told(
        &self,
        route: &Route,
        who: &Caller,
        things: &Things,
        nothing: &Things,
    ) {
        let before = self.stored().await;
        let (refused, cost) = self.story.costing(route.call(who, things)).await;
        let after = self.stored().await;
        let (unknown, unknown_cost) = self.story.costing(route.call(who, nothing)).await;

        let found_nothing = refused.status == 404 || refused.body["items"] == json!([]);
        assert!(found_nothing, "{route:?}: {refused:?}");
        assert_eq!(seen(&refused), seen(&unknown), "{route:?}");
        assert_eq!(before, after, "{route:?}");
        assert!(cost.table <= 2 && cost.github == 0, "{route:?}: {cost:?}");
        // A submission's number is first looked up, then the submission: a second read that a stranger
        // could tell by a stopwatch, of a number that only guessing finds.
        let is_looked_up_twice = route.names() == [Name::Submission];
        assert!(cost == unknown_cost || is_looked_up_twice, "{route:?}: {cost:?} {unknown_cost:?}");
    }
}

/// A candidate on day two who has run the tests once, and all that is theirs.
async fn at_work(story: &Story, simulation: u64, email: &str) -> (Things, Caller) {
    let invited = story.invite(simulation, "Example", email).await.expect(200);
    let session = invited["candidateSessionId"].as_u64().unwrap();
    let token = invited["token"].as_str().unwrap().to_owned();
    story.settle().await;
    let candidate = story.candidate(email).on(session);
    candidate.get(&format!("/api/candidate/session/{token}")).await.expect(200);
    let first = story.current_task(&candidate, session).await;
    let body = json!({ "contentText": "Well thought out." });
    let submitted = candidate.post(&format!("/api/tasks/{first}/submit"), body).await.expect(201);
    let task = first + 1;
    let run = candidate.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
    story.pass(10).await;
    let things = Things {
        simulation,
        session,
        token,
        task,
        run: run["runId"].as_u64().unwrap(),
        submission: submitted["submissionId"].as_u64().unwrap(),
    };
    (things, candidate)
}

/// Routes that name something whose holder does not know of it already. An invite token is never
/// guessed: who shows one was told of the session, see `claims.rs`.
fn naming() -> Vec<Route> {
    let names = |route: &Route| !route.names().is_empty() && !route.names().contains(&Name::Token);
    route::private().into_iter().filter(names).collect()
}

#[tokio::test]
async fn what_belongs_to_somebody_else_is_told_apart_from_nothing_by_nobody() {
    let world = World::begin().await;

    for route in naming() {
        for (_who, stranger) in world.strangers(&route) {
            // On first sight an account is made; that is not what is looked at.
            stranger.get("/api/auth/me").await;
            world.nothing_is_told(&route, &stranger, &world.ada.0, &Things::missing()).await;
        }
    }
}

#[tokio::test]
async fn a_thing_of_somebody_elses_among_ones_own_is_told_apart_from_nothing_by_nobody() {
    let world = World::begin().await;
    let story = &world.story;
    let mine = story.recruiter(2);
    let made = mine.post("/api/simulations", tests::work::simulation_body()).await.expect(201);
    let simulation = made["id"].as_u64().unwrap();
    let body = json!({ "candidateName": "Cyd", "inviteEmail": "cyd@example.com" });
    let invited =
        mine.post(&format!("/api/simulations/{simulation}/invite"), body).await.expect(200);
    story.pass(60).await;
    let session = invited["candidateSessionId"].as_u64().unwrap();
    let task = made["tasks"][1]["id"].as_u64().unwrap();
    let own = Things { simulation, session, task, ..world.ben.0.clone() };
    // Another simulation's tasks are as foreign to Ben as Ada's runs; his task is hers too.
    let foreign = Things { task, ..world.ada.0.clone() };

    for route in naming() {
        let (who, own) = match route.access {
            For::Candidates => (&world.ben.1, &world.ben.0),
            _ => (&mine, &own),
        };
        let foreign = if route.access == For::Candidates { &foreign } else { &world.ada.0 };
        for name in route.names() {
            let nothing = own.but(name, &Things::missing());
            world.nothing_is_told(&route, who, &own.but(name, foreign), &nothing).await;
        }
    }
}

#[tokio::test]
async fn a_session_that_nobody_has_claimed_is_not_there_even_for_the_one_it_is_meant_for() {
    let world = World::begin().await;
    let story = &world.story;
    let invited = story.invite(world.ada.0.simulation, "Zed", "zed@example.com").await.expect(200);
    story.settle().await;
    let session = invited["candidateSessionId"].as_u64().unwrap();
    let unclaimed = Things { session, ..world.ada.0.clone() };

    for route in naming().iter().filter(|route| route.access == For::Candidates) {
        for who in [story.candidate("zed@example.com"), world.ben.1.clone(), world.ada.1.clone()] {
            let nothing = unclaimed.but(Name::Session, &Things::missing());
            world.nothing_is_told(route, &who, &unclaimed, &nothing).await;
        }
    }
}

#[tokio::test]
async fn a_list_or_an_account_shows_nothing_of_anybody_else() {
    let world = World::begin().await;
    let things = &world.ada.0;
    let hers = [
        things.simulation.to_string(),
        things.session.to_string(),
        things.run.to_string(),
        things.submission.to_string(),
        things.token.clone(),
        "Payments API".to_owned(),
    ];

    // Who has Ada's address may see that it was invited, in `candidates.rs`; Ben has his own.
    let knows_nothing = |route: &Route, who: &str| {
        route.access == For::Recruiters || who == "a candidate without an invite"
    };

    for route in route::private().into_iter().filter(|route| route.names().is_empty()) {
        let strangers = world.strangers(&route).into_iter();
        for (who, stranger) in strangers.filter(|(who, _)| knows_nothing(&route, who)) {
            let answer = route.call(&stranger, &Things::missing()).await;
            assert!((200..300).contains(&answer.status), "{who}: {answer:?}");
            let told = answer.body.to_string();
            assert!(hers.iter().all(|hers| !told.contains(hers)), "{who} {route:?}: {told}");
        }
    }
}

#[tokio::test]
async fn the_owners_find_all_of_it() {
    let world = World::begin().await;
    let recruiter = world.story.recruiter(1);

    // Reading first: what is written changes what may be done.
    let mut routes = route::private();
    routes.sort_by_key(Route::writes);
    for route in routes {
        let who = if route.access == For::Recruiters { &recruiter } else { &world.ada.1 };
        let things = &world.ada.0;
        // A list that is narrowed by a task shows what was handed in for it.
        let handed_in = Things { task: things.task - 1, ..things.clone() };
        let is_list = route.role() == Some(Role::Recruiter) && route.names().contains(&Name::Task);
        let answer = route.call(who, if is_list { &handed_in } else { things }).await;
        // A text is found, and told to be none that could be examined.
        let is_found = (200..300).contains(&answer.status)
            || answer.refusal().1 == "SUBMISSION_NOT_CODE" && answer.status == 409;
        assert!(is_found, "{route:?}: {answer:?}");
        assert!(!is_list || answer.body["items"].as_array().unwrap().len() == 1, "{answer:?}");
    }
}
