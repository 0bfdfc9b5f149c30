//! The people of a school, and what they do. Each speaks HTTP like anyone else.

use reqwest::Method;
use serde_json::{Value, json};

use gyosil::db::Arg;
use gyosil::school::rights::Role;
use gyosil::school::{logins, people};

use super::School;
use super::dialect::{Dialect, Refusal};
use super::socket::Socket;

/// What the server answered.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub json: Value,
    pub headers: reqwest::header::HeaderMap,
    pub asked: String,
}

impl Reply {
    /// It was done.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} was refused: {} {}", self.asked, self.status, self.json);
        self.json
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.json);
        self.json
    }

    /// The surface that answered.
    pub fn dialect(&self) -> Dialect {
        Dialect::of(self.asked.split_once(' ').map_or("", |(_, path)| path))
    }

    /// What was said with a no, if it is one in the dialect of its surface.
    pub fn refusal(&self) -> Option<Refusal> {
        self.dialect().refusal(&self.json)
    }

    /// It was refused, in the dialect of its surface; the answer is `details`.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        let refusal = self.refusal();
        let said = refusal.as_ref().and_then(|refusal| refusal.code.as_deref());
        assert_eq!((self.status, said), (status, Some(code)), "{}: {}", self.asked, self.json);
        refusal.unwrap().details
    }
}

/// Someone with a token, or without.
#[derive(Clone)]
pub struct Person {
    pub id: i64,
    pub name: String,
    pub token: Option<String>,
    pub refresh: Option<String>,
    base: String,
    address: std::net::SocketAddr,
    http: reqwest::Client,
}

#[derive(Debug, Clone)]
pub struct Lecture {
    pub id: i64,
    pub task: i64,
    pub steps: Vec<i64>,
}

#[derive(Debug, Clone)]
pub struct Session {
    pub id: i64,
    pub code: String,
    /// What the QR holds besides.
    pub key: String,
    pub lecture: i64,
}

impl Session {
    /// As the server answered when it was made.
    pub fn made(answer: &Value, lecture: i64) -> Session {
        let join_url = answer["join_url"].as_str().unwrap();
        Session {
            id: answer["session_id"].as_i64().unwrap(),
            code: answer["session_code"].as_str().unwrap().into(),
            key: join_url.split_once("?k=").unwrap().1.into(),
            lecture,
        }
    }

    /// The address in its QR, without the server.
    pub fn scanned(&self) -> String {
        format!("/j/{}?k={}", self.code, self.key)
    }
}

pub const PASSWORD: &str = "correct horse battery";
/// `PASSWORD`, hashed with the least work: a story that signs people in is not about the strength of hashes.
const PASSWORD_HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$Z3lvc2lsLXRlc3Rz$kpqMJdU6a2ND18r7Q59wFbKqNFV8jB+quM0DGdFgZMk";

fn new_person(role: Role, name: &str, email: &str) -> people::NewPerson {
    people::NewPerson {
        email: Some(email.into()),
        phone: None,
        password: None,
        name: name.into(),
        nickname: None,
        role,
        age: None,
        digital_level: None,
    }
}

impl School {
    pub fn nobody(&self) -> Person {
        Person { http: self.http.clone(), ..Person::nobody_at(self.address) }
    }

    /// Makes a person beside the API, with a password, and signs them in.
    pub async fn registers(&self, role: &str, name: &str, email: &str) -> Person {
        let role = Role::parse(role).unwrap();
        people::add(&self.app, new_person(role, name, email)).await.unwrap();
        self.writes("update people set password_hash = $1 where email = $2", PASSWORD_HASH.into(), email).await;
        self.nobody().logs_in(email, PASSWORD).await
    }

    /// Registers a student who gets this id in place of a random one, as the examples of the seeds name people.
    pub async fn student_number(&self, id: i64, name: &str, email: &str) -> Person {
        people::add(&self.app, new_person(Role::Student, name, email)).await.unwrap();
        self.writes("update people set id = $1 where email = $2", id.into(), email).await;
        self.writes("update people set password_hash = $1 where email = $2", PASSWORD_HASH.into(), email).await;
        self.nobody().logs_in(email, PASSWORD).await
    }

