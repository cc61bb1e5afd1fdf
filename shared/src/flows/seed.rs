//! What a fresh development stack begins with.

use std::collections::BTreeSet;

use crate::app::App;
use crate::domain::company::{Company, CompanyKind, DomainOfCompany};
use crate::domain::id::{CompanyId, UserId};
use crate::domain::mail_domain::MailDomain;
use crate::domain::user::User;
use crate::error::Error;
use crate::store::keys;
use crate::store::transaction::{Transaction, Written};

/// Somebody to seed.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// The identity provider's name for the person.
    pub sub: &'a str,
    /// The person's name.
    pub name: &'a str,
    /// The person's e-mail address, lower case.
    pub email: &'a str,
}

/// Stores a company that owns the mail domain `domain`, and `people` who work there. Says whether
/// it did: what is there already stays as it is.
pub async fn seed(
    app: &App,
    company: &str,
    domain: &str,
    people: &[Person<'_>],
) -> Result<bool, Error> {
    let domain = MailDomain::parse(domain)
        .map_err(|why| Error::internal("reading the seed's mail domain", why.to_string()))?;
    let now = app.clock.now();
    let id = CompanyId::new(app.mint.id(now));
    let company = Company {
        id,
        name: company.to_owned(),
        kind: CompanyKind::Added,
        domains: BTreeSet::from([domain.clone()]),
        created_at: now,
    };
    let of_domain = DomainOfCompany {
        domain,
        company: company.id,
        company_name: company.name.clone(),
        mapped_at: now,
        number: app.mint.id(now),
    };
    let mut write = Transaction::new().create(&company)?.create(&of_domain)?;
    for person in people {
        let user = User {
            id: UserId::new(app.mint.id(now)),
            sub: person.sub.to_owned(),
            name: person.name.to_owned(),
            email: person.email.to_owned(),
            company: company.id,
            company_name: company.name.clone(),
            created_at: now,
        };
        write = write.create(&user)?.guard(&keys::id_guard(user.id.get()));
    }
    Ok(app.store.write(write, &app.mint).await? == Written::Yes)
}
