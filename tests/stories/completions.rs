//! Completion: the rule, those who are let through against it, a whole class at once; and a student's whole way.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::by_hand;
use crate::harness::people::{Lecture, Person};
use crate::harness::{School, on_both, on_both_with};

async fn applies(student: &Person, lecture: &Lecture) -> i64 {
    let applied = student.post("/api/v1/enrollments", json!({ "course_id": lecture.id })).await.is(201);
    applied["enrollment_id"].as_i64().unwrap()
}

async fn class_of(teacher: &Person, lecture: &Lecture) -> i64 {
    let classes = teacher.get(&format!("/api/v1/courses/{}/classes", lecture.id)).await.ok();
    classes["classes"][0]["class_id"].as_i64().unwrap()
}

async fn status(person: &Person, enrollment: i64) -> Value {
    person.get(&format!("/api/v1/enrollments/{enrollment}")).await.ok()["enrollment"]["status"].clone()
}

async fn finishes(student: &Person, enrollment: i64, lecture: &Lecture) {
    for step in &lecture.steps {
        let body = json!({ "enrollment_id": enrollment, "content_id": step });
        student.patch("/api/v1/progress/complete", body).await.is(200);
    }
}

async fn completes(teacher: &Person, body: Value) -> Value {
    teacher.post("/api/v1/completions", body).await.is(201)["completion"].clone()
}

#[test]
fn a_refused_completion_names_what_is_missing_and_staff_may_force_it_with_a_reason() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 2).await;
        let student = school.student("김학생").await;
        let id = applies(&student, &lecture).await;
        let class = class_of(&teacher, &lecture).await;
        let path = format!("/api/v1/courses/{}/classes/{class}", lecture.id);
        teacher.put(&path, json!({ "total_sessions": 4, "start_date": "2025-03-01" })).await.ok();
        let new = |more: Value| {
            let mut body = json!({ "enrollment_id": id });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let refused = teacher.post("/api/v1/completions", new(json!({}))).await.is(409);
        assert_eq!(refused["details"]["missing"], json!(["attendance", "progress"]));
        assert!(refused["message"].as_str().unwrap().contains("출석률"), "{refused}");
        for (body, field) in [
            (json!({ "force": true }), "memo"),
            (json!({ "force": true, "memo": "  " }), "memo"),
            (json!({ "completion_date": "2025-02-28", "force": true, "memo": "사유" }), "completion_date"),
            (json!({ "completion_status": "REVOKED" }), "completion_status"),
            (json!({ "total_score": 100.5 }), "total_score"),
        ] {
            let refused = teacher.post("/api/v1/completions", new(body)).await.is(400);
            assert_eq!(refused["details"]["field"], field, "{refused}");
        }
        assert_eq!(status(&teacher, id).await, "APPROVED");
        let forced = json!({ "force": true, "memo": "해외 연수로 인정", "total_score": 88.5 });
        let completion = completes(&teacher, new(forced)).await;
        assert_eq!((&completion["memo"], &completion["total_score"]), (&json!("해외 연수로 인정"), &json!(88.5)));
        assert_eq!((&completion["is_by_hand"], &completion["attendance_score"]), (&json!(true), &json!(0.0)));
        assert_eq!(status(&teacher, id).await, "COMPLETED");
        let again = teacher.post("/api/v1/completions", new(json!({}))).await.is(409);
        assert_eq!(again["details"]["status"], "COMPLETED");
    });
}

