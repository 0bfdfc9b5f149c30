//! Attendance: what makes itself, what staff make by hand, what a student asks for.

mod sheet;

use serde_json::{Value, json};

use crate::classroom::{new_session, running_session};
use crate::harness::on_both;
use crate::harness::people::{Lecture, Person, Session};

async fn marks(person: &Person, enrollment: i64) -> Vec<Value> {
    let found = person.get(&format!("/api/v1/attendance/enrollment/{enrollment}")).await.ok();
    found["attendances"].as_array().unwrap().clone()
}

async fn kinds(person: &Person, enrollment: i64) -> Vec<String> {
    marks(person, enrollment).await.iter().map(|m| m["attendance_type"].as_str().unwrap().to_owned()).collect()
}

/// The newest enrollment of this person in this lecture.
async fn enrollment(person: &Person, lecture: &Lecture) -> i64 {
    let mine = person.get("/api/v1/enrollments/me").await.ok();
    let of_lecture = |e: &&Value| e["course_id"] == lecture.id;
    mine["enrollments"].as_array().unwrap().iter().find(of_lecture).unwrap()["enrollment_id"].as_i64().unwrap()
}

async fn applies(student: &Person, lecture: &Lecture) -> i64 {
    let applied = student.post("/api/v1/enrollments", json!({ "course_id": lecture.id })).await.is(201);
    applied["enrollment_id"].as_i64().unwrap()
}

async fn grade(person: &Person, enrollment: i64) -> Value {
    person.get(&format!("/api/v1/enrollments/{enrollment}")).await.ok()["enrollment"]["grade"].clone()
}

async fn code_of(teacher: &Person, lecture: &Lecture) -> String {
    teacher.get(&format!("/api/lectures/{}", lecture.id)).await.ok()["code"].as_str().unwrap().to_owned()
}

async fn default_class(teacher: &Person, lecture: &Lecture) -> i64 {
    let classes = teacher.get(&format!("/api/v1/courses/{}/classes", lecture.id)).await.ok();
    classes["classes"][0]["class_id"].as_i64().unwrap()
}

async fn plans(teacher: &Person, lecture: &Lecture, plan: Value) {
    let class = default_class(teacher, lecture).await;
    teacher.put(&format!("/api/v1/courses/{}/classes/{class}", lecture.id), plan).await.ok();
}

#[test]
fn a_student_who_joins_is_present_or_late_and_one_who_does_not_is_absent() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let (early, late, absent) =
            (school.student("김일찍").await, school.student("이지각").await, school.student("박결석").await);
        let missed = applies(&absent, &lecture).await;
        early.joins(&session).await;
        teacher.starts(&session, lecture.steps[0]).await;
        school.later(10 * 60 - 5);
        let guest = school.guest(&session, "최손님").await;
        school.later(10);
        late.joins(&session).await;
        let (early_id, late_id) = (enrollment(&early, &lecture).await, enrollment(&late, &lecture).await);
        assert_eq!(kinds(&early, early_id).await, ["PRESENT"]);
        assert_eq!(kinds(&guest, enrollment(&guest, &lecture).await).await, ["PRESENT"]);
        assert_eq!(kinds(&late, late_id).await, ["LATE"]);
        assert_eq!(kinds(&absent, missed).await, [""; 0]);
        teacher.presses(&session, "end").await.ok();
        assert_eq!(kinds(&absent, missed).await, ["ABSENT"]);
        let mark = &marks(&late, late_id).await[0];
        assert!(mark["check_in_time"].is_string() && mark["check_out_time"].is_string(), "{mark}");
        assert_eq!((&mark["session_number"], &mark["is_by_hand"]), (&json!(1), &json!(false)));
        assert_eq!(grade(&late, late_id).await["attendance_score"], 100.0);
        assert_eq!(grade(&absent, missed).await["attendance_score"], 0.0);
        // Reviewing afterwards marks nothing.
        let reviewer = school.student("나중에").await;
        reviewer.joins(&session).await;
        assert_eq!(kinds(&reviewer, enrollment(&reviewer, &lecture).await).await, [""; 0]);
    });
}

