//! Files that are no lessons, or that are made to do harm: each is refused, and its place is named.

use serde_json::{Value, json};

use super::{RED, imports};
use crate::harness::picture::{png, png_of_size};
use crate::harness::zip::{Part, deflated, stored, zip};
use crate::harness::{Backend, on, on_both};

fn lesson() -> Value {
    let picture = json!({ "file": "pictures/a.png" });
    json!({ "format": "gyosil-lesson", "version": 1, "title": "수업", "tasks": [{ "title": "과제", "steps": [
        { "title": "단계", "pictures": [picture] }] }] })
}

fn text(lesson: &Value) -> Part {
    deflated("lesson.json", lesson.to_string().as_bytes())
}

/// A file of a lesson whose one picture is red.
pub fn file(lesson: &Value) -> Vec<u8> {
    zip(&[text(lesson), stored("pictures/a.png", &png(4, 2, RED))])
}

fn with(part: Part) -> Vec<u8> {
    zip(&[text(&lesson()), stored("pictures/a.png", &png(4, 2, RED)), part])
}

fn with_picture(picture: Part) -> Vec<u8> {
    zip(&[text(&lesson()), picture])
}

fn with_key(key: &str, value: Value) -> Vec<u8> {
    let mut changed = lesson();
    changed[key] = value;
    file(&changed)
}

fn hostile_files() -> Vec<(Vec<u8>, &'static str, &'static str)> {
    let red = stored("pictures/a.png", &png(4, 2, RED));
    let zeroes = vec![0; 11 << 20];
    let zip64 = [&1_u16.to_le_bytes()[..], &8_u16.to_le_bytes(), &[0; 8]].concat();
    let flagged = |flags| Part { flags, ..red.clone() };
    let many: Vec<Part> =
        (0..2_499).map(|n| stored(&format!("{n}"), b"")).chain([text(&lesson()), red.clone()]).collect();
    let whole = file(&lesson());
    vec![
        (Vec::new(), "", "no zip file"),
        (b"PK\x03\x04 and nothing else".to_vec(), "", "no zip file"),
        (png(4, 2, RED), "", "no zip file"),
        (whole[..whole.len() - 1].to_vec(), "", "no zip file"),
        ([&[0; 9], whole.as_slice()].concat(), "", "damaged"),
        (zip(&many), "", "more than 2,500"),
        (zip(std::slice::from_ref(&red)), "lesson.json", "not in the file"),
        (zip(&[text(&lesson())]), "pictures/a.png", "not in the file"),
        (with(stored("../../etc/cron.d/a", b"x")), "../../etc/cron.d/a", "name is not taken"),
        (with(stored("pictures/../a", b"x")), "pictures/../a", "name is not taken"),
        (with(stored("/etc/passwd", b"x")), "/etc/passwd", "name is not taken"),
        (with(stored("C:\\a", b"x")), "C:\\a", "name is not taken"),
        (with(red.clone()), "pictures/a.png", "there twice"),
        (with(text(&lesson())), "lesson.json", "there twice"),
        (with_picture(flagged(1)), "pictures/a.png", "locked"),
        (with_picture(flagged(1 << 6)), "pictures/a.png", "locked"),
        (with_picture(Part { method: 12, ..red.clone() }), "pictures/a.png", "packed in a way"),
        (with_picture(Part { extra: zip64, ..red.clone() }), "pictures/a.png", "zip64"),
        (with_picture(Part { bytes: u32::MAX, ..red.clone() }), "pictures/a.png", "zip64"),
        (with_picture(Part { bytes: red.bytes + 1, ..red.clone() }), "pictures/a.png", "damaged"),
        (with_picture(Part { crc: 1, ..red.clone() }), "pictures/a.png", "damaged"),
        (with_picture(Part { said_at: Some(0), ..red.clone() }), "pictures/a.png", "damaged"),
        (with_picture(Part { said_at: Some(1 << 30), ..red.clone() }), "pictures/a.png", "damaged"),
        // A bomb that says how large it is, and one that does not.
        (with_picture(deflated("pictures/a.png", &zeroes)), "pictures/a.png", "too large"),
        (with_picture(Part { bytes: 9, ..deflated("pictures/a.png", &zeroes) }), "pictures/a.png", "damaged"),
        (zip(&[deflated("lesson.json", &zeroes)]), "lesson.json", "too large"),
        (zip(&[Part { bytes: 9, ..deflated("lesson.json", &zeroes) }]), "lesson.json", "damaged"),
        (with_picture(stored("pictures/a.png", b"no picture")), "pictures/a.png", "no PNG"),
        (with_picture(stored("pictures/a.png", &png_of_size(10_000, 10_000))), "pictures/a.png", "too many pixels"),
        (with_key("format", json!("scorm")), "", "no lesson of Gyosil"),
        (with_key("version", json!(2)), "", "newer version"),
        (with_key("title", json!("")), "lesson.json: title", "at least 1"),
        (with_key("tasks", json!([{ "title": "과제" }])), "lesson.json: tasks[0].steps", "missing"),
        (
            with_key("tasks", json!([{ "title": "과제", "steps": vec![json!({ "title": "a" }); 2_001] }])),
            "lesson.json",
            "2,000 steps",
        ),
        (
            with_key("tasks", json!(vec![json!({ "title": "과제", "steps": [] }); 501])),
            "lesson.json: tasks",
            "0 to 500",
        ),
        (with_key("description", json!("가".repeat(5_001))), "lesson.json: description", "at most 5000"),
        (zip(&[stored("lesson.json", b"{\"format\": ")]), "lesson.json", "EOF"),
        (zip(&[stored("lesson.json", b"\xff\xfe{}")]), "lesson.json", "UTF-8"),
        (zip(&[stored("lesson.json", "[".repeat(4 << 20).as_bytes())]), "lesson.json", "object"),
    ]
}

