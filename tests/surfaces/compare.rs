//! Holds what the server says beside what the seed says: names, types, nesting, and the form of what stands in texts.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};

/// What of the seed's example is not in the answer; more than the seed shows may be in it. There are no exceptions:
/// the story makes everything happen, so that nothing of what the seed shows with a value is `null`.
pub fn differences(seed: &Value, real: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", seed, real, &mut found);
    found
}

fn compare(at: &str, seed: &Value, real: &Value, found: &mut Vec<String>) {
    match (seed, real) {
        (Value::Object(seed), Value::Object(real)) => {
            for (key, example) in seed {
                let at = format!("{at}.{key}");
                match real.get(key) {
                    Some(value) => compare(&at, example, value, found),
                    None => found.push(format!("{at} is missing")),
                }
            }
        }
        (Value::Array(seed), Value::Array(real)) => {
            if real.len() < seed.len() {
                found.push(format!("{at} has {} elements, not {}", real.len(), seed.len()));
            }
            for (n, (example, value)) in seed.iter().zip(real).enumerate() {
                compare(&format!("{at}[{n}]"), example, value, found);
            }
        }
        (Value::String(example), Value::String(text)) => {
            if let Some(form) = form(example).filter(|form| !form.fits(text)) {
                found.push(format!("{at} is {text:?}, which is no {form:?} like {example:?}"));
            }
            // A word of the server's own, in the seed's wording.
            if at.ends_with(".message") && !at.contains("error") && text != example {
                found.push(format!("{at} says {text:?}, the seed says {example:?}"));
            }
        }
        (Value::Number(example), Value::Number(number)) => {
            // JSON writes one number as `5` and as `5.0`.
            if example.is_i64() && !number.as_f64().is_some_and(|number| number.fract() == 0.0) {
                found.push(format!("{at} is {number}, the seed has the whole number {example}"));
            }
        }
        (Value::Bool(_), Value::Bool(_)) | (Value::Null, Value::Null) => {}
        _ => found.push(format!("{at} is {real}, the seed has {seed}")),
    }
}

/// How a text of the seed is written, where there is a rule to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    InstantWithMilliseconds,
    Instant,
    /// What a clock on the school's wall shows, without a zone.
    WallTime,
    Date,
    DayAndMonth,
    Address,
    Email,
    Attendance,
    WordInCapitals,
}

const FORMS: [Form; 9] = [
    Form::InstantWithMilliseconds,
    Form::Instant,
    Form::WallTime,
    Form::Date,
    Form::DayAndMonth,
    Form::Address,
    Form::Email,
    Form::Attendance,
    Form::WordInCapitals,
];

fn form(example: &str) -> Option<Form> {
    FORMS.into_iter().find(|form| form.fits(example))
}

impl Form {
    fn fits(self, text: &str) -> bool {
        match self {
            Form::InstantWithMilliseconds => {
                text.len() == 24 && text.as_bytes()[19] == b'.' && Form::Instant.fits(text)
            }
            Form::Instant => text.ends_with('Z') && text.contains('T') && text.parse::<Timestamp>().is_ok(),
            Form::WallTime => text.len() == 19 && text.as_bytes()[10] == b'T' && text.parse::<DateTime>().is_ok(),
            Form::Date => text.len() == 10 && text.parse::<Date>().is_ok(),
            Form::DayAndMonth => text.len() == 5 && format!("2024-{}", text.replace('/', "-")).parse::<Date>().is_ok(),
            Form::Address => text.starts_with("http://") || text.starts_with("https://"),
            Form::Email => text.contains('@') && !text.contains(' '),
            Form::Attendance => ["출석", "결석", "지각"].contains(&text),
            Form::WordInCapitals => {
                text.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit())
                    && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            }
        }
    }
}

#[test]
fn an_answer_may_have_more_keys_than_the_seed() {
    let seed = json!({ "id": 1, "rate": 0.25, "at": "2025-10-28T10:00:00Z", "days": ["10/21"], "lost": null,
        "wall": "2025-10-25T10:30:00", "mark": "출석" });
    let real = json!({ "id": 7, "rate": 1, "at": "2026-01-01T00:00:00Z", "days": ["02/29", "03/01"], "lost": null,
        "wall": "2026-01-01T00:00:00", "mark": "결석", "more": [] });
    assert_eq!(differences(&seed, &real), [""; 0]);
}

#[test]
fn a_difference_from_the_seed_is_found() {
    let cases = [
        (json!({ "id": 1 }), json!({ "user_id": 1 }), ".id is missing"),
        (json!({ "id": 1 }), json!({ "id": "1" }), ".id is \"1\""),
        (json!({ "id": 1 }), json!({ "id": 1.5 }), ".id is 1.5"),
        (json!({ "id": 1 }), json!({ "id": null }), ".id is null"),
        (json!({ "lost": null }), json!({ "lost": {} }), ".lost is {}"),
        (json!({ "user": { "id": 1 } }), json!({ "user": 1 }), ".user is 1"),
        (json!({ "list": [{ "id": 1 }] }), json!({ "list": [] }), ".list has 0 elements"),
        (json!({ "list": [{ "id": 1 }, { "a": 1 }] }), json!({ "list": [{ "id": 1 }, {}] }), ".list[1].a is missing"),
        (json!({ "at": "2025-10-28T10:00:00Z" }), json!({ "at": "2025-10-28T19:00:00+09:00" }), ".at is"),
        (json!({ "at": "2025-10-28T10:00:00Z" }), json!({ "at": "2025-10-28 10:00:00" }), ".at is"),
        (json!({ "at": "2025-10-28T10:00:00.000Z" }), json!({ "at": "2025-10-28T10:00:00Z" }), ".at is"),
        (json!({ "at": "2025-10-25T10:30:00" }), json!({ "at": "2025-10-25T01:30:00Z" }), ".at is"),
        (json!({ "at": "2025-10-25T10:30:00" }), json!({ "at": "2025-10-25 10:30:00" }), ".at is"),
        (json!({ "status": "출석" }), json!({ "status": "PRESENT" }), ".status is"),
        (json!({ "date": "2025-10-21" }), json!({ "date": "21.10.2025" }), ".date is"),
        (json!({ "labels": ["10/21"] }), json!({ "labels": ["21/10"] }), ".labels[0] is"),
        (json!({ "status": "IN_PROGRESS" }), json!({ "status": "InProgress" }), ".status is"),
        (json!({ "url": "https://a/b.png" }), json!({ "url": "/b.png" }), ".url is"),
        (json!({ "message": "시작되었습니다" }), json!({ "message": "started" }), ".message says"),
    ];
    for (seed, real, expected) in cases {
        let found = differences(&seed, &real);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{seed} beside {real}: {found:?}");
    }
}
