//! GitHub and the mailbox hold what the table says, once.

use std::collections::BTreeMap;

use shared::domain::invite_mail::{MailKey, MailStatus};
use shared::domain::job::Job;
use shared::domain::live_check::LiveState;
use shared::domain::standing::Standing;
use shared::domain::workspace::Workspace;
use shared::domain::workspace::trouble::Trouble;
use shared::domain::workspace::upkeep::Kept;

use crate::github::evidence::HeldRepository;
use crate::invariants::Evidence;
use crate::invariants::broken::Broken;
use crate::invariants::rows::Rows;
use crate::mailbox::Mail;

/// The tag of a mail that holds its key.
const KEY_TAG: &str = "key";

pub(super) fn check(rows: &Rows, evidence: &Evidence, lost_answers: u64, broken: &mut Vec<Broken>) {
    for repository in &evidence.github.repositories {
        of_repository(repository, rows, broken);
    }
    for workspace in rows.workspaces.values() {
        of_workspace(workspace, evidence, rows, broken);
    }
    of_dispatches(rows, evidence, lost_answers, broken);
    of_mails(rows, &evidence.mails, lost_answers, broken);
}

fn carries(repository: &HeldRepository, workspace: &Workspace) -> bool {
    repository.description.as_deref() == Some(workspace.marker().as_str())
}

/// A repository is a workspace's, or is about to be adopted by the one whose marker it carries.
fn of_repository(repository: &HeldRepository, rows: &Rows, broken: &mut Vec<Broken>) {
    let owner = rows.workspaces.values().find(|workspace| {
        let made = workspace.repository.as_ref().map(|made| made.id);
        let former = workspace.former.as_ref().map(|former| former.id);
        [made, former].contains(&Some(repository.id))
    });
    let adopting = || {
        rows.workspaces.values().any(|workspace| {
            let (session, day) = (workspace.session, workspace.day);
            let given_up = workspace.trouble.as_ref().is_some_and(Trouble::is_given_up);
            let prepare = Job::PrepareWorkspace { session, day };
            let comes = given_up || rows.is_to_be_done(|record| record.job == prepare);
            workspace.repository.is_none() && carries(repository, workspace) && comes
        })
    };
    if owner.is_none() && !adopting() {
        broken.push(Broken::Orphaned { repository: repository.name.clone() });
    }
}

fn of_workspace(workspace: &Workspace, evidence: &Evidence, rows: &Rows, broken: &mut Vec<Broken>) {
    let what = format!("the workspace of day {} of session {}", workspace.day, workspace.session);
    let marked = evidence.github.repositories.iter().filter(|it| carries(it, workspace)).count();
    if marked > 1 {
        let times = u64::try_from(marked).unwrap_or(u64::MAX);
        broken.push(Broken::Doubled { what: format!("making {what}"), times, most: 1 });
    }
    let Some(id) = workspace.repository.as_ref().map(|made| made.id) else { return };
    let share = rows
        .workspaces
        .values()
        .filter(|other| other.repository.as_ref().is_some_and(|made| made.id == id));
    if share.count() > 1 {
        let about = format!("repository {id}, which is another's, too,");
        broken.push(Broken::Untrue { item: what.clone(), about });
    }
    let found = evidence.github.repositories.iter().find(|repository| repository.id == id);
    let deleted = matches!(workspace.upkeep.state, Kept::Deleted { .. });
    let may_be_gone = deleted || matches!(workspace.upkeep.state, Kept::Deleting { .. });
    let changed = matches!(workspace.standing, Standing::Gone | Standing::Unmarked);
    match found {
        None if !may_be_gone && !changed => {
            broken.push(Broken::Incomplete { item: what, lacks: "its repository".to_owned() });
        }
        Some(_) if deleted => {
            broken.push(Broken::Untrue { item: what, about: "its deleted repository".to_owned() });
        }
        Some(found) if !changed && !carries(found, workspace) => {
            broken.push(Broken::Incomplete { item: what, lacks: "our marker".to_owned() });
        }
        _ => {}
    }
}

/// Each run of ours is dispatched once; only an answer that was lost may cost another dispatch.
fn of_dispatches(rows: &Rows, evidence: &Evidence, lost_answers: u64, broken: &mut Vec<Broken>) {
    let mut asked = BTreeMap::<(u64, &str), u64>::new();
    for run in rows.runs.values() {
        *asked.entry((run.repository_id, run.git_ref.as_str())).or_default() += 1;
    }
    let tried = rows.checks.iter().filter(|check| !matches!(check.state, LiveState::Waiting));
    let mut tried = u64::try_from(tried.count()).unwrap_or(u64::MAX);
    let mut excess = 0;
    for run in &evidence.github.runs {
        let left = asked.get_mut(&(run.repository, run.git_ref.as_str())).filter(|left| **left > 0);
        let of_template = !evidence.github.repositories.iter().any(|it| it.id == run.repository);
        match left {
            Some(left) => *left -= 1,
            None if of_template && tried > 0 => tried -= 1,
            None => excess += 1,
        }
    }
    if excess > lost_answers {
        let what = "a dispatch that no run of ours asked for".to_owned();
        broken.push(Broken::Doubled { what, times: excess, most: lost_answers });
    }
}

/// Each mail that was asked for goes out at most once, or once more where the answer was lost; and one
/// that is told to be sent is there.
fn of_mails(rows: &Rows, mails: &[Mail], lost_answers: u64, broken: &mut Vec<Broken>) {
    let mut sent = BTreeMap::<(u64, u32), u64>::new();
    for mail in mails {
        let tag = mail.content.tags.iter().find(|tag| tag.name == KEY_TAG);
        let key = tag.and_then(|tag| MailKey::parse(&tag.value));
        let session = key.and_then(|key| rows.sessions.get(&key.session));
        let asked_for = key.zip(session).filter(|(key, session)| {
            let to = mail.content.to.iter().any(|to| to == session.invite_email.as_str());
            to && key.number <= session.mail.number
        });
        if let Some((key, _session)) = asked_for {
            *sent.entry((key.session.get(), key.number)).or_default() += 1;
        } else {
            let item = format!("the mail {}", mail.id);
            broken.push(Broken::Incomplete { item, lacks: "whoever asked for it".to_owned() });
        }
    }
    let again: u64 = sent.values().map(|times| times - 1).sum();
    for ((session, number), times) in sent.iter().filter(|(_, times)| **times > 1) {
        if again > lost_answers {
            let what = format!("mail {number} of session {session}");
            broken.push(Broken::Doubled { what, times: *times, most: 1 });
        }
    }
    for session in rows.sessions.values() {
        let mail = &session.mail;
        let is_there = sent.contains_key(&(session.id.get(), mail.number));
        if mail.status == MailStatus::Sent && !is_there {
            let what = format!("mail {} of session {}", mail.number, session.id);
            broken
                .push(Broken::Incomplete { item: what, lacks: "a mail that went out".to_owned() });
        }
    }
}
