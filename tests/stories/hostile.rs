//! What comes in need not be what we asked for: it is refused in our own words, and nothing changes.

mod crowd;
mod queries;

use reqwest::Method;
use serde_json::{Value, json};

use self::crowd::{Crowd, complaint, must_be_none};
use crate::classroom::holding;
use crate::harness::dialect::Dialect;
use crate::harness::on_both;
use crate::routes::{FilledSchool, Route, difference, routes};

fn wrong_types(schema: &Value) -> Vec<&'static str> {
    let mut wrong = match schema["type"].as_str().unwrap_or("string") {
        "integer" => {
            vec!["\"abc\"", "1.5", "{}", "[]", "true", "99999999999999999999", "-99999999999999999999", "1e400"]
        }
        "number" => vec!["\"abc\"", "{}", "[]", "true", "1e400", "-1e400"],
        "boolean" => vec!["\"yes\"", "1", "{}", "[]"],
        "object" => vec!["5", "\"text\"", "[]", "true"],
        "array" if schema["items"]["type"] == "integer" => vec!["{}", "\"text\"", "7", "[\"a\"]", "[1.5]", "[null]"],
        "array" => vec!["{}", "\"text\"", "7", "[5]"],
        _ => vec!["5", "{}", "[]", "true", "[\"a\"]"],
    };
    if schema["minimum"] == 0 {
        wrong.push("-0.5");
    }
    if schema["maximum"] == 100 {
        wrong.push("100.5");
    }
    if !schema["nullable"].as_bool().unwrap_or(false) {
        wrong.push("null");
    }
    wrong
}

fn is_text(schema: &Value) -> bool {
    schema["type"] == "string"
}

/// Bodies with one wrong property each: what is wrong, the body, and the property.
fn spoiled(filled: &FilledSchool, schema: &Value) -> Vec<(String, String, String)> {
    let good = filled.body(schema);
    let spoil = |property: &str, value: &str| {
        let mut body = good.clone();
        body[property] = json!("\u{1}here\u{1}");
        body.to_string().replace(&json!("\u{1}here\u{1}").to_string(), value)
    };
    let mut all = Vec::new();
    for (property, kind) in schema["properties"].as_object().unwrap() {
        // What may be left out may be null: the server says so in its document, except where it says «object».
        let mut values: Vec<String> = wrong_types(kind).into_iter().map(String::from).collect();
        values.retain(|value| !is_taken_too(property, value));
        // Any text is an id of something that may not be there.
        if is_text(kind) && kind["name"] != "TextId" {
            let most = kind["maxLength"].as_u64().map_or(5_000, |most| most.max(5_000) as usize);
            values.push(json!("가".repeat(most + 1)).to_string());
            values.push("\"a\\u0000b\"".into());
            values.push("\"\\ud800\"".into());
        }
        if ["name", "title"].contains(&property.as_str()) {
            values.extend(["\"a\\u0007b\"", "\"a\\nb\"", "\"\"", "\"   \"", "\"\\u009b\""].map(String::from));
        }
        for value in values {
            let what: String = format!("{property}: {value}").chars().take(60).collect();
            all.push((what, spoil(property, &value), property.clone()));
        }
    }
    for property in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(property);
        all.push((format!("no {property}"), body.to_string(), property.to_owned()));
    }
    all
}

/// The document says «object», and that they are needed; what is promised is only that they may be left out.
fn may_be_left_out(property: &str) -> bool {
    ["context_data", "event_data", "screen_info"].contains(&property)
}

/// The document names one kind of value; another is taken too.
fn is_taken_too(property: &str, value: &str) -> bool {
    match property {
        "payment_info" => value == "{}",
        "pass_yn" => value == "true",
        "answer" => value == "1",
        _ => false,
    }
}

#[test]
fn a_wrong_value_is_refused_and_its_field_is_named() {
    on_both(|school| async move {
        let crowd = Crowd::of(&school).await;
        let before = crowd.filled.as_it_is(&crowd.admin).await;
        let mut complaints = Vec::new();
        for route in routes(&school).await.iter().filter(|route| route.body.is_some()) {
            for (what, body, property) in spoiled(&crowd.filled, route.body.as_ref().unwrap()) {
                if may_be_left_out(&property) && (what.ends_with("null") || what.starts_with("no ")) {
                    continue;
                }
                let reply = crowd.sends(route, "application/json", body.into_bytes()).await;
                complaints.extend(complaint(&what, &reply, &[400], Some(&property)));
            }
        }
        complaints.extend(difference(&before, &crowd.filled.as_it_is(&crowd.admin).await));
        must_be_none(complaints);
    });
}

