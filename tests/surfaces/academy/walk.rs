//! A walk over the endpoints of the table. What was called is noted, so that none is forgotten.

use std::cell::RefCell;
use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;

use super::erd;
use super::table::{Row, RowAnswer, rows};
use crate::harness::School;
use crate::harness::people::Person;

pub struct Walk<'a> {
    pub school: &'a School,
    pub admin: Person,
    pub teacher: Person,
    pub student: Person,
    /// The headings that were called.
    seen: RefCell<BTreeSet<&'static str>>,
}

impl Walk<'_> {
    pub async fn begins(school: &School) -> Walk<'_> {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        Walk { school, admin: school.admin().await, teacher, student, seen: RefCell::default() }
    }

    /// Calls an endpoint of the seed with what stands for its placeholders, one after another; a query may stand behind the
    /// last. It fails unless the status and the answer are those of the table.
    pub async fn calls(&self, person: &Person, heading: &str, path: &[&str], body: Option<Value>) -> Value {
        let row = rows().find(|row| row.heading == heading).unwrap_or_else(|| panic!("the table has no {heading}"));
        let method: Method = row.method().parse().unwrap();
        let path = filled(row.path, path);
        let answer = person.asks(method.clone(), &path, body, &[]).await.is(row.status);
        if method == Method::GET {
            let other = person.get(&without_slash(&path)).await.is(row.status);
            assert_eq!(same(row, &other), same(row, &answer), "{heading} without its slash");
        }
        let found = differences(row, &answer);
        assert!(found.is_empty(), "{heading}: {found:#?}\n{answer:#}");
        self.seen.borrow_mut().insert(row.heading);
        answer
    }

    #[track_caller]
    pub fn has_seen_all(&self) {
        let seen = self.seen.borrow();
        let forgotten: Vec<&Row> = rows().filter(|row| !seen.contains(row.heading)).collect();
        assert!(forgotten.is_empty(), "never called: {forgotten:#?}");
    }
}

/// The same address without the slash at the end of its path.
fn without_slash(path: &str) -> String {
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    format!("{}{query}", path.strip_suffix('/').unwrap_or_else(|| panic!("no slash: {path}")))
}

/// The part of an answer that is the same whenever it is asked for.
fn same(row: &Row, answer: &Value) -> Value {
    let mut answer = answer.clone();
    // Each question makes a new order.
    if row.path.starts_with("/payment/info/") {
        answer.as_object_mut().unwrap().retain(|key, _| !["payment_id", "merchant_uid"].contains(&key.as_str()));
    }
    answer
}

fn filled(path: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let parts: Vec<&str> =
        path.split('/').map(|part| if part.starts_with('{') { *values.next().unwrap() } else { part }).collect();
    format!("{}{}", parts.join("/"), values.copied().collect::<String>())
}

fn differences(row: &Row, answer: &Value) -> Vec<String> {
    let lacks = |keys: &[&str]| -> Vec<String> {
        keys.iter().filter(|key| answer.get(**key).is_none()).map(|key| format!("{key} is missing")).collect()
    };
    match row.answer {
        RowAnswer::One(entity) => erd::differences(entity, answer),
        RowAnswer::Keys(keys) => lacks(keys),
        RowAnswer::Pdf if answer.as_str().is_some_and(|bytes| bytes.starts_with("%PDF-")) => Vec::new(),
        RowAnswer::Pdf => vec!["it is no PDF".to_owned()],
        RowAnswer::Nothing if answer == "" => Vec::new(),
        RowAnswer::Nothing => vec!["there is a body".to_owned()],
        RowAnswer::Page(entity) => {
            let mut found = lacks(&["count", "next", "previous", "results"]);
            match answer["results"].as_array().filter(|results| !results.is_empty()) {
                Some(results) => found.extend(results.iter().flat_map(|one| erd::differences(entity, one))),
                None => found.push(format!("no {entity} to look at")),
            }
            found
        }
    }
}

#[test]
fn a_path_is_filled_and_a_difference_from_a_row_is_found() {
    let deleted = Row { heading: "DELETE /a/", path: "/a/", status: 204, answer: RowAnswer::Nothing };
    assert_eq!(differences(&deleted, &serde_json::json!("")), [""; 0]);
    assert_eq!(differences(&deleted, &serde_json::json!({})), ["there is a body"]);
    let printed = Row { heading: "GET /a/", path: "/a/", status: 200, answer: RowAnswer::Pdf };
    assert_eq!(differences(&printed, &serde_json::json!("%PDF-1.7 …")), [""; 0]);
    assert_eq!(differences(&printed, &serde_json::json!({ "file": "%PDF-1.7" })), ["it is no PDF"]);
    assert_eq!(filled("/videos/{video_id}/", &["7", "?page=2"]), "/videos/7/?page=2");
    assert_eq!(without_slash("/videos/7/?page=2"), "/videos/7?page=2");
    let row = Row { heading: "GET /a/", path: "/a/", status: 200, answer: RowAnswer::Page("UserActivity") };
    let mut page = serde_json::json!({ "count": 1, "next": null, "previous": null, "results": [
        { "id": 1, "user_id": 1, "login_time": "2025-10-28T10:00:00Z", "logout_time": null }] });
    assert_eq!(differences(&row, &page), [""; 0]);
    page["results"][0]["id"] = Value::Null;
    page.as_object_mut().unwrap().remove("next");
    assert_eq!(differences(&row, &page), ["next is missing", "UserActivity.id is null, no int"]);
    page["results"] = serde_json::json!([]);
    assert_eq!(differences(&row, &page), ["next is missing", "no UserActivity to look at"]);
}
