//! Where a flow begins, and what is about to be done.

use reqwest::{Request, RequestBuilder, Url};
use serde_json::Value;

use crate::caller::Caller;
use crate::campaign::flow::Flow;
use crate::campaign::{requests, work};
use crate::operator::KEY;
use crate::story::Story;
use crate::webhooks::TOLD;

/// Who works in every scene.
pub(crate) const ADA: &str = "ada@example.com";

/// A story, up to the moment in which something goes wrong.
pub struct Scene {
    pub story: Story,
    pub act: Act,
}

/// What is about to be done.
pub enum Act {
    /// A request.
    Ask(Box<Asking>),
    /// The job of this kind, as items spell it.
    Work(&'static str),
    /// What is in the queue.
    Listen,
    /// What the schedule does.
    Sweep,
}

/// A request that can be sent again.
pub struct Asking {
    pub request: Request,
    /// What it is answered with once it is done, by this or by an earlier sending of it.
    pub done: &'static [u16],
    /// Where whoever asks looks, before asking again, whether it is done: there is this text then.
    pub look: Option<(String, &'static str)>,
    /// Where whoever asks follows what they began: `{}` is the number under this name in the answer.
    pub follow: Option<(Caller, String, &'static str)>,
}

impl Asking {
    pub(crate) fn act(request: RequestBuilder, done: &'static [u16]) -> Act {
        Act::Ask(Box::new(Self::of(request, done)))
    }

    pub(crate) fn of(request: RequestBuilder, done: &'static [u16]) -> Self {
        Self { request: request.build().unwrap(), done, look: None, follow: None }
    }

    /// The same request, to another process: `base` is where it answers.
    pub(crate) fn at(&self, base: &str) -> Request {
        let mut request = self.request.try_clone().unwrap();
        let base: Url = base.parse().unwrap();
        request.url_mut().set_port(base.port()).unwrap();
        request
    }

    /// Where to follow what `answer` says was begun.
    pub(crate) fn followed(&self, answer: &Value) -> Option<(Caller, String)> {
        let (caller, path, name) = self.follow.as_ref()?;
        Some((caller.clone(), path.replace("{}", &answer.get(*name)?.to_string())))
    }
}

impl Flow {
    /// The story of this flow, up to the moment in which it begins.
    pub async fn scene(self) -> Scene {
        let key = ("TENON_ADMIN_API_KEY", KEY);
        let cleaning = ("TENON_GITHUB_CLEANUP_ENABLED", "1");
        let limited = ["SECOND", "MINUTE", "HOUR"];
        let names = limited.map(|of| format!("TENON_GITHUB_CREATES_PER_{of}"));
        let settings = match self {
            Self::TakeWebhook | Self::HeedGitHub => vec![key, TOLD[0]],
            Self::CleanUp | Self::SweepOldWork => vec![key, cleaning],
            // As in production: the moment of each creating call is reserved.
            Self::PrepareWorkspace | Self::ExamineSubmission | Self::CheckTemplate => {
                let most = ["1", "60", "450"];
                let bucket = names.iter().map(String::as_str).zip(most);
                std::iter::once(key).chain(bucket).collect()
            }
            _ => vec![key],
        };
        let story = Story::with(&settings).await;
        let act = match Box::pin(requests::act(self, &story)).await {
            Some(act) => act,
            None => Box::pin(work::act(self, &story)).await,
        };
        Scene { story, act }
    }
}
