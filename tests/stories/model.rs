//! Random classes against a simple model of one: whatever two instructors press at once and however often the phones
//! drop off and come back, the log is a legal walk and every phone has all of it, in order, once.
//!
//! `GYOSIL_MODEL_CASES` sets how many (200), `GYOSIL_MODEL_SEED` which; a failure names its seed.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Value, json};

use crate::harness::people::{Lecture, Person, Session};
use crate::harness::{Backend, School, close_databases};

const STEPS: usize = 4;
const PHONES: usize = 2;

#[derive(Debug, Clone)]
enum Press {
    Start(usize),
    Next(usize),
    Pause,
    Resume,
    End,
}

#[derive(Debug, Clone)]
enum Phone {
    /// Off for a moment, and back by `since`.
    Drops,
    /// Asks again on the open socket for what it knows already.
    Resumes,
    /// Finishes a step, the current or another.
    Finishes(usize),
    /// Just reads on.
    Reads,
}

#[derive(Debug, Clone)]
struct Class {
    instructors: [Vec<Press>; 2],
    phones: Vec<Vec<Phone>>,
}

fn press() -> impl Strategy<Value = Press> {
    prop_oneof![
        2 => (0..STEPS).prop_map(Press::Start),
        6 => (0..STEPS).prop_map(Press::Next),
        2 => Just(Press::Pause),
        2 => Just(Press::Resume),
        1 => Just(Press::End),
    ]
}

fn phone() -> impl Strategy<Value = Phone> {
    prop_oneof![
        3 => Just(Phone::Drops),
        1 => Just(Phone::Resumes),
        2 => (0..STEPS).prop_map(Phone::Finishes),
        2 => Just(Phone::Reads),
    ]
}

fn class() -> impl Strategy<Value = Class> {
    let presses = || prop::collection::vec(press(), 0..10);
    let phones = prop::collection::vec(prop::collection::vec(phone(), 0..6), PHONES);
    ([presses(), presses()], phones).prop_map(|(instructors, phones)| Class { instructors, phones })
}

/// The model: which move is legal in which state, and where it leads. `None`: refused.
fn walk(status: &str, kind: &str) -> Option<&'static str> {
    match (status, kind) {
        ("WAITING", "session_started") => Some("IN_PROGRESS"),
        ("IN_PROGRESS", "step_changed") => Some("IN_PROGRESS"),
        ("IN_PROGRESS", "session_paused") => Some("PAUSED"),
        ("PAUSED", "session_resumed") => Some("IN_PROGRESS"),
        ("WAITING" | "IN_PROGRESS" | "PAUSED", "session_ended") => Some("REVIEW_MODE"),
        _ => None,
    }
}

/// How often each instructor was told that it is done.
async fn presses(teacher: Person, session: Session, lecture: Lecture, presses: Vec<Press>) -> usize {
    let mut done = 0;
    for press in presses {
        let (button, body) = match press {
            Press::Start(n) => ("start", json!({ "first_subtask_id": lecture.steps[n] })),
            Press::Next(n) => ("next-step", json!({ "next_subtask_id": lecture.steps[n] })),
            Press::Pause => ("pause", json!({})),
            Press::Resume => ("resume", json!({})),
            Press::End => ("end", json!({})),
        };
        let reply = teacher.post(&format!("/api/sessions/{}/{button}", session.id), body).await;
        match reply.status {
            200 => done += usize::from(button != "next-step"),
            409 => {
                reply.refused(409, "INVALID_STATE");
            }
            _ => panic!("{reply:?}"),
        }
    }
    done
}

/// A client that keeps to the protocol: it drops what it knows, and says where it stands when it comes back.
struct Client {
    person: Person,
    session: Session,
    last: i64,
    kept: Vec<Value>,
}

impl Client {
    async fn open(&self) -> crate::harness::socket::Socket {
        self.person.opens(&format!("/ws/session/{}/student/?since={}", self.session.id, self.last)).await
    }

    fn take(&mut self, frame: Value) -> bool {
        // Answers, and what concerns one person alone, are no part of the class's stream.
        if frame["seq"].is_null() {
            return false;
        }
        let seq = frame["seq"].as_i64().unwrap();
        if seq > self.last {
            assert_eq!(frame["prev"], self.last, "a hole before {frame}");
            self.last = seq;
            self.kept.push(frame.clone());
        }
        frame["type"] == "session_ended"
    }

