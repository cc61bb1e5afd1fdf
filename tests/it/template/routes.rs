//! Which function a request reaches.

use std::collections::{BTreeMap, BTreeSet};

use local::gateway::{DEFAULT, GROUPS, function_of};
use serde_json::Value;
use tests::template::{ROOT, read, resources};

/// What a path's own routers say: every path, and who mounts it.
fn mounted() -> BTreeMap<String, BTreeSet<&'static str>> {
    let routers = [
        ("admin", admin::router()),
        ("auth", auth::router()),
        ("candidates", candidates::router()),
        ("simulations", simulations::router()),
        ("submissions", submissions::router()),
        ("tasks", tasks::router()),
        ("webhooks", webhooks::router()),
    ];
    let mut mounted: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
    for (function, router) in routers {
        for path in router.document().paths.paths.into_keys() {
            mounted.entry(shape(&path)).or_default().insert(function);
        }
    }
    mounted
}

/// A path without what its parameters are called.
fn shape(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The routes of the gateway: `None` is the default one.
fn routes(template: &Value) -> BTreeSet<(Option<&str>, &str)> {
    let mut routes = BTreeSet::new();
    for (_, function) in resources(template, "AWS::Serverless::Function") {
        let name = function["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap();
        let events = function["Properties"]["Events"].as_object();
        for event in events.into_iter().flat_map(|events| events.values()) {
            let properties = &event["Properties"];
            if event["Type"] != "HttpApi" {
                continue;
            }
            assert_eq!(properties["PayloadFormatVersion"], "2.0", "{name}");
            assert_eq!(properties["ApiId"]["Ref"], "HttpApi", "{name}");
            let path = properties["Path"].as_str();
            assert_eq!(properties["Method"].as_str(), path.map(|_| "ANY"), "{name}");
            routes.insert((path, name));
        }
    }
    routes
}

/// The routes of `cargo lambda watch`, as the gateway would write them.
fn watched() -> BTreeSet<(String, String)> {
    let manifest = include_str!("../../../Cargo.toml");
    let (_, table) = manifest.split_once("[workspace.metadata.lambda.watch.router]\n").unwrap();
    let lines = table.lines().take_while(|line| !line.is_empty());
    let route = |line: &str| {
        let (path, function) = line.split_once(" = ").unwrap();
        let path = path.trim_matches('"').replace("{*rest}", "{proxy+}");
        (path, function.trim_matches('"').to_owned())
    };
    lines.map(route).collect()
}

#[test]
fn the_gateway_has_every_group_and_what_is_below_it_and_one_default() {
    let template = read(ROOT);
    let below: Vec<(String, &str)> =
        GROUPS.iter().map(|(path, function)| (format!("{path}/{{proxy+}}"), *function)).collect();

    let mut wanted: BTreeSet<(Option<&str>, &str)> =
        below.iter().map(|(path, function)| (Some(path.as_str()), *function)).collect();
    wanted.extend(GROUPS.map(|(path, function)| (Some(path), function)));
    wanted.insert((None, DEFAULT));

    assert_eq!(routes(&template), wanted);
}

#[test]
fn cargo_lambda_watch_has_the_gateways_routes() {
    let template = read(ROOT);
    let owned = |(path, function): (Option<&str>, &str)| {
        (path.unwrap_or("/{proxy+}").to_owned(), function.to_owned())
    };
    let mut gateway: BTreeSet<_> = routes(&template).into_iter().map(owned).collect();
    // It has no default route, and warms up by this one.
    gateway.insert(("/health".to_owned(), DEFAULT.to_owned()));

    assert_eq!(watched(), gateway);
}

#[test]
fn every_path_reaches_the_function_that_mounts_it() {
    let document: Value = serde_json::from_str(include_str!("../../../docs/openapi.json")).unwrap();
    let shapes = document["paths"].as_object().unwrap().keys().map(|path| shape(path));
    let documented: BTreeSet<String> = shapes.collect();
    let mounted = mounted();

    assert_eq!(documented, mounted.keys().cloned().collect());
    for (path, functions) in &mounted {
        assert_eq!(functions, &BTreeSet::from([function_of(path)]), "{path}");
    }
}

#[test]
fn every_function_that_is_built_is_deployed_under_its_own_name() {
    let template = read(ROOT);
    let manifests =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../functions")).unwrap();
    let built: BTreeSet<String> =
        manifests.map(|folder| folder.unwrap().file_name().into_string().unwrap()).collect();

    let deployed: BTreeSet<String> = resources(&template, "AWS::Serverless::Function")
        .into_iter()
        .map(|(id, function)| {
            let binary = function["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap();
            let (properties, name) =
                (&function["Properties"], id.strip_suffix("Function").unwrap());
            assert_eq!(name.to_lowercase(), binary);
            assert_eq!(
                properties["FunctionName"]["Fn::Sub"],
                format!("${{AWS::StackName}}-{binary}")
            );
            assert_eq!(properties["Role"]["Fn::GetAtt"], format!("Access.Outputs.{name}RoleArn"));
            assert_eq!(properties["LoggingConfig"]["LogGroup"]["Ref"], format!("{name}LogGroup"));
            binary.to_owned()
        })
        .collect();
    assert_eq!(deployed, built);
}

#[test]
fn the_access_log_tells_the_route_and_nothing_of_who_asked_for_what() {
    let template = read(ROOT);
    let api = &template["Resources"]["HttpApi"]["Properties"];
    let format = api["AccessLogSettings"]["Format"].as_str().unwrap();
    let format: BTreeMap<String, String> = serde_json::from_str(format).unwrap();

    let told: Vec<&str> =
        format.values().map(|text| text.strip_prefix("$context.").unwrap()).collect();
    let mut told = told;
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "error.message",
            "httpMethod",
            "integrationErrorMessage",
            "integrationLatency",
            "requestId",
            "requestTime",
            "responseLatency",
            "responseLength",
            "routeKey",
            "status",
        ]
    );
    assert_eq!(api["CorsConfiguration"], Value::Null);
    assert_eq!(api["Auth"], Value::Null);
}
