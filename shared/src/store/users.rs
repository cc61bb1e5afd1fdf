//! Users and companies.

use crate::domain::user::{Company, User};
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Stored};
use crate::store::keys::{self, Keys};

impl Entity for User {
    fn keys(&self) -> Keys {
        keys::user(&self.sub).into()
    }
}

impl Entity for Company {
    fn keys(&self) -> Keys {
        keys::company(self.id).into()
    }
}

/// A mail domain that belongs to a company.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DomainOfCompany {
    /// The domain, lower case.
    pub domain: String,
    /// Whose it is.
    pub company: Company,
}

impl Entity for DomainOfCompany {
    fn keys(&self) -> Keys {
        keys::domain(&self.domain).into()
    }
}

impl Store {
    /// The user whom the identity provider calls `sub`.
    pub async fn user(&self, sub: &str) -> Result<Option<Stored<User>>, Error> {
        self.get(&keys::user(sub)).await
    }

    /// The company that the mail domain `domain` belongs to.
    pub async fn company_of_domain(&self, domain: &str) -> Result<Option<Company>, Error> {
        let found: Option<Stored<DomainOfCompany>> = self.get(&keys::domain(domain)).await?;
        Ok(found.map(|found| found.value.company))
    }
}
