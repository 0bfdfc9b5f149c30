//! Courses and their classes, as the portal makes and shows them.

use serde_json::{Value, json};

use crate::classroom::{adds_class, by_hand};
use crate::harness::people::Person;
use crate::harness::{School, on_both};

async fn course(school: &School) -> (Person, String) {
    let teacher = school.teacher().await;
    let new = json!({ "title": "생활체육 지도자 기초", "code": "ETH201", "description": "지도자의 첫걸음", "price": 50_000,
        "minutes": 960, "needed_rate": 80, "late_after_min": 5, "weight_attendance": 30 });
    let made = teacher.post("/api/v1/courses", new).await.is(201);
    (teacher, format!("/api/v1/courses/{}", made["course_id"]))
}

#[test]
fn a_course_is_made_with_a_class_and_shown_to_everyone() {
    on_both(|school| async move {
        let (teacher, path) = course(&school).await;
        let shown = school.nobody().get(&path).await.ok()["course"].clone();
        for (key, value) in [
            ("title", json!("생활체육 지도자 기초")),
            ("code", json!("ETH201")),
            ("description", json!("지도자의 첫걸음")),
            ("instructor_id", json!(teacher.id)),
            ("instructor_name", json!("박강사")),
            ("status", json!("PUBLISHED")),
            ("price", json!(50_000)),
            ("minutes", json!(960)),
            ("needed_rate", json!(80.0)),
            ("late_after_min", json!(5)),
            ("weight_attendance", json!(30)),
            ("weight_progress", json!(20)),
            ("weight_assessment", json!(60)),
        ] {
            assert_eq!(shown[key], value, "{key}");
        }
        let classes = school.nobody().get(&format!("{path}/classes")).await.ok();
        assert_eq!(classes["paging"]["total_count"], 1);
        let class = &classes["classes"][0];
        assert_eq!(
            json!([class["is_default"], class["capacity"], class["approval"], class["total_sessions"]]),
            json!([true, null, "AUTO", 0])
        );
        assert_eq!(school.nobody().get("/api/v1/courses").await.ok()["courses"], json!([shown]));
        // The live surface teaches the same one.
        let lecture = school.nobody().get(&format!("/api/lectures/{}", shown["course_id"])).await.ok();
        assert_eq!((&lecture["title"], &lecture["code"]), (&shown["title"], &shown["code"]));
        let again = json!({ "title": "다른 과정", "code": "ETH201" });
        teacher.post("/api/v1/courses", again.clone()).await.refused(409, "CODE_TAKEN");
        school.students(1).await[0].post("/api/v1/courses", again).await.refused(403, "INSTRUCTOR_ONLY");
    });
}

#[test]
fn a_code_is_the_same_in_capital_and_small_letters() {
    on_both(|school| async move {
        let (teacher, path) = course(&school).await;
        let other = school.another_teacher().await;
        for code in ["eth201", "Eth201"] {
            let new = json!({ "title": "다른 과정", "code": code });
            other.post("/api/v1/courses", new).await.refused(409, "CODE_TAKEN");
        }
        let own = other.post("/api/lectures", json!({ "title": "다른 과정" })).await.is(201);
        other
            .put(&format!("/api/lectures/{}", own["id"]), json!({ "code": "eth201" }))
            .await
            .refused(409, "CODE_TAKEN");
        other.post("/api/attendance/professor/view", json!({ "lecSerial": "eth201" })).await.is(403);
        for code in ["ETH201", "eth201"] {
            teacher.post("/api/attendance/professor/view", json!({ "lecSerial": code })).await.is(200);
        }
        assert_eq!(teacher.put(&path, json!({ "code": "Eth201" })).await.ok()["course"]["code"], "Eth201");
    });
}

