//! Adds to the finished OpenAPI document, in one place, what is the same for every operation and what no derive can see.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use utoipa::IntoResponses;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Required};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::app::School;
use crate::school::assessments::code_questions::CASES_MAX;
use crate::school::assessments::questions;
use crate::surfaces::refusals::{DocumentedRefusal, Refusals};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The endpoints that stand under one tag in the document.
pub struct Group {
    tag: &'static str,
    router: OpenApiRouter<School>,
}

pub fn group(tag: &'static str) -> Group {
    Group { tag, router: OpenApiRouter::new() }
}

impl Group {
    pub fn routes(self, handlers: UtoipaMethodRouter<School>) -> Group {
        Group { router: routed(self.router, handlers), ..self }
    }
}

/// Adds the handlers of a URL. A URL that ends in `/` is answered without it too, and stands in the document once.
fn routed<S: Clone + Send + Sync + 'static>(
    router: OpenApiRouter<S>,
    handlers: UtoipaMethodRouter<S>,
) -> OpenApiRouter<S> {
    let (_, paths, methods) = &handlers;
    let without_slash = paths.paths.keys().next().and_then(|path| path.strip_suffix('/'));
    match without_slash.filter(|path| !path.is_empty()).map(|path| (path.to_owned(), methods.clone())) {
        Some((path, methods)) => router.routes(handlers).route(&path, methods),
        None => router.routes(handlers),
    }
}

/// Puts the groups of a surface together: each operation gets the tag of its group, the ids in its path that its handler does not
/// declare otherwise, and what the surface may refuse.
pub fn surface<Body: DocumentedRefusal>(groups: impl IntoIterator<Item = Group>) -> OpenApiRouter<School> {
    let mut surface = OpenApiRouter::new();
    for Group { tag, mut router } in groups {
        for (path, item) in &mut router.get_openapi_mut().paths.paths {
            for operation in methods(item) {
                operation.tags = Some(vec![tag.into()]);
                let declared = operation.parameters.take().unwrap_or_default();
                let is_declared = |name: &&str| declared.iter().any(|p| matches!(p, RefOr::T(p) if p.name == *name));
                let others: Vec<_> =
                    parameters_of(path).filter(|name| !is_declared(name)).map(id_in_path::<Body>).collect();
                operation.parameters = Some([others, declared].concat()).filter(|all| !all.is_empty());
                for (status, refusal) in Refusals::<Body>::responses() {
                    operation.responses.responses.entry(status).or_insert(refusal);
                }
            }
        }
        surface = surface.merge(router);
    }
    surface
}

