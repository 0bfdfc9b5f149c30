//! Programs that learners send, as the seed lists them.

use serde_json::{Value, json};

use super::table::RowAnswer::{Nothing, One, Page};
use super::table::{Row, row, row_at};
use super::walk::Walk;
use crate::harness::judges::Judge;

const PROGRAM: &str = "/missions/code-submissions/{submission_id}/";
const EVALUATE: &str = "/missions/code-submissions/{submission_id}/evaluate/";

pub const ROWS: &[Row] = &[
    row("GET /missions/code-submissions/", 200, Page("CodeSubmissionRecord")),
    row("POST /missions/code-submissions/", 201, One("CodeSubmissionRecord")),
    row_at("GET /missions/code-submissions/{id}/", PROGRAM, 200, One("CodeSubmissionRecord")),
    row_at("PUT /missions/code-submissions/{id}/", PROGRAM, 200, One("CodeSubmissionRecord")),
    row_at("PATCH /missions/code-submissions/{id}/", PROGRAM, 200, One("CodeSubmissionRecord")),
    row_at("DELETE /missions/code-submissions/{id}/", PROGRAM, 204, Nothing),
    row_at(
        "POST /missions/code-submissions/{code_submission_id}/evaluate/",
        EVALUATE,
        200,
        One("CodeSubmissionRecord"),
    ),
    row("GET /missions/submissions/all/cs/", 200, Page("CodeSubmissionRecord")),
    row("GET /missions/submissions/user/cs/", 200, Page("CodeSubmissionRecord")),
];

/// A student sends programs while the judge is away, changes one, takes one back, and has the last one judged.
pub async fn walks(walk: &Walk<'_>) {
    let (teacher, student) = (&walk.teacher, &walk.student);
    let judge = Judge::runs(walk.school).await;
    let course = teacher.post("/courses/major-categories/", json!({ "name": "코드 과정" })).await.is(201);
    let minor = json!({ "major_category_id": course["id"], "name": "출력" });
    let minor = teacher.post("/courses/minor-categories/", minor).await.is(201);
    student.post("/courses/enrollments/", json!({ "major_category_id": course["id"] })).await.is(201);
    let mission = json!({ "minor_category_id": minor["id"], "title": "평가", "mission_type": "code_submission" });
    let mission = teacher.post("/missions/", mission).await.is(201);
    let new = json!({ "mission_id": mission["id"], "problem_statement": "3을 출력하세요", "language": "javascript",
        "example_input": "", "example_output": "3" });
    let question = teacher.post("/missions/code-submission-questions/", new).await.is(201)["id"].clone();
    drop(judge);

    let program = |code: &str| Some(json!({ "code_submission_id": question, "submitted_code": code }));
    let id = |program: &Value| program["id"].to_string();
    const SEND: &str = "POST /missions/code-submissions/";
    let gone = walk.calls(student, SEND, &[], program("console.log(1)")).await;
    walk.calls(student, "DELETE /missions/code-submissions/{id}/", &[&id(&gone)], None).await;
    let sent = walk.calls(student, SEND, &[], program("console.log(2)")).await;
    assert_eq!(walk.calls(teacher, "GET /missions/code-submissions/{id}/", &[&id(&sent)], None).await, sent);
    for heading in ["PUT /missions/code-submissions/{id}/", "PATCH /missions/code-submissions/{id}/"] {
        let changed =
            walk.calls(student, heading, &[&id(&sent)], Some(json!({ "submitted_code": "console.log(3)" }))).await;
        assert_eq!((&changed["submitted_code"], &changed["status"]), (&json!("console.log(3)"), &json!("QUEUED")));
    }
    let _judge = Judge::runs(walk.school).await;
    let evaluate = "POST /missions/code-submissions/{code_submission_id}/evaluate/";
    let judged = walk.calls(student, evaluate, &[&id(&sent)], None).await;
    assert_eq!((&judged["is_passed"], &judged["result_summary"]), (&json!(true), &json!("1/1")));
    let lists =
        ["GET /missions/code-submissions/", "GET /missions/submissions/user/cs/", "GET /missions/submissions/all/cs/"];
    for (person, heading) in [student, student, teacher].into_iter().zip(lists) {
        assert_eq!(walk.calls(person, heading, &[], None).await["results"], json!([judged]), "{heading}");
    }
}
