//! What a route costs of table and GitHub: the same routes once more, behind a door that weighs what they ask
//! of the table, one request at a time. Counting so costs the requests that are timed nothing.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use http::request::Parts;
use reqwest::Client;
use serde::Serialize;
use serde_json::{Map, Value, json};
use shared::app::App;
use shared::clock::Clock;
use shared::config::Config;
use shared::http::serve::service;
use shared::mint::Mint;
use tokio::net::TcpListener;

use crate::bench::CannotMeasure;
use crate::bench::calls::Api;
use crate::bench::load::routes::Route;
use crate::bench::load::scene::Scene;
use crate::door::{self, Call, Fate, Keeper};
use crate::places::base;
use crate::stack::{StackError, routes};

/// How many requests of a route are weighed, after one that is not.
const WEIGHED: u64 = 8;

/// What was asked of table and GitHub.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Weight {
    /// Calls to the table; a transaction is one.
    pub table_calls: f64,
    /// How long the table took for them, one after another, in microseconds.
    pub table_us: f64,
    /// Units of reading, as AWS bills them on demand.
    pub read_units: f64,
    /// Units of writing.
    pub write_units: f64,
    /// Calls to GitHub.
    pub github_calls: f64,
}

impl Weight {
    fn each(self, of: f64) -> Self {
        Self {
            table_calls: self.table_calls / of,
            table_us: self.table_us / of,
            read_units: self.read_units / of,
            write_units: self.write_units / of,
            github_calls: self.github_calls / of,
        }
    }
}

/// Has the table say what each call takes, and adds it up.
#[derive(Debug, Default)]
struct Scales(Mutex<Weight>);

impl Keeper for Scales {
    fn fate(&self, call: &mut Call) -> Fate {
        if let Ok(mut request) = serde_json::from_slice::<Map<String, Value>>(&call.body) {
            request.insert("ReturnConsumedCapacity".to_owned(), json!("TOTAL"));
            call.body = Bytes::from(Value::Object(request).to_string());
        }
        call.parts.extensions.insert(Instant::now());
        Fate::Passed
    }

    fn heard(&self, call: &Parts, answer: &[u8]) {
        let took = call.extensions.get::<Instant>().map(Instant::elapsed).unwrap_or_default();
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        let units = units(answer.get("ConsumedCapacity"));
        let mut weight = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        weight.table_calls += 1.0;
        weight.table_us += took.as_secs_f64() * 1e6;
        if reads(call) {
            weight.read_units += units;
        } else {
            weight.write_units += units;
        }
    }
}

fn reads(call: &Parts) -> bool {
    let target = call.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.rsplit('.').next()).unwrap_or_default();
    matches!(operation, "GetItem" | "BatchGetItem" | "Query" | "TransactGetItems")
}

/// The units of one table, or of each in a list.
fn units(consumed: Option<&Value>) -> f64 {
    match consumed {
        Some(Value::Array(tables)) => tables.iter().map(|table| units(Some(table))).sum(),
        Some(table) => table.get("CapacityUnits").and_then(Value::as_f64).unwrap_or(0.0),
        None => 0.0,
    }
}

/// The routes behind the scales.
pub(super) struct Weighing {
    api: Api,
    scales: Arc<Scales>,
}

impl Weighing {
    pub(super) async fn open(scene: &Scene, http: &Client) -> Result<Self, CannotMeasure> {
        let scales = Arc::new(Scales::default());
        let mut settings = scene.stack.settings.clone();
        let door = door::open(&scene.stack.places.table, http.clone(), &scales).await?;
        settings.insert("TENON_TABLE_ENDPOINT".to_owned(), door);
        let config = Config::from_lookup(&|name| settings.get(name).cloned());
        let config = config.map_err(StackError::Config)?;
        let app = App::new(config, Clock::System, Mint::System).await.map_err(StackError::Tenon)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let api = Api::new(http.clone(), &base(listener.local_addr()?));
        let routes = service(routes(), app).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move {
            // It listens already, so this ends only with the runtime.
            let _ended = axum::serve(listener, routes).await;
        });
        Ok(Self { api, scales })
    }

    /// What a request of `route` costs: the mean of those that begin with number `from`. Gives the first number
    /// that was not used, too.
    pub(super) async fn weigh(
        &self,
        scene: &Scene,
        route: Route,
        from: u64,
    ) -> Result<(Weight, u64), CannotMeasure> {
        // The first may have to fetch keys or a token.
        self.api.must(&route.ask(&scene.cast, from), route.expected()).await?;
        self.take();
        let before = scene.stack.github.total_calls();
        let end = from + 1 + WEIGHED;
        for number in from + 1..end {
            self.api.must(&route.ask(&scene.cast, number), route.expected()).await?;
        }
        let github = scene.stack.github.total_calls().saturating_sub(before);
        let weight = Weight { github_calls: float(github), ..self.take() };
        Ok((weight.each(float(WEIGHED)), end))
    }

    fn take(&self) -> Weight {
        let mut weight = self.scales.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut weight)
    }
}

/// A count, to be divided; none is too large for that.
pub(in crate::bench) fn float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_a_call_and_of_a_transaction_are_those_of_the_table_with_its_indexes() {
        let one = json!({ "TableName": "tenon", "CapacityUnits": 1.5 });
        let two = json!([{ "CapacityUnits": 14.0 }, { "CapacityUnits": 2.0 }]);
        let all = [units(Some(&one)), units(Some(&two)), units(None)];
        assert_eq!(all.map(|units| units.to_string()), ["1.5", "16", "0"]);
    }
}
