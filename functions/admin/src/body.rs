//! What these routes take.

use shared::domain::company::CompanyName;
use shared::domain::id::CompanyId;
use shared::domain::mail_domain::MailDomain;
use shared::domain::page::List;
use shared::flows::map_domain::IfTaken;
use shared::http::input::{Reader, Shape, Told};
use shared::http::paging::Paging;
use utoipa::ToSchema;

pub(crate) struct Companies {
    pub(crate) paging: Paging,
}

impl Shape for Companies {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        Ok(Self { paging: Paging::read(reader, List::Companies, &[])? })
    }
}

pub(crate) struct Domains {
    pub(crate) paging: Paging,
}

impl Shape for Domains {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        Ok(Self { paging: Paging::read(reader, List::Domains, &[])? })
    }
}

pub(crate) struct Add {
    pub(crate) name: CompanyName,
}

impl Shape for Add {
    const HAS_BODY: bool = true;

    fn read(reader: &mut Reader) -> Result<Self, Told> {
        Ok(Self { name: reader.body("name", CompanyName::parse)? })
    }
}

/// A company to be added.
#[derive(ToSchema)]
#[schema(as = AddCompany)]
#[expect(dead_code, reason = "tells the document what `Add` reads")]
pub(crate) struct AddDocument {
    /// What it is called.
    name: CompanyName,
}

/// A mail domain: letters, digits and hyphens in parts between dots; of any case, and with letters
/// of any script, which are kept in their ASCII form.
#[derive(ToSchema)]
#[schema(as = MailDomain, max_length = 253, example = "acme.example")]
#[expect(dead_code, reason = "tells the document what a domain is")]
pub(crate) struct DomainDocument(String);

/// Whose a mail domain is to be.
#[derive(ToSchema)]
#[schema(as = MapDomain)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "tells the document what `Map` reads")]
pub(crate) struct MapDocument {
    /// The company.
    company_id: CompanyId,
    /// Whether a domain of another company goes over; otherwise it is refused.
    #[schema(default = false, required = false)]
    replace: bool,
}

pub(crate) struct Map {
    pub(crate) domain: MailDomain,
    pub(crate) company: CompanyId,
    pub(crate) if_taken: IfTaken,
}

impl Shape for Map {
    const HAS_BODY: bool = true;

    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let domain = reader.path("domain", MailDomain::parse_companys);
        let company = reader.body_id("companyId", CompanyId::new);
        let replace = reader.body_flag("replace");
        let if_taken = if replace? { IfTaken::Move } else { IfTaken::Refuse };
        Ok(Self { domain: domain?, company: company?, if_taken })
    }
}

pub(crate) struct Unmap {
    pub(crate) domain: MailDomain,
}

impl Shape for Unmap {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        Ok(Self { domain: reader.path("domain", MailDomain::parse)? })
    }
}
