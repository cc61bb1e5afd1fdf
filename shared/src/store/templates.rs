//! How templates stand, and those that are tried out.

use crate::domain::id::TemplateCheckId;
use crate::domain::live_check::LiveCheck;
use crate::domain::template_health::HealthReport;
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Stored};
use crate::store::keys::{self, Keys};
use crate::store::page::Range;

impl Entity for HealthReport {
    fn keys(&self) -> Keys {
        keys::template_health().into()
    }
}

impl Entity for LiveCheck {
    fn keys(&self) -> Keys {
        keys::template_check(self.check, self.position).into()
    }
}

impl Store {
    /// What was last found of all templates.
    pub async fn health_report(&self) -> Result<Option<Stored<HealthReport>>, Error> {
        self.get(&keys::template_health()).await
    }

    /// One template of a request to try some out.
    pub async fn live_check(
        &self,
        id: TemplateCheckId,
        position: u8,
    ) -> Result<Option<Stored<LiveCheck>>, Error> {
        self.get(&keys::template_check(id, position)).await
    }

    /// All templates of a request to try some out, in its order; none if there was no such request.
    pub async fn live_checks(&self, id: TemplateCheckId) -> Result<Vec<LiveCheck>, Error> {
        let items = self.items(Range::collection(keys::template_check_partition(id))).await?;
        let checks = items.into_iter().map(|item| Ok(Stored::from_item(item)?.value));
        checks.collect()
    }
}
