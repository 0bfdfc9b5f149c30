//! The waiting room behind a poster: who comes before the class sees when it is, and is let in by itself.

use serde_json::{Value, json};

use crate::classroom::{adds_class, by_hand, new_session};
use crate::harness::people::{Lecture, Person};
use crate::harness::{School, on_both, on_both_with, until};

/// The time for which an answer is kept.
const KEPT_S: i64 = 2;

async fn poster(teacher: &Person, lecture: &Lecture) -> String {
    let lecture = teacher.get(&format!("/api/lectures/{}", lecture.id)).await.ok();
    lecture["poster_code"].as_str().unwrap().to_owned()
}

/// View of a phone that asks after the last answer was forgotten.
async fn seen(school: &School, code: &str) -> Value {
    school.later(KEPT_S);
    school.nobody().get(&format!("/api/posters/{code}")).await.ok()
}

/// The day that is so many days from today, in the school's zone.
fn day(school: &School, days: i64) -> String {
    school.app.clock.date_of(school.app.now_ms() + days * 86_400_000)
}

/// Plans the next class of a lecture. Returns what is planned then.
async fn plans(teacher: &Person, lecture: &Lecture, plan: Value) -> Value {
    let path = format!("/api/lectures/{}/next-class", lecture.id);
    let planned = teacher.put(&path, plan).await.ok();
    assert_eq!(teacher.get(&path).await.ok(), planned);
    planned["planned"].clone()
}

#[test]
fn a_poster_without_a_session_opens_a_waiting_room_that_lets_everyone_in_once_there_is_one() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let code = poster(&teacher, &lecture).await;
        let page = school.http.get(school.url(&format!("/l/{code}"))).send().await.unwrap();
        assert_eq!(page.status(), 200);
        assert!(page.text().await.unwrap().contains("learn/main.js"));
        let waits = seen(&school, &code).await;
        let nothing_yet =
            json!({ "title": "카카오톡 기초", "instructor_name": "박강사", "join_path": null, "next_class": null });
        assert_eq!(waits, nothing_yet);
        let session = teacher.opens_session(&lecture).await;
        assert_eq!(seen(&school, &code).await["join_path"], session.scanned().as_str());
        // As one types it.
        assert_eq!(seen(&school, &code.to_lowercase()).await["join_path"], session.scanned().as_str());
        teacher.presses(&session, "end").await.ok();
        assert_eq!(seen(&school, &code).await["join_path"], Value::Null);
    });
}

#[test]
fn hundreds_of_phones_that_wait_get_an_answer_that_is_at_most_two_seconds_old() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let code = poster(&teacher, &lecture).await;
        assert_eq!(seen(&school, &code).await["title"], "카카오톡 기초");
        // The clock stands nearly still: what the rows say by now is asked by nobody.
        by_hand(&school, format!("update courses set title = '사진 찍기' where id = {}", lecture.id)).await;
        for _ in 0..50 {
            let path = format!("/api/posters/{code}");
            let title = school.nobody().get(&path).await.ok()["title"].clone();
            if title == "사진 찍기" {
                // So slow a machine that two seconds have passed.
                return;
            }
            assert_eq!(title, "카카오톡 기초");
        }
        assert_eq!(seen(&school, &code).await["title"], "사진 찍기");
    });
}

#[test]
fn a_session_behind_a_closed_door_lets_nobody_in_before_it_opens() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let code = poster(&teacher, &lecture).await;
        let at = school.app.now_ms() + 2 * 86_400_000;
        let scheduled = gyosil::clock::rfc3339(at);
        let closed = json!({ "door": "CLOSED", "scheduled_at": scheduled });
        teacher.put(&format!("/api/sessions/{}", session.id), closed).await.ok();
        let waits = seen(&school, &code).await;
        assert_eq!(waits["join_path"], Value::Null);
        let local = school.app.clock.local(at);
        assert_eq!(waits["next_class"], json!({ "date": local[..10], "time": local[11..16], "days_until": 2 }));
        teacher.put(&format!("/api/sessions/{}", session.id), json!({ "door": "OPEN" })).await.ok();
        assert_eq!(seen(&school, &code).await["join_path"], session.scanned().as_str());
        // A class that runs lets in those who were there, whatever its door says.
        teacher.put(&format!("/api/sessions/{}", session.id), json!({ "door": "CLOSED" })).await.ok();
        teacher.starts(&session, lecture.steps[0]).await;
        assert_eq!(seen(&school, &code).await["join_path"], session.scanned().as_str());
    });
}

