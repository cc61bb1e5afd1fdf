//! A list, walked page by page.

use serde_json::Value;

use crate::caller::{Answer, Caller};

impl Answer {
    /// The path of the page after this one, by its `Link`, which is relative to `path`.
    pub fn next_page(&self, path: &str) -> Option<String> {
        let link = self.header("link")?;
        let query = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
        assert!(query.starts_with('?'), "{link}");
        Some(format!("{}{query}", path.split('?').next().unwrap()))
    }

    /// The rows of a list, bare or under `items`.
    pub fn rows(&self) -> &[Value] {
        assert_eq!(self.status, 200, "{:#}", self.body);
        self.body.as_array().or_else(|| self.body["items"].as_array()).unwrap()
    }

    /// What the rows of a list hold under `name`.
    pub fn numbers(&self, name: &str) -> Vec<u64> {
        self.rows().iter().map(|row| row[name].as_u64().unwrap()).collect()
    }
}

impl Caller {
    /// The pages of the list at `path`, to the end, following each `Link`.
    pub async fn pages(&self, path: &str) -> Vec<Answer> {
        let mut pages = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let page = self.get(&path).await;
            next = page.next_page(&path);
            pages.push(page);
            assert!(pages.len() <= 1_000, "a walk ends");
        }
        pages
    }
}
