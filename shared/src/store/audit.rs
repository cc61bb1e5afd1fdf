//! Who did what.

use crate::domain::audit::AuditEntry;
use crate::store::item::Entity;
use crate::store::keys::{self, Keys};

impl Entity for AuditEntry {
    fn keys(&self) -> Keys {
        keys::audit(self.by, self.at, self.id).into()
    }
}
