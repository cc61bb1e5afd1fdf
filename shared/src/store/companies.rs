//! Companies and the mail domains that are theirs.

use crate::domain::company::{Company, DomainOfCompany};
use crate::domain::id::CompanyId;
use crate::domain::mail_domain::MailDomain;
use crate::domain::page::{List, Page, PageRequest};
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Stored};
use crate::store::keys::{self, Keys};

impl Entity for Company {
    fn keys(&self) -> Keys {
        let gsi1 = Some(keys::listed_company(self.id));
        Keys { primary: keys::company(self.id), gsi1, gsi2: None }
    }
}

impl Entity for DomainOfCompany {
    fn keys(&self) -> Keys {
        let gsi1 = Some(keys::listed_domain(self.number));
        Keys { primary: keys::domain(&self.domain), gsi1, gsi2: None }
    }
}

impl Store {
    /// A company.
    pub async fn company(&self, id: CompanyId) -> Result<Option<Stored<Company>>, Error> {
        self.get(&keys::company(id)).await
    }

    /// Whose the mail domain `domain` is.
    pub async fn company_of_domain(
        &self,
        domain: &MailDomain,
    ) -> Result<Option<Stored<DomainOfCompany>>, Error> {
        self.get(&keys::domain(domain)).await
    }

    /// A company, and whose a mail domain is: one call.
    pub async fn company_and_domain(
        &self,
        id: CompanyId,
        domain: &MailDomain,
    ) -> Result<(Option<Stored<Company>>, Option<Stored<DomainOfCompany>>), Error> {
        let (company, domain) = (keys::company(id), keys::domain(domain));
        let mut items = self.get_all(&[company.clone(), domain.clone()]).await?;
        let company = items.remove(&company).map(Stored::from_item).transpose()?;
        let domain = items.remove(&domain).map(Stored::from_item).transpose()?;
        Ok((company, domain))
    }

    /// All companies, newest first: one call.
    pub async fn companies(&self, wanted: PageRequest) -> Result<Page<Company>, Error> {
        self.page(List::Companies, keys::COMPANIES.to_owned(), wanted).await
    }

    /// All mail domains that are some company's, newest first: one call.
    pub async fn domains_of_companies(
        &self,
        wanted: PageRequest,
    ) -> Result<Page<DomainOfCompany>, Error> {
        self.page(List::Domains, keys::DOMAINS.to_owned(), wanted).await
    }
}
