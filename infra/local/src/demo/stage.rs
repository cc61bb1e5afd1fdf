//! Where the story is played: calls are made, answers checked, and a line printed for each.

use std::io::Write;
use std::time::{Duration, Instant};

use reqwest::header::USER_AGENT;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use url::Url;

use crate::demo::answer::{Answer, Surprise};
use crate::demo::call::{Call, Person, Place};
use crate::demo::{DemoFailed, Options, Places, Slowest, Summary};

/// How long the API may take for any answer.
const ANSWER_MAX: Duration = Duration::from_secs(3);
/// The header of a candidate's calls.
const SESSION_HEADER: &str = "x-candidate-session-id";

/// What a check found in an answer, and the words for it.
pub(super) type Seen<T> = Result<(T, String), Surprise>;
/// The same for an answer that may have to be asked for again: `None` is "not yet".
pub(super) type SeenYet<T> = Result<Option<(T, String)>, Surprise>;

/// The stack, the one who watches, and what has been seen so far.
pub(super) struct Stage<'a> {
    http: Client,
    pub(super) places: &'a Places,
    pub(super) options: &'a Options,
    out: &'a mut (dyn Write + Send),
    began: Instant,
    chapter: &'static str,
    steps: u32,
    slowest: Option<Slowest>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        places: &'a Places,
        options: &'a Options,
        out: &'a mut (dyn Write + Send),
    ) -> Result<Self, DemoFailed> {
        let http = shared::http_client::build().map_err(DemoFailed::Client)?;
        let began = Instant::now();
        Ok(Self { http, places, options, out, began, chapter: "", steps: 0, slowest: None })
    }

    /// Names the part of the story that the next steps belong to.
    pub(super) fn chapter(&mut self, name: &'static str) {
        self.chapter = name;
    }

    /// Makes a call whose answer must be right at once.
    pub(super) async fn step<T>(
        &mut self,
        call: &Call,
        check: impl FnOnce(&Answer) -> Seen<T>,
    ) -> Result<T, DemoFailed> {
        self.steps += 1;
        let answer = self.send_until_settled(call).await?;
        match usual(call, &answer).and_then(|()| check(&answer)) {
            Ok((value, note)) => {
                self.print_step(call, &answer, &note)?;
                Ok(value)
            }
            Err(surprise) => Err(self.failed(call, &answer, surprise)?),
        }
    }

    /// Makes a call again and again until it shows `what`, as often as the web client would.
    pub(super) async fn until<T>(
        &mut self,
        what: &str,
        call: &Call,
        check: impl Fn(&Answer) -> SeenYet<T>,
    ) -> Result<T, DemoFailed> {
        self.steps += 1;
        let began = Instant::now();
        let mut looks = 1;
        loop {
            let answer = self.send_until_settled(call).await?;
            let surprise = match usual(call, &answer).and_then(|()| check(&answer)) {
                Ok(Some((value, note))) => {
                    let waited = waited(looks, began.elapsed());
                    self.print_step(call, &answer, &format!("{note}{waited}"))?;
                    return Ok(value);
                }
                Ok(None) if began.elapsed() < self.options.patience => None,
                Ok(None) => {
                    let patience = self.options.patience.as_secs();
                    Some(Surprise::new(format!("{what} within {patience} s")))
                }
                Err(surprise) => Some(surprise),
            };
            if let Some(surprise) = surprise {
                return Err(self.failed(call, &answer, surprise)?);
            }
            looks += 1;
            self.pause().await;
        }
    }

    /// Lets somebody sign in at the issuer, as `recruiter` or `candidate`.
    pub(super) async fn sign_in(
        &mut self,
        (who, role): (&'static str, &str),
        (name, email): (&str, &str),
    ) -> Result<Person, DemoFailed> {
        let body = json!({ "email": email, "role": role, "name": name });
        let place = (Place::Issuer, Method::POST);
        let call = Call::anonymous(who, place, "/mint", Some(body));
        self.step(&call, |answer| {
            answer.is(200)?;
            let person = Person::signed_in(who, answer.text("/token")?);
            Ok((person, format!("{name} signs in as {email}, a {role}")))
        })
        .await
    }

    /// A call to GitHub; the local one knows a single token.
    pub(super) fn on_github(&self, method: Method, path: &str, body: Option<Value>) -> Call {
        let call = Call::anonymous("ada", (Place::GitHub, method), path, body);
        Call { token: Some(self.places.github_token.clone()), ..call }
    }

    /// Tells how it went, and where to look at what became of it.
    pub(super) fn ends(&mut self, repositories: &[&str]) -> Result<Summary, DemoFailed> {
        let (mailbox, issuer) = (root(&self.places.mailbox), root(&self.places.issuer));
        let github = root(&self.places.github);
        let mut look_at = vec![
            ("Ada's mail", format!("{mailbox}/mail")),
            ("a token for anybody", format!("{issuer}/mint")),
        ];
        let pages = repositories.iter().map(|name| format!("{github}/_/{name}"));
        look_at.extend(pages.map(|page| ("a repository and its runs", page)));
        let (steps, slowest) = (self.steps, self.slowest.clone());
        let summary = Summary { steps, slowest, took: self.began.elapsed(), look_at };
        write!(self.out, "\n{summary}").map_err(DemoFailed::Print)?;
        Ok(summary)
    }

    /// An answer that is no refusal for the moment, or the last one within the patience.
    async fn send_until_settled(&mut self, call: &Call) -> Result<Answer, DemoFailed> {
        let began = Instant::now();
        loop {
            let answer = self.send(call).await?;
            let again = self.options.tries_again && answer.is_for_the_moment();
            if !again || began.elapsed() >= self.options.patience {
                return Ok(answer);
            }
            self.print_step(call, &answer, "is refused for the moment")?;
            self.pause().await;
        }
    }

    async fn send(&mut self, call: &Call) -> Result<Answer, DemoFailed> {
        let base = match call.place {
            Place::Api => &self.places.api,
            Place::Mailbox => &self.places.mailbox,
            Place::Issuer => &self.places.issuer,
            Place::GitHub => &self.places.github,
        };
        let url = format!("{}{}", root(base), call.path);
        let mut request = self.http.request(call.method.clone(), url);
        if call.place == Place::GitHub {
            // There it is a person, whom no fault befalls.
            request = request.header(USER_AGENT, "Ada's browser");
        }
        if let Some(token) = &call.token {
            request = request.bearer_auth(token);
        }
        if let Some(session) = call.session {
            request = request.header(SESSION_HEADER, session);
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let began = Instant::now();
        let answer = async {
            let response = request.send().await?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            Ok((status, headers, response.text().await?))
        };
        let (status, headers, text) = answer.await.map_err(|source: reqwest::Error| {
            let (step, call) = (self.steps, named(call));
            DemoFailed::Unanswered { step, call, source: source.without_url() }
        })?;
        let took = began.elapsed();
        self.remember(call, took);
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Answer { status, headers, body, text, took })
    }

    fn remember(&mut self, call: &Call, took: Duration) {
        let is_slowest = self.slowest.as_ref().is_none_or(|slowest| slowest.took < took);
        if call.place == Place::Api && is_slowest {
            self.slowest = Some(Slowest { call: named(call), took });
        }
    }

    fn print_step(&mut self, call: &Call, answer: &Answer, note: &str) -> Result<(), DemoFailed> {
        let Self { steps, chapter, .. } = self;
        let (who, method) = (call.who, call.method.as_str());
        let (path, status, ms) = (call.shown(), answer.status, answer.took.as_millis());
        writeln!(
            self.out,
            "[{steps:>3}] {chapter:<6} {who:<9} {method:<4} {path:<51} {status} {ms:>5} ms  {note}"
        )
        .map_err(DemoFailed::Print)
    }

    /// Shows what is wrong, and gives it back as the end of the story.
    fn failed(
        &mut self,
        call: &Call,
        answer: &Answer,
        Surprise { expected }: Surprise,
    ) -> Result<DemoFailed, DemoFailed> {
        self.print_step(call, answer, "FAILED")?;
        let came = answer.in_short();
        writeln!(self.out, "      expected  {expected}\n      came      {came}")
            .map_err(DemoFailed::Print)?;
        Ok(DemoFailed::Unexpected { step: self.steps, call: named(call), expected, came })
    }

    #[expect(clippy::disallowed_methods, reason = "the web client waits between two looks, too")]
    async fn pause(&self) {
        tokio::time::sleep(self.options.poll).await;
    }
}

/// What holds for every answer of the API, whatever was asked.
fn usual(call: &Call, answer: &Answer) -> Result<(), Surprise> {
    if call.place == Place::Api {
        answer.within(ANSWER_MAX)?;
        answer.is_json()?;
    }
    Ok(())
}

/// The address that paths can be put behind.
fn root(base: &Url) -> &str {
    base.as_str().trim_end_matches('/')
}

fn named(call: &Call) -> String {
    format!("{} {}", call.method, call.shown())
}

fn waited(looks: u32, time: Duration) -> String {
    if looks == 1 {
        return String::new();
    }
    format!(" ({looks} looks, {:.1} s)", time.as_secs_f64())
}

#[cfg(test)]
mod tests;
