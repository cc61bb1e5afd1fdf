//! Where the App is installed: everywhere it is asked about, until somebody takes it away.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::documents::{Documents, DocumentsError};

const INSTALLATIONS: &str = "github.installation";
const FIRST_ID: u64 = 70_000_001;

/// What one `github.installation` document holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    pub id: u64,
    /// Whose it is.
    pub account: String,
    pub standing: Standing,
    pub created_at: Timestamp,
}

/// How an installation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    Active,
    Suspended,
    Removed,
}

/// All installations, by the lower-case login of their account.
#[derive(Debug)]
pub struct Installations {
    by_account: BTreeMap<String, Installation>,
    documents: Documents,
}

impl Installations {
    pub fn load(documents: Documents) -> Result<Self, DocumentsError> {
        let by_account = documents.all(INSTALLATIONS)?.into_iter().collect();
        Ok(Self { by_account, documents })
    }

    /// The installation with this id, unless it was removed.
    pub fn by_id(&self, id: u64) -> Option<&Installation> {
        let mut all = self.by_account.values();
        all.find(|it| it.id == id && it.standing != Standing::Removed)
    }

    /// The account's installation, made now when it never had one; none when it was removed.
    pub fn of(
        &mut self,
        account: &str,
        now: Timestamp,
    ) -> Result<Option<Installation>, DocumentsError> {
        let known = self.by_account.get(&account.to_ascii_lowercase()).cloned();
        let found = match known {
            Some(known) => known,
            None => self.install(account, now)?,
        };
        Ok((found.standing != Standing::Removed).then_some(found))
    }

    /// Installs the App for the account; anew, and under a new id, where it was before.
    pub fn install(
        &mut self,
        account: &str,
        now: Timestamp,
    ) -> Result<Installation, DocumentsError> {
        let id = self.by_account.values().map(|it| it.id + 1).max().unwrap_or(FIRST_ID);
        let account = account.to_owned();
        self.save(Installation { id, account, standing: Standing::Active, created_at: now })
    }

    pub fn save(&mut self, installation: Installation) -> Result<Installation, DocumentsError> {
        let key = installation.account.to_ascii_lowercase();
        self.documents.put(INSTALLATIONS, &key, &installation)?;
        self.by_account.insert(key, installation.clone());
        Ok(installation)
    }
}
