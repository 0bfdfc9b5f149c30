//! A class that is made beside the pages, so that a story can begin where it begins.

use serde_json::{Value, json};

use crate::harness::School;
use crate::harness::people::{Lecture, Person, Session};

/// The second has no guide, so that nobody but the instructor can answer who is lost there.
pub const STEPS: [(&str, Option<&str>); 4] = [
    ("카카오톡 열기", Some("홈 화면에서 노란색 카카오톡 그림을 한 번 눌러 주세요. 그림은 화면 아래쪽에 있어요.")),
    ("친구 고르기", None),
    (
        "사진 보내기",
        Some(
            "대화창 왼쪽 아래에 있는 더하기 단추를 눌러 주세요. 그다음 앨범을 누르고, 보내고 싶은 사진을 골라 주세요.",
        ),
    ),
    ("인사말 쓰기", Some("글자판으로 «잘 지내세요?»라고 적고, 오른쪽에 있는 종이비행기를 눌러 주세요.")),
];

pub struct Class {
    pub teacher: Person,
    pub lecture: Lecture,
    pub session: Session,
}

impl Class {
    /// The door is open, and nobody is in.
    pub async fn waits(school: &School) -> Class {
        let teacher = school.teacher().await;
        let lecture = lecture(&teacher).await;
        let session = teacher.opens_session(&lecture).await;
        Class { teacher, lecture, session }
    }

    /// … at its first step.
    pub async fn runs(school: &School) -> Class {
        let class = Class::waits(school).await;
        class.begins().await;
        class
    }

    pub async fn begins(&self) {
        self.teacher.starts(&self.session, self.lecture.steps[0]).await;
    }

    /// On to the step of this number, from 0.
    pub async fn goes_to(&self, step: usize) {
        self.teacher.moves_to(&self.session, self.lecture.steps[step]).await;
    }

    pub async fn presses(&self, button: &str) {
        self.teacher.presses(&self.session, button).await.ok();
    }

    /// Who is in, and how they are, as a dashboard is told.
    pub async fn people(&self) -> Vec<Value> {
        let state = self.teacher.watches(&self.session).await.receives("session_state").await;
        state["data"]["participants"].as_array().unwrap().clone()
    }

    pub async fn person(&self, name: &str) -> Value {
        let people = self.people().await;
        people.iter().find(|person| person["name"] == name).unwrap_or_else(|| panic!("{name} in {people:?}")).clone()
    }

    pub async fn id_of(&self, name: &str) -> i64 {
        self.person(name).await["user_id"].as_i64().unwrap()
    }

    /// The instructor answers who waits.
    pub async fn answers(&self, name: &str, words: &str) {
        let request = crate::harness::until("the call is with the instructor", async || {
            self.person(name).await["open_help_request_id"].as_i64()
        })
        .await;
        let answer = json!({ "help_type": "TEXT", "help_content": words, "voice_guide_text": words });
        self.teacher.post(&format!("/api/help/request/{request}/respond"), answer).await.ok();
    }

    /// The instructor says something to all.
    pub async fn sends(&self, message: &str) {
        let path = format!("/api/sessions/{}/message", self.session.id);
        self.teacher.post(&path, json!({ "message": message })).await.ok();
    }

    pub async fn closes_door(&self, is_closed: bool) {
        let door = json!({ "door": if is_closed { "CLOSED" } else { "OPEN" } });
        self.teacher.put(&format!("/api/sessions/{}", self.session.id), door).await.ok();
    }

    pub async fn removes(&self, learner: i64) {
        let path = format!("/api/sessions/{}/participants/{learner}/remove", self.session.id);
        self.teacher.post(&path, json!({})).await.ok();
    }

    /// A link that lets someone in again, once, at this house.
    pub async fn reentry(&self, learner: i64) -> String {
        let path = format!("/api/sessions/{}/participants/{learner}/reentry", self.session.id);
        let made = self.teacher.post(&path, json!({})).await.ok();
        let url = made["url"].as_str().unwrap();
        url[url.find("/j/").unwrap()..].to_owned()
    }
}

pub async fn lecture(teacher: &Person) -> Lecture {
    let made = teacher.post("/api/lectures", json!({ "title": "카카오톡 기초" })).await.is(201);
    let id = made["id"].as_i64().unwrap();
    let task = teacher.post(&format!("/api/lectures/{id}/tasks"), json!({ "title": "메시지 보내기" })).await.is(201);
    let task = task["id"].as_i64().unwrap();
    let mut steps = Vec::new();
    for (title, guide) in STEPS {
        let step = json!({ "title": title, "guide_text": guide, "target_action": "CLICK" });
        let step = teacher.post(&format!("/api/tasks/{task}/subtasks"), step).await.is(201);
        steps.push(step["id"].as_i64().unwrap());
    }
    Lecture { id, task, steps }
}
