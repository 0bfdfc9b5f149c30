//! Files of videos on their way: a teacher who sends them, in parts.

use std::path::PathBuf;

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::academy_categories::{adds_minor, makes_category};
use crate::academy_videos::path;
use crate::harness::School;
use crate::harness::film::{Film, named};
use crate::harness::people::{PASSWORD, Person, Reply};
use crate::in_bucket::bucket_of;

pub const PART_BYTES: usize = 8 << 20;

/// A film of three parts: it has a box of nothing before its pictures.
pub fn long_film() -> Vec<u8> {
    Film { before: named(b"free", &vec![7; 2 * PART_BYTES]), ..Film::default() }.bytes()
}

pub fn short_film() -> Vec<u8> {
    Film::default().bytes()
}

/// A teacher with a minor category of a free course.
pub struct Staff<'a> {
    pub school: &'a School,
    pub teacher: Person,
    pub course: i64,
    pub minor: i64,
}

/// An upload that a teacher has begun.
pub struct Begun {
    pub video: Value,
    pub upload: Value,
    pub film: Vec<u8>,
}

impl<'a> Staff<'a> {
    pub async fn of(school: &'a School) -> Staff<'a> {
        let teacher = school.teacher().await;
        let course = makes_category(&teacher, 0).await;
        let minor = adds_minor(&teacher, course, "변수").await;
        Staff { school, teacher, course, minor }
    }

    pub fn new_file(&self, film: &[u8]) -> Value {
        json!({ "minor_category_id": self.minor, "name": "변수란", "file_name": "변수 1강.mp4",
            "file_size": film.len(), "content_type": "video/mp4" })
    }

    pub async fn begins(&self, film: Vec<u8>) -> Begun {
        let begun = self.teacher.post("/videos/", self.new_file(&film)).await.is(201);
        Begun { video: begun["video"].clone(), upload: begun["upload"].clone(), film }
    }

    pub async fn begins_again(&self, video: &Value, film: Vec<u8>) -> Begun {
        let file = json!({ "file_name": "다시.mp4", "file_size": film.len() });
        let begun = self.teacher.put(&path(video), file).await.is(200);
        Begun { video: begun["video"].clone(), upload: begun["upload"].clone(), film }
    }

    /// Announces a file, whatever comes of it.
    pub async fn begins_anything(&self, video: &Value) -> Reply {
        self.teacher.put(&path(video), json!({ "file_name": "a.mp4", "file_size": 9 })).await
    }

    pub async fn sends(&self, begun: &Begun, number: usize) -> Value {
        let content = begun.part(number);
        let response = self.puts(begun.upload["parts"][number - 1]["url"].as_str().unwrap(), content).await;
        assert_eq!(response.status(), StatusCode::OK);
        json!({ "PartNumber": number, "ETag": response.headers()["etag"].to_str().unwrap() })
    }

    pub async fn puts(&self, url: &str, content: Vec<u8>) -> reqwest::Response {
        self.school.http.put(url).body(content).send().await.unwrap()
    }

    pub async fn sends_all(&self, begun: &Begun) -> Vec<Value> {
        let count = begun.upload["count"].as_u64().unwrap() as usize;
        join_all((1..=count).map(|number| self.sends(begun, number))).await
    }

    pub async fn completes(&self, begun: &Begun, parts: &[Value]) -> Reply {
        let body = json!({ "video_id": begun.video["id"], "upload_id": begun.upload["upload_id"],
            "key": begun.upload["key"], "parts": parts });
        self.teacher.post("/videos/complete-upload/", body).await
    }

    /// A video with this film.
    pub async fn uploads(&self, film: Vec<u8>) -> Begun {
        let begun = self.begins(film).await;
        let parts = self.sends_all(&begun).await;
        self.completes(&begun, &parts).await.is(200);
        begun
    }

    /// A file that is refused: the reason, and nothing is left of it.
    pub async fn is_refused(&self, film: Vec<u8>) -> String {
        let begun = self.begins(film).await;
        let parts = self.sends_all(&begun).await;
        let mut reasons = Vec::new();
        for _ in 0..2 {
            let reply = self.completes(&begun, &parts).await;
            reasons.push(reply.json["detail"].as_str().unwrap().to_owned());
            reply.refused(400, "VIDEO_REFUSED");
        }
        assert_eq!(reasons[0], reasons[1]);
        assert_eq!(files(self.school), [""; 0], "{}", reasons[0]);
        let seen = self.teacher.get(&path(&begun.video)).await.is(200);
        assert_eq!(
            (&seen["play_url"], &seen["duration"], &seen["is_required"]),
            (&json!(null), &json!(null), &json!(false))
        );
        reasons.swap_remove(0)
    }

    pub async fn signs_in_again(&mut self) {
        let sql = "select email from people where id = $1";
        let (email,): (String,) = self.school.app.db.one(sql, vec![self.teacher.id.into()]).await.unwrap();
        self.teacher = self.school.nobody().logs_in(&email, PASSWORD).await;
    }
}

impl Begun {
    pub fn part(&self, number: usize) -> Vec<u8> {
        self.film.chunks(PART_BYTES).nth(number - 1).unwrap().to_vec()
    }

    pub fn upload_path(&self) -> String {
        format!("{}upload/", path(&self.video))
    }
}

/// All files of the school's store, whole or not.
pub fn files(school: &School) -> Vec<String> {
    if let Some(bucket) = bucket_of(school) {
        return bucket.files();
    }
    fn walk(folder: PathBuf, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(path, found) } else { found.push(path) }
        }
    }
    let folder = school.data().join("objects");
    let mut found = Vec::new();
    walk(folder.clone(), &mut found);
    found.iter().map(|path| path.strip_prefix(&folder).unwrap().display().to_string()).collect()
}

pub async fn plays(school: &School, person: &Person, video: &Value) -> Option<Vec<u8>> {
    let seen = person.get(&path(video)).await.is(200);
    let url = seen["play_url"].as_str()?;
    let response = school.http.get(url).header("range", "bytes=0-").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
    Some(response.bytes().await.unwrap().to_vec())
}