    /// Changes one value of the person with this e-mail address.
    async fn writes(&self, sql: &'static str, value: Arg, email: &str) {
        let mut tx = self.app.db.begin().await.unwrap();
        assert_eq!(tx.run(sql, vec![value, email.into()]).await.unwrap(), 1);
        self.app.commit(tx, Vec::new()).await.unwrap();
    }

    pub async fn teacher(&self) -> Person {
        self.registers("INSTRUCTOR", "박강사", "teacher@example.com").await
    }

    pub async fn another_teacher(&self) -> Person {
        self.registers("INSTRUCTOR", "최강사", "another@example.com").await
    }

    pub async fn student(&self, name: &str) -> Person {
        let email =
            format!("s{:x}@example.com", name.bytes().fold(7_u64, |h, b| h.wrapping_mul(31).wrapping_add(b.into())));
        self.registers("STUDENT", name, &email).await
    }

    pub async fn admin(&self) -> Person {
        self.registers("ADMIN", "관리자", "admin@example.com").await
    }

    /// So many students, signed in beside the API.
    pub async fn students(&self, count: usize) -> Vec<Person> {
        let from = [127, 0, 0, 1].into();
        let mut students = Vec::with_capacity(count);
        for n in 0..count {
            let new = new_person(Role::Student, &format!("학생{n}"), &format!("student{n}@example.com"));
            let made = people::add(&self.app, new).await.unwrap();
            let ticket = logins::make_ticket_for(&self.app, made.id).await.unwrap();
            let (person, tokens) = logins::redeem(&self.app, &ticket, "phone", from).await.unwrap();
            let (token, refresh) = (Some(tokens.access), Some(tokens.refresh));
            students.push(Person { id: person.id, name: person.name, token, refresh, ..self.nobody() });
        }
        students
    }

    pub async fn guest(&self, session: &Session, name: &str) -> Person {
        self.nobody().joins_as_guest(session, name).await
    }
}

impl Person {
    pub fn nobody_at(address: std::net::SocketAddr) -> Person {
        let http = reqwest::Client::builder().timeout(super::PATIENCE).no_proxy().build().unwrap();
        Person {
            id: 0,
            name: "아무나".into(),
            token: None,
            refresh: None,
            base: format!("http://{address}"),
            address,
            http,
        }
    }

    /// Scans the QR and types a name.
    pub async fn joins_as_guest(&self, session: &Session, name: &str) -> Person {
        let path = format!("/api/sessions/{}/guest", session.code);
        let joined = self.post(&path, json!({ "name": name })).await.is(201);
        self.becomes(&joined)
    }

    pub fn becomes(&self, login: &Value) -> Person {
        Person {
            id: login["user"]["id"].as_i64().unwrap(),
            name: login["user"]["name"].as_str().unwrap().into(),
            token: login["access_token"].as_str().map(Into::into),
            refresh: login["refresh_token"].as_str().map(Into::into),
            ..self.clone()
        }
    }

    /// The same person with another access token.
    pub fn holding(&self, token: &Value) -> Person {
        Person { token: token.as_str().map(str::to_owned), ..self.clone() }
    }

    pub async fn logs_in(&self, name: &str, password: &str) -> Person {
        let login = self.post("/api/auth/login", json!({ "email": name, "password": password })).await.ok();
        self.becomes(&login)
    }

    pub async fn refreshes(&self) -> Person {
        let login = self.post("/api/auth/refresh", json!({ "refresh_token": self.refresh })).await.ok();
        self.becomes(&login)
    }

