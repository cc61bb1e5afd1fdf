use jiff::SignedDuration;

use super::*;
use crate::domain::repository::BranchName;
use crate::domain::workspace::closing::ClosingStep;
use crate::domain::workspace::example;
use crate::domain::workspace::trouble::Reason;

const ME: Uuid = Uuid::max();

fn nine() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn later(seconds: i64) -> Timestamp {
    nine() + SignedDuration::from_secs(seconds)
}

fn repository() -> Repository {
    Repository { id: 1, default_branch: BranchName::parse("main").unwrap() }
}

fn name(text: &str) -> GitHubUsername {
    GitHubUsername::parse(text).unwrap()
}

fn base() -> Taken {
    Taken::Base(CommitSha::parse(&"a".repeat(40)).unwrap())
}

/// A workspace that is made.
fn made() -> Workspace {
    let made = Taken::Repository(repository());
    example().after(&made, ME, nine()).after(&base(), ME, nine())
}

#[test]
fn steps_come_one_after_the_other_and_never_again() {
    let ada = name("ada");
    let workspace = example();
    assert_eq!(workspace.missing_steps(Some(&ada)), [Step::MakeRepository]);

    let workspace = workspace.after(&Taken::Repository(repository()), ME, nine());
    let invite = Step::InviteCollaborator(ada.clone());
    let resolve = Step::ResolveBase(repository());
    assert_eq!(workspace.missing_steps(Some(&ada)), [resolve.clone(), invite]);
    assert_eq!(workspace.missing_steps(None), [resolve]);

    let workspace = workspace.after(&base(), ME, nine());
    let workspace = workspace.after(&Taken::Invited(ada.clone(), Some(7)), ME, nine());
    assert_eq!(workspace.missing_steps(Some(&ada)), []);
    assert_eq!(workspace.missing_steps(Some(&name("ADA"))), []);
    let eve = name("eve");
    let replaced = [Step::RemoveCollaborator(ada.clone()), Step::InviteCollaborator(eve.clone())];
    assert_eq!(workspace.missing_steps(Some(&eve)), replaced);
    let workspace = workspace.after(&Taken::Removed(ada), ME, nine());
    assert_eq!(workspace.missing_steps(Some(&eve)), [Step::InviteCollaborator(eve)]);
}

#[test]
fn an_unknown_username_holds_up_nothing_and_another_one_is_invited() {
    let nobody = name("nobody-here");
    let workspace = made().after(&Taken::Unknown(nobody.clone()), ME, nine());

    assert!(workspace.ready().is_some());
    assert_eq!(workspace.next(Some(&nobody), nine()), Next::Nothing);
    let ada = Step::InviteCollaborator(name("ada"));
    assert_eq!(workspace.next(Some(&name("ada")), nine()), Next::Take(ada));
}

#[test]
fn a_step_that_creates_something_waits_for_its_slot_and_another_does_not() {
    let held = example().with_slot(later(30), ME);
    assert_eq!(held.next(None, later(29)), Next::Wait(later(30)));
    assert_eq!(held.next(None, later(30)), Next::Take(Step::MakeRepository));

    let mut making = held.after(&Taken::Repository(repository()), ME, nine());
    assert_eq!(making.slot, None);
    making.slot = Some(later(30));
    assert_eq!(making.next(None, nine()), Next::Take(Step::ResolveBase(repository())));
}

#[test]
fn a_trouble_is_waited_out_ends_with_the_next_step_and_makes_none_more_urgent() {
    let trouble = Trouble::after(None, Reason::PermissionMissing, None, nine());
    let workspace = example().with_slot(nine(), ME).in_trouble(trouble, Some(ME));
    assert_eq!(workspace.slot, None);
    assert_eq!(workspace.next(None, later(899)), Next::Wait(later(900)));
    assert_eq!(workspace.next(None, later(900)), Next::Take(Step::MakeRepository));
    assert_eq!(Step::MakeRepository.lane(), Some(Lane::Bulk));
    assert_eq!(Step::InviteCollaborator(name("ada")).lane(), Some(Lane::Prompt));

    let made = workspace.clone().after(&Taken::Repository(repository()), ME, later(900));
    assert_eq!(made.trouble, None);

    let given_up = Trouble::given_up(workspace.trouble.as_ref(), nine());
    let given_up = workspace.clone().in_trouble(given_up, None);
    assert_eq!(given_up.next(None, later(1_000_000)), Next::Nothing);
    let hurried = given_up.hurried(nine()).unwrap();
    assert_eq!(hurried.next(None, nine()), Next::Take(Step::MakeRepository));
    assert_eq!(workspace.hurried(later(29)), None);
    assert_eq!(example().hurried(later(99)), None);
}

#[test]
fn an_invitation_is_looked_at_until_it_is_accepted() {
    let ada = name("ada");
    let workspace = made().after(&Taken::Invited(ada.clone(), Some(7)), ME, nine());
    assert_eq!(workspace.sleeper, Some(ME));
    assert_eq!(workspace.next(Some(&ada), nine()), Next::Wait(later(600)));
    let look = Next::Take(Step::LookAtInvitation(ada.clone()));
    assert_eq!(workspace.next(Some(&ada), later(600)), look);

    let waiting = workspace.after(&Taken::NotAccepted(ada.clone()), ME, later(600));
    assert_eq!(waiting.next(Some(&ada), later(600)), Next::Wait(later(3_600)));
    let others = waiting.clone().accepted(&name("eve"));
    assert_eq!(others, waiting);
    let accepted = waiting.after(&Taken::Accepted(ada.clone()), ME, later(3_600));
    assert_eq!(accepted.next(Some(&ada), later(3_600)), Next::Nothing);
    let given = accepted.collaborator.unwrap();
    assert_eq!((given.username, given.invitation), (ada, None));
}

