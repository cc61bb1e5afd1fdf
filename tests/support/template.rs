//! The templates that AWS gets, as JSON: their short forms written out, as `{"Ref": "Table"}` for
//! `!Ref Table`.

use std::fs;
use std::path::Path;

use saphyr::{LoadableYamlNode, ScalarOwned, YamlOwned};
use serde_json::{Map, Value, json};

/// The template of the API and its functions, which holds all others.
pub const ROOT: &str = "template.yaml";

/// The template at `path`, from the root of the tree.
pub fn read(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let text = fs::read_to_string(path).unwrap();
    let documents = YamlOwned::load_from_str(&text).unwrap();
    let [document] = documents.as_slice() else { panic!("a template is one document") };
    json_of(document)
}

/// Name and content of every resource of `template` that is of type `kind`.
pub fn resources<'a>(template: &'a Value, kind: &str) -> Vec<(&'a String, &'a Value)> {
    let all = template["Resources"].as_object().unwrap().iter();
    all.filter(|(_, resource)| resource["Type"] == kind).collect()
}

fn json_of(node: &YamlOwned) -> Value {
    match node {
        YamlOwned::Value(ScalarOwned::Null) => Value::Null,
        YamlOwned::Value(ScalarOwned::Boolean(value)) => json!(value),
        YamlOwned::Value(ScalarOwned::Integer(value)) => json!(value),
        YamlOwned::Value(ScalarOwned::FloatingPoint(value)) => json!(value.into_inner()),
        YamlOwned::Value(ScalarOwned::String(text)) => json!(text),
        YamlOwned::Sequence(nodes) => nodes.iter().map(json_of).collect(),
        YamlOwned::Mapping(entries) => {
            let entries = entries.iter().map(|(name, node)| (name_of(name), json_of(node)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        YamlOwned::Tagged(tag, node) => {
            let name = match tag.suffix.as_str() {
                short @ ("Ref" | "Condition") => short.to_owned(),
                short => format!("Fn::{short}"),
            };
            json!({ name: json_of(node) })
        }
        other => panic!("no template needs {other:?}"),
    }
}

fn name_of(node: &YamlOwned) -> String {
    match json_of(node) {
        Value::String(name) => name,
        other => other.to_string(),
    }
}
