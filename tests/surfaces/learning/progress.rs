//! Progress and certificates, as the examples of the seed show them.

use serde_json::{Value, json};

use super::courses::publishes;
use super::walk::{Walk, text};
use crate::harness::learning::at;

const COMPLETE: &str = "POST /progress/{progressId}/modules/{moduleId}/complete";

async fn enrolls(walk: &Walk<'_>, course: &str) -> String {
    let enrolled = walk.calls(&walk.student, "POST /courses/{courseId}/enroll", &[course], None).await;
    text(&enrolled, "progressId")
}

async fn completes(walk: &Walk<'_>, progress: &str, module: &Value) -> Value {
    let mut sent = walk.body(COMPLETE);
    let materials = module["materials"].as_array().unwrap().iter();
    sent["materialsViewed"] = materials.map(|material| material["id"].clone()).collect();
    walk.calls(&walk.student, COMPLETE, &[progress, &text(module, "id")], Some(sent)).await
}

/// A learner begins, passes the exam, and completes one module of two, as in the seed: there is no certificate yet.
pub async fn learns(walk: &Walk<'_>) {
    let (student, school) = (&walk.student, walk.school);
    let (course, modules) = publishes(walk, 2, json!({})).await;
    let exam = json!({ "title": "最終試験", "type": "exam", "passingScore": 70, "maxScore": 100 });
    let exam = walk.teacher.post(&at(&format!("/courses/{course}/assessments")), exam).await.is(201);
    let progress = enrolls(walk, &course).await;
    walk.calls(student, "POST /progress/{progressId}/start", &[&progress], None).await;
    walk.calls(student, "POST /progress/{progressId}/access", &[&progress], None).await;
    let view = "POST /progress/{progressId}/materials/{materialId}/view";
    let material = text(&modules[0]["materials"][0], "id");
    walk.calls(student, view, &[&progress, &material], Some(walk.body(view))).await;
    let result = json!({ "enrollment_id": progress.parse::<i64>().unwrap(), "score": 85 });
    let results = format!("/api/v1/assessments/{}/results", text(&exam, "id"));
    walk.teacher.post(&results, result).await.is(201);
    // Activities are listed by their time.
    school.later(60);
    completes(walk, &progress, &modules[0]).await;
    let shown = walk.calls(student, "GET /progress/{progressId}", &[&progress], None).await;
    assert_eq!([&shown["status"], &shown["totalScore"]], [&json!("in_progress"), &json!(85.0)]);
    walk.calls(student, "GET /progress/summary", &[], None).await;

    school.later(60);
    completes(walk, &progress, &modules[1]).await;
    let done = student.get(&at(&format!("/progress/{progress}"))).await.is(200);
    assert!(done["status"] == "completed" && done["certificateId"].is_string(), "{done}");
    walk.is_of_interface("LearningProgress", &done);
}

/// The system issues a certificate, which anyone checks.
pub async fn is_certified(walk: &Walk<'_>) {
    let (student, school) = (&walk.student, walk.school);
    // Another one would have its certificate already.
    let (course, modules) = publishes(walk, 1, json!({ "completesItself": false })).await;
    let progress = enrolls(walk, &course).await;
    completes(walk, &progress, &modules[0]).await;
    let issue = "POST /certifications/issue";
    let mut sent = walk.body(issue);
    sent["userId"] = json!(student.id.to_string());
    sent["courseId"] = json!(course);
    sent["progressId"] = json!(progress);
    let issued = walk.calls(&walk.admin, issue, &[], Some(sent.clone())).await;
    assert_eq!(issued["score"], 85.0);
    walk.is_of_interface("Certification", &issued);
    assert_eq!(walk.admin.post(&at("/certifications/issue"), sent).await.is(200), issued);

    let mine = walk.calls(student, "GET /my-certifications", &["?status=active"], None).await;
    assert_eq!(mine["certifications"][0]["id"], issued["id"]);
    let id = text(&issued, "id");
    assert_eq!(walk.calls(student, "GET /certifications/{certificationId}", &[&id], None).await, issued);

    let verify = "GET /certifications/verify/{certificateNumber}";
    let number = text(&issued, "certificateNumber");
    let nobody = school.nobody();
    let code = format!("?verificationCode={}", text(&issued, "verificationCode"));
    walk.calls(&nobody, verify, &[&number, &code], None).await;
    walk.is_refused(&nobody, verify, &[&number, "?verificationCode=VER-AAAAAAAAAAAA"], (200, 0), |_| {}).await;
}