fn methods(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn parameters_of(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn id_in_path<Body: DocumentedRefusal>(name: &str) -> RefOr<Parameter> {
    let schema = ObjectBuilder::new();
    let schema = if Body::HAS_TEXT_IDS {
        schema.schema_type(Type::String)
    } else {
        schema.schema_type(Type::Integer).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
    };
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
    RefOr::T(parameter.schema(Some(schema)).build())
}

/// Lists the bodies whose keys depend on each other, by their place among the schemas, with the alternatives of which one
/// must fit (`anyOf`).
fn dependent_keys() -> [(&'static str, Value); 13] {
    let text = |key: &str| json!({"required": [key], "properties": {key: {"type": "string"}}});
    let number = |key: &str| json!({"required": [key], "properties": {key: {"type": "integer"}}});
    let no = |key: &str| json!({"properties": {key: {"type": "null"}}});
    let either = |one: &str, other: &str| json!({"allOf": [number(one), no(other)]});
    let graded = json!({"required": ["score"], "properties": {"score": {"type": "number"}}});
    let unfinished =
        json!({"required": ["completion_status"], "properties": {"completion_status": {"enum": ["INCOMPLETE"]}}});
    let unforced = json!({"properties": {"force": {"enum": [false, null]}}});
    let explained = json!({"required": ["memo"], "properties": {"memo": {"$ref": "#/components/schemas/Reason"}}});
    let of_type = |kind: &str, keys: Value| json!({"allOf": [{"properties": {"type": {"enum": [kind]}}}, keys]});
    let options = json!({"required": ["options"], "properties": {"options": {"type": "array", "minItems": 2, "maxItems": questions::OPTIONS_MAX}}});
    let no_options = json!({"properties": {"options": {"enum": [null, []]}}});
    let template =
        json!({"required": ["codeTemplate"], "properties": {"codeTemplate": {"type": "string", "pattern": "____"}}});
    let unless = |key: &str| json!({"properties": {key: {"enum": [false, null]}}});
    let example =
        json!({"required": ["example_output"], "properties": {"example_output": {"type": "string", "pattern": "\\S"}}});
    let cases = json!({"required": ["test_cases"], "properties": {"test_cases": {"type": "array", "minItems": 1, "maxItems": CASES_MAX}}});
    let question = json!([
        of_type("multiple_choice", json!({"allOf": [options, no("codeTemplate")]})),
        of_type("code_completion", json!({"allOf": [template, no_options]})),
        of_type("short_text", json!({"allOf": [no("codeTemplate"), no_options]})),
    ]);
    let mark = |kinds: Value, keys: &[&str]| {
        let keys: Vec<Value> =
            keys.iter().map(|key| json!({"required": [key], "properties": {*key: {"type": "number"}}})).collect();
        json!({"allOf": [{"properties": {"kind": {"enum": kinds}}}, {"allOf": keys}]})
    };
    let marks = json!([
        mark(json!(["RING"]), &["size"]),
        mark(json!(["BOX", "ARROW", "SWIPE"]), &["to_x", "to_y"]),
        json!({"allOf": [{"properties": {"kind": {"enum": ["NUMBER"]}}}, number("number")]}),
    ]);
    [
        ("From0To12_PictureMarkSent/items", marks),
        ("Register", json!([text("email"), text("phone")])),
        ("Login", json!([text("email"), text("phone")])),
        ("Setup", json!([text("email"), text("phone")])),
        ("From1To2000_LineSent/items", json!([either("enrollment_id", "user_id"), either("user_id", "enrollment_id")])),
        ("PortalNewResult", json!([no("pass_yn"), graded])),
        ("CompletionSent", json!([unforced, unfinished, explained])),
        ("From0To200_LearningNewQuestion/items", question.clone()),
        ("From1To200_LearningNewQuestion/items", question),
        ("LearningAnswer", json!([no("selectedOption"), no("answer")])),
        ("ChangeCompletion", json!([unforced, unfinished, explained])),
        ("AcademyNewMission", json!([unless("is_midterm"), unless("is_final")])),
        ("AcademyNewCodeQuestion", json!([example, cases])),
    ]
}

/// Completes the document that was put together from the handlers.
pub fn complete(document: &mut Value) {
    let in_requests = schemas_of(document, &|operation| {
        [&operation["requestBody"], &operation["parameters"]].map(Value::clone).into()
    });
    let in_answers = schemas_of(document, &|operation| vec![operation["responses"].clone()]);
    for (place, any) in dependent_keys() {
        if let Some(schema) = document.pointer_mut(&format!("/components/schemas/{place}")) {
            schema["anyOf"] = any;
        }
    }
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    for (name, schema) in schemas.iter_mut() {
        if in_requests.contains(name) {
            limit_to_64_bits(schema);
        } else if in_answers.contains(name) {
            require_every_key(schema);
        }
    }
    let may_be_empty: BTreeSet<String> =
        schemas.iter().filter(|(_, schema)| accepts_empty(schema)).map(|(name, _)| name.clone()).collect();
    for operation in operations(document) {
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            describe_parameter(parameter);
        }
        if let Some(body) = operation.get_mut("requestBody") {
            let target = body["content"]["application/json"]["schema"]["$ref"].as_str().unwrap_or_default();
            let name = target.rsplit('/').next().unwrap_or_default();
            body["required"] = (!may_be_empty.contains(name)).into();
        }
        if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
            describe_responses(responses);
        }
    }
}

fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let items = paths.filter_map(|(_, item)| item.as_object_mut());
    items.flat_map(|item| item.iter_mut().filter(|(method, _)| METHODS.contains(&method.as_str())).map(|(_, it)| it))
}

/// Returns the names of all schemas that `part` of any operation refers to, directly or through other schemas.
fn schemas_of(document: &mut Value, part: &dyn Fn(&Value) -> Vec<Value>) -> BTreeSet<String> {
    let mut rest: Vec<Value> = operations(document).flat_map(|operation| part(operation)).collect();
    let mut names = BTreeSet::new();
    while let Some(node) = rest.pop() {
        match node {
            Value::Object(object) => {
                let target = object.get("$ref").and_then(Value::as_str);
                if let Some(name) = target.and_then(|target| target.strip_prefix("#/components/schemas/"))
                    && names.insert(name.to_owned())
                {
                    rest.push(document["components"]["schemas"][name].clone());
                }
                rest.extend(object.into_iter().filter(|(key, _)| key != "example").map(|(_, value)| value));
            }
            Value::Array(list) => rest.extend(list),
            _ => {}
        }
    }
    names
}

fn has_type(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|k| k == kind))
}

/// Gives 64-bit numbers that have no limits of their own the limits of 64 bits.
fn limit_to_64_bits(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            object.iter_mut().filter(|(key, _)| *key != "example").for_each(|(_, part)| limit_to_64_bits(part));
        }
        Value::Array(list) => list.iter_mut().for_each(limit_to_64_bits),
        _ => {}
    }
    if schema["format"] == "int64" && has_type(schema, "integer") {
        for (limit, value) in [("minimum", i64::MIN), ("maximum", i64::MAX)] {
            if schema[limit].is_null() {
                schema[limit] = value.into();
            }
        }
    }
}

