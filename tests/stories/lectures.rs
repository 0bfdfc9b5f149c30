//! Lectures, and what is in them.

use serde_json::{Value, json};

use crate::classroom::new_session;
use crate::harness::people::Person;
use crate::harness::{School, on_both};

#[test]
fn a_lecture_is_made_shown_changed_and_taken_away() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let new =
            json!({ "title": "카카오톡 기초", "description": "사용법", "thumbnail_url": "https://example.com/k.png" });
        let made = teacher.post("/api/lectures", new).await.is(201);
        assert_eq!((&made["instructor_id"], &made["is_active"]), (&json!(teacher.id), &json!(true)));
        assert!(made["code"].as_str().is_some_and(|code| code.len() == 6));
        let path = format!("/api/lectures/{}", made["id"]);
        let shown = school.nobody().get(&path).await.ok();
        assert_eq!((&shown["tasks"], &shown["enrolled_count"]), (&json!([]), &json!(0)));
        assert_eq!((&shown["title"], &shown["description"]), (&made["title"], &json!("사용법")));
        // Only what is named changes, and null clears.
        let changed = teacher.put(&path, json!({ "title": "카카오톡 첫걸음" })).await.ok();
        assert_eq!(
            (&changed["title"], &changed["description"], &changed["thumbnail_url"], &changed["code"]),
            (&json!("카카오톡 첫걸음"), &json!("사용법"), &made["thumbnail_url"], &made["code"])
        );
        let changed = teacher.put(&path, json!({ "thumbnail_url": null, "auto_help": false })).await.ok();
        assert_eq!((&changed["thumbnail_url"], &changed["auto_help"]), (&Value::Null, &json!(false)));
        assert_eq!((&changed["title"], &changed["description"]), (&json!("카카오톡 첫걸음"), &json!("사용법")));
        assert_eq!(teacher.put(&path, json!({})).await.ok(), changed);
        teacher.delete(&path).await.is(204);
        for reply in [
            school.nobody().get(&path).await,
            teacher.get(&path).await,
            teacher.put(&path, json!({ "title": "x" })).await,
            teacher.delete(&path).await,
            teacher.post(&format!("{path}/sessions"), json!({})).await,
            teacher.post(&format!("{path}/tasks"), json!({ "title": "x" })).await,
            teacher.post(&format!("{path}/archive"), json!({})).await,
            teacher.get(&format!("{path}/sessions")).await,
        ] {
            reply.refused(404, "NOT_FOUND");
        }
        assert_eq!(school.nobody().get("/api/lectures").await.ok()["lectures"], json!([]));
    });
}

#[test]
fn a_lectures_code_is_its_own() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let first = teacher.post("/api/lectures", json!({ "title": "하나", "code": "KAKAO-1" })).await.is(201);
        assert_eq!(first["code"], "KAKAO-1");
        let second = json!({ "title": "둘", "code": "KAKAO-1" });
        teacher.post("/api/lectures", second).await.refused(409, "CODE_TAKEN");
        let second = teacher.post("/api/lectures", json!({ "title": "둘" })).await.is(201);
        let path = format!("/api/lectures/{}", second["id"]);
        teacher.put(&path, json!({ "code": "KAKAO-1" })).await.refused(409, "CODE_TAKEN");
        teacher.put(&path, json!({ "code": second["code"] })).await.is(200);
        for code in ["a b", "카카오", "x", "a/b", ""] {
            let details = teacher.post("/api/lectures", json!({ "title": "셋", "code": code })).await;
            assert_eq!(details.refused(400, "INVALID_REQUEST")["field"], "code");
        }
        // Two who choose the same at once: one gets it, the other is told.
        let third = teacher.post("/api/lectures", json!({ "title": "셋" })).await.is(201);
        let code = json!({ "code": "SAME-CODE" });
        let paths = [path, format!("/api/lectures/{}", third["id"])];
        let tries = futures_util::future::join_all(paths.iter().map(|p| teacher.put(p, code.clone()))).await;
        let mut answers: Vec<u16> = tries.iter().map(|reply| reply.status).collect();
        answers.sort_unstable();
        assert_eq!(answers, [200, 409]);
    });
}

