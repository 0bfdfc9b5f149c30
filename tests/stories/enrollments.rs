//! How one comes into a class by applying: seats, the line for them, and what staff decide.

mod at_once;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::classroom::{adds_class, applied, applies, by_hand, decides, default_class, enrollment, new_session, plans};
use crate::harness::people::{Person, Session};
use crate::harness::{School, on_both, on_both_with};

const LONG: &[&str] = &["--access-ttl-s", "1000000"];

/// A teacher, their course, and so many students.
async fn course(school: &School, students: usize) -> (Person, i64, Vec<Person>) {
    let teacher = school.teacher().await;
    let course = teacher.makes_lecture("카카오톡 기초", 1).await.id;
    (teacher, course, school.students(students).await)
}

async fn waiting_number(person: &Person, id: i64) -> Value {
    let shown = enrollment(person, id).await;
    assert_eq!(shown["is_waiting"], !shown["waiting_number"].is_null());
    shown["waiting_number"].clone()
}

#[test]
fn the_waiting_list_moves_up_when_someone_ahead_leaves() {
    on_both(|school| async move {
        let (teacher, course, students) = course(&school, 6).await;
        let class = adds_class(&teacher, course, json!({ "capacity": 1 })).await;
        let mut ids = Vec::new();
        for student in &students[..4] {
            ids.push(applied(student, course, class).await);
        }
        let numbers = async || {
            let mut numbers = Vec::new();
            for id in &ids {
                numbers.push(waiting_number(&teacher, *id).await);
            }
            numbers
        };
        assert_eq!(numbers().await, [json!(null), json!(1), json!(2), json!(3)]);
        decides(&students[1], ids[1], "cancel").await.ok();
        assert_eq!(numbers().await, [json!(null), json!(null), json!(1), json!(2)]);
        decides(&teacher, ids[2], "reject").await.ok();
        assert_eq!(numbers().await, [json!(null), json!(null), json!(null), json!(1)]);
        // A seat that becomes free is for those who wait, not for who comes next.
        decides(&students[0], ids[0], "cancel").await.ok();
        let next = applies(&students[4], course, class).await.is(201);
        assert_eq!((&next["status"], &next["waiting_number"]), (&json!("PENDING"), &json!(2)));
        assert_eq!(enrollment(&students[3], ids[3]).await["status"], "PENDING", "staff admit, nobody else");
        decides(&teacher, ids[3], "approve-waiting").await.ok();
        let new = next["enrollment_id"].as_i64().unwrap();
        assert_eq!(waiting_number(&students[4], new).await, 1);
        // Who applies again stands at the end.
        assert_eq!(applies(&students[1], course, class).await.is(201)["waiting_number"], 2);
    });
}

