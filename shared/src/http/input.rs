//! Input: path, query, header and body, parsed at the door, all problems told together.

use std::convert::Infallible;

use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::{Map, Value};

use crate::app::App;
use crate::domain::text::Invalid;
use crate::error::{Error, Problem};
use crate::http::fields::Fields;

/// What a route takes, read through a [`Reader`].
pub trait Shape: Sized {
    /// Whether the route takes a JSON object as its body; a route that does not ignores the body.
    const HAS_BODY: bool = false;

    /// Reads every part before it gives up on any, so that all problems are told.
    fn read(reader: &mut Reader) -> Result<Self, Told>;
}

/// The input of a route. Its place after the caller makes authentication come first.
#[derive(Debug)]
pub struct Input<T>(pub T);

impl<T: Shape> FromRequest<App> for Input<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let (mut parts, body) = request.into_parts();
        let mut reader = Reader::default();
        if T::HAS_BODY {
            require_json(&parts.headers)?;
            match Limited::new(body, app.config.body_bytes_max).collect().await {
                Ok(body) => reader.take_body(&body.to_bytes()),
                Err(error) if error.is::<LengthLimitError>() => return Err(Error::BodyTooLarge),
                Err(_broken) => reader.take_body(b"a body that broke off"),
            }
        }
        reader.path = match RawPathParams::from_request_parts(&mut parts, app).await {
            Ok(path) => path.iter().map(|(name, value)| owned(name, value)).collect(),
            Err(_not_utf8) => Vec::new(),
        };
        let query = parts.uri.query().unwrap_or_default();
        reader.query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        reader.headers = parts.headers;
        match T::read(&mut reader) {
            Ok(input) if reader.problems.is_empty() => Ok(Self(input)),
            Ok(_) | Err(Told) => Err(Error::Invalid(reader.problems)),
        }
    }
}

fn owned(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// JSON by its content type; none at all is taken for JSON.
pub(crate) fn require_json(headers: &HeaderMap) -> Result<(), Error> {
    let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let kind = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    if kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json") {
        Ok(())
    } else {
        Err(Error::NotJson)
    }
}

/// Reads values by name and collects what is wrong with them.
#[derive(Debug, Default)]
pub struct Reader {
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Option<Map<String, Value>>,
    problems: Vec<Problem>,
}

/// A value could not be read; the reader has taken down why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told;

/// How a text becomes a value.
type Parse<T> = fn(&str) -> Result<T, Invalid>;

impl Reader {
    /// A value of the path.
    pub fn path<T>(&mut self, name: &str, parse: Parse<T>) -> Result<T, Told> {
        self.path_called(name, name, parse)
    }

    /// A value of the path that the router knows as `name` and the caller as `called`.
    pub fn path_called<T>(&mut self, name: &str, called: &str, parse: Parse<T>) -> Result<T, Told> {
        let found = self.path.iter().find(|(key, _)| key == name);
        let text = found.map(|(_, value)| value.clone()).unwrap_or_default();
        self.parsed(format!("/path/{called}"), &text, parse)
    }

    /// A value of the query, under any of its `names`, if there is one.
    pub fn query<T>(
        &mut self,
        names: &[&str],
        parse: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Result<Option<T>, Told> {
        let mut given = self.query.iter().filter(|(key, _)| names.contains(&key.as_str()));
        let found = given.next().cloned();
        let differ = given.any(|(_, text)| found.as_ref().is_some_and(|(_, first)| first != text));
        match found {
            Some((name, _)) if differ => {
                let differ = Invalid::new("value_error", "is given twice with different values");
                self.problem(format!("/query/{name}"), &differ)
            }
            None => Ok(None),
            Some((name, text)) => self.parsed(format!("/query/{name}"), &text, parse).map(Some),
        }
    }

    /// A value of the query that must be there.
    pub fn query_there<T>(&mut self, name: &str, parse: Parse<T>) -> Result<T, Told> {
        match self.query(&[name], parse)? {
            Some(value) => Ok(value),
            None => self.problem(format!("/query/{name}"), &Invalid::new("missing", "is required")),
        }
    }

    /// Those of `names` that the query holds, each once, with what it says.
    pub(crate) fn query_kept(&self, names: &[&'static str]) -> Vec<(&'static str, String)> {
        let first = |name: &&'static str| {
            let found = self.query.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| (*name, value.clone()))
        };
        names.iter().filter_map(first).collect()
    }

    /// A header that must be there, once.
    pub fn header<T>(&mut self, name: &str, parse: Parse<T>) -> Result<T, Told> {
        let mut sent = self.headers.get_all(name).iter();
        let text = match (sent.next().map(|value| value.to_str().unwrap_or_default()), sent.next())
        {
            (Some(text), None) => text.to_owned(),
            _ => String::new(),
        };
        self.parsed(format!("/header/{name}"), &text, parse)
    }

    /// A text of the body that must be there.
    pub fn body<T>(&mut self, name: &str, parse: Parse<T>) -> Result<T, Told> {
        match self.field(name)? {
            None => self.problem(pointer(name), &Invalid::new("missing", "is required")),
            Some(value) => self.text(name, &value, parse),
        }
    }

