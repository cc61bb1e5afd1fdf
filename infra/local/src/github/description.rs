//! GitHub's own description of the operations that Tenon calls, as `github-api/extract.mjs` cut it:
//! every request and every answer can be held against it. Read and compiled once in a process.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use jsonschema::{Draft, Registry, RegistryBuilder, Validator};
use serde::Deserialize;
use serde_json::{Value, json};

/// The document, beside the script that makes it.
const TEXT: &str = include_str!("../../github-api/github.json");
/// The name under which schemas refer to the document.
const NAME: &str = "urn:github";
/// The names that take the rest of a path, slashes included, where they stand last.
const WITH_SLASHES: [&str; 4] = ["path", "ref", "branch", "basehead"];
/// What every refusal looks like, those that the description leaves out included.
const REFUSAL: &str = "/$defs/basic-error";

/// The description, if the document can be read; a test shows that it can.
pub(super) static DESCRIPTION: LazyLock<Description> = LazyLock::new(Description::read);

/// The operations, and the schemas they refer to.
#[derive(Debug, Default)]
pub(super) struct Description {
    pub(super) operations: Vec<Operation>,
    schemas: Schemas,
}

/// One operation: what it takes, and what it answers by status.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Operation {
    method: String,
    path: String,
    pub(super) path_parameters: BTreeMap<String, Value>,
    pub(super) query_parameters: BTreeMap<String, Value>,
    pub(super) body: Option<Value>,
    pub(super) body_required: bool,
    pub(super) responses: BTreeMap<String, Option<Value>>,
    /// Where it stands in the document, for the addresses of its schemas.
    #[serde(skip)]
    place: usize,
}

#[derive(Debug, Default)]
struct Schemas {
    registry: Option<Registry<'static>>,
    refusal: Compiled,
    /// By address in the document.
    compiled: BTreeMap<String, Compiled>,
}

/// A schema that is compiled when it is first needed.
#[derive(Debug, Default)]
struct Compiled(OnceLock<Option<Validator>>);

#[derive(Deserialize)]
struct Document {
    operations: Vec<Operation>,
}

impl Description {
    fn read() -> Self {
        let Ok(whole) = serde_json::from_str::<Value>(TEXT) else { return Self::default() };
        let Ok(document) = Document::deserialize(&whole) else { return Self::default() };
        let mut operations = document.operations;
        for (place, operation) in operations.iter_mut().enumerate() {
            operation.place = place;
        }
        // The path with the fewest names to fill in is the one that is meant.
        operations.sort_by_key(|it| it.path.matches('{').count());
        let compiled = operations.iter().flat_map(Operation::addresses);
        let compiled = compiled.map(|address| (address, Compiled::default())).collect();
        let resource = Draft::Draft4.create_resource(whole);
        let registry = Registry::new().add(NAME, resource).and_then(RegistryBuilder::prepare).ok();
        let schemas = Schemas { registry, refusal: Compiled::default(), compiled };
        Self { operations, schemas }
    }

    /// The operation behind a request, and what fills the names in its path, undecoded.
    pub(super) fn find<'a>(
        &self,
        method: &str,
        path: &'a str,
    ) -> Option<(&Operation, Vec<(&str, &'a str)>)> {
        let mut of_method = self.operations.iter().filter(|it| it.method == method);
        of_method.find_map(|it| Some((it, it.fill(path)?)))
    }

    /// What is wrong with the body of a request; `value` is JSON.
    pub(super) fn judge_body(&self, operation: &Operation, value: &Value) -> Vec<String> {
        self.schemas.judge(&operation.address("body"), value)
    }

    /// What is wrong with a JSON answer of `status`, whose form the description tells.
    pub(super) fn judge_answer(
        &self,
        operation: &Operation,
        status: &str,
        value: &Value,
    ) -> Vec<String> {
        self.schemas.judge(&operation.address(&format!("responses/{status}")), value)
    }

    /// What is wrong with a refusal.
    pub(super) fn judge_refusal(&self, value: &Value) -> Vec<String> {
        self.schemas.wrong(&self.schemas.refusal, REFUSAL, value)
    }
}

