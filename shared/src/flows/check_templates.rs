//! An admin asks how all templates stand: each is looked at, several at a time, unless that is known
//! already.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::app::App;
use crate::auth::admin::Admin;
use crate::domain::template::TemplateKey;
use crate::domain::template_health::{HealthReport, Inspected};
use crate::error::Error;
use crate::flows::inspect_template::inspect_template;
use crate::store::transaction::{Transaction, Written};

/// How long looking may take. The web client waits 15 seconds.
const LIMIT: Duration = Duration::from_secs(10);

/// What counts as known already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// What was found a short time ago.
    Lately,
    /// Nothing: every template is looked at.
    Never,
}

/// How every template stands, in catalog order: one read of the table, and where something is not
/// known at most three calls to GitHub a template, five templates at a time, and one write.
pub async fn check_templates(app: &App, _by: Admin, known: Known) -> Result<Vec<Inspected>, Error> {
    let workflow_file = &app.config.github.workflow_file;
    let read = app.store.health_report().await?;
    let now = app.clock.now();
    let last = read.as_ref().filter(|read| read.value.workflow_file == *workflow_file);
    let mut found: Vec<Inspected> = last
        .filter(|_| known == Known::Lately)
        .map(|read| read.value.templates.iter().filter(|it| it.is_fresh(now)).cloned().collect())
        .unwrap_or_default();
    let is_known = |template: &TemplateKey| found.iter().any(|it| it.template == *template);
    let wanted: VecDeque<_> = TemplateKey::ALL.into_iter().filter(|it| !is_known(it)).collect();
    if wanted.is_empty() {
        return Ok(found);
    }
    found.extend(looked_at(app, wanted).await);
    found.sort_by_key(|it| TemplateKey::ALL.iter().position(|key| *key == it.template));
    let report = HealthReport { workflow_file: workflow_file.clone(), templates: found };
    let write = Transaction::new();
    let write = match &read {
        Some(read) => write.replace(read, &report)?,
        None => write.create(&report)?,
    };
    // Should somebody else have looked meanwhile, what they found is kept, and this is answered.
    let (Written::Yes | Written::Refused) = app.store.write(write, &app.mint).await?;
    Ok(report.templates)
}

/// Looks at all of `wanted`. The lanes belong to the one task of the request: its account counts
/// their calls, and they end with it.
async fn looked_at(app: &App, wanted: VecDeque<TemplateKey>) -> Vec<Inspected> {
    let deadline = Instant::now() + LIMIT;
    let wanted = Mutex::new(wanted);
    let lane = || Box::pin(lane(app, &wanted, deadline));
    let (one, two, three, four, five) = tokio::join!(lane(), lane(), lane(), lane(), lane());
    [one, two, three, four, five].concat()
}

/// Looks at one template after the other until none is left.
async fn lane(
    app: &App,
    wanted: &Mutex<VecDeque<TemplateKey>>,
    deadline: Instant,
) -> Vec<Inspected> {
    let next = || wanted.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let file = &app.config.github.workflow_file;
    let mut found = Vec::new();
    while let Some(template) = next() {
        let inspection = inspect_template(&app.github, template, file, deadline).await;
        found.push(Inspected { template, at: app.clock.now(), inspection });
    }
    found
}
