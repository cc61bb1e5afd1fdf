//! Where a story may begin: simulations made, candidates invited, days handed in.

use local::github::templates::TEMPLATES;
use serde_json::{Value, json};

use crate::caller::{Answer, Caller};
use crate::canary;
use crate::story::Story;

/// A candidate who was invited.
#[derive(Debug, Clone)]
pub struct Invited {
    pub simulation: u64,
    pub session: u64,
    pub token: String,
}

impl Story {
    /// A simulation of recruiter 1.
    pub async fn simulation(&self) -> u64 {
        let made = self.recruiter(1).post("/api/simulations", simulation_body()).await.expect(201);
        made["id"].as_u64().unwrap()
    }

    /// A candidate invited by recruiter 1, with repositories made and mail sent.
    pub async fn invited(&self, email: &str) -> Invited {
        let invited = self.invited_just_now(email).await;
        self.settle().await;
        invited
    }

    /// A candidate invited by recruiter 1; repositories and mail are still to come.
    pub async fn invited_just_now(&self, email: &str) -> Invited {
        let simulation = self.simulation().await;
        let invited = self.invite(simulation, "Ada Example", email).await.expect(200);
        Invited {
            simulation,
            session: invited["candidateSessionId"].as_u64().unwrap(),
            token: invited["token"].as_str().unwrap().to_owned(),
        }
    }

    /// Recruiter 1 invites somebody.
    pub async fn invite(&self, simulation: u64, name: &str, email: &str) -> Answer {
        let body = json!({ "candidateName": name, "inviteEmail": email });
        self.recruiter(1).post(&format!("/api/simulations/{simulation}/invite"), body).await
    }

    /// A candidate who has claimed the invite, ready to work.
    pub async fn claimed(&self, email: &str) -> (Invited, Caller) {
        let invited = self.invited(email).await;
        let candidate = self.candidate(email);
        candidate.get(&format!("/api/candidate/session/{}", invited.token)).await.expect(200);
        (invited.clone(), candidate.on(invited.session))
    }

    /// The id of the task that a candidate is to do now.
    pub async fn current_task(&self, candidate: &Caller, session: u64) -> u64 {
        let path = format!("/api/candidate/session/{session}/current_task");
        let current = candidate.get(&path).await.expect(200);
        current["currentTask"]["id"].as_u64().unwrap()
    }

    /// Hands in the text of a text day; the task after it.
    pub async fn hand_in_text(&self, candidate: &Caller, task: u64) -> u64 {
        let body = json!({ "contentText": "Well thought out." });
        candidate.post(&format!("/api/tasks/{task}/submit"), body).await.expect(201);
        task + 1
    }

    /// A candidate who has handed in day 1 and works on day 2, whose task is the number.
    pub async fn on_day_two(&self, email: &str) -> (Invited, Caller, u64) {
        let (invited, candidate) = self.claimed(email).await;
        let first = self.current_task(&candidate, invited.session).await;
        let second = self.hand_in_text(&candidate, first).await;
        (invited, candidate, second)
    }

    /// As [`Story::on_day_two`], while the repositories are still to be made.
    pub async fn on_day_two_just_invited(&self, email: &str) -> (Invited, Caller, u64) {
        let invited = self.invited_just_now(email).await;
        let candidate = self.candidate(email).on(invited.session);
        candidate.get(&format!("/api/candidate/session/{}", invited.token)).await.expect(200);
        let first = self.current_task(&candidate, invited.session).await;
        let second = self.hand_in_text(&candidate, first).await;
        (invited, candidate, second)
    }

    /// A candidate who has handed in all five days; the first task is the number. What follows from
    /// the code days is still to be done.
    pub async fn completed(&self, email: &str) -> (Invited, Caller, u64) {
        let (invited, candidate) = self.claimed(email).await;
        let first = self.current_task(&candidate, invited.session).await;
        for task in first..first + 5 {
            self.hand_in_text(&candidate, task).await;
        }
        (invited, candidate, first)
    }

    /// The row of a session in the list that recruiter 1 sees.
    pub async fn row(&self, invited: &Invited) -> Value {
        let path = format!("/api/simulations/{}/candidates", invited.simulation);
        let rows = self.recruiter(1).get(&path).await.expect(200);
        let mut rows = rows.as_array().unwrap().iter();
        rows.find(|row| row["candidateSessionId"] == invited.session).unwrap().clone()
    }

    /// The name of the repository that a candidate has for `task`.
    pub async fn repository(&self, candidate: &Caller, task: u64) -> String {
        let path = format!("/api/tasks/{task}/codespace/status");
        let status = candidate.get(&path).await.expect(200);
        status["repoFullName"].as_str().unwrap().to_owned()
    }

    /// Whoever has the GitHub account `login` accepts the invitations that are open.
    pub fn accept_invitations(&self, login: &str) {
        for repository in self.stack.github.repositories() {
            // Most often there is none.
            let _ = self.stack.github.accept_invitation(&repository, login);
        }
    }

    /// Pushes what makes all tests of the default template pass; the new commit.
    pub fn push_solution(&self, repository: &str) -> String {
        let template = TEMPLATES[0];
        canary::keep(&template.solved());
        let pushed = self.stack.github.push(
            repository,
            "main",
            template.source,
            &template.solved(),
            "Solve",
        );
        pushed.unwrap()
    }
}

/// What a recruiter sends to create a simulation.
pub fn simulation_body() -> Value {
    json!({
        "title": "Payments API",
        "role": "Backend Engineer",
        "techStack": "Python, FastAPI",
        "seniority": "Mid",
        "focus": "Idempotent payments",
        "templateKey": "python-fastapi",
    })
}
