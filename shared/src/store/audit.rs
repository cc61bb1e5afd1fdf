//! Who did what.

use crate::domain::audit::AuditEntry;
use crate::domain::audit::subject::Subject;
use crate::domain::page::{List, Page, PageRequest};
use crate::error::Error;
use crate::store::Store;
use crate::store::item::Entity;
use crate::store::keys::{Keys, audit};

impl Entity for AuditEntry {
    fn keys(&self) -> Keys {
        let about = audit::done_to(self.change.about(), self.at, self.id);
        Keys { primary: audit::done_by(self.by, self.at, self.id), gsi1: Some(about), gsi2: None }
    }
}

impl Store {
    /// What somebody did, or what was done to something, newest first: one call.
    pub async fn audit(
        &self,
        subject: Subject,
        wanted: PageRequest,
    ) -> Result<Page<AuditEntry>, Error> {
        match subject {
            Subject::By(actor) => {
                self.page(List::DoneBy, audit::partition_of_actor(actor), wanted).await
            }
            Subject::About(about) => {
                self.page(List::DoneTo, audit::partition_of_subject(about), wanted).await
            }
        }
    }
}
