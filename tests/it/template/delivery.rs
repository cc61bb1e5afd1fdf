//! How a deployment is called, and what the guide says of it.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tests::template::{ROOT, read};

/// What `.ci/release` says.
fn release(of: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci/release");
    Command::new(script).args(of).output().unwrap()
}

/// The file that `.ci/release` prints for the deployment `name`, and the releases in it.
fn released(environment: &str, name: &str) -> (String, Vec<String>) {
    let said = release(&[environment, name]);
    assert!(said.status.success(), "{said:?}");
    let text = String::from_utf8(said.stdout).unwrap();
    let releases =
        text.lines().filter_map(|it| it.strip_prefix("  \"Release=")?.strip_suffix("\","));
    let releases = releases.map(ToOwned::to_owned).collect();
    (text, releases)
}

#[test]
fn every_delivery_is_a_release_of_its_own_and_keeps_its_environments_parameters() {
    let example = include_str!("../../../samconfig.toml");

    for environment in ["dev", "prod"] {
        let (text, releases) = released(environment, "17034571398.1");
        let (_, again) = released(environment, "17034571398.2");
        // sha256sum's digest of the name, its first ten digits.
        assert_eq!(releases, ["9e4e1c88cd"]);
        assert_ne!(again, releases);
        let section = text.split_once(&format!("[{environment}.deploy.parameters]")).unwrap().1;
        let section = section.split("\n[").next().unwrap();
        assert!(section.contains("  \"Release="), "{environment}");
        let kept: Vec<&str> = text.lines().filter(|it| !it.starts_with("  \"Release=")).collect();
        assert_eq!(kept, example.lines().collect::<Vec<_>>());
    }
    assert!(!release(&["stage", "1.1"]).status.success(), "an environment that is not there");
    let pattern = &read(ROOT)["Parameters"]["Release"]["AllowedPattern"];
    assert_eq!(pattern, "^[a-zA-Z0-9]{0,10}$");
}

#[test]
fn the_workflow_delivers_by_the_release_of_its_run_and_to_its_region() {
    let workflow = read(".github/workflows/deliver.yml");
    let steps = workflow["jobs"]["deliver"]["steps"].as_array().unwrap();
    let deploys = |step: &&Value| step["run"].as_str().is_some_and(|it| it.contains("sam deploy"));
    let deploying: Vec<&Value> = steps.iter().filter(deploys).collect();

    let [step] = deploying.as_slice() else { panic!("one step deploys") };
    let run = step["run"].as_str().unwrap();
    let named =
        r#".ci/release "$ENVIRONMENT" "$GITHUB_RUN_ID.$GITHUB_RUN_ATTEMPT" >target/samconfig.toml"#;
    let (before, deploy) = run.split_once("sam deploy").unwrap();
    assert_eq!(before.trim(), named);
    for option in [
        r#"--config-file "$PWD/target/samconfig.toml""#,
        r#"--config-env "$ENVIRONMENT""#,
        r#"--region "$AWS_REGION""#,
    ] {
        assert!(deploy.contains(option), "{option}");
    }
}

#[test]
fn the_guide_knows_every_parameter() {
    let guide = include_str!("../../../infra/README.md");
    let template = read(ROOT);

    let rows = guide.lines().filter(|line| line.starts_with('|')).collect::<String>();
    let untold = template["Parameters"].as_object().unwrap().keys();
    let untold: Vec<_> = untold.filter(|it| !rows.contains(&format!("`{it}`"))).collect();
    assert_eq!(untold, Vec::<&String>::new());
}
