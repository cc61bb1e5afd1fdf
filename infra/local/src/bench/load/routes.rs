//! The routes that a load is put on, and what each is asked.

use std::sync::Arc;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::json;
use shared::mint::Mint;

use crate::bench::calls::{Ask, Content, Token};
use crate::bench::load::cast::{Cast, brief};

/// A route with what is asked of it. They are measured in this order: what changes nothing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is the route of its name")]
pub enum Route {
    Health,
    Me,
    /// A page of 50.
    Simulations,
    /// A page of 10.
    SimulationsTen,
    Simulation,
    Candidates,
    CandidatesTen,
    Submissions,
    SubmissionsTen,
    Submission,
    Invites,
    InvitesTen,
    /// What the web client asks for: the newest rows of one page of the table, at most 1,000.
    CandidatesWhole,
    CurrentTask,
    Status,
    Init,
    Poll,
    Resend,
    Claim,
    SubmitText,
    Run,
    SubmitCode,
    CreateSimulation,
    Invite,
    Webhook,
}

/// How a route stands with the budgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Read,
    Write,
    /// Has a budget of its own.
    Webhook,
    /// As long as what it shows.
    Whole,
}

impl Route {
    /// Every route, in the order in which they are measured.
    pub(super) const ALL: [Self; 25] = [
        Self::Health,
        Self::Me,
        Self::Simulations,
        Self::SimulationsTen,
        Self::Simulation,
        Self::Candidates,
        Self::CandidatesTen,
        Self::Submissions,
        Self::SubmissionsTen,
        Self::Submission,
        Self::Invites,
        Self::InvitesTen,
        Self::CandidatesWhole,
        Self::CurrentTask,
        Self::Status,
        Self::Init,
        Self::Poll,
        Self::Resend,
        Self::Claim,
        Self::SubmitText,
        Self::Run,
        Self::SubmitCode,
        Self::CreateSimulation,
        Self::Invite,
        Self::Webhook,
    ];

