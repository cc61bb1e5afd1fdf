//! The invite mail goes out.

use crate::app::App;
use crate::domain::candidate_session::CandidateSession;
use crate::domain::id::CandidateSessionId;
use crate::domain::invite_mail::{InviteMail, MailKey, MailStatus};
use crate::domain::invite_token::InviteToken;
use crate::domain::job::Outcome;
use crate::email::failure::{MailError, MailFailure};
use crate::email::invite::Invite;
use crate::email::{Mail, MessageId};
use crate::error::Error;
use crate::flows::invite_candidate::link;
use crate::store::item::Stored;
use crate::store::transaction::{Transaction, Written, settled};

/// Sends mail `number` of a session, unless it went out, a newer one was asked for, or its address
/// takes none.
///
/// `sending` is recorded before the provider is called: a lost answer may cost a second mail, and a
/// mail is never lost. It is recorded once the mail is written: what we lack ourselves, as the key of its
/// link, is no answer that the provider owes.
pub async fn send_invite(
    app: &App,
    session: CandidateSessionId,
    number: u32,
) -> Result<Outcome, Error> {
    let mail = match begun(app, session, number).await? {
        Begun::Over => return Ok(Outcome::Done),
        Begun::NeverAnswered => {
            return abandon(app, session, number, "The mail service did not answer.").await;
        }
        Begun::Sending(mail) => mail,
    };
    match app.mailer.send(&mail).await {
        Ok(id) => {
            let (id, now) = (id.map(MessageId::into_string), app.clock.now());
            let sent = |mail: InviteMail| Some(mail.sent(id.clone(), now));
            record(app, session, number, sent).await?;
            Ok(Outcome::Done)
        }
        Err(error) => failed(app, session, number, &error).await,
    }
}

/// Where a mail is when its job begins.
enum Begun {
    /// There is nothing to send.
    Over,
    /// It was handed over too often without an answer.
    NeverAnswered,
    /// It is about to be handed over.
    Sending(Box<Mail>),
}

async fn begun(app: &App, id: CandidateSessionId, number: u32) -> Result<Begun, Error> {
    settled(|| async {
        let Some(read) = awaiting(app, id, number).await? else { return Ok(Some(Begun::Over)) };
        let mut session = read.value.clone();
        let found = app.store.suppression(&session.invite_email).await?;
        let now = app.clock.now();
        if let Some(found) = found.filter(|found| found.value.in_force(now)) {
            session.mail = session.mail.suppressed(&found.value);
            let replaced = replaced(app, &read, &session).await?;
            if replaced {
                told(session.id, number, "suppressed");
            }
            return Ok(replaced.then_some(Begun::Over));
        }
        let Some(sending) = session.mail.sending() else { return Ok(Some(Begun::NeverAnswered)) };
        session.mail = sending;
        let mail = written(app, &session).await?;
        let replaced = replaced(app, &read, &session).await?;
        Ok(replaced.then(|| Begun::Sending(Box::new(mail))))
    })
    .await
}

async fn written(app: &App, session: &CandidateSession) -> Result<Mail, Error> {
    let keys = &app.secrets().await?.invite_keys;
    let (token, url) = link(app, keys, session)?;
    let username_url = username_url(app, session, &token);
    let expires_on = session.invite.expires_at.strftime("%Y-%m-%d").to_string();
    let invite = Invite {
        candidate_name: session.candidate_name.as_str(),
        role: session.role.as_str(),
        simulation_title: session.simulation_title.as_str(),
        company_name: Some(session.company_name.as_str()),
        url: &url,
        expires_on: &expires_on,
        username_url: username_url.as_deref(),
    };
    let key = MailKey { session: session.id, number: session.mail.number };
    Ok(invite.mail(&session.invite_email, key, app.clock.now()))
}

/// Where the candidate says which GitHub account is theirs, as long as nobody knows and we know where
/// we are reached.
fn username_url(app: &App, session: &CandidateSession, token: &InviteToken) -> Option<String> {
    let base = app.config.public_api_base_url.as_ref()?;
    let unknown = session.github_username.is_none();
    unknown.then(|| format!("{base}/api/candidate/github/{}", token.expose()))
}

async fn failed(
    app: &App,
    session: CandidateSessionId,
    number: u32,
    error: &MailError,
) -> Result<Outcome, Error> {
    let told = error.to_string();
    match error.kind {
        MailFailure::Refused => abandon(app, session, number, &told).await,
        MailFailure::Unanswered => Ok(Outcome::Failed(told, None)),
        MailFailure::NotSent(pause) => {
            let not_sent = |mail: InviteMail| Some(mail.not_sent(&told));
            record(app, session, number, not_sent).await?;
            Ok(Outcome::Failed(told, pause))
        }
        MailFailure::RateLimited(pause) => {
            let limited = |mail: InviteMail| Some(mail.rate_limited(&told));
            record(app, session, number, limited).await?;
            Ok(Outcome::Failed(told, pause))
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
        let Some(read) = awaiting(app, id, number).await? else { return Ok(Some(None)) };
        let mut session = read.value.clone();
        let Some(mail) = change(session.mail) else { return Ok(Some(None)) };
        session.mail = mail;
        let replaced = replaced(app, &read, &session).await?;
        if replaced {
            told(id, number, outcome(session.mail.status));
        }
        Ok(replaced.then_some(Some(session)))
    })
    .await
}

/// How a metric tells what became of a mail that was handed over.
const fn outcome(status: MailStatus) -> &'static str {
    match status {
        MailStatus::RateLimited => "rate_limited",
        MailStatus::Retrying | MailStatus::Failed => "failed",
        MailStatus::Bounced => "bounced",
        MailStatus::Complained => "complained",
        MailStatus::Queued | MailStatus::Sending | MailStatus::Sent => "sent",
    }
}

fn told(session: CandidateSessionId, number: u32, outcome: &'static str) {
    tracing::info!(mail = %MailKey { session, number }, outcome, Mails = 1, "a mail");
}

/// The session, as long as its mail `number` is to be sent.
async fn awaiting(
    app: &App,
    id: CandidateSessionId,
    number: u32,
) -> Result<Option<Stored<CandidateSession>>, Error> {
    let read = app.store.session(id).await?;
    Ok(read.filter(|read| read.value.mail.awaits(number)))
}

async fn replaced(
    app: &App,
    read: &Stored<CandidateSession>,
    session: &CandidateSession,
) -> Result<bool, Error> {
    let write = Transaction::new().replace(read, session)?;
    Ok(app.store.write(write, &app.mint).await? == Written::Yes)
}