#[test]
fn an_invitation_that_github_dropped_is_sent_anew() {
    let ada = name("ada");
    let week = later(7 * 24 * 3_600);
    let workspace = made().after(&Taken::Invited(ada.clone(), Some(7)), ME, nine());

    let dropped = workspace.after(&Taken::NotAccepted(ada.clone()), ME, week);
    let again = Next::Take(Step::InviteCollaborator(ada.clone()));
    assert_eq!(dropped.next(Some(&ada), week), again);

    let renewed = dropped.after(&Taken::Invited(ada.clone(), Some(8)), ME, week);
    let invitation = renewed.invitation.unwrap();
    assert_eq!((invitation.sent_at, invitation.renewals), (week, 1));
}

#[test]
fn who_is_in_already_is_not_waited_for() {
    let ada = name("ada");
    let workspace = made().after(&Taken::Invited(ada.clone(), None), ME, nine());
    assert_eq!(workspace.next(Some(&ada), nine()), Next::Nothing);
    assert_eq!((workspace.invitation, workspace.sleeper), (None, None));
}

#[test]
fn what_is_asked_back_while_it_is_deleted_or_found_gone_is_made_anew() {
    let archived_at = nine();
    let mut kept = made().after(&Taken::Invited(name("ada"), Some(7)), ME, nine());
    kept.standing = Standing::Gone;

    let deleting = kept.clone().kept(Kept::Deleting { archived_at });
    assert!(deleting.is_put_away());
    let back = deleting.hurried(later(9)).unwrap();
    assert_eq!(back.upkeep.returned_at, Some(later(9)));

    let wanted = kept.kept(Kept::Archived { at: archived_at }).hurried(later(9)).unwrap();
    assert_eq!(wanted.next(None, later(9)), Next::Take(Step::BringBack));
    let gone = wanted.clone().after(&Taken::Gone, ME, later(9));
    assert_eq!(gone, back);
    assert_eq!(gone.next(None, later(9)), Next::Take(Step::MakeRepository));
    assert_eq!((gone.standing, gone.collaborator, gone.invitation), (Standing::There, None, None));

    let branch = repository().default_branch;
    let found = Taken::BroughtBack(wanted.name.clone(), branch);
    let found = wanted.after(&found, ME, later(9));
    assert_eq!(found.clone().after(&Taken::Gone, ME, later(9)), found, "it was found meanwhile");
}

#[test]
fn a_repository_that_was_just_made_or_brought_back_is_there_whatever_was_heard_of_the_last() {
    let mut workspace = made();
    let branch = repository().default_branch;
    let back = Taken::BroughtBack(workspace.name.clone(), branch);
    for taken in [Taken::Repository(repository()), back] {
        workspace.standing = Standing::Gone;
        workspace = workspace.after(&taken, ME, nine());
        assert_eq!(workspace.standing, Standing::There, "{taken:?}");
    }
}

#[test]
fn who_may_have_been_invited_by_mistake_is_removed_before_anybody_else_is_invited() {
    let (ada, eve) = (name("ada"), name("eve"));
    let [remove, invite] =
        [Step::RemoveCollaborator(ada.clone()), Step::InviteCollaborator(eve.clone())];
    let inviting = made().about_to(&Step::InviteCollaborator(ada.clone()));

    // The answer was lost: the same account is invited again, another one after the first is out.
    let again = Next::Take(Step::InviteCollaborator(ada.clone()));
    assert_eq!(inviting.next(Some(&ada), nine()), again);
    assert_eq!(inviting.missing_steps(Some(&eve)), [remove.clone(), invite.clone()]);
    assert_eq!(inviting.closing_step(Some(&eve)), Some(ClosingStep::Remove(ada.clone())));

    let removed = inviting.clone().after(&Taken::Removed(ada.clone()), ME, nine());
    assert_eq!((&removed.inviting, removed.missing_steps(Some(&eve))), (&None, vec![invite]));
    let invited = inviting.clone().after(&Taken::Invited(ada.clone(), Some(7)), ME, nine());
    assert_eq!((&invited.inviting, invited.missing_steps(Some(&ada))), (&None, vec![]));
    let unknown = inviting.after(&Taken::Unknown(ada), ME, nine());
    assert_eq!(unknown.inviting, None);

    // Who is in stays in while somebody else is removed, whether the day is handed in or not.
    let both = Workspace { inviting: Some(name("bob")), ..invited.clone() };
    assert_eq!(both.missing_steps(Some(&name("ada"))), [Step::RemoveCollaborator(name("bob"))]);
    assert_eq!(both.removed(&name("bob")), invited);
}

#[test]
fn a_job_that_is_given_up_leaves_a_trouble_where_the_candidate_is_not_let_in() {
    let ada = name("ada");
    let given_up = made().given_up(Some(&ada), nine());
    assert!(given_up.is_given_up());
    let hurried = given_up.hurried(nine()).unwrap();
    assert_eq!(hurried.next(Some(&ada), nine()), Next::Take(Step::InviteCollaborator(ada.clone())));

    assert_eq!(given_up.clone().given_up(Some(&ada), later(60)), given_up);
    assert_eq!(made().given_up(None, nine()), made());
    let invited = made().after(&Taken::Invited(ada.clone(), None), ME, nine());
    assert_eq!(invited.clone().given_up(Some(&ada), nine()), invited);
}
