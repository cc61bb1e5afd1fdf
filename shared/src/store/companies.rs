//! Companies and the mail domains that are theirs.

use crate::domain::company::{Company, CompanyAudit, DomainOfCompany};
use crate::domain::id::CompanyId;
use crate::domain::mail_domain::MailDomain;
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Stored};
use crate::store::keys::{self, Keys};
use crate::store::page::Range;

impl Entity for Company {
    fn keys(&self) -> Keys {
        let gsi1 = Some(keys::listed_company(self.id));
        Keys { primary: keys::company(self.id), gsi1, gsi2: None }
    }
}

impl Entity for DomainOfCompany {
    fn keys(&self) -> Keys {
        let gsi1 = Some(keys::listed_domain(&self.domain));
        Keys { primary: keys::domain(&self.domain), gsi1, gsi2: None }
    }
}

impl Entity for CompanyAudit {
    fn keys(&self) -> Keys {
        keys::company_audit(self.at, self.id).into()
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

    /// All companies, newest first; at most a page of the table.
    pub async fn companies(&self) -> Result<Vec<Company>, Error> {
        let range = Range::newest("GSI1", keys::COMPANIES.to_owned(), keys::COMPANY_PREFIX);
        let rows = self.rows::<Company>(range).await?;
        Ok(rows.into_iter().map(|row| row.value).collect())
    }

    /// All mail domains that are some company's, in their alphabet's order; at most a page of the
    /// table.
    pub async fn domains_of_companies(&self) -> Result<Vec<DomainOfCompany>, Error> {
        let newest = Range::newest("GSI1", keys::DOMAINS.to_owned(), keys::DOMAIN_PREFIX);
        let rows = self.rows(Range { newest_first: false, ..newest }).await?;
        Ok(rows.into_iter().map(|row| row.value).collect())
    }
}
