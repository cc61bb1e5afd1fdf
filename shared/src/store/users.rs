//! Users.

use crate::domain::user::User;
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Stored};
use crate::store::keys::{self, Keys};

impl Entity for User {
    fn keys(&self) -> Keys {
        keys::user(&self.sub).into()
    }
}

impl Store {
    /// The user whom the identity provider calls `sub`.
    pub async fn user(&self, sub: &str) -> Result<Option<Stored<User>>, Error> {
        self.get(&keys::user(sub)).await
    }
}
