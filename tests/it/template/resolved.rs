//! The values of a template as CloudFormation works them out of its parameters.

use std::collections::BTreeMap;

use serde_json::Value;

/// A template with a value for every parameter.
pub(super) struct Resolved<'a> {
    template: &'a Value,
    parameters: BTreeMap<&'a str, String>,
}

impl<'a> Resolved<'a> {
    /// `template`, its parameters being `given` or what they are by default.
    pub(super) fn with(template: &'a Value, given: &[(&str, &str)]) -> Self {
        let all = template["Parameters"].as_object().unwrap();
        let value = |(name, parameter): (&'a String, &'a Value)| {
            let given = given.iter().find(|(given, _)| given == name);
            let value = given.map_or_else(|| text(&parameter["Default"]), |it| it.1.to_owned());
            (name.as_str(), value)
        };
        let unknown: Vec<_> = given.iter().filter(|it| !all.contains_key(it.0)).collect();
        assert!(unknown.is_empty(), "no parameters: {unknown:?}");
        Self { template, parameters: all.iter().map(value).collect() }
    }

    /// The text that `value` comes to; `None` when that is no value at all. What other stacks and
    /// resources tell is `<name>`.
    pub(super) fn value(&self, value: &Value) -> Option<String> {
        let Some((function, of)) = value.as_object().and_then(|it| it.iter().next()) else {
            return Some(text(value));
        };
        match function.as_str() {
            "Ref" if of == "AWS::NoValue" => None,
            "Ref" => Some(self.named(of.as_str().unwrap())),
            "Fn::GetAtt" => Some(format!("<{}>", of.as_str().unwrap())),
            "Fn::Sub" => Some(self.filled(of.as_str().unwrap())),
            "Fn::If" => self.value(&of[if self.holds(of[0].as_str().unwrap()) { 1 } else { 2 }]),
            other => unreachable!("{other} is not known"),
        }
    }

    fn named(&self, name: &str) -> String {
        self.parameters.get(name).cloned().unwrap_or_else(|| format!("<{name}>"))
    }

    fn filled(&self, text: &str) -> String {
        let mut parts = text.split("${");
        let mut filled = parts.next().unwrap().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap();
            filled.push_str(&self.named(name));
            filled.push_str(rest);
        }
        filled
    }

    fn holds(&self, condition: &str) -> bool {
        self.is_true(&self.template["Conditions"][condition])
    }

    fn is_true(&self, condition: &Value) -> bool {
        let (function, of) = condition.as_object().unwrap().iter().next().unwrap();
        match function.as_str() {
            "Fn::Equals" => self.value(&of[0]) == self.value(&of[1]),
            "Fn::Not" => !self.is_true(&of[0]),
            "Fn::And" => of.as_array().unwrap().iter().all(|it| self.is_true(it)),
            "Condition" => self.holds(of.as_str().unwrap()),
            other => unreachable!("{other} is not known"),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}