#[test]
fn an_unknown_id_is_refused_wherever_it_stands() {
    on_both(|school| async move {
        let crowd = Crowd::of(&school).await;
        let before = crowd.filled.as_it_is(&crowd.admin).await;
        let mut complaints = Vec::new();
        // A message that is not there is put away already.
        let is_meant = |route: &&Route| route.body.is_some() && !route.path.ends_with("/message-read");
        for route in routes(&school).await.iter().filter(is_meant) {
            let schema = route.body.as_ref().unwrap();
            for property in schema["properties"].as_object().unwrap().keys().filter(|p| p.ends_with("_id")) {
                for id in [-1, 0, i64::MAX, i64::MIN] {
                    let mut body = crowd.filled.body(schema);
                    body[property] = json!(id);
                    let reply = crowd.sends(route, "application/json", body.to_string().into_bytes()).await;
                    let what = format!("{property}: {id}");
                    complaints.extend(complaint(&what, &reply, &[400, 403, 404, 409], None));
                }
            }
        }
        complaints.extend(difference(&before, &crowd.filled.as_it_is(&crowd.admin).await));
        must_be_none(complaints);
    });
}

#[test]
fn a_path_with_a_wrong_id_is_refused() {
    let long = "9".repeat(3_000);
    let ids =
        ["-1", "0", "9223372036854775807", "99999999999999999999", "abc", "%00", "%ff", "%20", "1%2f2", "1.0", &long];
    on_both(|school| async move {
        let crowd = Crowd::of(&school).await;
        let before = crowd.filled.as_it_is(&crowd.admin).await;
        let mut complaints = Vec::new();
        // The page that checks a certificate is the same for every number, and looks it up itself.
        for route in
            routes(&school).await.iter().filter(|route| route.path != "/certificates/{certificate_number}/verify")
        {
            for name in route.placeholders() {
                for id in ids {
                    let path = crowd.filled.path(route, Some((&name, id)));
                    let body = route.body.as_ref().map(|schema| crowd.filled.body(schema));
                    let reply = crowd.sender(route).asks(route.method.clone(), &path, body, &[]).await;
                    // Checking a certificate that does not exist is answered: it is not valid.
                    if reply.json["valid"] == false && route.name().contains("/certifications/verify/") {
                        continue;
                    }
                    complaints.extend(complaint(id, &reply, &[400, 403, 404, 409], None));
                }
            }
        }
        complaints.extend(difference(&before, &crowd.filled.as_it_is(&crowd.admin).await));
        must_be_none(complaints);
    });
}

/// All values of a body in a row, as a careless reader would take them for the object.
fn as_a_row(filled: &FilledSchool, schema: &Value) -> Value {
    let good = filled.body(schema);
    let keys = schema["properties"].as_object().unwrap().keys();
    Value::Array(keys.map(|key| good[key].clone()).collect())
}

#[test]
fn a_body_that_is_not_a_json_object_is_refused() {
    on_both(|school| async move {
        let crowd = Crowd::of(&school).await;
        let before = crowd.filled.as_it_is(&crowd.admin).await;
        let mut complaints = Vec::new();
        for route in routes(&school).await.iter().filter(|route| route.body.is_some()) {
            let schema = route.body.as_ref().unwrap();
            let good = crowd.filled.body(schema).to_string();
            let texts = [
                "{".to_owned(),
                "{\"a\":".into(),
                "nul".into(),
                "'text'".into(),
                "\"text\"".into(),
                "5".into(),
                "null".into(),
                "true".into(),
                "[]".into(),
                format!("[{good}]"),
                format!("{good} {good}"),
                format!("\u{feff}{good}"),
                "[".repeat(15_000),
                "{\"a\":".repeat(3_000),
                "name=value&other=1".into(),
            ];
            for text in texts {
                let what: String = text.chars().take(40).collect();
                let reply = crowd.sends(route, "application/json", text.into_bytes()).await;
                complaints.extend(complaint(&what, &reply, &[400], None));
            }
            let reply = crowd.sends(route, "application/json", b"{\"name\":\"\xff\xfe\"}".to_vec()).await;
            complaints.extend(complaint("bytes that are no UTF-8", &reply, &[400], None));
        }
        complaints.extend(difference(&before, &crowd.filled.as_it_is(&crowd.admin).await));
        must_be_none(complaints);
    });
}

