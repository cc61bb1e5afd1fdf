//! The invite mail goes out.

use crate::app::App;
use crate::domain::candidate_session::CandidateSession;
use crate::domain::id::CandidateSessionId;
use crate::domain::invite_mail::{InviteMail, MailStatus};
use crate::domain::job::Outcome;
use crate::email::MailFailure;
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
    let Some(session) = record(app, session, number, InviteMail::sending).await? else {
        return abandon(app, session, number, "The mail service did not answer.").await;
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
            let sent = |mail: InviteMail| Some(mail.sent(id.0.clone(), now));
            record(app, session.id, number, sent).await?;
            Ok(Outcome::Done)
        }
        Err(error) => {
            let told = error.to_string();
            match error.kind {
                MailFailure::Unanswered => Ok(Outcome::Failed(told, None)),
                MailFailure::NotSent => {
                    let not_sent =
                        |mail: InviteMail| Some(mail.not_sent("The mail service is busy."));
                    record(app, session.id, number, not_sent).await?;
                    Ok(Outcome::Failed(told, None))
                }
                MailFailure::Refused => {
                    abandon(app, session.id, number, "The mail service refused the mail.").await
                }
            }
        }
    }
}

/// Records for the recruiter that mail `number` will not go out, unless it did.
pub(crate) async fn abandon(
    app: &App,
    session: CandidateSessionId,
    number: u32,
    why: &str,
) -> Result<Outcome, Error> {
    let failed = |mail: InviteMail| Some(mail.failed(why));
    let abandoned = record(app, session, number, failed).await?;
    Ok(abandoned.map_or(Outcome::Done, |_session| Outcome::Hopeless(why.to_owned())))
}

/// Changes the state of mail `number`; `None` when it went out, is no longer the newest, or `change`
/// says so.
async fn record(
    app: &App,
    id: CandidateSessionId,
    number: u32,
    change: impl Fn(InviteMail) -> Option<InviteMail>,
) -> Result<Option<CandidateSession>, Error> {
    settled(|| async {
        let read = app.store.session(id).await?;
        let open = |session: &CandidateSession| {
            session.mail.number == number && session.mail.status != MailStatus::Sent
        };
        let Some(read) = read.filter(|read| open(&read.value)) else { return Ok(Some(None)) };
        let mut session = read.value.clone();
        let Some(mail) = change(session.mail) else { return Ok(Some(None)) };
        session.mail = mail;
        let write = Transaction::new().replace(&read, &session)?;
        Ok(match app.store.write(write, &app.mint).await? {
            Written::Yes => Some(Some(session)),
            Written::Refused => None,
        })
    })
    .await
}
