//! What becomes of a repository whose work ended long ago.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::workspace::{Found, Workspace};

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
    /// Archived, and wanted again.
    WantedBack,
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
    /// now: number, template and marker agree.
    pub fn is_still(&self, id: u64, found: &Found<'_>) -> bool {
        let ours = self.repository.as_ref().is_some_and(|repository| repository.id == id);
        ours && self.owns(&Found { name: &self.name, ..*found })
    }

    /// Whether its repository is archived or gone.
    pub const fn is_put_away(&self) -> bool {
        matches!(self.upkeep.state, Kept::Archived { .. } | Kept::Deleted { .. })
    }

    /// The workspace when its repository is wanted again: an archived one is to come back, one that is
    /// gone is to be made anew.
    pub fn wanted_back(mut self, now: Timestamp) -> Self {
        let state = match self.upkeep.state {
            Kept::AsMade | Kept::WantedBack => return self,
            Kept::Archived { .. } => Kept::WantedBack,
            Kept::Deleted { .. } => {
                (self.repository, self.base, self.collaborator) = (None, None, None);
                Kept::AsMade
            }
        };
        self.upkeep = Upkeep { state, refusal: None, returned_at: Some(now) };
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
