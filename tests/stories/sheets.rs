//! What goes out as tables for spreadsheets.

use serde_json::{Value, json};

use crate::classroom::{default_class, new_session};
use crate::harness::on_both;

#[test]
fn people_of_one_name_have_their_numbers_in_tables_and_notifications() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let [first, second] = [school.guest(&session, "김순자").await, school.guest(&session, "김순자").await];
        let third = school.registers("STUDENT", "김순자", "third@example.com").await;
        third.post("/api/v1/enrollments", json!({ "course_id": lecture.id })).await.is(201);
        teacher.starts(&session, lecture.steps[0]).await;
        for guest in [&first, &second] {
            guest.finishes(lecture.steps[0]).await;
            guest.asks_for_help(lecture.steps[0]).await;
        }
        teacher.presses(&session, "end").await.ok();
        let class = default_class(&teacher, lecture.id).await;
        let batch = json!({ "course_id": lecture.id, "class_id": class });
        assert_eq!(teacher.post("/api/v1/completions/batch", batch).await.ok()["processed"], 2);
        let class = format!("/api/v1/courses/{}/classes/{class}", lecture.id);
        for (path, people) in [
            (format!("/api/sessions/{}/attendance.csv", session.id), 3),
            (format!("{class}/attendance.csv"), 3),
            (format!("{class}/grades.csv"), 3),
            (format!("{class}/completions.csv"), 2),
        ] {
            let table = teacher.get(&path).await.ok().as_str().unwrap().to_owned();
            let names = ["김순자,", "김순자 (2),", "김순자 (3),"];
            let found = names.iter().filter(|name| table.lines().any(|line| line.contains(*name))).count();
            assert_eq!(found, people, "{path}: {table}");
        }
        // The third has asked for attendance by hand.
        let code = teacher.get(&format!("/api/lectures/{}", lecture.id)).await.ok()["code"].clone();
        let request = json!({ "lecSerial": code, "sessionNumber": 1, "requestReason": "병원 진료" });
        third.post("/api/attendance/request", request).await.is(200);
        let notices = teacher.get("/api/notifications").await.ok()["notifications"].clone();
        for name in ["김순자님이 도움을", "김순자 (2)님이 도움을", "김순자 (3)님이 출석"] {
            let tells = |notice: &Value| notice["message"].as_str().unwrap().starts_with(name);
            assert!(notices.as_array().unwrap().iter().any(tells), "{name}: {notices}");
        }
        let read = format!("/api/notifications/{}/read", notices[0]["id"]);
        assert_eq!(teacher.post(&read, json!({})).await.ok()["message"], notices[0]["message"]);
    });
}

#[test]
fn attendance_grades_and_completions_go_out_as_tables() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let student = school.student("=김학생").await;
        let applied = student.post("/api/v1/enrollments", json!({ "course_id": lecture.id })).await.is(201);
        student.joins(&session).await;
        teacher.starts(&session, lecture.steps[0]).await;
        student.finishes(lecture.steps[0]).await;
        teacher.presses(&session, "end").await.ok();
        let complete = json!({ "enrollment_id": applied["enrollment_id"], "memo": "우수, 모범" });
        let completion = teacher.post("/api/v1/completions", complete).await.is(201)["completion_id"].clone();
        let certificate = format!("/api/v1/completions/{completion}/certificate");
        let number = teacher.post(&certificate, json!({})).await.is(201)["certificate_no"].clone();
        let classes = teacher.get(&format!("/api/v1/courses/{}/classes", lecture.id)).await.ok();
        let class = format!("/api/v1/courses/{}/classes/{}", lecture.id, classes["classes"][0]["class_id"]);
        let session_sheet = format!("/api/sessions/{}/attendance.csv", session.id);
        for (path, wanted) in [
            (session_sheet.clone(), vec!["'=김학생", ",1,", "출석"]),
            (format!("{class}/attendance.csv"), vec!["1회차 (20", "'=김학생", "출석", ",1,100"]),
            (format!("{class}/grades.csv"), vec!["'=김학생", "수료", "100,100,,100"]),
            (format!("{class}/completions.csv"), vec!["'=김학생", number.as_str().unwrap(), "\"우수, 모범\""]),
        ] {
            let sheet = teacher.get(&path).await;
            assert_eq!(sheet.headers["content-type"], "text/csv; charset=utf-8");
            assert!(sheet.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
            let text = sheet.ok().as_str().unwrap().to_owned();
            // The client strips the mark that spreadsheets know UTF-8 by; that it is sent, the unit test knows.
            assert_eq!(text.lines().count(), 2, "{text}");
            for part in wanted {
                assert!(
                    text.lines().nth(1).unwrap().contains(part) || text.lines().next().unwrap().contains(part),
                    "{part} in {text}"
                );
            }
            for stranger in
                [&student, &school.registers("INSTRUCTOR", "최", &format!("{}@example.com", path.len())).await]
            {
                stranger.get(&path).await.is(403);
            }
            school.nobody().get(&path).await.is(401);
        }
        let listed = teacher.get(session_sheet.trim_end_matches(".csv")).await.ok();
        assert_eq!(
            (&listed["total_count"], &listed["attendances"][0]["attendance_type"]),
            (&json!(1), &json!("PRESENT"))
        );
    });
}
