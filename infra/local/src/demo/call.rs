//! Who asks whom for what.

use reqwest::Method;
use serde_json::Value;

/// The longest part of a path that is shown; ids, tokens and repository names are longer.
const PART_SHOWN_MAX: usize = 15;

/// Whom a call is made to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Api,
    Mailbox,
    Issuer,
    GitHub,
}

impl Place {
    /// What stands before the path when a call is shown; nothing for what the demo is about.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Api => "",
            Self::Mailbox => "mailbox:",
            Self::Issuer => "issuer:",
            Self::GitHub => "github:",
        }
    }
}

/// Somebody in the story.
#[derive(Debug, Clone)]
pub(super) struct Person {
    name: &'static str,
    token: Option<String>,
}

impl Person {
    /// Somebody who did not sign in.
    pub(super) const fn nobody() -> Self {
        Self { name: "nobody", token: None }
    }

    pub(super) const fn signed_in(name: &'static str, token: String) -> Self {
        Self { name, token: Some(token) }
    }

    pub(super) fn get(&self, path: impl Into<String>) -> Call {
        self.call(Method::GET, path.into(), None)
    }

    pub(super) fn post(&self, path: impl Into<String>, body: Value) -> Call {
        self.call(Method::POST, path.into(), Some(body))
    }

    fn call(&self, method: Method, path: String, body: Option<Value>) -> Call {
        let Self { name, token } = self.clone();
        Call { who: name, place: Place::Api, method, path, body, token, session: None }
    }
}

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) who: &'static str,
    pub(super) place: Place,
    pub(super) method: Method,
    /// With the query, from the root of the place.
    pub(super) path: String,
    pub(super) body: Option<Value>,
    pub(super) token: Option<String>,
    pub(super) session: Option<u64>,
}

impl Call {
    /// A call that carries nobody's token.
    pub(super) fn anonymous(
        who: &'static str,
        (place, method): (Place, Method),
        path: &str,
        body: Option<Value>,
    ) -> Self {
        Self { who, place, method, path: path.to_owned(), body, token: None, session: None }
    }

    /// The same call with the header that names the candidate's session.
    pub(super) fn in_session(self, session: u64) -> Self {
        Self { session: Some(session), ..self }
    }

    /// The path as it is shown: what only a machine reads is left out.
    pub(super) fn shown(&self) -> String {
        let (path, query) = match self.path.split_once('?') {
            Some((path, _query)) => (path, "?…"),
            None => (self.path.as_str(), ""),
        };
        let parts: Vec<_> = path.split('/').map(shown_part).collect();
        format!("{}{}{query}", self.place.prefix(), parts.join("/"))
    }
}

fn shown_part(part: &str) -> &str {
    let is_id = part.len() > 1 && part.bytes().all(|byte| byte.is_ascii_digit());
    if is_id || part.chars().count() > PART_SHOWN_MAX { "…" } else { part }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tokens_and_queries_are_not_shown() {
        let ada = Person::signed_in("ada", "secret".to_owned());
        let shown = |path: &str| ada.get(path).shown();

        assert_eq!(shown("/api/tasks/212233445566/run/7"), "/api/tasks/…/run/7");
        let token = "x".repeat(43);
        assert_eq!(shown(&format!("/api/candidate/session/{token}")), "/api/candidate/session/…");
        assert_eq!(shown("/api/submissions?simulationId=1"), "/api/submissions?…");
        assert_eq!(shown("/api/auth/me"), "/api/auth/me");
    }

    #[test]
    fn a_call_to_another_place_says_which() {
        let place = (Place::GitHub, Method::GET);
        let path = "/repos/tenon-hire-dev/tenon-ws-212233445566-task212233445567/invitations";

        let call = Call::anonymous("ada", place, path, None);

        assert_eq!(call.shown(), "github:/repos/tenon-hire-dev/…/invitations");
    }
}
