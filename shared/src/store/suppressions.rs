//! Addresses that take no mail.

use crate::domain::email_address::EmailAddress;
use crate::domain::suppression::Suppression;
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Stored};
use crate::store::keys::{self, Keys};

impl Entity for Suppression {
    fn keys(&self) -> Keys {
        keys::suppression(&self.email).into()
    }
}

impl Store {
    /// Why `email` takes no mail, if that was ever so: the table keeps some that are over.
    pub async fn suppression(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<Stored<Suppression>>, Error> {
        self.get(&keys::suppression(email)).await
    }
}