    /// A text of the body that may be absent or null.
    pub fn body_or_none<T>(&mut self, name: &str, parse: Parse<T>) -> Result<Option<T>, Told> {
        match self.field(name)? {
            None | Some(Value::Null) => Ok(None),
            Some(value) => self.text(name, &value, parse).map(Some),
        }
    }

    /// A text of the body that has a default when it is absent, but not when it is null.
    pub fn body_or_default<T: Default>(&mut self, name: &str, parse: Parse<T>) -> Result<T, Told> {
        match self.field(name)? {
            None => Ok(T::default()),
            Some(value) => self.text(name, &value, parse),
        }
    }

    /// A text of the body that may be absent, but not null.
    pub fn body_if_there<T>(&mut self, name: &str, parse: Parse<T>) -> Result<Option<T>, Told> {
        match self.field(name)? {
            None => Ok(None),
            Some(value) => self.text(name, &value, parse).map(Some),
        }
    }

    /// One of our ids in the body, that must be there: a whole number.
    pub fn body_id<T>(&mut self, name: &str, id: fn(u64) -> T) -> Result<T, Told> {
        let wrong = match self.field(name)? {
            None => Invalid::new("missing", "is required"),
            Some(value) => match value.as_u64() {
                Some(number) => return Ok(id(number)),
                None => Invalid::new("int_type", "must be a whole number"),
            },
        };
        self.problem(pointer(name), &wrong)
    }

    /// A flag of the body that is off when it is absent.
    pub fn body_flag(&mut self, name: &str) -> Result<bool, Told> {
        match self.field(name)? {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => {
                let wrong = Invalid::new("bool_type", "must be true or false");
                self.problem(pointer(name), &wrong)
            }
        }
    }

    /// A whole number of the body that may be absent: a number, or a text of digits. One that is beyond
    /// every limit is the largest or the smallest there is.
    pub fn body_number(&mut self, name: &str) -> Result<Option<i64>, Told> {
        let Some(value) = self.field(name)? else { return Ok(None) };
        if let Some(number) = whole(&value) {
            return Ok(Some(number));
        }
        let wrong = Invalid::new("int_parsing", "must be a whole number");
        self.problem(pointer(name), &wrong)
    }

    /// A list of texts of the body that must be there.
    pub fn body_texts(&mut self, name: &str) -> Result<Vec<String>, Told> {
        let wrong = match self.field(name)? {
            None => Invalid::new("missing", "is required"),
            Some(Value::Array(items)) => {
                let texts = items.iter().map(|item| item.as_str().map(ToOwned::to_owned));
                match texts.collect() {
                    Some(texts) => return Ok(texts),
                    None => Invalid::new("string_type", "must hold nothing but strings"),
                }
            }
            Some(_) => Invalid::new("list_type", "must be a list"),
        };
        self.problem(pointer(name), &wrong)
    }

    /// The field `name` of the body, if it is there and the body is an object.
    fn field(&self, name: &str) -> Result<Option<Value>, Told> {
        self.body.as_ref().map(|body| body.get(name).cloned()).ok_or(Told)
    }

    fn text<T>(&mut self, name: &str, value: &Value, parse: Parse<T>) -> Result<T, Told> {
        match value.as_str() {
            Some(text) => self.parsed(pointer(name), text, parse),
            None => self.problem(pointer(name), &Invalid::new("string_type", "must be a string")),
        }
    }

    fn parsed<T>(
        &mut self,
        pointer: String,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Result<T, Told> {
        match parse(text) {
            Ok(value) => Ok(value),
            Err(invalid) => self.problem(pointer, &invalid),
        }
    }

    fn problem<T>(&mut self, pointer: String, invalid: &Invalid) -> Result<T, Told> {
        let message = invalid.message.clone();
        self.problems.push(Problem { pointer, message, code: invalid.code });
        Err(Told)
    }

    fn take_body(&mut self, bytes: &[u8]) {
        let refused = if bytes.is_empty() {
            Invalid::new("missing", "a JSON body is required")
        } else {
            match serde_json::from_slice(bytes) {
                Ok(Fields { named, repeated: false }) => {
                    self.body = Some(named);
                    return;
                }
                Ok(Fields { repeated: true, .. }) => {
                    Invalid::new("duplicate_field", "names a field more than once")
                }
                Err(error) if error.is_data() => {
                    Invalid::new("object_type", "must be a JSON object")
                }
                Err(_syntax) => Invalid::new("json_invalid", "is not valid JSON"),
            }
        };
        // The fields find no body and stay silent: this is all there is to tell.
        let Err(Told) = self.problem::<Infallible>("/body".to_owned(), &refused);
    }
}

/// The whole number that `value` is or spells.
fn whole(value: &Value) -> Option<i64> {
    let text = match value {
        // A fraction of nothing is none: 2.0 is a whole number, and so is 1e30.
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(fraction) if fraction.fract() != 0.0 => return None,
            Some(whole) => format!("{whole:.0}"),
            None => number.to_string(),
        },
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let digits = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
    // What does not fit is beyond everything that is asked for.
    let beyond = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    digits.then(|| text.parse().unwrap_or(beyond))
}

fn pointer(name: &str) -> String {
    format!("/body/{name}")
}
