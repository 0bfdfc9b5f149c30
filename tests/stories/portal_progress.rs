//! Progress in the contents of a course, through the portal, and what follows from it.

use gyosil::patch::Patch;
use gyosil::school::outline::{self, ItemChanges, ItemKind};
use gyosil::school::rights::{Caller, Role};
use serde_json::{Value, json};

use crate::classroom::{
    adds_class, applied, by_hand, decides, default_class, enrollment, new_session, running_session,
};
use crate::harness::people::{Lecture, Person, Reply};
use crate::harness::{School, on_both, on_both_with};

const LONG: &[&str] = &["--access-ttl-s", "1000000"];
const A_DAY: i64 = 86_400;

/// A teacher, a lecture of so many steps, a student and their enrollment.
async fn learner(school: &School, steps: usize) -> (Person, Lecture, Person, i64) {
    let teacher = school.teacher().await;
    let lecture = teacher.makes_lecture("카카오톡 기초", steps).await;
    let student = school.student("김학생").await;
    let id = applied(&student, lecture.id, default_class(&teacher, lecture.id).await).await;
    (teacher, lecture, student, id)
}

async fn reports(person: &Person, enrollment: i64, content: i64, what: Value) -> Reply {
    let mut body = json!({ "enrollment_id": enrollment, "content_id": content });
    body.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
    person.post("/api/v1/progress", body).await
}

async fn presses(person: &Person, enrollment: i64, content: i64, button: &str) -> Reply {
    let body = json!({ "enrollment_id": enrollment, "content_id": content });
    person.patch(&format!("/api/v1/progress/{button}"), body).await
}

async fn progresses(person: &Person, enrollment: i64) -> Vec<Value> {
    let found = person.get(&format!("/api/v1/progress/enrollment/{enrollment}")).await.ok();
    found["progresses"].as_array().unwrap().clone()
}

fn parts(progress: &Value) -> Value {
    json!([progress["progress_rate"], progress["last_position"], progress["learning_time"], progress["status"]])
}

#[test]
fn the_greatest_rate_and_time_are_kept() {
    on_both(|school| async move {
        let (_, lecture, student, id) = learner(&school, 2).await;
        let step = lecture.steps[0];
        let mut progress = 0;
        for (sent, kept) in [
            (json!({}), json!([0.0, null, 0, "IN_PROGRESS"])),
            (
                json!({ "progress_rate": 40.5, "last_position": 380, "learning_time": 600 }),
                json!([40.5, 380, 600, "IN_PROGRESS"]),
            ),
            // Back to the beginning to see it again: the position moves, the rate and the time do not.
            (
                json!({ "progress_rate": 10, "last_position": 20, "learning_time": 500 }),
                json!([40.5, 20, 600, "IN_PROGRESS"]),
            ),
            (json!({ "last_position": 0 }), json!([40.5, 0, 600, "IN_PROGRESS"])),
            (json!({ "learning_time": 601 }), json!([40.5, 0, 601, "IN_PROGRESS"])),
            (json!({ "progress_rate": 100 }), json!([100.0, 0, 601, "COMPLETED"])),
            (json!({ "progress_rate": 50, "learning_time": 700 }), json!([100.0, 0, 700, "COMPLETED"])),
        ] {
            let answer = reports(&student, id, step, sent.clone()).await.is(200)["progress"].clone();
            assert_eq!(parts(&answer), kept, "{sent}");
            progress = answer["progress_id"].as_i64().unwrap();
            let shown = student.get(&format!("/api/v1/progress/{progress}")).await.ok();
            assert_eq!(shown["progress"], answer, "what is answered is what is kept");
        }
        let done = progresses(&student, id).await;
        assert_eq!((done.len(), &done[0]["progress_id"]), (1, &json!(progress)));
        for button in ["start", "complete"] {
            let after = presses(&student, id, step, button).await.is(200)["progress"].clone();
            assert_eq!(
                (&after["status"], &after["completed_at"], &after["started_at"]),
                (&json!("COMPLETED"), &done[0]["completed_at"], &done[0]["started_at"])
            );
        }
    });
}

