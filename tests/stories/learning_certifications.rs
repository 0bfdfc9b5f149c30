//! Certificates of the learning surface: they come by themselves, or the system issues them, and anyone checks them.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::by_hand;
use crate::harness::learning::at;
use crate::harness::people::{Person, Reply};
use crate::harness::{on_both, on_both_with};
use crate::learning_progress::{assessment, certifications, learner, progress, scores};

async fn issues(person: &Person, id: &str, more: Value) -> Reply {
    let mut body = json!({ "progressId": id });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    person.post(&at("/certifications/issue"), body).await
}

async fn asks_to_verify(person: &Person, number: &Value, code: &Value) -> Reply {
    let (number, code) = (number.as_str().unwrap(), code.as_str().unwrap());
    person.get(&at(&format!("/certifications/verify/{number}?verificationCode={code}"))).await
}

async fn verifies(person: &Person, number: &Value, code: &Value) -> Value {
    asks_to_verify(person, number, code).await.is(200)
}

#[test]
fn the_system_issues_a_certificate_once_and_only_to_one_who_is_due() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        by_hand(&school, format!("update courses set completes_itself = false where id = {}", lecture.id)).await;
        let admin = school.admin().await;
        for person in [&student, &teacher] {
            issues(person, &id, json!({})).await.refused(403, "LEARNING_009");
        }
        let missing = issues(&admin, &id, json!({})).await.refused(409, "LEARNING_005");
        assert_eq!(missing, json!({ "missing": ["progress"] }));
        student.finishes(lecture.steps[0]).await;
        for (body, field) in
            [(json!({ "expiryDate": "2020-01-01T00:00:00.000Z" }), "expiryDate"), (json!({ "score": 101 }), "score")]
        {
            assert_eq!(issues(&admin, &id, body).await.refused(400, "LEARNING_008")["field"], field);
        }
        for wrong in [json!({ "userId": teacher.id.to_string() }), json!({ "courseId": "999999" })] {
            issues(&admin, &id, wrong).await.refused(404, "LEARNING_001");
        }
        issues(&admin, "999999", json!({})).await.refused(404, "LEARNING_001");
        let body = json!({ "userId": student.id.to_string(), "courseId": lecture.id.to_string(), "score": 85, "expiryDate": null });
        let replies = join_all((0..4).map(|_| issues(&admin, &id, body.clone()))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
        let issued: Vec<Value> = replies.into_iter().map(Reply::ok).collect();
        assert!(issued.iter().all(|one| *one == issued[0]), "{issued:?}");
        assert_eq!((&issued[0]["score"], &issued[0]["status"]), (&json!(85.0), &json!("active")));
        assert_eq!(progress(&student, &id).await["certificateId"], issued[0]["id"]);
        assert_eq!(progress(&student, &id).await["status"], "completed");
    });
}

#[test]
fn a_certificate_is_shown_to_its_learner_and_to_staff_of_the_course() {
    on_both(|school| async move {
        let (teacher, lecture, student, _) = learner(&school, 1).await;
        student.finishes(lecture.steps[0]).await;
        let mine = certifications(&student).await;
        let path = at(&format!("/certifications/{}", mine[0]["id"].as_str().unwrap()));
        let shown = student.get(&path).await.ok();
        let url = format!("/certificates/{}/verify", mine[0]["certificateNumber"].as_str().unwrap());
        assert_eq!((&shown["userName"], &shown["credentialUrl"]), (&json!("김학생"), &json!(url)));
        for person in [&teacher, &school.admin().await] {
            assert_eq!(person.get(&path).await.ok(), shown);
        }
        for person in [&school.student("이영희").await, &school.another_teacher().await] {
            person.get(&path).await.refused(404, "LEARNING_001");
            assert_eq!(certifications(person).await, [Value::Null; 0]);
        }
        school.nobody().get(&path).await.refused(401, "LEARNING_010");
    });
}

