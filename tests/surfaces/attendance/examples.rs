//! Every example of the seed is answered as it stands there: keys, types, forms of texts, and the numbers themselves.

use serde_json::Value;

use super::classroom::Classroom;
use super::seed::{APPROVE, Example, PROFESSOR_VIEW, REQUEST, STUDENT_VIEW, read};
use crate::compare::differences;
use crate::document::{bodies, document, json_schema, keys, operations, resolved};
use crate::harness::on_both;
use crate::harness::people::Person;

/// Sends what the seed sends, and holds the answer beside the seed's: nothing in it is another value, but for when it
/// was asked, and the student number, which nobody was given here.
async fn answers_as_in_the_seed(person: &Person, path: &str) -> Value {
    let example = Example::of(path);
    let answer = person.post(path, example.sent).await.is(200);
    let mut found = differences(&example.done, &answer);
    other_values("", &example.done, &answer, &mut found);
    assert!(found.is_empty(), "{path}, not as in the seed:\n{}\nin {answer:#}", found.join("\n"));
    answer
}

fn other_values(at: &str, seed: &Value, real: &Value, found: &mut Vec<String>) {
    match (seed, real) {
        (Value::Object(seed), Value::Object(_)) => {
            for (key, example) in seed.iter().filter(|(key, _)| !["requestDate", "studentId"].contains(&key.as_str())) {
                other_values(&format!("{at}.{key}"), example, &real[key], found);
            }
        }
        (Value::Array(seed), Value::Array(real)) => {
            for (n, (example, value)) in seed.iter().zip(real).enumerate() {
                other_values(&format!("{at}[{n}]"), example, value, found);
            }
        }
        (seed, real) if seed != real => found.push(format!("{at} is {real}, the seed has {seed}")),
        _ => {}
    }
}

#[test]
fn the_numbers_of_every_example_are_true_in_the_class_of_the_seed() {
    on_both(|school| async move {
        let class = Classroom::of(&school).await;
        let asked = answers_as_in_the_seed(&class.kim, REQUEST).await;
        assert_eq!(asked["data"]["sessions"].as_array().unwrap().len(), 16);
        let when = asked["data"]["pendingRequests"][0]["requestDate"].as_str().unwrap();
        assert!(when.starts_with("2025-10-25T10:3"), "as the clock on the wall in Seoul shows it: {when}");

        class.counts_kims_fifth().await;
        let seen = answers_as_in_the_seed(&class.kim, STUDENT_VIEW).await;
        let summary = &seen["data"]["summary"];
        assert_eq!(summary["lateSession"], summary["lateSessions"], "the seed writes both");

        let everyone = answers_as_in_the_seed(&class.teacher, PROFESSOR_VIEW).await;
        assert_eq!(everyone["data"].as_array().unwrap().len(), 2, "nobody but those who are enrolled");
        assert_eq!(everyone["data"][1]["pendingRequests"], Value::Array(Vec::new()));

        class.lee_asks().await;
        answers_as_in_the_seed(&class.teacher, APPROVE).await;
        class.was_decided_as_in_the_seed().await;
    });
}

#[test]
fn the_document_shows_the_four_endpoints_with_the_examples_of_the_seed() {
    let document = document();
    let bodies = bodies(&document);
    let places: Vec<String> = operations(&document).into_iter().map(|(place, _)| place).collect();
    assert_eq!(places.iter().filter(|place| place.contains(" /api/attendance/")).count(), 4);
    for example in read() {
        let place = format!("post {}", example.path);
        let (_, _, shown) = bodies.iter().find(|body| body.0 == place).unwrap_or_else(|| panic!("no {place}"));
        assert_eq!(*shown, Some(&example.sent), "{place}");
        let done = resolved(&document, &document["paths"][&example.path]["post"]["responses"]["200"]);
        let described = Vec::from_iter(keys(&document, json_schema(done)));
        assert_eq!(described, ["data", "message", "success"], "{place}");
    }
}
