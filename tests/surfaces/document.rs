//! The OpenAPI document, in which every surface is: whoever reads it can call every operation.

mod surfaces;

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use self::surfaces::{REFUSE_NOBODY, SURFACES, Surface};
use crate::harness::people::Person;
use crate::harness::{Backend, School, on, on_both};

pub fn document() -> Value {
    serde_json::from_str(&gyosil::surfaces::openapi()).unwrap()
}

/// Every operation with its place, such as `get /api/lectures`.
pub fn operations(document: &Value) -> Vec<(String, &Value)> {
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
pub fn resolved<'d>(document: &'d Value, mut node: &'d Value) -> &'d Value {
    while let Some(target) = node["$ref"].as_str() {
        node = target.strip_prefix('#').and_then(|pointer| document.pointer(pointer)).unwrap_or(&Value::Null);
    }
    node
}

/// The keys that a schema describes, those of its parts too.
pub fn keys(document: &Value, schema: &Value) -> BTreeSet<String> {
    let schema = resolved(document, schema);
    let own = schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key.clone());
    let parts = ["allOf", "oneOf", "anyOf"].iter().filter_map(|word| schema[word].as_array()).flatten();
    let parts: Vec<String> = parts.flat_map(|part| keys(document, part)).collect();
    own.chain(parts).collect()
}

pub fn json_schema(body: &Value) -> &Value {
    &body["content"]["application/json"]["schema"]
}

pub fn names(example: &Value) -> BTreeSet<String> {
    example.as_object().unwrap().keys().cloned().collect()
}

#[track_caller]
pub fn none(faults: &[String]) {
    assert!(faults.is_empty(), "in the OpenAPI document:\n  {}", faults.join("\n  "));
}

#[test]
fn the_document_is_served_to_everyone() {
    on(Backend::Sqlite, &[], |school| async move {
        let reply = school.nobody().get("/openapi.json").await;
        assert_eq!(reply.headers["content-type"], "application/json");
        let served = reply.is(200);
        assert!(served["openapi"].as_str().unwrap().starts_with("3."), "{}", served["openapi"]);
        assert_eq!(served, document());
    });
}

#[test]
fn every_operation_says_what_it_does_under_the_name_of_its_surface() {
    let document = document();
    let mut faults = Vec::new();
    for (place, operation) in operations(&document) {
        if operation["summary"].as_str().is_none_or(|s| s.trim().len() < 5) {
            faults.push(format!("{place}: no summary"));
        }
        let tags: Vec<&str> = operation["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let foreign = |tag: &&str| {
            let own = Surface::of(&place);
            let others = SURFACES.iter().filter(|other| !other.tag.is_empty() && other.tag != own.tag);
            !tag.starts_with(own.tag) || others.into_iter().any(|other| tag.starts_with(other.tag))
        };
        if tags.is_empty() || tags.iter().any(foreign) {
            faults.push(format!("{place}: the tags {tags:?}"));
        }
    }
    none(&faults);
}

#[test]
fn every_operation_says_what_it_answers() {
    let document = document();
    let mut faults = Vec::new();
    for (place, operation) in operations(&document) {
        let has_content = |response: &Value| {
            let content = resolved(&document, response)["content"].as_object();
            content.is_some_and(|kinds| !kinds.is_empty() && kinds.values().all(|kind| kind["schema"].is_object()))
        };
        let done = |(status, response): (&String, &Value)| {
            status == "204" || (status.starts_with('2') && has_content(response))
        };
        if !operation["responses"].as_object().unwrap().iter().any(done) {
            faults.push(format!("{place}: no answer with a schema"));
        }
    }
    none(&faults);
}

#[test]
fn every_operation_says_how_it_refuses_in_the_words_of_its_surface() {
    let document = document();
    let mut faults = Vec::new();
    for (place, operation) in operations(&document) {
        let (surface, responses) = (Surface::of(&place), operation["responses"].as_object().unwrap());
        let needed = surface.refusals.iter().filter(|_| !REFUSE_NOBODY.contains(&place.as_str()));
        for status in needed.filter(|status| !responses.contains_key(**status)) {
            faults.push(format!("{place}: nothing of {status}"));
        }
        for (status, response) in responses.iter().filter(|(status, _)| status.starts_with(['4', '5'])) {
            let described = keys(&document, json_schema(resolved(&document, response)));
            let envelope: BTreeSet<String> = surface.envelope.iter().map(|key| key.to_string()).collect();
            // Not being in a class has its own form, which its seed shows.
            let is_of_the_seed = place == "get /api/sessions/my-active" && status == "404";
            if described != envelope && !surface.refusals.is_empty() && !is_of_the_seed {
                faults.push(format!("{place}: {status} has {described:?}"));
            }
            // The seed of this surface knows no others.
            if surface.tag == "attendance" && !surface.refusals.contains(&status.as_str()) {
                faults.push(format!("{place}: {status}"));
            }
        }
    }
    none(&faults);
}

