//! An admin adds a company.

use std::collections::BTreeSet;

use crate::app::App;
use crate::auth::admin::Admin;
use crate::domain::audit::{AuditEntry, Change};
use crate::domain::company::{Company, CompanyKind, CompanyName};
use crate::domain::id::CompanyId;
use crate::error::Error;
use crate::store::transaction::{Transaction, Written, settled};

/// Records a company that has no mail domain yet. Two may have the same name.
pub async fn add_company(app: &App, _by: Admin, name: &CompanyName) -> Result<Company, Error> {
    settled(async || {
        let now = app.clock.now();
        let company = Company {
            id: CompanyId::new(app.mint.id(now)),
            name: name.as_str().to_owned(),
            kind: CompanyKind::Added,
            domains: BTreeSet::new(),
            created_at: now,
        };
        let change = Change::CompanyAdded { company: company.id };
        let audit = AuditEntry::by_admin(app.mint.uuid(), now, change);
        let write = Transaction::new().create(&company)?.create(&audit)?;
        match app.store.write(write, &app.mint).await? {
            Written::Yes => Ok(Some(company)),
            Written::Refused => Ok(None),
        }
    })
    .await
}
