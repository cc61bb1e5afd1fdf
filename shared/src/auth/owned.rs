//! Proofs that something belongs to who is calling. A check can be forgotten; an argument cannot.

use crate::auth::principal::{Candidate, Recruiter};
use crate::domain::page::{List, Page};
use crate::domain::simulation::Simulation;
use crate::domain::submission::Submission;
use crate::store::item::Stored;
use crate::store::sessions::Desk;
use crate::store::submissions::WholeSubmission;

/// Something that belongs to who is calling.
#[derive(Debug, Clone)]
pub struct Owned<T>(T);

impl<T> Owned<T> {
    /// The thing itself.
    pub const fn get(&self) -> &T {
        &self.0
    }
}

impl Recruiter {
    /// A simulation, if this recruiter made it.
    pub fn own(&self, simulation: Simulation) -> Option<Owned<Simulation>> {
        (simulation.recruiter == self.id()).then_some(Owned(simulation))
    }

    /// A page of submissions, without those that were not made in a simulation of this recruiter. A
    /// candidate's page with nothing of theirs has no next one: that would tell that it is there.
    pub fn own_listed(&self, mut page: Page<Submission>) -> Owned<Page<Submission>> {
        page.rows.retain(|submission| submission.recruiter == self.id());
        let nothing = page.rows.is_empty();
        page.next = page.next.filter(|next| next.list() == List::Submissions || !nothing);
        Owned(page)
    }

    /// A submission as it was read, if it was made in a simulation of this recruiter.
    pub fn own_read(&self, read: Stored<Submission>) -> Option<Owned<Stored<Submission>>> {
        (read.value.recruiter == self.id()).then_some(Owned(read))
    }

    /// A whole submission, if it was made in a simulation of this recruiter.
    pub fn own_submission(&self, whole: WholeSubmission) -> Option<Owned<WholeSubmission>> {
        (whole.submission.recruiter == self.id()).then_some(Owned(whole))
    }
}

impl Candidate {
    /// A session with its plan and workspaces, if this candidate claimed it.
    pub fn own(&self, desk: Desk) -> Option<Owned<Desk>> {
        let claim = desk.session.value.claimed_by()?;
        (claim.sub == self.claimant().sub).then_some(Owned(desk))
    }
}