#[test]
fn a_student_who_meets_the_rule_completes_and_gets_one_certificate() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let student = school.student("김학생").await;
        let id = applies(&student, &lecture).await;
        finishes(&student, id, &lecture).await;
        let both = join_all((0..2).map(|_| teacher.post("/api/v1/completions", json!({ "enrollment_id": id })))).await;
        let mut statuses: Vec<u16> = both.iter().map(|reply| reply.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
        let found = student.get(&format!("/api/v1/completions/enrollment/{id}")).await.ok()["completion"].clone();
        assert_eq!((&found["completion_status"], &found["progress_score"]), (&json!("COMPLETED"), &json!(100.0)));
        let completion = found["completion_id"].as_i64().unwrap();
        let path = format!("/api/v1/completions/{completion}/certificate");
        student.post(&path, json!({})).await.is(403);
        let made = join_all((0..4).map(|_| teacher.post(&path, json!({})))).await;
        assert_eq!(made.iter().filter(|reply| reply.status == 201).count(), 1);
        let numbers: Vec<&Value> = made.iter().map(|reply| &reply.json["certificate_no"]).collect();
        assert!(numbers.iter().all(|n| n.is_string() && *n == numbers[0]), "{numbers:?}");
        let seen = format!("/api/v1/completions/certificate/{}", numbers[0].as_str().unwrap());
        let seen = student.get(&seen).await.ok();
        assert_eq!((&seen["user"]["name"], &seen["course"]["course_id"]), (&json!("김학생"), &json!(lecture.id)));
        assert_eq!(seen["certificate"]["status"], "VALID");
        // What is printed does not change any more; what is said of it may.
        let change = |body: Value| teacher.put(Box::leak(format!("/api/v1/completions/{completion}").into()), body);
        assert_eq!(change(json!({ "total_score": 1 })).await.is(409)["details"]["status"], "CERTIFIED");
        let said = change(json!({ "memo": "우수" })).await.ok();
        assert_eq!(said["completion"]["memo"], "우수");
        assert_eq!(
            change(json!({ "completion_status": "INCOMPLETE" })).await.is(409)["details"]["status"],
            "COMPLETED"
        );
        change(json!({ "completion_status": "REVOKED", "memo": "대리 출석" })).await.ok();
        let uuid = seen["certificate"]["uuid"].as_str().unwrap();
        let public = school.nobody().get(&format!("/certificates/{uuid}.json")).await.ok();
        assert_eq!(public["state"], "REVOKED", "{public}");
        assert_eq!(teacher.post(&path, json!({})).await.is(409)["details"]["status"], "REVOKED");
        change(json!({ "completion_status": "COMPLETED" })).await.ok();
        assert_eq!(school.nobody().get(&format!("/certificates/{uuid}.json")).await.ok()["state"], "VALID");
    });
}

#[test]
fn an_incomplete_student_can_complete_later() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let student = school.student("김학생").await;
        let id = applies(&student, &lecture).await;
        let incomplete = json!({ "enrollment_id": id, "completion_status": "INCOMPLETE", "memo": "학습 미완료" });
        let completion = completes(&teacher, incomplete).await;
        assert_eq!(status(&student, id).await, "APPROVED");
        let path = format!("/api/v1/completions/{}", completion["completion_id"]);
        let certificate = teacher.post(&format!("{path}/certificate"), json!({})).await.is(409);
        assert_eq!(certificate["details"]["status"], "INCOMPLETE");
        let done = json!({ "completion_status": "COMPLETED" });
        assert_eq!(teacher.put(&path, done.clone()).await.is(409)["code"], "REQUIREMENTS_NOT_MET");
        finishes(&student, id, &lecture).await;
        assert_eq!(teacher.put(&path, done).await.ok()["completion"]["completion_status"], "COMPLETED");
        assert_eq!(status(&student, id).await, "COMPLETED");
        let cancelled = student.patch(&format!("/api/v1/enrollments/{id}/cancel"), json!({})).await.is(409);
        assert_eq!(cancelled["details"]["status"], "COMPLETED");
    });
}

#[test]
fn a_batch_keeps_the_scores_that_staff_gave_by_hand() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let student = school.student("김학생").await;
        let id = applies(&student, &lecture).await;
        let incomplete =
            json!({ "enrollment_id": id, "completion_status": "INCOMPLETE", "memo": "실기 점수", "total_score": 71.5 });
        let completion = completes(&teacher, incomplete).await;
        finishes(&student, id, &lecture).await;
        let batch = json!({ "course_id": lecture.id, "class_id": class_of(&teacher, &lecture).await });
        assert_eq!(teacher.post("/api/v1/completions/batch", batch).await.ok()["processed"], 1);
        let path = format!("/api/v1/completions/{}", completion["completion_id"]);
        let completion = teacher.get(&path).await.ok()["completion"].clone();
        assert_eq!((&completion["completion_status"], &completion["total_score"]), (&json!("COMPLETED"), &json!(71.5)));
    });
}

#[test]
fn a_guest_claims_the_account_before_the_certificate() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let session = teacher.opens_session(&lecture).await;
        let guest = school.guest(&session, "김순자").await;
        guest.finishes(lecture.steps[0]).await;
        let mine = guest.get("/api/v1/enrollments/me").await.ok();
        let completion = completes(&teacher, json!({ "enrollment_id": mine["enrollments"][0]["enrollment_id"] })).await;
        let path = format!("/api/v1/completions/{}/certificate", completion["completion_id"]);
        assert_eq!(teacher.post(&path, json!({})).await.is(409)["code"], "ACCOUNT_UNCLAIMED");
        let alone = guest.put("/api/auth/me", json!({ "phone": "010-1234-5678" })).await;
        assert_eq!(alone.refused(400, "INVALID_REQUEST")["field"], "password", "a number nobody can sign in with");
        let claims = json!({ "name": "김순자", "phone": "010-1234-5678", "password": "correct horse" });
        guest.put("/api/auth/me", claims).await.ok();
        // The claim has issued it.
        teacher.post(&path, json!({})).await.is(200);
    });
}

