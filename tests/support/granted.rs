//! What the roles of `infra/access.yaml` give, and that no function of a story needs more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use std::thread;

use serde_json::Value;
use shared::permissions::{Notes, Permission};

use crate::template::{read, resources};

/// What Lambda itself does in a function's name; no code of ours asks for it.
const OF_LAMBDA: [&str; 8] = [
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
];

/// Watches a story: when it ends, everything that its functions asked of AWS must have been theirs to
/// ask.
pub struct Granted(Notes);

impl Granted {
    /// Watches what is noted in `notes`.
    pub fn watching(notes: &Notes) -> Self {
        Self(notes.clone())
    }
}

impl Drop for Granted {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        let granted = granted();
        let beyond = |(function, asked): &(&'static str, Permission)| {
            let refused = !granted[*function].contains(asked);
            refused.then(|| format!("{function}: {asked}"))
        };
        let beyond: Vec<String> = self.0.all().iter().filter_map(beyond).collect();
        assert_eq!(beyond, Vec::<String>::new(), "infra/access.yaml does not give it");
    }
}

/// What each function may do by its own code, by the function's name.
pub fn granted() -> &'static BTreeMap<String, BTreeSet<Permission>> {
    static ONCE: OnceLock<BTreeMap<String, BTreeSet<Permission>>> = OnceLock::new();
    ONCE.get_or_init(|| {
        let access = read("infra/access.yaml");
        let roles = resources(&access, "AWS::IAM::Role").into_iter();
        let own = |permission: &Permission| !OF_LAMBDA.contains(&permission.action.as_str());
        let granted = roles.map(|(name, role)| {
            let function = name.strip_suffix("Role").unwrap().to_lowercase();
            let permissions = statements(role).into_iter().flat_map(permissions);
            (function, permissions.filter(own).collect())
        });
        granted.collect()
    })
}

/// Every statement of a role, conditions taken as met.
pub fn statements(role: &Value) -> Vec<&Value> {
    let policies = role["Properties"]["Policies"].as_array().unwrap().iter();
    let statements = policies.flat_map(|it| it["PolicyDocument"]["Statement"].as_array().unwrap());
    statements.map(|it| it.get("Fn::If").map_or(it, |choice| &choice[1])).collect()
}

/// One or many, as a list.
pub fn listed(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |values| values.iter().collect())
}

fn permissions(statement: &Value) -> Vec<Permission> {
    let index_of = |resource: &Value| {
        let text = resource["Fn::Sub"].as_str()?;
        Some(text.split_once("/index/")?.1.to_owned())
    };
    let resources = listed(&statement["Resource"]);
    let actions = listed(&statement["Action"]).into_iter().map(|it| it.as_str().unwrap());
    let on_each = |action| {
        let on = |resource: &&Value| Permission::of(action).on(index_of(resource).as_deref());
        resources.iter().map(on).collect::<Vec<_>>()
    };
    actions.flat_map(on_each).collect()
}
