//! An admin says whose a mail domain is. It decides where recruiters belong who are first seen from
//! now on; whoever has an account stays where they are.

use crate::app::App;
use crate::auth::admin::Admin;
use crate::domain::audit::{AuditEntry, Change};
use crate::domain::company::DomainOfCompany;
use crate::domain::id::CompanyId;
use crate::domain::mail_domain::MailDomain;
use crate::error::{Error, Noun};
use crate::store::item::Stored;
use crate::store::transaction::{Transaction, Written, settled};

/// What becomes of a domain that is another company's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfTaken {
    /// It stays there, and the admin is told whose it is.
    Refuse,
    /// It goes over.
    Move,
}

/// Makes `domain` the company's. Nothing is written when it is already.
pub async fn map_domain(
    app: &App,
    _by: Admin,
    domain: &MailDomain,
    company: CompanyId,
    if_taken: IfTaken,
) -> Result<DomainOfCompany, Error> {
    settled(async || {
        let (found, mapped) = app.store.company_and_domain(company, domain).await?;
        let found = found.ok_or(Error::NotFound(Noun::Company))?;
        let now = app.clock.now();
        let mapping = DomainOfCompany {
            domain: domain.clone(),
            company,
            company_name: found.value.name.clone(),
            mapped_at: now,
            number: app.mint.id(now),
        };
        let write = Transaction::new();
        let (write, change) = match mapped {
            Some(mapped) if mapped.value.company == company => return Ok(Some(mapped.value)),
            Some(mapped) if if_taken == IfTaken::Refuse => {
                return Err(Error::DomainTaken(mapped.value.company));
            }
            Some(mapped) => {
                let from = mapped.value.company;
                let write = taken_from(app, write, &mapped).await?.replace(&mapped, &mapping)?;
                (write, Change::DomainMoved { domain: domain.clone(), from, company })
            }
            None => {
                let change = Change::DomainMapped { domain: domain.clone(), company };
                (write.create(&mapping)?, change)
            }
        };
        let gained = found.value.clone().with(domain.clone())?;
        let audit = AuditEntry::by_admin(app.mint.uuid(), now, change);
        let write = write.replace(&found, &gained)?.create(&audit)?;
        match app.store.write(write, &app.mint).await? {
            Written::Yes => Ok(Some(mapping)),
            Written::Refused => Ok(None),
        }
    })
    .await
}

/// Makes `domain` nobody's.
pub async fn unmap_domain(app: &App, _by: Admin, domain: &MailDomain) -> Result<(), Error> {
    settled(async || {
        let mapped = app.store.company_of_domain(domain).await?;
        let mapped = mapped.ok_or(Error::NotFound(Noun::Domain))?;
        let now = app.clock.now();
        let change =
            Change::DomainUnmapped { domain: domain.clone(), company: mapped.value.company };
        let audit = AuditEntry::by_admin(app.mint.uuid(), now, change);
        let write = taken_from(app, Transaction::new(), &mapped).await?;
        let write = write.delete(&mapped).create(&audit)?;
        match app.store.write(write, &app.mint).await? {
            Written::Yes => Ok(Some(())),
            Written::Refused => Ok(None),
        }
    })
    .await
}

/// Adds to `write` that the company that has the domain has it no longer.
async fn taken_from(
    app: &App,
    write: Transaction,
    mapped: &Stored<DomainOfCompany>,
) -> Result<Transaction, Error> {
    let owner = app.store.company(mapped.value.company).await?;
    let owner = owner.ok_or_else(|| {
        Error::internal("changing a mail domain", "the company that has it does not exist")
    })?;
    write.replace(&owner, &owner.value.clone().without(&mapped.value.domain))
}
