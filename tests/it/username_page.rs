//! The page behind the link of an invite mail, where a candidate says which GitHub account is theirs.

use http::{HeaderMap, Method};
use jiff::SignedDuration;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use shared::domain::limit::GITHUB_USERNAME;
use tests::cost::Cost;
use tests::document::judge;
use tests::logs::Log;
use tests::story::Story;
use tests::work::Invited;

const ADA: &str = "ada@example.com";
const FORM: &str = "application/x-www-form-urlencoded";
const WRONG: &str = "That is not a GitHub username.";

/// A page as a browser gets it.
struct Seen {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The status and the heading.
    fn heading(&self) -> (u16, &str) {
        let heading = self.text.split("<h1>").nth(1).and_then(|rest| rest.split("</h1>").next());
        (self.status, heading.unwrap_or_default())
    }
}

/// Sends `request`; the answer must be a page, and one that the document knows.
async fn seen(request: RequestBuilder) -> Seen {
    let request = request.build().unwrap();
    let (method, path) = (request.method().clone(), request.url().path().to_owned());
    let http = shared::http_client::build().unwrap();
    let answer = http.execute(request).await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let seen = Seen { status, headers, text: answer.text().await.unwrap() };
    assert_eq!(judge(method.as_str(), &path, status, &Value::Null), Vec::<String>::new());
    assert_eq!(seen.header("content-type"), "text/html; charset=utf-8", "{}", seen.text);
    seen
}

fn page(invited: &Invited) -> String {
    format!("/api/candidate/github/{}", invited.token)
}

fn request(story: &Story, method: Method, path: &str) -> RequestBuilder {
    story.nobody().request(method, path)
}

async fn get(story: &Story, path: &str) -> Seen {
    seen(request(story, Method::GET, path)).await
}

fn form(story: &Story, path: &str, body: &str) -> RequestBuilder {
    request(story, Method::POST, path).header("content-type", FORM).body(body.to_owned())
}

async fn post(story: &Story, path: &str, body: &str) -> Seen {
    seen(form(story, path, body)).await
}

/// What `work` cost.
async fn cost<T>(story: &Story, work: impl Future<Output = T>) -> (T, Cost) {
    let spent = || Cost {
        table: story.stack.app.store.calls().count(),
        github: story.stack.github.total_calls(),
    };
    let before = spent();
    let done = work.await;
    let after = spent();
    (done, Cost { table: after.table - before.table, github: after.github - before.github })
}

async fn known(story: &Story) -> Value {
    story.item("CS#", "CS").await["githubUsername"]["S"].clone()
}

#[tokio::test]
async fn from_the_mails_link_to_the_invitation_to_each_repository() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    let links = story.stack.mailbox.mails()[0].links();
    let link = links.iter().find(|link| link.contains("/github/")).unwrap();
    let path = link.strip_prefix(story.stack.places.api.trim_end_matches('/')).unwrap();
    assert_eq!(path, page(&invited));

    let (asked, first) = cost(&story, get(&story, path)).await;
    let (saved, second) = cost(&story, post(&story, path, "username=+%40Ada-L+")).await;
    let (again, third) = cost(&story, post(&story, path, "username=Ada-L")).await;
    story.settle().await;

    assert_eq!(asked.heading(), (200, "Your GitHub username"));
    assert!(asked.text.contains("On two days of Payments API for LocalCo"), "{}", asked.text);
    assert!(asked.text.contains("<label for=\"username\">") && !asked.text.contains("Thank you"));
    assert_eq!((saved.status, again.status), (200, 200));
    for told in [&saved, &again] {
        assert!(told.text.contains("<strong>Thank you. We have noted Ada-L.</strong>"));
        for repository in story.stack.github.repositories() {
            let link = format!("<a href=\"https://github.com/{repository}/invitations\">");
            assert!(told.text.contains(&link), "{link} is missing in {}", told.text);
        }
    }
    assert_eq!([first, second, third], [1, 2, 1].map(Cost::of_table));
    assert_eq!(story.stack.github.calls().get("PUT collaborator"), Some(&2));
    for repository in story.stack.github.repositories() {
        assert!(story.stack.github.accept_invitation(&repository, "ada-l").is_ok());
    }
    let known = get(&story, path).await;
    assert!(known.text.contains("We know you as <strong>Ada-L</strong>."), "{}", known.text);
}

