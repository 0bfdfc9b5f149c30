//! Imports that fail: a lecture is there as a whole, or nothing of it is seen, and its pictures go.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{BLUE, GREEN, RED, a_day_passes, file_of, full_lecture, imports, stored_pictures};
use crate::bucket::BucketFault;
use crate::harness::people::{PASSWORD, Person};
use crate::harness::picture::png;
use crate::harness::zip::{stored, zip};
use crate::harness::{School, on_both, until};
use crate::in_bucket::in_bucket;

/// A lesson of three pictures, of which the second is this one.
fn lesson_with(second: Vec<u8>) -> Vec<u8> {
    let step = |n: usize| json!({ "title": format!("{n}"), "pictures": [{ "file": format!("pictures/{n}.png") }] });
    let lesson = json!({ "format": "gyosil-lesson", "version": 1, "title": "수업", "tasks": [
        { "title": "과제", "steps": [step(1), step(2), step(3)] }] });
    zip(&[
        stored("lesson.json", lesson.to_string().as_bytes()),
        stored("pictures/1.png", &png(4, 2, RED)),
        stored("pictures/2.png", &second),
        stored("pictures/3.png", &png(4, 2, BLUE)),
    ])
}

async fn nothing_is_seen(school: &School, teacher: &Person) {
    for path in ["/api/lectures", "/api/v1/courses", "/api/v1/bc-006/learning/courses"] {
        let listed = teacher.get(path).await.ok().to_string();
        assert!(!listed.contains("수업"), "{path}: {listed}");
    }
    let counted: (i64,) = school.app.db.one("select count(*) from course_counts", Vec::new()).await.unwrap();
    assert_eq!(counted.0, 0);
    let sql = "select (select count(*) from units), (select count(*) from items), (select count(*) from item_pictures)";
    let rows: (i64, i64, i64) = school.app.db.one(sql, Vec::new()).await.unwrap();
    assert_eq!(rows, (0, 0, 0));
}

#[test]
fn a_broken_picture_in_the_middle_leaves_nothing() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let cut = png(300, 300, GREEN)[..60].to_vec();
        let refused = imports(&teacher, lesson_with(cut)).await;
        assert!(refused.json["error"]["message"].as_str().unwrap().contains("pictures/2.png"), "{}", refused.json);
        refused.refused(400, "LESSON_FILE_REFUSED");
        nothing_is_seen(&school, &teacher).await;
        assert_eq!(stored_pictures(&school).await, 1);
        a_day_passes(&school).await;
        assert_eq!(stored_pictures(&school).await, 0);
        let teacher = teacher.logs_in("teacher@example.com", PASSWORD).await;
        imports(&teacher, lesson_with(png(4, 2, GREEN))).await.is(201);
    });
}

#[test]
fn a_store_that_goes_away_in_the_middle_leaves_nothing() {
    in_bucket(&[], |school, bucket| async move {
        let teacher = school.teacher().await;
        bucket.goes_down().await;
        imports(&teacher, lesson_with(png(4, 2, GREEN))).await.refused(503, "STORE_AWAY");
        nothing_is_seen(&school, &teacher).await;
        bucket.comes_back().await;
        bucket.fails("put", BucketFault::Breaks, 1);
        imports(&teacher, lesson_with(png(4, 2, GREEN))).await.refused(503, "STORE_AWAY");
        nothing_is_seen(&school, &teacher).await;
        let id = imports(&teacher, lesson_with(png(4, 2, GREEN))).await.is(201)["id"].as_i64().unwrap();
        a_day_passes(&school).await;
        assert_eq!((stored_pictures(&school).await, bucket.files().len()), (3, 6));

        // An export from a store that is away is refused as such.
        let teacher = teacher.logs_in("teacher@example.com", PASSWORD).await;
        file_of(&school, &teacher, id).await;
        bucket.goes_down().await;
        teacher.get(&format!("/api/lectures/{id}/file")).await.refused(503, "STORE_AWAY");
    });
}

/// Sends the head of a request, and this much of its body.
async fn sends_beginning(school: &School, person: &Person, bytes: u64, beginning: &[u8]) -> TcpStream {
    let mut socket = TcpStream::connect(school.address).await.unwrap();
    let head = format!(
        "POST /api/lectures/import HTTP/1.1\r\nhost: gyosil\r\nauthorization: Bearer {}\r\ncontent-length: {bytes}\r\n\r\n",
        person.token.as_ref().unwrap()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(beginning).await.unwrap();
    socket
}

/// Tells whether this process has a file open whose name in this folder is gone.
fn is_receiving(data: &Path) -> bool {
    let open = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    let links = open.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    links.into_iter().any(|path| path.starts_with(data) && path.to_string_lossy().contains("/received-"))
}

async fn answer(mut socket: TcpStream) -> String {
    let mut read = vec![0; 4_096];
    let bytes = tokio::time::timeout(Duration::from_secs(20), socket.read(&mut read)).await.unwrap().unwrap();
    String::from_utf8_lossy(&read[..bytes]).into_owned()
}

#[test]
fn a_person_sends_one_file_at_a_time_and_one_who_hangs_up_leaves_nothing() {
    on_both(|school| async move {
        let (teacher, other) = (school.teacher().await, school.another_teacher().await);
        let file = lesson_with(png(4, 2, GREEN));
        let half = sends_beginning(&school, &teacher, file.len() as u64, &file[..file.len() / 2]).await;
        let data = school.data();
        until("the file is begun", async || is_receiving(&data).then_some(())).await;
        imports(&teacher, b"no zip".to_vec()).await.refused(503, "BUSY");
        imports(&other, b"no zip".to_vec()).await.refused(400, "LESSON_FILE_REFUSED");
        drop(half);
        until("the place is free", async || {
            let reply = imports(&teacher, file.clone()).await;
            (reply.status != 503).then(|| reply.is(201))
        })
        .await;
        let listed: Value = teacher.get("/api/lectures").await.ok();
        assert_eq!(listed["lectures"].as_array().unwrap().len(), 1);
        let left = std::fs::read_dir(school.data()).unwrap();
        let left = left.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("received"));
        assert_eq!(left.count(), 0);
    });
}

#[test]
fn a_file_of_more_than_200_mebibytes_is_refused_before_it_comes() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let told = answer(sends_beginning(&school, &teacher, (200 << 20) + 1, b"PK").await).await;
        assert!(told.starts_with("HTTP/1.1 413") && told.contains("TOO_LARGE"), "{told}");
    });
}

#[test]
fn a_lecture_that_no_file_can_hold_is_not_exported() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = full_lecture(&teacher).await;
        let mut tx = school.app.db.begin().await.unwrap();
        tx.run("update pictures set bytes = 80000000", Vec::new()).await.unwrap();
        school.app.commit(tx, Vec::new()).await.unwrap();
        teacher.get(&format!("/api/lectures/{lecture}/file")).await.refused(409, "LESSON_TOO_LARGE");
    });
}
