//! Reads `seed.md`: four endpoints, each with what is sent, what is answered, what is refused, and a program.

use serde_json::Value;

use crate::written::json;

const TEXT: &str = include_str!("seed.md");

pub const REQUEST: &str = "/api/attendance/request";
pub const APPROVE: &str = "/api/attendance/approve";
pub const STUDENT_VIEW: &str = "/api/attendance/student/view";
pub const PROFESSOR_VIEW: &str = "/api/attendance/professor/view";

/// One `### POST /api/attendance/…`.
#[derive(Debug, Default)]
pub struct Example {
    pub path: String,
    pub sent: Value,
    pub done: Value,
    pub refused: Value,
    /// JavaScript, as it stands there.
    pub program: String,
}

impl Example {
    #[track_caller]
    pub fn of(path: &str) -> Example {
        let found = read().into_iter().find(|example| example.path == path);
        found.unwrap_or_else(|| panic!("the seed has no {path}"))
    }
}

pub fn read() -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let (mut part, mut lines) = ("", TEXT.lines());
    while let Some(line) = lines.next() {
        if let Some(rest) = line.strip_prefix("### `POST ") {
            examples.push(Example { path: rest.trim_end_matches('`').to_owned(), ..Example::default() });
        } else if let Some(heading) = line.strip_prefix("#### ") {
            part = heading.trim();
        } else if line.starts_with("```json") || line.starts_with("```javascript") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            let (block, example) = (block.join("\n"), examples.last_mut().expect("an example of something"));
            match part {
                "Request Body" => example.sent = json(&block),
                "Response (성공)" => example.done = json(&block),
                "Response (실패)" => example.refused = json(&block),
                "테스트 예제 (JavaScript)" => example.program = block,
                other => panic!("{}: an example of {other}?", example.path),
            }
        } else if line.starts_with("```") {
            // A picture made of letters.
            lines.by_ref().take_while(|line| !line.starts_with("```")).for_each(drop);
        }
    }
    examples
}

#[test]
fn no_example_of_the_seed_is_overlooked() {
    let examples = read();
    let paths: Vec<&str> = examples.iter().map(|example| example.path.as_str()).collect();
    assert_eq!(paths, [REQUEST, APPROVE, STUDENT_VIEW, PROFESSOR_VIEW]);
    assert_eq!(TEXT.matches("```json").count(), 3 * examples.len());
    assert_eq!(TEXT.matches("```javascript").count(), examples.len());
    for example in examples {
        assert!(example.sent["lecSerial"] == "ETH201" && example.program.contains("fetch("), "{example:?}");
        assert_eq!((&example.done["success"], &example.refused["success"]), (&true.into(), &false.into()));
    }
}