#[test]
fn a_list_of_values_is_not_taken_for_an_object() {
    on_both(|school| async move {
        let crowd = Crowd::of(&school).await;
        let before = crowd.filled.as_it_is(&crowd.admin).await;
        let mut complaints = Vec::new();
        for route in routes(&school).await.iter().filter(|route| route.body.is_some()) {
            // As in the document, and in the order of the struct: which one that is only the server knows.
            let schema = route.body.as_ref().unwrap();
            let mut row = as_a_row(&crowd.filled, schema);
            for _ in 0..2 {
                let reply = crowd.sends(route, "application/json", row.to_string().into_bytes()).await;
                complaints.extend(complaint(&row.to_string(), &reply, &[400], None));
                row.as_array_mut().unwrap().reverse();
            }
        }
        for (path, row) in [
            ("/api/lectures", json!(["줄로 쓴 강의", null, null, null])),
            ("/api/auth/register", json!(["row@example.com", null, "correct horse", "김줄", null, null, null])),
        ] {
            let reply = crowd.admin.post(path, row.clone()).await;
            complaints.extend(complaint(&row.to_string(), &reply, &[400], None));
        }
        complaints.extend(difference(&before, &crowd.filled.as_it_is(&crowd.admin).await));
        must_be_none(complaints);
    });
}

#[test]
fn a_body_that_is_missing_too_large_or_no_json_is_refused() {
    on_both(|school| async move {
        let crowd = Crowd::of(&school).await;
        let before = crowd.filled.as_it_is(&crowd.admin).await;
        let mut complaints = Vec::new();
        for route in routes(&school).await.iter().filter(|route| route.body.is_some()) {
            let schema = route.body.as_ref().unwrap();
            let good = crowd.filled.body(schema).to_string();
            if schema["required"].as_array().is_some_and(|required| !required.is_empty()) {
                let reply = crowd.sends(route, "application/json", Vec::new()).await;
                let details = reply.refusal().map(|refusal| refusal.details).unwrap_or_default();
                let field = details["field"].as_str().unwrap_or("a field").to_owned();
                complaints.extend(complaint("no body", &reply, &[400], Some(&field)));
            }
            let form = "application/x-www-form-urlencoded";
            // Gateways send their notices as a form, too.
            let takes_forms = route.path == "/payment/webhook/";
            for kind in ["text/plain", form, "application/xml", ""].into_iter().filter(|k| *k != form || !takes_forms) {
                let reply = crowd.sends(route, kind, good.clone().into_bytes()).await;
                complaints.extend(complaint(kind, &reply, &[415], None));
            }
            let mebibytes = if schema["name"] == "Logs" { 4 } else { 1 };
            let large = format!("{{\"x\":\"{}\"}}", "x".repeat(mebibytes * 1024 * 1024));
            let reply = crowd.sends(route, "application/json", large.into_bytes()).await;
            complaints.extend(complaint("more than fits", &reply, &[413], None));
        }
        complaints.extend(difference(&before, &crowd.filled.as_it_is(&crowd.admin).await));
        must_be_none(complaints);
    });
}

#[test]
fn a_refused_caller_gets_the_reason_however_much_they_sent() {
    on_both(|school| async move {
        let crowd = Crowd::of(&school).await;
        let all = routes(&school).await;
        let batch = all.iter().find(|route| route.path == "/api/logs/batch").unwrap();
        let expired = holding(&school, "expired");
        let mut complaints = Vec::new();
        let teacher = school.registers("INSTRUCTOR", "기록", "logs@example.com").await;
        let lecture = teacher.makes_lecture("기록", 1).await;
        let student = school.registers("STUDENT", "기록생", "logger@example.com").await;
        student.enrolls(&lecture).await;
        let log = json!({ "event_type": "CLICK", "event_data": {}, "subtask_id": lecture.steps[0] });
        let full = json!({ "logs": [log], "x": "x".repeat(3 * 1024 * 1024) }).to_string();
        student.sends_raw(&batch.path, "application/json", full.into_bytes()).await.is(201);
        for _ in 0..5 {
            let large = format!("{{\"logs\":[],\"x\":\"{}\"}}", "x".repeat(3 * 1024 * 1024));
            let reply = expired.sends_raw(&batch.path, "application/json", large.into_bytes()).await;
            complaints.extend(complaint("a large batch and no good token", &reply, &[401], None));
            let reply = crowd.sends(batch, "application/json", vec![b' '; 12 * 1024 * 1024]).await;
            complaints.extend(complaint("far too much", &reply, &[413], None));
        }
        must_be_none(complaints);
    });
}

