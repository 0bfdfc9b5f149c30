//! Major and minor categories, as the seed lists them.

use serde_json::json;

use super::table::RowAnswer::{Nothing, One, Page};
use super::table::{Row, row, row_at};
use super::walk::Walk;

const MAJOR: &str = "/courses/major-categories/{major_category_id}/";
const MINOR: &str = "/courses/minor-categories/{minor_category_id}/";

pub const ROWS: &[Row] = &[
    row("GET /courses/major-categories/", 200, Page("MajorCategory")),
    row("POST /courses/major-categories/", 201, One("MajorCategory")),
    row_at("GET /courses/major-categories/{pk}/", MAJOR, 200, One("MajorCategory")),
    row_at("PUT /courses/major-categories/{pk}/", MAJOR, 200, One("MajorCategory")),
    row_at("DELETE /courses/major-categories/{pk}/", MAJOR, 204, Nothing),
    row("GET /courses/minor-categories/", 200, Page("MinorCategory")),
    row("POST /courses/minor-categories/", 201, One("MinorCategory")),
    row_at("GET /courses/minor-categories/{pk}/", MINOR, 200, One("MinorCategory")),
    row_at("PUT /courses/minor-categories/{pk}/", MINOR, 200, One("MinorCategory")),
    row_at("DELETE /courses/minor-categories/{pk}/", MINOR, 204, Nothing),
];

/// A teacher makes a course with a part of it, changes both, and deletes both.
pub async fn walks(walk: &Walk<'_>) {
    let (teacher, nobody) = (&walk.teacher, walk.school.nobody());
    let new = json!({ "name": "파이썬 기초", "price": 50_000, "description": "변수부터 함수까지" });
    let major = walk.calls(teacher, "POST /courses/major-categories/", &[], Some(new)).await;
    let id = major["id"].to_string();
    let new = json!({ "major_category_id": major["id"], "name": "변수", "content": "값에 이름을 붙입니다" });
    let minor = walk.calls(teacher, "POST /courses/minor-categories/", &[], Some(new)).await;
    assert_eq!((&minor["order"], &minor["major_category_id"]), (&json!(1), &major["id"]));
    let minor_id = minor["id"].to_string();

    let listed = walk.calls(&nobody, "GET /courses/major-categories/", &[], None).await;
    assert_eq!((&listed["count"], &listed["results"]), (&json!(1), &json!([major])));
    let listed = walk.calls(&nobody, "GET /courses/minor-categories/", &[], None).await;
    assert_eq!((&listed["count"], &listed["results"]), (&json!(1), &json!([minor])));
    let seen = walk.calls(&nobody, "GET /courses/major-categories/{pk}/", &[&id], None).await;
    assert_eq!(
        seen["minor_categories"],
        json!([{ "id": minor["id"], "name": "변수", "content": "값에 이름을 붙입니다", "order": 1 }])
    );
    assert_eq!(walk.calls(&nobody, "GET /courses/minor-categories/{pk}/", &[&minor_id], None).await, minor);

    let change = json!({ "price": 30_000, "access_days": null });
    let changed = walk.calls(teacher, "PUT /courses/major-categories/{pk}/", &[&id], Some(change)).await;
    assert_eq!((&changed["price"], &changed["name"]), (&json!(30_000), &major["name"]));
    assert_eq!((&major["access_days"], &changed["access_days"]), (&json!(730), &json!(null)));
    let change = json!({ "order": 3 });
    let changed = walk.calls(teacher, "PUT /courses/minor-categories/{pk}/", &[&minor_id], Some(change)).await;
    assert_eq!((&changed["order"], &changed["content"]), (&json!(3), &minor["content"]));

    walk.calls(teacher, "DELETE /courses/minor-categories/{pk}/", &[&minor_id], None).await;
    walk.calls(teacher, "DELETE /courses/major-categories/{pk}/", &[&id], None).await;
    teacher.get(&format!("/courses/minor-categories/{minor_id}/")).await.refused(404, "NOT_FOUND");
    teacher.get(&format!("/courses/major-categories/{id}/")).await.refused(404, "NOT_FOUND");
}
