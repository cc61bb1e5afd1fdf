//! The SDK's calls over the one HTTP client, with its pool and its roots.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

use crate::error::is_unknown_issuer;
use crate::http_client::Http;

/// The way to AWS over [`Http`]. The client's own time-outs hold, 2 s to connect and 10 s for a call, and
/// within them those that the SDK keeps by itself. Requests and answers are whole in memory, so nothing can
/// be streamed.
#[derive(Debug, Clone)]
pub struct Over(pub Http);

impl HttpClient for Over {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Over {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self(http) = self.clone();
        HttpConnectorFuture::new_boxed(Box::pin(async move { call(&http, request).await }))
    }
}

async fn call(http: &Http, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let client = http.client().map_err(|error| ConnectorError::other(error.into(), None))?;
    let request = prepared(request)?;
    let mut answer = client.execute(request).await.map_err(failed)?;
    let mut response = http::Response::new(SdkBody::empty());
    *response.status_mut() = answer.status();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    *response.body_mut() = SdkBody::from(answer.bytes().await.map_err(failed)?);
    HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
}

fn prepared(request: HttpRequest) -> Result<reqwest::Request, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let (head, body) = request.into_parts();
    let body = body.bytes().map(Bytes::copy_from_slice);
    let body = body.ok_or_else(|| ConnectorError::user("a body that is streamed".into()))?;
    reqwest::Request::try_from(http::Request::from_parts(head, body))
        .map_err(|error| ConnectorError::user(error.into()))
}

/// What the SDK makes of a failure: a time-out and a lost connection are tried again, a certificate that is
/// not believed is not, and who asks finds the cause in the chain. The address is left out, because logs
/// hold none.
fn failed(error: reqwest::Error) -> ConnectorError {
    let never_connected = error.is_connect();
    let error = match error.without_url() {
        error if error.is_timeout() => ConnectorError::timeout(error.into()),
        error if is_unknown_issuer(&error) => ConnectorError::other(error.into(), None),
        error => ConnectorError::io(error.into()),
    };
    if never_connected { error.never_connected() } else { error }
}
