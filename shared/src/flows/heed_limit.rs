//! GitHub had too many calls from us: nobody makes a creating call until it is over.

use crate::app::App;
use crate::error::Error;
use crate::github::error::{GitHubError, GitHubFailure};

/// Closes the bucket where `error` is that GitHub had too many calls from us.
pub(crate) async fn heed_limit(app: &App, error: &GitHubError) -> Result<(), Error> {
    match (error.kind, error.retry_after) {
        (GitHubFailure::RateLimited, Some(pause)) => app.creates.close(pause).await,
        _ => Ok(()),
    }
}