/// Every schema that some part of the operations leads to, each once.
fn schemas_of<'d>(document: &'d Value, part: impl Fn(&'d Value) -> Vec<&'d Value>) -> Vec<&'d Value> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    let mut rest: Vec<&Value> = operations(document).into_iter().flat_map(|(_, operation)| part(operation)).collect();
    while let Some(node) = rest.pop() {
        match node {
            Value::Object(object) => {
                if let Some(target) = object.get("$ref").and_then(Value::as_str)
                    && seen.insert(target)
                {
                    rest.push(resolved(document, node));
                }
                if object.contains_key("type") {
                    found.push(node);
                }
                rest.extend(object.iter().filter(|(key, _)| !key.starts_with("example")).map(|(_, value)| value));
            }
            Value::Array(list) => rest.extend(list),
            _ => {}
        }
    }
    found
}

fn is(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|one| one == kind))
}

#[test]
fn every_value_that_clients_send_has_its_limits_in_the_document() {
    let document = document();
    let sent = schemas_of(&document, |operation| vec![&operation["requestBody"], &operation["parameters"]]);
    assert!(sent.len() >= 200, "{} schemas", sent.len());
    let has = |schema: &Value, limits: &[&str]| limits.iter().any(|limit| !schema[limit].is_null());
    let mut faults = Vec::new();
    for schema in sent {
        let is_limited = [
            (
                "string",
                has(schema, &["enum", "pattern"]) || schema["format"] == "binary" && has(schema, &["maxLength"]),
            ),
            ("integer", has(schema, &["minimum"]) && has(schema, &["maximum"])),
            ("number", has(schema, &["minimum", "exclusiveMinimum"]) && has(schema, &["maximum"])),
            ("array", has(schema, &["minItems"]) && has(schema, &["maxItems"])),
        ];
        let is_part_of_another = schema["description"].is_null() && schema.as_object().unwrap().len() == 1;
        if is_limited.iter().any(|(kind, limited)| is(schema, kind) && !limited) && !is_part_of_another {
            faults.push(format!("no limits: {schema}"));
        }
    }
    none(&faults);
}

/// Keys that the learning seed leaves out where they have no value. All others always stand in an answer.
const LEFT_OUT: [&str; 11] = [
    "answer",
    "assessments",
    "codeTemplate",
    "email",
    "missingPrerequisites",
    "modules",
    "newPriority",
    "oldPriority",
    "options",
    "reason",
    "selectedOption",
];

#[test]
fn keys_of_an_answer_are_always_there_but_for_those_that_the_seed_leaves_out() {
    let document = document();
    let left_out = |of_learning: bool| -> BTreeSet<&str> {
        let answers =
            |operation| if is_of_learning(operation) == of_learning { vec![&operation["responses"]] } else { vec![] };
        schemas_of(&document, answers).into_iter().flat_map(keys_left_out).collect()
    };
    assert_eq!(left_out(false), BTreeSet::new());
    assert_eq!(left_out(true), BTreeSet::from(LEFT_OUT));
}

fn is_of_learning(operation: &Value) -> bool {
    operation["tags"][0].as_str().is_some_and(|tag| tag.starts_with("learning:"))
}

fn keys_left_out(schema: &Value) -> impl Iterator<Item = &str> {
    let required: BTreeSet<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let keys = schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key.as_str());
    keys.filter(move |key| !required.contains(key))
}

#[test]
fn a_body_may_be_left_out_where_no_key_is_needed() {
    let document = document();
    let is_needed = |place: &str| {
        let (method, path) = place.split_once(' ').unwrap();
        document["paths"][path][method]["requestBody"]["required"].as_bool().unwrap()
    };
    assert!(is_needed("post /api/auth/register"));
    assert!(is_needed("post /api/v1/completions"));
    assert!(!is_needed("post /api/sessions/{session_id}/start"));
    assert!(!is_needed("put /api/v1/completions/{completion_id}"));
}

#[test]
fn refusals_that_ask_to_wait_name_the_time() {
    let document = document();
    let mut faults = Vec::new();
    for (place, operation) in operations(&document) {
        for status in ["429", "503"] {
            let response = &operation["responses"][status];
            if response.is_object() && response["headers"]["Retry-After"]["schema"]["type"] != "integer" {
                faults.push(format!("{place}: {status}"));
            }
        }
    }
    none(&faults);
}

/// The place of an operation, the schema of its body, and the example if there is one.
pub type Body<'d> = (String, &'d Value, Option<&'d Value>);

pub fn bodies(document: &Value) -> Vec<Body<'_>> {
    fn body<'d>(document: &'d Value, (place, operation): (String, &'d Value)) -> Option<Body<'d>> {
        let media = &resolved(document, operation.get("requestBody")?)["content"]["application/json"];
        // Files have no examples.
        let schema = Some(resolved(document, &media["schema"])).filter(|schema| schema.is_object())?;
        let given = [&media["example"], &schema["example"], &schema["examples"][0]];
        Some((place, schema, given.into_iter().find(|e| e.is_object())))
    }
    operations(document).into_iter().filter_map(|operation| body(document, operation)).collect()
}

