//! Courses and enrollments, as the examples of the seed show them.

use serde_json::{Value, json};

use super::seed::{BASE, endpoint};
use crate::harness::people::{Person, Reply};
use crate::harness::{School, on_both};

fn at(path: &str) -> String {
    format!("{BASE}{path}")
}

/// The course of the seed, made with the bodies of the seed.
struct SeedCourse {
    teacher: Person,
    id: String,
    /// Answer to its creation.
    made: Value,
}

impl SeedCourse {
    async fn of(school: &School) -> SeedCourse {
        let teacher = school.teacher().await;
        let create = endpoint("POST /courses");
        let reply = teacher.post(&at("/courses"), create.sent.clone().unwrap()).await;
        let made = reply.is(create.status);
        SeedCourse { teacher, id: made["id"].as_str().unwrap().to_owned(), made }
    }

    fn path(&self, rest: &str) -> String {
        at(&format!("/courses/{}{rest}", self.id))
    }

    async fn adds_modules(&self, count: usize) -> Value {
        let add = endpoint("POST /courses/{courseId}/modules");
        let mut made = Value::Null;
        for _ in 0..count {
            made = self.teacher.post(&self.path("/modules"), add.sent.clone().unwrap()).await.is(add.status);
        }
        made
    }

    async fn publishes(&self) -> Value {
        self.teacher.post(&self.path("/publish"), json!({})).await.is(200)
    }
}

/// In English, as the messages of the seed are.
async fn in_english(person: &Person, method: reqwest::Method, path: &str) -> Reply {
    person.asks(method, path, None, &[("accept-language", "en")]).await
}

#[test]
fn a_course_is_made_shown_changed_and_published_as_in_the_seed() {
    on_both(|school| async move {
        let course = SeedCourse::of(&school).await;
        endpoint("POST /courses").is_answered_by(&course.made);
        let refused = in_english(&course.teacher, reqwest::Method::POST, &course.path("/publish")).await.is(409);
        assert_eq!(refused, endpoint("POST /courses/{courseId}/publish").refusals[0]);

        let module = course.adds_modules(2).await;
        endpoint("POST /courses/{courseId}/modules").is_answered_by(&module);
        let exam = json!({ "course_id": course.id.parse::<i64>().unwrap(), "assessment_name": "最終試験",
            "assessment_type": "EXAM", "total_score": 100, "pass_score": 70, "time_limit": 60, "attempt_limit": 3 });
        course.teacher.post("/api/v1/assessments", exam).await.is(201);
        endpoint("POST /courses/{courseId}/publish").is_answered_by(&course.publishes().await);

        let shown = course.teacher.get(&course.path("?includeAssessments=true")).await.is(200);
        endpoint("GET /courses/{courseId}").is_answered_by(&shown);
        assert_eq!(shown["estimatedDuration"], json!({ "minutes": 480, "display": "8時間" }));
        let usual = course.teacher.get(&course.path("")).await.is(200);
        assert!(usual.get("assessments").is_none() && usual["modules"].as_array().unwrap().len() == 2);

        let change = endpoint("PUT /courses/{courseId}");
        let changed = course.teacher.put(&course.path(""), change.sent.unwrap()).await.is(change.status);
        assert_eq!(changed["title"], "TypeScript基礎コース (2025年版)");
        assert_eq!(changed["tags"], shown["tags"]);

        let list = course.teacher.get(&at("/courses?tags=typescript&sort=enrollmentCount:desc")).await.is(200);
        endpoint("GET /courses").is_answered_by(&list);

        let archive = endpoint("POST /courses/{courseId}/archive");
        let admin = school.admin().await;
        admin.post(&course.path("/archive"), archive.sent.unwrap()).await.is(archive.status);
    });
}

#[test]
fn one_enrolls_and_leaves_as_in_the_seed() {
    on_both(|school| async move {
        let course = SeedCourse::of(&school).await;
        course.adds_modules(1).await;
        course.publishes().await;
        let student = school.student("鈴木一郎").await;
        let enroll = endpoint("POST /courses/{courseId}/enroll");
        let enrolled = student.post(&course.path("/enroll"), json!({})).await.is(enroll.status);
        enroll.is_answered_by(&enrolled);
        let again = in_english(&student, reqwest::Method::POST, &course.path("/enroll")).await.is(409);
        assert_eq!(again, enroll.refusals[0]);

        let refused = in_english(&course.teacher, reqwest::Method::DELETE, &course.path("")).await.is(409);
        let mut example = endpoint("DELETE /courses/{courseId}").refusals[0].clone();
        example["error"]["details"] = json!("Course has 1 active enrollments. Archive instead.");
        assert_eq!(refused, example);

        let progress = json!({ "enrollment_id": enrolled["progressId"].as_str().unwrap().parse::<i64>().unwrap(),
            "content_id": first_material(&course).await });
        student.patch("/api/v1/progress/start", progress).await.ok();
        let mine = student.get(&at("/my-enrollments?status=in_progress")).await.is(200);
        endpoint("GET /my-enrollments").is_answered_by(&mine);

        let stats = course.teacher.get(&course.path("/enrollment-stats")).await.is(200);
        endpoint("GET /courses/{courseId}/enrollment-stats").is_answered_by(&stats);

        let leave = endpoint("DELETE /courses/{courseId}/enroll");
        student.delete(&course.path("/enroll")).await.is(leave.status);
        course.teacher.delete(&course.path("")).await.is(endpoint("DELETE /courses/{courseId}").status);
    });
}

#[test]
fn missing_prerequisites_are_named_as_in_the_seed() {
    on_both(|school| async move {
        let course = SeedCourse::of(&school).await;
        let needed = course.teacher.post(&at("/courses"), json!({ "title": "JavaScript基礎" })).await.is(201);
        course.adds_modules(1).await;
        course.teacher.put(&course.path(""), json!({ "prerequisites": [needed["id"]] })).await.is(200);
        course.publishes().await;
        let student = school.student("鈴木一郎").await;
        let refused = in_english(&student, reqwest::Method::POST, &course.path("/enroll")).await.is(409);
        let mut example = endpoint("POST /courses/{courseId}/enroll").refusals[1].clone();
        example["error"]["missingPrerequisites"] = json!([needed["id"]]);
        assert_eq!(refused, example);
    });
}

async fn first_material(course: &SeedCourse) -> i64 {
    let shown = course.teacher.get(&course.path("")).await.ok();
    shown["modules"][0]["materials"][0]["id"].as_str().unwrap().parse().unwrap()
}
