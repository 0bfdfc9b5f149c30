//! What someone might try to get around a rule, or others out of their way.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::{adds_class, applied, decides, default_class, enrollment, new_session, plans, running_session};
use crate::harness::people::{Lecture, Person, Session};
use crate::harness::{on_both, on_both_with};

async fn attendance(person: &Person, id: i64) -> Value {
    enrollment(person, id).await["grade"]["attendance_score"].clone()
}

async fn mine(person: &Person) -> Vec<i64> {
    let found = person.get("/api/v1/enrollments/me").await.ok();
    found["enrollments"].as_array().unwrap().iter().map(|e| e["enrollment_id"].as_i64().unwrap()).collect()
}

async fn code_of(teacher: &Person, lecture: &Lecture) -> Value {
    teacher.get(&format!("/api/lectures/{}", lecture.id)).await.ok()["code"].clone()
}

async fn opens_of(teacher: &Person, lecture: &Lecture, class: i64) -> Session {
    let path = format!("/api/lectures/{}/sessions", lecture.id);
    let made = teacher.post(&path, json!({ "class_id": class })).await.is(201);
    Session::made(&made, lecture.id)
}

#[test]
fn leaving_and_joining_again_deletes_no_absence_and_returns_no_attempt() {
    on_both(|school| async move {
        let (teacher, lecture, missed) = running_session(&school, 1).await;
        let class = default_class(&teacher, lecture.id).await;
        let student = school.student("김학생").await;
        let first = applied(&student, lecture.id, class).await;
        teacher.presses(&missed, "end").await.ok();
        let missed = teacher.opens_session(&lecture).await;
        teacher.starts(&missed, lecture.steps[0]).await;
        teacher.presses(&missed, "end").await.ok();
        assert_eq!(attendance(&student, first).await, 0.0);
        let exam = json!({ "course_id": lecture.id, "assessment_name": "기말", "assessment_type": "FINAL", "attempt_limit": 1 });
        let exam = teacher.post("/api/v1/assessments", exam).await.is(201)["assessment_id"].clone();
        let results = format!("/api/v1/assessments/{exam}/results");
        teacher.post(&results, json!({ "enrollment_id": first, "score": 10 })).await.is(201);
        decides(&student, first, "cancel").await.ok();
        let session = teacher.opens_session(&lecture).await;
        student.joins(&session).await;
        let again = mine(&student).await[0];
        assert_ne!(again, first);
        teacher.starts(&session, lecture.steps[0]).await;
        teacher.presses(&session, "end").await.ok();
        // The meetings of before are asked of who had applied.
        let rate = attendance(&student, again).await.as_f64().unwrap();
        assert!(rate < 51.0, "{rate}");
        let retry = teacher.post(&results, json!({ "enrollment_id": again, "score": 90 })).await.is(409);
        assert_eq!(retry["code"], "NO_ATTEMPTS_LEFT");
    });
}

#[test]
fn leaving_and_applying_again_before_the_start_is_no_absence() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let class = default_class(&teacher, lecture.id).await;
        let student = school.student("김학생").await;
        let first = applied(&student, lecture.id, class).await;
        student.joins(&session).await;
        decides(&student, first, "cancel").await.ok();
        let again = applied(&student, lecture.id, class).await;
        teacher.starts(&session, lecture.steps[0]).await;
        teacher.presses(&session, "end").await.ok();
        assert_eq!(attendance(&student, again).await, 100.0);
    });
}

#[test]
fn joining_a_session_that_has_not_begun_lowers_nobodys_grade() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let class = default_class(&teacher, lecture.id).await;
        let student = school.student("김학생").await;
        let id = applied(&student, lecture.id, class).await;
        student.joins(&session).await;
        teacher.starts(&session, lecture.steps[0]).await;
        teacher.presses(&session, "end").await.ok();
        let path = format!("/api/lectures/{}/sessions", lecture.id);
        let to_come = teacher.post(&path, json!({ "scheduled_at": "2027-03-01T01:00:00Z" })).await.is(201);
        let door = format!("/api/sessions/{}/guest", to_come["session_code"].as_str().unwrap());
        school.nobody().post(&door, json!({ "name": "손님" })).await.is(201);
        assert_eq!(attendance(&student, id).await, 100.0);
        let view = json!({ "lecSerial": code_of(&teacher, &lecture).await });
        let view = student.post("/api/attendance/student/view", view).await.ok()["data"]["summary"].clone();
        assert_eq!((&view["totalSessions"], &view["attendanceRate"]), (&json!(1), &json!(100.0)));
        teacher.post(&format!("/api/sessions/{}/start", to_come["session_id"]), json!({})).await.ok();
        assert_eq!(attendance(&student, id).await, 100.0);
        teacher.post(&format!("/api/sessions/{}/end", to_come["session_id"]), json!({})).await.ok();
        assert_eq!(attendance(&student, id).await, 50.0);
    });
}

