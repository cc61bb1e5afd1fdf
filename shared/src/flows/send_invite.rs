//! The invite mail goes out.

use crate::app::App;
use crate::domain::candidate_session::CandidateSession;
use crate::domain::id::CandidateSessionId;
use crate::domain::invite_mail::{InviteMail, MailStatus};
use crate::domain::job::Outcome;
use crate::email::invite::Invite;
use crate::error::Error;
use crate::flows::invite_candidate::link;
use crate::store::transaction::{Transaction, Written, settled};

/// Sends mail `number` of a session, unless it went out or a newer one was asked for.
///
/// `sending` is recorded before the provider is called: a lost answer may cost a second mail, and a
/// mail is never lost.
pub async fn send_invite(
    app: &App,
    session: CandidateSessionId,
    number: u32,
) -> Result<Outcome, Error> {
    let sending = |mail: InviteMail| InviteMail { status: MailStatus::Sending, ..mail };
    let Some(session) = record(app, session, number, sending).await? else {
        return Ok(Outcome::Done);
    };
    let (_token, url) = link(app, &session)?;
    let to = session.invite_email.as_str();
    let expires_on = session.invite.expires_at.strftime("%Y-%m-%d").to_string();
    let mail = Invite {
        candidate_name: session.candidate_name.as_str(),
        role: session.role.as_str(),
        simulation_title: session.simulation_title.as_str(),
        company_name: Some(session.company_name.as_str()),
        url: &url,
        expires_on: &expires_on,
    }
    .mail(to);
    let sent = app.mailer.send(&app.config.mail.from, &mail).await;
    let now = app.clock.now();
    match sent {
        Ok(id) => {
            let sent = |mail: InviteMail| InviteMail {
                status: MailStatus::Sent,
                sent_at: Some(now),
                error: None,
                message_id: Some(id.0.clone()),
                ..mail
            };
            record(app, session.id, number, sent).await?;
            Ok(Outcome::Done)
        }
        Err(error) => {
            failed(app, session.id, number, error.to_string()).await?;
            let told = error.to_string();
            let again = error.retryable;
            Ok(if again { Outcome::Failed(told, None) } else { Outcome::Hopeless(told) })
        }
    }
}

/// Records for the recruiter that mail `number` did not go out.
async fn failed(
    app: &App,
    session: CandidateSessionId,
    number: u32,
    error: String,
) -> Result<(), Error> {
    let failed = |mail: InviteMail| InviteMail {
        status: MailStatus::Failed,
        error: Some(error.clone()),
        ..mail
    };
    record(app, session, number, failed).await.map(|_session| ())
}

/// Changes the state of mail `number`; `None` when it went out or is no longer the newest.
async fn record(
    app: &App,
    id: CandidateSessionId,
    number: u32,
    change: impl Fn(InviteMail) -> InviteMail,
) -> Result<Option<CandidateSession>, Error> {
    settled(|| async {
        let read = app.store.session(id).await?;
        let open = |session: &CandidateSession| {
            session.mail.number == number && session.mail.status != MailStatus::Sent
        };
        let Some(read) = read.filter(|read| open(&read.value)) else { return Ok(Some(None)) };
        let mut session = read.value.clone();
        session.mail = change(session.mail);
        let write = Transaction::new().replace(&read, &session)?;
        Ok(match app.store.write(write, &app.mint).await? {
            Written::Yes => Some(Some(session)),
            Written::Refused => None,
        })
    })
    .await
}
