//! Courses and enrollments, as the examples of the seed show them.

use serde_json::{Value, json};

use super::walk::{Walk, text};
use crate::harness::learning::at;

/// Makes the course of the seed with the bodies of the seed, and publishes it.
pub async fn publishes(walk: &Walk<'_>, modules: usize, more: Value) -> (String, Vec<Value>) {
    let mut new = walk.body("POST /courses");
    new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let course = text(&walk.calls(&walk.teacher, "POST /courses", &[], Some(new)).await, "id");
    let mut made = Vec::new();
    for _ in 0..modules {
        made.push(adds_module(walk, &course).await);
    }
    walk.calls(&walk.teacher, "POST /courses/{courseId}/publish", &[&course], None).await;
    (course, made)
}

async fn adds_module(walk: &Walk<'_>, course: &str) -> Value {
    let heading = "POST /courses/{courseId}/modules";
    walk.calls(&walk.teacher, heading, &[course], Some(walk.body(heading))).await
}

/// A course is made, shown, changed, listed and archived.
pub async fn walks(walk: &Walk<'_>) {
    let teacher = &walk.teacher;
    let course = walk.calls(teacher, "POST /courses", &[], Some(walk.body("POST /courses"))).await;
    let course = text(&course, "id");
    let publish = "POST /courses/{courseId}/publish";
    walk.is_refused(teacher, publish, &[&course], (409, 0), |_| {}).await;
    adds_module(walk, &course).await;
    adds_module(walk, &course).await;
    // As the usage example makes it.
    let exam = json!({ "title": "最終試験", "type": "exam", "passingScore": 70, "maxScore": 100, "timeLimit": 60,
        "attemptsAllowed": 3, "isRequired": true });
    teacher.post(&at(&format!("/courses/{course}/assessments")), exam).await.is(201);
    walk.calls(teacher, publish, &[&course], None).await;

    let view = "GET /courses/{courseId}";
    let shown = walk.calls(teacher, view, &[&course, "?includeAssessments=true"], None).await;
    assert_eq!(shown["estimatedDuration"], json!({ "minutes": 480, "display": "8時間" }));
    walk.is_of_interface("LearningCourse", &shown);
    let usual = teacher.get(&at(&format!("/courses/{course}"))).await.is(200);
    assert!(usual.get("assessments").is_none() && usual["modules"].as_array().unwrap().len() == 2);

    let change = "PUT /courses/{courseId}";
    let changed = walk.calls(teacher, change, &[&course], Some(walk.body(change))).await;
    assert_eq!(changed["title"], "TypeScript基礎コース (2025年版)");
    assert_eq!(changed["tags"], shown["tags"]);

    let query = "?category=programming&tags=typescript&sort=enrollmentCount:desc";
    let list = walk.calls(teacher, "GET /courses", &[query], None).await;
    assert_eq!(list["items"][0]["id"], json!(course));
    let archive = "POST /courses/{courseId}/archive";
    walk.calls(&walk.admin, archive, &[&course], Some(walk.body(archive))).await;
}

/// A learner enrolls, and leaves.
pub async fn enrolls(walk: &Walk<'_>) {
    let (course, modules) = publishes(walk, 1, json!({})).await;
    let (teacher, student) = (&walk.teacher, &walk.student);
    let enroll = "POST /courses/{courseId}/enroll";
    let enrolled = walk.calls(student, enroll, &[&course], None).await;
    walk.is_refused(student, enroll, &[&course], (409, 0), |_| {}).await;
    let delete = "DELETE /courses/{courseId}";
    let one_student = |example: &mut Value| {
        example["error"]["details"] = json!("Course has 1 active enrollments. Archive instead.");
    };
    walk.is_refused(teacher, delete, &[&course], (409, 0), one_student).await;

    let material = text(&modules[0]["materials"][0], "id");
    let view = format!("/progress/{}/materials/{material}/view", text(&enrolled, "progressId"));
    student.post(&at(&view), json!({ "timeSpent": 5 })).await.is(200);
    walk.calls(student, "GET /my-enrollments", &["?status=in_progress"], None).await;
    walk.calls(teacher, "GET /courses/{courseId}/enrollment-stats", &[&course], None).await;
    walk.calls(student, "DELETE /courses/{courseId}/enroll", &[&course], None).await;
    walk.calls(teacher, delete, &[&course], None).await;
}

/// A course needs another one.
pub async fn needs_another(walk: &Walk<'_>) {
    let (needed, _) = publishes(walk, 1, json!({ "title": "JavaScript基礎" })).await;
    let (course, _) = publishes(walk, 1, json!({ "prerequisites": [needed] })).await;
    let names_it = |example: &mut Value| example["error"]["missingPrerequisites"] = json!([needed]);
    walk.is_refused(&walk.student, "POST /courses/{courseId}/enroll", &[&course], (409, 1), names_it).await;
}

/// A lecture of the live surface is a course here, without what only this surface asks for, and one enrolls in it.
pub async fn shows_lecture(walk: &Walk<'_>) {
    let lecture = walk.teacher.makes_lecture("카카오톡 기초", 1).await;
    let query = "?includeAssessments=true";
    let view = at(&format!("/courses/{}{query}", lecture.id));
    for person in [&walk.teacher, &walk.student] {
        let shown = person.get(&view).await.is(200);
        assert_eq!(["level", "category"].map(|key| &shown[key]), [&Value::Null; 2]);
        walk.is_of_interface("LearningCourse", &shown);
    }
    let enroll = at(&format!("/courses/{}/enroll", lecture.id));
    let enrolled = walk.student.post(&enroll, json!({})).await.is(201);
    let progress = at(&format!("/progress/{}", text(&enrolled, "progressId")));
    let fresh = walk.student.get(&progress).await.is(200);
    assert_eq!((&fresh["status"], &fresh["lastAccessedAt"]), (&json!("not_started"), &Value::Null));
    walk.is_of_interface("LearningProgress", &fresh);
}
