//! Submissions, and the wide bodies that belong to them.

use serde::{Deserialize, Serialize};

use crate::domain::activity::Activity;
use crate::domain::diff::{DiffSummary, LaterChanges};
use crate::domain::id::{CandidateSessionId, RunId, SubmissionId, UserId};
use crate::domain::page::{List, Page, PageRequest};
use crate::domain::run::Run;
use crate::domain::submission::Submission;
use crate::domain::task::Day;
use crate::domain::text::ContentText;
use crate::domain::workspace::Workspace;
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{BODY, Entity, Item, Stored};
use crate::store::keys::{self, Key, Keys};
use crate::store::runs::RunOutput;

impl Entity for Submission {
    fn keys(&self) -> Keys {
        Keys {
            primary: keys::submission(self.session, self.day),
            gsi1: Some(keys::recruiters_submission(self.recruiter, self.id)),
            gsi2: None,
        }
    }
}

/// Reserves a submission's id, and says where the submission is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubmissionPlace {
    /// Which submission.
    pub submission: SubmissionId,
    /// Whose it is.
    pub session: CandidateSessionId,
    /// For which day.
    pub day: Day,
    /// The test run that examines it; code days only.
    pub run: Option<RunId>,
}

impl From<&Submission> for SubmissionPlace {
    fn from(submission: &Submission) -> Self {
        Self {
            submission: submission.id,
            session: submission.session,
            day: submission.day,
            run: submission.code.as_ref().map(|code| code.run),
        }
    }
}

impl Entity for SubmissionPlace {
    fn keys(&self) -> Keys {
        keys::id_guard(self.submission.get()).into()
    }
}

/// A submitted text, exactly as sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubmittedText {
    /// Whose text.
    pub submission: SubmissionId,
    /// The text.
    pub content: ContentText,
}

impl Entity for SubmittedText {
    const WIDE: bool = true;

    fn keys(&self) -> Keys {
        keys::text(self.submission).into()
    }
}

/// What a submission changed, with the patches, and what was changed after it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubmittedPatches {
    /// Whose changes.
    pub submission: SubmissionId,
    /// The changes; none where GitHub cannot compare.
    pub diff: Option<DiffSummary>,
    /// What became of the branch since; none where it is as it was handed in.
    #[serde(default)]
    pub later: Option<LaterChanges>,
}

impl Entity for SubmittedPatches {
    const WIDE: bool = true;

    fn keys(&self) -> Keys {
        keys::patches(self.submission).into()
    }
}

/// A submission with its wide bodies, as far as there are any.
#[derive(Debug, Clone)]
pub struct WholeSubmission {
    /// The submission.
    pub submission: Submission,
    /// The submitted text.
    pub text: Option<ContentText>,
    /// What was changed, with patches.
    pub diff: Option<DiffSummary>,
    /// What became of the branch after it was handed in.
    pub later: Option<LaterChanges>,
    /// The test run that examines the code.
    pub run: Option<Run>,
    /// What the test run printed.
    pub output: Option<RunOutput>,
    /// Where the code is, as it is now.
    pub workspace: Option<Workspace>,
    /// The pushes to it.
    pub activity: Option<Activity>,
}

impl Store {
    /// The submission of a day.
    pub async fn submission(
        &self,
        session: CandidateSessionId,
        day: Day,
    ) -> Result<Option<Stored<Submission>>, Error> {
        self.get(&keys::submission(session, day)).await
    }

    /// Where the submission `id` is, if there is one.
    pub async fn submission_place(
        &self,
        id: SubmissionId,
    ) -> Result<Option<Stored<SubmissionPlace>>, Error> {
        // Ids of other things are guarded by items that say nothing.
        let key = keys::id_guard(id.get());
        let mut found = self.get_all(std::slice::from_ref(&key)).await?;
        let found = found.remove(&key).filter(|item| item.contains_key(BODY));
        found.map(Stored::from_item).transpose()
    }

    /// What a submission changed, once that is known.
    pub async fn patches(
        &self,
        id: SubmissionId,
    ) -> Result<Option<Stored<SubmittedPatches>>, Error> {
        self.get(&keys::patches(id)).await
    }

    /// A submission by its number, with its wide bodies: two calls, both strongly consistent.
    pub async fn whole_submission(
        &self,
        id: SubmissionId,
    ) -> Result<Option<WholeSubmission>, Error> {
        let (place, text, patches) = (keys::id_guard(id.get()), keys::text(id), keys::patches(id));
        let mut first = self.get_all(&[place.clone(), text.clone(), patches.clone()]).await?;
        let Some(place) = first.remove(&place).filter(|item| item.contains_key(BODY)) else {
            return Ok(None);
        };
        let place = Stored::<SubmissionPlace>::from_item(place)?.value;
        let submission = keys::submission(place.session, place.day);
        let (run, output) = (place.run.map(keys::run), place.run.map(keys::output));
        let of_code = |key: fn(CandidateSessionId, Day) -> Key| {
            place.run.map(|_code| key(place.session, place.day))
        };
        let (workspace, activity) = (of_code(keys::workspace), of_code(keys::activity));
        let code = [run.clone(), output.clone(), workspace.clone(), activity.clone()];
        let wanted = [Some(submission.clone())].into_iter().chain(code);
        let mut second = self.get_all(&wanted.flatten().collect::<Vec<_>>()).await?;
        let Some(submission) = second.remove(&submission) else { return Ok(None) };
        let text: Option<SubmittedText> = read(first.remove(&text))?;
        let patches: Option<SubmittedPatches> = read(first.remove(&patches))?;
        let (diff, later) = patches.map_or((None, None), |patches| (patches.diff, patches.later));
        Ok(Some(WholeSubmission {
            submission: Stored::from_item(submission)?.value,
            text: text.map(|text| text.content),
            diff,
            later,
            run: read(run.and_then(|run| second.remove(&run)))?,
            output: read(output.and_then(|output| second.remove(&output)))?,
            workspace: read(workspace.and_then(|workspace| second.remove(&workspace)))?,
            activity: read(activity.and_then(|activity| second.remove(&activity)))?,
        }))
    }

    /// A recruiter's submissions, newest first: one call.
    pub async fn submissions_of(
        &self,
        recruiter: UserId,
        wanted: PageRequest,
    ) -> Result<Page<Submission>, Error> {
        self.page(List::Submissions, keys::recruiter_partition(recruiter), wanted).await
    }

    /// One candidate's submissions, newest first: one call.
    pub async fn submissions_in(
        &self,
        session: CandidateSessionId,
        wanted: PageRequest,
    ) -> Result<Page<Submission>, Error> {
        self.page(List::SessionSubmissions, keys::session(session).pk, wanted).await
    }
}

fn read<T: Entity>(item: Option<Item>) -> Result<Option<T>, Error> {
    Ok(item.map(Stored::from_item).transpose()?.map(|stored| stored.value))
}