impl Operation {
    fn address(&self, part: &str) -> String {
        format!("/operations/{}/{part}", self.place)
    }

    fn addresses(&self) -> Vec<String> {
        let body = self.body.is_some().then(|| self.address("body"));
        let answers = self.responses.iter().filter(|(_status, schema)| schema.is_some());
        let answers = answers.map(|(status, _)| self.address(&format!("responses/{status}")));
        body.into_iter().chain(answers).collect()
    }

    /// What fills the names of the path, if it is this one.
    fn fill<'a>(&self, path: &'a str) -> Option<Vec<(&str, &'a str)>> {
        let mut filled = Vec::new();
        let mut rest = path.strip_prefix('/')?;
        let mut parts = self.path.trim_start_matches('/').split('/').peekable();
        while let Some(part) = parts.next() {
            let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
            let many =
                parts.peek().is_none() && name.is_some_and(|name| WITH_SLASHES.contains(&name));
            let (here, after) = match rest.split_once('/') {
                Some(split) if !many => split,
                _ => (rest, ""),
            };
            match name {
                Some(name) if !here.is_empty() => filled.push((name, here)),
                None if here == part => {}
                _ => return None,
            }
            rest = after;
        }
        rest.is_empty().then_some(filled)
    }

    /// The fields that a JSON body may have; none where it may have any.
    pub(super) fn body_fields(&self) -> Option<Vec<&String>> {
        let fields = self.body.as_ref()?.get("properties")?.as_object()?;
        Some(fields.keys().collect())
    }
}

impl Schemas {
    fn judge(&self, address: &str, value: &Value) -> Vec<String> {
        match self.compiled.get(address) {
            Some(compiled) => self.wrong(compiled, address, value),
            None => vec![format!("there is no schema {address}")],
        }
    }

    fn wrong(&self, compiled: &Compiled, address: &str, value: &Value) -> Vec<String> {
        let compile = || {
            let schema = json!({ "$ref": format!("{NAME}#{address}") });
            let options = jsonschema::options().with_draft(Draft::Draft4);
            let options = options.should_validate_formats(true);
            options.with_registry(self.registry.as_ref()?).build(&schema).ok()
        };
        let Some(validator) = compiled.0.get_or_init(compile) else {
            return vec![format!("the schema {address} cannot be compiled")];
        };
        let wrong = validator.iter_errors(value);
        wrong.map(|error| format!("{}: {error}", error.instance_path())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_own_path_and_every_schema_compiles() {
        assert_eq!(DESCRIPTION.operations.len(), 37);
        for operation in &DESCRIPTION.operations {
            let path = operation.path.replace(['{', '}'], "");
            let (found, _filled) = DESCRIPTION.find(&operation.method, &path).unwrap();
            assert_eq!((&found.method, &found.path), (&operation.method, &operation.path));
            for address in operation.addresses() {
                let wrong = DESCRIPTION.schemas.judge(&address, &json!(12));
                assert!(!wrong.is_empty(), "{address} takes a number");
                assert!(wrong.iter().all(|it| !it.contains("schema /")), "{wrong:?}");
            }
        }
    }

    #[test]
    fn a_name_takes_one_segment_and_the_last_of_files_and_references_all() {
        let found = |path: &'static str| {
            let (operation, filled) = DESCRIPTION.find("GET", path)?;
            Some((operation.path.as_str(), filled.last().copied()?))
        };

        let contents = ("/repos/{owner}/{repo}/contents/{path}", ("path", "a/b.py"));
        assert_eq!(found("/repos/o/r/contents/a/b.py"), Some(contents));
        let branch = ("/repos/{owner}/{repo}/branches/{branch}", ("branch", "a%2Fb"));
        assert_eq!(found("/repos/o/r/branches/a%2Fb"), Some(branch));
        assert_eq!(found("/repos/o/r/actions/runs/1/2"), None);
        assert_eq!(found("/repos/o/r/nothing"), None);
    }
}
