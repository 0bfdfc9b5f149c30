//! Materials of a course: who reads them, on every surface, without a price and with one.

use reqwest::Method;
use serde_json::json;

use crate::harness::people::Person;
use crate::harness::{School, on_both};
use crate::routes::{FilledSchool, routes};

/// Contents that every material of the filled school holds.
const SECRET: &str = "0e7a-material";

/// Routes that show materials to those who are in the course.
const SHOWS: &[&str] = &[
    "GET /api/lectures/{lecture_id}",
    "GET /api/progress/me",
    "GET /api/sessions/{session_id}/current",
    "GET /api/sessions/{session_id}/events",
    "GET /api/sessions/{session_id}/steps",
    "GET /api/tasks/{task_id}",
    "GET /api/v1/bc-006/learning/courses/{course_id}",
    "GET /videos/",
    "GET /videos/{video_id}/",
];

/// Routes that show them to everyone who is signed in, while the course is free.
const SHOWS_FREE: &[&str] = &[
    "GET /api/lectures/{lecture_id}",
    "GET /api/tasks/{task_id}",
    "GET /api/v1/bc-006/learning/courses/{course_id}",
    "GET /videos/",
    "GET /videos/{video_id}/",
];

async fn school_with_secrets(school: &School) -> FilledSchool {
    let filled = FilledSchool::of(school).await;
    let material = json!({ "title": "영상", "type": "video", "url": format!("https://example.com/{SECRET}.mp4"),
        "content": SECRET, "description": SECRET, "duration": 15 });
    let module = json!({ "title": "보충", "materials": [material] });
    let path = format!("/api/v1/bc-006/learning/courses/{}/modules", filled.lecture.id);
    filled.teacher.post(&path, module).await.is(201);
    let mut tx = school.app.db.begin().await.unwrap();
    let sql = format!(
        "update items set description = '{SECRET}', target_action = '{SECRET}', target_hint = '{SECRET}',
            guide = '{SECRET}', voice = '{SECRET}', content = '{SECRET}' where kind in ('STEP', 'VIDEO')"
    );
    tx.run(sql, Vec::new()).await.unwrap();
    school.app.commit(tx, Vec::new()).await.unwrap();
    filled
}

/// Reads everything that can be read. Returns the routes whose answers hold a material.
async fn shows(school: &School, filled: &FilledSchool, person: &Person) -> Vec<String> {
    let mut found = Vec::new();
    for route in routes(school).await.iter().filter(|route| route.method == Method::GET) {
        let path = filled.path(route, None);
        let path = if route.path == "/api/lectures/{lecture_id}" { format!("{path}?subtasks=true") } else { path };
        let reply = person.get(&path).await;
        if reply.json.to_string().contains(SECRET) {
            found.push(route.name());
        }
    }
    found.sort();
    found
}

/// Asks everything that changes something, but for the person's own login.
async fn asks_for_everything(school: &School, filled: &FilledSchool, person: &Person) {
    for route in routes(school).await.iter().filter(|route| route.method != Method::GET) {
        if !route.path.starts_with("/api/auth/") && !route.path.starts_with("/accounts/") {
            let reply = filled.asks(person, route).await;
            assert!(!reply.json.to_string().contains(SECRET), "{} answered {}", reply.asked, reply.json);
        }
    }
}

async fn has_price(filled: &FilledSchool, price: i64) {
    let path = format!("/api/v1/courses/{}", filled.lecture.id);
    filled.teacher.put(&path, json!({ "price": price })).await.ok();
}