#[test]
fn a_file_that_is_no_lesson_is_refused_and_its_place_is_named() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        for (n, (file, place, why)) in hostile_files().into_iter().enumerate() {
            let path = "/api/lectures/import";
            let mut request = school.http.post(school.url(path)).header("accept-language", "en").body(file);
            request = request.bearer_auth(teacher.token.as_ref().unwrap());
            let reply = request.send().await.unwrap();
            let (status, told) = (reply.status().as_u16(), reply.text().await.unwrap());
            assert!(status == 400 && told.contains(why), "{n}, {place}: {status} {told}");
            let told: Value = serde_json::from_str(&told).unwrap();
            assert!(told["error"]["message"].as_str().unwrap().contains(place), "{n}, {place}: {told}");
        }
        assert_eq!(teacher.get("/api/lectures").await.ok()["lectures"], json!([]));
        imports(&teacher, file(&lesson())).await.is(201);
    });
}

#[test]
fn a_refusal_is_told_in_the_language_of_the_instructor() {
    on(Backend::Sqlite, &[], |school| async move {
        let teacher = school.teacher().await;
        for (file, language, why) in [
            (with_key("version", json!(2)), "ko", "더 새로운 버전"),
            (with_key("version", json!(2)), "ja", "新しいバージョン"),
            (with_picture(stored("pictures/a.png", b"?")), "ko", "pictures/a.png: PNG, JPEG, WebP 파일이 아닙니다"),
            (with_picture(stored("pictures/a.png", b"?")), "ja", "pictures/a.png: PNG、JPEG、WebP"),
        ] {
            let request = school.http.post(school.url("/api/lectures/import")).header("accept-language", language);
            let reply = request.bearer_auth(teacher.token.as_ref().unwrap()).body(file).send().await.unwrap();
            let told: Value = reply.json().await.unwrap();
            assert_eq!(told["error"]["code"], "LESSON_FILE_REFUSED", "{told}");
            assert!(told["error"]["message"].as_str().unwrap().contains(why), "{told}");
        }
    });
}

/// Parts of other programs, folders and packed pictures are no fault.
#[test]
fn a_file_that_was_packed_again_by_another_program_is_taken() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let red = deflated("pictures/a.png", &png(4, 2, RED));
        let packed = [
            stored("pictures/", b""),
            red,
            text(&lesson()),
            stored("__MACOSX/._lesson.json", b"?"),
            stored("읽어 보세요.txt", b"?"),
        ];
        let id = imports(&teacher, zip(&packed)).await.is(201)["id"].clone();
        let shown = teacher.get(&format!("/api/lectures/{id}?subtasks=true")).await.ok();
        assert_eq!(shown["tasks"][0]["subtasks"][0]["pictures"][0]["width"], 4);
    });
}
