//! Every route of the server's own OpenAPI document, with a class to ask it about.

mod filled_school;

use reqwest::Method;
use serde_json::{Value, json};

pub use self::filled_school::FilledSchool;
use crate::harness::School;

/// One operation of the document.
#[derive(Debug, Clone)]
pub struct Route {
    pub method: Method,
    /// With its placeholders.
    pub path: String,
    pub is_public: bool,
    /// The whole schema of its body.
    pub body: Option<Value>,
}

impl Route {
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub fn placeholders(&self) -> Vec<String> {
        self.path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_owned()).collect()
    }
}

/// What a body's schema leads to, references followed: `null` beside it is dropped.
fn followed(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let found = document.pointer(reference.trim_start_matches('#')).unwrap();
        let mut found = followed(document, found);
        found["name"] = json!(reference.rsplit('/').next().unwrap());
        return found;
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let real = choices.iter().find(|choice| choice["type"] != "null").unwrap();
        let mut found = followed(document, real);
        found["nullable"] = json!(true);
        return found;
    }
    let mut schema = schema.clone();
    if let Some(types) = schema["type"].as_array() {
        let real = types.iter().find(|t| *t != "null").unwrap().clone();
        schema["type"] = real;
        schema["nullable"] = json!(true);
    }
    if let Some(properties) = schema["properties"].as_object() {
        let followed: serde_json::Map<String, Value> =
            properties.iter().map(|(key, property)| (key.clone(), followed(document, property))).collect();
        schema["properties"] = Value::Object(followed);
    }
    if schema["items"].is_object() {
        schema["items"] = followed(document, &schema["items"]);
    }
    schema
}

pub async fn routes(school: &School) -> Vec<Route> {
    let document = school.nobody().get("/openapi.json").await.is(200);
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            routes.push(Route {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                is_public: operation["security"].as_array().is_some_and(|s| s.contains(&json!({}))),
                body: body.is_object().then(|| followed(&document, body)),
            });
        }
    }
    assert!(routes.len() > 50, "the document has lost its routes");
    routes
}

/// Which part of two views differs.
pub fn difference(before: &Value, after: &Value) -> Vec<String> {
    let (before, after) = (before.as_object().unwrap(), after.as_object().unwrap());
    before
        .iter()
        .filter(|(key, value)| after[*key] != **value)
        .map(|(k, v)| format!("{k}: {v} -> {}", after[k]))
        .collect()
}