#[tokio::test]
async fn the_page_runs_loads_and_remembers_nothing_and_posts_to_us_alone() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;

    let pages = [
        get(&story, &page(&invited)).await,
        post(&story, &page(&invited), "username=-").await,
        get(&story, "/api/candidate/github/x").await,
    ];

    let mut nonces = Vec::new();
    for page in &pages {
        let policy = page.header("content-security-policy");
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        let expected = format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'"
        );
        assert_eq!(policy, expected);
        assert!(page.text.contains(&format!("<style nonce=\"{nonce}\">")), "{}", page.text);
        nonces.push(nonce.to_owned());
        let said = ["cache-control", "referrer-policy", "x-content-type-options"];
        assert_eq!(said.map(|name| page.header(name)), ["no-store", "no-referrer", "nosniff"]);
        for foreign in ["<script", "src=", "style=\"", "@import", "url("] {
            assert!(!page.text.contains(foreign), "{foreign}: {}", page.text);
        }
        assert!(page.text.starts_with("<!doctype html>\n<html lang=\"en\">"), "{}", page.text);
        assert!(page.text.contains("<meta name=\"viewport\""), "{}", page.text);
    }
    nonces.dedup();
    assert_eq!(nonces.len(), 3);
}

#[tokio::test]
async fn a_malformed_name_is_refused_beside_the_field_and_not_remembered_and_not_repeated() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    let long = format!("username={}", "a".repeat(40));

    for body in
        ["", "username=", "username=-ada", "username=ada_l", "name=ada", "username=%3Cb%3E", &long]
    {
        let refused = post(&story, &page(&invited), body).await;
        assert_eq!(refused.heading(), (400, "Your GitHub username"), "{body}");
        assert_eq!(refused.text.matches(WRONG).count(), 1, "{body}");
        assert!(refused.text.contains("<title>Error: Your GitHub username"), "{body}");
        assert!(refused.text.contains("aria-invalid=\"true\""), "{body}");
        assert!(!refused.text.contains("ada_l") && !refused.text.contains("<b>"), "{body}");
    }

    story.settle().await;
    assert_eq!(known(&story).await, Value::Null);
    assert_eq!(story.stack.github.calls().get("PUT collaborator"), None);
}

#[tokio::test]
async fn a_link_that_leads_nowhere_says_so_and_a_forged_one_is_not_even_looked_up() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    let mut forged = page(&invited);
    forged.replace_range(forged.len() - 4.., "AAAA");

    for path in ["/api/candidate/github/x", &forged, "/api/candidate/github/%FF"] {
        for request in [request(&story, Method::GET, path), form(&story, path, "username=eve")] {
            let (refused, cost) = cost(&story, seen(request)).await;
            assert_eq!(refused.heading(), (404, "This link leads nowhere"), "{path}");
            assert_eq!(cost, Cost::of_table(0), "{path}");
        }
    }
}

#[tokio::test]
async fn an_invite_that_nobody_claimed_in_time_has_expired_here_too_and_its_renewal_kills_the_link()
{
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    let (claimed, _ben) = story.claimed("ben@example.com").await;
    let fortnight = SignedDuration::from_hours(14 * 24);
    story.clock.advance(fortnight);
    assert_eq!(get(&story, &page(&invited)).await.status, 200);

    story.clock.advance(SignedDuration::from_secs(1));
    let expired = get(&story, &page(&invited)).await;
    let refused = post(&story, &page(&invited), "username=ada-l").await;
    let open = post(&story, &page(&claimed), "username=ben-l").await;
    story.invite(invited.simulation, "Ada Example", ADA).await.expect(200);
    let old = get(&story, &page(&invited)).await;

    let gone = (410, "This invitation has expired");
    assert_eq!((expired.heading(), refused.heading()), (gone, gone));
    assert_eq!((open.status, old.heading()), (200, (404, "This link leads nowhere")));
}

#[tokio::test]
async fn once_all_days_are_handed_in_there_is_nothing_to_change() {
    let story = Story::begin().await;
    let (invited, _ada, _task) = story.completed(ADA).await;

    let shown = get(&story, &page(&invited)).await;
    let refused = post(&story, &page(&invited), "username=ada-l").await;

    assert_eq!(shown.status, 200);
    assert!(shown.text.contains("You have handed in all five days of Payments API"));
    assert!(!shown.text.contains("<form"), "{}", shown.text);
    assert_eq!(refused.heading(), (409, "You have handed in all five days"));
    assert_eq!(known(&story).await, Value::Null);
}

