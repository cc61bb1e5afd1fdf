//! What these routes answer.

use jiff::Timestamp;
use serde::Serialize;
use shared::domain::company;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Company {
    id: u64,
    name: String,
    kind: &'static str,
    domains: Vec<String>,
    created_at: Timestamp,
}

impl From<&company::Company> for Company {
    fn from(company: &company::Company) -> Self {
        Self {
            id: company.id.get(),
            name: company.name.clone(),
            kind: company.kind.as_str(),
            domains: company.domains.iter().map(ToString::to_string).collect(),
            created_at: company.created_at,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Mapping {
    domain: String,
    company_id: u64,
    company_name: String,
    mapped_at: Timestamp,
}

impl From<&company::DomainOfCompany> for Mapping {
    fn from(mapped: &company::DomainOfCompany) -> Self {
        Self {
            domain: mapped.domain.to_string(),
            company_id: mapped.company.get(),
            company_name: mapped.company_name.clone(),
            mapped_at: mapped.mapped_at,
        }
    }
}