#[test]
fn the_waiting_room_says_when_the_next_class_is_until_it_has_begun() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let code = poster(&teacher, &lecture).await;
        let next = async || seen(&school, &code).await["next_class"].clone();
        // Without anything else: the first day of a class that has not begun.
        let begins = json!({ "class_name": "봄반", "start_date": day(&school, 9), "end_date": day(&school, 30) });
        adds_class(&teacher, lecture.id, begins).await;
        assert_eq!(next().await, json!({ "date": day(&school, 9), "time": null, "days_until": 9 }));
        let planned = plans(&teacher, &lecture, json!({ "date": day(&school, 3), "time": "14:00" })).await;
        assert_eq!(planned, json!({ "date": day(&school, 3), "time": "14:00", "days_until": 3 }));
        assert_eq!(next().await, planned);
        // A meeting that comes before it.
        let class = format!("(select id from classes where course = {} and is_default)", lecture.id);
        let meets = |number: i64, days: i64| {
            let date = day(&school, days);
            format!("insert into meetings (created_ms, class, number, date) values (0, {class}, {number}, '{date}')")
        };
        by_hand(&school, meets(7, 1)).await;
        assert_eq!(next().await, json!({ "date": day(&school, 1), "time": null, "days_until": 1 }));
        // On the day of the plan, the plan knows the time.
        by_hand(&school, format!("update meetings set date = '{}' where number = 7", day(&school, 3))).await;
        assert_eq!(next().await, planned);
        assert_eq!(plans(&teacher, &lecture, json!({})).await, Value::Null);
        assert_eq!(next().await["time"], Value::Null);
    });
}

#[test]
fn a_plan_is_over_once_its_class_has_begun() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let code = poster(&teacher, &lecture).await;
        let local = school.app.clock.local(school.app.now_ms() + 600_000);
        let soon = json!({ "date": local[..10], "time": local[11..16] });
        let planned = plans(&teacher, &lecture, soon.clone()).await;
        assert_eq!((&planned["date"], &planned["time"]), (&soon["date"], &soon["time"]));
        // One that waits is not that class yet; late is not never.
        let session = teacher.opens_session(&lecture).await;
        school.later(660);
        assert_eq!(seen(&school, &code).await["next_class"]["time"], soon["time"]);
        teacher.starts(&session, lecture.steps[0]).await;
        teacher.presses(&session, "end").await.ok();
        assert_eq!(seen(&school, &code).await["next_class"], Value::Null);
        // Nobody came: it is forgotten after some hours.
        plans(&teacher, &lecture, json!({ "date": day(&school, 1), "time": "09:00" })).await;
        assert_ne!(seen(&school, &code).await["next_class"], Value::Null);
        school.later(2 * 86_400);
        assert_eq!(seen(&school, &code).await["next_class"], Value::Null);
    });
}

#[test]
fn only_those_who_teach_a_lecture_plan_its_next_class_and_only_a_day_with_a_time() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let path = format!("/api/lectures/{}/next-class", lecture.id);
        let plan = json!({ "date": day(&school, 3), "time": "14:00" });
        for person in [school.another_teacher().await, school.student("김학생").await] {
            assert_eq!(person.put(&path, plan.clone()).await.status, 403);
        }
        for (wrong, field) in [
            (json!({ "date": day(&school, 3) }), "time"),
            (json!({ "date": day(&school, 3), "time": "25:00" }), "time"),
            (json!({ "date": day(&school, 3), "time": "오후 2시" }), "time"),
            (json!({ "time": "14:00" }), "date"),
            (json!({ "date": "2026-02-30", "time": "14:00" }), "date"),
        ] {
            let refused = teacher.put(&path, wrong).await.refused(400, "INVALID_REQUEST");
            assert_eq!(refused["field"], field, "{refused}");
        }
        assert_eq!(teacher.get(&path).await.ok()["planned"], Value::Null);
        // Everyone who is signed in is told when it is.
        let planned = plans(&teacher, &lecture, plan).await;
        let told = school.student("이학생").await.get(&path).await.ok();
        assert_eq!((&told["planned"], &told["next_class"]), (&Value::Null, &planned));
    });
}

#[test]
fn a_wrong_poster_code_counts_also_in_the_waiting_room() {
    on_both_with(&["--rate-limits", "on"], |school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let code = poster(&teacher, &lecture).await;
        for n in 0..60 {
            school.nobody().get(&format!("/api/posters/WRONG{n}")).await.refused(404, "NOT_FOUND");
        }
        school.nobody().get("/api/posters/WRONG").await.refused(429, "TOO_MANY_REQUESTS");
        let title =
            until("the right one never waits", async || Some(seen(&school, &code).await["title"].clone())).await;
        assert_eq!(title, "카카오톡 기초");
    });
}
