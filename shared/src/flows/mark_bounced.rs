//! A mail came back, was unwelcome or never went out: its recruiter sees it. An address that does not
//! want it is left alone.

use crate::app::App;
use crate::domain::candidate_session::CandidateSession;
use crate::domain::invite_mail::{MailFate, MailKey};
use crate::domain::suppression::{Setback, Suppression};
use crate::email::event::MailEvent;
use crate::error::Error;
use crate::store::transaction::{Transaction, Written, settled};

/// Records what `event` says. Events come repeated, late and out of order: what is known already
/// changes nothing, an older mail's fate does not touch the newest mail's, and its address is left
/// alone all the same. An event that concerns no mail of ours is logged, without an address.
pub async fn mark_bounced(app: &App, event: &MailEvent) -> Result<(), Error> {
    let message = event.message_id();
    let Some(why) = event.fate() else {
        tracing::info!(ses_id = message, "an event changes nothing");
        return Ok(());
    };
    let Some(key) = event.key() else {
        tracing::warn!(ses_id = message, ?why, "an event is about no mail of ours");
        return Ok(());
    };
    settled(|| attempt(app, key, why, message)).await
}

async fn attempt(
    app: &App,
    key: MailKey,
    why: MailFate,
    message: &str,
) -> Result<Option<()>, Error> {
    let Some(read) = app.store.session(key.session).await? else {
        tracing::warn!(ses_id = message, mail = %key, ?why, "an event is about a mail that is not known");
        return Ok(Some(()));
    };
    let now = app.clock.now();
    let newest = (read.value.mail.number == key.number).then(|| read.value.mail.clone());
    let mut write = Transaction::new();
    let mail = newest.and_then(|mail| match why {
        MailFate::CameBack(why) => mail.came_back(why, message, now),
        MailFate::NotSent(why) => mail.never_went_out(why, message),
    });
    let mut is_news = mail.is_some();
    if let Some(mail) = mail {
        write = write.replace(&read, &CandidateSession { mail, ..read.value.clone() })?;
    }
    if let MailFate::CameBack(why) = why {
        let email = &read.value.invite_email;
        let before = app.store.suppression(email).await?;
        let known = before.as_ref().map(|before| &before.value);
        if let Some(suppression) = Suppression::renewed(known, email, why, now) {
            is_news = true;
            write = match &before {
                Some(before) => write.replace(before, &suppression)?,
                None => write.create(&suppression)?,
            };
        }
    }
    if !is_news {
        return Ok(Some(()));
    }
    let written = app.store.write(write, &app.mint).await? == Written::Yes;
    if written {
        let outcome = match why {
            MailFate::CameBack(Setback::Bounced) => "bounced",
            MailFate::CameBack(Setback::Complained) => "complained",
            MailFate::NotSent(_) => "failed",
        };
        tracing::warn!(ses_id = message, mail = %key, outcome, Mails = 1, "a mail came back, or never went out");
    }
    Ok(written.then_some(()))
}
