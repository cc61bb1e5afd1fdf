//! A workspace changes: what its session tells of it changes in the same write.

use crate::app::App;
use crate::domain::candidate_session::CandidateSession;
use crate::domain::id::CandidateSessionId;
use crate::domain::task::Day;
use crate::domain::workspace::Workspace;
use crate::domain::workspace::summary::WorkspaceSummary;
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
        // The two were not read at the same moment: should the session tell of this already, and the
        // workspace not, others have written meanwhile, and the condition on the session says so.
        let before = WorkspaceSummary::from(&self.workspace.value);
        if told != session.value || before != WorkspaceSummary::from(&after) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::candidate_session::tests::invited;
    use crate::domain::workspace::{example, example_made};

    /// How many items are written when a new workspace becomes one that is made, with a session that
    /// tells of `told`.
    fn written(told: &Workspace) -> usize {
        let session = Stored::created(invited().with_workspace(told));
        let opened = Opened { workspace: Stored::created(example()), session };
        let (write, after) = opened.replaced(Transaction::new(), example_made()).unwrap();
        assert_eq!(after.session.value, invited().with_workspace(&example_made()));
        format!("{write:?}").matches("Replace").count()
    }

    #[test]
    fn a_session_that_tells_of_a_change_before_the_workspace_has_it_was_read_too_early() {
        assert_eq!(written(&example()), 2);
        assert_eq!(written(&example_made()), 2, "its condition is what refuses the write");

        let opened = Opened {
            workspace: Stored::created(example()),
            session: Stored::created(invited().with_workspace(&example())),
        };
        let (write, _after) = opened.replaced(Transaction::new(), example()).unwrap();
        assert_eq!(format!("{write:?}").matches("Replace").count(), 1, "it tells of nothing new");
    }
}
