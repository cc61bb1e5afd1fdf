//! An admin starts a job again that was given up.

use jiff::SignedDuration;
use uuid::Uuid;

use crate::app::App;
use crate::auth::admin::Admin;
use crate::domain::audit::{AuditEntry, Change, Reason};
use crate::domain::idempotency::{IdempotencyKey, Operation};
use crate::domain::job::JobRecord;
use crate::error::{Error, Noun};
use crate::flows::once::{Once, Receipt, Start, keyed, start};
use crate::flows::take_up::take_up;
use crate::store::transaction::{Transaction, Written, settled};

/// Whose keys of requests these are: the admin key names nobody.
const WHOSE: &str = "admin";

/// Starts job `id` again, with all its attempts, for `reason`; under a `key` that was used before, the
/// job as it is now. Of several who do so at once one is heard; the others find it started.
pub async fn redrive_job(
    app: &App,
    by: Admin,
    id: Uuid,
    reason: &Reason,
    key: Option<&IdempotencyKey>,
) -> Result<Once<JobRecord>, Error> {
    let request = keyed(key, WHOSE, Operation::Redrive(id), reason)?;
    match start(app, request).await? {
        Start::Before(id) => {
            let job = app.store.job(id).await?;
            let gone = || Error::internal("answering again", "the job is gone");
            job.map(|read| Once::replayed(read.value)).ok_or_else(gone)
        }
        Start::Now(receipt) => {
            let done = settled(|| Box::pin(attempt(app, by, id, reason, &receipt))).await;
            receipt.close(app, done).await
        }
    }
}

/// The same without a key.
pub(crate) async fn redrive(
    app: &App,
    by: Admin,
    id: Uuid,
    reason: &Reason,
) -> Result<JobRecord, Error> {
    redrive_job(app, by, id, reason, None).await.map(|once| once.value)
}

async fn attempt(
    app: &App,
    _by: Admin,
    id: Uuid,
    reason: &Reason,
    receipt: &Receipt<Uuid>,
) -> Result<Option<JobRecord>, Error> {
    let now = app.clock.now();
    let read = app.store.job(id).await?.ok_or(Error::NotFound(Noun::Job))?;
    let after = read.value.clone().redriven(now)?;
    let kind = after.job.kind().to_owned();
    let change = Change::JobRedriven { job: id, kind, reason: reason.clone() };
    let audit = AuditEntry::by_admin(app.mint.uuid(), now, change);
    let write = Transaction::new().replace(&read, &after)?.create(&audit)?;
    let write = receipt.sign(take_up(app, &after.job, write).await?, id)?;
    if app.store.write(write, &app.mint).await? == Written::Refused {
        return Ok(None);
    }
    // The table's stream brings new jobs only. One that is not sent is found by the sweeper.
    if let Err(error) = app.queue.send(id, SignedDuration::ZERO).await {
        tracing::error!(job = %id, error = %error.chain(), "not sent");
    }
    Ok(Some(after))
}
