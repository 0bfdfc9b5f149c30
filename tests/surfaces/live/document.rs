//! The OpenAPI document: whoever reads it can call every endpoint of the seed.

use std::collections::BTreeSet;

use serde_json::Value;

use super::seed::{Endpoint, Seed};
use crate::harness::{Kept, on};

fn document() -> Value {
    serde_json::from_str(&gyosil::surfaces::openapi()).unwrap()
}

/// Every operation with its place, such as `get /api/lectures`.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let methods = |path: &Value| path.as_object().unwrap().keys().cloned().collect::<Vec<String>>();
    let all: Vec<(String, &Value)> = paths
        .flat_map(|(path, item)| methods(item).into_iter().map(move |m| (format!("{m} {path}"), &item[&m])))
        .filter(|(_, operation)| operation["responses"].is_object())
        .collect();
    assert!(all.len() >= 40, "{} operations", all.len());
    all
}

/// Follows `$ref` as far as it goes; where it leads nowhere, there is nothing.
fn resolved<'d>(document: &'d Value, mut node: &'d Value) -> &'d Value {
    while let Some(target) = node["$ref"].as_str() {
        node = target.strip_prefix('#').and_then(|pointer| document.pointer(pointer)).unwrap_or(&Value::Null);
    }
    node
}

/// The keys that a schema describes, those of its parts too.
fn keys(document: &Value, schema: &Value) -> BTreeSet<String> {
    let schema = resolved(document, schema);
    let own = schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key.clone());
    let parts = ["allOf", "oneOf", "anyOf"].iter().filter_map(|word| schema[word].as_array()).flatten();
    let parts: Vec<String> = parts.flat_map(|part| keys(document, part)).collect();
    own.chain(parts).collect()
}

fn json_schema(body: &Value) -> &Value {
    &body["content"]["application/json"]["schema"]
}

fn names(example: &Value) -> BTreeSet<String> {
    example.as_object().unwrap().keys().cloned().collect()
}

fn operation_of<'d>(document: &'d Value, endpoint: &Endpoint) -> Option<&'d Value> {
    let (method, path) = endpoint.place();
    document["paths"].get(path)?.get(method)
}

#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "in the OpenAPI document:\n  {}", faults.join("\n  "));
}

#[test]
fn the_document_is_served_to_everyone() {
    on(Kept::InSqlite, &[], |school| async move {
        let reply = school.nobody().get("/openapi.json").await;
        assert_eq!(reply.headers["content-type"], "application/json");
        let served = reply.is(200);
        assert!(served["openapi"].as_str().unwrap().starts_with("3."), "{}", served["openapi"]);
        assert_eq!(served, document());
    });
}

#[test]
fn every_endpoint_of_the_seed_is_in_the_document() {
    let document = document();
    let missing: Vec<String> = Seed::read()
        .endpoints
        .iter()
        .filter(|e| !e.is_socket() && operation_of(&document, e).is_none())
        .map(|e| e.heading.clone())
        .collect();
    none(&missing);
}

#[test]
fn the_document_describes_what_the_seed_sends_and_gets() {
    let document = document();
    let mut faults = Vec::new();
    for endpoint in Seed::read().endpoints.iter().filter(|e| !e.is_socket()) {
        let Some(operation) = operation_of(&document, endpoint) else { continue };
        if let Some(example) = &endpoint.request {
            let described = keys(&document, json_schema(resolved(&document, &operation["requestBody"])));
            for key in names(example).difference(&described) {
                faults.push(format!("{}: the request's {key} is not described", endpoint.heading));
            }
        }
        for (status, example) in &endpoint.answers {
            let answer = resolved(&document, &operation["responses"][status.to_string()]);
            let described = keys(&document, json_schema(answer));
            for key in names(example).difference(&described) {
                faults.push(format!("{}: {key} of the {status} is not described", endpoint.heading));
            }
        }
    }
    none(&faults);
}

