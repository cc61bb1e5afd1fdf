//! Webhooks that were taken, and what they told of workspaces.

use crate::domain::activity::Activity;
use crate::domain::id::CandidateSessionId;
use crate::domain::notice::Delivery;
use crate::domain::task::Day;
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Stored};
use crate::store::keys::{self, Keys};

impl Entity for Delivery {
    fn keys(&self) -> Keys {
        keys::delivery(self.id).into()
    }
}

impl Entity for Activity {
    fn keys(&self) -> Keys {
        keys::activity(self.session, self.day).into()
    }
}

impl Store {
    /// The pushes to the workspace of `day`, if there was one.
    pub async fn activity(
        &self,
        session: CandidateSessionId,
        day: Day,
    ) -> Result<Option<Stored<Activity>>, Error> {
        self.get(&keys::activity(session, day)).await
    }
}
