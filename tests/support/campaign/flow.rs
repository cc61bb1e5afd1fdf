//! Everything that Tenon does, by name.

/// A route that writes or calls out, a kind of job, or what the schedule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flow {
    AddCompany,
    MapDomain,
    UnmapDomain,
    FirstVisit,
    CreateSimulation,
    Invite,
    InviteWithoutKey,
    Resend,
    Claim,
    SaveUsername,
    InitCodespace,
    StartRun,
    PollRun,
    SubmitText,
    SubmitLastDay,
    SubmitCode,
    SubmitCodeWithoutKey,
    ExamineAgain,
    Redrive,
    RedriveMany,
    TryTemplates,
    TakeWebhook,
    PrepareWorkspace,
    SendInvite,
    FollowRun,
    ExamineSubmission,
    CheckTemplate,
    LearnUsername,
    CloseWorkspace,
    CleanUp,
    HeedGitHub,
    MailEvent,
    SweepLostJob,
    SweepOldWork,
}

impl Flow {
    /// Every flow: the routes, the kinds of jobs in the order of `Job::KINDS`, the rest.
    pub const ALL: [Self; 34] = [
        Self::AddCompany,
        Self::MapDomain,
        Self::UnmapDomain,
        Self::FirstVisit,
        Self::CreateSimulation,
        Self::Invite,
        Self::InviteWithoutKey,
        Self::Resend,
        Self::Claim,
        Self::SaveUsername,
        Self::InitCodespace,
        Self::StartRun,
        Self::PollRun,
        Self::SubmitText,
        Self::SubmitLastDay,
        Self::SubmitCode,
        Self::SubmitCodeWithoutKey,
        Self::ExamineAgain,
        Self::Redrive,
        Self::RedriveMany,
        Self::TryTemplates,
        Self::TakeWebhook,
        Self::PrepareWorkspace,
        Self::SendInvite,
        Self::FollowRun,
        Self::ExamineSubmission,
        Self::CheckTemplate,
        Self::LearnUsername,
        Self::CloseWorkspace,
        Self::CleanUp,
        Self::HeedGitHub,
        Self::MailEvent,
        Self::SweepLostJob,
        Self::SweepOldWork,
    ];

    /// The kind of job that it is, as [`Job::KINDS`](shared::domain::job::Job::KINDS) has it.
    pub const fn job_kind(self) -> Option<&'static str> {
        Some(match self {
            Self::PrepareWorkspace => "prepare_workspace",
            Self::SendInvite => "send_invite",
            Self::FollowRun => "follow_run",
            Self::ExamineSubmission => "examine_submission",
            Self::CheckTemplate => "check_template",
            Self::LearnUsername => "learn_username",
            Self::CloseWorkspace => "close_workspace",
            Self::CleanUp => "clean_up",
            Self::HeedGitHub => "heed_github",
            _ => return None,
        })
    }

    /// The route that it asks, by the document's name for it.
    pub const fn operation(self) -> Option<&'static str> {
        Some(match self {
            Self::AddCompany => "addCompany",
            Self::MapDomain => "mapDomain",
            Self::UnmapDomain => "unmapDomain",
            Self::FirstVisit => "getMe",
            Self::CreateSimulation => "createSimulation",
            Self::Invite | Self::InviteWithoutKey => "inviteCandidate",
            Self::Resend => "resendInvite",
            Self::Claim => "claimInvite",
            Self::SaveUsername => "giveUsername",
            Self::InitCodespace => "initWorkspace",
            Self::StartRun => "startRun",
            Self::PollRun => "getRun",
            Self::SubmitText
            | Self::SubmitLastDay
            | Self::SubmitCode
            | Self::SubmitCodeWithoutKey => "submitTask",
            Self::ExamineAgain => "examineSubmission",
            Self::Redrive => "redriveJob",
            Self::RedriveMany => "redriveJobs",
            Self::TryTemplates => "tryTemplates",
            Self::TakeWebhook => "receiveWebhook",
            _ => return None,
        })
    }
}
