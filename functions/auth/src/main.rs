//! The `auth` function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::http::serve::run(env!("CARGO_PKG_NAME"), auth::router).await
}
