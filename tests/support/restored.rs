//! A table that was restored, as another one, to a moment that is past. Everybody else goes on from where
//! they are: GitHub, the mailbox, and the queue with its messages.

use dynoxide::{ImportOptions, Item};
use local::invariants::Evidence;
use local::invariants::items_of;
use local::stream::{NewItems, StartAt};
use local::table::Table;
use local::worker::{Functions, Worker};
use serde_json::Value;
use shared::app::App;
use shared::config::Config;
use shared::permissions::Notes;
use std::time::Duration;
use tokio::net::TcpListener;

use crate::story::Story;
use crate::table::held;

/// What the restored table is called: a restore never has the name of what it restores.
const NAME: &str = "tenon-restored-202603020930";

/// Tenon on a restored table.
pub struct Restored {
    /// Where the API answers.
    pub api: String,
    pub table: Table,
    pub worker: Worker,
    pub app: App,
}

impl Story {
    /// Tenon on a table that holds `items`, whose stream has nothing of them: as after a restore to the
    /// moment at which they were read.
    pub async fn restored(&self, items: &[Value]) -> Restored {
        let table = Table::memory(NAME).unwrap();
        let parsed = items.iter().map(|item| serde_json::from_value::<Item>(held(item)).unwrap());
        let put = table.database().import_items(NAME, parsed.collect(), ImportOptions::default());
        assert_eq!(put.unwrap().items_imported, items.len());
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = table.serve(port, Duration::ZERO, self.clock.clone()).await.unwrap();

        let mut settings = self.stack.settings.clone();
        settings.insert("TENON_TABLE_NAME".to_owned(), NAME.to_owned());
        settings.insert("TENON_TABLE_ENDPOINT".to_owned(), endpoint);
        let config = Config::from_lookup(&|name| settings.get(name).cloned()).unwrap();
        let app = App::new(config, self.clock.clone(), self.stack.app.mint.clone()).await.unwrap();
        let api = Self::serve(app.clone()).await;
        let stream = NewItems::open(table.database().clone(), NAME, StartAt::Latest).unwrap();
        let functions = Functions::Here(Box::new(app.clone()), Notes::default());
        let queue = self.stack.queue.clone();
        let worker = Worker::new(stream, queue, functions, self.clock.clone());
        Restored { api, table, worker, app }
    }
}

impl Restored {
    /// What there is now: the restored table, beside what is at GitHub and in the mailbox.
    pub fn evidence(&self, story: &Story) -> Evidence {
        Evidence {
            items: items_of(&self.table).unwrap(),
            github: story.stack.github.holdings(),
            mails: story.stack.mailbox.mails(),
            now: story.now(),
        }
    }

    /// Every item of the table whose sort key is `sort`, in DynamoDB's JSON.
    pub fn items(&self, sort: &str) -> Vec<Value> {
        let items = items_of(&self.table).unwrap().into_iter();
        let told = items.map(|item| serde_json::to_value(item).unwrap());
        told.filter(|item| item["SK"]["S"] == sort).collect()
    }
}
