//! Simulations.

use crate::domain::email_address::EmailAddress;
use crate::domain::id::{CandidateSessionId, SimulationId, UserId};
use crate::domain::page::{List, Page, PageRequest};
use crate::domain::simulation::Simulation;
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Stored};
use crate::store::keys::{self, Keys};

/// The attribute that counts a simulation's candidates.
pub const CANDIDATE_COUNT: &str = "candidateCount";

impl Entity for Simulation {
    fn keys(&self) -> Keys {
        Keys {
            primary: keys::simulation(self.id),
            gsi1: Some(keys::recruiters_simulation(self.recruiter, self.id)),
            gsi2: None,
        }
    }
}

/// Reserves an address in a simulation, and says which session it is for.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InviteGuard {
    /// Which simulation.
    pub simulation: SimulationId,
    /// Which address.
    pub email: EmailAddress,
    /// The session it is for.
    pub session: CandidateSessionId,
}

impl Entity for InviteGuard {
    fn keys(&self) -> Keys {
        keys::invite_guard(self.simulation, &self.email).into()
    }
}

impl Store {
    /// A simulation.
    pub async fn simulation(&self, id: SimulationId) -> Result<Option<Simulation>, Error> {
        let found: Option<Stored<Simulation>> = self.get(&keys::simulation(id)).await?;
        Ok(found.map(|found| found.value))
    }

    /// A recruiter's simulations, newest first: one call.
    pub async fn simulations_of(
        &self,
        recruiter: UserId,
        wanted: PageRequest,
    ) -> Result<Page<Simulation>, Error> {
        self.page(List::Simulations, keys::recruiter_partition(recruiter), wanted).await
    }

    /// A simulation, and the session that `email` was invited to in it, if any: one call.
    pub async fn simulation_and_invited(
        &self,
        id: SimulationId,
        email: &EmailAddress,
    ) -> Result<Option<(Simulation, Option<CandidateSessionId>)>, Error> {
        let (simulation, guard) = (keys::simulation(id), keys::invite_guard(id, email));
        let mut items = self.get_all(&[simulation.clone(), guard.clone()]).await?;
        let Some(item) = items.remove(&simulation) else { return Ok(None) };
        let simulation = Stored::<Simulation>::from_item(item)?.value;
        let guard = items.remove(&guard).map(Stored::<InviteGuard>::from_item);
        let invited = guard.transpose()?.map(|guard| guard.value.session);
        Ok(Some((simulation, invited)))
    }
}
