//! Employers, and whose mail domains are whose.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::id::CompanyId;
use crate::domain::mail_domain::MailDomain;
use crate::domain::text::Line;

/// The most mail domains of one company: its item stays small.
pub const DOMAINS_MAX: usize = 100;

/// A company's name as an admin writes it: one line of 1 to 200 characters.
pub type CompanyName = Line<200>;

/// How a company came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CompanyKind {
    /// An admin added it.
    Added,
    /// It was made for one recruiter whose mail domain was nobody's.
    Personal,
}

impl CompanyKind {
    /// `added` or `personal`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Personal => "personal",
        }
    }
}

/// An employer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Company {
    /// Number of the company.
    pub id: CompanyId,
    /// As candidates read it. Never changes.
    pub name: String,
    /// How it came to be.
    pub kind: CompanyKind,
    /// The mail domains whose people work there, at most [`DOMAINS_MAX`].
    pub domains: BTreeSet<MailDomain>,
    /// When it was recorded.
    pub created_at: Timestamp,
}

/// A company has as many mail domains as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyDomains;

impl Company {
    /// The company with one domain more.
    pub fn with(mut self, domain: MailDomain) -> Result<Self, TooManyDomains> {
        self.domains.insert(domain);
        if self.domains.len() > DOMAINS_MAX { Err(TooManyDomains) } else { Ok(self) }
    }

    /// The company with one domain less.
    pub fn without(mut self, domain: &MailDomain) -> Self {
        self.domains.remove(domain);
        self
    }
}

/// A mail domain that belongs to a company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DomainOfCompany {
    /// The domain.
    pub domain: MailDomain,
    /// Whose it is.
    pub company: CompanyId,
    /// The company's name, so that a new recruiter's first request need not read the company.
    pub company_name: String,
    /// Since when.
    pub mapped_at: Timestamp,
    /// Orders all of them: drawn like an id when the domain was mapped.
    pub number: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(number: usize) -> MailDomain {
        MailDomain::parse(&format!("d{number}.example")).unwrap()
    }

    #[test]
    fn a_company_has_a_hundred_domains_and_not_one_more() {
        let company = Company {
            id: CompanyId::new(1),
            name: "Acme".to_owned(),
            kind: CompanyKind::Added,
            domains: (0..DOMAINS_MAX - 1).map(domain).collect(),
            created_at: Timestamp::UNIX_EPOCH,
        };

        let full = company.with(domain(99)).unwrap();
        assert_eq!(full.domains.len(), 100);
        assert_eq!(full.clone().with(domain(100)), Err(TooManyDomains));
        // A domain that it has already takes no place.
        assert_eq!(full.clone().with(domain(5)), Ok(full.clone()));
        assert_eq!(full.without(&domain(5)).domains.len(), 99);
    }
}
