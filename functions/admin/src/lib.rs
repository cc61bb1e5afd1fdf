//! What the holder of the admin key may do: companies, the mail domains that are theirs, how the
//! template repositories stand, what becomes of old repositories, and how the service fares: its jobs,
//! those that were given up above all, and who did what.
//!
//! Whoever does not show the key never reaches a route: `shared::http::admin_gate` stands in front.

mod audit;
mod body;
mod clean_up;
mod jobs;
mod metrics;
mod templates;
mod view;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::auth::admin::Admin;
use shared::error::Error;
use shared::flows::add_company::add_company;
use shared::flows::map_domain::{map_domain, unmap_domain};
use shared::http::input::Input;
use shared::http::paging::{Items, Paging};
use shared::http::respond::{Created, Listed};
use shared::http::routes::Routes;
use shared::http::schema::Problem;
use shared::operations;

/// The routes of this group.
pub fn router() -> Routes {
    Routes::new()
        .with(operations!(companies, add))
        .with(operations!(domains))
        .with(operations!(map, unmap))
        .merge(templates::router())
        .with(operations!(clean_up::list))
        .merge(jobs::router())
        .with(operations!(metrics::metrics))
        .with(operations!(audit::list))
}

/// All companies, newest first, with their mail domains.
///
/// A company is `added` by an admin, or `personal`: made for one recruiter whose mail domain was
/// nobody's. The list may lag a second behind what was changed last.
#[utoipa::path(
    get, path = "/api/admin/companies", tag = "admin", operation_id = "listCompanies",
    params(Paging),
    responses(
        (status = 200, description = "The newest companies.", body = Items<view::Company>),
        (status = 304, description = "As the caller knows it."),
    )
)]
async fn companies(
    State(app): State<App>,
    _admin: Admin,
    Input(input): Input<body::Companies>,
) -> Result<Listed<Items<view::Company>>, Error> {
    let page = app.store.companies(input.paging.wanted).await?;
    let rows = page.rows.iter().map(view::Company::from).collect();
    Ok(Listed::new(Items::new(rows, page.next), &input.paging, page.next))
}

/// A new company, without a mail domain yet.
#[utoipa::path(
    post, path = "/api/admin/companies", tag = "admin", operation_id = "addCompany",
    request_body = body::AddDocument,
    responses((status = 201, description = "The company.", body = view::Company))
)]
async fn add(
    State(app): State<App>,
    admin: Admin,
    Input(input): Input<body::Add>,
) -> Result<Created<view::Company>, Error> {
    let company = add_company(&app, admin, &input.name).await?;
    Ok(Created(view::Company::from(&company)))
}

/// All mail domains that belong to a company, newest first.
///
/// The list may lag a second behind what was changed last.
#[utoipa::path(
    get, path = "/api/admin/companies/domains", tag = "admin", operation_id = "listDomains",
    params(Paging),
    responses(
        (status = 200, description = "The newest mappings.", body = Items<view::Mapping>),
        (status = 304, description = "As the caller knows it."),
    )
)]
async fn domains(
    State(app): State<App>,
    _admin: Admin,
    Input(input): Input<body::Domains>,
) -> Result<Listed<Items<view::Mapping>>, Error> {
    let page = app.store.domains_of_companies(input.paging.wanted).await?;
    let rows = page.rows.iter().map(view::Mapping::from).collect();
    Ok(Listed::new(Items::new(rows, page.next), &input.paging, page.next))
}

/// Makes a mail domain a company's.
///
/// Recruiters with a verified address of that domain who are first seen from now on belong to the
/// company; whoever has an account stays where they are. A domain of another company is refused with
/// 409 unless `replace` is true. Mapping a domain to the company that has it changes nothing.
#[utoipa::path(
    put, path = "/api/admin/companies/domains/{domain}", tag = "admin", operation_id = "mapDomain",
    params(("domain" = inline(body::DomainDocument), Path, description = "The mail domain.")),
    request_body = body::MapDocument,
    responses(
        (status = 200, description = "The mapping.", body = view::Mapping),
        (status = 404, description = "The company is not there.", body = Problem),
        (
            status = 409, body = Problem,
            description = "The domain is another company's, or the company has too many.",
        ),
    )
)]
async fn map(
    State(app): State<App>,
    admin: Admin,
    Input(input): Input<body::Map>,
) -> Result<Json<view::Mapping>, Error> {
    let body::Map { domain, company, if_taken } = &input;
    let mapped = map_domain(&app, admin, domain, *company, *if_taken).await?;
    Ok(Json(view::Mapping::from(&mapped)))
}

/// Makes a mail domain nobody's. Whoever has an account stays where they are.
#[utoipa::path(
    delete, path = "/api/admin/companies/domains/{domain}", tag = "admin",
    operation_id = "unmapDomain",
    params(("domain" = inline(body::DomainDocument), Path, description = "The mail domain.")),
    responses(
        (status = 204, description = "It is nobody's now."),
        (status = 404, description = "The domain is no company's.", body = Problem),
    )
)]
async fn unmap(
    State(app): State<App>,
    admin: Admin,
    Input(input): Input<body::Unmap>,
) -> Result<StatusCode, Error> {
    unmap_domain(&app, admin, &input.domain).await?;
    Ok(StatusCode::NO_CONTENT)
}
