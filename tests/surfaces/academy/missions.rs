//! Missions, their questions and the answers to them, as the seed lists them.

use serde_json::{Value, json};

use super::erd;
use super::table::RowAnswer::{Nothing, One, Page};
use super::table::{Row, row, row_at};
use super::walk::Walk;
use crate::harness::judges;

const MISSION: &str = "/missions/{mission_id}/";
const CHOICE: &str = "/missions/multiple-choice-questions/{question_id}/";
const CODE: &str = "/missions/code-submission-questions/{code_question_id}/";

/// The seed calls a code question `CodeSubmission`, and what is sent for it a record of it.
pub const ROWS: &[Row] = &[
    row_at("GET /missions/{id}/", MISSION, 200, One("Mission")),
    row_at("PUT /missions/{id}/", MISSION, 200, One("Mission")),
    row_at("PATCH /missions/{id}/", MISSION, 200, One("Mission")),
    row("GET /missions/multiple-choice-questions/", 200, Page("MultipleChoiceQuestion")),
    row("POST /missions/multiple-choice-questions/", 201, One("MultipleChoiceQuestion")),
    row_at("GET /missions/multiple-choice-questions/{id}/", CHOICE, 200, One("MultipleChoiceQuestion")),
    row_at("POST /missions/multiple-choice-questions/{id}/", CHOICE, 201, One("MultipleChoiceSubmission")),
    row_at("PUT /missions/multiple-choice-questions/{id}/", CHOICE, 200, One("MultipleChoiceQuestion")),
    row_at("PATCH /missions/multiple-choice-questions/{id}/", CHOICE, 200, One("MultipleChoiceQuestion")),
    row_at("DELETE /missions/multiple-choice-questions/{id}/", CHOICE, 204, Nothing),
    row("GET /missions/code-submission-questions/", 200, Page("CodeSubmission")),
    row("POST /missions/code-submission-questions/", 201, One("CodeSubmission")),
    row_at("GET /missions/code-submission-questions/{id}/", CODE, 200, One("CodeSubmission")),
    row_at("PUT /missions/code-submission-questions/{id}/", CODE, 200, One("CodeSubmission")),
    row_at("PATCH /missions/code-submission-questions/{id}/", CODE, 200, One("CodeSubmission")),
    row_at("DELETE /missions/code-submission-questions/{id}/", CODE, 204, Nothing),
    row("GET /missions/major/{major_id}/{minor_id}/{mid_or_final}/mcqs/", 200, Page("MultipleChoiceQuestion")),
    row("GET /missions/major/{major_id}/{minor_id}/{mid_or_final}/cs/", 200, Page("CodeSubmission")),
    row("GET /missions/submissions/all/mcqs/", 200, Page("MultipleChoiceSubmission")),
    row("GET /missions/submissions/user/mcqs/", 200, Page("MultipleChoiceSubmission")),
];

struct Place {
    major: String,
    minor: String,
}

/// A teacher makes missions of both types and changes them; a student answers.
pub async fn walks(walk: &Walk<'_>) {
    let (teacher, student) = (&walk.teacher, &walk.student);
    let course = teacher.post("/courses/major-categories/", json!({ "name": "미션 과정" })).await.is(201);
    let minor = json!({ "major_category_id": course["id"], "name": "변수" });
    let minor = teacher.post("/courses/minor-categories/", minor).await.is(201);
    let place = Place { major: course["id"].to_string(), minor: minor["id"].to_string() };
    student.post("/courses/enrollments/", json!({ "major_category_id": course["id"] })).await.is(201);
    asks_choices(walk, &place).await;
    asks_for_code(walk, &place).await;
}

async fn makes_mission(walk: &Walk<'_>, place: &Place, kind: &str) -> Value {
    let minor: i64 = place.minor.parse().unwrap();
    let new = json!({ "minor_category_id": minor, "title": "평가", "description": "변수와 자료형", "mission_type": kind,
        "is_midterm": true });
    let made = walk.teacher.post("/missions/", new).await.is(201);
    assert_eq!(erd::differences("Mission", &made), [""; 0]);
    assert_eq!(
        (&made["mission_type"], &made["is_midterm"], &made["is_final"]),
        (&json!(kind), &json!(true), &json!(false))
    );
    made
}

