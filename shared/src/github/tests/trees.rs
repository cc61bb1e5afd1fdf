use super::*;

fn line(tree: &CommitSha, rest: &str) -> String {
    format!("GET /repos/acme/ws/git/trees/{tree}{rest}")
}

fn tree(entries: &[(&str, &str, &str)]) -> String {
    let entry = |(path, kind, digit): &(&str, &str, &str)| json!({"path": path, "type": kind, "sha": sha(digit)});
    let entries: Vec<_> = entries.iter().map(entry).collect();
    json!({"sha": sha("a"), "tree": entries, "truncated": false}).to_string()
}

fn cut(entries: &[(&str, &str, &str)]) -> String {
    tree(entries).replace("false", "true")
}

async fn paths(github: &GitHub, prefixes: &[&str]) -> Result<Vec<String>, GitHubFailure> {
    let files = github.files_under(&ours(), &sha("a"), prefixes).await;
    files.map(|files| files.into_iter().map(|file| file.path).collect()).map_err(|error| error.kind)
}

#[tokio::test]
async fn of_a_tree_that_comes_whole_the_wanted_files_are_taken() {
    let entries =
        [("src", "tree", "b"), ("src/a.rs", "blob", "c"), ("tests/deep/b.rs", "blob", "d")];
    let (script, github) = Script::start().await;
    script.on(&line(&sha("a"), "?recursive=1"), 200, tree(&entries));

    assert_eq!(paths(&github, &["src/", "tests/"]).await.unwrap(), ["src/a.rs", "tests/deep/b.rs"]);
    assert_eq!(paths(&github, &["tests/", "app/"]).await.unwrap(), ["tests/deep/b.rs"]);
    assert_eq!(script.lines().len(), 2);
}

#[tokio::test]
async fn a_tree_too_large_to_come_whole_is_read_as_far_as_the_wanted_folders_lead() {
    let (script, github) = Script::start().await;
    let root = [(".github", "tree", "b"), ("huge", "tree", "f"), ("tests", "blob", "c")];
    for too_large in [cut(&root), " ".repeat(8 * 1024 * 1024 + 1)] {
        script.on(&line(&sha("a"), "?recursive=1"), 200, too_large);
        script.on(&line(&sha("a"), ""), 200, tree(&root));
        script.on(&line(&sha("b"), ""), 200, tree(&[("workflows", "tree", "d")]));
        let workflows =
            [("ci.yml", "blob", "e"), ("more", "tree", "f"), ("more/x.yml", "blob", "e")];
        script.on(&line(&sha("d"), "?recursive=1"), 200, tree(&workflows));

        let found = paths(&github, &[".github/workflows/", "tests/"]).await;

        assert_eq!(found.unwrap(), [".github/workflows/ci.yml", ".github/workflows/more/x.yml"]);
    }
    script.on(&line(&sha("d"), "?recursive=1"), 200, cut(&[]));
    let broken = paths(&github, &[".github/workflows/"]).await;
    assert_eq!(broken, Err(GitHubFailure::Unprocessable));
    let broken = github.files_under(&ours(), &sha("a"), &[".github/workflows/"]).await;
    assert!(broken.unwrap_err().is_too_much());
}

#[tokio::test]
async fn a_comparison_too_long_to_be_read_keeps_its_counts_and_says_so() {
    let compare = |page| {
        let (base, head) = (sha("a"), sha("b"));
        format!("GET /repos/acme/ws/compare/{base}...{head}?per_page=1&page={page}")
    };
    let (script, github) = Script::start().await;
    script.on(&compare(1), 200, " ".repeat(8 * 1024 * 1024 + 1));
    let counts = json!({"ahead_by": 7, "behind_by": 1, "total_commits": 7, "files": []});
    script.on(&compare(2), 200, counts.to_string());

    let diff = github.compare(&ours(), &sha("a"), &sha("b")).await.unwrap();

    assert_eq!((diff.ahead_by, diff.behind_by, diff.total_commits), (7, 1, 7));
    assert_eq!((diff.files, diff.truncated), (Vec::new(), true));
}