#[test]
fn materials_of_a_course_with_a_price_are_read_only_by_its_staff_and_by_those_who_are_in_it() {
    on_both(|school| async move {
        let filled = school_with_secrets(&school).await;
        let (stranger, applicant) = (school.student("이학생").await, school.student("최학생").await);
        let another = school.another_teacher().await;
        assert_eq!(shows(&school, &filled, &stranger).await, SHOWS_FREE, "a free course");
        has_price(&filled, 50_000).await;
        applicant.enrolls(&filled.lecture).await;
        for person in [&school.nobody(), &stranger, &applicant, &another] {
            assert_eq!(shows(&school, &filled, person).await, [""; 0], "{}", person.name);
        }
        asks_for_everything(&school, &filled, &stranger).await;
        assert_eq!(shows(&school, &filled, &stranger).await, [""; 0]);
        assert_eq!(shows(&school, &filled, &filled.student).await, SHOWS);
        for staff in [&filled.teacher, &school.admin().await] {
            let shown = shows(&school, &filled, staff).await;
            assert!(SHOWS_FREE.iter().all(|route| shown.contains(&(*route).to_owned())), "{}: {shown:?}", staff.name);
        }
        // One who has left the course has left its materials, though they once joined its session.
        let left = format!("/api/v1/enrollments/{}/cancel", filled.enrollment);
        filled.student.patch(&left, json!({})).await.ok();
        assert_eq!(shows(&school, &filled, &filled.student).await, [""; 0]);
        let socket = format!("/ws/session/{}/student/", filled.session.id);
        assert_eq!(filled.student.tries_to_open(&socket).await.err(), Some(403));
        filled.student.post(&format!("/api/sessions/{}/leave", filled.session.id), json!({})).await.ok();
        has_price(&filled, 0).await;
        let shown = shows(&school, &filled, &filled.student).await;
        assert!(SHOWS_FREE.iter().all(|route| shown.contains(&(*route).to_owned())), "{shown:?}");
    });
}

#[test]
fn others_see_the_outline_of_a_course_with_a_price() {
    on_both(|school| async move {
        let filled = school_with_secrets(&school).await;
        has_price(&filled, 50_000).await;
        let stranger = school.student("이학생").await;
        let task = stranger.get(&format!("/api/tasks/{}", filled.lecture.task)).await.ok();
        let step = &task["subtasks"][0];
        let titles = task["subtasks"].as_array().unwrap().iter().map(|step| step["title"].clone());
        assert_eq!(titles.collect::<Vec<_>>(), ["1번째 단계", "2번째 단계"]);
        assert_eq!(
            (&step["description"], &step["guide_text"], &step["target_action"]),
            (&json!(""), &json!(null), &json!(null))
        );
        let path = format!("/api/lectures/{}?subtasks=true", filled.lecture.id);
        assert_eq!(stranger.get(&path).await.ok()["tasks"][0]["subtasks"][0], *step);
        let path = format!("/api/v1/bc-006/learning/courses/{}", filled.lecture.id);
        let video = stranger.get(&path).await.ok()["modules"][2]["materials"][0].clone();
        assert_eq!(
            [&video["title"], &video["type"], &video["duration"]["minutes"]],
            [&json!("영상"), &json!("video"), &json!(15)]
        );
        assert_eq!([&video["url"], &video["content"], &video["description"]], [&json!(null), &json!(null), &json!("")]);
    });
}

#[test]
fn materials_of_a_course_with_a_price_end_with_the_time_in_it() {
    on_both(|school| async move {
        let filled = school_with_secrets(&school).await;
        has_price(&filled, 50_000).await;
        assert_eq!(shows(&school, &filled, &filled.student).await, SHOWS);
        let mut tx = school.app.db.begin().await.unwrap();
        let sql = "update enrollments set expires_ms = $2 where id = $1";
        tx.run(sql, vec![filled.enrollment.into(), school.app.now_ms().into()]).await.unwrap();
        school.app.commit(tx, Vec::new()).await.unwrap();
        let path = format!("/api/tasks/{}", filled.lecture.task);
        assert!(!filled.student.get(&path).await.ok().to_string().contains(SECRET));
        let path = format!("/api/sessions/{}/steps", filled.session.id);
        filled.student.get(&path).await.refused(403, "ENROLLMENT_NEEDED");
    });
}
