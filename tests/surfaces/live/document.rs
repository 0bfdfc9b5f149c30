//! The OpenAPI document: every endpoint of the seed is in it, with what the seed sends and gets.

use serde_json::Value;

use super::seed::{Endpoint, Seed};
use crate::document::{document, json_schema, keys, names, none, resolved};

fn operation_of<'d>(document: &'d Value, endpoint: &Endpoint) -> Option<&'d Value> {
    let (method, path) = endpoint.place();
    document["paths"].get(path)?.get(method)
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
