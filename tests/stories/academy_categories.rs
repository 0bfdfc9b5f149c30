//! Major and minor categories of the academy: the courses and units of every surface.

use reqwest::Method;
use serde_json::{Value, json};

use crate::classroom::by_hand;
use crate::harness::learning::at;
use crate::harness::on_both;
use crate::harness::people::Person;
use crate::learning_courses::{adds_module, drafts, enrolled, publishes};
use crate::learning_progress::{certifications, progress, views};

/// Makes a major category of this price, and returns its id.
pub async fn makes_category(teacher: &Person, price: i64) -> i64 {
    let made =
        teacher.post("/courses/major-categories/", json!({ "name": "파이썬 기초", "price": price })).await.is(201);
    made["id"].as_i64().unwrap()
}

/// Adds a minor category, and returns its id.
pub async fn adds_minor(teacher: &Person, major: i64, name: &str) -> i64 {
    let new = json!({ "major_category_id": major, "name": name });
    teacher.post("/courses/minor-categories/", new).await.is(201)["id"].as_i64().unwrap()
}

fn names(page: &Value) -> Vec<&str> {
    page["results"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[test]
fn a_category_made_here_is_a_course_everywhere() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let id = makes_category(&teacher, 50_000).await;
        let path = format!("/courses/major-categories/{id}/");
        let here = school.nobody().get(&path).await.is(200);
        assert_eq!((&here["access_days"], &here["status"]), (&json!(730), &json!("published")));
        assert_eq!((&here["instructor_id"], &here["instructor_name"]), (&json!(teacher.id), &json!("박강사")));
        let portal = school.nobody().get(&format!("/api/v1/courses/{id}")).await.ok();
        assert_eq!((&portal["course"]["title"], &portal["course"]["price"]), (&json!("파이썬 기초"), &json!(50_000)));
        assert_eq!(student.get(&at(&format!("/courses/{id}"))).await.ok()["status"], "published");

        teacher.put(&format!("/api/v1/courses/{id}"), json!({ "title": "파이썬 중급", "price": 0 })).await.ok();
        let changed = student.get(path.trim_end_matches('/')).await.is(200);
        assert_eq!((&changed["name"], &changed["price"]), (&json!("파이썬 중급"), &json!(0)));
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let of_live = student.get(&format!("/courses/major-categories/{}/", lecture.id)).await.is(200);
        assert_eq!((&of_live["name"], &of_live["access_days"]), (&json!("카카오톡 기초"), &json!(null)));
        let listed = student.get("/courses/major-categories/?page_size=1").await.is(200);
        assert_eq!((&listed["count"], names(&listed)), (&json!(2), vec!["카카오톡 기초"]));
        let next = listed["next"].as_str().unwrap();
        let next = student.get(&next[next.find("/courses").unwrap()..]).await.is(200);
        assert_eq!((names(&next), &next["next"]), (vec!["파이썬 중급"], &json!(null)));
    });
}

#[test]
fn a_list_has_no_page_behind_its_last_one_and_at_most_100_rows_on_a_page() {
    on_both(|school| async move {
        let (teacher, nobody) = (school.teacher().await, school.nobody());
        let list = "/courses/major-categories/";
        let whole = nobody.get(&format!("{list}?page_size=1000")).await.is(200);
        assert_eq!((&whole["count"], &whole["results"]), (&json!(0), &json!([])));
        for _ in 0..101 {
            makes_category(&teacher, 0).await;
        }
        let most = nobody.get(&format!("{list}?page_size=1000")).await.is(200);
        assert_eq!((&most["count"], names(&most).len()), (&json!(101), 100));
        let next = most["next"].as_str().unwrap();
        let rest = nobody.get(&next[next.find("/courses").unwrap()..]).await.is(200);
        assert_eq!((names(&rest).len(), &rest["next"]), (1, &json!(null)));
        let english = [("accept-language", "en")];
        for behind in ["?page=3&page_size=1000", "?page=7"] {
            let refused = nobody.asks(Method::GET, &format!("{list}{behind}"), None, &english).await;
            assert_eq!(refused.json["detail"], "Invalid page.");
            refused.refused(404, "NOT_FOUND");
        }
        let refused = nobody.get(&format!("{list}?page_size=0")).await.is(400);
        assert!(refused["page_size"].is_array(), "{refused}");
    });
}