#[test]
fn a_waiting_student_is_admitted_only_to_a_free_seat() {
    on_both(|school| async move {
        let (teacher, course, students) = course(&school, 4).await;
        let class = adds_class(&teacher, course, json!({ "capacity": 1 })).await;
        let mut ids = Vec::new();
        for student in &students {
            ids.push(applied(student, course, class).await);
        }
        decides(&teacher, ids[1], "approve-waiting").await.refused(409, "CLASS_FULL");
        assert_eq!(decides(&teacher, ids[1], "approve").await.refused(409, "INVALID_STATE")["status"], "WAITING");
        assert_eq!(waiting_number(&teacher, ids[1]).await, 1);
        decides(&teacher, ids[0], "cancel").await.ok();
        let both = join_all([ids[1], ids[2]].map(|id| decides(&teacher, id, "approve-waiting"))).await;
        let mut statuses: Vec<u16> = both.iter().map(|reply| reply.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        for reply in both {
            match reply.status {
                200 => assert_eq!(reply.json["enrollment"]["status"], "APPROVED"),
                _ => assert_eq!(reply.refused(409, "CLASS_FULL"), json!({})),
            }
        }
        // More seats admit nobody by themselves, and then there is room.
        plans(&teacher, course, class, json!({ "capacity": null })).await;
        assert_eq!(enrollment(&teacher, ids[3]).await["status"], "PENDING");
        let admitted = decides(&teacher, ids[3], "approve-waiting").await.ok();
        assert_eq!(
            (&admitted["enrollment"]["status"], &admitted["enrollment"]["is_waiting"]),
            (&json!("APPROVED"), &json!(false))
        );
        let notices = students[3].get("/api/notifications").await.ok();
        assert_eq!(notices["notifications"].as_array().unwrap().len(), 1);
    });
}

/// An application in this state, in a class of its own that has a seat left by then.
async fn in_state(school: &School, teacher: &Person, course: i64, people: &[Person], state: &str) -> i64 {
    let plan = json!({ "approval": "MANUAL", "capacity": 1 });
    let class = adds_class(teacher, course, plan).await;
    if state == "WAITING" {
        applied(&people[1], course, class).await;
    }
    let id = applied(&people[0], course, class).await;
    plans(teacher, course, class, json!({ "capacity": 2 })).await;
    match state {
        "APPROVED" => drop(decides(teacher, id, "approve").await.ok()),
        "REJECTED" => drop(decides(teacher, id, "reject").await.ok()),
        "CANCELLED" => drop(decides(teacher, id, "cancel").await.ok()),
        "COMPLETED" => by_hand(school, format!("update enrollments set status = 'COMPLETED' where id = {id}")).await,
        _ => {}
    }
    id
}

#[test]
fn each_move_is_made_from_its_states_and_refused_from_the_others() {
    on_both(|school| async move {
        let (teacher, course, students) = course(&school, 2).await;
        let allowed = |state: &str, decision: &str| match (state, decision) {
            ("PENDING", "approve") | ("WAITING", "approve-waiting") => Some("APPROVED"),
            ("PENDING" | "WAITING", "reject") => Some("REJECTED"),
            ("PENDING" | "WAITING" | "APPROVED", "cancel") => Some("CANCELLED"),
            _ => None,
        };
        for state in ["PENDING", "WAITING", "APPROVED", "REJECTED", "CANCELLED", "COMPLETED"] {
            for decision in ["approve", "approve-waiting", "reject", "cancel"] {
                let id = in_state(&school, &teacher, course, &students, state).await;
                let before = enrollment(&students[0], id).await;
                let reply = decides(&teacher, id, decision).await;
                if let Some(after) = allowed(state, decision) {
                    assert_eq!(reply.ok()["enrollment"]["status"], after, "{decision} while {state}");
                    let shown = enrollment(&students[0], id).await;
                    assert_eq!((&shown["status"], &shown["is_waiting"]), (&json!(after), &json!(false)));
                    assert_eq!(shown["rejection_reason"].is_string(), after == "REJECTED");
                    assert_eq!(shown["cancel_reason"].is_string(), after == "CANCELLED");
                    assert_eq!(shown["approved_at"].is_string(), after == "APPROVED" || state == "APPROVED");
                } else {
                    let details = reply.refused(409, "INVALID_STATE");
                    assert_eq!(details["status"], state, "{decision}");
                    assert_eq!(enrollment(&students[0], id).await, before, "{decision} while {state}");
                }
            }
        }
    });
}

#[test]
fn a_second_open_enrollment_is_a_conflict() {
    on_both(|school| async move {
        let (teacher, course, students) = course(&school, 3).await;
        for state in ["PENDING", "WAITING", "APPROVED", "COMPLETED"] {
            let id = in_state(&school, &teacher, course, &students, state).await;
            let class = enrollment(&teacher, id).await["class_id"].as_i64().unwrap();
            applies(&students[0], course, class).await.refused(409, "ALREADY_ENROLLED");
            let by_staff = json!({ "user_id": students[0].id, "course_id": course, "class_id": class });
            teacher.post("/api/v1/enrollments", by_staff).await.refused(409, "ALREADY_ENROLLED");
        }
        let id = in_state(&school, &teacher, course, &students, "CANCELLED").await;
        let class = enrollment(&teacher, id).await["class_id"].as_i64().unwrap();
        assert_ne!(applied(&students[0], course, class).await, id, "who cancelled may come again");
        // Of many presses of the same button one counts.
        let presses = join_all((0..8).map(|_| applies(&students[2], course, class))).await;
        assert_eq!(presses.iter().filter(|reply| reply.status == 201).count(), 1);
        for press in presses.into_iter().filter(|reply| reply.status != 201) {
            press.refused(409, "ALREADY_ENROLLED");
        }
        let mine = students[2].get("/api/v1/enrollments/me").await.ok();
        assert_eq!(mine["paging"]["total_count"], 1);
    });
}

#[test]
fn a_student_applies_for_a_class_ten_times_a_day_at_most() {
    on_both_with(LONG, |school| async move {
        let (teacher, course, students) = course(&school, 1).await;
        let (kim, class) = (&students[0], default_class(&teacher, course).await);
        for _ in 0..9 {
            let id = applied(kim, course, class).await;
            decides(kim, id, "cancel").await.ok();
        }
        school.later(60);
        let id = applied(kim, course, class).await;
        applies(kim, course, class).await.refused(409, "ALREADY_ENROLLED");
        decides(kim, id, "cancel").await.ok();
        let refused = applies(kim, course, class).await;
        let wait: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        refused.refused(429, "TOO_MANY_REQUESTS");
        assert!((86_300..=86_340).contains(&wait), "{wait}");
        let other = adds_class(&teacher, course, json!({})).await;
        applied(kim, course, other).await;
        let by_staff = json!({ "user_id": kim.id, "course_id": course, "class_id": class });
        let id = teacher.post("/api/v1/enrollments", by_staff).await.is(201)["enrollment_id"].clone();
        decides(kim, id.as_i64().unwrap(), "cancel").await.ok();
        school.later(wait + 1);
        applied(kim, course, class).await;
    });
}

#[test]
fn a_rejected_student_comes_back_only_through_staff() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let student = school.students(1).await.remove(0);
        let class = default_class(&teacher, lecture.id).await;
        plans(&teacher, lecture.id, class, json!({ "approval": "MANUAL" })).await;
        let id = applied(&student, lecture.id, class).await;
        decides(&teacher, id, "reject").await.ok();
        plans(&teacher, lecture.id, class, json!({ "approval": "AUTO" })).await;
        applies(&student, lecture.id, class).await.refused(403, "ENROLLMENT_REJECTED");
        let enroll = student.post(&format!("/api/lectures/{}/enroll", lecture.id), json!({})).await;
        enroll.refused(403, "ENROLLMENT_REJECTED");
        let join = format!("/api/sessions/{}/join", session.id);
        student.post(&join, json!({})).await.refused(403, "ENROLLMENT_REJECTED");
        let shown = enrollment(&student, id).await;
        assert_eq!((&shown["status"], &shown["rejection_reason"]), (&json!("REJECTED"), &json!("선수 과정")));
        let by_staff = json!({ "user_id": student.id, "course_id": lecture.id });
        let again = teacher.post("/api/v1/enrollments", by_staff).await.is(201);
        assert_eq!(again["status"], "APPROVED");
        student.joins(&session).await;
        // Since then they are like anyone else: who goes by themselves may come again, by both doors.
        decides(&student, again["enrollment_id"].as_i64().unwrap(), "cancel").await.ok();
        let next = teacher.opens_session(&lecture).await;
        student.joins(&next).await;
        let id = listed(&student, "/me").await[0];
        decides(&student, id, "cancel").await.ok();
        assert_eq!(applies(&student, lecture.id, class).await.is(201)["status"], "APPROVED");
    });
}

