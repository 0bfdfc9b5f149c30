//! What is refused, and how: the words of the seed, and no status that it does not know.

use reqwest::Method;
use serde_json::{Value, json};

use super::classroom::Classroom;
use super::seed::{APPROVE, Example, PROFESSOR_VIEW, REQUEST, STUDENT_VIEW};
use crate::harness::people::{Person, Reply};
use crate::harness::{School, on_both};

/// Success is false, the message is Korean, and there is no data: the three keys of the seed and no other.
#[track_caller]
fn is_a_refusal(reply: Reply, status: u16) -> String {
    let asked = reply.asked.clone();
    let body = reply.is(status);
    let message = body["message"].as_str().unwrap_or_default().to_owned();
    assert_eq!(body, json!({ "success": false, "message": message, "data": null }), "{asked}");
    assert!(message.chars().any(|c| ('가'..='힣').contains(&c)), "{asked}: {message}");
    message
}

#[test]
fn every_refusal_of_the_seed_has_its_words() {
    on_both(|school| async move {
        let class = Classroom::of(&school).await;
        let (nobody, student) = (school.nobody(), &class.kim);
        for (path, person, status, without) in [
            (REQUEST, &nobody, 401, ""),
            (APPROVE, student, 403, ""),
            (STUDENT_VIEW, student, 400, "lecSerial"),
            (PROFESSOR_VIEW, student, 403, ""),
        ] {
            let example = Example::of(path);
            let mut sent = example.sent.clone();
            sent.as_object_mut().unwrap().remove(without);
            assert_eq!(person.post(path, sent).await.is(status), example.refused, "{path}");
        }
        let needed = Example::of(STUDENT_VIEW).refused;
        for sent in [json!({}), json!({ "lecSerial": null }), json!({ "lecSerial": "" })] {
            assert_eq!(student.post(STUDENT_VIEW, sent.clone()).await.is(400), needed, "{sent}");
            assert_eq!(class.teacher.post(PROFESSOR_VIEW, sent.clone()).await.is(400), needed, "{sent}");
        }
    });
}

fn asks(number: Value) -> Value {
    json!({ "lecSerial": "ETH201", "sessionNumber": number, "requestReason": "병원 진료" })
}

fn decides(records: Value) -> Value {
    json!({ "lecSerial": "ETH201", "sessionNumber": 3, "attendanceRecords": records })
}

#[test]
fn unreadable_and_impossible_requests_are_400() {
    on_both(|school| async move {
        let class = Classroom::of(&school).await;
        let (kim, teacher) = (&class.kim, &class.teacher);
        kim.post(REQUEST, asks(json!(3))).await.is(200);
        is_a_refusal(kim.post(REQUEST, asks(json!(3))).await, 400);
        for number in [json!(0), json!(81), json!(-1), json!("3"), json!(3.5), json!(null), json!(17), json!(1e30)] {
            let message = is_a_refusal(kim.post(REQUEST, asks(number)).await, 400);
            assert!(message.contains("sessionNumber"), "{message}");
        }
        // What counts as attended needs no request.
        is_a_refusal(kim.post(REQUEST, asks(json!(1))).await, 400);
        let approved = json!([{ "studentIdx": 1, "status": "APPROVED", "rejectReason": null }]);
        for (person, path, body) in [(kim, REQUEST, asks(json!(5))), (teacher, APPROVE, decides(approved.clone()))] {
            for key in body.as_object().unwrap().keys() {
                let mut without = body.clone();
                without.as_object_mut().unwrap().remove(key);
                let message = is_a_refusal(person.post(path, without).await, 400);
                assert!(message.contains(key.as_str()), "{key}: {message}");
                let mut unknown = body.clone();
                unknown[key] = json!({ "no": "such thing" });
                is_a_refusal(person.post(path, unknown).await, 400);
            }
            let mut elsewhere = body.clone();
            elsewhere["lecSerial"] = json!("ETH999");
            is_a_refusal(person.post(path, elsewhere).await, 400);
        }
        for records in [
            json!([]),
            json!({}),
            json!([{ "studentIdx": 2, "status": "APPROVED" }]),
            json!([{ "studentIdx": 987_654, "status": "REJECTED" }]),
            json!([{ "studentIdx": "1", "status": "APPROVED" }]),
            json!([{ "studentIdx": 1, "status": "PENDING" }]),
            json!([{ "status": "APPROVED" }]),
            json!([{ "studentIdx": 1 }]),
            json!([approved[0], approved[0]]),
        ] {
            is_a_refusal(teacher.post(APPROVE, decides(records)).await, 400);
        }
        is_a_refusal(kim.post(STUDENT_VIEW, json!({ "lecSerial": "ETH999" })).await, 400);
        is_a_refusal(teacher.post(PROFESSOR_VIEW, json!({ "lecSerial": "ETH999" })).await, 400);
        // Nothing of all that was done.
        teacher.post(APPROVE, decides(approved)).await.is(200);
    });
}

