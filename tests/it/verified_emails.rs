//! What a token says of its address, and what comes of it.

use local::issuer::{Identity, Role};
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::problem::problem;
use tests::story::Story;

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

/// How a claim ends for each thing that a token may say: where nothing is demanded, and where the
/// setting demands that the address is said to be verified.
fn said() -> [(Vec<(&'static str, Value)>, u16, u16); 9] {
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
}

#[tokio::test]
async fn a_claim_wants_an_address_that_is_not_denied_or_where_it_is_demanded_one_that_is_affirmed()
{
    let lenient = Story::begin().await;
    let strict = Story::with(&[("TENON_AUTH0_REQUIRE_EMAIL_VERIFIED", "1")]).await;
    let detail = "Email verification required";
    let unverified = problem(403, "Forbidden", "EMAIL_VERIFICATION_REQUIRED", detail);

    for (said, leniently, strictly) in said() {
        for (story, status) in [(&lenient, leniently), (&strict, strictly)] {
            let invited = story.invited(ADA).await;
            let link = format!("/api/candidate/session/{}", invited.token);
            for answer in [
                ada(story, &said).get(&link).await,
                ada(story, &said).post_nothing(&format!("{link}/claim")).await,
            ] {
                assert_eq!(answer.status, status, "{said:?}");
                if status == 403 {
                    assert_eq!(answer.problem(), unverified);
                }
            }
            let row = story.row(&invited).await;
            let expected = if status == 200 { "in_progress" } else { "not_started" };
            assert_eq!(row["status"], expected, "{said:?}");
        }
    }
}

#[tokio::test]
async fn the_list_of_invites_shows_no_token_to_an_address_that_may_not_claim() {
    let lenient = Story::begin().await;
    let strict = Story::with(&[("TENON_AUTH0_REQUIRE_EMAIL_VERIFIED", "true")]).await;
    let invited = [lenient.invited(ADA).await, strict.invited(ADA).await];

    for (said, leniently, strictly) in said() {
        let stories = [(&lenient, &invited[0], leniently), (&strict, &invited[1], strictly)];
        for (story, invited, status) in stories {
            let answer = ada(story, &said).get("/api/candidate/invites").await;
            if status == 401 {
                assert_eq!(answer.status, 401);
                continue;
            }
            let rows = answer.expect(200);
            let shown = if status == 200 { json!(invited.token) } else { Value::Null };
            assert_eq!(rows[0]["inviteToken"], shown, "{said:?}");
            assert_eq!(rows[0]["candidateSessionId"], invited.session);
        }
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