#[test]
fn a_class_that_is_over_takes_nobody() {
    on_both_with(LONG, |school| async move {
        let (teacher, course, students) = course(&school, 2).await;
        let today = school.app.clock.date_of(school.app.now_ms());
        let class = adds_class(&teacher, course, json!({ "end_date": today })).await;
        assert_eq!(applies(&students[0], course, class).await.is(201)["status"], "APPROVED");
        school.later(86_400);
        applies(&students[1], course, class).await.refused(409, "CLASS_ENDED");
        for email in ["student1@example.com", "nobody@example.com"] {
            let by_staff = json!({ "email": email, "course_id": course, "class_id": class });
            teacher.post("/api/v1/enrollments", by_staff).await.refused(409, "CLASS_ENDED");
        }
        assert_eq!(students[1].get("/api/v1/enrollments").await.ok()["enrollments"], json!([]));
    });
}

#[test]
fn an_application_needs_a_published_course_and_one_of_its_classes() {
    on_both(|school| async move {
        let (teacher, course, students) = course(&school, 1).await;
        let other = teacher.makes_lecture("유튜브 기초", 1).await.id;
        let class = default_class(&teacher, other).await;
        let student = &students[0];
        for class in [class, 999_999] {
            let refused = applies(student, course, class).await.refused(400, "INVALID_REQUEST");
            assert_eq!(refused["field"], "class_id");
        }
        applies(student, 999_999, class).await.refused(404, "NOT_FOUND");
        teacher.post(&format!("/api/lectures/{other}/archive"), json!({})).await.ok();
        assert_eq!(applies(student, other, class).await.refused(409, "INVALID_STATE")["status"], "ARCHIVED");
        by_hand(&school, format!("update courses set status = 'DRAFT' where id = {other}")).await;
        applies(student, other, class).await.refused(404, "NOT_FOUND");
        assert_eq!(student.get("/api/v1/enrollments/me").await.ok()["enrollments"], json!([]));
    });
}

