//! The five days and what each asks for.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::TaskId;
use crate::domain::repository::RepositoryName;
use crate::domain::template::TemplateKey;
use crate::domain::text::Invalid;

/// Days in a simulation.
pub const DAYS: u8 = 5;

/// A day of the simulation: 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u8", into = "u8")]
#[schema(minimum = 1, maximum = 5)]
pub struct Day(u8);

impl Day {
    /// The five days in order.
    pub const ALL: [Self; 5] = [Self(1), Self(2), Self(3), Self(4), Self(5)];
    /// The days that need a repository.
    pub const CODE: [Self; 2] = [Self(2), Self(3)];

    /// The day with this number, if there is one.
    pub fn new(number: u8) -> Option<Self> {
        (1..=DAYS).contains(&number).then_some(Self(number))
    }

    /// The number: 1 to 5.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// What this day asks for.
    pub const fn kind(self) -> TaskKind {
        match self.0 {
            1 => TaskKind::Design,
            2 => TaskKind::Code,
            3 => TaskKind::Debug,
            4 => TaskKind::Handoff,
            _ => TaskKind::Documentation,
        }
    }
}

impl TryFrom<u8> for Day {
    type Error = Invalid;

    fn try_from(number: u8) -> Result<Self, Invalid> {
        Self::new(number).ok_or_else(|| Invalid::new("value_error", "must be a day from 1 to 5"))
    }
}

impl From<Day> for u8 {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The kind of work a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TaskKind {
    /// A written plan.
    Design,
    /// A feature in a repository.
    Code,
    /// A repair in a repository.
    Debug,
    /// A written handoff.
    Handoff,
    /// Written documentation.
    Documentation,
}

impl TaskKind {
    /// The kind as the client reads it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Design => "design",
            Self::Code => "code",
            Self::Debug => "debug",
            Self::Handoff => "handoff",
            Self::Documentation => "documentation",
        }
    }

    /// Whether the work happens in a repository.
    pub const fn is_code(self) -> bool {
        matches!(self, Self::Code | Self::Debug)
    }
}

/// One day's task, as a plan freezes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// Simulation-wide number; the five of a simulation follow each other.
    pub id: TaskId,
    /// When it is due.
    pub day: Day,
    /// What the candidate sees as its name.
    pub title: String,
    /// What the candidate is asked to do.
    pub description: String,
    /// Where the repository comes from; code days only.
    pub template: Option<RepositoryName>,
}

/// The id of `day`'s task in the simulation whose first task is `first`.
pub fn task_id(first: TaskId, day: Day) -> TaskId {
    TaskId::new(first.get() + u64::from(day.0) - 1)
}

/// The day of task `id` in the simulation whose first task is `first`, if it is one of its five.
pub fn day_of(first: TaskId, id: TaskId) -> Option<Day> {
    let offset = id.get().checked_sub(first.get())?;
    Day::new(u8::try_from(offset).ok()?.checked_add(1)?)
}

/// The five tasks of a simulation made from `template`.
pub fn blueprint(first: TaskId, template: TemplateKey) -> Vec<Task> {
    Day::ALL
        .into_iter()
        .map(|day| {
            let (title, description) = wording(day);
            Task {
                id: task_id(first, day),
                day,
                title: title.to_owned(),
                description: description.to_owned(),
                template: day.kind().is_code().then(|| template.repository()),
            }
        })
        .collect()
}

const fn wording(day: Day) -> (&'static str, &'static str) {
    match day.kind() {
        TaskKind::Design => (
            "Architecture Plan",
            "Plan the feature before anyone writes it. Describe the data you will keep, the \
             interfaces you will offer, what could go wrong and the limits you accept, and say \
             which alternatives you weighed and why you decided as you did.",
        ),
        TaskKind::Code => (
            "Feature Implementation",
            "Build the backend feature in your repository, following the plan you made. Aim for \
             code that is correct, easy to read and covered by tests. Run the tests as often as \
             you like before you submit.",
        ),
        TaskKind::Debug => (
            "Debugging Exercise",
            "Something in this repository does not work. Run the tests, find out why they fail, \
             mend the cause rather than the symptom, and add a test that would have caught it.",
        ),
        TaskKind::Handoff => (
            "Refactor & Handoff",
            "Another engineer takes over tomorrow. Describe how you would tidy the code so that \
             it explains itself, what you changed and why, and what they must know to go on.",
        ),
        TaskKind::Documentation => (
            "Documentation",
            "Write the short document you would want to find: what the service does, how to run \
             and test it, how it is built, and the decisions that matter.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blueprint_has_five_days_and_two_repositories() {
        let tasks = blueprint(TaskId::new(40), TemplateKey::GoGin);

        let seen: Vec<_> = tasks
            .iter()
            .map(|task| (task.id.get(), task.day.number(), task.day.kind().as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                (40, 1, "design"),
                (41, 2, "code"),
                (42, 3, "debug"),
                (43, 4, "handoff"),
                (44, 5, "documentation")
            ]
        );
        let with_repository: Vec<_> =
            tasks.iter().filter(|task| task.template.is_some()).map(|task| task.day).collect();
        assert_eq!(with_repository, Day::CODE);
    }

    #[test]
    fn a_task_belongs_to_one_day_of_its_simulation_only() {
        let first = TaskId::new(40);
        assert_eq!(day_of(first, TaskId::new(44)), Day::new(5));
        for stranger in [0, 39, 45, u64::MAX] {
            assert_eq!(day_of(first, TaskId::new(stranger)), None);
        }
    }
}
