//! A five-day simulation.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::id::{SimulationId, TaskId, UserId};
use crate::domain::task::{Task, blueprint};
use crate::domain::template::TemplateKey;
use crate::domain::text::{Line, Prose};

/// The one scenario there is; the client shows it.
pub const SCENARIO: &str = "default-5day-node-postgres";

/// What a recruiter says of a new simulation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Brief {
    /// What it is called.
    pub title: Line<200>,
    /// The position to fill.
    pub role: Line<200>,
    /// Languages and tools.
    pub tech_stack: Line<500>,
    /// How experienced.
    pub seniority: Line<100>,
    /// What to look at; empty when the recruiter did not say.
    pub focus: Prose<1000>,
    /// Where the code days start.
    pub template_key: TemplateKey,
}

/// A simulation. Apart from its number of candidates it never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Simulation {
    /// Number of the simulation.
    pub id: SimulationId,
    /// The recruiter who made it: its only owner.
    pub recruiter: UserId,
    /// The recruiter's company, as candidates read it.
    pub company_name: String,
    /// What the recruiter said of it.
    pub brief: Brief,
    /// Number of the first of its five tasks.
    pub first_task: TaskId,
    /// When it was made.
    pub created_at: Timestamp,
    /// How many candidates were invited; counted by the transaction that invites.
    #[serde(default)]
    pub candidate_count: u64,
}

impl Simulation {
    /// Its five tasks.
    pub fn tasks(&self) -> Vec<Task> {
        blueprint(self.first_task, self.brief.template_key)
    }
}
