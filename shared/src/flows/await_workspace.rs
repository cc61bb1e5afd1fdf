//! A candidate asks for a workspace: it is there, or it is said how long that takes.

use jiff::SignedDuration;

use crate::app::App;
use crate::domain::workspace::Workspace;
use crate::domain::workspace::summary::Preparation;
use crate::error::Error;
use crate::flows::look_at_invitation::look_at_invitation;
use crate::store::item::Stored;

/// Refuses with [`Error::WorkspaceBeingMade`] until the candidate can work in `workspace`. Afterwards,
/// while the invitation has to be accepted, has somebody look whether it was.
pub async fn await_workspace(app: &App, workspace: &Stored<Workspace>) -> Result<(), Error> {
    if workspace.value.ready().is_some() {
        return look_at_invitation(app, workspace).await;
    }
    let preparation = preparation(app, &workspace.value).await?;
    Err(Error::WorkspaceBeingMade(Box::new(preparation)))
}

async fn preparation(app: &App, workspace: &Workspace) -> Result<Preparation, Error> {
    let now = app.clock.now();
    let place = match workspace.slot {
        Some(slot) => app.creates.place(slot).await?,
        None => None,
    };
    let again_at = workspace.trouble.as_ref().and_then(|trouble| trouble.again_at);
    let again_in = again_at.map(|at| at.duration_since(now).max(SignedDuration::ZERO));
    let wait = place.map(|place| place.wait).or(again_in);
    Ok(Preparation {
        stage: workspace.stage(),
        reason: workspace.trouble.as_ref().map(|trouble| trouble.reason),
        position: place.map(|place| place.ahead.saturating_add(1)),
        estimated_seconds: wait.map(whole_seconds),
    })
}

/// Rounded up.
fn whole_seconds(wait: SignedDuration) -> u32 {
    let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
    u32::try_from(seconds).unwrap_or(u32::MAX)
}