#[test]
fn students_apply_for_themselves_and_staff_for_students_of_their_course() {
    on_both(|school| async move {
        let (teacher, course, students) = course(&school, 4).await;
        let (other, admin) = (school.another_teacher().await, school.admin().await);
        let enrols = async |person: &Person, student: Option<i64>| {
            let body = json!({ "course_id": course, "user_id": student });
            person.post("/api/v1/enrollments", body).await
        };
        enrols(&students[0], Some(students[1].id)).await.refused(403, "FORBIDDEN");
        enrols(&students[0], Some(999_999)).await.refused(403, "FORBIDDEN");
        enrols(&students[0], Some(students[0].id)).await.is(201);
        enrols(&other, Some(students[1].id)).await.refused(403, "FORBIDDEN");
        // The teacher knows this one from another course.
        let earlier = teacher.makes_lecture("유튜브 기초", 1).await;
        students[1].enrolls(&earlier).await;
        assert_eq!(enrols(&teacher, Some(students[1].id)).await.is(201)["status"], "APPROVED");
        enrols(&admin, Some(students[2].id)).await.is(201);
        for student in [None, Some(teacher.id)] {
            enrols(&teacher, student).await.refused(403, "STUDENT_ONLY");
        }
        enrols(&admin, None).await.refused(403, "STUDENT_ONLY");
        enrols(&admin, Some(teacher.id)).await.refused(403, "STUDENT_ONLY");
        enrols(&admin, Some(999_999)).await.refused(404, "NOT_FOUND");
        enrols(&teacher, Some(999_999)).await.refused(404, "NOT_FOUND");
        let found = admin.get(&format!("/api/v1/enrollments?course_id={course}")).await.ok();
        let mut people: Vec<i64> =
            found["enrollments"].as_array().unwrap().iter().map(|e| e["user_id"].as_i64().unwrap()).collect();
        people.sort_unstable();
        let mut enrolled = [students[0].id, students[1].id, students[2].id];
        enrolled.sort_unstable();
        assert_eq!(people, enrolled);
        assert!(found["enrollments"].as_array().unwrap().iter().all(|e| e["source"] == "APPLIED"));
    });
}

/// The numbers of the enrollments that someone sees.
async fn listed(person: &Person, query: &str) -> Vec<i64> {
    let found = person.get(&format!("/api/v1/enrollments{query}")).await.ok();
    found["enrollments"].as_array().unwrap().iter().map(|e| e["enrollment_id"].as_i64().unwrap()).collect()
}