#[test]
fn a_student_who_is_rejected_during_a_session_does_not_come_back() {
    on_both(|school| async move {
        let (teacher, lecture, _) = new_session(&school, 1).await;
        let manual = adds_class(&teacher, lecture.id, json!({ "approval": "MANUAL" })).await;
        let session = opens_of(&teacher, &lecture, manual).await;
        let student = school.student("김학생").await;
        let id = applied(&student, lecture.id, manual).await;
        student.joins(&session).await;
        // Who sits in works along.
        teacher.starts(&session, lecture.steps[0]).await;
        student.finishes(lecture.steps[0]).await;
        let reason = json!({ "rejection_reason": "선수 과정이 필요합니다" });
        teacher.patch(&format!("/api/v1/enrollments/{id}/reject"), reason).await.ok();
        student.post(&format!("/api/sessions/{}/leave", session.id), json!({})).await.ok();
        let door = format!("/api/sessions/{}/join", session.id);
        student.post(&door, json!({})).await.refused(403, "ENROLLMENT_REJECTED");
    });
}

#[test]
fn work_in_a_session_counts_for_the_enrollment_that_joined_it() {
    on_both(|school| async move {
        let (teacher, lecture, _) = new_session(&school, 1).await;
        let morning = adds_class(&teacher, lecture.id, json!({})).await;
        let afternoon = adds_class(&teacher, lecture.id, json!({})).await;
        let student = school.student("김학생").await;
        let (first, second) =
            (applied(&student, lecture.id, morning).await, applied(&student, lecture.id, afternoon).await);
        let session = opens_of(&teacher, &lecture, morning).await;
        student.joins(&session).await;
        teacher.starts(&session, lecture.steps[0]).await;
        student.finishes(lecture.steps[0]).await;
        let people = teacher.watches(&session).await.receives("session_state").await["data"]["participants"].clone();
        assert_eq!(people[0]["subtask_status"], "COMPLETED", "{people}");
        let progress = async |id: i64| enrollment(&student, id).await["grade"]["progress_score"].clone();
        assert_eq!((progress(first).await, progress(second).await), (json!(100.0), json!(0.0)));
    });
}

#[test]
fn requests_are_limited_use_no_meeting_numbers_and_end_with_their_enrollment() {
    on_both(|school| async move {
        let (teacher, lecture, _) = new_session(&school, 1).await;
        let code = code_of(&teacher, &lecture).await;
        let class = default_class(&teacher, lecture.id).await;
        let student = school.student("김학생").await;
        let id = applied(&student, lecture.id, class).await;
        let ask = |number: i64| json!({ "lecSerial": code, "sessionNumber": number, "requestReason": "병원" });
        for number in 71..=80 {
            student.post("/api/attendance/request", ask(number)).await.is(200);
        }
        student.post("/api/attendance/request", ask(1)).await.is(400);
        let notices = teacher.get("/api/notifications").await.ok();
        assert_eq!(
            notices["notifications"].as_array().unwrap().len(),
            1,
            "many requests of one are one thing to look at"
        );
        let approve = |number: i64| {
            json!({ "lecSerial": code, "sessionNumber": number, "attendanceRecords": [
                { "studentIdx": student.id, "status": "APPROVED" }] })
        };
        teacher.post("/api/attendance/approve", approve(80)).await.is(200);
        let path = format!("/api/lectures/{}/sessions", lecture.id);
        assert_eq!(teacher.post(&path, json!({})).await.is(201)["session_number"], 2);
        decides(&student, id, "cancel").await.ok();
        applied(&student, lecture.id, class).await;
        // What was asked before went with the enrollment that ended.
        teacher.post("/api/attendance/approve", approve(79)).await.is(400);
    });
}

#[test]
fn a_mark_of_another_day_can_be_corrected() {
    on_both_with(&["--access-ttl-s", "1000000"], |school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let class = default_class(&teacher, lecture.id).await;
        let student = school.student("김학생").await;
        let id = applied(&student, lecture.id, class).await;
        student.joins(&session).await;
        school.later(26 * 3_600);
        teacher.starts(&session, lecture.steps[0]).await;
        let mark = student.get(&format!("/api/v1/attendance/enrollment/{id}")).await.ok()["attendances"][0].clone();
        let path = format!("/api/v1/attendance/{}", mark["attendance_id"]);
        let mended = teacher.put(&path, json!({ "attendance_type": "ABSENT" })).await.ok();
        assert_eq!(mended["attendance"]["attendance_type"], "ABSENT");
        let wrong = json!({ "check_in_time": mark["check_in_time"] });
        assert_eq!(teacher.put(&path, wrong).await.is(400)["details"]["field"], "check_in_time");
    });
}

