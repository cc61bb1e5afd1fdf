//! Git's things: `commit`, `branch-with-protection`, `git-ref`, `git-tree`, `commit-comparison`.

use serde_json::{Value, json};

use crate::github::answers::accounts::by_login;
use crate::github::answers::links::{API, WEB, node_id, time};
use crate::github::comparison::{Change, ChangedFile, Comparison};
use crate::github::objects::{Commit, EntryKind, Sha, Signature, TreeEntry};
use crate::github::repository::Repository;
use crate::github::world::World;

/// Files that GitHub lists of one comparison.
const FILES_MAX: usize = 300;

/// Who and when, as commits show it.
pub(crate) fn signature(signature: &Signature) -> Value {
    json!({ "name": signature.name, "email": signature.email, "date": time(signature.at) })
}

/// What GitHub says of every commit that nobody signed.
pub(crate) fn unsigned() -> Value {
    json!({
        "verified": false,
        "reason": "unsigned",
        "signature": null,
        "payload": null,
        "verified_at": null,
    })
}

/// The parents of a commit, with their links.
pub(crate) fn parents(full_name: &str, commit: &Commit) -> Value {
    let parent = |sha: &Sha| {
        json!({
            "sha": sha,
            "url": format!("{API}/repos/{full_name}/commits/{sha}"),
            "html_url": format!("{WEB}/{full_name}/commit/{sha}"),
        })
    };
    commit.parent.iter().map(parent).collect()
}

/// `commit`.
pub(crate) fn commit(world: &World, full_name: &str, sha: &Sha, commit: &Commit) -> Value {
    let api = format!("{API}/repos/{full_name}");
    json!({
        "sha": sha,
        "node_id": node_id("Commit", sha.as_str()),
        "url": format!("{api}/commits/{sha}"),
        "html_url": format!("{WEB}/{full_name}/commit/{sha}"),
        "comments_url": format!("{api}/commits/{sha}/comments"),
        "commit": {
            "url": format!("{api}/git/commits/{sha}"),
            "author": signature(&commit.author),
            "committer": signature(&commit.committer),
            "message": commit.message,
            "tree": { "sha": commit.tree, "url": format!("{api}/git/trees/{}", commit.tree) },
            "comment_count": 0,
            "verification": unsigned(),
        },
        "author": by_login(world, &commit.author.name),
        "committer": by_login(world, &commit.committer.name),
        "parents": parents(full_name, commit),
    })
}

/// `branch-with-protection` of an unprotected branch.
pub(crate) fn branch(
    world: &World,
    repository: &Repository,
    name: &str,
    sha: &Sha,
) -> Option<Value> {
    let full_name = repository.full_name();
    let url = format!("{API}/repos/{full_name}/branches/{name}");
    Some(json!({
        "name": name,
        "commit": commit(world, &full_name, sha, world.archive.commit(sha)?),
        "_links": { "self": url, "html": format!("{WEB}/{full_name}/tree/{name}") },
        "protected": false,
        "protection": {
            "enabled": false,
            "required_status_checks": {
                "enforcement_level": "off",
                "contexts": [],
                "checks": [],
            },
        },
        "protection_url": format!("{url}/protection"),
    }))
}

/// `git-ref`; `reference` is the full name.
pub(crate) fn reference(repository: &Repository, reference: &str, sha: &Sha) -> Value {
    let api = format!("{API}/repos/{}/git", repository.full_name());
    json!({
        "ref": reference,
        "node_id": node_id("Ref", &format!("{}:{reference}", repository.id)),
        "url": format!("{api}/{reference}"),
        "object": { "sha": sha, "type": "commit", "url": format!("{api}/commits/{sha}") },
    })
}

/// `git-tree` with the entries given.
pub(crate) fn tree(
    world: &World,
    full_name: &str,
    sha: &Sha,
    entries: &[(String, &TreeEntry)],
) -> Value {
    let api = format!("{API}/repos/{full_name}/git");
    let entry = |(path, entry): &(String, &TreeEntry)| match entry.kind {
        EntryKind::File => json!({
            "path": path,
            "mode": "100644",
            "type": "blob",
            "sha": entry.sha,
            "size": world.archive.blob(&entry.sha).map_or(0, <[u8]>::len),
            "url": format!("{api}/blobs/{}", entry.sha),
        }),
        EntryKind::Folder => json!({
            "path": path,
            "mode": "040000",
            "type": "tree",
            "sha": entry.sha,
            "url": format!("{api}/trees/{}", entry.sha),
        }),
    };
    json!({
        "sha": sha,
        "url": format!("{api}/trees/{sha}"),
        "tree": entries.iter().map(entry).collect::<Value>(),
        "truncated": false,
    })
}

/// `commit-comparison`; `basehead` is what was asked for, `page` the commits to show, and files are
/// shown with the first page only.
pub(crate) fn comparison(
    world: &World,
    repository: &Repository,
    asked: (&str, &Sha, &Sha),
    found: &Comparison,
    page: (&[Sha], bool),
) -> Option<Value> {
    let full_name = repository.full_name();
    let (basehead, base, head) = asked;
    let (commits, with_files) = page;
    let show = |sha: &Sha| Some(commit(world, &full_name, sha, world.archive.commit(sha)?));
    let html = format!("{WEB}/{full_name}/compare/{basehead}");
    let files = found.files.iter().filter(|_| with_files).take(FILES_MAX);
    let owner = &repository.owner;
    Some(json!({
        "url": format!("{API}/repos/{full_name}/compare/{basehead}"),
        "html_url": html,
        "permalink_url": format!("{WEB}/{full_name}/compare/{owner}:{base}...{owner}:{head}"),
        "diff_url": format!("{html}.diff"),
        "patch_url": format!("{html}.patch"),
        "base_commit": show(base)?,
        "merge_base_commit": show(&found.merge_base)?,
        "status": found.status(),
        "ahead_by": found.ahead.len(),
        "behind_by": found.behind,
        "total_commits": found.ahead.len(),
        "commits": commits.iter().filter_map(show).collect::<Value>(),
        "files": files.map(|file| changed(&full_name, head, file)).collect::<Value>(),
    }))
}

fn changed(full_name: &str, head: &Sha, file: &ChangedFile) -> Value {
    let path = &file.path;
    let (additions, deletions) =
        file.difference.as_ref().map_or((0, 0), |it| (it.additions, it.deletions));
    let mut answer = json!({
        "sha": file.blob,
        "filename": path,
        "status": file.change.name(),
        "additions": additions,
        "deletions": deletions,
        "changes": additions + deletions,
        "blob_url": format!("{WEB}/{full_name}/blob/{head}/{path}"),
        "raw_url": format!("{WEB}/{full_name}/raw/{head}/{path}"),
        "contents_url": format!("{API}/repos/{full_name}/contents/{path}?ref={head}"),
    });
    if let Value::Object(answer) = &mut answer {
        if let Some(difference) = file.difference.as_ref().filter(|it| !it.patch.is_empty()) {
            answer.insert("patch".to_owned(), json!(difference.patch));
        }
        if let Change::Renamed { from } = &file.change {
            answer.insert("previous_filename".to_owned(), json!(from));
        }
    }
    answer
}