#[test]
fn the_course_decides_when_a_student_is_late() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        teacher.put(&format!("/api/v1/courses/{}", lecture.id), json!({ "late_after_min": 0 })).await.ok();
        teacher.starts(&session, lecture.steps[0]).await;
        school.later(2);
        let late = school.student("이지각").await;
        late.joins(&session).await;
        assert_eq!(kinds(&late, enrollment(&late, &lecture).await).await, ["LATE"]);
    });
}

#[test]
fn a_session_that_never_began_takes_its_marks_back() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let student = school.student("김학생").await;
        let id = applies(&student, &lecture).await;
        student.joins(&session).await;
        assert_eq!(grade(&student, id).await["attendance_score"], 100.0);
        teacher.presses(&session, "end").await.ok();
        assert_eq!(kinds(&student, id).await, [""; 0]);
        assert_eq!(grade(&student, id).await["attendance_score"], Value::Null);
        // Its meeting is free: the next session of the day is the first again.
        let next = teacher.opens_session(&lecture).await;
        student.joins(&next).await;
        assert_eq!(marks(&student, id).await[0]["session_number"], 1);
    });
}

#[test]
fn leaving_and_coming_back_is_one_mark() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        let id = enrollment(&student, &lecture).await;
        student.post(&format!("/api/sessions/{}/leave", session.id), json!({})).await.ok();
        assert!(marks(&student, id).await[0]["check_out_time"].is_string());
        school.later(900);
        student.joins(&session).await;
        let found = marks(&student, id).await;
        assert_eq!((found.len(), &found[0]["attendance_type"]), (1, &json!("PRESENT")));
        assert_eq!(found[0]["check_out_time"], Value::Null);
        teacher.presses(&session, "end").await.ok();
        assert!(marks(&student, id).await[0]["check_out_time"].is_string());
    });
}

#[test]
fn a_mark_by_hand_stays() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let student = school.student("김학생").await;
        let other = school.student("이학생").await;
        let (id, other_id) = (applies(&student, &lecture).await, applies(&other, &lecture).await);
        student.joins(&session).await;
        let mark = marks(&student, id).await[0]["attendance_id"].as_i64().unwrap();
        let path = format!("/api/v1/attendance/{mark}");
        let changed = teacher.put(&path, json!({ "attendance_type": "EXCUSED", "absence_reason": "병원" })).await.ok();
        let attendance = &changed["attendance"];
        assert_eq!((&attendance["attendance_type"], &attendance["is_by_hand"]), (&json!("EXCUSED"), &json!(true)));
        assert!(attendance["check_in_time"].is_string(), "what was not named stays: {attendance}");
        let today = attendance["class_date"].as_str().unwrap().to_owned();
        let by_hand = json!({ "enrollment_id": other_id, "class_date": today, "attendance_type": "ABSENT" });
        teacher.post("/api/v1/attendance", by_hand.clone()).await.is(201);
        other.joins(&session).await;
        assert_eq!(kinds(&other, other_id).await, ["ABSENT"]);
        teacher.presses(&session, "end").await.ok();
        assert_eq!(kinds(&student, id).await, ["EXCUSED"]);
        assert_eq!(teacher.post("/api/v1/attendance", by_hand).await.is(409)["code"], "ALREADY_MARKED");
    });
}

