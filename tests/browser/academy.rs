//! A course that one takes by oneself, made beside the pages, and the phones of those who take it.

use serde_json::{Value, json};

use crate::harness::School;
use crate::harness::browser::Device;
use crate::harness::people::Person;
use crate::harness::shown::film;
use crate::phone::Phone;

pub const PRICE: i64 = 50_000;

pub struct Academy {
    pub teacher: Person,
    pub course: i64,
    pub unit: i64,
}

impl Academy {
    /// A course of this price with one unit.
    pub async fn of(school: &School, price: i64) -> Academy {
        Academy::by(school.teacher().await, price).await
    }

    pub async fn by(teacher: Person, price: i64) -> Academy {
        let new = json!({ "name": "스마트폰 사진", "price": price, "access_days": 30,
            "description": "사진을 찍고, 고르고, 가족에게 보내는 법을 배워요." });
        let course = teacher.post("/courses/major-categories/", new).await.is(201)["id"].as_i64().unwrap();
        let new = json!({ "major_category_id": course, "name": "1주차 사진 찍기" });
        let unit = teacher.post("/courses/minor-categories/", new).await.is(201)["id"].as_i64().unwrap();
        Academy { teacher, course, unit }
    }

    /// Adds a video of so many seconds, and returns its id.
    pub async fn films(&self, name: &str, seconds: u32) -> i64 {
        let film = film(seconds);
        let new =
            json!({ "minor_category_id": self.unit, "name": name, "file_name": "a.mp4", "file_size": film.len() });
        let begun = self.teacher.post("/videos/", new).await.is(201);
        let (video, upload) = (&begun["video"], &begun["upload"]);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let sent = http.put(upload["parts"][0]["url"].as_str().unwrap()).body(film).send().await.unwrap();
        let parts = json!([{ "PartNumber": 1, "ETag": sent.headers()["etag"].to_str().unwrap() }]);
        let whole =
            json!({ "video_id": video["id"], "upload_id": upload["upload_id"], "key": upload["key"], "parts": parts });
        self.teacher.post("/videos/complete-upload/", whole).await.is(200);
        video["id"].as_i64().unwrap()
    }

    pub async fn adds_link(&self, name: &str) -> i64 {
        let new = json!({ "minor_category_id": self.unit, "name": name, "video_url": "https://videos.example.com/1",
            "duration": "00:12:00" });
        self.teacher.post("/videos/", new).await.is(201)["id"].as_i64().unwrap()
    }

    pub async fn adds_mission(&self, title: &str) {
        let new = json!({ "minor_category_id": self.unit, "title": title, "mission_type": "multiple_choice" });
        self.teacher.post("/missions/", new).await.is(201);
    }

    /// A student who is in the course.
    pub async fn admits(&self, school: &School, name: &str) -> Person {
        let student = school.student(name).await;
        let body = json!({ "major_category_id": self.course });
        let enrolled = student.post("/courses/enrollments/", body).await.is(201);
        if enrolled["status"] == "pending" {
            let path = format!("/courses/enrollments/{}/", enrolled["id"]);
            self.teacher.put(&path, json!({ "status": "active" })).await.is(200);
        }
        student
    }

    /// The path of its only class.
    pub async fn class(&self) -> String {
        let path = format!("/api/v1/courses/{}/classes", self.course);
        let classes = self.teacher.get(&path).await.ok();
        format!("{path}/{}", classes["classes"][0]["class_id"])
    }

    pub fn buy(&self) -> String {
        format!("/buy/{}", self.course)
    }

    pub fn watch(&self) -> String {
        format!("/watch/{}", self.course)
    }
}

impl Phone {
    /// A phone on which this person is signed in, at this page.
    pub async fn of_student(school: &School, person: &Person, path: &str, device: &Device) -> Phone {
        let phone = Phone::opens_at(&school.url(""), "/healthz", device).await;
        phone.signs_in(school, person).await;
        phone.visits(path).await;
        phone
    }

    pub async fn signs_in(&self, school: &School, person: &Person) {
        let ticket = gyosil::school::logins::make_ticket_for(&school.app, person.id).await.unwrap();
        let enter =
            "fetch('/api/auth/ticket?cookie=learn', { method: 'POST', headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ ticket: arguments[0] }) }).then((answer) => answer.status)";
        let status: Value = self.awaits(enter, vec![json!(ticket)]).await;
        assert_eq!(status, 200);
    }

    /// Types into the fields of a form, from the first one on.
    pub async fn fills(&self, texts: &[&str]) {
        for (at, text) in texts.iter().enumerate() {
            self.types(&format!("main form > .entry:nth-of-type({}) input", at + 1), text).await;
        }
    }
}
