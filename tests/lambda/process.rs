//! A process is started, asked and ended as on AWS.

use std::collections::BTreeMap;

use local::lambda::process::{Function, Setup, StartError};
use serde_json::{Value, json};

use crate::folder::binary;

fn setup(environment: BTreeMap<String, String>) -> Setup {
    Setup { name: "auth".to_owned(), binary: binary("auth"), memory_mb: 256, environment }
}

#[tokio::test]
async fn a_function_without_settings_ends_at_its_start_and_tells_what_it_needs() {
    let refused = Function::start(&setup(BTreeMap::new())).await.unwrap_err();

    let StartError::Unfit { said, log } = refused else { panic!("{refused}") };
    assert!(log.join("\n").contains("TENON_TABLE_NAME must be set"), "{log:?}");
    let said: Value = serde_json::from_slice(&said.unwrap()).unwrap();
    let message = said["errorMessage"].as_str().unwrap();
    assert!(message.contains("TENON_TABLE_NAME must be set"), "{message}");
    assert_eq!(
        (&said["errorType"], &said["stackTrace"]),
        (&json!("Tenon.CannotStart"), &json!([]))
    );
}
