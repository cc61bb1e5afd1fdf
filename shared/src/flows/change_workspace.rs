//! A workspace changes: what its session tells of it changes in the same write.

use crate::app::App;
use crate::domain::candidate_session::CandidateSession;
use crate::domain::id::CandidateSessionId;
use crate::domain::task::Day;
use crate::domain::workspace::Workspace;
use crate::error::Error;
use crate::store::item::Stored;
use crate::store::transaction::{Transaction, Written, settled_from};

/// A workspace and its session, as they were read.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) workspace: Stored<Workspace>,
    pub(crate) session: Stored<CandidateSession>,
}

/// The workspace of `day`, if there is one; two reads at once.
pub(crate) async fn open_workspace(
    app: &App,
    session: CandidateSessionId,
    day: Day,
) -> Result<Option<Opened>, Error> {
    let (workspace, session) =
        tokio::try_join!(app.store.workspace(session, day), app.store.session(session))?;
    Ok(workspace.zip(session).map(|(workspace, session)| Opened { workspace, session }))
}

impl Opened {
    /// Adds to `write` that the workspace is `after` now; how both stand once that is written.
    pub(crate) fn replaced(
        &self,
        write: Transaction,
        after: Workspace,
    ) -> Result<(Transaction, Self), Error> {
        let mut write = write.replace(&self.workspace, &after)?;
        let mut session = self.session.clone();
        let told = session.value.clone().with_workspace(&after);
        if told != session.value {
            write = write.replace(&self.session, &told)?;
            session = self.session.replaced(told);
        }
        Ok((write, Self { workspace: self.workspace.replaced(after), session }))
    }
}

/// Changes the workspace as `change` says, which is asked again when somebody else changed it, or its
/// session, in between; how it stands then. A `change` that changes nothing writes nothing.
pub(crate) async fn change_workspace(
    app: &App,
    opened: Opened,
    change: impl Fn(Workspace) -> Workspace,
) -> Result<Opened, Error> {
    let Workspace { session, day, .. } = opened.workspace.value;
    let again = || async move {
        let gone = || Error::internal("changing a workspace", "it is gone");
        open_workspace(app, session, day).await?.ok_or_else(gone)
    };
    let change = &change;
    settled_from(opened, again, |opened| async move {
        let after = change(opened.workspace.value.clone());
        if after == opened.workspace.value {
            return Ok(Some(opened));
        }
        let (write, after) = opened.replaced(Transaction::new(), after)?;
        Ok(match app.store.write(write, &app.mint).await? {
            Written::Yes => Some(after),
            Written::Refused => None,
        })
    })
    .await
}