#[test]
fn an_item_knows_when_it_was_begun_and_done() {
    on_both(|school| async move {
        let (_, lecture, student, id) = learner(&school, 1).await;
        let begun = presses(&student, id, lecture.steps[0], "start").await.is(200)["progress"].clone();
        assert_eq!((&begun["status"], &begun["completed_at"]), (&json!("IN_PROGRESS"), &Value::Null));
        school.later(60);
        let again = presses(&student, id, lecture.steps[0], "start").await.is(200)["progress"].clone();
        assert_eq!(again["started_at"], begun["started_at"]);
        let done = presses(&student, id, lecture.steps[0], "complete").await.is(200)["progress"].clone();
        assert_eq!((&done["status"], &done["progress_rate"]), (&json!("COMPLETED"), &json!(100.0)));
        assert_eq!(done["started_at"], begun["started_at"]);
        assert!(done["completed_at"].as_str().unwrap() > begun["started_at"].as_str().unwrap());
    });
}

#[test]
fn time_counts_for_the_day_on_which_it_was_spent() {
    on_both_with(LONG, |school| async move {
        let (_, lecture, student, id) = learner(&school, 2).await;
        let (first, second) = (lecture.steps[0], lecture.steps[1]);
        let today = async || school.app.clock.date_of(school.app.now_ms());
        let mut days = vec![(today().await, 900)];
        reports(&student, id, first, json!({ "learning_time": 600 })).await.ok();
        reports(&student, id, second, json!({ "learning_time": 300 })).await.ok();
        school.later(A_DAY);
        days.push((today().await, 150));
        reports(&student, id, first, json!({ "learning_time": 700 })).await.ok();
        reports(&student, id, first, json!({ "learning_time": 650 })).await.ok();
        reports(&student, id, first, json!({ "learning_time": 750 })).await.ok();
        let shown = progresses(&student, id).await;
        assert_eq!([&shown[0]["learning_time"], &shown[1]["learning_time"]], [&json!(750), &json!(300)]);
        // No address shows the days yet.
        let sql = "select day, cast(sum(seconds) as bigint) from study_days group by day order by day";
        let kept: Vec<(String, i64)> = school.app.db.all(sql, Vec::new()).await.unwrap();
        assert_eq!(kept, days);
    });
}

#[test]
fn time_alone_counts_as_learning_on_that_day() {
    on_both_with(LONG, |school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        let before = reports(&student, id, lecture.steps[0], json!({ "learning_time": 60 })).await.ok();
        let mut board = teacher.opens(&format!("/ws/dashboard/lecture/{}/", lecture.id)).await;
        board.receives("resync").await;
        school.later(A_DAY);
        let after = reports(&student, id, lecture.steps[0], json!({ "learning_time": 90 })).await.ok();
        let heard = board.receives("student_activity").await;
        assert_eq!(
            (&heard["data"]["user_id"], &heard["data"]["activity"]),
            (&json!(student.id), &json!("STARTED_LEARNING"))
        );
        let (before, after) = (&before["progress"]["updated_at"], &after["progress"]["updated_at"]);
        assert!(after.as_str().unwrap() > before.as_str().unwrap(), "{before} {after}");
        let class = default_class(&teacher, lecture.id).await;
        let list = teacher.get(&format!("/api/v1/progress/course/{}/class/{class}", lecture.id)).await.ok();
        assert_eq!(&list["progresses"][0]["last_learned_at"], after);
        // What says nothing new changes nothing.
        school.later(60);
        let again = reports(&student, id, lecture.steps[0], json!({ "learning_time": 90 })).await.ok();
        assert_eq!(&again["progress"]["updated_at"], after);
        board.receives_nothing_more().await;
    });
}

