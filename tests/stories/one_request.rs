//! Lists that bring what a page shows of their elements, so that a page needs no request for each of them.

use serde_json::{Value, json};

use crate::classroom::running_session;
use crate::harness::on_both;
use crate::help::{escalated, request};

#[test]
fn a_list_of_lectures_brings_the_newest_sessions_of_each_to_those_who_teach_it() {
    on_both(|school| async move {
        let (teacher, other) = (school.teacher().await, school.another_teacher().await);
        let (busy, quiet) = (teacher.makes_lecture("하나", 1).await, teacher.makes_lecture("둘", 1).await);
        let foreign = other.makes_lecture("셋", 1).await;
        let mut sessions = Vec::new();
        for _ in 0..3 {
            school.later(60);
            sessions.push(teacher.opens_session(&busy).await);
        }
        other.opens_session(&foreign).await;
        school.guest(&sessions[2], "김순자").await;
        teacher.presses(&sessions[0], "end").await.ok();
        let listed = async |path: &str| teacher.get(path).await.ok()["lectures"].clone();
        let lectures = listed("/api/lectures?sessions=2").await;
        let of = |lectures: &Value, id: i64| {
            lectures.as_array().unwrap().iter().find(|lecture| lecture["id"] == id).unwrap()["sessions"]
                .as_array()
                .cloned()
        };
        let brought = of(&lectures, busy.id).unwrap();
        let all = teacher.get(&format!("/api/lectures/{}/sessions", busy.id)).await.ok()["results"].clone();
        assert_eq!(brought[..], all.as_array().unwrap()[..2], "as they are listed by themselves");
        assert_eq!((&brought[0]["session_id"], &brought[0]["participant_count"]), (&json!(sessions[2].id), &json!(1)));
        assert_eq!(of(&lectures, quiet.id), Some(Vec::new()));
        assert_eq!(of(&lectures, foreign.id), None, "the lecture of another instructor");
        assert_eq!(of(&listed("/api/lectures").await, busy.id), None, "unless they are asked for");
        let student = school.student("김학생").await;
        for stranger in [&school.nobody(), &student] {
            let lectures = stranger.get("/api/lectures?sessions=2").await.ok()["lectures"].clone();
            assert_eq!(of(&lectures, busy.id), None);
        }
        let admin = school.admin().await;
        let lectures = admin.get("/api/lectures?sessions=100").await.ok()["lectures"].clone();
        assert_eq!(of(&lectures, foreign.id).unwrap().len(), 1);
        for wrong in ["0", "101", "x"] {
            let refused = teacher.get(&format!("/api/lectures?sessions={wrong}")).await;
            refused.refused(400, "INVALID_REQUEST");
        }
    });
}

#[test]
fn a_lecture_brings_the_subtasks_of_its_tasks() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 3).await;
        let path = format!("/api/lectures/{}", lecture.id);
        let second = teacher.post(&format!("{path}/tasks"), json!({ "title": "사진", "description": "보내기" })).await;
        let second = second.is(201)["id"].clone();
        let brought = teacher.get(&format!("{path}?subtasks=true")).await.ok()["tasks"].clone();
        for (at, id) in [json!(lecture.task), second].iter().enumerate() {
            let task = teacher.get(&format!("/api/tasks/{id}")).await.ok();
            for key in ["id", "title", "description", "order_index", "subtasks"] {
                assert_eq!(brought[at][key], task[key], "{key}");
            }
        }
        assert_eq!(brought[0]["subtasks"].as_array().unwrap().len(), 3);
        let usual = teacher.get(&path).await.ok()["tasks"].clone();
        assert_eq!(usual[0]["subtask_count"], 3);
        assert_eq!((&usual[0]["subtasks"], &usual[0]["description"]), (&Value::Null, &Value::Null), "unless asked for");
        let public = school.nobody().get(&format!("{path}?subtasks=true")).await.ok()["tasks"].clone();
        assert_eq!(public, usual, "for those who are signed in");
    });
}

