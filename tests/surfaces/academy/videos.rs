//! Videos, as the seed lists them.

use serde_json::json;

use super::table::RowAnswer::{Nothing, One, Page};
use super::table::{Row, row, row_at};
use super::walk::Walk;
use crate::harness::film::Film;

const ONE: &str = "/videos/{video_id}/";

pub const ROWS: &[Row] = &[
    row("GET /videos/", 200, Page("Video")),
    row("POST /videos/", 201, One("Video")),
    row_at("GET /videos/{pk}/", ONE, 200, One("Video")),
    row_at("PUT /videos/{pk}/", ONE, 200, One("Video")),
    row_at("DELETE /videos/{pk}/", ONE, 204, Nothing),
    row("POST /videos/complete-upload/", 200, One("Video")),
];

/// A teacher adds a video, a student watches it, it gets another file, and it is changed and deleted.
pub async fn walks(walk: &Walk<'_>) {
    let (teacher, student, nobody) = (&walk.teacher, &walk.student, walk.school.nobody());
    let course = teacher.post("/courses/major-categories/", json!({ "name": "자바 심화" })).await.is(201);
    let minor = json!({ "major_category_id": course["id"], "name": "상속" });
    let minor = teacher.post("/courses/minor-categories/", minor).await.is(201);
    let enrollment = json!({ "major_category_id": course["id"] });
    student.post("/courses/enrollments/", enrollment).await.is(201);
    let new = json!({ "minor_category_id": minor["id"], "name": "상속이란", "description": "물려받기",
        "video_url": "https://videos.example.com/a.mp4", "duration": "00:04:10" });
    let video = walk.calls(teacher, "POST /videos/", &[], Some(new)).await;
    assert_eq!((&video["order"], &video["minor_category_id"]), (&json!(1), &minor["id"]));
    let id = video["id"].to_string();
    let listed = walk.calls(&nobody, "GET /videos/", &[], None).await;
    assert_eq!((&listed["count"], &listed["results"]), (&json!(1), &json!([video])));
    let seen = walk.calls(student, "GET /videos/{pk}/", &[&id], None).await;
    assert_eq!(seen["play_url"], video["video_url"]);
    let change = json!({ "duration": "01:00:00" });
    let changed = walk.calls(teacher, "PUT /videos/{pk}/", &[&id], Some(change)).await;
    assert_eq!((&changed["duration"], &changed["name"]), (&json!("01:00:00"), &video["name"]));
    let film = Film::default().bytes();
    let file = json!({ "file_name": "상속.mp4", "file_size": film.len() });
    let begun = teacher.put(&format!("/videos/{id}/"), file).await.is(200);
    let upload = &begun["upload"];
    let sends = walk.school.http.put(upload["parts"][0]["url"].as_str().unwrap()).body(film).send().await.unwrap();
    let parts = json!([{ "PartNumber": 1, "ETag": sends.headers()["etag"].to_str().unwrap() }]);
    let whole =
        json!({ "video_id": video["id"], "upload_id": upload["upload_id"], "key": upload["key"], "parts": parts });
    let completed = walk.calls(teacher, "POST /videos/complete-upload/", &[], Some(whole)).await;
    assert_eq!([&completed["duration"], &completed["video_url"]], [&json!("00:00:10"), &json!(null)]);
    walk.calls(teacher, "DELETE /videos/{pk}/", &[&id], None).await;
    student.get(&format!("/videos/{id}/")).await.refused(404, "NOT_FOUND");
}