/// Enrolls so many people in a class, in two statements: their applications are other stories'.
async fn crowd(school: &School, class: i64, many: i64) -> Vec<i64> {
    let ids: Vec<i64> = (10_001..=10_000 + many).collect();
    let people: Vec<String> = ids.iter().map(|id| format!("({id}, 1, '학생 {id}', 'STUDENT')")).collect();
    let people = people.join(", ");
    by_hand(school, format!("insert into people (id, created_ms, name, role) values {people}")).await;
    let sql = format!(
        "insert into enrollments (created_ms, updated_ms, class, person, source, status, approved_ms)
        select 1, 1, {class}, id, 'APPLIED', 'APPROVED', 1 from people where id > 10000 order by id"
    );
    by_hand(school, sql).await;
    ids
}

#[test]
fn a_class_of_a_thousand_completes() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 0).await;
        let class = class_of(&teacher, &lecture).await;
        let people = crowd(&school, class, 1_000).await;
        let absent = json!({ "course_id": lecture.id, "class_id": class, "class_date": "2025-03-03", "attendances":
            people.iter().map(|id| json!({ "user_id": id,
                "attendance_type": if *id == people[0] { "ABSENT" } else { "PRESENT" } })).collect::<Vec<_>>() });
        teacher.post("/api/v1/attendance/batch", absent).await.is(201);
        let gone = teacher.get(&format!("/api/v1/enrollments?user_id={}", people[1])).await.ok();
        let gone = gone["enrollments"][0]["enrollment_id"].as_i64().unwrap();
        teacher.patch(&format!("/api/v1/enrollments/{gone}/cancel"), json!({})).await.ok();
        let mut named: Vec<i64> = people.clone();
        named.push(999_999);
        let batch = json!({ "course_id": lecture.id, "class_id": class, "completion_date": "2025-06-30",
            "student_ids": named });
        let began = std::time::Instant::now();
        let (mut processed, mut not_completed) = (0, Vec::new());
        let mut part = batch.clone();
        while !part["student_ids"].as_array().unwrap().is_empty() {
            let done = teacher.post("/api/v1/completions/batch", part.clone()).await.ok();
            processed += done["processed"].as_i64().unwrap();
            not_completed.extend(done["not_completed"].as_array().unwrap().clone());
            // On a slow machine the answer names those that its time was not enough for.
            assert!(done["remaining"].as_array().unwrap().len() < part["student_ids"].as_array().unwrap().len());
            part["student_ids"] = done["remaining"].clone();
        }
        println!("{:?}: a thousand in {:?}", school.backend, began.elapsed());
        assert_eq!(processed, 998, "{not_completed:?}");
        let why: Vec<(i64, &str)> =
            not_completed.iter().map(|n| (n["user_id"].as_i64().unwrap(), n["code"].as_str().unwrap())).collect();
        let expected = [(people[0], "REQUIREMENTS_NOT_MET"), (people[1], "INVALID_STATE"), (999_999, "NOT_ENROLLED")];
        assert_eq!(why, expected);
        assert_eq!(not_completed[0]["missing"], json!(["attendance"]));
        // Once more changes nothing.
        assert_eq!(teacher.post("/api/v1/completions/batch", batch).await.ok()["processed"], 0);
        let path = format!("/api/v1/completions/course/{}/class/{class}?completion_status=COMPLETED", lecture.id);
        assert_eq!(teacher.get(&path).await.ok()["paging"]["total_count"], 998);
    });
}

async fn verifies(stranger: &Person, url: &str) {
    let path = &url[url.find("/certificates/").unwrap()..];
    let verified = stranger.get(&format!("{path}.json")).await.ok();
    assert_eq!(verified["state"], "VALID", "{verified}");
    assert!(verified.to_string().contains("김순자") && verified.to_string().contains("생활체육 지도자 기초"));
    assert!(!verified.to_string().contains("@example.com"), "{verified}");
    stranger.get(path).await.is(200);
}

