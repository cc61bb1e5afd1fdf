//! The shapes of GitHub's answers, a file per subject.

pub mod accounts;
pub mod actions;
pub mod commits;
pub mod contents;
pub mod links;
pub mod repositories;