#[test]
fn a_change_of_a_course_touches_only_the_keys_that_were_sent_and_null_clears() {
    on_both(|school| async move {
        let (teacher, path) = course(&school).await;
        let before = teacher.get(&path).await.ok()["course"].clone();
        let change = async |body: Value| {
            let mut after = teacher.put(&path, body).await.ok()["course"].clone();
            assert_eq!(teacher.get(&path).await.ok()["course"], after);
            after["updated_at"] = before["updated_at"].clone();
            after
        };
        let mut expected = before.clone();
        assert_eq!(change(json!({})).await, expected);
        for (key, value) in [
            ("title", json!("새 이름")),
            ("code", json!("ETH202")),
            ("description", json!("")),
            ("price", json!(0)),
            ("minutes", Value::Null),
            ("needed_rate", json!(62.5)),
            ("late_after_min", Value::Null),
            ("weight_attendance", json!(0)),
            ("weight_progress", json!(1)),
            ("weight_assessment", json!(1_000)),
        ] {
            expected[key] = value.clone();
            assert_eq!(change(json!({ key: value })).await, expected, "{key}");
        }
        // What has no «nothing» stays as it is.
        for key in ["title", "code", "description", "price", "needed_rate", "weight_progress"] {
            assert_eq!(change(json!({ key: null })).await, expected, "{key}");
        }
        teacher.put(&path, json!({ "price": -1 })).await.refused(400, "INVALID_REQUEST");
        assert_eq!(change(json!({})).await, expected);
        school.another_teacher().await.put(&path, json!({ "title": "내 것" })).await.refused(403, "FORBIDDEN");
    });
}

#[test]
fn a_change_of_a_class_touches_only_the_keys_that_were_sent_and_null_clears() {
    on_both(|school| async move {
        let (teacher, path) = course(&school).await;
        let new = json!({ "class_name": "1차", "capacity": 20, "start_date": "2025-03-03", "end_date": "2025-06-30",
            "approval": "MANUAL", "total_sessions": 16 });
        let made = teacher.post(&format!("{path}/classes"), new.clone()).await.is(201);
        let class = format!("{path}/classes/{}", made["class_id"]);
        for (key, value) in new.as_object().unwrap() {
            assert_eq!(made["class"][key], *value, "{key}");
        }
        let before = school.nobody().get(&class).await.ok()["class"].clone();
        assert_eq!((&before, &before["is_default"]), (&made["class"], &json!(false)));
        let change = async |body: Value| {
            let mut after = teacher.put(&class, body).await.ok()["class"].clone();
            assert_eq!(teacher.get(&class).await.ok()["class"], after);
            after["updated_at"] = before["updated_at"].clone();
            after
        };
        let mut expected = before.clone();
        assert_eq!(change(json!({})).await, expected);
        for (key, value) in [
            ("class_name", json!("2차")),
            ("capacity", json!(25)),
            ("capacity", Value::Null),
            ("start_date", Value::Null),
            ("start_date", json!("2025-06-30")),
            ("end_date", Value::Null),
            ("approval", json!("AUTO")),
            ("total_sessions", json!(0)),
        ] {
            expected[key] = value.clone();
            assert_eq!(change(json!({ key: value })).await, expected, "{key}");
        }
        for (body, field) in [
            (json!({ "end_date": "2025-06-29" }), "end_date"),
            (json!({ "start_date": "2025-07-01", "end_date": "2025-06-30" }), "end_date"),
            (json!({ "start_date": "2025-02-30" }), "start_date"),
            (json!({ "capacity": 0 }), "capacity"),
            (json!({ "approval": "MAYBE" }), "approval"),
            (json!({ "total_sessions": -1 }), "total_sessions"),
        ] {
            assert_eq!(teacher.put(&class, body.clone()).await.refused(400, "INVALID_REQUEST")["field"], field);
            let mut new = body;
            new["class_name"] = json!("3차");
            new["start_date"] = new.get("start_date").cloned().unwrap_or(json!("2025-06-30"));
            let refused = teacher.post(&format!("{path}/classes"), new).await.refused(400, "INVALID_REQUEST");
            assert_eq!(refused["field"], field);
        }
        assert_eq!(change(json!({})).await, expected);
        assert_eq!(teacher.get(&format!("{path}/classes")).await.ok()["paging"]["total_count"], 2);
    });
}

