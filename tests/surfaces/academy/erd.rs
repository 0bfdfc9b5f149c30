//! Answers beside the entities of the seed: each field is a key, and its value is of the field's type.

use regex::Regex;
use serde_json::{Value, json};

use super::seed::entities;

/// Fields that are null where there is nothing, and why.
const NULLABLE: &[(&str, &str)] = &[
    ("CustomUser.nickname", "one may have none"),
    ("MultipleChoiceQuestion.correct_option", "learners do not see it"),
    ("Enrollment.expiry_date", "it is not admitted yet, or has no end"),
    ("Payment.payment_date", "nothing was paid yet"),
    ("Payment.refund_deadline", "nothing was paid yet, or by no gateway"),
    ("Payment.merchant_uid", "the money came without a gateway"),
    ("Payment.imp_uid", "the gateway has not named it yet"),
    ("Payment.receipt_url", "the gateway gives none"),
    ("UserActivity.logout_time", "the login is good"),
    ("Certificate.id", "it is not issued yet"),
    ("Certificate.issued_at", "it is not issued yet"),
    ("Certificate.certificate_id", "it is not issued yet"),
    ("Certificate.encrypted_data", "it is not issued yet"),
    ("Video.duration", "it is elsewhere, and nobody has said how long it is; or its file has not come yet"),
    ("Video.video_url", "its file is in our store, or is not for the caller"),
];

/// Fields that no answer has, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("DailyPayment.id", "a row is a day, and no payment"),
    ("DailyPayment.payment_id", "a day has many payments, or none"),
];

/// Lists the fields of the entity that are not in the answer, or are of another type.
pub fn differences(entity: &str, answer: &Value) -> Vec<String> {
    let all = entities();
    let fields = all.get(entity).unwrap_or_else(|| panic!("the seed has no entity {entity}"));
    let mut found = Vec::new();
    for field in fields {
        let name = format!("{entity}.{}", field.name);
        let is_in = |list: &[(&str, &str)]| list.iter().any(|(of, _)| *of == name);
        let (may_be_null, is_left_out) = (is_in(NULLABLE), is_in(LEFT_OUT));
        match answer.get(field.name) {
            None if is_left_out => {}
            Some(_) if is_left_out => found.push(format!("{name} is there")),
            None => found.push(format!("{name} is missing")),
            Some(Value::Null) if may_be_null => {}
            Some(value) if is_of_type(value, field.r#type) => {}
            Some(value) => found.push(format!("{name} is {value}, no {}", field.r#type)),
        }
    }
    found
}

fn is_of_type(value: &Value, r#type: &str) -> bool {
    let text = value.as_str().unwrap_or_default();
    let has_form = |form: &str| Regex::new(form).unwrap().is_match(text);
    match r#type {
        "int" => value.is_i64(),
        "float" => value.is_number(),
        "boolean" => value.is_boolean(),
        "string" | "text" => value.is_string(),
        "datetime" => text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok(),
        "date" => text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok(),
        "duration" => has_form("^[0-9]{2,}:[0-5][0-9]:[0-5][0-9]$"),
        "uuid" => has_form("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
        other => panic!("an unknown type: {other}"),
    }
}

#[test]
fn a_difference_from_an_entity_is_found() {
    let video = json!({ "id": 1, "minor_category_id": 2, "name": "변수", "description": "", "video_url": "https://a",
        "duration": "00:04:10", "order": 1, "created_at": "2025-10-28T10:00:00Z" });
    assert_eq!(differences("Video", &video), [""; 0]);
    for (field, wrong) in [
        ("id", json!("1")),
        ("minor_category_id", json!(1.5)),
        ("name", json!(null)),
        ("duration", json!("4:10")),
        ("duration", json!(250)),
        ("created_at", json!("2025-10-28")),
    ] {
        let mut other = video.clone();
        other[field] = wrong.clone();
        let r#type = entities()["Video"].iter().find(|of| of.name == field).unwrap().r#type;
        assert_eq!(differences("Video", &other), [format!("Video.{field} is {wrong}, no {}", r#type)]);
    }
    assert_eq!(
        differences("UserActivity", &json!({ "id": 1, "user_id": 1, "logout_time": null })),
        ["UserActivity.login_time is missing"]
    );
    let visit =
        json!({ "date": "2025-13-28", "student_unique_visitors": 1, "student_total_views": 1, "unique_ips": 1 });
    assert_eq!(differences("DailyVisit", &visit).len(), 2);
    assert_eq!(differences("DailyPayment", &json!({ "date": "2025-10-28", "amount": 0 })), [""; 0]);
    let wrong = json!({ "id": 1, "date": 7, "amount": "0" });
    let found = ["DailyPayment.id is there", "DailyPayment.date is 7, no date", "DailyPayment.amount is \"0\", no int"];
    assert_eq!(differences("DailyPayment", &wrong), found);
    let certificate = json!("0E984725-C51C-4BF4-9960-E1C80E27ABA0");
    assert!(
        !is_of_type(&certificate, "uuid") && is_of_type(&json!(certificate.as_str().unwrap().to_lowercase()), "uuid")
    );
}
