//! A route that takes everything a request may bring, behind all that stands before every route.

use std::sync::LazyLock;

use axum::Json;
use axum::body::Body;
use axum::response::Response;
use axum::routing::post;
use http::Request;
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::domain::audit::subject::Subject;
use shared::domain::email_address::EmailAddress;
use shared::domain::id::{CompanyId, SimulationId};
use shared::domain::page::List;
use shared::domain::template::TemplateKey;
use shared::domain::text::{Line, Prose};
use shared::http::input::{Input, Reader, Shape, Told};
use shared::http::paging::Paging;
use shared::http::routes::Routes;
use shared::http::serve::service;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

use crate::place;

/// The one of this process.
pub static DOOR: LazyLock<Door> = LazyLock::new(Door::new);

/// A route, and what runs it.
pub struct Door {
    routes: axum::Router,
    runtime: Runtime,
}

impl Door {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let app = runtime.block_on(place::app(Timestamp::UNIX_EPOCH));
        let taking = async |Input(everything): Input<Everything>| Json(json!(everything.told));
        let routes = Routes::new().route("/api/things/{id}/{subject}", post(taking));
        Self { routes: service(routes, app), runtime }
    }

    /// The status and the body that `request` is answered with.
    pub fn answer(&self, request: Request<Body>) -> (u16, Value) {
        self.runtime.block_on(async {
            let routes = self.routes.clone();
            let response: Response =
                routes.oneshot(request).await.unwrap_or_else(|never| match never {});
            let status = response.status().as_u16();
            let body = response.into_body().collect().await.expect("a body that ends").to_bytes();
            (status, serde_json::from_slice(&body).unwrap_or_default())
        })
    }
}

/// What the route takes: a value of every kind that a [`Reader`] reads.
struct Everything {
    told: String,
}

impl Shape for Everything {
    const HAS_BODY: bool = true;

    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let id = reader.path("id", SimulationId::parse);
        let subject = reader.path_called("subject", "about", Subject::parse);
        let paging = Paging::read(reader, List::Simulations, &["kind", "state"]);
        let kind = reader.query(&["kind", "type"], TemplateKey::parse);
        let key = reader.header("x-line", Line::<40>::parse);
        let title = reader.body("title", Line::<200>::parse);
        let address = reader.body_or_none("email", EmailAddress::parse);
        let focus = reader.body_or_default("focus", Prose::<100>::parse);
        let name = reader.body_if_there("name", Line::<20>::parse);
        let company = reader.body_id("company", CompanyId::new);
        let flag = reader.body_flag("replace");
        let number = reader.body_number("number");
        let texts = reader.body_texts("texts");
        let told =
            format!("{:?}", ((id?, subject?, paging?, kind?), (key?, title?, address?, focus?)));
        Ok(Self { told: format!("{told} {:?}", (name?, company?, flag?, number?, texts?)) })
    }
}