async fn asks_choices(walk: &Walk<'_>, place: &Place) {
    let (teacher, student) = (&walk.teacher, &walk.student);
    let mission = makes_mission(walk, place, "multiple_choice").await;
    let id = mission["id"].to_string();
    assert_eq!(walk.calls(student, "GET /missions/{id}/", &[&id], None).await, mission);
    let changed = walk.calls(teacher, "PUT /missions/{id}/", &[&id], Some(json!({ "title": "중간 평가" }))).await;
    assert_eq!((&changed["title"], &changed["description"]), (&json!("중간 평가"), &mission["description"]));
    let last = json!({ "is_midterm": false, "is_final": true });
    let changed = walk.calls(teacher, "PATCH /missions/{id}/", &[&id], Some(last)).await;
    assert_eq!((&changed["is_midterm"], &changed["is_final"]), (&json!(false), &json!(true)));

    let new = json!({ "mission_id": mission["id"], "question": "하나는?", "option_1": "1", "option_2": "2", "option_3": "3",
        "option_4": "4", "option_5": "5", "correct_option": 1 });
    const LIST: &str = "POST /missions/multiple-choice-questions/";
    let made = walk.calls(teacher, LIST, &[], Some(new.clone())).await;
    let gone = walk.calls(teacher, LIST, &[], Some(new)).await["id"].to_string();
    walk.calls(teacher, "DELETE /missions/multiple-choice-questions/{id}/", &[&gone], None).await;
    let question = made["id"].to_string();
    assert_eq!(walk.calls(teacher, "GET /missions/multiple-choice-questions/{id}/", &[&question], None).await, made);
    const CHANGES: [&str; 2] =
        ["PUT /missions/multiple-choice-questions/{id}/", "PATCH /missions/multiple-choice-questions/{id}/"];
    for (heading, right) in CHANGES.into_iter().zip([5, 2]) {
        let changed = walk.calls(teacher, heading, &[&question], Some(json!({ "correct_option": right }))).await;
        assert_eq!((&changed["correct_option"], &changed["option_5"]), (&json!(right), &json!("5")));
    }
    let of_exam = "GET /missions/major/{major_id}/{minor_id}/{mid_or_final}/mcqs/";
    let listed = walk.calls(teacher, of_exam, &[&place.major, &place.minor, "final"], None).await;
    assert_eq!((&listed["count"], &listed["results"][0]["correct_option"]), (&json!(1), &json!(2)));
    let all = walk.calls(teacher, "GET /missions/multiple-choice-questions/", &[], None).await;
    assert_eq!(all["results"], listed["results"]);

    let choice = json!({ "selected_option": 2 });
    let answered =
        walk.calls(student, "POST /missions/multiple-choice-questions/{id}/", &[&question], Some(choice)).await;
    assert_eq!((&answered["is_correct"], &answered["user_id"]), (&json!(true), &json!(student.id)));
    for (person, heading) in
        [(teacher, "GET /missions/submissions/all/mcqs/"), (student, "GET /missions/submissions/user/mcqs/")]
    {
        assert_eq!(walk.calls(person, heading, &[], None).await["results"], json!([answered]));
    }
}

async fn asks_for_code(walk: &Walk<'_>, place: &Place) {
    let (teacher, student) = (&walk.teacher, &walk.student);
    judges::says(walk.school, &["python"], &[]).await;
    let mission = makes_mission(walk, place, "code_submission").await;
    let case = json!({ "input_data": "1 2\n", "expected_output": "3\n", "is_sample": true });
    let new = json!({ "mission_id": mission["id"], "problem_statement": "합을 출력하세요", "example_input": "1 2",
        "example_output": "3", "time_limit": 1, "memory_limit": 128, "language": "python", "test_cases": [case] });
    const LIST: &str = "POST /missions/code-submission-questions/";
    let made = walk.calls(teacher, LIST, &[], Some(new.clone())).await;
    assert_eq!(erd::differences("TestCase", &made["test_cases"][0]), [""; 0]);
    let gone = walk.calls(teacher, LIST, &[], Some(new)).await["id"].to_string();
    walk.calls(teacher, "DELETE /missions/code-submission-questions/{id}/", &[&gone], None).await;
    let question = made["id"].to_string();
    assert_eq!(walk.calls(student, "GET /missions/code-submission-questions/{id}/", &[&question], None).await, made);
    const CHANGES: [&str; 2] =
        ["PUT /missions/code-submission-questions/{id}/", "PATCH /missions/code-submission-questions/{id}/"];
    for (heading, limit) in CHANGES.into_iter().zip([5, 2]) {
        let changed = walk.calls(teacher, heading, &[&question], Some(json!({ "time_limit": limit }))).await;
        assert_eq!((&changed["time_limit"], &changed["memory_limit"]), (&json!(limit), &json!(128)));
    }
    let of_exam = "GET /missions/major/{major_id}/{minor_id}/{mid_or_final}/cs/";
    let listed = walk.calls(student, of_exam, &[&place.major, &place.minor, "mid"], None).await;
    assert_eq!((&listed["count"], &listed["results"][0]["id"]), (&json!(1), &made["id"]));
    let all = walk.calls(student, "GET /missions/code-submission-questions/", &[], None).await;
    assert_eq!(all["results"], listed["results"]);
    assert_eq!(all["languages"][0]["language"], "python");
}
