//! The portal in the OpenAPI document: the forty rows of the seed, and beside them only what we added.

use std::collections::BTreeSet;

use serde_json::Value;

use super::table::{ROWS, Row};
use crate::document::{document, json_schema, keys, none, operations, resolved};

/// What the seed has no row for.
const ADDED: [&str; 4] = [
    "get /api/v1/attendance/course/{course_id}/class/{class_id}",
    "get /api/v1/attendance/requests",
    "get /api/v1/completions/course/{course_id}/class/{class_id}/standing",
    "get /api/v1/completions/course/{course_id}/class/{class_id}/certificates.pdf",
];

fn operation_of<'d>(document: &'d Value, row: &Row) -> Option<&'d Value> {
    document["paths"].get(row.path)?.get(row.method.to_lowercase())
}

#[test]
fn the_rows_of_the_seed_and_what_the_portal_adds_to_them_are_in_the_document() {
    let document = document();
    let place = |row: &Row| format!("{} {}", row.method.to_lowercase(), row.path);
    let expected: BTreeSet<String> = ROWS.iter().map(place).chain(ADDED.map(str::to_owned)).collect();
    let found = operations(&document).into_iter().map(|(place, _)| place);
    // Courses and their classes are ours: the seed uses them, and does not say where they come from.
    let is_of_others = |place: &str| [" /api/v1/courses", " /api/v1/bc-006"].iter().any(|base| place.contains(base));
    let ours = |place: &String| place.contains(" /api/v1/") && !is_of_others(place);
    assert_eq!(found.filter(ours).collect::<BTreeSet<String>>(), expected);
}

#[test]
fn every_row_stands_in_the_document_under_its_number_with_what_it_sends_and_answers() {
    let document = document();
    let mut faults = Vec::new();
    for row in ROWS {
        let Some(operation) = operation_of(&document, row) else { continue };
        let summary = operation["summary"].as_str().unwrap_or_default();
        if !summary.starts_with(&format!("{} ", row.number)) {
            faults.push(format!("{}: {summary:?}", row.number));
        }
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let named = parameters.filter_map(|p| resolved(&document, p)["name"].as_str().map(str::to_owned));
        let body = keys(&document, json_schema(resolved(&document, &operation["requestBody"])));
        let described: BTreeSet<String> = named.chain(body).collect();
        for key in row.sent.iter().filter(|key| !described.contains(**key)) {
            faults.push(format!("{}: {key} is not described", row.number));
        }
        let responses = operation["responses"].as_object().unwrap();
        let (_, done) = responses.iter().find(|(status, _)| status.starts_with('2')).unwrap();
        let described = keys(&document, json_schema(resolved(&document, done)));
        let answered = row.answered.iter().map(|(key, _)| *key).chain(["success", "message"]);
        for key in answered.filter(|key| !described.contains(*key)) {
            faults.push(format!("{}: {key} of the answer is not described", row.number));
        }
    }
    none(&faults);
}
