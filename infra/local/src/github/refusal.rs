//! Everything this GitHub refuses, in GitHub's words and shape.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use crate::documents::DocumentsError;

const DOCUMENTATION_URL: &str = "https://docs.github.com/rest";

/// What a call is refused with; the text is GitHub's `message`.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("Bad credentials")]
    BadCredentials,
    #[error("Requires authentication")]
    Anonymous,
    /// The bearer is no token that the App signed.
    #[error("A JSON web token could not be decoded")]
    Undecodable,
    #[error("Integration not found")]
    UnknownApp,
    #[error(
        "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
    )]
    IssuedLater,
    #[error(
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
    )]
    SignatureExpired,
    #[error("'Expiration time' claim ('exp') is too far in the future")]
    SignatureTooLong,
    #[error("This installation has been suspended")]
    Suspended,
    #[error("The permissions requested are not granted to this installation.")]
    NotGranted,
    /// The token of an installation lacks the permission.
    #[error("Resource not accessible by integration")]
    NotAccessible,
    /// Whatever the caller may not see is not there.
    #[error("Not Found")]
    NotFound,
    #[error("Branch not found")]
    BranchNotFound,
    /// Writing to a branch that is not there.
    #[error("Branch {0} not found")]
    NoSuchBranch(String),
    #[error("No commit found for the ref {0}")]
    NoCommit(String),
    #[error("No common ancestor between {base} and {head}.")]
    NoCommonAncestor { base: String, head: String },
    #[error("Problems parsing JSON")]
    NotJson(#[source] serde_json::Error),
    /// The body is JSON but not what the operation takes.
    #[error("Invalid request.\n\n{0}")]
    Invalid(String),
    #[error("Could not clone: Name already exists on this account")]
    NameTaken,
    #[error("Reference already exists")]
    ReferenceExists,
    #[error("Object does not exist")]
    UnknownObject,
    #[error("No ref found for: {0}")]
    UnknownRef(String),
    #[error("Workflow does not have 'workflow_dispatch' trigger")]
    NotDispatchable,
    #[error("Unexpected inputs provided: {0:?}")]
    UnexpectedInputs(Vec<String>),
    #[error("content is not valid Base64")]
    NotBase64(#[source] base64::DecodeError),
    #[error("path contains a malformed path component")]
    MalformedPath,
    #[error("{path} does not match {sha}")]
    OtherSha { path: String, sha: String },
    #[error("Repository owner cannot be a collaborator")]
    OwnerInvited,
    #[error("Repository was archived so is read-only.")]
    Archived,
    #[error("Must have admin rights to Repository.")]
    NoAdmin,
    #[error("Permission to {repository}.git denied to {login}.")]
    PushDenied { login: String, repository: String },
    #[error("Artifact has expired")]
    Expired,
    /// The state could not be written; nothing has changed.
    #[error("the local GitHub cannot keep its state")]
    Unkept(#[from] DocumentsError),
    /// The artifact could not be packed.
    #[error("the local GitHub cannot pack the results of the run")]
    Unpacked(#[from] zip::result::ZipError),
}

impl Refusal {
    /// The status GitHub answers it with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadCredentials
            | Self::Anonymous
            | Self::Undecodable
            | Self::IssuedLater
            | Self::SignatureExpired
            | Self::SignatureTooLong => StatusCode::UNAUTHORIZED,
            Self::NotFound
            | Self::UnknownApp
            | Self::BranchNotFound
            | Self::NoSuchBranch(_)
            | Self::NoCommit(_)
            | Self::NoCommonAncestor { .. } => StatusCode::NOT_FOUND,
            Self::NotJson(_) => StatusCode::BAD_REQUEST,
            Self::Suspended
            | Self::NotAccessible
            | Self::Archived
            | Self::NoAdmin
            | Self::PushDenied { .. } => StatusCode::FORBIDDEN,
            Self::OtherSha { .. } => StatusCode::CONFLICT,
            Self::Expired => StatusCode::GONE,
            Self::Invalid(_)
            | Self::NotGranted
            | Self::NameTaken
            | Self::ReferenceExists
            | Self::UnknownObject
            | Self::UnknownRef(_)
            | Self::NotDispatchable
            | Self::UnexpectedInputs(_)
            | Self::NotBase64(_)
            | Self::MalformedPath
            | Self::OwnerInvited => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unkept(_) | Self::Unpacked(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            let error: &dyn std::error::Error = &self;
            tracing::error!(error, "a call failed");
        }
        let body = json!({
            "message": self.to_string(),
            "documentation_url": DOCUMENTATION_URL,
            "status": status.as_str(),
        });
        (status, Json(body)).into_response()
    }
}
