//! A class in Gyosil, made as an instructor makes it: by REST.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Result;
use crate::http::Http;
use crate::stage::Stage;
use crate::tickets::{Ticket, by_many};

/// The class walks these in a circle, so that it can be pressed without end.
const STEPS: usize = 20;
/// A picture of a step: the first one of the demo.
const HOME: &[u8] = include_bytes!("../../assets/demo/home.png");

pub struct School {
    address: SocketAddr,
    /// The nodes to which the learners connect, in turn.
    seats: Vec<SocketAddr>,
    http: Http,
    token: String,
    /// Whether each step has a picture with a mark.
    pub has_pictures: bool,
    steps: Vec<i64>,
    sessions: Vec<Session>,
}

struct Session {
    id: i64,
    /// Where guests come in, as one who has scanned the QR.
    door: String,
    presses: usize,
}

fn number(value: &Value, field: &str) -> Result<i64> {
    value[field].as_i64().ok_or_else(|| format!("the answer has no number {field}: {value}").into())
}

fn word(value: &Value, field: &str) -> Result<String> {
    value[field].as_str().map(String::from).ok_or_else(|| format!("the answer has no text {field}: {value}").into())
}

impl School {
    pub fn enter(address: SocketAddr, email: &str, password: &str) -> Result<School> {
        let mut http = Http::connect(address)?;
        let login = http.post("/api/auth/login", None, &json!({ "email": email, "password": password }))?;
        let token = word(&login, "access_token")?;
        Ok(School {
            address,
            seats: vec![address],
            http,
            token,
            has_pictures: false,
            steps: Vec::new(),
            sessions: Vec::new(),
        })
    }

    /// Spreads the learners over these nodes. Commands still go to the node that was entered.
    pub fn spread_over(&mut self, nodes: &[SocketAddr]) {
        self.seats = nodes.to_vec();
    }

    /// Reads how many people are connected to a session, as the node that was entered has it.
    pub fn active_participants(&mut self, room: usize) -> Result<i64> {
        let session = self.sessions.get(room).ok_or("no such room")?;
        let current = self.http.get(&format!("/api/sessions/{}/current", session.id), Some(&self.token))?;
        number(&current, "active_participants")
    }

    fn ask(&mut self, path: &str, body: &Value) -> Result<Value> {
        self.http.post(path, Some(&self.token), body)
    }

    pub fn steps(&self) -> &[i64] {
        &self.steps
    }

    /// Moves the first room to its next step, by a connection of its own, at whichever node answers.
    pub fn next_anywhere(&mut self) -> Result<()> {
        let mut last = Err("there are no nodes".into());
        for node in self.seats.clone() {
            last = Http::connect(node).and_then(|http| {
                self.http = http;
                self.press(0)?;
                self.pressed()
            });
            if last.is_ok() {
                break;
            }
        }
        last
    }

    /// A lecture with steps, and its sessions, all of them started; one more than asked for stays empty.
    fn prepare(&mut self, rooms: usize) -> Result<()> {
        let lecture = self.ask("/api/lectures", &json!({ "title": "카카오톡 기초", "description": "부하 시험" }))?;
        let lecture = number(&lecture, "id")?;
        let task = self.ask(&format!("/api/lectures/{lecture}/tasks"), &json!({ "title": "메시지 보내기" }))?;
        let task = number(&task, "id")?;
        let pictures = if self.has_pictures { json!([self.picture(lecture)?]) } else { json!([]) };
        for n in 1..=STEPS {
            let guide = "홈 화면에서 노란색 카카오톡 아이콘을 찾아 한 번 눌러주세요.";
            let step = json!({ "title": format!("카카오톡 앱 열기 {n}"), "guide_text": guide,
                "voice_guide_text": "노란색 아이콘을 눌러주세요.", "pictures": pictures });
            let step = self.ask(&format!("/api/tasks/{task}/subtasks"), &step)?;
            self.steps.push(number(&step, "id")?);
        }
        for _ in 0..=rooms {
            let made = self.ask(&format!("/api/lectures/{lecture}/sessions"), &json!({}))?;
            let (id, code) = (number(&made, "session_id")?, word(&made, "session_code")?);
            let join_url = word(&made, "join_url")?;
            let key = join_url.split_once("?k=").map_or("", |(_, key)| key);
            let door = format!("/api/sessions/{code}/guest?k={key}");
            self.ask(&format!("/api/sessions/{id}/start"), &json!({ "first_subtask_id": self.steps[0] }))?;
            self.sessions.push(Session { id, door, presses: 0 });
        }
        Ok(())
    }

    /// Sends a picture to a lecture, and returns it as a step names it.
    fn picture(&mut self, lecture: i64) -> Result<Value> {
        let path = format!("/api/lectures/{lecture}/pictures");
        let picture = self.http.post_file(&path, Some(&self.token), "image/png", HOME)?;
        let mark = json!({ "kind": "RING", "x": 0.42, "y": 0.81, "size": 0.12, "label": "여기" });
        let alt = "홈 화면. 노란 카카오톡 그림이 아래에 있어요.";
        Ok(json!({ "picture": word(&picture, "picture")?, "alt": alt, "marks": [mark] }))
    }

    fn guest(http: &mut Http, door: &str, nth: usize) -> Result<String> {
        word(&http.post(door, None, &json!({ "name": format!("김순자 {nth}"), "age": 72 }))?, "access_token")
    }
}

impl Stage for School {
    fn numbered(&self) -> bool {
        true
    }

    fn admit(&mut self, rooms: usize, learners: usize) -> Result<(Vec<Ticket>, Duration)> {
        self.prepare(rooms)?;
        // Room by room in turn: so that neighbours in memory are of different classes, as in life.
        let order: Vec<(usize, usize)> = (0..learners).flat_map(|n| (0..rooms).map(move |room| (room, n))).collect();
        let (address, sessions, seats) = (self.address, &self.sessions, &self.seats);
        let begun = Instant::now();
        let tickets = by_many(&order, |chunk| {
            let mut http = Http::connect(address)?;
            let ticket = |&(room, n): &(usize, usize)| {
                let session: &Session = &sessions[room];
                let token = School::guest(&mut http, &session.door, n)?;
                let path = format!("/ws/session/{}/student", session.id);
                let address = seats.get(n % seats.len().max(1)).copied().unwrap_or(address);
                Ok(Ticket { address, room, path, token: Some(token) })
            };
            chunk.iter().map(ticket).collect()
        })?;
        Ok((tickets, begun.elapsed()))
    }

    fn press(&mut self, room: usize) -> Result<()> {
        let session = self.sessions.get_mut(room).ok_or("no such room")?;
        session.presses += 1;
        let next = self.steps[session.presses % self.steps.len()];
        let path = format!("/api/sessions/{}/next-step", session.id);
        self.http.send(&path, Some(&self.token), &json!({ "next_subtask_id": next }))
    }

    fn pressed(&mut self) -> Result<()> {
        self.http.answer().map(|_| ())
    }
}
