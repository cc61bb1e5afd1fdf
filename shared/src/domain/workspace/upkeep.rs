//! What becomes of a repository whose work ended long ago.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::standing::Standing;
use crate::domain::workspace::{Former, Found, Workspace};

/// Whether a repository is where it was, and what keeps it from being put away.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Upkeep {
    /// Where it is.
    pub state: Kept,
    /// Why the last attempt to put it away came to nothing.
    pub refusal: Option<UpkeepRefusal>,
    /// When it was last wanted back.
    #[serde(default)]
    pub returned_at: Option<Timestamp>,
}

/// Where a repository is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "state")]
pub enum Kept {
    /// Where it was made.
    #[default]
    AsMade,
    /// There, and read-only for everybody.
    Archived {
        /// Since when.
        at: Timestamp,
    },
    /// Archived, or not to be found, and wanted again.
    WantedBack,
    /// Archived and about to be deleted, or deleted a moment ago. Recorded before GitHub is asked, so
    /// that who wants it back meanwhile does not count on it.
    Deleting {
        /// Since when it was archived.
        archived_at: Timestamp,
    },
    /// Nowhere: deleted, by us or by somebody else.
    Deleted {
        /// When that was seen.
        at: Timestamp,
    },
}

/// Why a repository was not put away. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpkeepRefusal {
    /// What stood in the way.
    pub why: Obstacle,
    /// When.
    pub at: Timestamp,
}

/// What keeps a repository from being put away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// What GitHub has under its number does not carry our marker. Final.
    NotOurs,
    /// We may not administer it. Tried again every day.
    PermissionMissing,
}

impl Obstacle {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotOurs => "not_ours",
            Self::PermissionMissing => "permission_missing",
        }
    }
}

impl Workspace {
    /// Whether what GitHub has under `id` is this workspace's repository, whatever it is called by
    /// now: number and marker agree. Its template may have been renamed since.
    pub fn is_still(&self, id: u64, found: &Found<'_>) -> bool {
        let ours = self.repository.as_ref().is_some_and(|repository| repository.id == id);
        ours && found.description == Some(self.marker().as_str())
    }

    /// Whether its repository is archived or gone.
    pub const fn is_put_away(&self) -> bool {
        matches!(
            self.upkeep.state,
            Kept::Archived { .. } | Kept::Deleting { .. } | Kept::Deleted { .. }
        )
    }

    /// Whether its repository, which we did not put away, is not to be found.
    pub fn is_lost(&self) -> bool {
        self.standing == Standing::Gone && !self.is_put_away()
    }

    /// The workspace when its repository is wanted again: an archived one is to come back, one that we
    /// put away, or will have in a moment, is to be made anew, and one that somebody else deleted is
    /// looked for first.
    pub fn wanted_back(mut self, now: Timestamp) -> Self {
        match self.upkeep.state {
            Kept::AsMade if self.standing != Standing::Gone => self,
            Kept::WantedBack => self,
            Kept::AsMade | Kept::Archived { .. } => {
                let state = Kept::WantedBack;
                self.upkeep = Upkeep { state, refusal: None, returned_at: Some(now) };
                self
            }
            Kept::Deleting { .. } | Kept::Deleted { .. } => self.made_anew().returned(now),
        }
    }

    /// The workspace whose repository is gone while its candidate needs one: nothing of it is left.
    pub fn made_anew(mut self) -> Self {
        let lost = self.repository.take().zip(self.base.take());
        self.former = lost.map(|(made, base)| Former { id: made.id, base }).or(self.former);
        (self.collaborator, self.invitation) = (None, None);
        self.standing = Standing::There;
        self.kept(Kept::AsMade)
    }

    /// The workspace whose repository was found where it was made, or is to be there.
    pub fn returned(mut self, now: Timestamp) -> Self {
        self.upkeep = Upkeep { state: Kept::AsMade, refusal: None, returned_at: Some(now) };
        self
    }

    /// The workspace with its repository in another state.
    pub fn kept(mut self, state: Kept) -> Self {
        self.upkeep = Upkeep { state, refusal: None, ..self.upkeep };
        self
    }

    /// The workspace whose repository could not be put away.
    pub fn not_put_away(mut self, why: Obstacle, at: Timestamp) -> Self {
        self.upkeep.refusal = Some(UpkeepRefusal { why, at });
        self
    }
}
