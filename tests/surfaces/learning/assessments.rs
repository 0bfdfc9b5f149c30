//! Assessments, as the examples of the seed show them.

use serde_json::{Value, json};

use super::seed::{BASE, endpoint};
use crate::harness::people::Person;
use crate::harness::{School, on_both_with};

const ONE: &str = "/assessments/{assessmentId}";

/// The exam of the seed: 20 questions and 100 points, the first two as in the examples.
struct SeedExam {
    teacher: Person,
    student: Person,
    id: String,
    /// The answers that earn 85 points.
    answers: Value,
}

impl SeedExam {
    async fn of(school: &School) -> SeedExam {
        let (teacher, student) = (school.teacher().await, school.student("鈴木一郎").await);
        let course = teacher.post("/api/v1/courses", json!({ "title": "TypeScript基礎コース" })).await.is(201);
        let course = course["course_id"].as_i64().unwrap();
        student.post("/api/v1/enrollments", json!({ "course_id": course })).await.is(201);
        let start = endpoint(&format!("POST {ONE}/start")).answer.unwrap();
        let [choice, code] = [0, 1].map(|n| start["questions"][n].clone());
        let mut choice = json!({ "type": choice["type"], "question": choice["question"], "options": choice["options"],
            "points": choice["points"], "correctAnswer": "opt-001", "skill": "型システム" });
        let code = json!({ "type": code["type"], "question": code["question"], "codeTemplate": code["codeTemplate"],
            "points": code["points"], "correctAnswer": "T, T, T", "skill": "型システム" });
        let mut questions = vec![choice.clone(), code];
        choice["skill"] = json!("ジェネリクス");
        questions.extend(vec![choice; 16]);
        questions
            .push(json!({ "type": "short_text", "question": "開発元は？", "points": 5, "correctAnswer": "Microsoft" }));
        // As the usage example makes it, with its questions.
        let exam = json!({ "title": "最終試験", "type": "exam", "description": "TypeScript基礎コースの総合評価",
            "passingScore": 70, "maxScore": 100, "timeLimit": 60, "attemptsAllowed": 3, "isRequired": true,
            "questions": questions });
        let made = teacher.post(&format!("{BASE}/courses/{course}/assessments"), exam).await.is(201);
        let ids: Vec<&str> = made["questions"].as_array().unwrap().iter().map(|q| q["id"].as_str().unwrap()).collect();
        let mut answers = json!({ ids[1]: { "answer": "T, T, T" } });
        for (n, id) in ids.iter().enumerate().filter(|(n, _)| *n != 1 && *n < 18) {
            answers[*id] = json!({ "selectedOption": if n < 16 { "opt-001" } else { "opt-002" } });
        }
        SeedExam { teacher, student, id: made["id"].as_str().unwrap().to_owned(), answers }
    }

    fn path(&self, rest: &str) -> String {
        format!("{BASE}/assessments/{}{rest}", self.id)
    }
}

#[test]
fn an_exam_is_sat_and_its_result_shown_as_in_the_seed() {
    on_both_with(&["--access-ttl-s", "1000000"], |school| async move {
        let exam = SeedExam::of(&school).await;
        let shown = exam.student.get(&exam.path("")).await.is(200);
        endpoint(&format!("GET {ONE}")).is_answered_by(&shown);
        assert_eq!([&shown["passingScore"], &shown["maxScore"], &shown["weight"]], [70.0, 100.0, 1.0]);

        let begun = exam.student.post(&exam.path("/start"), json!({})).await.is(200);
        endpoint(&format!("POST {ONE}/start")).is_answered_by(&begun);
        school.later(45 * 60);
        let submit = endpoint(&format!("POST {ONE}/submit"));
        let mut sent = submit.sent.clone().unwrap();
        sent["sessionId"] = begun["sessionId"].clone();
        sent["answers"] = exam.answers.clone();
        let outcome = exam.student.post(&exam.path("/submit"), sent).await.is(submit.status);
        submit.is_answered_by(&outcome);
        let numbers = ["score", "normalizedScore", "passingScore", "attemptNumber", "attemptsRemaining"];
        assert_eq!(numbers.map(|key| outcome[key].as_f64().unwrap()), [85.0, 85.0, 70.0, 1.0, 2.0]);

        let path = exam.path(&format!("/results/{}", outcome["resultId"].as_str().unwrap()));
        let result = exam.student.get(&path).await.is(200);
        let seen = endpoint(&format!("GET {ONE}/results/{{resultId}}"));
        seen.is_answered_by(&result);
        let example = &seen.answer.as_ref().unwrap()["answers"];
        for (n, key) in [(0, "yourAnswer"), (0, "correctAnswer"), (1, "yourAnswer"), (1, "correctAnswer")] {
            assert_eq!(result["answers"][n][key], example[n][key], "{n} {key}");
        }
        assert_eq!(result["timeSpent"]["minutes"], 45);

        let history = exam.student.get(&exam.path("/my-history")).await.is(200);
        endpoint(&format!("GET {ONE}/my-history")).is_answered_by(&history);
        assert_eq!([&history["bestScore"], &history["averageScore"]], [85.0, 85.0]);
        let statistics = exam.teacher.get(&exam.path("/statistics")).await.is(200);
        endpoint(&format!("GET {ONE}/statistics")).is_answered_by(&statistics);
        assert_eq!(statistics["scoreDistribution"]["81-100"], 1);
    });
}
