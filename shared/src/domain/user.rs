//! Recruiters.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::id::{CompanyId, UserId};

/// A recruiter's account, made on first sight and bound to the token's subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Number of the account.
    pub id: UserId,
    /// The identity provider's name for the person; never changes.
    pub sub: String,
    /// Shown to the person.
    pub name: String,
    /// Lower case.
    pub email: String,
    /// Where the person hires for.
    pub company: CompanyId,
    /// The company's name, as candidates read it.
    pub company_name: String,
    /// When the person was first seen.
    pub created_at: Timestamp,
}
