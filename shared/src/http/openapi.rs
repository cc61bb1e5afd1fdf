//! The API document: what the routers collect, with what all routes have in common.

mod answers;

use utoipa::openapi::info::{InfoBuilder, LicenseBuilder};
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::schema::{Schema, SchemaType};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::server::ServerBuilder;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Components, OpenApi, Ref, RefOr, Type};

/// A path whose part the router names otherwise than the document: beside `…/session/{token}` there
/// can be no other name in the same place.
const RENAMED: (&str, &str) = (
    "/api/candidate/session/{token}/current_task",
    "/api/candidate/session/{candidateSessionId}/current_task",
);

/// What each group of routes is about, in the order of the page.
const TAGS: [(&str, &str); 8] = [
    ("auth", "Who the caller is."),
    ("simulations", "A recruiter's simulations and the candidates invited to them."),
    ("submissions", "What candidates handed in, for the recruiter who invited them."),
    (
        "candidates",
        "A candidate's invites, the way into a session, and the page for the GitHub username.",
    ),
    ("tasks", "A candidate's work on the task of a day: workspace, test runs, handing in."),
    (
        "admin",
        "Companies and the mail domains that belong to them, how the templates stand, what becomes of \
         old repositories, jobs that were given up, how the service fares, and who did what.",
    ),
    ("webhooks", "What GitHub tells us of."),
    ("service", "The service itself."),
];

const DESCRIPTION: &str = "\
Companies hire engineers by letting them work: a recruiter makes a five-day simulation, invites \
candidates by e-mail, and reviews what they did.

- Numbers that identify something are whole and fit a JavaScript number.
- Times are RFC 3339 in UTC.
- Every error, of every layer, has one body: `Problem`. It is served as `application/problem+json` \
to who names that in `Accept`, else as `application/json`.
- What is missing and what is somebody else's are answered alike: 404.
- An unknown path is answered 404, a method that a path does not know 405 with `Allow`.
- `HEAD` works where `GET` does. A slash at the end of a path changes nothing.
- A field of a body that is not described here is ignored.";

/// Finishes what the routers collected.
pub fn document(collected: OpenApi) -> OpenApi {
    let mut document = collected;
    document.info = InfoBuilder::new()
        .title("Tenon")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build()))
        .build();
    // Relative to the document's own address, so that a stage of the gateway is kept.
    let server = ServerBuilder::new().url("..").description(Some("Where this document is served."));
    document.servers = Some(vec![server.build()]);
    let (router, told) = RENAMED;
    if let Some(item) = document.paths.paths.remove(router) {
        document.paths.paths.insert(told.to_owned(), item);
    }
    let (mut tags, mut taken, mut headers, mut locks) = (vec![], vec![], vec![], vec![]);
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            taken.extend(body_of(operation));
            tags.extend(operation.tags.iter().flatten().cloned());
            lock(path, operation);
            locks.extend(operation.security.iter().flatten().cloned());
            headers.extend(answers::complete(&method, operation));
        }
    }
    let known = TAGS.iter().filter(|(name, _)| tags.iter().any(|tag| tag == name));
    let tag = |(name, about): &(&str, &str)| {
        TagBuilder::new().name(*name).description(Some(*about)).build()
    };
    document.tags = Some(known.map(tag).collect());
    let components = document.components.get_or_insert_with(Components::new);
    for (name, schema) in &mut components.schemas {
        if let (RefOr::T(schema), false) = (schema, taken.contains(name)) {
            tell_every_field(schema);
        }
    }
    let [bearer, admin] = keys();
    components.security_schemes.extend([bearer]);
    components.security_schemes.extend(locks.contains(&admin_key()).then_some(admin));
    answers::declare(components, &headers);
    document
}

/// The document as it is committed and served, without schemas that nothing refers to: a list of rows
/// has the rows' schema in itself.
pub fn text(mut document: OpenApi) -> Result<String, serde_json::Error> {
    let whole = document.to_json()?;
    if let Some(components) = &mut document.components {
        components.schemas.retain(|name, _| whole.contains(&format!("/schemas/{name}\"")));
    }
    document.to_pretty_json().map(|text| text + "\n")
}

/// The operations of a path.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let found = [
        (HttpMethod::Get, get),
        (HttpMethod::Put, put),
        (HttpMethod::Post, post),
        (HttpMethod::Delete, delete),
        (HttpMethod::Patch, patch),
    ];
    found.into_iter().filter_map(|(method, it)| Some((method, it.as_mut()?)))
}

/// The name of the schema that an operation takes as its body.
fn body_of(operation: &Operation) -> Option<String> {
    let Some(RefOr::T(body)) = &operation.request_body else { return None };
    let RefOr::T(content) = body.content.values().next()? else { return None };
    match &content.schema {
        Some(RefOr::Ref(Ref { ref_location, .. })) => {
            ref_location.rsplit('/').next().map(str::to_owned)
        }
        _ => None,
    }
}

/// Says what opens the route: a route for everybody says so with an empty list.
fn lock(path: &str, operation: &mut Operation) {
    if operation.security == Some(vec![SecurityRequirement::default()]) {
        operation.security = Some(Vec::new());
    } else if operation.security.is_none() && path.starts_with("/api/admin") {
        operation.security = Some(vec![admin_key()]);
    }
}

/// What the routes of the administrator need.
fn admin_key() -> SecurityRequirement {
    let roles: [&str; 0] = [];
    SecurityRequirement::new("adminKey", roles)
}

fn keys() -> [(String, RefOr<SecurityScheme>); 2] {
    let about = "A token of the identity provider, signed RS256. Recruiters need the permission \
                 `recruiter:access`, candidates `candidate:access`.";
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(about))
        .build();
    let about = "The administrator's key. Without it these routes are answered 404.";
    let admin = ApiKey::Header(ApiKeyValue::with_description("X-Admin-Key", about));
    [
        ("bearer".to_owned(), RefOr::T(SecurityScheme::Http(bearer))),
        ("adminKey".to_owned(), RefOr::T(SecurityScheme::ApiKey(admin))),
    ]
}

/// An answer leaves out no field that can be null.
fn tell_every_field(schema: &mut Schema) {
    match schema {
        Schema::Object(object) => {
            for (name, property) in &object.properties {
                if is_nullable(property) && !object.required.contains(name) {
                    object.required.push(name.clone());
                }
            }
        }
        Schema::AllOf(all) => {
            let parts = all.items.iter_mut().filter_map(|part| match part {
                RefOr::T(part) => Some(part),
                RefOr::Ref(_) => None,
            });
            parts.for_each(tell_every_field);
        }
        _ => {}
    }
}

fn is_nullable(schema: &RefOr<Schema>) -> bool {
    let RefOr::T(schema) = schema else { return false };
    let has_null = |kind: &SchemaType| match kind {
        SchemaType::Type(kind) => *kind == Type::Null,
        SchemaType::Array(kinds) => kinds.contains(&Type::Null),
        SchemaType::AnyValue => false,
    };
    match schema {
        Schema::Object(object) => has_null(&object.schema_type),
        Schema::Array(array) => has_null(&array.schema_type),
        Schema::OneOf(one) => one.items.iter().any(is_nullable),
        _ => false,
    }
}

/// Whether `operation` has a parameter `like` this.
fn has(operation: &Operation, like: impl Fn(&Parameter) -> bool) -> bool {
    operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(parameter) => like(parameter),
        RefOr::Ref(_) => false,
    })
}

fn is_in_path(parameter: &Parameter) -> bool {
    parameter.parameter_in == ParameterIn::Path
}
