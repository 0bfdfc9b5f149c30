//! Many at once.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{course, in_state};
use crate::classroom::{adds_class, applied, applies, decides, default_class, enrollment, new_session, plans};
use crate::harness::on_both;

#[test]
fn two_hundred_applicants_share_twenty_seats_and_a_waiting_list() {
    on_both(|school| async move {
        let (teacher, course, students) = course(&school, 200).await;
        let class = adds_class(&teacher, course, json!({ "capacity": 20 })).await;
        let replies = join_all(students.iter().map(|student| applies(student, course, class))).await;
        let answers: Vec<Value> = replies.into_iter().map(|reply| reply.is(201)).collect();
        let approved = answers.iter().filter(|a| a["status"] == "APPROVED").count();
        assert_eq!(approved, 20);
        let waiting = answers.iter().filter(|a| a["status"] == "PENDING" && a["is_waiting"] == true);
        let mut numbers: Vec<i64> = waiting.map(|a| a["waiting_number"].as_i64().unwrap()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=180).collect::<Vec<i64>>());
        let mut line = Vec::new();
        for page in 1..=2 {
            let path = format!("/api/v1/enrollments?class_id={class}&is_waiting=true&size=100&page={page}");
            let found = teacher.get(&path).await.ok();
            assert_eq!(found["paging"]["total_count"], 180);
            line.extend(found["enrollments"].as_array().unwrap().iter().map(|e| e["waiting_number"].as_i64().unwrap()));
        }
        assert_eq!(line, numbers, "the list stands in the order of the line");
        let shown = teacher.get(&format!("/api/v1/courses/{course}/classes/{class}")).await.ok();
        assert_eq!((&shown["class"]["enrolled_count"], &shown["class"]["waiting_count"]), (&json!(20), &json!(180)));
    });
}

#[test]
fn joining_by_qr_and_applying_share_the_seats() {
    on_both(|school| async move {
        let (teacher, course, students) = course(&school, 24).await;
        let class = adds_class(&teacher, course, json!({ "capacity": 5 })).await;
        let new = json!({ "class_id": class });
        let session = teacher.post(&format!("/api/lectures/{course}/sessions"), new).await.is(201);
        let join = format!("/api/sessions/{}/join", session["session_id"]);
        let tries = join_all(students.iter().enumerate().map(|(n, student)| {
            let join = join.clone();
            async move {
                if n % 2 == 0 {
                    return applies(student, course, class).await;
                }
                student.post(&join, json!({})).await
            }
        }));
        let tries = tries.await;
        let joined = tries.iter().filter(|r| r.asked.ends_with("/join") && r.status < 300).count();
        let approved = tries.iter().filter(|r| r.json["status"] == "APPROVED" && r.json["success"] == true).count();
        assert_eq!(joined + approved, 5);
        for refused in tries.into_iter().filter(|r| r.status >= 300) {
            refused.refused(409, "CLASS_FULL");
        }
        let path = format!("/api/v1/enrollments?class_id={class}&status=APPROVED");
        assert_eq!(teacher.get(&path).await.ok()["paging"]["total_count"], 5);
    });
}

#[test]
fn one_of_two_simultaneous_decisions_counts() {
    on_both(|school| async move {
        let (teacher, course, students) = course(&school, 2).await;
        for _ in 0..10 {
            let id = in_state(&school, &teacher, course, &students, "PENDING").await;
            let both = tokio::join!(decides(&teacher, id, "approve"), decides(&teacher, id, "reject"));
            let (approved, rejected) = (both.0.status == 200, both.1.status == 200);
            assert!(approved != rejected, "{approved} {rejected}");
            let (late, after) = if approved { (both.1, "APPROVED") } else { (both.0, "REJECTED") };
            assert_eq!(late.refused(409, "INVALID_STATE")["status"], after);
            assert_eq!(enrollment(&teacher, id).await["status"], after);
        }
    });
}

#[test]
fn a_busy_class_has_no_deadlock() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 2).await;
        let class = default_class(&teacher, lecture.id).await;
        plans(&teacher, lecture.id, class, json!({ "capacity": 1_000 })).await;
        let students = school.students(24).await;
        let mut ids = Vec::new();
        for student in &students[..16] {
            ids.push(applied(student, lecture.id, class).await);
        }
        let (lecture, session) = (&lecture, &session);
        let learning = join_all(ids.iter().zip(&students).map(|(id, student)| async move {
            let mut replies = Vec::new();
            for n in 1..=5 {
                let report = json!({ "enrollment_id": id, "content_id": lecture.steps[0], "progress_rate": n * 10 });
                replies.push(student.post("/api/v1/progress", report).await);
            }
            replies.push(student.post(&format!("/api/sessions/{}/join", session.id), json!({})).await);
            replies
        }));
        let joining = join_all(students[16..].iter().map(|student| async move {
            vec![student.post(&format!("/api/sessions/{}/join", session.id), json!({})).await]
        }));
        let (staff, lines) = (&teacher, &ids);
        let deciding = join_all((0..6).map(|n| async move {
            let line = |id: &i64| json!({ "enrollment_id": id, "attendance_type": "PRESENT" });
            let day = json!({ "course_id": lecture.id, "class_id": class, "class_date": format!("2025-03-0{}", n + 1),
                "attendances": lines.iter().rev().map(line).collect::<Vec<Value>>() });
            let path = format!("/api/v1/courses/{}/classes/{class}", lecture.id);
            let mut replies = vec![staff.post("/api/v1/attendance/batch", day).await];
            replies.push(staff.put(&path, json!({ "total_sessions": 10 + n })).await);
            let weight = json!({ "weight_progress": 20 + n });
            replies.push(staff.put(&format!("/api/v1/courses/{}", lecture.id), weight).await);
            let paid = json!({ "payment_amount": 1_000, "payment_method": "CARD" });
            replies.push(staff.post(&format!("/api/v1/enrollments/{}/payment", lines[n]), paid).await);
            replies
        }));
        let (learning, joining, deciding) = tokio::join!(learning, joining, deciding);
        for reply in learning.into_iter().chain(joining).chain(deciding).flatten() {
            reply.ok();
        }
    });
}

#[test]
fn a_course_takes_no_application_while_it_is_deleted() {
    on_both(|school| async move {
        let (teacher, _, students) = course(&school, 1).await;
        for n in 0..20 {
            let course = teacher.makes_lecture("지워질 강의", 0).await.id;
            let class = default_class(&teacher, course).await;
            let path = format!("/api/lectures/{course}");
            let (gone, applied) = match n % 2 {
                0 => tokio::join!(teacher.delete(&path), applies(&students[0], course, class)),
                _ => {
                    let (applied, gone) = tokio::join!(applies(&students[0], course, class), teacher.delete(&path));
                    (gone, applied)
                }
            };
            match applied.status {
                201 => drop(gone.refused(409, "HAS_OPEN_ENROLLMENTS")),
                _ => {
                    applied.refused(404, "NOT_FOUND");
                    gone.is(204);
                }
            }
        }
    });
}
