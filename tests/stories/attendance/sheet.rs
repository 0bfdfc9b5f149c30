//! What staff look at: a class as a sheet, and the requests that wait.

use serde_json::{Value, json};

use super::{applies, code_of, default_class, enrollment, marks};
use crate::classroom::{adds_class, new_session};
use crate::harness::on_both;
use crate::harness::people::{Lecture, Person};

const WAITING: &str = "/api/v1/attendance/requests";

fn sheet_of(lecture: &Lecture, class: i64) -> String {
    format!("/api/v1/attendance/course/{}/class/{class}", lecture.id)
}

fn line<'a>(sheet: &'a Value, person: &Person) -> &'a Value {
    sheet["students"].as_array().unwrap().iter().find(|line| line["user_id"] == person.id).unwrap()
}

async fn holds(teacher: &Person, lecture: &Lecture, people: &[&Person]) {
    let session = teacher.opens_session(lecture).await;
    for person in people {
        person.joins(&session).await;
    }
    teacher.starts(&session, lecture.steps[0]).await;
    teacher.presses(&session, "end").await.ok();
}

async fn asks(student: &Person, code: &str, number: i64) {
    let asked = json!({ "lecSerial": code, "sessionNumber": number, "requestReason": "병원 진료" });
    student.post("/api/attendance/request", asked).await.ok();
}

/// The lecture and the name of each request that waits.
async fn waiting(person: &Person) -> Vec<(i64, String)> {
    let found = person.get(WAITING).await.ok();
    assert_eq!(found["paging"]["total_count"], found["requests"].as_array().unwrap().len());
    let of = |r: &Value| (r["course_id"].as_i64().unwrap(), r["user_name"].as_str().unwrap().to_owned());
    found["requests"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn a_class_is_one_sheet_of_its_people_and_meetings() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let day = default_class(&teacher, &lecture).await;
        let evening = adds_class(&teacher, lecture.id, json!({})).await;
        let empty = teacher.get(&sheet_of(&lecture, day)).await.ok();
        assert_eq!((&empty["meetings"], &empty["students"]), (&json!([]), &json!([])));
        let (came, missed, gone, visitor) = (
            school.student("김온이").await,
            school.student("이결석").await,
            school.student("박취소").await,
            school.student("최손님").await,
        );
        let id = applies(&came, &lecture).await;
        applies(&missed, &lecture).await;
        let cancelled = applies(&gone, &lecture).await;
        holds(&teacher, &lecture, &[&came]).await;
        holds(&teacher, &lecture, &[&came, &visitor]).await;
        gone.patch(&format!("/api/v1/enrollments/{cancelled}/cancel"), json!({ "cancel_reason": "이사" })).await.ok();
        let elsewhere = school.student("정저녁").await;
        let application = json!({ "course_id": lecture.id, "class_id": evening });
        elsewhere.post("/api/v1/enrollments", application).await.is(201);

        let sheet = teacher.get(&sheet_of(&lecture, day)).await.ok();
        let today = marks(&came, id).await[0]["class_date"].clone();
        assert_eq!((&sheet["success"], sheet["students"].as_array().unwrap().len()), (&json!(true), 3));
        let meeting = |number: i64| json!({ "session_number": number, "class_date": today });
        assert_eq!(sheet["meetings"], json!([meeting(1), meeting(2)]));
        let shown = line(&sheet, &came);
        assert_eq!((&shown["enrollment_id"], &shown["user_name"]), (&json!(id), &json!("김온이")));
        assert_eq!((&shown["attendance_rate"], &shown["counted_session_numbers"]), (&json!(100.0), &json!([1, 2])));
        for (mark, wanted) in shown["attendances"].as_array().unwrap().iter().zip(marks(&came, id).await) {
            for (key, value) in mark.as_object().unwrap() {
                assert_eq!(*value, wanted[key], "{key}");
            }
            assert!(mark["check_in_time"].is_string() && mark["check_out_time"].is_string(), "{mark}");
        }
        let kinds = |person: &Person| {
            let marks = line(&sheet, person)["attendances"].as_array().unwrap().clone();
            marks.iter().map(|m| (m["session_number"].clone(), m["attendance_type"].clone())).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&missed), [(json!(1), json!("ABSENT")), (json!(2), json!("ABSENT"))]);
        // Who came by the QR is asked for those since their first.
        assert_eq!(kinds(&visitor), [(json!(2), json!("PRESENT"))]);
        assert_eq!(line(&sheet, &visitor)["counted_session_numbers"], json!([2]));
        let other = teacher.get(&sheet_of(&lecture, evening)).await.ok();
        assert_eq!((&other["meetings"], other["students"].as_array().unwrap().len()), (&json!([]), 1));
        assert_eq!(line(&other, &elsewhere)["attendance_rate"], Value::Null);

        assert_eq!(school.admin().await.get(&sheet_of(&lecture, day)).await.ok(), sheet);
        for stranger in [&came, &school.another_teacher().await] {
            stranger.get(&sheet_of(&lecture, day)).await.is(403);
        }
        school.nobody().get(&sheet_of(&lecture, day)).await.is(401);
        let foreign = teacher.makes_lecture("다른 강의", 1).await;
        teacher.get(&sheet_of(&foreign, day)).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn pending_requests_of_all_courses_are_one_list_with_the_oldest_first() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let (first, second) = (teacher.makes_lecture("카톡", 1).await, teacher.makes_lecture("유튜브", 1).await);
        let (kim, lee) = (school.student("김학생").await, school.student("이학생").await);
        let other = school.another_teacher().await;
        let foreign = other.makes_lecture("남의 강의", 1).await;
        let kims = applies(&kim, &second).await;
        for (student, lecture) in [(&lee, &first), (&kim, &first), (&kim, &foreign)] {
            applies(student, lecture).await;
        }
        holds(&teacher, &first, &[]).await;
        assert_eq!(waiting(&teacher).await, []);
        let code = code_of(&teacher, &first).await;
        for (student, lecture, number) in
            [(&kim, &second, 1), (&lee, &first, 1), (&kim, &first, 1), (&kim, &foreign, 1)]
        {
            asks(student, &code_of(&other, lecture).await, number).await;
            school.later(60);
        }
        let (of_kim, of_lee) = ("김학생".to_owned(), "이학생".to_owned());
        let wanted = [(second.id, of_kim.clone()), (first.id, of_lee.clone()), (first.id, of_kim.clone())];
        assert_eq!(waiting(&teacher).await, wanted);
        assert_eq!(waiting(&other).await, [(foreign.id, of_kim.clone())]);
        assert_eq!(waiting(&school.admin().await).await.len(), 4);
        let found = teacher.get(WAITING).await.ok();
        let (unmet, held) = (&found["requests"][0], &found["requests"][1]);
        assert_eq!((&unmet["class_date"], &unmet["enrollment_id"]), (&Value::Null, &json!(kims)));
        let lees = enrollment(&lee, &first).await;
        assert_eq!(held["class_date"], marks(&lee, lees).await[0]["class_date"]);
        assert_eq!((&held["course_title"], &held["course_code"]), (&json!("카톡"), &json!(code)));
        assert_eq!((&held["user_id"], &held["session_number"]), (&json!(lee.id), &json!(1)));
        assert_eq!(
            (&held["class_id"], &held["request_reason"]),
            (&json!(default_class(&teacher, &first).await), &json!("병원 진료"))
        );
        assert!(held["created_at"].as_str().unwrap().ends_with('Z'), "{held}");
        let page = teacher.get(&format!("{WAITING}?page=2&size=1")).await.ok();
        assert_eq!((&page["requests"], &page["paging"]["total_pages"]), (&json!([held]), &json!(3)));
        let of_second = teacher.get(&format!("{WAITING}?course_id={}", second.id)).await.ok();
        assert_eq!(of_second["requests"], json!([unmet]));

        other.get(&format!("{WAITING}?course_id={}", first.id)).await.is(403);
        kim.get(WAITING).await.is(403);
        school.nobody().get(WAITING).await.is(401);

        // What is decided waits no more, nor what was asked by someone who has left.
        let decided = json!({ "lecSerial": code, "sessionNumber": 1,
            "attendanceRecords": [{ "studentIdx": lee.id, "status": "REJECTED" }, { "studentIdx": kim.id, "status": "APPROVED" }] });
        teacher.post("/api/attendance/approve", decided).await.ok();
        assert_eq!(waiting(&teacher).await, [(second.id, of_kim)]);
        kim.patch(&format!("/api/v1/enrollments/{kims}/cancel"), json!({ "cancel_reason": "이사" })).await.ok();
        assert_eq!(waiting(&teacher).await, []);
    });
}