    async fn lives(mut self, acts: Vec<Phone>, lecture: Lecture) -> Client {
        let mut socket = self.open().await;
        for act in acts {
            match act {
                Phone::Drops => {
                    drop(socket);
                    socket = self.open().await;
                }
                Phone::Resumes => socket.sends(json!({ "type": "resume", "data": { "seq": self.last } })).await,
                Phone::Finishes(n) => {
                    let data = json!({ "subtask_id": lecture.steps[n], "status": "COMPLETED" });
                    socket.sends(json!({ "type": "progress", "id": "p", "data": data })).await;
                }
                Phone::Reads => socket.sends(json!({ "type": "ping", "id": "p" })).await,
            }
            if matches!(act, Phone::Finishes(_) | Phone::Reads) {
                loop {
                    let frame = socket.next().await.unwrap();
                    assert_ne!(frame["type"], "error", "{frame}");
                    let is_answer = frame["id"] == "p";
                    self.take(frame);
                    if is_answer {
                        break;
                    }
                }
            }
        }
        if self.kept.last().is_none_or(|f| f["type"] != "session_ended") {
            while !self.take(socket.next().await.unwrap()) {}
        }
        self
    }
}

async fn holds(teacher: &Person, lecture: &Lecture, class: Class) {
    let session = teacher.opens_session(lecture).await;
    let mut clients = Vec::new();
    for (n, acts) in class.phones.into_iter().enumerate() {
        let person = Person::nobody_at(teacher.address()).joins_as_guest(&session, &format!("학생{n}")).await;
        let client = Client { person, session: session.clone(), last: 0, kept: Vec::new() };
        clients.push(tokio::spawn(client.lives(acts, lecture.clone())));
    }
    let pressing =
        class.instructors.map(|list| tokio::spawn(presses(teacher.clone(), session.clone(), lecture.clone(), list)));
    let mut done = 0;
    for instructor in pressing {
        done += instructor.await.unwrap();
    }
    // Whoever was last to press, the class ends.
    done += usize::from(teacher.presses(&session, "end").await.status == 200);
    let log = teacher.get(&format!("/api/sessions/{}/events?limit=1000", session.id)).await.ok();
    let log = log["events"].as_array().unwrap();
    let mut status = "WAITING";
    let mut walked: Vec<(&Value, i64)> = Vec::new();
    for (n, event) in log.iter().enumerate() {
        assert_eq!(event["seq"], n as i64 + 1, "the log is dense");
        let kind = event["type"].as_str().unwrap();
        if kind.starts_with("session_") || kind == "step_changed" {
            status = walk(status, kind).unwrap_or_else(|| panic!("{kind} while {status}"));
            walked.push((event, event["seq"].as_i64().unwrap()));
        }
    }
    assert_eq!(status, "REVIEW_MODE");
    let moves = walked.iter().filter(|(e, _)| e["type"] == "step_changed").count();
    assert_eq!(walked.len() - moves, done, "each press that was acknowledged is one event");
    for client in clients {
        let client = client.await.unwrap();
        let heard: Vec<i64> = client.kept.iter().map(|f| f["seq"].as_i64().unwrap()).collect();
        let all: Vec<i64> = walked.iter().map(|(_, seq)| *seq).collect();
        assert_eq!(heard, all, "{:?}", client.kept);
        for (frame, (event, _)) in client.kept.iter().zip(&walked) {
            assert_eq!((&frame["type"], &frame["data"]), (&event["type"], &event["data"]), "live and log say the same");
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn random_classes(backend: Backend, cases: u64) {
    let seed = number("GYOSIL_MODEL_SEED").unwrap_or_else(|| u64::from_le_bytes(gyosil::clock::random_bytes()));
    println!("backend {backend:?}, GYOSIL_MODEL_SEED={seed}");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (school, teacher, lecture) = runtime.block_on(async {
        let school = School::open(backend, &["--access-ttl-s", "86400"]).await;
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", STEPS).await;
        (Arc::new(school), teacher, lecture)
    });
    let config = Config {
        cases: cases as u32,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 20,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&class(), |class| {
        runtime.block_on(holds(&teacher, &lecture, class));
        Ok(())
    });
    drop(school);
    runtime.block_on(close_databases());
    outcome.unwrap_or_else(|failure| panic!("GYOSIL_MODEL_SEED={seed}: {failure}"));
}

#[test]
fn random_sessions_keep_to_the_model_on_sqlite() {
    random_classes(Backend::Sqlite, number("GYOSIL_MODEL_CASES").unwrap_or(200) * 3 / 5);
}

#[test]
fn random_sessions_keep_to_the_model_on_postgres() {
    random_classes(Backend::Postgres, number("GYOSIL_MODEL_CASES").unwrap_or(200) * 2 / 5);
}
