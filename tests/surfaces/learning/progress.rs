//! Progress and certificates, as the examples of the seed show them.

use serde_json::{Value, json};

use super::seed::{BASE, endpoint};
use crate::harness::people::Person;
use crate::harness::{School, on_both};

fn at(path: &str) -> String {
    format!("{BASE}{path}")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A learner in a published course of one module and an exam.
struct Learner {
    teacher: Person,
    student: Person,
    course: String,
    module: Value,
    exam: i64,
    progress: String,
}

impl Learner {
    async fn of(school: &School) -> Learner {
        let (teacher, student) = (school.teacher().await, school.student("鈴木一郎").await);
        let new = endpoint("POST /courses").sent.unwrap();
        let course = text(&teacher.post(&at("/courses"), new).await.is(201)["id"]);
        let new = endpoint("POST /courses/{courseId}/modules").sent.unwrap();
        let module = teacher.post(&at(&format!("/courses/{course}/modules")), new).await.is(201);
        let exam = json!({ "course_id": course.parse::<i64>().unwrap(), "assessment_name": "最終試験",
            "assessment_type": "EXAM", "total_score": 100, "pass_score": 70 });
        let exam =
            teacher.post("/api/v1/assessments", exam).await.is(201)["assessment"]["assessment_id"].as_i64().unwrap();
        teacher.post(&at(&format!("/courses/{course}/publish")), json!({})).await.is(200);
        let enrolled = student.post(&at(&format!("/courses/{course}/enroll")), json!({})).await.is(201);
        Learner { teacher, student, course, module, exam, progress: text(&enrolled["progressId"]) }
    }

    fn path(&self, rest: &str) -> String {
        at(&format!("/progress/{}{rest}", self.progress))
    }

    fn materials(&self) -> Vec<String> {
        self.module["materials"].as_array().unwrap().iter().map(|material| text(&material["id"])).collect()
    }

    /// Does all that the course asks for: views, completes, passes.
    async fn completes(&self) -> Value {
        let view = endpoint("POST /progress/{progressId}/materials/{materialId}/view");
        let path = self.path(&format!("/materials/{}/view", self.materials()[0]));
        self.student.post(&path, view.sent.unwrap()).await.is(view.status);
        let mut sent = endpoint("POST /progress/{progressId}/modules/{moduleId}/complete").sent.unwrap();
        sent["materialsViewed"] = json!(self.materials());
        let path = self.path(&format!("/modules/{}/complete", text(&self.module["id"])));
        let done = self.student.post(&path, sent).await.is(200);
        let result = json!({ "enrollment_id": self.progress.parse::<i64>().unwrap(), "score": 85 });
        self.teacher.post(&format!("/api/v1/assessments/{}/results", self.exam), result).await.is(201);
        done
    }
}

#[test]
fn one_learns_as_in_the_seed() {
    on_both(|school| async move {
        let learner = Learner::of(&school).await;
        let start = endpoint("POST /progress/{progressId}/start");
        start.is_answered_by(&learner.student.post(&learner.path("/start"), json!({})).await.is(start.status));
        let access = endpoint("POST /progress/{progressId}/access");
        learner.student.post(&learner.path("/access"), json!({})).await.is(access.status);
        endpoint("POST /progress/{progressId}/modules/{moduleId}/complete").is_answered_by(&learner.completes().await);
        let mut shown = learner.student.get(&learner.path("")).await.is(200);
        // In the seed there is no certificate yet.
        assert!(shown["certificateId"].is_string(), "{shown}");
        shown["certificateId"] = Value::Null;
        endpoint("GET /progress/{progressId}").is_answered_by(&shown);
        let mut summary = learner.student.get(&at("/progress/summary")).await.is(200);
        // Of several activities, the seed shows one that completes a module.
        summary["recentActivities"].as_array_mut().unwrap().retain(|one| one["type"] == "module_completed");
        endpoint("GET /progress/summary").is_answered_by(&summary);
    });
}

#[test]
fn certificates_are_issued_shown_and_checked_as_in_the_seed() {
    on_both(|school| async move {
        let learner = Learner::of(&school).await;
        let student = &learner.student;
        learner.completes().await;
        let issue = endpoint("POST /certifications/issue");
        let mut sent = issue.sent.clone().unwrap();
        sent["userId"] = json!(student.id.to_string());
        sent["courseId"] = json!(learner.course);
        sent["progressId"] = json!(learner.progress);
        // It came by itself already.
        let issued = school.admin().await.post(&at("/certifications/issue"), sent).await.is(200);
        issue.is_answered_by(&issued);
        let mine = student.get(&at("/my-certifications?status=active")).await.is(200);
        endpoint("GET /my-certifications").is_answered_by(&mine);
        assert_eq!(mine["certifications"][0]["id"], issued["id"]);
        let shown = student.get(&at(&format!("/certifications/{}", text(&issued["id"])))).await.is(200);
        assert_eq!(shown, issued);
        let (number, code) = (text(&issued["certificateNumber"]), text(&issued["verificationCode"]));
        let verify = endpoint("GET /certifications/verify/{certificateNumber}");
        let check = async |code: &str| {
            let path = at(&format!("/certifications/verify/{number}?verificationCode={code}"));
            school.nobody().asks(reqwest::Method::GET, &path, None, &[("accept-language", "en")]).await.is(200)
        };
        verify.is_answered_by(&check(&code).await);
        let wrong = check("VER-AAAAAAAAAAAA").await;
        let seeds = &verify.refusals[0];
        assert_eq!((&wrong["valid"], &wrong["reason"]), (&seeds["valid"], &seeds["reason"]));
    });
}
