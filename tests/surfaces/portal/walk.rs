//! Walks through the table with real people: sends what a row sends by its names, holds the answer beside the row, and
//! knows which rows are left.

use std::collections::BTreeSet;

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::table::{Kind, Noun, ROWS, Row};
use crate::harness::people::Person;

pub struct Walk {
    left: BTreeSet<&'static str>,
    found: Vec<String>,
}

impl Walk {
    pub fn begin() -> Walk {
        Walk { left: ROWS.iter().map(|row| row.number).collect(), found: Vec::new() }
    }

    /// Sends every parameter of the row, and no other.
    pub async fn call(&mut self, number: &str, person: &Person, sent: Value) -> Value {
        let row = Row::of(number);
        let named: BTreeSet<&str> = sent.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(named, row.sent.iter().copied().collect(), "{number} sends these");
        let method: Method = row.method.parse().unwrap();
        let beside: Map<String, Value> = row.beside().map(|key| (key.to_owned(), sent[key].clone())).collect();
        let mut path = placed(row, &sent);
        let mut body = None;
        if method == Method::GET {
            let pairs: Vec<String> = beside.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect();
            path = if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) };
        } else if method != Method::DELETE {
            body = Some(Value::Object(beside));
        }
        let answer = person.asks(method, &path, body, &[]).await.ok();
        let mut faults = Vec::new();
        check(row, &answer, &mut faults);
        self.found.extend(faults.into_iter().map(|fault| format!("{number}: {fault}\n    in {answer}")));
        self.left.remove(row.number);
        answer
    }

    /// A row with pages: page by page, of one each, one sees what one sees at once. The answer is all of them.
    pub async fn pages(&mut self, number: &str, person: &Person, sent: Value, expected: usize) -> Vec<Value> {
        let of_page = |page: usize, size: usize| {
            let mut sent = sent.clone();
            sent["page"] = json!(page);
            sent["size"] = json!(size);
            sent
        };
        let (key, _) = *Row::of(number).answered.iter().find(|(_, kind)| matches!(kind, Kind::List(_))).unwrap();
        let all = self.call(number, person, of_page(1, 100)).await;
        let paging = json!({ "page": 1, "size": 100, "total_count": expected,
            "total_pages": expected.min(1) });
        assert_eq!(all["paging"], paging, "{number}: {all}");
        let all = all[key].as_array().unwrap().clone();
        assert_eq!(all.len(), expected, "{number}: {all:?}");
        for page in 1..=expected + 1 {
            let one = self.call(number, person, of_page(page, 1)).await;
            let paging = json!({ "page": page, "size": 1, "total_count": expected, "total_pages": expected });
            assert_eq!(one["paging"], paging, "{number}: {one}");
            let expected: Vec<Value> = all.iter().skip(page - 1).take(1).cloned().collect();
            assert_eq!(one[key], json!(expected), "{number}: page {page}");
        }
        all
    }

    /// Everything of the table was there, and as it stands there.
    pub fn ends(self) {
        assert_eq!(self.left, BTreeSet::new(), "nobody called these");
        assert!(self.found.is_empty(), "not as in the seed:\n{}", self.found.join("\n"));
    }
}

