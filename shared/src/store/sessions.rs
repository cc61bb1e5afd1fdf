//! Candidate sessions, their plans and workspaces.

use crate::domain::candidate_session::{CandidateSession, Plan};
use crate::domain::id::{CandidateSessionId, SimulationId};
use crate::domain::page::{List, Page, PageRequest};
use crate::domain::task::{Day, Task};
use crate::domain::workspace::Workspace;
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Stored};
use crate::store::keys::{self, Keys};
use crate::store::page::{Range, Sort};

impl Entity for CandidateSession {
    fn keys(&self) -> Keys {
        Keys {
            primary: keys::session(self.id),
            gsi1: Some(keys::simulations_session(self.simulation, self.id)),
            gsi2: Some(keys::emails_session(&self.invite_email, self.id)),
        }
    }
}

impl Entity for Plan {
    fn keys(&self) -> Keys {
        keys::plan(self.session).into()
    }
}

impl Entity for Workspace {
    fn keys(&self) -> Keys {
        let repository = self.repository.as_ref().map(|repository| repository.id);
        let gsi2 = repository.map(|id| keys::repositorys_workspace(id, self.session));
        Keys { primary: keys::workspace(self.session, self.day), gsi1: None, gsi2 }
    }
}

/// A session with everything a candidate's day needs, read in one call.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The session.
    pub session: Stored<CandidateSession>,
    /// What was planned when the candidate was invited.
    pub plan: Plan,
    /// The workspaces there are.
    pub workspaces: Vec<Stored<Workspace>>,
}

impl Desk {
    /// The task of `day`.
    pub fn task(&self, day: Day) -> Option<&Task> {
        self.plan.tasks.iter().find(|task| task.day == day)
    }

    /// The workspace of `day`.
    pub fn workspace(&self, day: Day) -> Option<&Stored<Workspace>> {
        self.workspaces.iter().find(|workspace| workspace.value.day == day)
    }
}

impl Store {
    /// A session.
    pub async fn session(
        &self,
        id: CandidateSessionId,
    ) -> Result<Option<Stored<CandidateSession>>, Error> {
        self.get(&keys::session(id)).await
    }

    /// A session with its plan and its workspaces.
    pub async fn desk(&self, id: CandidateSessionId) -> Result<Option<Desk>, Error> {
        let items = self.items(Range::collection(keys::session(id).pk)).await?;
        let (mut session, mut plan, mut workspaces) = (None, None, Vec::new());
        for item in items {
            match item.get("SK").and_then(|sk| sk.as_s().ok()).map(String::as_str) {
                Some(keys::SESSION_SK) => session = Some(Stored::from_item(item)?),
                Some(keys::PLAN_SK) => plan = Some(Stored::<Plan>::from_item(item)?.value),
                Some(sk) if sk.starts_with(keys::WORKSPACE_PREFIX) => {
                    workspaces.push(Stored::from_item(item)?);
                }
                _ => {}
            }
        }
        Ok(session.zip(plan).map(|(session, plan)| Desk { session, plan, workspaces }))
    }

    /// The workspace of `day`.
    pub async fn workspace(
        &self,
        id: CandidateSessionId,
        day: Day,
    ) -> Result<Option<Stored<Workspace>>, Error> {
        self.get(&keys::workspace(id, day)).await
    }

    /// The workspace whose repository has GitHub's number `repository`, as it is now: two calls. The
    /// index lags: a repository that was made a moment ago may not be found.
    pub async fn workspace_of_repository(
        &self,
        repository: u64,
    ) -> Result<Option<Stored<Workspace>>, Error> {
        let range = Range {
            index: Some("GSI2"),
            partition: keys::repository_partition(repository),
            sort: Sort::All,
            newest_first: false,
            limit: 1,
        };
        let found = self.rows::<Workspace>(range).await?.into_iter().next();
        let Some(Stored { value: Workspace { session, day, .. }, .. }) = found else {
            return Ok(None);
        };
        self.workspace(session, day).await
    }

    /// A simulation's sessions, newest first: one call.
    pub async fn sessions_of(
        &self,
        id: SimulationId,
        wanted: PageRequest,
    ) -> Result<Page<CandidateSession>, Error> {
        self.page(List::Candidates, keys::simulation(id).pk, wanted).await
    }

    /// The sessions that an address was invited to, newest first: one call.
    pub async fn sessions_for(
        &self,
        email: &str,
        wanted: PageRequest,
    ) -> Result<Page<CandidateSession>, Error> {
        self.page(List::Invites, keys::email_partition(email), wanted).await
    }
}
