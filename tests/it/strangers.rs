//! Every route of the API document is called by people who have no business there.

use http::Method;
use local::issuer::{Identity, Role};
use local::stack::routes;
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::cost::Cost;
use tests::story::Story;

/// What anybody may call.
const PUBLIC: [(&str, &str); 5] = [
    ("get", "/health"),
    ("post", "/api/auth/logout"),
    ("get", "/api/openapi.json"),
    ("get", "/docs"),
    ("get", "/docs/{file}"),
];

/// A route of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Route {
    method: String,
    path: String,
}

impl Route {
    fn is_public(&self) -> bool {
        PUBLIC.contains(&(self.method.as_str(), self.path.as_str()))
    }

    /// Whose token opens it.
    fn role(&self) -> Role {
        let candidates = ["/api/candidate/", "/api/tasks/"];
        if candidates.iter().any(|prefix| self.path.starts_with(prefix)) {
            Role::Candidate
        } else {
            Role::Recruiter
        }
    }

    /// A call of it that would be well formed.
    async fn call(&self, who: &Caller) -> tests::caller::Answer {
        let parts = self.path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
        let path = parts.collect::<Vec<_>>().join("/");
        let method = Method::from_bytes(self.method.to_uppercase().as_bytes()).unwrap();
        let request = who.on(1).request(method, &path);
        who.send(if self.method == "post" { request.json(&json!({})) } else { request }).await
    }
}

/// Every route there is, by the document that the routers themselves write.
fn all_routes() -> Vec<Route> {
    let document = serde_json::to_value(routes().to_openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, item): (&String, &Value)| {
        let methods = item.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let path = path.clone();
        methods.into_iter().map(move |method| Route { method, path: path.clone() })
    };
    paths.iter().flat_map(methods).collect()
}

fn private_routes() -> Vec<Route> {
    all_routes().into_iter().filter(|route| !route.is_public()).collect()
}

#[test]
fn the_document_holds_every_group_and_only_five_routes_are_for_everybody() {
    let routes = all_routes();

    for (method, path) in PUBLIC {
        let route = Route { method: method.to_owned(), path: path.to_owned() };
        assert!(routes.contains(&route), "{route:?} is gone: take it out of the list");
    }
    let groups =
        ["/api/auth", "/api/simulations", "/api/candidate", "/api/tasks", "/api/submissions"];
    for group in groups {
        let known = |route: &Route| route.path.starts_with(group);
        assert!(routes.iter().any(known), "no route of {group} is walked");
    }
    assert_eq!(routes.len() - private_routes().len(), PUBLIC.len());
}

#[tokio::test]
async fn nobody_without_a_token_gets_in_anywhere() {
    let story = Story::begin().await;
    let nobody = story.nobody();

    for route in private_routes() {
        let (refused, cost) = story.costing(route.call(&nobody)).await;
        let expected = (401, "NOT_AUTHENTICATED", "Not authenticated");
        assert_eq!(refused.refusal(), expected, "{route:?}");
        assert_eq!(refused.header("www-authenticate"), Some("Bearer realm=\"tenon\""));
        assert_eq!(cost, Cost::of_table(0), "{route:?}");
    }
}

#[tokio::test]
async fn nobody_with_a_forged_token_gets_in_anywhere() {
    let story = Story::begin().await;

    for route in private_routes() {
        let good = story.stack.issuer.token(&Identity::new("a@b.co", route.role())).unwrap();
        let other = story.stack.issuer.token(&Identity::new("eve@b.co", route.role())).unwrap();
        let [header, _, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!() };
        let claims = other.split('.').nth(1).unwrap();
        let forged = story.bearing(&format!("{header}.{claims}.{signature}"));

        let (refused, cost) = story.costing(route.call(&forged)).await;
        assert_eq!(refused.refusal(), (401, "INVALID_TOKEN", "Invalid token"), "{route:?}");
        assert_eq!(cost, Cost::of_table(0), "{route:?}");
    }
}

#[tokio::test]
async fn nobody_with_an_expired_token_gets_in_anywhere() {
    let story = Story::begin().await;
    let people = [Role::Recruiter, Role::Candidate].map(|role| {
        let token = story.stack.issuer.token_for(&Identity::new("a@b.co", role), 1).unwrap();
        (role, story.bearing(&token))
    });
    story.clock.advance(jiff::SignedDuration::from_mins(2));

    for route in private_routes() {
        let (_, who) = people.iter().find(|(role, _)| *role == route.role()).unwrap();
        let (refused, cost) = story.costing(route.call(who)).await;
        assert_eq!(refused.refusal(), (401, "INVALID_TOKEN", "Token expired"), "{route:?}");
        assert_eq!(cost, Cost::of_table(0), "{route:?}");
    }
}

#[tokio::test]
async fn nobody_with_the_wrong_permission_gets_in_anywhere() {
    let story = Story::begin().await;
    let candidate = story.candidate("ada@example.com");
    let recruiter = story.recruiter(1);

    for route in private_routes() {
        let (who, code) = match route.role() {
            Role::Recruiter => (&candidate, "RECRUITER_ACCESS_REQUIRED"),
            Role::Candidate => (&recruiter, "CANDIDATE_ACCESS_REQUIRED"),
        };
        let (refused, cost) = story.costing(route.call(who)).await;
        assert_eq!((refused.status, refused.refusal().1), (403, code), "{route:?}");
        assert_eq!(cost, Cost::of_table(0), "{route:?}");
    }
}

#[tokio::test]
async fn nobody_with_the_right_permission_and_nothing_of_their_own_learns_what_others_have() {
    let story = Story::begin().await;
    story.completed("ada@example.com").await;
    let people = [Role::Recruiter, Role::Candidate]
        .map(|role| (role, story.person("eve@example.com", role)));

    for route in private_routes().iter().filter(|route| route.path.contains('{')) {
        let (_, who) = people.iter().find(|(role, _)| *role == route.role()).unwrap();
        let refused = route.call(who).await;
        // The invite wants a body and a token has a length: their shape is judged first.
        assert!([404, 422].contains(&refused.status), "{route:?}: {refused:?}");
    }
}
