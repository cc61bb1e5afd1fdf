//! Recruiters and their companies.

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

/// An employer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Company {
    /// Number of the company.
    pub id: CompanyId,
    /// As candidates read it.
    pub name: String,
    /// When it was recorded.
    pub created_at: Timestamp,
}

/// The part of an e-mail address that says where somebody works.
pub fn email_domain(email: &str) -> Option<&str> {
    email.rsplit_once('@').map(|(_local, domain)| domain).filter(|domain| !domain.is_empty())
}