#[test]
fn students_and_staff_see_only_their_own_enrollments() {
    on_both(|school| async move {
        let (teacher, course, students) = course(&school, 2).await;
        let (other, admin) = (school.another_teacher().await, school.admin().await);
        let theirs = other.makes_lecture("유튜브 기초", 1).await.id;
        let manual = adds_class(&teacher, course, json!({ "approval": "MANUAL" })).await;
        let (first, second) = (&students[0], &students[1]);
        let class = default_class(&teacher, course).await;
        let a = applied(first, course, class).await;
        let b = applied(second, course, class).await;
        let c = applied(first, course, manual).await;
        let d = applied(first, theirs, default_class(&other, theirs).await).await;
        assert_eq!(listed(&admin, "").await, [d, c, b, a], "the newest first");
        assert_eq!(listed(&teacher, "").await, [c, b, a]);
        assert_eq!(listed(&other, "").await, [d]);
        assert_eq!(listed(first, "").await, [d, c, a]);
        assert_eq!(listed(first, "/me").await, [d, c, a]);
        assert_eq!(listed(second, "").await, [b]);
        assert_eq!(listed(&teacher, "/me").await, [] as [i64; 0]);
        // A filter never shows more.
        assert_eq!(listed(second, &format!("?course_id={course}&class_id={class}")).await, [b]);
        second.get(&format!("/api/v1/enrollments?user_id={}", first.id)).await.refused(403, "FORBIDDEN");
        assert_eq!(listed(second, &format!("/me?user_id={}", first.id)).await, [b]);
        assert_eq!(listed(&teacher, &format!("?user_id={}", first.id)).await, [c, a]);
        teacher.get(&format!("/api/v1/enrollments?course_id={theirs}")).await.refused(403, "FORBIDDEN");
        let foreign = default_class(&other, theirs).await;
        assert_eq!(listed(&teacher, &format!("?class_id={foreign}")).await, [] as [i64; 0]);
        second.get(&format!("/api/v1/enrollments/{a}")).await.refused(404, "NOT_FOUND");
        other.get(&format!("/api/v1/enrollments/{a}")).await.refused(403, "FORBIDDEN");
        assert_eq!(enrollment(&teacher, a).await, enrollment(first, a).await);
        for (query, expected) in [
            ("?status=PENDING".into(), vec![c]),
            ("?status=APPROVED".into(), vec![d, b, a]),
            ("?status=CANCELLED".into(), vec![]),
            ("?is_waiting=true".into(), vec![]),
            ("?is_waiting=false".into(), vec![d, c, b, a]),
            (format!("?course_id={course}"), vec![c, b, a]),
            (format!("?class_id={manual}"), vec![c]),
            (format!("?user_id={}&status=APPROVED", first.id), vec![d, a]),
            (format!("?user_id={}&course_id={course}&class_id={class}", second.id), vec![b]),
        ] {
            assert_eq!(listed(&admin, &query).await, expected, "{query}");
        }
        assert_eq!(listed(first, "/me?status=PENDING").await, [c]);
    });
}

#[test]
fn a_list_comes_in_pages() {
    on_both(|school| async move {
        let (teacher, course, students) = course(&school, 5).await;
        let class = default_class(&teacher, course).await;
        let mut ids = Vec::new();
        for student in &students {
            ids.insert(0, applied(student, course, class).await);
        }
        for (query, page, expected) in [
            ("", json!({ "page": 1, "size": 20, "total_count": 5, "total_pages": 1 }), &ids[..]),
            ("?size=2", json!({ "page": 1, "size": 2, "total_count": 5, "total_pages": 3 }), &ids[..2]),
            ("?size=2&page=3", json!({ "page": 3, "size": 2, "total_count": 5, "total_pages": 3 }), &ids[4..]),
            ("?size=2&page=4", json!({ "page": 4, "size": 2, "total_count": 5, "total_pages": 3 }), &[]),
            ("?size=100&page=1", json!({ "page": 1, "size": 100, "total_count": 5, "total_pages": 1 }), &ids[..]),
        ] {
            let found = teacher.get(&format!("/api/v1/enrollments{query}")).await.ok();
            assert_eq!(found["paging"], page, "{query}");
            assert_eq!(listed(&teacher, query).await, expected, "{query}");
        }
        let refused = teacher.get("/api/v1/enrollments?size=101").await.refused(400, "INVALID_REQUEST");
        assert_eq!(refused["field"], "size");
    });
}

