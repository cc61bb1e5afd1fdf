//! The handlers, a file per subject, and what they share: who sees which repository, pages of lists.

use serde::Deserialize;

use crate::github::gate::Caller;
use crate::github::refusal::Refusal;
use crate::github::repository::Repository;
use crate::github::world::World;

pub(super) mod accounts;
pub(super) mod actions;
pub(super) mod apps;
pub(super) mod comparisons;
pub(super) mod contents;
pub(super) mod downloads;
pub(super) mod git;
pub(super) mod repositories;

/// GitHub's length of a page, and its limit.
const PER_PAGE: usize = 30;
const PER_PAGE_MAX: usize = 100;

/// `page` and `per_page`; what is no number counts as not given, as GitHub has it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Page {
    page: Option<String>,
    per_page: Option<String>,
}

impl Page {
    /// The items of this page.
    pub(super) fn of<T>(&self, items: Vec<T>) -> Vec<T> {
        let length = number(self.per_page.as_ref()).unwrap_or(PER_PAGE).min(PER_PAGE_MAX);
        items.into_iter().skip(self.before(length)).take(length).collect()
    }

    /// Whether this is the first page.
    pub(super) fn is_first(&self) -> bool {
        number(self.page.as_ref()).unwrap_or(1) == 1
    }

    /// Whether a page was asked for at all.
    pub(super) fn is_given(&self) -> bool {
        self.page.is_some() || self.per_page.is_some()
    }

    fn before(&self, length: usize) -> usize {
        (number(self.page.as_ref()).unwrap_or(1) - 1).saturating_mul(length)
    }
}

fn number(text: Option<&String>) -> Option<usize> {
    text?.parse().ok().filter(|number| *number > 0)
}

/// The repository, when the caller may see it.
pub(super) fn visible<'world>(
    world: &'world World,
    caller: Caller,
    (owner, name): (&str, &str),
) -> Result<&'world Repository, Refusal> {
    let repository = world.repository(owner, name).ok_or(Refusal::NotFound)?;
    sees(caller, repository).then_some(repository).ok_or(Refusal::NotFound)
}

/// Whether the caller may see the repository.
pub(super) fn sees(caller: Caller, repository: &Repository) -> bool {
    caller == Caller::Tenon || !repository.is_private()
}

/// What is answered to everything this GitHub does not know.
pub(super) async fn unknown() -> Refusal {
    Refusal::NotFound
}
