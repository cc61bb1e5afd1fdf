//! Routes, and what the API document tells of them. That is written when somebody asks for it and not
//! before: a function that only answers would build it at every start, for a third of its work there.

use axum::Router;
use axum::routing::MethodRouter;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::app::App;

/// What the document tells of operations.
type Told = fn() -> UtoipaMethodRouter<App>;

/// The operations at one path; `operations!` makes it of their handlers.
#[derive(Debug)]
pub struct Operations {
    /// Where they are.
    pub path: String,
    /// Their handlers.
    pub served: MethodRouter<App>,
    /// What the document tells of them.
    pub told: Told,
}

/// Routes of a function.
#[derive(Debug, Default)]
pub struct Routes {
    served: Router<App>,
    told: Vec<Told>,
}

impl Routes {
    /// No routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// These, and `operations`.
    pub fn with(mut self, operations: Operations) -> Self {
        let Operations { path, served, told } = operations;
        self.told.push(told);
        self.route(&path, served)
    }

    /// These, and one that the document does not know.
    pub fn route(self, path: &str, served: MethodRouter<App>) -> Self {
        Self { served: self.served.route(path, served), ..self }
    }

    /// These, and `others`.
    pub fn merge(mut self, others: Self) -> Self {
        self.told.extend(others.told);
        Self { served: self.served.merge(others.served), ..self }
    }

    /// What answers.
    pub fn served(self) -> Router<App> {
        self.served
    }

    /// What the document tells of them.
    pub fn document(&self) -> OpenApi {
        let told = self.told.iter().fold(OpenApiRouter::new(), |told, it| told.routes(it()));
        told.into_openapi()
    }
}

/// The [`Operations`] of handlers at one path, each with the `utoipa::path` that is on it.
#[macro_export]
macro_rules! operations {
    ($($handler:path),+ $(,)?) => {
        utoipa_axum::paste! {{
            use utoipa_axum::PathItemExt;
            let [path, ..] = [$(utoipa_axum::routes!(@path [path()] of $handler)),+];
            let served = axum::routing::MethodRouter::new();
            $(
                let methods = utoipa_axum::routes!(@path [methods()] of $handler);
                let served = methods
                    .into_iter()
                    .fold(served, |served, method| served.on(method.to_method_filter(), $handler));
            )+
            $crate::http::routes::Operations {
                path,
                served,
                told: || utoipa_axum::routes!($($handler),+),
            }
        }}
    };
}