#[test]
fn a_mark_without_a_number_goes_to_the_first_meeting_of_the_day_without_a_mark() {
    on_both(|school| async move {
        let (teacher, lecture, morning) = new_session(&school, 1).await;
        let student = school.student("김학생").await;
        let id = applies(&student, &lecture).await;
        student.joins(&morning).await;
        teacher.starts(&morning, lecture.steps[0]).await;
        teacher.presses(&morning, "end").await.ok();
        teacher.opens_session(&lecture).await;
        let today = marks(&student, id).await[0]["class_date"].clone();
        let mark =
            json!({ "enrollment_id": id, "class_date": today, "attendance_type": "LATE", "check_in_time": "13:05" });
        let second = teacher.post("/api/v1/attendance", mark).await.is(201);
        assert_eq!(second["attendance"]["session_number"], 2);
        assert!(second["attendance"]["check_in_time"].as_str().unwrap().ends_with("T04:05:00Z"), "{second}");
        let path = format!("/api/lectures/{}/sessions", lecture.id);
        let third = teacher.post(&path, json!({ "session_number": 7 })).await.is(201);
        assert_eq!(third["session_number"], 7);
        teacher.post(&path, json!({ "session_number": 7 })).await.refused(409, "INVALID_STATE");
    });
}

#[test]
fn a_batch_is_all_or_nothing() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        plans(
            &teacher,
            &lecture,
            json!({ "start_date": "2025-03-01", "end_date": "2025-06-30", "total_sessions": 16 }),
        )
        .await;
        let class = default_class(&teacher, &lecture).await;
        let (first, second) = (school.student("김학생").await, school.student("이학생").await);
        // The class is long over, and staff still enrol.
        plans(&teacher, &lecture, json!({ "end_date": null })).await;
        let (a, b) = (applies(&first, &lecture).await, applies(&second, &lecture).await);
        plans(&teacher, &lecture, json!({ "end_date": "2025-06-30" })).await;
        let batch = |date: &str, lines: Value| json!({ "course_id": lecture.id, "class_id": class, "class_date": date, "attendances": lines });
        let path = "/api/v1/attendance/batch";
        let present = |line: Value| {
            let mut line = line;
            line["attendance_type"] = json!("PRESENT");
            line
        };
        let both = json!([present(json!({ "enrollment_id": a })), present(json!({ "user_id": second.id }))]);
        for (date, lines, field) in [
            (
                "2025-03-03",
                json!([present(json!({ "enrollment_id": a })), present(json!({ "user_id": 999_999 }))]),
                "attendances[1]",
            ),
            ("2025-02-28", both.clone(), "class_date"),
            ("2025-07-01", both.clone(), "class_date"),
            ("2025-02-30", both.clone(), "class_date"),
            ("2025-03-03", json!([]), "attendances"),
            (
                "2025-03-03",
                json!([{ "enrollment_id": a, "attendance_type": "PRESENT", "check_in_time": "12:00",
                "check_out_time": "09:00" }]),
                "check_out_time",
            ),
            ("2025-03-03", json!([present(json!({ "enrollment_id": a, "user_id": first.id }))]), "attendances[0]"),
        ] {
            let refused = teacher.post(path, batch(date, lines)).await.is(400);
            assert_eq!(
                (&refused["success"], &refused["details"]["field"]),
                (&json!(false), &json!(field)),
                "{refused}"
            );
        }
        assert_eq!(kinds(&first, a).await, [""; 0]);
        assert_eq!(teacher.post(path, batch("2025-03-03", both.clone())).await.is(201)["processed"], 2);
        let third = json!([present(json!({ "enrollment_id": b })), present(json!({ "enrollment_id": a }))]);
        assert_eq!(teacher.post(path, batch("2025-03-03", third)).await.is(409)["code"], "ALREADY_MARKED");
        let path = format!("/api/v1/attendance/course/{}/class/{class}/date/2025-03-03?size=1", lecture.id);
        let day = teacher.get(&path).await.ok();
        assert_eq!((&day["paging"]["total_count"], day["attendances"].as_array().unwrap().len()), (&json!(2), 1));
        // One of the sixteen that are planned.
        assert_eq!(grade(&first, a).await["attendance_score"], 6.25);
    });
}