#[test]
fn from_the_application_to_the_certificate_on_a_strangers_phone() {
    on_both_with(&["--access-ttl-s", "1000000"], |school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("생활체육 지도자 기초", 1).await;
        let code = teacher.get(&format!("/api/lectures/{}", lecture.id)).await.ok()["code"].clone();
        let classes = format!("/api/v1/courses/{}/classes", lecture.id);
        let plan = json!({ "class_name": "1차", "capacity": 1, "approval": "AUTO", "total_sessions": 1 });
        let class = teacher.post(&classes, plan).await.is(201)["class_id"].clone();
        let exam = json!({ "course_id": lecture.id, "class_id": class, "assessment_name": "기말", "assessment_type": "FINAL",
            "total_score": 100, "pass_score": 60 });
        let exam = teacher.post("/api/v1/assessments", exam).await.is(201)["assessment_id"].clone();

        // Apply → wait → be admitted.
        let (first, student) = (school.student("이먼저").await, school.student("김순자").await);
        let application = json!({ "course_id": lecture.id, "class_id": class });
        let seat = first.post("/api/v1/enrollments", application.clone()).await.is(201);
        let applied = student.post("/api/v1/enrollments", application).await.is(201);
        assert_eq!((&applied["is_waiting"], &applied["waiting_number"]), (&json!(true), &json!(1)));
        let enrollment = format!("/api/v1/enrollments/{}", applied["enrollment_id"]);
        let admit = format!("{enrollment}/approve-waiting");
        assert_eq!(teacher.patch(&admit, json!({})).await.is(409)["code"], "CLASS_FULL");
        first.patch(&format!("/api/v1/enrollments/{}/cancel", seat["enrollment_id"]), json!({})).await.ok();
        assert_eq!(teacher.patch(&admit, json!({})).await.ok()["enrollment"]["status"], "APPROVED");

        // Join by QR, late.
        let path = format!("/api/lectures/{}/sessions", lecture.id);
        let session = teacher.post(&path, json!({ "class_id": class })).await.is(201);
        let id = session["session_id"].as_i64().unwrap();
        teacher.post(&format!("/api/sessions/{id}/start"), json!({ "first_subtask_id": lecture.steps[0] })).await.ok();
        school.later(3_600);
        let looked = student.get(&format!("/api/sessions/{}", session["session_code"].as_str().unwrap())).await.ok();
        student.post(&format!("/api/sessions/{}/join", looked["session_id"]), json!({})).await.is(201);
        student.finishes(lecture.steps[0]).await;
        let view = json!({ "lecSerial": code });
        let before = student.post("/api/attendance/student/view", view.clone()).await.ok()["data"].clone();
        assert_eq!(before["sessions"][0]["status"], "지각");
        teacher.post(&format!("/api/sessions/{id}/end"), json!({})).await.ok();

        // Ask for correction → approved.
        let asks = json!({ "lecSerial": code, "sessionNumber": 1, "requestReason": "지하철이 멈췄습니다" });
        student.post("/api/attendance/request", asks).await.is(200);
        let approval = json!({ "lecSerial": code, "sessionNumber": 1, "attendanceRecords": [
            { "studentIdx": student.id, "status": "APPROVED", "rejectReason": null }] });
        teacher.post("/api/attendance/approve", approval).await.is(200);
        let after = student.post("/api/attendance/student/view", view).await.ok()["data"].clone();
        assert_eq!(
            (&after["sessions"][0]["status"], &after["summary"]["attendanceRate"]),
            (&json!("출석"), &json!(100.0))
        );

        // The exam → the grade rises → complete.
        let total = async || student.get(&enrollment).await.ok()["enrollment"]["grade"]["total_score"].clone();
        assert_eq!(total().await, 40.0);
        let complete = json!({ "enrollment_id": applied["enrollment_id"] });
        let refused = teacher.post("/api/v1/completions", complete.clone()).await.is(409);
        assert_eq!(refused["details"]["missing"], json!(["assessment"]));
        let result = json!({ "enrollment_id": applied["enrollment_id"], "score": 90 });
        teacher.post(&format!("/api/v1/assessments/{exam}/results"), result).await.is(201);
        assert_eq!(total().await, 94.0);
        let completion = completes(&teacher, complete).await;
        let path = format!("/api/v1/completions/{}/certificate", completion["completion_id"]);
        let certificate = teacher.post(&path, json!({})).await.is(201);

        verifies(&school.nobody(), certificate["certificate_url"].as_str().unwrap()).await;
    });
}
