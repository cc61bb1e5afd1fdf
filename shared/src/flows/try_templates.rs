//! An admin has templates tried out: recorded with the jobs that do it, then waited for a while.

use std::time::Duration;

use crate::app::App;
use crate::auth::admin::Admin;
use crate::domain::audit::{AuditEntry, Change};
use crate::domain::id::TemplateCheckId;
use crate::domain::job::{Job, JobRecord};
use crate::domain::live_check::{CheckRequest, LiveCheck};
use crate::error::{Error, Noun};
use crate::store::transaction::{Transaction, Written, settled};

/// The longest that a request waits for the checks it asked for, in seconds: well below the 20 that a
/// request may take.
pub const WAIT_SECONDS_MAX: u32 = 12;
/// How often it looks meanwhile, in a second.
const LOOKS_PER_SECOND: u32 = 2;

/// Records what is asked for, and waits up to `wait_seconds` for it to be done. What is not done by
/// then goes on.
pub async fn try_templates(
    app: &App,
    by: Admin,
    request: &CheckRequest,
    wait_seconds: u32,
) -> Result<Vec<LiveCheck>, Error> {
    let mut checks = settled(|| begin(app, by, request)).await?;
    let Some(id) = checks.first().map(|first| first.check) else { return Ok(checks) };
    for _ in 0..wait_seconds.min(WAIT_SECONDS_MAX) * LOOKS_PER_SECOND {
        #[expect(
            clippy::disallowed_methods,
            reason = "whoever asked wants the answer in this call"
        )]
        tokio::time::sleep(Duration::from_secs(1) / LOOKS_PER_SECOND).await;
        checks = app.store.live_checks(id).await?;
        if checks.iter().all(LiveCheck::is_over) {
            break;
        }
    }
    Ok(checks)
}

/// How the checks of request `id` stand.
pub async fn tried_templates(
    app: &App,
    _by: Admin,
    id: TemplateCheckId,
) -> Result<Vec<LiveCheck>, Error> {
    let checks = app.store.live_checks(id).await?;
    if checks.is_empty() { Err(Error::NotFound(Noun::TemplateCheck)) } else { Ok(checks) }
}

async fn begin(
    app: &App,
    _by: Admin,
    request: &CheckRequest,
) -> Result<Option<Vec<LiveCheck>>, Error> {
    let now = app.clock.now();
    let id = TemplateCheckId::new(app.mint.id(now));
    let checks = LiveCheck::all_of(request, id, &app.config.github.workflow_file, now);
    let change = Change::TemplatesChecked { check: id, templates: request.templates.clone() };
    let mut write = Transaction::new();
    write = write.create(&AuditEntry::by_admin(app.mint.uuid(), now, change))?;
    for check in &checks {
        write = write.create(check)?;
        if check.position < check.concurrency {
            let job = Job::CheckTemplate { check: id, position: check.position };
            write = write.create(&JobRecord::new(app.mint.uuid(), job, now))?;
        }
    }
    Ok(match app.store.write(write, &app.mint).await? {
        Written::Yes => Some(checks),
        Written::Refused => None,
    })
}
