//! Every route of the API document is called by people who have no business there.

mod ownership;
mod route;

use jiff::SignedDuration;
use local::issuer::{Identity, Role};
use tests::caller::Caller;
use tests::cost::Cost;
use tests::story::Story;

use crate::strangers::route::{For, Route, Things, all, private};

/// The right one of two people for a route, by its role.
fn of<'a>(people: &'a [(Role, Caller)], route: &Route) -> &'a Caller {
    let role = route.role().unwrap();
    &people.iter().find(|(theirs, _)| *theirs == role).unwrap().1
}

/// Somebody for each role, with a token made by `token`.
fn people(story: &Story, token: impl Fn(&Identity) -> String) -> Vec<(Role, Caller)> {
    let roles = [Role::Recruiter, Role::Candidate];
    roles.map(|role| (role, story.bearing(&token(&Identity::new("a@b.co", role))))).into()
}

/// Refused as what `detail` says, before the table was asked for anything.
async fn refused_at_the_door(story: &Story, route: &Route, who: &Caller, detail: &str) {
    let (refused, cost) = story.costing(route.call(who, &Things::missing())).await;
    let code = if detail == "Not authenticated" { "NOT_AUTHENTICATED" } else { "INVALID_TOKEN" };
    assert_eq!(refused.refusal(), (401, code, detail), "{route:?}");
    assert_eq!(refused.header("www-authenticate"), Some("Bearer realm=\"tenon\""), "{route:?}");
    assert_eq!(cost, Cost::of_table(0), "{route:?}");
}

#[tokio::test]
async fn nobody_without_a_token_gets_in_anywhere() {
    let story = Story::begin().await;

    for route in private() {
        refused_at_the_door(&story, &route, &story.nobody(), "Not authenticated").await;
    }
}

#[tokio::test]
async fn nobody_with_a_forged_token_gets_in_anywhere() {
    let story = Story::begin().await;
    let forged = people(&story, |who| {
        let good = story.stack.issuer.token(who).unwrap();
        let other =
            story.stack.issuer.token(&Identity { name: "Eve".into(), ..who.clone() }).unwrap();
        let [header, _, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!() };
        format!("{header}.{}.{signature}", other.split('.').nth(1).unwrap())
    });

    for route in private() {
        refused_at_the_door(&story, &route, of(&forged, &route), "Invalid token").await;
    }
}

#[tokio::test]
async fn nobody_with_an_expired_token_gets_in_anywhere() {
    let story = Story::begin().await;
    let late = people(&story, |who| story.stack.issuer.token_for(who, 1).unwrap());
    story.clock.advance(SignedDuration::from_mins(2));

    for route in private() {
        refused_at_the_door(&story, &route, of(&late, &route), "Token expired").await;
    }
}

#[tokio::test]
async fn nobody_with_the_bearer_of_a_development_identity_gets_in_anywhere() {
    let story = Story::begin().await;

    for bearer in ["recruiter:recruiter1@local.test", "candidate:ada@example.com"] {
        for route in private() {
            let who = story.bearing(bearer);
            refused_at_the_door(&story, &route, &who, "Invalid token header").await;
        }
    }
}

#[tokio::test]
async fn nobody_with_the_wrong_permission_gets_in_anywhere() {
    let story = Story::begin().await;
    let candidate = story.candidate("ada@example.com");
    let recruiter = story.recruiter(1);

    for route in private() {
        let (who, code) = match route.role().unwrap() {
            Role::Recruiter => (&candidate, "RECRUITER_ACCESS_REQUIRED"),
            Role::Candidate => (&recruiter, "CANDIDATE_ACCESS_REQUIRED"),
        };
        let (refused, cost) = story.costing(route.call(who, &Things::missing())).await;
        assert_eq!((refused.status, refused.refusal().1), (403, code), "{route:?}");
        assert_eq!(cost, Cost::of_table(0), "{route:?}");
    }
}

#[tokio::test]
async fn to_all_without_its_key_the_administration_is_not_there() {
    let story = Story::begin().await;
    let nowhere = story.nobody().get("/api/nothing").await;
    let callers = [story.nobody(), story.recruiter(1), story.candidate("ada@example.com")];

    for route in all().iter().filter(|route| route.access == For::Admins) {
        for who in &callers {
            let (refused, cost) = story.costing(route.call(who, &Things::missing())).await;
            assert_eq!(refused.problem(), nowhere.problem(), "{route:?}");
            assert_eq!(refused.headers.len(), nowhere.headers.len(), "{route:?}: {refused:?}");
            assert_eq!(cost, Cost::of_table(0), "{route:?}");
        }
    }
}
