//! Progress in videos, as the seed lists it.

use serde_json::json;

use super::table::RowAnswer::{Keys, One, Page};
use super::table::{Row, row, row_at};
use super::walk::Walk;

pub const ROWS: &[Row] = &[
    row("POST /videos/progress/", 200, One("UserProgress")),
    row("GET /progress/", 200, Page("UserProgress")),
    row_at("PATCH /progress/update/{pk}/", "/progress/update/{user_progress_id}/", 200, One("UserProgress")),
    row("GET /progress/overall/", 200, Keys(&["count", "next", "previous", "results"])),
    row("GET /progress/video/{video_id}/", 200, One("UserProgress")),
];

/// A student watches half of a video, and then the rest.
pub async fn walks(walk: &Walk<'_>) {
    let (teacher, student) = (&walk.teacher, &walk.student);
    let course = teacher.post("/courses/major-categories/", json!({ "name": "알고리즘" })).await.is(201);
    let minor = json!({ "major_category_id": course["id"], "name": "정렬" });
    let minor = teacher.post("/courses/minor-categories/", minor).await.is(201);
    let video = json!({ "minor_category_id": minor["id"], "name": "정렬이란", "duration": "00:10:00",
        "video_url": "https://videos.example.com/a.mp4" });
    let video = teacher.post("/videos/", video).await.is(201);
    let enrollment = json!({ "major_category_id": course["id"] });
    let enrollment = student.post("/courses/enrollments/", enrollment).await.is(201);
    let half = json!({ "video_id": video["id"], "last_position": 300, "time_spent": "00:05:00" });
    let begun = walk.calls(student, "POST /videos/progress/", &[], Some(half)).await;
    assert_eq!((&begun["enrollment_id"], &begun["user_id"]), (&enrollment["id"], &json!(student.id)));
    assert_eq!((&begun["progress_percent"], &begun["is_completed"]), (&json!(50.0), &json!(false)));
    let rest = json!({ "is_completed": true, "last_position": 600, "time_spent": "00:10:00" });
    let id = begun["id"].to_string();
    let done = walk.calls(student, "PATCH /progress/update/{pk}/", &[&id], Some(rest)).await;
    assert_eq!((&done["is_completed"], &done["time_spent"]), (&json!(true), &json!("00:10:00")));
    let video_id = video["id"].to_string();
    assert_eq!(walk.calls(student, "GET /progress/video/{video_id}/", &[&video_id], None).await, done);
    let listed = walk.calls(student, "GET /progress/", &[], None).await;
    assert_eq!((&listed["count"], &listed["results"]), (&json!(1), &json!([done])));
    let overall = walk.calls(student, "GET /progress/overall/", &[], None).await;
    let one = &overall["results"][0];
    assert_eq!([&one["major_category_id"], &one["enrollment_id"]], [&course["id"], &enrollment["id"]]);
    assert_eq!([&one["progress_percent"], &one["time_spent"]], [&json!(100.0), &json!("00:10:00")]);
    assert_eq!([&one["video_count"], &one["completed_video_count"]], [1, 1]);
}
