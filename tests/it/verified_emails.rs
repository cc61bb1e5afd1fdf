//! What a token says of its address, and what comes of it.

use local::issuer::{Identity, Role};
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::problem::problem;
use tests::story::Story;
use tests::work::Invited;

const ADA: &str = "ada@example.com";
const PLAIN: &str = "email_verified";
const NAMED: &str = "https://tenon.ai/email_verified";

/// Ada, whose token says these things of her address.
fn ada(story: &Story, said: &[(&str, Value)]) -> Caller {
    let mut claims = story.stack.issuer.claims(&Identity::new(ADA, Role::Candidate), 600);
    for (name, value) in said {
        claims[*name] = value.clone();
    }
    story.bearing(&story.stack.issuer.token_with(&claims).unwrap())
}

/// What a token says of its address, and the status of a claim with it: where nothing is demanded,
/// and where the setting demands that the address is said to be verified.
struct Said {
    claims: Vec<(&'static str, Value)>,
    status: u16,
    status_on_demand: u16,
}

fn said() -> [Said; 9] {
    [
        (vec![], 200, 403),
        (vec![(PLAIN, json!(null))], 200, 403),
        (vec![(PLAIN, json!(true))], 200, 200),
        (vec![(NAMED, json!(true))], 200, 200),
        (vec![(PLAIN, json!(false))], 403, 403),
        (vec![(NAMED, json!(false))], 403, 403),
        (vec![(PLAIN, json!(true)), (NAMED, json!(false))], 403, 403),
        (vec![(PLAIN, json!("true"))], 401, 401),
        (vec![(PLAIN, json!(1))], 401, 401),
    ]
    .map(|(claims, status, status_on_demand)| Said { claims, status, status_on_demand })
}

/// Holds that an invite can be claimed with `claims` exactly if `status` is 200.
async fn a_claim_ends_as(story: &Story, claims: &[(&str, Value)], status: u16) {
    let invited = story.invited(ADA).await;
    let link = format!("/api/candidate/session/{}", invited.token);
    let ada = ada(story, claims);

    let posted = ada.post_nothing(&format!("{link}/claim")).await;
    let followed = ada.get(&link).await;

    assert_eq!((posted.status, followed.status), (status, status), "{claims:?}");
    if status == 403 {
        let detail = "Email verification required";
        let expected = problem(403, "Forbidden", "EMAIL_VERIFICATION_REQUIRED", detail);
        assert_eq!((posted.problem(), followed.problem()), (expected.clone(), expected));
    }
    let became = if status == 200 { "in_progress" } else { "not_started" };
    assert_eq!(story.row(&invited).await["status"], became, "{claims:?}");
}

/// Holds that the list of invites shows the token of `invited` exactly to those who can claim.
async fn a_list_ends_as(story: &Story, invited: &Invited, claims: &[(&str, Value)], status: u16) {
    let listed = ada(story, claims).get("/api/candidate/invites").await;
    if status == 401 {
        assert_eq!(listed.status, 401, "{claims:?}");
        return;
    }
    let rows = listed.expect(200);
    let shown = if status == 200 { json!(invited.token) } else { Value::Null };
    assert_eq!(rows[0]["inviteToken"], shown, "{claims:?}");
    assert_eq!(rows[0]["candidateSessionId"], invited.session);
}

#[tokio::test]
async fn who_claims_has_an_address_that_is_not_denied_and_where_it_is_demanded_affirmed() {
    let lenient = Story::begin().await;
    let strict = Story::with(&[("TENON_AUTH0_REQUIRE_EMAIL_VERIFIED", "1")]).await;

    for Said { claims, status, status_on_demand } in said() {
        a_claim_ends_as(&lenient, &claims, status).await;
        a_claim_ends_as(&strict, &claims, status_on_demand).await;
    }
}

#[tokio::test]
async fn the_list_of_invites_shows_no_token_to_an_address_that_may_not_claim() {
    let lenient = Story::begin().await;
    let strict = Story::with(&[("TENON_AUTH0_REQUIRE_EMAIL_VERIFIED", "true")]).await;
    let (leniently, strictly) = (lenient.invited(ADA).await, strict.invited(ADA).await);

    for Said { claims, status, status_on_demand } in said() {
        a_list_ends_as(&lenient, &leniently, &claims, status).await;
        a_list_ends_as(&strict, &strictly, &claims, status_on_demand).await;
    }
}

#[tokio::test]
async fn whoever_has_claimed_keeps_the_session_whatever_a_later_token_says() {
    let story = Story::begin().await;
    let (invited, _ada) = story.claimed(ADA).await;
    let later = ada(&story, &[(PLAIN, json!(false))]);

    let path = format!("/api/candidate/session/{}/current_task", invited.session);
    assert_eq!(later.get(&path).await.status, 200);
    let link = format!("/api/candidate/session/{}", invited.token);
    assert_eq!(later.get(&link).await.status, 200);
}
