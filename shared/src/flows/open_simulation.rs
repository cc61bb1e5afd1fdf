//! A recruiter opens a simulation.

use crate::app::App;
use crate::auth::owned::Owned;
use crate::auth::principal::Recruiter;
use crate::domain::id::SimulationId;
use crate::domain::simulation::Simulation;
use crate::error::{Error, Noun};

/// The simulation `id`, if `recruiter` made it; one read.
pub async fn open_simulation(
    app: &App,
    recruiter: &Recruiter,
    id: SimulationId,
) -> Result<Owned<Simulation>, Error> {
    let simulation = app.store.simulation(id).await?;
    simulation
        .and_then(|simulation| recruiter.own(simulation))
        .ok_or(Error::NotFound(Noun::Simulation))
}
