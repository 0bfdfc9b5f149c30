//! Learning paths, as the examples of the seed show them.

use serde_json::{Value, json};

use super::seed::{BASE, endpoint};
use crate::harness::on_both;
use crate::harness::shelf::{ShelfCourse, USUAL};

fn at(path: &str) -> String {
    format!("{BASE}{path}")
}

fn number(id: &Value) -> i64 {
    id.as_str().unwrap().parse().unwrap()
}

#[test]
fn a_path_is_made_followed_and_adjusted_as_in_the_seed() {
    on_both(|school| async move {
        let (teacher, learner) = (school.teacher().await, school.student("鈴木一郎").await);
        let course =
            |title, level, tag, minutes| ShelfCourse { title, level: Some(level), tags: tag, minutes, ..USUAL };
        let ts: &[&str] = &["TypeScript"];
        for course in [
            course("TypeScript基礎コース", "BEGINNER", ts, 480),
            course("React入門", "BEGINNER", &["React"], 600),
            course("TypeScript実践", "INTERMEDIATE", ts, 1080),
            course("TypeScript応用", "ADVANCED", ts, 300),
        ] {
            school.shelves(teacher.id, course).await;
        }
        let english = [("accept-language", "en")];

        let create = endpoint("POST /paths");
        let mut sent = create.sent.clone().unwrap();
        sent["targetSkills"] = json!(["typescript", "React", "skill-uuid-003"]);
        let post = |path: String, body: Value| {
            let learner = learner.clone();
            async move { learner.asks(reqwest::Method::POST, &path, Some(body), &english).await }
        };
        let made = post(at("/paths"), sent).await.is(create.status);
        create.is_answered_by(&made);
        assert_eq!(made["recommendedCourses"][0]["reason"], "Skill gap: TypeScript");
        assert_eq!(made["recommendedCourses"][2]["reason"], "Next in learning path");
        assert_eq!(made["estimatedDuration"], json!({ "minutes": 2160, "display": "36時間" }));

        let id = made["id"].as_str().unwrap();
        let path = |rest: &str| at(&format!("/paths/{id}{rest}"));
        let shown = learner.asks(reqwest::Method::GET, &path(""), None, &english).await.is(200);
        assert_eq!(shown, made);

        let first = number(&made["recommendedCourses"][0]["courseId"]);
        school.puts(learner.id, first, "COMPLETED").await;
        let mine = learner.get(&at("/my-paths")).await.is(200);
        endpoint("GET /my-paths").is_answered_by(&mine);
        let next = learner.asks(reqwest::Method::GET, &path("/next-course"), None, &english).await.is(200);
        endpoint("GET /paths/{pathId}/next-course").is_answered_by(&next);
        let reason = "Next in your learning path after completing TypeScript基礎コース";
        assert_eq!(next["nextCourse"]["reason"], reason);

        let adjust = endpoint("POST /paths/{pathId}/adjust");
        let sent = json!({ "completedCourseId": first.to_string(), "performanceScore": 85 });
        let adjusted = post(path("/adjust"), sent).await.is(adjust.status);
        adjust.is_answered_by(&adjusted);
        assert_eq!(adjusted["changes"][0]["reason"], "Recommended based on high performance in TypeScript");

        endpoint("GET /paths/{pathId}/estimate").is_answered_by(&learner.get(&path("/estimate")).await.is(200));
    });
}