/// Marks every key of an answer as required: a key whose value may be null is always present too. A key that is declared
/// as optional and never null is left out where it has no value.
fn require_every_key(schema: &mut Value) {
    for word in ["allOf", "oneOf", "anyOf"] {
        schema.get_mut(word).and_then(Value::as_array_mut).into_iter().flatten().for_each(require_every_key);
    }
    if let Some(properties) = schema["properties"].as_object() {
        let declared = schema["required"].as_array().cloned().unwrap_or_default();
        let is_present = |key: &String, of: &Value| declared.contains(&key.as_str().into()) || may_be_null(of);
        schema["required"] =
            properties.iter().filter(|(key, of)| is_present(key, of)).map(|(key, _)| key.clone()).collect();
    }
}

fn may_be_null(schema: &Value) -> bool {
    has_type(schema, "null")
        || ["oneOf", "anyOf"]
            .iter()
            .any(|word| schema[*word].as_array().is_some_and(|parts| parts.iter().any(may_be_null)))
}

/// Returns whether `{}`, and so no body at all, is accepted.
fn accepts_empty(schema: &Value) -> bool {
    let is_free = |schema: &Value| schema["required"].as_array().is_none_or(Vec::is_empty);
    is_free(schema) && schema["anyOf"].as_array().is_none_or(|parts| parts.iter().any(is_free))
}

/// Completes a parameter. Null is removed from its types: a parameter has a value or is left out, and is never null.
fn describe_parameter(parameter: &mut Value) {
    if parameter["name"] == "Idempotency-Key" {
        parameter["description"] = "Sent again with the same key, it happens once, and is answered as before".into();
        parameter["schema"] = json!({"type": "string", "format": "uuid",
            "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"});
    }
    let schema = &mut parameter["schema"];
    if let Some(kinds) = schema.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            schema["type"] = kind.clone();
        }
    }
    if let Some(parts) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
        parts.retain(|part| part["type"] != "null");
        if let [part] = parts.as_slice() {
            *schema = part.clone();
        }
    }
    limit_to_64_bits(schema);
    if parameter["in"] == "path" && parameter["schema"]["type"] == "string" && parameter["schema"]["pattern"].is_null()
    {
        parameter["schema"]["pattern"] = r"^[^\x00/]+$".into();
    }
}

/// Completes the answers of an operation. Every operation may answer 500 (a failure on our side) and 503 (too busy).
fn describe_responses(responses: &mut Map<String, Value>) {
    let refusal = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}});
    let refusal = responses.get("400").map_or(refusal, |response| response["content"].clone());
    if !responses.contains_key("500") {
        let failed = json!({"description": "Something went wrong on our side.", "content": refusal});
        let busy = json!({"description": "Too busy.", "content": refusal});
        responses.insert("500".into(), failed);
        responses.entry("503").or_insert(busy);
    }
    for (status, response) in responses.iter_mut() {
        if matches!(status.as_str(), "429" | "503") {
            let header =
                json!({"description": "Try again in so many seconds", "schema": {"type": "integer", "minimum": 1}});
            response["headers"] = json!({"Retry-After": header});
        }
        if response["description"].as_str().is_none_or(str::is_empty) {
            response["description"] = "Done".into();
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;
    use utoipa_axum::routes;

    use super::*;

    #[utoipa::path(get, path = "/shelves/{id}/")]
    async fn read() -> &'static str {
        "read"
    }

    #[utoipa::path(delete, path = "/shelves/{id}/")]
    async fn delete() -> &'static str {
        "deleted"
    }

    #[test]
    fn every_body_whose_keys_depend_on_each_other_is_in_the_document() {
        let document: Value = serde_json::from_str(&crate::surfaces::openapi()).unwrap();
        for (place, any) in dependent_keys() {
            let schema = document.pointer(&format!("/components/schemas/{place}"));
            assert_eq!(schema.map(|schema| &schema["anyOf"]), Some(&any), "{place}");
        }
    }

    #[tokio::test]
    async fn a_url_that_ends_in_a_slash_is_answered_without_it_too() {
        let (router, document) = routed(OpenApiRouter::<()>::new(), routes!(read, delete)).split_for_parts();
        assert_eq!(document.paths.paths.keys().collect::<Vec<_>>(), ["/shelves/{id}/"]);
        for (method, path, answer) in [
            ("GET", "/shelves/1/", "read"),
            ("GET", "/shelves/1", "read"),
            ("DELETE", "/shelves/1/", "deleted"),
            ("DELETE", "/shelves/1", "deleted"),
            ("GET", "/shelves", ""),
        ] {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            let bytes = to_bytes(response.into_body(), 100).await.unwrap();
            assert_eq!(bytes, answer, "{method} {path}");
        }
    }
}
