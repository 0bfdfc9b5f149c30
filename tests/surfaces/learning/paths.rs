//! Learning paths, as the examples of the seed show them.

use serde_json::json;

use super::walk::{Walk, text};
use crate::harness::rows::{CourseRow, USUAL};

/// A path is made, followed and adjusted.
pub async fn walks(walk: &Walk<'_>) {
    let learner = &walk.student;
    let course = |title, level, tag, minutes| CourseRow { title, level: Some(level), tags: tag, minutes, ..USUAL };
    let ts: &[&str] = &["TypeScript"];
    for course in [
        course("TypeScript基礎コース", "BEGINNER", ts, 480),
        course("React入門", "BEGINNER", &["React"], 600),
        course("TypeScript実践", "INTERMEDIATE", ts, 1080),
        course("TypeScript応用", "ADVANCED", ts, 300),
    ] {
        walk.school.insert_course(walk.teacher.id, course).await;
    }
    let mut sent = walk.body("POST /paths");
    sent["targetSkills"] = json!(["typescript", "React", "skill-uuid-003"]);
    let made = walk.calls(learner, "POST /paths", &[], Some(sent)).await;
    assert_eq!(made["recommendedCourses"][0]["reason"], "Skill gap: TypeScript");
    assert_eq!(made["recommendedCourses"][2]["reason"], "Next in learning path");
    assert_eq!(made["estimatedDuration"], json!({ "minutes": 2160, "display": "36時間" }));
    let path = text(&made, "id");
    assert_eq!(walk.calls(learner, "GET /paths/{pathId}", &[&path], None).await, made);

    let first = text(&made["recommendedCourses"][0], "courseId");
    walk.school.set_enrollment(learner.id, first.parse().unwrap(), "COMPLETED").await;
    let shown = walk.calls(learner, "GET /paths/{pathId}", &[&path], None).await;
    assert_eq!(shown["completedCourses"], json!([first]));
    walk.is_of_interface("LearningPath", &shown);
    walk.calls(learner, "GET /my-paths", &[], None).await;
    let next = walk.calls(learner, "GET /paths/{pathId}/next-course", &[&path], None).await;
    let reason = "Next in your learning path after completing TypeScript基礎コース";
    assert_eq!(next["nextCourse"]["reason"], reason);

    let adjust = "POST /paths/{pathId}/adjust";
    let mut sent = walk.body(adjust);
    sent["completedCourseId"] = json!(first);
    let adjusted = walk.calls(learner, adjust, &[&path], Some(sent)).await;
    assert_eq!(adjusted["changes"][0]["reason"], "Recommended based on high performance in TypeScript");
    walk.calls(learner, "GET /paths/{pathId}/estimate", &[&path], None).await;
}