#[test]
fn the_list_of_lectures_is_filtered_and_paged() {
    on_both(|school| async move {
        let (teacher, other) = (school.teacher().await, school.another_teacher().await);
        let mut ids = Vec::new();
        for (person, title) in [(&teacher, "하나"), (&teacher, "둘"), (&other, "셋")] {
            ids.push(person.post("/api/lectures", json!({ "title": title })).await.is(201)["id"].clone());
        }
        teacher.post(&format!("/api/lectures/{}/archive", ids[0]), json!({})).await.ok();
        let listed = async |query: &str| {
            let list = school.nobody().get(&format!("/api/lectures?{query}")).await.ok();
            list["lectures"].as_array().unwrap().iter().map(|l| l["id"].clone()).collect::<Vec<Value>>()
        };
        assert_eq!(listed("").await, [&ids[2], &ids[1], &ids[0]].map(Clone::clone));
        assert_eq!(listed("is_active=true").await, [&ids[2], &ids[1]].map(Clone::clone));
        assert_eq!(listed("is_active=false").await, [ids[0].clone()]);
        assert_eq!(listed(&format!("instructor_id={}", other.id)).await, [ids[2].clone()]);
        assert_eq!(listed(&format!("instructor_id={}&is_active=false", other.id)).await, [] as [Value; 0]);
        assert_eq!(listed("page=2&page_size=2").await, [ids[0].clone()]);
        assert_eq!(listed("page=9").await, [] as [Value; 0]);
        let page = school.nobody().get("/api/lectures?page_size=2").await.ok()["pagination"].clone();
        assert_eq!(page, json!({ "page": 1, "page_size": 2, "total_count": 3, "total_pages": 2 }));
    });
}

#[test]
fn an_archived_lecture_is_kept_and_taught_no_more() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let student = school.student("김학생").await;
        student.enrolls(&lecture).await;
        let path = format!("/api/lectures/{}", lecture.id);
        let details = teacher.post(&format!("{path}/archive"), json!({})).await.refused(409, "INVALID_STATE");
        assert_eq!(details["status"], "WAITING");
        teacher.presses(&session, "end").await.ok();
        assert_eq!(teacher.post(&format!("{path}/archive"), json!({})).await.ok()["is_active"], false);
        let late = school.student("이학생").await;
        let details = late.post(&format!("{path}/enroll"), json!({})).await.refused(409, "INVALID_STATE");
        assert_eq!(details["status"], "ARCHIVED");
        let details = teacher.post(&format!("{path}/sessions"), json!({})).await.refused(409, "INVALID_STATE");
        assert_eq!(details["status"], "ARCHIVED");
        school.nobody().get(&path).await.is(200);
        student.finishes(lecture.steps[0]).await;
        // … until it is taken out again.
        late.post(&format!("{path}/restore"), json!({})).await.refused(403, "INSTRUCTOR_ONLY");
        assert_eq!(teacher.post(&format!("{path}/restore"), json!({})).await.ok()["is_active"], true);
        let details = teacher.post(&format!("{path}/restore"), json!({})).await.refused(409, "INVALID_STATE");
        assert_eq!(details["status"], "PUBLISHED");
        teacher.post(&format!("{path}/sessions"), json!({})).await.is(201);
    });
}

#[test]
fn a_lecture_with_open_applications_is_not_deleted() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let path = format!("/api/lectures/{}", lecture.id);
        let details = teacher.delete(&path).await.refused(409, "INVALID_STATE");
        assert_eq!(details["status"], "WAITING");
        // Whoever only came in by the QR does not hold it.
        school.guest(&session, "김순자").await;
        let student = school.student("김학생").await;
        student.enrolls(&lecture).await;
        teacher.presses(&session, "end").await.ok();
        let details = teacher.delete(&path).await.refused(409, "HAS_OPEN_ENROLLMENTS");
        assert_eq!(details["enrollments"], 1);
        school.nobody().get(&path).await.is(200);
        let other = teacher.makes_lecture("유튜브 기초", 1).await;
        let session = teacher.opens_session(&other).await;
        school.guest(&session, "김순자").await;
        teacher.presses(&session, "end").await.ok();
        teacher.delete(&format!("/api/lectures/{}", other.id)).await.is(204);
    });
}

