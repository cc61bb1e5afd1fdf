//! What workflow runs leave behind: artifacts, which may be anything.

use bytes::Bytes;

use crate::github::refusal::Refusal;
use crate::github::{GitHub, lock, named};

/// Something that a run uploads.
#[derive(Debug, Clone)]
pub struct Upload {
    name: String,
    archive: Bytes,
    fate: Fate,
}

/// What becomes of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is there for as long as GitHub keeps it.
    Kept,
    /// It has expired, and the list says so.
    Expired,
    /// It expires between the list and the download, which is answered 410.
    Gone,
    /// It is there, and every download of it is answered 503.
    OutOfReach,
}

impl Upload {
    /// The artifact `name` with these bytes for an archive, whatever they are.
    pub fn new(name: &str, archive: impl Into<Bytes>) -> Self {
        Self { name: name.to_owned(), archive: archive.into(), fate: Fate::Kept }
    }

    /// The same, with another fate.
    pub fn that_is(self, fate: Fate) -> Self {
        Self { fate, ..self }
    }

    pub(super) fn numbered(self, id: u64) -> Artifact {
        Artifact { id, name: self.name, archive: self.archive, fate: self.fate }
    }
}

/// An upload that a run has made.
#[derive(Debug, Clone)]
pub(super) struct Artifact {
    pub id: u64,
    pub name: String,
    pub archive: Bytes,
    pub fate: Fate,
}

impl GitHub {
    /// Every run of `repository` (`owner/name`) leaves these uploads in place of its results, those
    /// that have ended included. Forgotten at a restart.
    pub fn leave(&self, repository: &str, uploads: Vec<Upload>) -> Result<(), Refusal> {
        let id = named(&self.world(), repository)?.id;
        lock(&self.0.uploads).insert(id, uploads);
        Ok(())
    }

    /// The runs of `repository` leave their results again.
    pub fn leave_results(&self, repository: &str) -> Result<(), Refusal> {
        let id = named(&self.world(), repository)?.id;
        lock(&self.0.uploads).remove(&id);
        Ok(())
    }

    pub(super) fn uploads(&self, repository: u64) -> Option<Vec<Upload>> {
        lock(&self.0.uploads).get(&repository).cloned()
    }
}