#[test]
fn an_unknown_path_and_a_wrong_method_are_refused_in_the_dialect() {
    on_both(|school| async move {
        let crowd = Crowd::of(&school).await;
        let mut complaints = Vec::new();
        for path in [
            "/api",
            "/api/",
            "/api/nothing",
            "/api/lectures/1/nothing",
            "/api/%00",
            "/api/%ff",
            "/api//lectures",
            "/api/sessions/1/start/now",
            "/api/v1/",
            "/api/v1/nothing",
            "/api/v1/enrollments/1/nothing",
            "/api/v1/%ff",
            "/api/v1/bc-006/learning/nothing",
            "/api/v1/bc-006/learning/courses/1/nothing",
            "/accounts/",
            "/accounts/nothing/",
            "/courses/nothing",
            "/missions/1/%ff",
            "/ws/nothing",
            "/qr/",
        ] {
            for person in [&crowd.nobody, &crowd.admin] {
                complaints.extend(complaint(path, &person.get(path).await, &[404], None));
            }
        }
        // An address that is none is in no seed: 404 is said by all.
        for path in ["/api/attendance/", "/api/attendance/nothing", "/api/attendance/request/1"] {
            let reply = crowd.admin.get(path).await;
            assert!(reply.status == 404 && reply.refusal().is_some(), "{path}: {}", reply.json);
        }
        for route in routes(&school).await {
            let path = crowd.filled.path(&route, None);
            let brew = Method::from_bytes(b"BREW").unwrap();
            let reply = crowd.admin.asks(brew, &path, None, &[]).await;
            let is_api = route.path.starts_with("/api") || route.path.starts_with("/qr");
            if is_api || reply.dialect() == Dialect::Academy {
                complaints.extend(complaint("BREW", &reply, &[405], None));
            } else {
                assert_eq!(reply.status, 405, "{}", route.name());
            }
        }
        must_be_none(complaints);
        for page in ["/nothing", "/l/%00", "/l/%ff", "/j/%00", "/static/%00", "/static/..%2fCargo.toml", "/teach/%ff"] {
            let status = crowd.nobody.get(page).await.status;
            assert!(status < 500, "{page}: {status}");
        }
    });
}

#[test]
fn an_invalid_idempotency_key_is_refused() {
    on_both(|school| async move {
        let crowd = Crowd::of(&school).await;
        let mut complaints = Vec::new();
        let document = crowd.nobody.get("/openapi.json").await.ok();
        for route in routes(&school).await {
            let method = route.method.as_str().to_lowercase();
            let parameters = document["paths"][&route.path][&method]["parameters"].as_array().cloned();
            if !parameters.into_iter().flatten().any(|p| p["name"] == "Idempotency-Key") {
                continue;
            }
            for key in ["1", "no-uuid", "' or 1=1", "6f1c2a54-0d3e-4c57-9b5e-0c8a4f1d2e3"] {
                let path = crowd.filled.path(&route, None);
                let body = route.body.as_ref().map(|schema| crowd.filled.body(schema));
                let headers = [("idempotency-key", key)];
                let reply = crowd.sender(&route).asks(route.method.clone(), &path, body, &headers).await;
                complaints.extend(complaint(key, &reply, &[400], Some("Idempotency-Key")));
            }
        }
        must_be_none(complaints);
    });
}

#[test]
fn a_hostile_report_of_a_screen_spoils_no_dashboard() {
    on_both(|school| async move {
        let crowd = Crowd::of(&school).await;
        let step = crowd.filled.lecture.steps[0];
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
        let student = &crowd.filled.student;
        for context in ["{\"current_screen\":\"\\ud800\"}", "{\"recent_actions\":[\"\\u0000\"]}", &deep] {
            let body = format!("{{\"subtask_id\":{step},\"context_data\":{context}}}");
            let reply = student.sends_raw("/api/help/request", "application/json", body.into_bytes()).await;
            assert!(reply.status < 500, "{}", reply.json);
        }
        let stuck = json!({ "subtask_id": step, "context_data": { "stuck_duration_seconds": 1e300 } });
        student.post("/api/help/request", stuck).await.is(201);
        let text = crowd
            .http
            .get(school.url("/api/dashboard/help-requests/pending"))
            .bearer_auth(crowd.filled.teacher.token.as_ref().unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!(text.status(), 200);
        // The teacher's page reads it with an ordinary reader.
        let bytes = text.bytes().await.unwrap();
        serde_json::from_slice::<Value>(&bytes).expect("the list of those who wait can be read");
    });
}
