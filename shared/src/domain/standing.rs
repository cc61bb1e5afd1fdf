//! How a workspace's repository stands on GitHub, after somebody changed it there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::repository::{BranchName, RepositoryName};
use crate::domain::workspace::{Repository, Workspace};

/// How a repository stands, as far as GitHub told us of a change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RepositoryState)]
pub enum Standing {
    /// It is there, as it should be.
    #[default]
    There,
    /// It can be read and no longer be written to.
    Archived,
    /// It was deleted, or GitHub no longer shows it to us.
    Gone,
    /// It is there and its description no longer says that it is ours.
    Unmarked,
}

/// What GitHub says of the repository that has a workspace's number.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Its full name.
    pub name: &'a RepositoryName,
    /// Its description.
    pub description: Option<&'a str>,
    /// The branch a clone starts on.
    pub default_branch: &'a BranchName,
    /// Whether nobody can write to it.
    pub archived: bool,
}

impl Workspace {
    /// The workspace once its repository was looked at: none where GitHub does not have it. A new name
    /// and a new default branch are followed only while the marker proves that it is ours.
    pub fn seen(mut self, there: Option<Seen<'_>>) -> Self {
        let Some(there) = there else {
            self.standing = Standing::Gone;
            return self;
        };
        // Its template may have been renamed since: the number and the marker are proof enough.
        if there.description != Some(self.marker().as_str()) {
            self.standing = Standing::Unmarked;
            return self;
        }
        self.standing = if there.archived { Standing::Archived } else { Standing::There };
        self.name = there.name.clone();
        let default_branch = there.default_branch.clone();
        self.repository = self.repository.map(|known| Repository { default_branch, ..known });
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn name(text: &str) -> RepositoryName {
        RepositoryName::parse(text).unwrap()
    }

    fn workspace() -> Workspace {
        let stored = json!({
            "id": "00000000-0000-0000-0000-000000000000",
            "session": 12,
            "task": 41,
            "day": 2,
            "template": "tpl/go",
            "name": "acme/tenon-ws-12-task41",
            "repository": { "id": 7, "defaultBranch": "main" },
            "createdAt": "2026-03-02T09:00:00Z",
        });
        serde_json::from_value(stored).unwrap()
    }

    /// The workspace after a repository of this name and description was seen.
    fn after(full_name: &str, description: Option<&str>) -> Workspace {
        let (name, default_branch) = (name(full_name), BranchName::parse("trunk").unwrap());
        workspace().seen(Some(seen(&name, description, &default_branch)))
    }

    fn seen<'a>(
        name: &'a RepositoryName,
        description: Option<&'a str>,
        default_branch: &'a BranchName,
    ) -> Seen<'a> {
        Seen { name, description, default_branch, archived: false }
    }

    #[test]
    fn a_new_name_is_followed_while_the_marker_is_there() {
        let marker = workspace().marker();
        let renamed = after("acme/other", Some(&marker));
        assert_eq!((renamed.name.as_str(), renamed.standing), ("acme/other", Standing::There));
        assert_eq!(renamed.repository.unwrap().default_branch.as_str(), "trunk");
    }

    #[test]
    fn what_is_ours_may_be_archived() {
        let (name, branch) = (name("acme/other"), BranchName::parse("main").unwrap());
        let marker = workspace().marker();
        let ours = seen(&name, Some(&marker), &branch);

        let archived = workspace().seen(Some(Seen { archived: true, ..ours }));
        assert_eq!(archived.standing, Standing::Archived);
    }

    #[test]
    fn without_the_marker_nothing_of_it_is_followed() {
        for description in [None, Some("mine now")] {
            let taken = after("eve/other", description);
            let expected = ("acme/tenon-ws-12-task41", Standing::Unmarked);
            assert_eq!((taken.name.as_str(), taken.standing), expected);
            assert_eq!(taken.repository.unwrap().default_branch.as_str(), "main");
        }
    }

    #[test]
    fn what_is_not_there_is_gone_and_keeps_its_name() {
        let gone = workspace().seen(None);
        let expected = ("acme/tenon-ws-12-task41", Standing::Gone);
        assert_eq!((gone.name.as_str(), gone.standing), expected);
    }
}