#[test]
fn every_operation_says_what_it_does() {
    let document = document();
    let mut faults = Vec::new();
    for (place, operation) in operations(&document) {
        if operation["summary"].as_str().is_none_or(|s| s.trim().len() < 5) {
            faults.push(format!("{place}: no summary"));
        }
        if operation["tags"].as_array().is_none_or(Vec::is_empty) {
            faults.push(format!("{place}: no tag"));
        }
    }
    none(&faults);
}

#[test]
fn every_operation_says_what_it_answers_and_how_it_refuses() {
    let document = document();
    let mut faults = Vec::new();
    for (place, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        let has_content = |response: &Value| {
            let content = resolved(&document, response)["content"].as_object();
            content.is_some_and(|kinds| !kinds.is_empty() && kinds.values().all(|kind| kind["schema"].is_object()))
        };
        let done = |(status, response): (&String, &Value)| {
            status == "204" || (status.starts_with('2') && has_content(response))
        };
        if !responses.iter().any(done) {
            faults.push(format!("{place}: no answer with a schema"));
        }
        // Health and metrics refuse nobody.
        if place.contains(" /api/") {
            for status in ["400", "401", "403", "404", "409"] {
                let refusal = responses.get(status).map(|response| json_schema(resolved(&document, response)));
                if refusal.is_none_or(|schema| !schema.is_object()) {
                    faults.push(format!("{place}: no schema for {status}"));
                }
            }
        }
    }
    none(&faults);
}

#[test]
fn every_body_that_one_sends_has_an_example_that_fits_it() {
    let document = document();
    let (mut faults, mut bodies) = (Vec::new(), 0);
    for (place, operation) in operations(&document) {
        let Some(body) = operation.get("requestBody").map(|body| resolved(&document, body)) else { continue };
        bodies += 1;
        let media = &body["content"]["application/json"];
        let schema = resolved(&document, &media["schema"]);
        let given = [&media["example"], &schema["example"], &schema["examples"][0]];
        let Some(example) = given.into_iter().find(|e| e.is_object()) else {
            faults.push(format!("{place}: no example of {}", media["schema"]["$ref"]));
            continue;
        };
        for key in names(example).difference(&keys(&document, schema)) {
            faults.push(format!("{place}: the example's {key} is not in the schema"));
        }
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for key in required.filter(|key| example.get(key).is_none()) {
            faults.push(format!("{place}: the example lacks {key}"));
        }
    }
    assert!(bodies >= 20, "{bodies} bodies");
    none(&faults);
}

#[test]
fn everything_that_the_document_refers_to_is_in_it() {
    let document = document();
    let (mut faults, mut seen) = (BTreeSet::new(), 0);
    let mut rest = vec![&document];
    while let Some(node) = rest.pop() {
        match node {
            Value::Object(object) => {
                if let Some(target) = object.get("$ref").and_then(Value::as_str) {
                    seen += 1;
                    if target.strip_prefix('#').and_then(|pointer| document.pointer(pointer)).is_none() {
                        faults.insert(target.to_owned());
                    }
                }
                rest.extend(object.values());
            }
            Value::Array(list) => rest.extend(list),
            _ => {}
        }
    }
    assert!(seen >= 100, "{seen} references");
    none(&Vec::from_iter(faults));
}

#[test]
fn the_placeholders_of_every_path_are_described() {
    let document = document();
    let mut faults = Vec::new();
    for (place, operation) in operations(&document) {
        let parameters: Vec<&Value> =
            operation["parameters"].as_array().into_iter().flatten().map(|p| resolved(&document, p)).collect();
        let named: BTreeSet<&str> =
            parameters.iter().filter(|p| p["in"] == "path").filter_map(|p| p["name"].as_str()).collect();
        let wanted: BTreeSet<&str> = place.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        if named != wanted {
            faults.push(format!("{place}: {wanted:?} are described as {named:?}"));
        }
    }
    none(&faults);
}