#[test]
fn times_that_come_at_once_count_once() {
    on_both(|school| async move {
        let (_, lecture, student, id) = learner(&school, 1).await;
        let sent = (1..=20).map(|n| reports(&student, id, lecture.steps[0], json!({ "learning_time": n * 10 })));
        for reply in futures_util::future::join_all(sent).await {
            reply.ok();
        }
        assert_eq!(progresses(&student, id).await[0]["learning_time"], 200);
    });
}

#[test]
fn progress_needs_ones_own_enrollment_and_an_item_of_its_course() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        let other = teacher.makes_lecture("유튜브 기초", 1).await;
        let stranger = school.student("이학생").await;
        let manual = adds_class(&teacher, lecture.id, json!({ "approval": "MANUAL" })).await;
        let pending = applied(&student, lecture.id, manual).await;
        for button in ["", "start", "complete"] {
            let press = async |person: &Person, enrollment: i64, content: i64| match button {
                "" => reports(person, enrollment, content, json!({ "progress_rate": 100 })).await,
                button => presses(person, enrollment, content, button).await,
            };
            let wrong = press(&student, id, other.steps[0]).await.refused(400, "INVALID_REQUEST");
            assert_eq!(wrong["field"], "content_id");
            press(&student, id, 999_999).await.refused(404, "NOT_FOUND");
            press(&student, 999_999, lecture.steps[0]).await.refused(404, "NOT_FOUND");
            press(&stranger, id, lecture.steps[0]).await.refused(404, "NOT_FOUND");
            press(&teacher, id, lecture.steps[0]).await.refused(403, "STUDENT_ONLY");
            let status = press(&student, pending, lecture.steps[0]).await.refused(409, "INVALID_STATE");
            assert_eq!(status["status"], "PENDING");
        }
        decides(&student, pending, "cancel").await.ok();
        let status = reports(&student, pending, lecture.steps[0], json!({})).await.refused(409, "INVALID_STATE");
        assert_eq!(status["status"], "CANCELLED");
        assert_eq!(progresses(&student, id).await, [] as [Value; 0]);
        // Whoever is through with it may look at it again.
        by_hand(&school, format!("update enrollments set status = 'COMPLETED' where id = {id}")).await;
        reports(&student, id, lecture.steps[0], json!({ "progress_rate": 30 })).await.ok();
        for rate in [-1.0, 100.1] {
            let wrong = reports(&student, id, lecture.steps[0], json!({ "progress_rate": rate })).await;
            assert_eq!(wrong.refused(400, "INVALID_REQUEST")["field"], "progress_rate");
        }
    });
}

#[test]
fn the_same_answer_has_the_new_grade() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 4).await;
        let scores = async || {
            let grade = enrollment(&student, id).await["grade"].clone();
            json!([grade["progress_score"], grade["total_score"], grade["attendance_score"], grade["assessment_score"]])
        };
        reports(&student, id, lecture.steps[0], json!({ "progress_rate": 50 })).await.ok();
        assert_eq!(scores().await, json!([12.5, 12.5, null, null]));
        presses(&student, id, lecture.steps[0], "complete").await.ok();
        presses(&student, id, lecture.steps[1], "complete").await.ok();
        assert_eq!(scores().await, json!([50.0, 50.0, null, null]));
        // A report that says less takes nothing away.
        reports(&student, id, lecture.steps[1], json!({ "progress_rate": 1 })).await.ok();
        assert_eq!(scores().await, json!([50.0, 50.0, null, null]));
        // What there is to do changes, and with it how much of it is done.
        teacher.delete(&format!("/api/subtasks/{}", lecture.steps[3])).await.is(204);
        assert_eq!(scores().await, json!([66.67, 66.67, null, null]));
        teacher.adds_step(lecture.task, "덧붙임").await;
        assert_eq!(scores().await, json!([50.0, 50.0, null, null]));
        // With a mark of attendance the total weighs both: 20 and 20.
        let mark = json!({ "enrollment_id": id, "class_date": "2025-03-03", "attendance_type": "PRESENT" });
        teacher.post("/api/v1/attendance", mark).await.is(201);
        assert_eq!(scores().await, json!([50.0, 75.0, 100.0, null]));
        let weights = json!({ "weight_attendance": 10, "weight_progress": 30 });
        teacher.put(&format!("/api/v1/courses/{}", lecture.id), weights).await.ok();
        assert_eq!(scores().await, json!([50.0, 62.5, 100.0, null]));
    });
}

