//! Assessments, as the examples of the seed show them.

use serde_json::{Value, json};

use super::walk::{Walk, text};
use crate::compare::differences;
use crate::harness::learning::at;

const START: &str = "POST /assessments/{assessmentId}/start";

/// Makes the exam of the seed: 20 questions and 100 points, the first two as in the examples. Returns its id, and the
/// answers that earn 85 points.
async fn makes_exam(walk: &Walk<'_>) -> (String, Value) {
    let course = walk.teacher.post("/api/v1/courses", json!({ "title": "TypeScript基礎コース" })).await.is(201);
    let course = course["course_id"].as_i64().unwrap();
    walk.student.post("/api/v1/enrollments", json!({ "course_id": course })).await.is(201);
    let start = walk.example(START);
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
    let made = walk.teacher.post(&at(&format!("/courses/{course}/assessments")), exam).await.is(201);
    let mut without_questions = made.clone();
    without_questions.as_object_mut().unwrap().remove("questions");
    assert_eq!(differences(&walk.example("GET /assessments/{assessmentId}"), &without_questions), [""; 0]);
    let ids: Vec<&str> = made["questions"].as_array().unwrap().iter().map(|q| q["id"].as_str().unwrap()).collect();
    let mut answers = json!({ ids[1]: { "answer": "T, T, T" } });
    for (n, id) in ids.iter().enumerate().filter(|(n, _)| *n != 1 && *n < 18) {
        answers[*id] = json!({ "selectedOption": if n < 16 { "opt-001" } else { "opt-002" } });
    }
    (text(&made, "id"), answers)
}

/// An exam is sat, and its result is shown.
pub async fn sits(walk: &Walk<'_>) {
    let (exam, answers) = makes_exam(walk).await;
    let student = &walk.student;
    let shown = walk.calls(student, "GET /assessments/{assessmentId}", &[&exam], None).await;
    assert_eq!([&shown["passingScore"], &shown["maxScore"], &shown["weight"]], [70.0, 100.0, 1.0]);

    let begun = walk.calls(student, START, &[&exam], None).await;
    walk.school.later(45 * 60);
    let submit = "POST /assessments/{assessmentId}/submit";
    let mut sent = walk.body(submit);
    sent["sessionId"] = begun["sessionId"].clone();
    sent["answers"] = answers;
    let outcome = walk.calls(student, submit, &[&exam], Some(sent)).await;
    let numbers = ["score", "normalizedScore", "passingScore", "attemptNumber", "attemptsRemaining"];
    assert_eq!(numbers.map(|key| outcome[key].as_f64().unwrap()), [85.0, 85.0, 70.0, 1.0, 2.0]);

    let result = "GET /assessments/{assessmentId}/results/{resultId}";
    let shown = walk.calls(student, result, &[&exam, &text(&outcome, "resultId")], None).await;
    let example = walk.example(result);
    for (n, key) in [(0, "yourAnswer"), (0, "correctAnswer"), (1, "yourAnswer"), (1, "correctAnswer")] {
        assert_eq!(shown["answers"][n][key], example["answers"][n][key], "{n} {key}");
    }
    assert_eq!(shown["timeSpent"]["minutes"], 45);

    let history = walk.calls(student, "GET /assessments/{assessmentId}/my-history", &[&exam], None).await;
    assert_eq!([&history["bestScore"], &history["averageScore"]], [85.0, 85.0]);
    let statistics = walk.calls(&walk.teacher, "GET /assessments/{assessmentId}/statistics", &[&exam], None).await;
    assert_eq!(statistics["scoreDistribution"]["81-100"], 1);
}
