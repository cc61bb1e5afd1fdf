//! The one bucket of moments for creating calls to GitHub.

use crate::domain::creates::Bucket;
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Stored};
use crate::store::keys::{self, Keys};

impl Entity for Bucket {
    fn keys(&self) -> Keys {
        keys::creates().into()
    }
}

impl Store {
    /// The bucket, once somebody took from it.
    pub async fn creates(&self) -> Result<Option<Stored<Bucket>>, Error> {
        self.get(&keys::creates()).await
    }
}