#[test]
fn the_parts_of_a_deleted_lecture_are_gone_with_it() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        teacher.presses(&session, "end").await.ok();
        teacher.delete(&format!("/api/lectures/{}", lecture.id)).await.is(204);
        let student = school.student("김학생").await;
        student.post(&format!("/api/lectures/{}/enroll", lecture.id), json!({})).await.refused(404, "NOT_FOUND");
        student.get(&format!("/api/tasks/{}", lecture.task)).await.refused(404, "NOT_FOUND");
        teacher.get(&format!("/api/tasks/{}", lecture.task)).await.refused(404, "NOT_FOUND");
        let change = json!({ "title": "x" });
        teacher.put(&format!("/api/tasks/{}", lecture.task), change.clone()).await.refused(404, "NOT_FOUND");
        teacher.put(&format!("/api/subtasks/{}", lecture.steps[0]), change).await.refused(404, "NOT_FOUND");
        // Nobody comes into the class of a lecture that is gone.
        let joined = student.post(&format!("/api/sessions/{}/join", session.id), json!({})).await;
        assert_eq!(joined.status, 404, "{}", joined.json);
    });
}

#[test]
fn a_student_enrolls_once_and_an_instructor_never() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let student = school.student("김학생").await;
        let path = format!("/api/lectures/{}/enroll", lecture.id);
        // Of many presses of the same button, one counts.
        let presses = futures_util::future::join_all((0..8).map(|_| student.post(&path, json!({})))).await;
        let made: Vec<&Value> = presses.iter().filter(|r| r.status == 201).map(|r| &r.json).collect();
        assert_eq!(made.len(), 1);
        assert_eq!(
            (&made[0]["lecture_id"], &made[0]["user_id"], &made[0]["status"]),
            (&json!(lecture.id), &json!(student.id), &json!("APPROVED"))
        );
        student.post(&path, json!({})).await.refused(409, "ALREADY_ENROLLED");
        teacher.post(&path, json!({})).await.refused(403, "STUDENT_ONLY");
        school.another_teacher().await.post(&path, json!({})).await.refused(403, "STUDENT_ONLY");
        student.post("/api/lectures/999999/enroll", json!({})).await.refused(404, "NOT_FOUND");
        let shown = school.nobody().get(&format!("/api/lectures/{}", lecture.id)).await.ok();
        assert_eq!(shown["enrolled_count"], 1);
    });
}

async fn titles(school: &School, teacher: &Person, lecture: i64) -> Vec<String> {
    let shown = school.nobody().get(&format!("/api/lectures/{lecture}")).await.ok();
    let mut titles = Vec::new();
    for task in shown["tasks"].as_array().unwrap() {
        titles.push(task["title"].as_str().unwrap().to_owned());
        let whole = teacher.get(&format!("/api/tasks/{}", task["id"])).await.ok();
        assert_eq!(task["subtask_count"], whole["subtasks"].as_array().unwrap().len());
        titles.extend(whole["subtasks"].as_array().unwrap().iter().map(|s| s["title"].as_str().unwrap().to_owned()));
    }
    titles
}