#[test]
fn the_qr_admits_nobody_to_a_class_that_is_full_or_needs_approval() {
    on_both(|school| async move {
        let (teacher, course, students) = course(&school, 5).await;
        let opens = async |class: i64| {
            let path = format!("/api/lectures/{course}/sessions");
            let made = teacher.post(&path, json!({ "class_id": class })).await.is(201);
            Session::made(&made, course)
        };
        let join = async |person: &Person, session: &Session| {
            person.post(&format!("/api/sessions/{}/join", session.id), json!({})).await
        };
        let small = adds_class(&teacher, course, json!({ "capacity": 1 })).await;
        let session = opens(small).await;
        students[0].joins(&session).await;
        join(&students[1], &session).await.refused(409, "CLASS_FULL");
        let door = format!("/api/sessions/{}/guest", session.code);
        school.nobody().post(&door, json!({ "name": "김순자" })).await.refused(409, "CLASS_FULL");
        let waits = applied(&students[1], course, small).await;
        join(&students[1], &session).await.refused(409, "CLASS_FULL");
        plans(&teacher, course, small, json!({ "capacity": 2 })).await;
        decides(&teacher, waits, "approve-waiting").await.ok();
        students[1].joins(&session).await;
        teacher.presses(&session, "end").await.ok();
        // Who has applied sits in while nobody has decided; who never applied stays outside.
        let manual = adds_class(&teacher, course, json!({ "approval": "MANUAL" })).await;
        let session = opens(manual).await;
        join(&students[2], &session).await.refused(403, "ENROLLMENT_NEEDED");
        let pending = applied(&students[2], course, manual).await;
        students[2].joins(&session).await;
        assert_eq!(enrollment(&teacher, pending).await["status"], "PENDING");
        teacher.presses(&session, "end").await.ok();
        teacher.put(&format!("/api/v1/courses/{course}"), json!({ "price": 10_000 })).await.ok();
        let session = opens(default_class(&teacher, course).await).await;
        join(&students[3], &session).await.refused(403, "ENROLLMENT_NEEDED");
        let enrolled = students[3].post(&format!("/api/lectures/{course}/enroll"), json!({})).await.is(201);
        assert_eq!(enrolled["status"], "PENDING");
        // A seat that waits for money is no seat in the room.
        join(&students[3], &session).await.refused(403, "ENROLLMENT_NEEDED");
        assert_eq!(listed(&students[4], "").await, [] as [i64; 0]);
    });
}

#[test]
fn a_class_tells_how_many_of_its_seats_wait_for_an_approval() {
    on_both(|school| async move {
        let (teacher, course, students) = course(&school, 3).await;
        let class = adds_class(&teacher, course, json!({ "approval": "MANUAL", "capacity": 2 })).await;
        let first = applied(&students[0], course, class).await;
        for student in &students[1..] {
            applies(student, course, class).await.is(201);
        }
        let counts = async || {
            let shown = teacher.get(&format!("/api/v1/courses/{course}/classes/{class}")).await.ok()["class"].clone();
            ["enrolled_count", "pending_count", "waiting_count"].map(|key| shown[key].as_i64().unwrap())
        };
        assert_eq!(counts().await, [2, 2, 1]);
        teacher.patch(&format!("/api/v1/enrollments/{first}/approve"), json!({})).await.ok();
        assert_eq!(counts().await, [2, 1, 1]);
    });
}
