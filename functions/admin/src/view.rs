//! What these routes answer.

use jiff::Timestamp;
use serde::Serialize;
use shared::domain::company;
use shared::domain::id::CompanyId;
use utoipa::ToSchema;

/// An employer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Company {
    id: CompanyId,
    name: String,
    /// `added` by an admin, or `personal`: made for one recruiter.
    #[schema(pattern = "^(added|personal)$", example = "added")]
    kind: &'static str,
    domains: Vec<String>,
    created_at: Timestamp,
}

impl From<&company::Company> for Company {
    fn from(company: &company::Company) -> Self {
        Self {
            id: company.id,
            name: company.name.clone(),
            kind: company.kind.as_str(),
            domains: company.domains.iter().map(ToString::to_string).collect(),
            created_at: company.created_at,
        }
    }
}

/// Whose a mail domain is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DomainMapping)]
pub(crate) struct Mapping {
    domain: String,
    company_id: CompanyId,
    company_name: String,
    mapped_at: Timestamp,
}

impl From<&company::DomainOfCompany> for Mapping {
    fn from(mapped: &company::DomainOfCompany) -> Self {
        Self {
            domain: mapped.domain.to_string(),
            company_id: mapped.company,
            company_name: mapped.company_name.clone(),
            mapped_at: mapped.mapped_at,
        }
    }
}