#[test]
fn tasks_and_steps_stand_in_their_order() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 0).await;
        let tasks = format!("/api/lectures/{}/tasks", lecture.id);
        let steps = |task: &Value| format!("/api/tasks/{}/subtasks", task["id"]);
        teacher.delete(&format!("/api/tasks/{}", lecture.task)).await.is(204);
        let last = teacher.post(&tasks, json!({ "title": "끝", "order_index": 5 })).await.is(201);
        let first = teacher.post(&tasks, json!({ "title": "처음", "order_index": 1 })).await.is(201);
        let added = teacher.post(&tasks, json!({ "title": "덧붙임" })).await.is(201);
        assert_eq!(added["order_index"], 6);
        let b = teacher.post(&steps(&first), json!({ "title": "b", "order_index": 2 })).await.is(201);
        teacher.post(&steps(&first), json!({ "title": "a", "order_index": 1 })).await.is(201);
        teacher.post(&steps(&first), json!({ "title": "c" })).await.is(201);
        teacher.post(&steps(&last), json!({ "title": "z" })).await.is(201);
        let order = async || titles(&school, &teacher, lecture.id).await.join(" ");
        assert_eq!(order().await, "처음 a b c 끝 z 덧붙임");
        // A class walks them in this order.
        let session = teacher.opens_session(&lecture).await;
        let mut walked = vec![teacher.presses(&session, "start").await.ok()["current_subtask"]["title"].clone()];
        for _ in 0..3 {
            walked.push(teacher.presses(&session, "next-step").await.ok()["current_subtask"]["title"].clone());
        }
        assert_eq!(walked, ["a", "b", "c", "z"]);
        teacher.presses(&session, "next-step").await.refused(400, "INVALID_REQUEST");
        // Moved, changed, taken away.
        let path = format!("/api/subtasks/{}", b["id"]);
        teacher.put(&path, json!({ "order_index": 9 })).await.is(200);
        teacher.put(&format!("/api/tasks/{}", last["id"]), json!({ "order_index": 0 })).await.is(200);
        assert_eq!(order().await, "끝 z 처음 a c b 덧붙임");
        teacher.delete(&path).await.is(204);
        teacher.delete(&format!("/api/tasks/{}", added["id"])).await.is(204);
        assert_eq!(order().await, "끝 z 처음 a c");
        for gone in [&path, &format!("/api/tasks/{}", added["id"])] {
            teacher.put(gone, json!({ "title": "x" })).await.refused(404, "NOT_FOUND");
            teacher.delete(gone).await.refused(404, "NOT_FOUND");
        }
    });
}

#[test]
fn a_change_of_a_step_touches_only_the_keys_that_were_sent_and_null_clears() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let path = format!("/api/subtasks/{}", lecture.steps[0]);
        let before = teacher.put(&path, json!({})).await.ok();
        assert_eq!((&before["target_action"], &before["order_index"]), (&json!("CLICK"), &json!(1)));
        let after = teacher.put(&path, json!({ "guide_text": null, "title": "새 이름" })).await.ok();
        assert_eq!((&after["guide_text"], &after["title"]), (&Value::Null, &json!("새 이름")));
        for key in ["voice_guide_text", "target_action", "order_index", "description", "task_id", "id"] {
            assert_eq!(after[key], before[key], "{key}");
        }
        teacher.put(&path, json!({ "title": null })).await.ok();
        let details = teacher.put(&path, json!({ "guide_text": "가".repeat(2_001) })).await;
        assert_eq!(details.refused(400, "INVALID_REQUEST")["field"], "guide_text");
        assert_eq!(teacher.put(&path, json!({})).await.ok(), after);
    });
}

#[test]
fn an_instructor_acts_on_their_own_lectures_and_an_admin_on_all() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let (other, admin) = (school.another_teacher().await, school.admin().await);
        let path = format!("/api/lectures/{}", lecture.id);
        other.put(&path, json!({ "title": "내 것" })).await.refused(403, "FORBIDDEN");
        other.delete(&path).await.refused(403, "FORBIDDEN");
        assert_eq!(admin.put(&path, json!({ "title": "고침" })).await.ok()["instructor_id"], teacher.id);
        let session = admin.opens_session(&lecture).await;
        admin.starts(&session, lecture.steps[0]).await;
        other.presses(&session, "pause").await.refused(403, "FORBIDDEN");
        teacher.presses(&session, "pause").await.ok();
    });
}
