//! Enrollments, as the seed lists them.

use serde_json::json;

use super::table::RowAnswer::{Nothing, One, Page};
use super::table::{Row, row, row_at};
use super::walk::Walk;

const ONE: &str = "/courses/enrollments/{enrollment_id}/";

pub const ROWS: &[Row] = &[
    row("GET /courses/enrollments/", 200, Page("Enrollment")),
    row("POST /courses/enrollments/", 201, One("Enrollment")),
    row_at("GET /courses/enrollments/{pk}/", ONE, 200, One("Enrollment")),
    row_at("PUT /courses/enrollments/{pk}/", ONE, 200, One("Enrollment")),
    row_at("DELETE /courses/enrollments/{pk}/", ONE, 204, Nothing),
    row_at(
        "POST /courses/enrollments/{pk}/complete/",
        "/courses/enrollments/{enrollment_id}/complete/",
        200,
        One("Enrollment"),
    ),
];

/// A student enrolls, leaves, enrolls again, and completes.
pub async fn walks(walk: &Walk<'_>) {
    let (teacher, student) = (&walk.teacher, &walk.student);
    let course = teacher.post("/courses/major-categories/", json!({ "name": "자바 기초" })).await.is(201);
    let minor = json!({ "major_category_id": course["id"], "name": "변수" });
    let minor = teacher.post("/courses/minor-categories/", minor).await.is(201);
    let step = teacher.adds_step(minor["id"].as_i64().unwrap(), "따라 하기").await;
    let new = json!({ "major_category_id": course["id"] });
    let left = walk.calls(student, "POST /courses/enrollments/", &[], Some(new.clone())).await;
    walk.calls(student, "DELETE /courses/enrollments/{pk}/", &[&left["id"].to_string()], None).await;
    let made = walk.calls(student, "POST /courses/enrollments/", &[], Some(new)).await;
    assert_eq!((&made["status"], &made["user_id"]), (&json!("active"), &json!(student.id)));
    let id = made["id"].to_string();
    let seen = walk.calls(student, "GET /courses/enrollments/{pk}/", &[&id], None).await;
    for key in ["id", "enrollment_date", "expiry_date", "status"] {
        assert_eq!(seen[key], made[key], "{key}");
    }
    let end = json!({ "expiry_date": "2126-10-28T10:00:00Z" });
    let moved = walk.calls(teacher, "PUT /courses/enrollments/{pk}/", &[&id], Some(end)).await;
    assert_eq!(moved["expiry_date"], "2126-10-28T10:00:00Z");

    let view = json!({ "enrollment_id": made["id"], "content_id": step });
    student.patch("/api/v1/progress/complete", view).await.ok();
    let done = walk.calls(student, "POST /courses/enrollments/{pk}/complete/", &[&id], None).await;
    assert_eq!((&done["status"], &done["progress_percent"]), (&json!("completed"), &json!(100.0)));
    let all = walk.calls(student, "GET /courses/enrollments/", &[], None).await;
    let statuses: Vec<&str> =
        all["results"].as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!((&all["count"], statuses), (&json!(2), vec!["completed", "cancelled"]));
}
