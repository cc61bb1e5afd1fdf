//! How GitHub failed us, as the client is told.

/// How GitHub failed us, as the contract tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GitHubProblem {
    /// Our token is not taken.
    TokenInvalid,
    /// Our token may not do this.
    PermissionDenied,
    /// The repository or the workflow is not there.
    NotFound,
    /// Too many calls; the number of seconds is what GitHub asked for.
    RateLimited(u32),
    /// It understood and refused: the same request will be refused again.
    Refused,
    /// Anything else; the number of seconds is what GitHub asked for, where it did.
    Unavailable(Option<u32>),
}

impl GitHubProblem {
    /// Status, code and text of the answer.
    pub(super) const fn wire(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::TokenInvalid => {
                (502, "GITHUB_TOKEN_INVALID", "GitHub token is invalid or misconfigured.")
            }
            Self::PermissionDenied => {
                (502, "GITHUB_PERMISSION_DENIED", "GitHub token missing required permissions.")
            }
            Self::NotFound => (502, "GITHUB_NOT_FOUND", "GitHub repository or workflow not found."),
            Self::RateLimited(_) => {
                (502, "GITHUB_RATE_LIMITED", "GitHub rate limit exceeded. Please retry later.")
            }
            Self::Refused | Self::Unavailable(_) => {
                (502, "GITHUB_UNAVAILABLE", "GitHub unavailable. Please try again.")
            }
        }
    }
}
