//! Submissions, and the wide bodies that belong to them.

use serde::{Deserialize, Serialize};

use crate::domain::diff::DiffSummary;
use crate::domain::id::{CandidateSessionId, SubmissionId, UserId};
use crate::domain::run::Run;
use crate::domain::submission::Submission;
use crate::domain::task::Day;
use crate::domain::text::ContentText;
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Stored};
use crate::store::keys::{self, Keys};
use crate::store::page::{ROWS_MAX, Range, Sort};
use crate::store::runs::RunOutput;

impl Entity for Submission {
    fn keys(&self) -> Keys {
        Keys {
            primary: keys::submission(self.session, self.day),
            gsi1: Some(keys::recruiters_submission(self.recruiter, self.id)),
            gsi2: Some(keys::submission_by_id(self.id)),
        }
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
    fn keys(&self) -> Keys {
        keys::text(self.submission).into()
    }
}

/// What a submission changed, with the patches.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubmittedPatches {
    /// Whose changes.
    pub submission: SubmissionId,
    /// The changes.
    pub diff: DiffSummary,
}

impl Entity for SubmittedPatches {
    fn keys(&self) -> Keys {
        keys::patches(self.submission).into()
    }
}

/// The wide bodies of a submission, as far as there are any.
#[derive(Debug, Clone, Default)]
pub struct Bodies {
    /// The submitted text.
    pub text: Option<ContentText>,
    /// What was changed, with patches.
    pub diff: Option<DiffSummary>,
    /// The test run that examines the code.
    pub run: Option<Run>,
    /// What the test run printed.
    pub output: Option<RunOutput>,
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

    /// A submission by its number.
    pub async fn submission_by_id(&self, id: SubmissionId) -> Result<Option<Submission>, Error> {
        let partition = keys::submission_partition(id);
        let rows = self.rows::<Submission>(Range::newest("GSI2", partition, "SUBMISSION")).await?;
        Ok(rows.into_iter().next().map(|row| row.value))
    }

    /// A recruiter's submissions, newest first; at most a page of the table.
    pub async fn submissions_of(&self, recruiter: UserId) -> Result<Vec<Submission>, Error> {
        let partition = keys::recruiter_partition(recruiter);
        let range = Range::newest("GSI1", partition, keys::SUBMISSION_PREFIX);
        let rows = self.rows::<Submission>(range).await?;
        Ok(rows.into_iter().map(|row| row.value).collect())
    }

    /// One candidate's submissions, newest first.
    pub async fn submissions_in(
        &self,
        session: CandidateSessionId,
    ) -> Result<Vec<Submission>, Error> {
        let range = Range {
            index: None,
            partition: keys::session(session).pk,
            sort: Sort::Begins(keys::SUBMISSION_PREFIX),
            newest_first: true,
            limit: ROWS_MAX,
        };
        let rows = self.rows::<Submission>(range).await?;
        Ok(rows.into_iter().map(|row| row.value).collect())
    }

    /// The wide bodies of `submission`: one call.
    pub async fn bodies(&self, submission: &Submission) -> Result<Bodies, Error> {
        let (text, patches) = (keys::text(submission.id), keys::patches(submission.id));
        let code = submission.code.as_ref().map(|code| code.run);
        let (run, output) = (code.map(keys::run), code.map(keys::output));
        let wanted = [Some(&text), Some(&patches), run.as_ref(), output.as_ref()];
        let wanted: Vec<_> = wanted.into_iter().flatten().cloned().collect();
        let mut items = self.get_all(&wanted).await?;
        let mut take = |key: keys::Key| items.remove(&(key.pk, key.sk));
        let text = take(text).map(Stored::<SubmittedText>::from_item).transpose()?;
        let diff = take(patches).map(Stored::<SubmittedPatches>::from_item).transpose()?;
        let run = run.and_then(&mut take).map(Stored::<Run>::from_item).transpose()?;
        let output = output.and_then(&mut take).map(Stored::<RunOutput>::from_item).transpose()?;
        Ok(Bodies {
            text: text.map(|text| text.value.content),
            diff: diff.map(|diff| diff.value.diff),
            run: run.map(|run| run.value),
            output: output.map(|output| output.value),
        })
    }
}