#[test]
fn every_request_body_has_an_example_that_fits_it() {
    let document = document();
    let mut faults = Vec::new();
    let bodies = bodies(&document);
    assert!(bodies.len() >= 45, "{} bodies", bodies.len());
    for (place, schema, example) in bodies {
        let Some(example) = example else {
            faults.push(format!("{place}: no example"));
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
    none(&faults);
}

/// The school in which the examples are sent: person, course, class, enrollment and step number 1 are there, and what
/// else has the number 1 may not be.
async fn first_things(school: &School) -> [Person; 3] {
    let student = school.student_number(1, "김학생", "student1@example.com").await;
    let second = school.student_number(2, "이학생", "student2@example.com").await;
    let teacher = school.teacher().await;
    let course = teacher.makes_lecture("생활체육 지도자 기초", 1).await;
    teacher.opens_session(&course).await;
    let exam = json!({ "course_id": course.id, "assessment_name": "중간 평가", "assessment_type": "MIDTERM" });
    teacher.post("/api/v1/assessments", exam).await.is(201);
    let applied = student.post("/api/v1/enrollments", json!({ "course_id": course.id })).await.is(201);
    second.post("/api/v1/enrollments", json!({ "course_id": course.id })).await.is(201);
    let result = json!({ "enrollment_id": applied["enrollment_id"], "score": 60 });
    let result = teacher.post("/api/v1/assessments/1/results", result).await.is(201)["result_id"].clone();
    assert_eq!((student.id, course.id, &applied["enrollment_id"], &result), (1, 1, &json!(1), &json!(1)));
    [teacher, student, school.admin().await]
}

/// Whoever copies an example out of the document is understood: what it speaks of may not be there, or may have been
/// done before, but nobody says that it cannot be read.
#[test]
fn every_example_of_a_body_is_understood() {
    on_both(|school| async move {
        let document = document();
        let people = first_things(&school).await;
        let mut faults = Vec::new();
        // Passwords, tokens and secrets of an example open nothing here, an administrator's examples end these people's logins,
        // only a guest is given another name, and the examples of attendance are its seed's.
        let bases = [" /api/auth/", " /accounts/", " /api/setup", " /api/admin/", "/rename", " /api/attendance/"];
        let elsewhere = |place: &str| bases.iter().any(|base| place.contains(base));
        for (place, _, example) in bodies(&document).into_iter().filter(|(place, ..)| !elsewhere(place)) {
            let (method, path) = place.split_once(' ').unwrap();
            let path: String = path.split('{').enumerate().fold(String::new(), |path, (n, part)| match n {
                0 => part.to_owned(),
                _ => format!("{path}1{}", part.split_once('}').unwrap().1),
            });
            let method: Method = method.to_uppercase().parse().unwrap();
            let mut said = Vec::new();
            for person in &people {
                let reply = person.asks(method.clone(), &path, example.cloned(), &[]).await;
                said.push(format!("{} {}", reply.status, reply.json));
            }
            let is_understood = |said: &String| ["2", "404", "409"].iter().any(|status| said.starts_with(status));
            if !said.iter().any(is_understood) {
                faults.push(format!("{place}: {said:?} to {}", example.unwrap_or(&Value::Null)));
            }
        }
        none(&faults);
    });
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

/// Collects the name of everything that has a schema, by a derive or by one of our macros, as the document has it.
fn schema_names(folder: &std::path::Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            schema_names(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let words = ["pub struct ", "pub enum "].iter().flat_map(|word| text.match_indices(word));
        for (at, word) in words {
            let rest = &text[at + word.len()..];
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            let before = text[..at].rsplit("\n\n").next().unwrap();
            let before = before.rsplit("pub struct ").next().unwrap();
            let is_of_macro = [" from ", " for ", ";"].iter().any(|next| rest[name.len()..].starts_with(next));
            let is_comment = text[..at].rsplit('\n').next().unwrap().contains("//");
            if name.is_empty() || is_comment || !(before.contains("ToSchema") || is_of_macro) {
                continue;
            }
            let given = before.split_once("schema(as = ").map_or(rest, |(_, given)| given);
            found.push(given.chars().take_while(|c| c.is_alphanumeric()).collect());
        }
    }
}

/// Two of one name are silently one in the document: whoever reads it is told to send the wrong body.
#[test]
fn no_two_bodies_have_one_name_in_the_document() {
    let mut names = Vec::new();
    schema_names(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/surfaces"), &mut names);
    assert!(names.len() >= 150, "{} names", names.len());
    names.sort();
    let twice: Vec<String> = names.windows(2).filter(|two| two[0] == two[1]).map(|two| two[0].clone()).collect();
    none(&twice);
}
