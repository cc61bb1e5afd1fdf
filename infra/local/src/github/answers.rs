//! The shapes of GitHub's answers, a file per subject.

pub(super) mod accounts;
pub(super) mod actions;
pub(super) mod apps;
pub(super) mod commits;
pub(super) mod contents;
pub(super) mod events;
pub(super) mod links;
pub(super) mod repositories;
