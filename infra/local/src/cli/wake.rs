//! Functions that are compiled when they are first called.

use std::io::{Write, stdout};
use std::time::Duration;

use crate::cli::Failure;

/// Waits until every function that has routes is compiled and answers.
pub(super) async fn wake(functions: &str) -> Result<(), Failure> {
    const PATHS: [&str; 6] = [
        "health",
        "api/simulations",
        "api/candidate/invites",
        "api/tasks/1/codespace/status",
        "api/submissions",
        "api/admin/companies",
    ];
    let http = shared::http_client::build()?;
    let mut second = tokio::time::interval(Duration::from_secs(1));
    for path in PATHS {
        // Nobody listening is no reason to end.
        let _ = writeln!(stdout(), "  waiting for  {functions}{path}");
        let call = || http.get(format!("{functions}{path}")).timeout(Duration::from_mins(10));
        while let Err(error) = call().send().await {
            if !error.is_connect() {
                return Err(error.into());
            }
            second.tick().await;
        }
    }
    Ok(())
}