#[test]
fn a_body_that_is_not_json_is_400_too() {
    on_both(|school| async move {
        let class = Classroom::of(&school).await;
        for (person, path) in everyone(&class) {
            let large = json!({ "lecSerial": "E".repeat(2 * 1024 * 1024) });
            is_a_refusal(person.post(path, large).await, 400);
            for (kind, body) in [
                ("application/json", "{\"lecSerial\": \"ETH"),
                ("application/json", "{\"lecSerial\": \"ETH201\"} and more"),
                ("application/json", "[\"ETH201\"]"),
                ("application/json", "ETH201"),
                ("application/json", ""),
                ("text/plain", "{\"lecSerial\": \"ETH201\"}"),
                ("application/x-www-form-urlencoded", "lecSerial=ETH201"),
            ] {
                is_a_refusal(person.sends_raw(path, kind, body.into()).await, 400);
            }
            is_a_refusal(person.sends_raw(path, "application/json", b"{\"lecSerial\": \"\xff\"}".into()).await, 400);
        }
    });
}

fn everyone(class: &Classroom) -> [(&Person, &'static str); 4] {
    let (kim, teacher) = (&class.kim, &class.teacher);
    [(kim, REQUEST), (teacher, APPROVE), (kim, STUDENT_VIEW), (teacher, PROFESSOR_VIEW)]
}

/// Everything that the seed's four endpoints are sent, by this person.
async fn is_refused(person: &Person, path: &str, status: u16) {
    is_a_refusal(person.post(path, Example::of(path).sent).await, status);
}

async fn foreigners(school: &School) -> (Person, Person) {
    (school.another_teacher().await, school.student("박밖에").await)
}

#[test]
fn other_instructors_get_403_and_strangers_401() {
    on_both(|school| async move {
        let class = Classroom::of(&school).await;
        let (colleague, outsider) = foreigners(&school).await;
        for path in [APPROVE, PROFESSOR_VIEW] {
            is_refused(&class.kim, path, 403).await;
            is_refused(&outsider, path, 403).await;
            is_refused(&colleague, path, 403).await;
        }
        for path in [REQUEST, STUDENT_VIEW] {
            // Whoever teaches attends nothing, and who is not enrolled neither.
            is_refused(&class.teacher, path, 403).await;
            is_refused(&outsider, path, 403).await;
        }
        let mut forged = class.teacher.clone();
        forged.token = Some("e30.e30.e30".into());
        for (_, path) in everyone(&class) {
            is_refused(&school.nobody(), path, 401).await;
            is_refused(&forged, path, 401).await;
            // Who one is comes before what one sends.
            is_a_refusal(school.nobody().sends_raw(path, "text/plain", b"{".into()).await, 401);
        }
        school.later(1_801);
        for (person, path) in everyone(&class) {
            is_refused(person, path, 401).await;
        }
    });
}

#[test]
fn unknown_paths_beside_the_four_endpoints_are_refused_in_their_dialect() {
    on_both(|school| async move {
        let class = Classroom::of(&school).await;
        is_a_refusal(class.kim.get("/api/attendance/nothing").await, 404);
        for (person, path) in everyone(&class) {
            is_a_refusal(person.asks(Method::GET, path, None, &[]).await, 405);
            is_a_refusal(person.asks(Method::DELETE, path, None, &[]).await, 405);
        }
    });
}
