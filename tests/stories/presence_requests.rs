//! A learner's request to count as present, from the phone: with a reason, and the instructor decides.

use serde_json::{Value, json};

use crate::classroom::running_session;
use crate::harness::people::{Lecture, Person};
use crate::harness::{School, on_both};

async fn mine(person: &Person, lecture: &Lecture) -> Value {
    person.get(&format!("/api/lectures/{}/my-attendance", lecture.id)).await.ok()["attendances"].clone()
}

fn reason(text: &str) -> Value {
    json!({ "session_number": 1, "reason": text })
}

/// A lecture that counts as late after five minutes, with a session that began ten minutes ago, and a student who came just now.
async fn late(school: &School) -> (Person, Lecture, Person) {
    let (teacher, lecture, session) = running_session(school, 1).await;
    let late = json!({ "late_after_min": 5 });
    teacher.put(&format!("/api/v1/courses/{}", lecture.id), late).await.ok();
    school.later(600);
    let student = school.student("김학생").await;
    student.joins(&session).await;
    (teacher, lecture, student)
}

#[test]
fn a_learner_who_came_late_asks_to_count_as_present_and_sees_what_the_teacher_decides() {
    on_both(|school| async move {
        let (teacher, lecture, student) = late(&school).await;
        let before = mine(&student, &lecture).await;
        assert_eq!((&before[0]["attendance_type"], &before[0]["may_ask"]), (&json!("LATE"), &json!(true)), "{before}");
        assert_eq!(before[0]["request"], Value::Null);
        let path = format!("/api/lectures/{}/my-attendance", lecture.id);
        let asked = student.post(&path, reason("휴대폰이 안 됐어요")).await.ok()["attendances"].clone();
        assert_eq!(asked, mine(&student, &lecture).await);
        assert_eq!((&asked[0]["may_ask"], &asked[0]["request"]["status"]), (&json!(false), &json!("PENDING")));
        student.post(&path, reason("또")).await.refused(409, "ALREADY_REQUESTED");
        // Where staff decide already.
        let waiting = teacher.get("/api/v1/attendance/requests").await.ok()["requests"].clone();
        assert_eq!(waiting[0]["request_reason"], "휴대폰이 안 됐어요", "{waiting}");
        let record = student.get("/api/v1/enrollments/me?record=true").await.ok()["enrollments"][0]["record"].clone();
        assert_eq!(record["attendance_requests"][0]["status"], "PENDING", "{record}");
        let code = teacher.get(&format!("/api/lectures/{}", lecture.id)).await.ok()["code"].clone();
        let decide = async |status: &str| {
            let records = json!([{ "studentIdx": student.id, "status": status, "rejectReason": "다음에 봐요" }]);
            let body = json!({ "lecSerial": code, "sessionNumber": 1, "attendanceRecords": records });
            teacher.post("/api/attendance/approve", body).await.ok();
            mine(&student, &lecture).await[0].clone()
        };
        let rejected = decide("REJECTED").await;
        assert_eq!((&rejected["request"]["status"], &rejected["may_ask"]), (&json!("REJECTED"), &json!(true)));
        assert_eq!(rejected["attendance_type"], "LATE");
        student.post(&path, reason("버스가 늦었어요")).await.ok();
        let approved = decide("APPROVED").await;
        assert_eq!((&approved["attendance_type"], &approved["may_ask"]), (&json!("PRESENT"), &json!(false)));
        assert_eq!(approved["request"]["status"], "APPROVED");
        student.post(&path, reason("또")).await.refused(409, "ALREADY_ATTENDED");
    });
}

#[test]
fn a_phone_knows_of_which_meeting_its_session_is() {
    on_both(|school| async move {
        let (_, _, session) = running_session(&school, 1).await;
        let guest = school.guest(&session, "김순자").await;
        let state = guest.follows(&session).await.receives("session_state").await;
        assert_eq!(state["data"]["session_number"], 1);
        assert_eq!(state["data"]["my_attendance"], "PRESENT");
    });
}

#[test]
fn only_those_who_learn_a_lecture_ask_in_it() {
    on_both(|school| async move {
        let (teacher, lecture, student) = late(&school).await;
        let path = format!("/api/lectures/{}/my-attendance", lecture.id);
        let stranger = school.student("이학생").await;
        assert_eq!(stranger.get(&path).await.status, 403);
        assert_eq!(stranger.post(&path, reason("저도요")).await.status, 403);
        assert_eq!(teacher.get(&path).await.status, 403);
        for wrong in [
            json!({ "session_number": 1, "reason": " " }),
            json!({ "session_number": 0, "reason": "왜" }),
            json!({ "reason": "왜" }),
        ] {
            assert_eq!(student.post(&path, wrong.clone()).await.status, 400, "{wrong}");
        }
    });
}