    /// As it is shown.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Health => "GET /health",
            Self::Me => "GET /api/auth/me",
            Self::Simulations => "GET /api/simulations?limit=50",
            Self::SimulationsTen => "GET /api/simulations?limit=10",
            Self::Simulation => "GET /api/simulations/{id}",
            Self::Candidates => "GET …/{id}/candidates?limit=50",
            Self::CandidatesTen => "GET …/{id}/candidates?limit=10",
            Self::Submissions => "GET /api/submissions?limit=50",
            Self::SubmissionsTen => "GET /api/submissions?limit=10",
            Self::Submission => "GET /api/submissions/{id}",
            Self::Invites => "GET …/candidate/invites?limit=50",
            Self::InvitesTen => "GET …/candidate/invites?limit=10",
            Self::CandidatesWhole => "GET …/{id}/candidates",
            Self::CurrentTask => "GET …/{id}/current_task",
            Self::Status => "GET …/codespace/status",
            Self::Init => "POST …/codespace/init",
            Self::Poll => "GET …/run/{runId}",
            Self::Resend => "POST …/invite/resend",
            Self::Claim => "POST …/{token}/claim",
            Self::SubmitText => "POST …/submit, a text",
            Self::Run => "POST …/run",
            Self::SubmitCode => "POST …/submit, code",
            Self::CreateSimulation => "POST /api/simulations",
            Self::Invite => "POST …/invite",
            Self::Webhook => "POST /api/github/webhooks",
        }
    }

    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::CandidatesWhole => Kind::Whole,
            Self::Webhook => Kind::Webhook,
            Self::Init
            | Self::Resend
            | Self::Claim
            | Self::SubmitText
            | Self::Run
            | Self::SubmitCode
            | Self::CreateSimulation
            | Self::Invite => Kind::Write,
            _ => Kind::Read,
        }
    }

    /// Whether the table has more transactions behind it after every request.
    pub(super) const fn writes(self) -> bool {
        matches!(self.kind(), Kind::Write | Kind::Webhook)
    }

    /// Whether it works on copies of candidates: those are put once the lists are measured.
    pub(super) const fn needs_copies(self) -> bool {
        matches!(
            self,
            Self::CurrentTask
                | Self::Status
                | Self::Init
                | Self::Poll
                | Self::Resend
                | Self::Claim
                | Self::SubmitText
                | Self::Run
                | Self::SubmitCode
        )
    }

    /// Whether a candidate can do it once only.
    pub(super) const fn uses_up(self) -> bool {
        matches!(self, Self::Resend | Self::Claim | Self::SubmitText | Self::Run | Self::SubmitCode)
    }

    /// What it must be answered with.
    pub(super) const fn expected(self) -> u16 {
        match self {
            Self::SubmitText | Self::SubmitCode | Self::CreateSimulation => 201,
            Self::Webhook => 202,
            _ => 200,
        }
    }

    /// Request `number` of it. Who asks changes with the number, so that nobody comes near a limit.
    pub(super) fn ask(self, cast: &Cast, number: u64) -> Ask {
        let asked = self.of_recruiter(cast, number);
        let asked = asked.or_else(|| self.of_candidate(cast, number));
        asked.unwrap_or_else(|| match self {
            Self::Webhook => {
                let delivery = Mint::System.uuid().to_string();
                let push = Content::Webhook("push", Arc::clone(&cast.push), delivery);
                Ask::post("api/github/webhooks", push)
            }
            _ => Ask::get("health"),
        })
    }

    fn of_recruiter(self, cast: &Cast, number: u64) -> Option<Ask> {
        let Cast { recruiter, rival, simulation, submission, grace, .. } = cast;
        let of = |path: &str| Ask::get(path).by(recruiter);
        let candidates =
            |query: &str| of(&format!("api/simulations/{simulation}/candidates{query}"));
        Some(match self {
            Self::Me => Ask::get("api/auth/me").by(nth(&cast.recruiters, number, recruiter)),
            Self::Simulations => of("api/simulations?limit=50"),
            Self::SimulationsTen => of("api/simulations?limit=10"),
            Self::Simulation => of(&format!("api/simulations/{simulation}")),
            Self::Candidates => candidates("?limit=50"),
            Self::CandidatesTen => candidates("?limit=10"),
            Self::CandidatesWhole => candidates(""),
            Self::Submissions => of("api/submissions?limit=50"),
            Self::SubmissionsTen => of("api/submissions?limit=10"),
            Self::Submission => of(&format!("api/submissions/{submission}")),
            Self::Resend => {
                let session = grace.copy(number);
                let path =
                    format!("api/simulations/{simulation}/candidates/{session}/invite/resend");
                Ask::post(path, Content::Nothing).by(recruiter)
            }
            Self::CreateSimulation => {
                Ask::post("api/simulations", Content::Json(brief())).by(rival)
            }
            Self::Invite => {
                let email = format!("invited{number}@example.com");
                let body = json!({ "candidateName": "Ada", "inviteEmail": email });
                let path = format!("api/simulations/{simulation}/invite");
                Ask::post(path, Content::Json(body)).by(recruiter)
            }
            _ => return None,
        })
    }

    fn of_candidate(self, cast: &Cast, number: u64) -> Option<Ask> {
        let Cast { task, grace, eve, ada, .. } = cast;
        let (work, at) = (*task + 1, ada.copy(number));
        let looks = |path: String| Ask::get(path).by(&ada.token).within(at);
        let works = |what: &str, body| {
            let ask = Ask::post(format!("api/tasks/{work}/{what}"), Content::Json(body));
            ask.by(&ada.token).within(at)
        };
        let invites = |query: &str| {
            let grace = nth(&cast.graces, number, &grace.token);
            Ask::get(format!("api/candidate/invites?{query}")).by(grace)
        };
        Some(match self {
            Self::Invites => invites("limit=50"),
            Self::InvitesTen => invites("limit=10"),
            Self::Claim => {
                let link = cast.link(number).unwrap_or_default();
                let path = format!("api/candidate/session/{link}/claim");
                Ask::post(path, Content::Nothing).by(&grace.token)
            }
            Self::CurrentTask => {
                let session = eve.copy(number);
                let path = format!("api/candidate/session/{session}/current_task");
                Ask::get(path).by(&eve.token).within(session)
            }
            Self::SubmitText => {
                let text = Content::Json(json!({ "contentText": "# Plan\n\nSmall steps.\n" }));
                let ask = Ask::post(format!("api/tasks/{task}/submit"), text);
                ask.by(&eve.token).within(eve.copy(number))
            }
            Self::Status => looks(format!("api/tasks/{work}/codespace/status")),
            Self::Poll => looks(format!("api/tasks/{work}/run/{}", cast.run_of(number))),
            Self::Init => works("codespace/init", json!({ "githubUsername": "ada" })),
            Self::Run => works("run", json!({})),
            Self::SubmitCode => works("submit", json!({})),
            _ => return None,
        })
    }
}

fn nth<'a>(tokens: &'a [Token], number: u64, or: &'a Token) -> &'a Token {
    let index = number.checked_rem(u64::try_from(tokens.len()).unwrap_or(0)).unwrap_or(0);
    usize::try_from(index).ok().and_then(|index| tokens.get(index)).unwrap_or(or)
}