fn placed(row: &Row, sent: &Value) -> String {
    row.placeholders()
        .iter()
        .fold(row.path.to_owned(), |path, key| path.replace(&format!("{{{key}}}"), &plain(&sent[*key])))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn is_korean(text: &str) -> bool {
    text.chars().any(|c| ('가'..='힣').contains(&c))
}

fn check(row: &Row, answer: &Value, faults: &mut Vec<String>) {
    if answer["success"] != true {
        faults.push(format!("success is {}", answer["success"]));
    }
    if !answer["message"].as_str().is_some_and(is_korean) {
        faults.push(format!("message is {}", answer["message"]));
    }
    for (key, kind) in row.answered {
        match answer.get(key) {
            Some(value) => check_kind(key, *kind, value, faults),
            None => faults.push(format!("{key} is missing")),
        }
    }
}

fn check_kind(key: &str, kind: Kind, value: &Value, faults: &mut Vec<String>) {
    let fits = match kind {
        Kind::Id => value.as_i64().is_some_and(|id| id > 0),
        Kind::Flag => value.is_boolean(),
        Kind::Count => value.is_u64(),
        Kind::MaybeCount => value.is_null() || value.is_u64(),
        Kind::Text => value.as_str().is_some_and(|text| !text.is_empty()),
        Kind::Object(noun) => {
            check_noun(key, noun, value, faults);
            value.is_object()
        }
        Kind::List(noun) => {
            let elements = value.as_array().into_iter().flatten().enumerate();
            elements.for_each(|(n, element)| check_noun(&format!("{key}[{n}]"), noun, element, faults));
            value.is_array()
        }
        Kind::Paging => {
            let keys = ["page", "size", "total_count", "total_pages"];
            keys.iter().all(|key| value[key].is_u64()) && value.as_object().unwrap().len() == keys.len()
        }
    };
    if !fits {
        faults.push(format!("{key} is {value}, not {kind:?}"));
    }
}

fn check_noun(at: &str, noun: &Noun, thing: &Value, faults: &mut Vec<String>) {
    if thing[noun.id].is_null() {
        faults.push(format!("{at} has no {}", noun.id));
    }
    for key in noun.sent.iter().filter(|key| thing.get(key).is_none()) {
        faults.push(format!("{at} has no {key}"));
    }
    let instants = ["created_at", "updated_at"].into_iter().filter(|_| noun.is_dated);
    for key in instants.filter(|key| thing[key].as_str().is_none_or(|at| at.parse::<Timestamp>().is_err())) {
        faults.push(format!("{at} has as {key} {}", thing[key]));
    }
}

/// What was sent stands in it as it was sent; a whole number may have become one with a fraction.
#[track_caller]
pub fn holds(thing: &Value, sent: &Value) {
    for (key, value) in sent.as_object().unwrap() {
        let same = match (value.as_f64(), thing[key].as_f64()) {
            (Some(a), Some(b)) => a == b,
            _ => *value == thing[key],
        };
        assert!(same, "{key} was sent as {value}: {thing}");
    }
}

#[test]
fn a_difference_from_the_table_is_found() {
    let page = json!({ "page": 1, "size": 1, "total_count": 1, "total_pages": 1 });
    let enrollment = json!({ "enrollment_id": 1, "user_id": 1, "course_id": 1, "class_id": 1, "status": "APPROVED",
        "is_waiting": false, "waiting_number": null, "grade": {}, "created_at": "2025-03-03T00:00:00Z",
        "updated_at": "2025-03-03T00:00:00Z" });
    let good = json!({ "success": true, "message": "조회", "enrollments": [enrollment], "paging": page });
    let faults = |answer: &Value| {
        let mut found = Vec::new();
        check(Row::of("3-04"), answer, &mut found);
        found
    };
    assert_eq!(faults(&good), [""; 0]);
    for (pointer, wrong, fault) in [
        ("/success", json!("true"), "success is"),
        ("/message", json!("found"), "message is"),
        ("/enrollments", json!({}), "enrollments is"),
        ("/enrollments/0/enrollment_id", json!(null), "enrollments[0] has no enrollment_id"),
        ("/enrollments/0/created_at", json!("2025-03-03"), "enrollments[0] has as created_at"),
        ("/paging/total_pages", json!("1"), "paging is"),
        ("/paging", json!({ "page": 1, "page_size": 1, "total_count": 1, "total_pages": 1 }), "paging is"),
    ] {
        let mut answer = good.clone();
        *answer.pointer_mut(pointer).unwrap() = wrong;
        let found = faults(&answer);
        assert!(found.len() == 1 && found[0].starts_with(fault), "{pointer}: {found:?}");
    }
    let mut lacks = good.clone();
    lacks["enrollments"][0].as_object_mut().unwrap().remove("user_id");
    lacks.as_object_mut().unwrap().remove("paging");
    assert_eq!(faults(&lacks), ["enrollments[0] has no user_id", "paging is missing"]);
}
