//! Certificates, as the seed lists them.

use serde_json::{Value, json};

use super::table::RowAnswer::{Keys, Page, Pdf};
use super::table::{Row, row};
use super::walk::Walk;

const PREVIEW: &str = "GET /certificates/preview/{course_type}/{course_id}/";
const DOWNLOAD: &str = "GET /certificates/download/{course_type}/{course_id}/";
const VERIFY: &str = "GET /certificates/verify/{certificate_id}/";
const VERIFIED: &[&str] =
    &["is_valid", "status", "certificate_id", "object_id", "user_name", "issued_at", "encrypted_data", "pdf_url"];

pub const ROWS: &[Row] = &[
    row("GET /certificates/", 200, Page("Certificate")),
    row(PREVIEW, 200, Pdf),
    row(DOWNLOAD, 200, Pdf),
    row(VERIFY, 200, Keys(VERIFIED)),
];

/// A student completes a course with one minor category, and gets the papers of both.
pub async fn walks(walk: &Walk<'_>) {
    let (teacher, student) = (&walk.teacher, &walk.student);
    let course = teacher.post("/courses/major-categories/", json!({ "name": "자료 구조" })).await.is(201);
    let minor = json!({ "major_category_id": course["id"], "name": "스택과 큐" });
    let minor = teacher.post("/courses/minor-categories/", minor).await.is(201);
    let step = teacher.adds_step(minor["id"].as_i64().unwrap(), "따라 하기").await;
    let enrollment = json!({ "major_category_id": course["id"] });
    let enrollment = student.post("/courses/enrollments/", enrollment).await.is(201);
    let done = json!({ "enrollment_id": enrollment["id"], "content_id": step });
    student.patch("/api/v1/progress/complete", done).await.ok();

    let all = walk.calls(student, "GET /certificates/", &[], None).await;
    // Other parts of the walk have left certificates too.
    let one = |kind: &str, id: &Value| {
        let is_it = |one: &&Value| (&one["course_type"], &one["object_id"]) == (&json!(kind), id);
        all["results"].as_array().unwrap().iter().find(is_it).unwrap().clone()
    };
    let (whole, part) = (one("major", &course["id"]), one("minor", &minor["id"]));
    assert_eq!(
        (&whole["status"], &whole["content_type_id"], &whole["user_id"]),
        (&json!("valid"), &json!(1), &json!(student.id))
    );
    assert_eq!(
        (&part["status"], &part["content_type_id"], &part["id"]),
        (&json!("available"), &json!(2), &json!(null))
    );
    for (kind, id) in [("major", &course["id"]), ("minor", &minor["id"])] {
        walk.calls(student, PREVIEW, &[kind, &id.to_string()], None).await;
        walk.calls(student, DOWNLOAD, &[kind, &id.to_string()], None).await;
    }
    let newest = walk.calls(student, "GET /certificates/", &[], None).await["results"].clone();
    let issued =
        newest.as_array().unwrap().iter().find(|one| one["minor_category_name"] == "스택과 큐").unwrap().clone();
    let uuid = issued["certificate_id"].as_str().unwrap();
    let nobody = walk.school.nobody();
    let verified = walk.calls(&nobody, VERIFY, &[uuid], None).await;
    assert_eq!((&verified["is_valid"], &verified["user_name"]), (&json!(true), &json!("김학생")));
    assert_eq!((&verified["object_id"], &verified["encrypted_data"]), (&minor["id"], &issued["encrypted_data"]));
}