#[test]
fn a_step_that_is_finished_on_the_portal_reaches_the_session() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        let id = student.get("/api/v1/enrollments/me").await.ok()["enrollments"][0]["enrollment_id"].as_i64().unwrap();
        let mut board = teacher.opens(&format!("/ws/dashboard/lecture/{}/", lecture.id)).await;
        let mut desk = teacher.watches(&session).await;
        board.receives("resync").await;
        desk.receives("session_state").await;
        presses(&student, id, lecture.steps[0], "complete").await.ok();
        let heard = board.waits_for("progress_update").await;
        assert_eq!(
            (&heard["data"]["user_id"], &heard["data"]["subtask_id"], &heard["data"]["new_status"]),
            (&json!(student.id), &json!(lecture.steps[0]), &json!("COMPLETED"))
        );
        let heard = desk.waits_for("student_progress").await;
        assert_eq!((&heard["data"]["user_id"], &heard["data"]["status"]), (&json!(student.id), &json!("COMPLETED")));
        let list = teacher.get(&format!("/api/dashboard/lectures/{}/students", lecture.id)).await.ok();
        assert_eq!(list["students"][0]["completed_subtasks"], 1);
        // Again is nothing new.
        presses(&student, id, lecture.steps[0], "complete").await.ok();
        presses(&student, id, lecture.steps[1], "complete").await.ok();
        let next = board.waits_for("progress_update").await;
        assert_eq!(next["data"]["subtask_id"], lecture.steps[1]);
    });
}

#[test]
fn progress_in_a_session_shows_on_the_portal() {
    on_both(|school| async move {
        let (_, lecture, session) = new_session(&school, 2).await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        let id = student.get("/api/v1/enrollments/me").await.ok()["enrollments"][0]["enrollment_id"].as_i64().unwrap();
        student.finishes(lecture.steps[0]).await;
        let begun = json!({ "subtask_id": lecture.steps[1], "status": "IN_PROGRESS" });
        student.post("/api/progress/update", begun).await.ok();
        let shown = progresses(&student, id).await;
        assert_eq!(parts(&shown[0]), json!([100.0, null, 0, "COMPLETED"]));
        assert_eq!(parts(&shown[1]), json!([0.0, null, 0, "IN_PROGRESS"]));
        assert_eq!(
            (&shown[0]["content_id"], &shown[0]["content_title"], shown[0]["completed_at"].is_string()),
            (&json!(lecture.steps[0]), &json!("1번째 단계"), true)
        );
        assert_eq!(enrollment(&student, id).await["grade"]["progress_score"], 50.0);
        // … and what the portal recorded, in the class.
        reports(&student, id, lecture.steps[1], json!({ "progress_rate": 100 })).await.ok();
        let mine = student.get(&format!("/api/progress/me?lecture_id={}", lecture.id)).await.ok();
        let summary = &mine["progress_summary"];
        assert_eq!((&summary["completed_subtasks"], &summary["total_subtasks"]), (&json!(2), &json!(2)));
    });
}