#[test]
fn a_category_is_made_and_changed_by_its_staff_only() {
    on_both(|school| async move {
        let (teacher, other, student) =
            (school.teacher().await, school.another_teacher().await, school.student("김학생").await);
        let id = makes_category(&teacher, 0).await;
        let (path, new) = (format!("/courses/major-categories/{id}/"), json!({ "name": "나의 과정" }));
        student.post("/courses/major-categories/", new.clone()).await.refused(403, "INSTRUCTOR_ONLY");
        student.put(&path, new.clone()).await.refused(403, "INSTRUCTOR_ONLY");
        other.put(&path, new.clone()).await.refused(403, "FORBIDDEN");
        other.delete(&path).await.refused(403, "FORBIDDEN");
        let unit = json!({ "major_category_id": id, "name": "나의 단원" });
        other.post("/courses/minor-categories/", unit).await.refused(403, "FORBIDDEN");
        school.admin().await.put(&path, new).await.is(200);
        for (key, wrong) in [("access_days", json!(0)), ("access_days", json!(36_501)), ("price", json!(-1))] {
            let refused = teacher.put(&path, json!({ key: wrong })).await.refused(400, "INVALID_REQUEST");
            assert_eq!(refused["field"], key);
        }
        let endless = json!({ "name": "끝없는 과정", "access_days": null });
        let endless = teacher.post("/courses/major-categories/", endless).await.is(201);
        let short = json!({ "name": "짧은 과정", "access_days": 30 });
        let short = teacher.post("/courses/major-categories/", short).await.is(201);
        assert_eq!((&endless["access_days"], &short["access_days"]), (&json!(null), &json!(30)));
    });
}

#[test]
fn a_minor_category_is_a_unit_of_every_surface() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let (first, second) = (makes_category(&teacher, 0).await, makes_category(&teacher, 0).await);
        let of_second = adds_minor(&teacher, second, "함수").await;
        let of_first = adds_minor(&teacher, first, "변수").await;
        let task = json!({ "title": "자료형", "order_index": 0 });
        teacher.post(&format!("/api/lectures/{first}/tasks"), task).await.is(201);
        assert_eq!(student.get(&format!("/api/tasks/{of_first}")).await.ok()["title"], "변수");
        let all = school.nobody().get("/courses/minor-categories/").await.is(200);
        assert_eq!((&all["count"], names(&all)), (&json!(3), vec!["자료형", "변수", "함수"]));
        let one = format!("/courses/minor-categories/?major_category_id={second}");
        assert_eq!(names(&student.get(&one).await.is(200)), ["함수"]);

        let path = format!("/courses/minor-categories/{of_second}/");
        student.put(&path, json!({ "name": "나의 것" })).await.refused(403, "INSTRUCTOR_ONLY");
        teacher.put(&path, json!({ "content": "일을 묶습니다", "order": 7 })).await.is(200);
        let major = student.get(&format!("/courses/major-categories/{second}/")).await.is(200);
        let brief = json!({ "id": of_second, "name": "함수", "content": "일을 묶습니다", "order": 7 });
        assert_eq!(major["minor_categories"], json!([brief]));
        teacher.delete(&path).await.is(204);
        student.get(&path).await.refused(404, "NOT_FOUND");
        assert_eq!(names(&student.get(&one).await.is(200)), [""; 0]);
    });
}