#[test]
fn the_queue_of_calls_names_the_visits_that_are_not_over() {
    on_both(|school| async move {
        let (teacher, _, session, student, call) = escalated(&school).await;
        let visits = async |query: String| {
            teacher.get(&format!("/api/dashboard/help-requests/pending{query}")).await.ok()["visits"].clone()
        };
        let here = || format!("?session_id={}", session.id);
        assert_eq!(visits(here()).await, json!([]), "a call that waits");
        let coming = json!({ "help_type": "VISIT", "help_content": "제가 갈게요" });
        let answered = teacher.post(&format!("{}/respond", request(call)), coming.clone()).await.ok();
        assert_eq!(visits(here()).await, json!([call]));
        assert_eq!(visits(String::new()).await, json!([]), "of a session only");
        let other = school.another_teacher().await;
        let path = format!("/api/dashboard/help-requests/pending{}", here());
        assert_eq!(other.get(&path).await.ok()["visits"], json!([]), "of one's own lectures only");
        student.get(&path).await.refused(403, "INSTRUCTOR_ONLY");
        let not_yet = json!({ "help_response_id": answered["help_response"]["id"], "rating": 1 });
        student.post("/api/help/feedback", not_yet).await.ok();
        assert_eq!(visits(here()).await, json!([]), "a call that waits again");
        teacher.post(&format!("{}/respond", request(call)), coming).await.ok();
        assert_eq!(visits(here()).await, json!([call]));
        teacher.post(&format!("{}/resolve", request(call)), json!({})).await.ok();
        assert_eq!(visits(here()).await, json!([]), "a call that is settled");
    });
}

#[test]
fn the_own_enrollments_bring_what_became_of_each() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        student.finishes(lecture.steps[0]).await;
        let applied = teacher.makes_lecture("사진 보내기", 4).await;
        student.enrolls(&applied).await;
        let path = "/api/v1/enrollments/me?record=true";
        let enrollments = async || student.get(path).await.ok()["enrollments"].clone();
        let found = enrollments().await;
        let [newer, older] = &found.as_array().unwrap()[..] else { panic!("{found}") };
        assert_eq!((&newer["course_id"], &older["course_id"]), (&json!(applied.id), &json!(lecture.id)));
        let id = &older["enrollment_id"];
        let marks = student.get(&format!("/api/v1/attendance/enrollment/{id}")).await.ok()["attendances"].clone();
        assert_eq!((&older["record"]["attendances"], marks.as_array().unwrap().len()), (&marks, 1));
        let steps = |one: &Value| (one["record"]["completed_steps"].clone(), one["record"]["total_steps"].clone());
        assert_eq!(steps(older), (json!(1), json!(2)));
        assert_eq!(
            (&older["record"]["completion_status"], &older["record"]["certificate"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(newer["record"]["attendances"], json!([]));
        let url = older["record"]["session_url"].as_str().unwrap();
        assert!(url.ends_with(&session.scanned()), "{url}");
        // Also to a guest who has only typed the code.
        let guest = school.nobody().joins_as_guest(&session, "김민자").await;
        assert_eq!(guest.get(path).await.ok()["enrollments"][0]["record"]["session_url"], url);
        assert_eq!(newer["record"]["session_url"], Value::Null, "nobody has taught it");
        let remove = format!("/api/sessions/{}/participants/{}/remove", session.id, student.id);
        teacher.post(&remove, json!({})).await.ok();
        assert_eq!(enrollments().await[1]["record"]["session_url"], Value::Null, "they were removed from it");
        let forced = json!({ "enrollment_id": id, "force": true, "memo": "시험" });
        let completion = teacher.post("/api/v1/completions", forced).await.is(201)["completion_id"].clone();
        let made = teacher.post(&format!("/api/v1/completions/{completion}/certificate"), json!({})).await.is(201);
        let record = enrollments().await[1]["record"].clone();
        assert_eq!(record["completion_status"], "COMPLETED");
        let number = made["certificate_no"].as_str().unwrap();
        let whole = student.get(&format!("/api/v1/completions/certificate/{number}")).await.ok()["certificate"].clone();
        for key in ["certificate_no", "status", "certificate_url", "pdf_url"] {
            assert_eq!(record["certificate"][key], whole[key], "{key}");
        }
        let usual = student.get("/api/v1/enrollments/me").await.ok()["enrollments"].clone();
        assert_eq!(usual[0]["record"], Value::Null, "unless it is asked for");
        let nothing = school.student("이학생").await.get(path).await.ok();
        assert_eq!((&nothing["enrollments"], &nothing["paging"]["total_count"]), (&json!([]), &json!(0)));
    });
}
