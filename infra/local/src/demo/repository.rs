//! What Ada does on GitHub: she reads, and pushes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::json;

use crate::demo::DemoFailed;
use crate::demo::answer::{Answer, Surprise};
use crate::demo::stage::Stage;

/// The file that Ada works on.
pub(super) const SOURCE: &str = "app/main.py";
/// The line that makes every test of the template pass; its README tells it.
pub(super) const FIX: &str = "# GET /limits: more than 60 requests a minute answer 429";
/// What Ada thinks of when it is too late.
const AFTERTHOUGHT: &str = "# An afterthought, pushed when the day was handed in already.";

/// A file as GitHub shows it.
struct File {
    /// The name of the blob, which its replacement has to name.
    sha: String,
    text: String,
}

/// Ada was invited to the repository, by the account she named.
pub(super) async fn has_an_invitation(
    stage: &mut Stage<'_>,
    repository: &str,
    account: &str,
) -> Result<(), DemoFailed> {
    let path = format!("/repos/{repository}/invitations");
    let call = stage.on_github(Method::GET, &path, None);
    let row = json!({ "invitee": { "login": account }, "permissions": "write" });
    stage
        .until("the invitation to the repository", &call, |answer| {
            answer.is(200)?;
            let row = answer.row("", &row)?;
            Ok(row.map(|_row| ((), format!("GitHub invites {account} to push"))))
        })
        .await
}

/// Does what the README says, and gives the commit.
pub(super) async fn pushes_the_fix(
    stage: &mut Stage<'_>,
    repository: &str,
) -> Result<String, DemoFailed> {
    let readme = stage.on_github(Method::GET, &contents(repository, "README.md"), None);
    stage
        .step(&readme, |answer| {
            let file = file(answer)?;
            let told = file.text.contains(FIX) && file.text.contains(SOURCE);
            if !told {
                return Err(Surprise::new(format!("a README that tells `{FIX}` for `{SOURCE}`")));
            }
            Ok(((), "the README tells what is missing".to_owned()))
        })
        .await?;
    push(stage, repository, FIX, "Answer 429 above the limit").await
}

/// A push after the day was handed in; it must change nothing.
pub(super) async fn pushes_too_late(
    stage: &mut Stage<'_>,
    repository: &str,
) -> Result<(), DemoFailed> {
    push(stage, repository, AFTERTHOUGHT, "Add an afterthought").await.map(|_commit| ())
}

/// Adds a line to the source file and gives the commit.
async fn push(
    stage: &mut Stage<'_>,
    repository: &str,
    line: &str,
    message: &str,
) -> Result<String, DemoFailed> {
    let path = contents(repository, SOURCE);
    let source = stage
        .step(&stage.on_github(Method::GET, &path, None), |answer| {
            Ok((file(answer)?, format!("Ada opens {SOURCE}")))
        })
        .await?;
    let body = json!({
        "message": message,
        "content": STANDARD.encode(format!("{}\n{line}\n", source.text)),
        "sha": source.sha,
        "author": { "name": "Ada Lovelace", "email": "ada@example.com" },
    });
    stage
        .step(&stage.on_github(Method::PUT, &path, Some(body)), |answer| {
            answer.is(200)?;
            let commit = answer.text("/commit/sha")?;
            let note = format!("Ada pushes {}: {message}", short(&commit));
            Ok((commit, note))
        })
        .await
}

fn file(answer: &Answer) -> Result<File, Surprise> {
    answer.is(200)?;
    let content: String = answer.text("/content")?.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(content).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or_else(|| Surprise::new("a text in base64 at `/content`"))?;
    Ok(File { sha: answer.text("/sha")?, text })
}

/// A commit's name as people write it.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..7).unwrap_or(commit)
}

fn contents(repository: &str, path: &str) -> String {
    format!("/repos/{repository}/contents/{path}")
}