#[tokio::test]
async fn another_websites_form_and_what_is_no_form_change_nothing() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    let send = |pairs: &[(&str, &str)]| {
        let form = form(&story, &page(&invited), "username=eve");
        pairs.iter().fold(form, |form, (name, value)| form.header(*name, *value))
    };

    let cross = seen(send(&[("sec-fetch-site", "cross-site"), ("origin", "null")])).await;
    let foreign = seen(send(&[("origin", "https://evil.example")])).await;
    let json = request(&story, Method::POST, &page(&invited));
    let json = seen(json.json(&json!({ "username": "eve" }))).await;
    let long = form(&story, &page(&invited), &format!("username={}", "a".repeat(4_096)));
    let long = story.nobody().send(long).await;

    let another = (403, "This form was sent from another website");
    assert_eq!((cross.heading(), foreign.heading()), (another, another));
    assert_eq!(json.heading(), (415, "Please use the form"));
    assert_eq!(long.refusal(), (413, "BODY_TOO_LARGE", "Request body too large"));
    assert_eq!(known(&story).await, Value::Null);
    let ours = seen(send(&[("sec-fetch-site", "same-origin"), ("origin", "null")])).await;
    assert_eq!((ours.status, known(&story).await), (200, json!("eve")));
}

#[tokio::test]
async fn the_page_is_limited_by_session_and_says_when_to_come_back() {
    let story = Story::with(&[("TENON_RATE_LIMIT_ENABLED", "1")]).await;
    let (ada, ben) = (story.invited(ADA).await, story.invited("ben@example.com").await);

    for _ in 0..GITHUB_USERNAME.max {
        assert_eq!(get(&story, &page(&ada)).await.status, 200);
    }
    let refused = post(&story, &page(&ada), "username=ada-l").await;

    assert_eq!(refused.heading(), (429, "That was a bit too much at once"));
    let told = ["retry-after", "ratelimit"].map(|name| refused.header(name));
    assert_eq!(told, ["30", "\"github_username\";r=0;t=30"]);
    assert_eq!(get(&story, &page(&ben)).await.status, 200);
}

#[tokio::test]
async fn hostile_names_stay_text_on_the_page() {
    let story = Story::begin().await;
    let body = json!({
        "title": "</title><script>alert(1)</script>", "role": "Engineer", "techStack": "x",
        "seniority": "Mid",
    });
    let made = story.recruiter(1).post("/api/simulations", body).await.expect(201);
    let invited = story.invite(made["id"].as_u64().unwrap(), "Ada", ADA).await.expect(200);

    let path = format!("/api/candidate/github/{}", invited["token"].as_str().unwrap());
    let shown = get(&story, &path).await;

    assert!(!shown.text.contains("<script"), "{}", shown.text);
    assert!(shown.text.contains("&#60;script&#62;alert(1)"), "{}", shown.text);
}

#[tokio::test]
async fn neither_link_nor_name_reaches_the_log() {
    let log = Log::listen();
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;

    get(&story, &page(&invited)).await;
    post(&story, &page(&invited), "username=ada-lovelace").await;
    post(&story, &page(&invited), "username=_private_").await;
    story.settle().await;

    let text = log.text();
    assert_eq!(text.matches(" /api/candidate/github/{token}\"").count(), 3, "{text}");
    for secret in [&invited.token[..], "lovelace", "private", "@"] {
        assert!(!text.contains(secret), "{secret} is in the log:\n{text}");
    }
}

#[tokio::test]
async fn without_an_address_of_ours_the_mail_has_no_link_to_the_page() {
    let story = Story::with(&[("TENON_PUBLIC_API_BASE_URL", "")]).await;
    let invited = story.invited(ADA).await;

    let link = format!("http://localhost:3000/candidate/session/{}", invited.token);
    assert_eq!(story.stack.mailbox.mails()[0].links(), [link]);
    assert_eq!(get(&story, &page(&invited)).await.status, 200);
}

#[tokio::test]
async fn who_is_known_by_the_time_a_mail_goes_out_is_not_asked() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    post(&story, &page(&invited), "username=ada-l").await;

    story.clock.advance(SignedDuration::from_mins(1));
    story.invite(invited.simulation, "Ada Example", ADA).await.expect(200);
    story.settle().await;

    let links = story.stack.mailbox.mails().into_iter().map(|mail| mail.links().len());
    let mut links: Vec<_> = links.collect();
    links.sort_unstable();
    assert_eq!(links, [1, 2]);
}
