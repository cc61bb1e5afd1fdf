//! A mail came back, or was unwelcome: its recruiter sees it, and its address is left alone.

use crate::app::App;
use crate::domain::candidate_session::CandidateSession;
use crate::domain::invite_mail::MailKey;
use crate::domain::suppression::{Setback, Suppression};
use crate::email::event::MailEvent;
use crate::error::Error;
use crate::store::transaction::{Transaction, Written, settled};

/// Records what `event` says. Events come repeated, late and out of order: what is known already
/// changes nothing, an older mail's fate does not touch the newest mail's, and its address is left
/// alone all the same. An event that concerns no mail of ours is logged, without an address.
pub async fn mark_bounced(app: &App, event: &MailEvent) -> Result<(), Error> {
    let message = event.message_id();
    let Some(why) = event.setback() else {
        tracing::info!(message_id = message, "an event changes nothing");
        return Ok(());
    };
    let Some(key) = event.key() else {
        tracing::warn!(message_id = message, ?why, "an event is about no mail of ours");
        return Ok(());
    };
    settled(|| attempt(app, key, why, message)).await
}

async fn attempt(
    app: &App,
    key: MailKey,
    why: Setback,
    message: &str,
) -> Result<Option<()>, Error> {
    let Some(read) = app.store.session(key.session).await? else {
        tracing::warn!(message_id = message, mail = %key, ?why, "an event is about a mail that is not known");
        return Ok(Some(()));
    };
    let email = &read.value.invite_email;
    let before = app.store.suppression(email).await?;
    let now = app.clock.now();
    let known = before.as_ref().map(|before| &before.value);
    let suppression = Suppression::renewed(known, email, why, now);
    let newest = (read.value.mail.number == key.number).then(|| read.value.mail.clone());
    let mail = newest.and_then(|mail| mail.came_back(why, message, now));
    let session = mail.map(|mail| CandidateSession { mail, ..read.value.clone() });
    if suppression.is_none() && session.is_none() {
        return Ok(Some(()));
    }
    let mut write = Transaction::new();
    if let Some(session) = &session {
        write = write.replace(&read, session)?;
    }
    if let Some(suppression) = &suppression {
        write = match &before {
            Some(before) => write.replace(before, suppression)?,
            None => write.create(suppression)?,
        };
    }
    let written = app.store.write(write, &app.mint).await? == Written::Yes;
    if written {
        let outcome = match why {
            Setback::Bounced => "bounced",
            Setback::Complained => "complained",
        };
        tracing::warn!(message_id = message, mail = %key, outcome, Mails = 1, "a mail came back");
    }
    Ok(written.then_some(()))
}