#[test]
fn a_rate_counts_what_was_planned_or_held() {
    on_both(|school| async move {
        let (teacher, lecture, first) = new_session(&school, 1).await;
        plans(&teacher, &lecture, json!({ "total_sessions": 1 })).await;
        let faithful = school.student("김개근").await;
        let id = applies(&faithful, &lecture).await;
        let holds = async |session: &Session, people: &[&Person]| {
            for person in people {
                person.joins(session).await;
            }
            teacher.starts(session, lecture.steps[0]).await;
            teacher.presses(session, "end").await.ok();
        };
        holds(&first, &[&faithful]).await;
        assert_eq!(grade(&faithful, id).await["attendance_score"], 100.0);
        let visitor = school.student("박손님").await;
        let second = teacher.opens_session(&lecture).await;
        holds(&second, &[&visitor]).await;
        // Two were held by now, of which one was planned; who came by the QR is asked for since then.
        assert_eq!(grade(&faithful, id).await["attendance_score"], 50.0);
        let visiting = enrollment(&visitor, &lecture).await;
        assert_eq!(grade(&visitor, visiting).await["attendance_score"], 100.0);
        plans(&teacher, &lecture, json!({ "total_sessions": 4 })).await;
        assert_eq!(grade(&faithful, id).await["attendance_score"], 25.0);
    });
}

#[test]
fn a_request_is_made_once_and_decided_once() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let code = code_of(&teacher, &lecture).await;
        let student = school.student("김학생").await;
        let id = applies(&student, &lecture).await;
        teacher.starts(&session, lecture.steps[0]).await;
        teacher.presses(&session, "end").await.ok();
        assert_eq!(kinds(&student, id).await, ["ABSENT"]);
        let ask = |number: i64| json!({ "lecSerial": code, "sessionNumber": number, "requestReason": "병원 진료" });
        let asked = student.post("/api/attendance/request", ask(1)).await.is(200);
        assert_eq!(asked["data"]["pendingRequests"][0]["status"], "PENDING");
        assert_eq!(asked["data"]["sessions"][0]["hasRequest"], true);
        let again = student.post("/api/attendance/request", ask(1)).await.is(400);
        assert_eq!((&again["success"], &again["data"]), (&json!(false), &Value::Null));
        let decide = |status: &str| {
            json!({ "lecSerial": code, "sessionNumber": 1, "attendanceRecords": [
                { "studentIdx": student.id, "status": status, "rejectReason": null }] })
        };
        // Not the student, not a colleague.
        student.post("/api/attendance/approve", decide("APPROVED")).await.is(403);
        school.another_teacher().await.post("/api/attendance/approve", decide("APPROVED")).await.is(403);
        let path = "/api/attendance/approve";
        let both_at_once =
            futures_util::future::join(teacher.post(path, decide("APPROVED")), teacher.post(path, decide("REJECTED")));
        let (approved, rejected) = both_at_once.await;
        assert_eq!(approved.status.min(rejected.status), 200);
        assert_eq!(approved.status.max(rejected.status), 400);
        let was_approved = approved.status == 200;
        assert_eq!(kinds(&student, id).await, [if was_approved { "PRESENT" } else { "ABSENT" }]);
        teacher.post(path, decide("APPROVED")).await.is(400);
        let decided = student.get("/api/notifications").await.ok();
        assert_eq!(decided["notifications"][0]["type"], "ATTENDANCE_DECIDED");
        assert_eq!(teacher.get("/api/notifications").await.ok()["notifications"][0]["type"], "ATTENDANCE_REQUESTED");
    });
}

