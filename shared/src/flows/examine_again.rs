//! A recruiter has handed-in code examined once more, because the first time came to nothing.

use crate::app::App;
use crate::auth::owned::Owned;
use crate::auth::principal::Recruiter;
use crate::domain::audit::{AuditEntry, Change};
use crate::domain::id::{RunId, SubmissionId};
use crate::domain::job::{Job, JobRecord};
use crate::domain::submission::{ExaminationRefused, Submission};
use crate::error::{Error, Noun};
use crate::flows::submit_task::examining_run;
use crate::store::item::Stored;
use crate::store::transaction::{Transaction, Written, settled_from};

/// The submission `id` as it was read, if `recruiter` may see it; two reads.
pub async fn open_submission(
    app: &App,
    recruiter: &Recruiter,
    id: SubmissionId,
) -> Result<Owned<Stored<Submission>>, Error> {
    let place = app.store.submission_place(id).await?;
    let place = place.ok_or(Error::NotFound(Noun::Submission))?.value;
    let read = app.store.submission(place.session, place.day).await?;
    let owned = read.and_then(|read| recruiter.own_read(read));
    owned.ok_or(Error::NotFound(Noun::Submission))
}

/// Has the same commit tagged, tested and compared again, by a run and a job of its own. Of several
/// who ask at once one is heard; the others find it under way.
pub async fn examine_again(
    app: &App,
    recruiter: &Recruiter,
    opened: Owned<Stored<Submission>>,
) -> Result<Submission, Error> {
    let id = opened.get().value.id;
    let again = || open_submission(app, recruiter, id);
    settled_from(opened, again, |opened| attempt(app, opened)).await
}

async fn attempt(
    app: &App,
    opened: Owned<Stored<Submission>>,
) -> Result<Option<Submission>, Error> {
    let read = opened.get();
    let now = app.clock.now();
    let run = RunId::new(app.mint.id(now));
    let after = read.value.clone().examined_again(run, now)?;
    let code = after.code.as_ref().ok_or(ExaminationRefused::NotCode)?;
    let mut run = examining_run(&after, code, (run, now));
    // A tag of its own: the first one's name may have been taken by somebody.
    run.git_ref = format!("{}-{}", run.git_ref, run.id);
    let job = Job::ExamineSubmission { session: after.session, day: after.day };
    let change = Change::ExaminationRepeated { session: after.session, submission: after.id };
    let audit = AuditEntry::by_recruiter(app.mint.uuid(), now, after.recruiter, change);
    let write = Transaction::new()
        .replace(read, &after)?
        .create(&run)?
        .create(&JobRecord::new(app.mint.uuid(), job, now))?
        .create(&audit)?;
    Ok(match app.store.write(write, &app.mint).await? {
        Written::Yes => Some(after),
        Written::Refused => None,
    })
}