#[test]
fn staff_see_the_progress_of_a_class() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 2).await;
        let class = default_class(&teacher, lecture.id).await;
        let second = school.student("이학생").await;
        let other_id = applied(&second, lecture.id, class).await;
        let manual = adds_class(&teacher, lecture.id, json!({ "approval": "MANUAL" })).await;
        applied(&second, lecture.id, manual).await;
        reports(&student, id, lecture.steps[0], json!({ "progress_rate": 100, "learning_time": 60 })).await.ok();
        reports(&student, id, lecture.steps[1], json!({ "progress_rate": 50, "learning_time": 30 })).await.ok();
        let path = format!("/api/v1/progress/course/{}/class/{class}", lecture.id);
        let found = teacher.get(&path).await.ok();
        assert_eq!(found["paging"], json!({ "page": 1, "size": 20, "total_count": 2, "total_pages": 1 }));
        let (a, b) = (&found["progresses"][0], &found["progresses"][1]);
        assert_eq!(
            json!([
                a["enrollment_id"],
                a["user_name"],
                a["progress_rate"],
                a["completed_contents"],
                a["total_contents"],
                a["learning_time"]
            ]),
            json!([id, "김학생", 75.0, 1, 2, 90])
        );
        assert_eq!(
            json!([
                b["enrollment_id"],
                b["progress_rate"],
                b["completed_contents"],
                b["learning_time"],
                b["last_learned_at"]
            ]),
            json!([other_id, 0.0, 0, 0, null])
        );
        assert_eq!(teacher.get(&format!("{path}?size=1&page=2")).await.ok()["progresses"], json!([b]));
        let nobody = teacher.get(&format!("/api/v1/progress/course/{}/class/{manual}", lecture.id)).await.ok();
        assert_eq!(nobody["progresses"], json!([]), "who is not in yet learns nothing");
        student.get(&path).await.refused(403, "INSTRUCTOR_ONLY");
        school.another_teacher().await.get(&path).await.refused(403, "FORBIDDEN");
        let other = teacher.makes_lecture("유튜브 기초", 1).await;
        let wrong = format!("/api/v1/progress/course/{}/class/{class}", other.id);
        teacher.get(&wrong).await.refused(404, "NOT_FOUND");
        assert_eq!(teacher.get(&format!("{path}?size=101")).await.refused(400, "INVALID_REQUEST")["field"], "size");
        assert_eq!(progresses(&teacher, id).await, progresses(&student, id).await);
    });
}

#[test]
fn a_video_of_a_task_counts_for_progress_and_is_no_step_of_a_session() {
    on_both(|school| async move {
        let (teacher, lecture, student, id) = learner(&school, 1).await;
        // No address makes videos yet.
        let caller = Caller { id: teacher.id, role: Role::Instructor, login: 0, expires_ms: i64::MAX };
        let first = ItemChanges { url: Patch::Set("https://example.com/a.mp4".into()), ..Default::default() };
        let video = outline::add_item(&school.app, &caller, lecture.task, ItemKind::Video, "소개 영상".into(), first);
        let video = video.await.unwrap();
        assert_eq!((video.kind.as_str(), video.required, video.position), ("VIDEO", true, 2));
        let task = teacher.get(&format!("/api/tasks/{}", lecture.task)).await.ok();
        assert_eq!(task["subtasks"].as_array().unwrap().len(), 1, "{task}");
        let shown = teacher.get(&format!("/api/lectures/{}", lecture.id)).await.ok();
        assert_eq!(shown["tasks"][0]["subtask_count"], 1);
        let session = teacher.opens_session(&lecture).await;
        let start = json!({ "first_subtask_id": video.id });
        teacher.post(&format!("/api/sessions/{}/start", session.id), start).await.refused(404, "NOT_FOUND");
        let grade = async || enrollment(&student, id).await["grade"]["progress_score"].clone();
        reports(&student, id, video.id, json!({ "progress_rate": 50, "last_position": 45 })).await.is(200);
        assert_eq!(grade().await, 25.0);
        presses(&student, id, lecture.steps[0], "complete").await.is(200);
        assert_eq!(grade().await, 75.0);
        let changes = ItemChanges { required: Some(false), ..Default::default() };
        outline::change_item(&school.app, &caller, video.id, changes).await.unwrap();
        assert_eq!(grade().await, 100.0);
    });
}
