//! Reads `seed.md`: the endpoints, each with the examples of what is sent, answered and refused, the programs, and the data schemas.

use std::collections::BTreeMap;

use serde_json::Value;

use super::interfaces::{self, Interface};
use crate::compare::differences;
use crate::harness::learning::BASE;
use crate::written::json;

const TEXT: &str = include_str!("seed.md");

/// One endpoint of the seed.
#[derive(Debug, Default)]
pub struct Endpoint {
    /// The method, and the path behind the base path: `POST /courses/{courseId}/publish`.
    pub heading: String,
    pub sent: Option<Value>,
    pub status: u16,
    pub answer: Option<Value>,
    pub refusals: Vec<Value>,
}

pub struct Seed {
    pub endpoints: Vec<Endpoint>,
    /// The usage examples, in JavaScript.
    pub programs: Vec<String>,
    /// The data schemas, by name.
    pub interfaces: BTreeMap<String, Interface>,
}

impl Endpoint {
    /// Fails unless the answer has every key of the example, with its type and nesting.
    #[track_caller]
    pub fn is_answered_by(&self, answer: &Value) {
        let example = self.answer.as_ref().unwrap_or_else(|| panic!("{} has no example of an answer", self.heading));
        let found = differences(example, &in_javascript(answer));
        assert!(found.is_empty(), "{}: {found:#?}\n{answer:#}", self.heading);
    }
}

/// Returns what JavaScript makes of an answer: it has one kind of number, and writes 70.0 as 70.
fn in_javascript(answer: &Value) -> Value {
    match answer {
        Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), in_javascript(value))).collect(),
        Value::Array(list) => list.iter().map(in_javascript).collect(),
        Value::Number(number) => match number.as_f64().filter(|n| n.fract() == 0.0) {
            Some(whole) => Value::from(whole as i64),
            None => answer.clone(),
        },
        _ => answer.clone(),
    }
}

/// The part of an endpoint's section that an example stands in.
#[derive(Clone, Copy)]
enum Part {
    Address,
    Sent,
    Answer,
    Refusal,
}

pub fn read() -> Seed {
    let mut seed = Seed { endpoints: Vec::new(), programs: Vec::new(), interfaces: BTreeMap::new() };
    let (mut part, mut is_program) = (Part::Address, false);
    let mut lines = TEXT.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("### ") {
            (part, is_program) = (Part::Address, line.starts_with("### 例"));
        } else if line.starts_with("**リクエストボディ**") {
            part = Part::Sent;
        } else if let Some(rest) = line.strip_prefix("**レスポンス**: `") {
            part = Part::Answer;
            let endpoint = seed.endpoints.last_mut().expect("an answer of something");
            endpoint.status = rest[..3].parse().expect("a status");
        } else if line.starts_with("**エラーレスポンス**") {
            part = Part::Refusal;
        } else if let Some(language) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            let block = block.join("\n");
            match (language, part) {
                ("typescript", _) if is_program => seed.programs.push(block),
                ("typescript", _) => seed.interfaces.extend(interfaces::read(&block)),
                ("json", part) => {
                    let endpoint = seed.endpoints.last_mut().expect("an example of something");
                    match part {
                        Part::Sent => endpoint.sent = Some(json(&block)),
                        Part::Answer => endpoint.answer = Some(json(&block)),
                        Part::Refusal => endpoint.refusals.push(json(&block)),
                        Part::Address => panic!("{}: an example of what?", endpoint.heading),
                    }
                }
                ("", Part::Address) => {
                    let heading = block.replace(BASE, "");
                    seed.endpoints.push(Endpoint { heading, ..Endpoint::default() });
                }
                _ => {}
            }
        }
    }
    seed
}

#[test]
fn the_seed_is_read_whole() {
    let seed = read();
    assert_eq!((seed.endpoints.len(), seed.programs.len()), (34, 3));
    assert_eq!(seed.interfaces.len(), TEXT.matches("\ninterface ").count());
    let examples = seed.endpoints.iter().map(|endpoint| {
        usize::from(endpoint.sent.is_some()) + usize::from(endpoint.answer.is_some()) + endpoint.refusals.len()
    });
    assert_eq!(examples.sum::<usize>(), TEXT.matches("```json").count());
    for endpoint in &seed.endpoints {
        assert!(endpoint.heading.contains(" /") && endpoint.status >= 200, "{endpoint:?}");
        if let Some(answer) = &endpoint.answer {
            endpoint.is_answered_by(answer);
        }
    }
}
