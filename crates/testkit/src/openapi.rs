//! Holds what the bot sends against Discord's own API document.
//!
//! The document is Discord's and not part of this project: it is looked for beside the checkout, and where it is
//! not at hand nothing is checked.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{LazyLock, Mutex},
};

use discord_sim::RecordedCall;
use jsonschema::Validator;
use serde_json::{Value, json};

/// The name under which schemas refer to the document.
const NAME: &str = "urn:discord";

struct Document {
    /// The operations, by method and by the shape of their path.
    operations: HashMap<(String, String), String>,
    whole: Value,
    validators: Mutex<HashMap<String, Validator>>,
}

static DOCUMENT: LazyLock<Option<Document>> = LazyLock::new(|| {
    let text = std::fs::read_to_string(place()?).ok()?;
    let document: Value = serde_json::from_str(&text).expect("Discord's API document is JSON");
    let mut operations = HashMap::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            if operation
                .pointer("/requestBody/content/application~1json/schema")
                .is_some()
            {
                let escaped = path.replace('~', "~0").replace('/', "~1");
                let pointer = format!(
                    "/paths/{escaped}/{method}/requestBody/content/application~1json/schema"
                );
                operations.insert((method.to_uppercase(), shape(path)), pointer);
            }
        }
    }
    Some(Document {
        operations,
        whole: document,
        validators: Mutex::default(),
    })
});

fn place() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
    let place = root.parent()?.join("shared/discord/openapi.json");
    place.exists().then_some(place)
}

/// A path with its parameters unnamed, so that ours and the document's names need not be the same.
fn shape(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') { "{}" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

/// Fails when a body that the bot sent is not what the document describes.
pub(crate) fn check(calls: &[RecordedCall]) {
    let Some(document) = &*DOCUMENT else { return };
    let mut wrong = Vec::new();
    for call in calls
        .iter()
        .filter(|call| !call.body.is_null() && call.status < 300)
    {
        let Some(pointer) = document
            .operations
            .get(&(call.method.clone(), shape(call.route)))
        else {
            continue;
        };
        let mut validators = document
            .validators
            .lock()
            .expect("no test panics while it holds this lock");
        let body = numbered(call.body.clone());
        let validator = validators
            .entry(pointer.clone())
            .or_insert_with(|| document.validator(pointer));
        wrong.extend(validator.iter_errors(&body).map(|error| {
            format!(
                "{} {}: {error} at {}\n  {}",
                call.method,
                call.route,
                error.instance_path(),
                call.body
            )
        }));
    }
    assert!(
        wrong.is_empty(),
        "Discord's API document does not allow what the bot sent:\n{}",
        wrong.join("\n")
    );
}

/// Permissions as numbers: the document says integer where Discord itself writes, and wants, a string. And the number of
/// an uploaded file as a string: Discord's own examples send it as an integer.
fn numbered(body: Value) -> Value {
    match body {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| {
                if let ("attachments", Value::Array(files)) = (name.as_str(), &value) {
                    return (name, files.iter().cloned().map(file).collect());
                }
                let is_permissions = ["allow", "default_member_permissions", "deny", "permissions"]
                    .contains(&name.as_str());
                let number = value
                    .as_str()
                    .filter(|_| is_permissions)
                    .and_then(|text| text.parse::<u64>().ok());
                let value = number.map_or_else(|| numbered(value), Value::from);
                (name, value)
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(numbered).collect(),
        other => other,
    }
}

fn file(mut file: Value) -> Value {
    if let Some(number) = file.get("id").and_then(Value::as_u64) {
        file["id"] = number.to_string().into();
    }
    file
}

impl Document {
    fn validator(&self, pointer: &str) -> Validator {
        let registry = jsonschema::Registry::new()
            .add(NAME, &self.whole)
            .and_then(jsonschema::RegistryBuilder::prepare)
            .expect("the document's references lead somewhere");
        jsonschema::options()
            .with_registry(&registry)
            .build(&json!({ "$ref": format!("{NAME}#{}", pointer.replace('{', "%7B").replace('}', "%7D")) }))
            .expect("the document's schemas are valid")
    }
}