#[test]
fn deleting_a_minor_category_takes_its_missions_along() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let (kept, gone) = (adds_minor(&teacher, course, "변수").await, adds_minor(&teacher, course, "함수").await);
        let step = teacher.adds_step(kept, "따라 하기").await;
        let exam = json!({ "course_id": course, "assessment_name": "중간 시험", "assessment_type": "EXAM" });
        let exam = teacher.post("/api/v1/assessments", exam).await.is(201)["assessment_id"].as_i64().unwrap();
        by_hand(&school, format!("update assessments set unit = {gone} where id = {exam}")).await;
        let id = enrolled(&student, &course.to_string()).await;
        views(&student, &id, step, json!({ "completed": true })).await.ok();
        let before = progress(&student, &id).await;
        assert_eq!((&before["status"], &before["progressRate"]["totalCount"]), (&json!("in_progress"), &json!(2)));

        teacher.delete(&format!("/courses/minor-categories/{gone}/")).await.is(204);
        teacher.get(&format!("/api/v1/assessments/{exam}")).await.refused(404, "NOT_FOUND");
        assert_eq!(progress(&student, &id).await["status"], "completed");
        assert_eq!(certifications(&student).await.len(), 1);
    });
}

#[test]
fn an_empty_unit_does_not_stop_completion() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let (full, _) = (adds_minor(&teacher, course, "변수").await, adds_minor(&teacher, course, "아직 없음").await);
        let id = enrolled(&student, &course.to_string()).await;
        let before = progress(&student, &id).await;
        assert_eq!((&before["status"], &before["progressRate"]["totalCount"]), (&json!("not_started"), &json!(0)));
        let step = teacher.adds_step(full, "따라 하기").await;
        views(&student, &id, step, json!({ "completed": true })).await.ok();
        let after = progress(&student, &id).await;
        assert_eq!(after["status"], "completed");
        assert_eq!(after["progressRate"], json!({ "completedCount": 1, "totalCount": 1, "percentage": 100.0 }));
        assert_eq!(certifications(&student).await.len(), 1);
    });
}

#[test]
fn a_category_with_learners_or_an_open_session_is_not_deleted() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let path = format!("/courses/major-categories/{course}/");
        let enrollment = enrolled(&student, &course.to_string()).await;
        teacher.delete(&path).await.refused(409, "HAS_OPEN_ENROLLMENTS");
        student.patch(&format!("/api/v1/enrollments/{enrollment}/cancel"), json!({})).await.ok();
        let session = teacher.post(&format!("/api/lectures/{course}/sessions"), json!({})).await.is(201);
        teacher.delete(&path).await.refused(409, "INVALID_STATE");
        teacher.post(&format!("/api/sessions/{}/end", session["session_id"]), json!({})).await.ok();
        teacher.delete(&path).await.is(204);
        school.nobody().get(&path).await.refused(404, "NOT_FOUND");
        assert_eq!(names(&school.nobody().get("/courses/major-categories/").await.is(200)), [""; 0]);
    });
}

#[test]
fn a_draft_is_not_found_by_others() {
    on_both(|school| async move {
        let (teacher, other, student) =
            (school.teacher().await, school.another_teacher().await, school.student("김학생").await);
        let course = drafts(&teacher, json!({})).await;
        let unit = adds_module(&teacher, &course).await["id"].as_str().unwrap().to_owned();
        let paths = [
            format!("/courses/major-categories/{course}/"),
            format!("/courses/minor-categories/{unit}/"),
            format!("/courses/minor-categories/?major_category_id={course}"),
        ];
        let lists = ["/courses/major-categories/", "/courses/minor-categories/"];
        for person in [&other, &student, &school.nobody()] {
            for path in &paths {
                person.get(path).await.refused(404, "NOT_FOUND");
            }
        }
        for path in &paths {
            teacher.get(path).await.is(200);
        }
        for list in lists {
            assert_eq!(names(&teacher.get(list).await.is(200)), [""; 0], "{list}");
        }
        publishes(&teacher, &course).await.is(200);
        for path in &paths {
            student.get(path).await.is(200);
        }
        for list in lists {
            assert_eq!(names(&student.get(list).await.is(200)).len(), 1, "{list}");
        }
    });
}