#[test]
fn a_batch_skips_cancelled_students_and_completes_incomplete_ones() {
    on_both(|school| async move {
        let (teacher, lecture, _) = new_session(&school, 1).await;
        let class = default_class(&teacher, lecture.id).await;
        let (stays, leaves) = (school.student("김학생").await, school.student("이학생").await);
        let (a, b) = (applied(&stays, lecture.id, class).await, applied(&leaves, lecture.id, class).await);
        let mut completions = Vec::new();
        for id in [a, b] {
            let body = json!({ "enrollment_id": id, "completion_status": "INCOMPLETE" });
            completions.push(teacher.post("/api/v1/completions", body).await.is(201)["completion_id"].clone());
        }
        decides(&leaves, b, "cancel").await.ok();
        let force = json!({ "completion_status": "COMPLETED", "force": true, "memo": "사유" });
        let refused = teacher.put(&format!("/api/v1/completions/{}", completions[1]), force).await.is(409);
        assert_eq!(refused["details"]["status"], "CANCELLED");
        let body = json!({ "enrollment_id": a, "content_id": lecture.steps[0] });
        stays.patch("/api/v1/progress/complete", body).await.is(200);
        let batch = json!({ "course_id": lecture.id, "class_id": class });
        assert_eq!(teacher.post("/api/v1/completions/batch", batch).await.ok()["processed"], 1);
        let done = stays.get(&format!("/api/v1/completions/enrollment/{a}")).await.ok()["completion"].clone();
        assert_eq!((&done["completion_status"], &done["progress_score"]), (&json!("COMPLETED"), &json!(100.0)));
    });
}

/// Everyone asks for the same meeting.
async fn all_ask(teacher: &Person, lecture: &Lecture, people: &[Person], number: i64) {
    let code = code_of(teacher, lecture).await;
    let asks = people.iter().map(|person| {
        let ask = json!({ "lecSerial": code, "sessionNumber": number, "requestReason": "병원" });
        async move { person.post("/api/attendance/request", ask).await.is(200) }
    });
    join_all(asks).await;
}

#[test]
fn simultaneous_changes_that_count_for_grades_do_not_deadlock() {
    on_both(|school| async move {
        let (teacher, lecture, _) = new_session(&school, 2).await;
        let class = default_class(&teacher, lecture.id).await;
        plans(&teacher, lecture.id, class, json!({ "total_sessions": 20 })).await;
        let names = ["가", "나", "다", "라", "마", "바"];
        let mut people = Vec::new();
        let mut ids = Vec::new();
        for name in names {
            let person = school.student(name).await;
            ids.push(applied(&person, lecture.id, class).await);
            people.push(person);
        }
        let code = code_of(&teacher, &lecture).await;
        for round in 1..=6 {
            all_ask(&teacher, &lecture, &people, round).await;
            let records: Vec<Value> =
                people.iter().map(|p| json!({ "studentIdx": p.id, "status": "APPROVED" })).collect();
            let approve = json!({ "lecSerial": code, "sessionNumber": round, "attendanceRecords": records });
            let weigh = json!({ "weight_progress": 20 + round });
            let path = format!("/api/v1/courses/{}", lecture.id);
            let learn = join_all(people.iter().zip(&ids).map(|(person, id)| {
                let body = json!({ "enrollment_id": id, "content_id": lecture.steps[round as usize % 2],
                    "progress_rate": round * 10 });
                async move { person.post("/api/v1/progress", body).await }
            }));
            let (approved, weighed, learnt) =
                tokio::join!(teacher.post("/api/attendance/approve", approve), teacher.put(&path, weigh), learn);
            for reply in [approved, weighed].into_iter().chain(learnt) {
                assert!(reply.status < 300, "{}: {} {}", reply.asked, reply.status, reply.json);
            }
        }
        for (person, id) in people.iter().zip(&ids) {
            assert_eq!(attendance(person, *id).await, 30.0);
        }
    });
}

#[test]
fn erasing_a_person_deletes_the_reasons_of_absence_and_keeps_the_marks() {
    on_both(|school| async move {
        let (teacher, lecture, _) = new_session(&school, 0).await;
        let class = default_class(&teacher, lecture.id).await;
        let student = school.student("김학생").await;
        let id = applied(&student, lecture.id, class).await;
        let mark = json!({ "enrollment_id": id, "class_date": "2025-03-03", "attendance_type": "ABSENT",
            "absence_reason": "입원" });
        teacher.post("/api/v1/attendance", mark).await.is(201);
        let admin = school.admin().await;
        admin.post(&format!("/api/admin/people/{}/erase", student.id), json!({})).await.is(204);
        let marks = teacher.get(&format!("/api/v1/attendance/enrollment/{id}")).await.ok()["attendances"].clone();
        assert_eq!(marks[0]["attendance_type"], "ABSENT");
        assert_eq!(marks[0]["absence_reason"], Value::Null);
    });
}

#[test]
fn erasing_a_person_blocks_nobody() {
    on_both(|school| async move {
        let (teacher, lecture, _) = new_session(&school, 0).await;
        let admin = school.admin().await;
        let class = default_class(&teacher, lecture.id).await;
        plans(&teacher, lecture.id, class, json!({ "approval": "MANUAL", "capacity": 1 })).await;
        for name in ["가", "나", "다"] {
            let person = school.student(name).await;
            let id = applied(&person, lecture.id, class).await;
            let erase = format!("/api/admin/people/{}/erase", person.id);
            let (erased, approved) = tokio::join!(admin.post(&erase, json!({})), decides(&teacher, id, "approve"));
            assert_eq!(erased.status, 204, "{}", erased.json);
            assert!(approved.status < 500, "{}", approved.json);
            // Whoever is gone holds no seat.
            assert_eq!(enrollment(&teacher, id).await["status"], "CANCELLED");
        }
    });
}