#[test]
fn classes_are_their_instructors_and_of_one_course() {
    on_both(|school| async move {
        let (teacher, path) = course(&school).await;
        let other = school.another_teacher().await;
        let theirs = other.makes_lecture("유튜브 기초", 1).await.id;
        let class = adds_class(&other, theirs, json!({})).await;
        let (new, change) = (json!({ "class_name": "내 것" }), json!({ "capacity": 1 }));
        let student = school.students(1).await.remove(0);
        let of_theirs = format!("/api/v1/courses/{theirs}/classes");
        for (person, code) in [(&teacher, "FORBIDDEN"), (&student, "INSTRUCTOR_ONLY")] {
            person.post(&of_theirs, new.clone()).await.refused(403, code);
            person.put(&format!("{of_theirs}/{class}"), change.clone()).await.refused(403, code);
        }
        // By the course of another it is not found.
        teacher.put(&format!("{path}/classes/{class}"), change).await.refused(404, "NOT_FOUND");
        school.nobody().get(&format!("{path}/classes/{class}")).await.refused(404, "NOT_FOUND");
        let archive = format!("/api/lectures/{theirs}/archive");
        other.post(&archive, json!({})).await.ok();
        assert_eq!(other.post(&of_theirs, new).await.refused(409, "INVALID_STATE")["status"], "ARCHIVED");
    });
}

#[test]
fn a_draft_is_there_for_its_instructor_alone() {
    on_both(|school| async move {
        let (teacher, path) = course(&school).await;
        by_hand(&school, "update courses set status = 'DRAFT'".into()).await;
        let student = school.students(1).await.remove(0);
        let other = school.another_teacher().await;
        let class = teacher.get(&format!("{path}/classes")).await.ok()["classes"][0]["class_id"].clone();
        let paths = [path.clone(), format!("{path}/classes"), format!("{path}/classes/{class}")];
        for path in &paths {
            for person in [&school.nobody(), &student, &other] {
                person.get(path).await.refused(404, "NOT_FOUND");
            }
            teacher.get(path).await.is(200);
        }
        other.put(&path, json!({ "title": "내 것" })).await.refused(404, "NOT_FOUND");
        assert_eq!(school.nobody().get("/api/v1/courses").await.ok()["courses"], json!([]));
        // Deleted, it is there for nobody.
        teacher.delete(&path.replace("/api/v1/courses", "/api/lectures")).await.is(204);
        for path in &paths {
            teacher.get(path).await.refused(404, "NOT_FOUND");
        }
    });
}

#[test]
fn the_list_of_courses_comes_in_pages() {
    on_both(|school| async move {
        let (teacher, _) = course(&school).await;
        for n in 0..4 {
            teacher.post("/api/v1/courses", json!({ "title": format!("과정 {n}") })).await.is(201);
        }
        let titles = async |query: &str| {
            let found = school.nobody().get(&format!("/api/v1/courses{query}")).await.ok();
            let titles: Vec<Value> = found["courses"].as_array().unwrap().iter().map(|c| c["title"].clone()).collect();
            (titles, found["paging"].clone())
        };
        let (first, paging) = titles("?size=2").await;
        assert_eq!(first, ["과정 3", "과정 2"]);
        assert_eq!(paging, json!({ "page": 1, "size": 2, "total_count": 5, "total_pages": 3 }));
        assert_eq!(titles("?size=2&page=3").await.0, ["생활체육 지도자 기초"]);
        assert_eq!(titles("?size=2&page=4").await.0, [] as [Value; 0]);
    });
}

#[test]
fn a_class_of_another_course_is_refused_under_the_key_of_each_surface() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let (lecture, other) = (teacher.makes_lecture("하나", 1).await, teacher.makes_lecture("둘", 1).await);
        let classes = teacher.get(&format!("/api/v1/courses/{}/classes", other.id)).await.ok();
        let foreign = classes["classes"][0]["class_id"].clone();
        let session = json!({ "title": "오전반", "class_id": foreign });
        let refused = teacher.post(&format!("/api/lectures/{}/sessions", lecture.id), session).await;
        assert_eq!(refused.refused(400, "INVALID_REQUEST")["field"], "class_id");
        let enrollment = json!({ "course_id": lecture.id, "class_id": foreign });
        let refused = school.student("김학생").await.post("/api/v1/enrollments", enrollment).await;
        assert_eq!(refused.is(400)["details"]["field"], "class_id");
    });
}