#[test]
fn an_approval_fails_as_a_whole_if_one_student_made_no_request() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let code = code_of(&teacher, &lecture).await;
        let (first, second) = (school.student("김학생").await, school.student("이학생").await);
        let a = applies(&first, &lecture).await;
        applies(&second, &lecture).await;
        teacher.starts(&session, lecture.steps[0]).await;
        teacher.presses(&session, "end").await.ok();
        first
            .post(
                "/api/attendance/request",
                json!({ "lecSerial": code, "sessionNumber": 1, "requestReason": "병원 진료" }),
            )
            .await
            .is(200);
        let record = |person: i64| json!({ "studentIdx": person, "status": "APPROVED" });
        let approve = |records: Value| json!({ "lecSerial": code, "sessionNumber": 1, "attendanceRecords": records });
        for records in [
            json!([record(first.id), record(second.id)]),
            json!([record(first.id), record(999_999)]),
            json!([record(first.id), record(first.id)]),
            json!([]),
        ] {
            teacher.post("/api/attendance/approve", approve(records)).await.is(400);
            assert_eq!(kinds(&first, a).await, ["ABSENT"]);
        }
        teacher.post("/api/attendance/approve", approve(json!([record(first.id)]))).await.is(200);
        assert_eq!(kinds(&first, a).await, ["PRESENT"]);
        assert_eq!(grade(&first, a).await["attendance_score"], 100.0);
        let once_more = json!({ "lecSerial": code, "sessionNumber": 1, "requestReason": "한 번 더" });
        first.post("/api/attendance/request", once_more).await.is(400);
    });
}

#[test]
fn a_change_reaches_the_dashboard_and_the_student() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let student = school.student("김학생").await;
        let id = applies(&student, &lecture).await;
        let mut phone = student.opens(&format!("/ws/help/{}", student.id)).await;
        let mut board = teacher.opens(&format!("/ws/dashboard/lecture/{}/", lecture.id)).await;
        for socket in [&mut phone, &mut board] {
            socket.wants_school_events = true;
            socket.asks(json!({ "type": "ping" })).await;
        }
        student.joins(&session).await;
        let heard = board.waits_for("attendance_updated").await["data"].clone();
        assert_eq!((&heard["user_id"], &heard["attendance_type"]), (&json!(student.id), &json!("PRESENT")));
        assert_eq!((&heard["enrollment_id"], &heard["session_number"]), (&json!(id), &json!(1)));
        assert_eq!(board.waits_for("grade_updated").await["data"]["grade"]["attendance_score"], 100.0);
        assert_eq!(phone.waits_for("attendance_updated").await["data"]["attendance_type"], "PRESENT");
        assert_eq!(phone.waits_for("grade_updated").await["data"]["grade"]["attendance_score"], 100.0);
    });
}

#[test]
fn nobody_marks_themselves() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let student = school.student("김학생").await;
        let mate = school.student("이학생").await;
        let (id, other) = (applies(&student, &lecture).await, applies(&mate, &lecture).await);
        mate.joins(&session).await;
        let mark = marks(&mate, other).await[0]["attendance_id"].as_i64().unwrap();
        let class = default_class(&teacher, &lecture).await;
        let me = json!({ "enrollment_id": id, "class_date": "2025-03-03", "attendance_type": "PRESENT" });
        let everyone = json!({ "course_id": lecture.id, "class_id": class, "class_date": "2025-03-03",
            "attendances": [{ "enrollment_id": id, "attendance_type": "PRESENT" }] });
        for person in [&student, &school.another_teacher().await] {
            person.post("/api/v1/attendance", me.clone()).await.is(403);
            person.post("/api/v1/attendance/batch", everyone.clone()).await.is(403);
            person.put(&format!("/api/v1/attendance/{mark}"), json!({ "attendance_type": "ABSENT" })).await.is(403);
            let seen = person.get(&format!("/api/v1/attendance/{mark}")).await.status;
            assert!([403, 404].contains(&seen), "{seen}");
        }
        assert_eq!(kinds(&student, id).await, [""; 0]);
        assert_eq!(kinds(&mate, other).await, ["PRESENT"]);
        school.nobody().get(&format!("/api/v1/attendance/{mark}")).await.is(401);
    });
}