#[test]
fn anyone_checks_a_certificate_by_its_number_and_code() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        let exam = assessment(&teacher, &lecture).await;
        student.finishes(lecture.steps[0]).await;
        scores(&teacher, exam, &id, 85).await;
        let mine = certifications(&student).await;
        let number = &mine[0]["certificateNumber"];
        let path = at(&format!("/certifications/{}", mine[0]["id"].as_str().unwrap()));
        let shown = student.get(&path).await.ok();
        let (code, nobody) = (&shown["verificationCode"], school.nobody());
        let valid = verifies(&nobody, number, code).await;
        assert_eq!(
            (&valid["valid"], &valid["status"], &valid["reason"]),
            (&json!(true), &json!("active"), &Value::Null)
        );
        assert_eq!((&valid["userName"], &valid["courseTitle"]), (&json!("김학생"), &json!("카카오톡 기초")));
        let wrong = verifies(&nobody, number, &json!("VER-AAAAAAAAAAAA")).await;
        assert_eq!((&wrong["valid"], &wrong["userName"]), (&json!(false), &Value::Null));
        assert_eq!(wrong["reason"], "証明書が見つからないか、検証コードが一致しません。");
        let without = at(&format!("/certifications/verify/{}", number.as_str().unwrap()));
        let refused = nobody.get(&without).await.refused(400, "LEARNING_008");
        assert_eq!(refused["field"], "verificationCode");

        let completion = student.get(&format!("/api/v1/completions/enrollment/{id}")).await.ok();
        let completion = completion["completion"]["completion_id"].as_i64().unwrap();
        let revoke = json!({ "completion_status": "REVOKED", "memo": "부정행위" });
        teacher.put(&format!("/api/v1/completions/{completion}"), revoke).await.ok();
        let revoked = verifies(&nobody, number, code).await;
        assert_eq!((&revoked["valid"], &revoked["status"]), (&json!(false), &json!("revoked")));
        assert_eq!(student.get(&path).await.ok()["metadata"]["revocationReason"], Value::Null);
        assert_eq!(teacher.get(&path).await.ok()["metadata"]["revocationReason"], "부정행위");
        assert_eq!(student.get(&at("/my-certifications?status=active")).await.ok()["certifications"], json!([]));
        let listed = student.get(&at("/my-certifications?status=revoked")).await.ok();
        assert_eq!(listed["certifications"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn a_certificate_with_an_expiry_ends() {
    on_both_with(&["--access-ttl-s", "1000000"], |school| async move {
        let (_, lecture, student, id) = learner(&school, 1).await;
        by_hand(&school, format!("update courses set completes_itself = false where id = {}", lecture.id)).await;
        student.finishes(lecture.steps[0]).await;
        let in_a_day = gyosil::clock::rfc3339(school.app.now_ms() + 86_400_000);
        let issued = issues(&school.admin().await, &id, json!({ "expiryDate": in_a_day })).await.is(201);
        assert_eq!(issued["status"], "active");
        assert_eq!(certifications(&student).await[0]["status"], "active");
        school.later(86_401);
        let nobody = school.nobody();
        let checked = verifies(&nobody, &issued["certificateNumber"], &issued["verificationCode"]).await;
        assert_eq!((&checked["valid"], &checked["status"]), (&json!(false), &json!("expired")));
        for (status, expected) in [("active", 0), ("expired", 1), ("revoked", 0)] {
            let listed = student.get(&at(&format!("/my-certifications?status={status}"))).await.ok();
            let listed = listed["certifications"].as_array().unwrap();
            assert!(
                listed.len() == expected && listed.iter().all(|one| one["status"] == status),
                "{status}: {listed:?}"
            );
        }
    });
}

#[test]
fn wrong_codes_of_certificates_count_against_the_limit_and_right_ones_do_not() {
    on_both_with(&["--rate-limits", "on"], |school| async move {
        let (_, lecture, student, _) = learner(&school, 1).await;
        student.finishes(lecture.steps[0]).await;
        let id = certifications(&student).await[0]["id"].as_str().unwrap().to_owned();
        let shown = student.get(&at(&format!("/certifications/{id}"))).await.ok();
        let (number, code, nobody) = (&shown["certificateNumber"], &shown["verificationCode"], school.nobody());
        for _ in 0..40 {
            assert_eq!(verifies(&nobody, number, code).await["valid"], true);
        }
        let wrong = json!("VER-AAAAAAAAAAAA");
        for _ in 0..30 {
            assert_eq!(verifies(&nobody, number, &wrong).await["valid"], false);
        }
        for code in [&wrong, code] {
            let refused = asks_to_verify(&nobody, number, code).await;
            assert!(refused.headers.contains_key("retry-after"), "{}", refused.json);
            refused.refused(429, "LEARNING_013");
        }
        school.later(61);
        assert_eq!(verifies(&nobody, number, code).await["valid"], true);
    });
}