    pub fn address(&self) -> std::net::SocketAddr {
        self.address
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    /// The same person in a school that has opened again at another address.
    pub fn at(&self, address: std::net::SocketAddr) -> Person {
        Person { base: format!("http://{address}"), address, ..self.clone() }
    }

    pub async fn asks(&self, method: Method, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let asked = format!("{method} {path}");
        let response = request.send().await.unwrap_or_else(|e| panic!("{asked}: {e}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Reply { status, json, headers, asked }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.asks(Method::GET, path, None, &[]).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.asks(Method::POST, path, Some(body), &[]).await
    }

    /// … with an Idempotency-Key.
    pub async fn post_once(&self, path: &str, body: Value, key: &str) -> Reply {
        self.asks(Method::POST, path, Some(body), &[("idempotency-key", key)]).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.asks(Method::PUT, path, Some(body), &[]).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.asks(Method::PATCH, path, Some(body), &[]).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.asks(Method::DELETE, path, None, &[]).await
    }

    /// Bytes as they are.
    pub async fn sends_raw(&self, path: &str, kind: &str, body: Vec<u8>) -> Reply {
        let mut request = self.http.post(format!("{}{path}", self.base)).header("content-type", kind).body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Reply { status, json, headers, asked: format!("POST {path}") }
    }

    // What a teacher does.

    pub async fn makes_lecture(&self, title: &str, steps: usize) -> Lecture {
        let lecture = self.post("/api/lectures", json!({ "title": title })).await.is(201);
        let id = lecture["id"].as_i64().unwrap();
        let task = self.post(&format!("/api/lectures/{id}/tasks"), json!({ "title": "메시지 보내기" })).await.is(201);
        let task = task["id"].as_i64().unwrap();
        let mut made = Vec::new();
        for n in 1..=steps {
            made.push(self.adds_step(task, &format!("{n}번째 단계")).await);
        }
        Lecture { id, task, steps: made }
    }

    pub async fn adds_step(&self, task: i64, title: &str) -> i64 {
        let step = json!({ "title": title, "guide_text": format!("{title}: 화면을 눌러주세요"),
            "voice_guide_text": format!("{title}, 화면을 눌러주세요"), "target_action": "CLICK" });
        let made = self.post(&format!("/api/tasks/{task}/subtasks"), step).await.is(201);
        made["id"].as_i64().unwrap()
    }

    pub async fn opens_session(&self, lecture: &Lecture) -> Session {
        let path = format!("/api/lectures/{}/sessions", lecture.id);
        let session = self.post(&path, json!({ "title": "오전반" })).await.is(201);
        Session::made(&session, lecture.id)
    }

    pub async fn starts(&self, session: &Session, step: i64) -> Value {
        self.post(&format!("/api/sessions/{}/start", session.id), json!({ "first_subtask_id": step })).await.ok()
    }

    pub async fn moves_to(&self, session: &Session, step: i64) -> Value {
        self.post(&format!("/api/sessions/{}/next-step", session.id), json!({ "next_subtask_id": step })).await.ok()
    }

    pub async fn presses(&self, session: &Session, button: &str) -> Reply {
        self.post(&format!("/api/sessions/{}/{button}", session.id), json!({})).await
    }

    pub async fn watches(&self, session: &Session) -> Socket {
        self.opens(&format!("/ws/session/{}/instructor/", session.id)).await
    }

    // What a student does.

    pub async fn enrolls(&self, lecture: &Lecture) -> Value {
        self.post(&format!("/api/lectures/{}/enroll", lecture.id), json!({})).await.is(201)
    }

    pub async fn joins(&self, session: &Session) -> Value {
        self.post(&format!("/api/sessions/{}/join", session.id), json!({})).await.ok()
    }

    pub async fn finishes(&self, step: i64) -> Value {
        self.post("/api/progress/update", json!({ "subtask_id": step, "status": "COMPLETED" })).await.ok()
    }

    pub async fn asks_for_help(&self, step: i64) -> i64 {
        let asked =
            self.post("/api/help/request", json!({ "subtask_id": step, "request_type": "MANUAL" })).await.is(201);
        asked["help_request_id"].as_i64().unwrap()
    }

    /// The phone opens the page of the class.
    pub async fn follows(&self, session: &Session) -> Socket {
        self.opens(&format!("/ws/session/{}/student/", session.id)).await
    }

    pub async fn opens(&self, path: &str) -> Socket {
        self.tries_to_open(path).await.unwrap_or_else(|status| panic!("{path} was refused: {status}"))
    }

    /// … or learns with which status it was refused.
    pub async fn tries_to_open(&self, path: &str) -> Result<Socket, u16> {
        Socket::open(self.address, path, self.token.as_deref()).await
    }
}