#[test]
fn a_mark_can_name_either_of_two_meetings_on_a_day() {
    on_both(|school| async move {
        let (teacher, lecture, morning) = new_session(&school, 1).await;
        let (kim, lee) = (school.student("김학생").await, school.student("이학생").await);
        let early = school.student("박아침").await;
        early.joins(&morning).await;
        teacher.starts(&morning, lecture.steps[0]).await;
        teacher.presses(&morning, "end").await.ok();
        let (id, other) = (applies(&kim, &lecture).await, applies(&lee, &lecture).await);
        teacher.opens_session(&lecture).await;
        let today = marks(&early, enrollment(&early, &lecture).await).await[0]["class_date"].clone();
        let mark = |date: &Value, number: Value| json!({ "enrollment_id": id, "class_date": date, "session_number": number, "attendance_type": "LATE" });
        let path = "/api/v1/attendance";
        for (date, number) in
            [(&today, json!(3)), (&json!("2025-03-03"), json!(1)), (&today, json!(0)), (&today, json!("2"))]
        {
            let refused = teacher.post(path, mark(date, number)).await.is(400);
            assert_eq!(refused["details"]["field"], "session_number", "{refused}");
        }
        let afternoon = teacher.post(path, mark(&today, json!(2))).await.is(201);
        assert_eq!(afternoon["attendance"]["session_number"], 2);
        teacher.post(path, mark(&today, json!(2))).await.refused(409, "ALREADY_MARKED");
        let class_id = default_class(&teacher, &lecture).await;
        let batch = |number: i64, enrollments: &[i64]| {
            let line = |id: &i64| json!({ "enrollment_id": id, "attendance_type": "PRESENT" });
            json!({ "course_id": lecture.id, "class_id": class_id, "class_date": today, "session_number": number,
                "attendances": enrollments.iter().map(line).collect::<Vec<_>>() })
        };
        let path = "/api/v1/attendance/batch";
        teacher.post(path, batch(2, &[other, id])).await.refused(409, "ALREADY_MARKED");
        assert_eq!(teacher.post(path, batch(3, &[other])).await.is(400)["details"]["field"], "session_number");
        assert_eq!(teacher.post(path, batch(2, &[other])).await.is(201)["processed"], 1);
        assert_eq!(teacher.post(path, batch(1, &[id])).await.is(201)["processed"], 1);
        let numbers = async |person: &Person, id: i64| {
            marks(person, id).await.iter().map(|m| m["session_number"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!((numbers(&kim, id).await, numbers(&lee, other).await), (vec![1, 2], vec![2]));
    });
}
