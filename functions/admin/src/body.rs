//! What these routes take.

use shared::domain::company::CompanyName;
use shared::domain::id::CompanyId;
use shared::domain::mail_domain::MailDomain;
use shared::domain::page::List;
use shared::flows::map_domain::IfTaken;
use shared::http::input::{Reader, Shape, Told};
use shared::http::paging::Paging;

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
