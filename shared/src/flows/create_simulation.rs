//! A recruiter creates a simulation.

use crate::app::App;
use crate::auth::principal::Recruiter;
use crate::domain::id::{SimulationId, TaskId};
use crate::domain::simulation::{Brief, Simulation};
use crate::error::Error;
use crate::store::keys;
use crate::store::transaction::{Transaction, Written, settled};

/// Stores a new simulation with its five tasks.
pub async fn create_simulation(
    app: &App,
    recruiter: &Recruiter,
    brief: &Brief,
) -> Result<Simulation, Error> {
    settled(|| attempt(app, recruiter, brief)).await
}

async fn attempt(
    app: &App,
    recruiter: &Recruiter,
    brief: &Brief,
) -> Result<Option<Simulation>, Error> {
    let now = app.clock.now();
    let simulation = Simulation {
        id: SimulationId::new(app.mint.id(now)),
        recruiter: recruiter.id(),
        company_name: recruiter.user().company_name.clone(),
        brief: brief.clone(),
        first_task: TaskId::new(app.mint.id(now)),
        created_at: now,
        candidate_count: 0,
    };
    // A task's id is no key, so each is reserved: two draws may fall within five of each other.
    let write = simulation
        .tasks()
        .iter()
        .fold(Transaction::new(), |write, task| write.guard(&keys::id_guard(task.id.get())));
    match app.store.write(write.create(&simulation)?, &app.mint).await? {
        Written::Yes => Ok(Some(simulation)),
        Written::Refused => Ok(None),
    }
}
