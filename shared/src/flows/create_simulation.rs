//! A recruiter creates a simulation.

use crate::app::App;
use crate::auth::principal::Recruiter;
use crate::domain::audit::{AuditEntry, Change};
use crate::domain::id::{SimulationId, TaskId};
use crate::domain::idempotency::{IdempotencyKey, Operation};
use crate::domain::simulation::{Brief, Simulation};
use crate::error::Error;
use crate::flows::once::{Once, Receipt, Start, keyed, start};
use crate::store::keys;
use crate::store::transaction::{Transaction, Written, settled};

/// Stores a new simulation with its five tasks; under a `key` that was used before, the one that was
/// stored then.
pub async fn create_simulation(
    app: &App,
    recruiter: &Recruiter,
    brief: &Brief,
    key: Option<&IdempotencyKey>,
) -> Result<Once<Simulation>, Error> {
    let request = keyed(key, &recruiter.user().sub, Operation::CreateSimulation, brief)?;
    match start(app, request).await? {
        Start::Before(id) => {
            let simulation = app.store.simulation(id).await?;
            let gone = || Error::internal("answering again", "the simulation is gone");
            simulation.map(Once::replayed).ok_or_else(gone)
        }
        Start::Now(receipt) => {
            let made = settled(|| attempt(app, recruiter, brief, &receipt)).await;
            receipt.close(app, made).await
        }
    }
}

async fn attempt(
    app: &App,
    recruiter: &Recruiter,
    brief: &Brief,
    receipt: &Receipt<SimulationId>,
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
    let change = Change::SimulationCreated { simulation: simulation.id };
    let audit = AuditEntry::by_recruiter(app.mint.uuid(), now, simulation.recruiter, change);
    let write = receipt.sign(write.create(&simulation)?.create(&audit)?, simulation.id)?;
    match app.store.write(write, &app.mint).await? {
        Written::Yes => Ok(Some(simulation)),
        Written::Refused => Ok(None),
    }
}
