//! A class at work in a server that runs as a process of its own, and what was acknowledged to it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::harness::people::{Lecture, PASSWORD, Person, Reply, Session};
use crate::harness::process::Process;

const FLAGS: &[&str] = &["--rate-limits", "off", "--instructor-signup", "open"];
const STUDENTS: usize = 6;
pub const STEPS: usize = 40;

/// Without a single answer for so long, the work hangs.
const HANGS_AFTER: Duration = Duration::from_secs(1);

/// How many lines of one kind a server may have logged since then, at one a minute.
pub fn minutes_begun(since: Instant) -> usize {
    1 + usize::try_from(since.elapsed().as_secs() / 60).unwrap()
}

pub fn serves(folder: &Path, database: &str) -> Process {
    Process::serves(folder, database, FLAGS)
}

pub struct Class {
    pub teacher: Person,
    pub lecture: Lecture,
    pub session: Session,
}

impl Class {
    pub async fn begins(server: &Process) -> Class {
        let new = json!({ "email": "t@example.com", "password": PASSWORD, "name": "박강사", "role": "INSTRUCTOR" });
        let nobody = Person::nobody_at(server.address);
        nobody.post("/api/auth/register", new).await.is(201);
        let teacher = nobody.logs_in("t@example.com", PASSWORD).await;
        let lecture = teacher.makes_lecture("카카오톡 기초", STEPS).await;
        let session = teacher.opens_session(&lecture).await;
        teacher.starts(&session, lecture.steps[0]).await;
        Class { teacher, lecture, session }
    }

    /// All that happened, as the instructor can read it.
    async fn log(&self) -> Vec<Value> {
        let mut events: Vec<Value> = Vec::new();
        loop {
            let after = events.last().map_or(0, |last| last["seq"].as_i64().unwrap());
            let path = format!("/api/sessions/{}/events?limit=1000&after={after}", self.session.id);
            let page = self.teacher.get(&path).await.ok()["events"].as_array().unwrap().clone();
            if page.is_empty() {
                return events;
            }
            events.extend(page);
        }
    }
}

/// Students who finish step after step and guests who come in, without an end.
pub struct Work {
    seen: Arc<Seen>,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Seen {
    over: AtomicBool,
    /// How often each status was answered.
    statuses: Mutex<BTreeMap<u16, usize>>,
    /// Without `Retry-After`, though it was a 503.
    without_retry_after: Mutex<Vec<String>>,
    finished: Mutex<Vec<(i64, i64)>>,
    guests: Mutex<Vec<(i64, String)>>,
}

impl Work {
    pub async fn begins(class: &Class) -> Work {
        let seen = Arc::new(Seen::default());
        let mut tasks = Vec::new();
        for n in 0..STUDENTS {
            let address = class.teacher.address();
            let student = Person::nobody_at(address).joins_as_guest(&class.session, &format!("학생{n}")).await;
            tasks.push(tokio::spawn(finishes_steps(seen.clone(), student, class.lecture.steps.clone())));
        }
        tasks.push(tokio::spawn(brings_guests(seen.clone(), class.teacher.address(), class.session.clone())));
        let walk = (class.teacher.clone(), class.session.clone(), class.lecture.steps.clone());
        tasks.push(tokio::spawn(moves_on(seen.clone(), walk)));
        Work { seen, tasks }
    }

    pub fn answered(&self, status: u16) -> usize {
        self.seen.statuses.lock().unwrap().get(&status).copied().unwrap_or(0)
    }

    /// So many more writes are acknowledged.
    pub async fn goes_on(&self, more: usize) {
        let before = self.acknowledged();
        crate::harness::until("writes are acknowledged", async || (self.acknowledged() >= before + more).then_some(()))
            .await;
    }

    /// Nothing is acknowledged any more: what is under way hangs.
    pub async fn hangs(&self) {
        crate::harness::until("nothing is acknowledged", async || {
            let before = self.acknowledged();
            tokio::time::sleep(HANGS_AFTER).await;
            (self.acknowledged() == before).then_some(())
        })
        .await;
    }

    pub fn acknowledged(&self) -> usize {
        self.seen.finished.lock().unwrap().len() + self.seen.guests.lock().unwrap().len()
    }

    /// Nobody heard that something is wrong on our side; whoever heard «not now» heard when.
    pub fn heard_only_not_now(&self) {
        let statuses = self.seen.statuses.lock().unwrap().clone();
        let allowed = [0, 200, 201, 409, 503];
        assert!(statuses.keys().all(|status| allowed.contains(status)), "answers: {statuses:?}");
        assert_eq!(*self.seen.without_retry_after.lock().unwrap(), Vec::<String>::new());
    }

    pub async fn ends(self) -> Ended {
        self.seen.over.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
        let finished = self.seen.finished.lock().unwrap().clone();
        let guests = self.seen.guests.lock().unwrap().clone();
        Ended { finished, guests }
    }
}

/// What was acknowledged until the work ended.
pub struct Ended {
    finished: Vec<(i64, i64)>,
    guests: Vec<(i64, String)>,
}

impl Ended {
    /// All of it is there, and each guest once.
    pub async fn is_all_there(&self, class: &Class) {
        let teacher = &class.teacher;
        for (person, step) in &self.finished {
            let path = format!("/api/progress/users/{person}/lectures/{}", class.lecture.id);
            let progress = teacher.get(&path).await.ok();
            let line = progress["progress"].as_array().unwrap().iter().find(|l| l["subtask_id"] == *step).unwrap();
            assert_eq!(line["status"], "COMPLETED", "acknowledged to {person}");
        }
        let events = class.log().await;
        let numbers: Vec<i64> = events.iter().map(|e| e["seq"].as_i64().unwrap()).collect();
        assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>(), "no hole in the log and no double");
        let names: Vec<&str> = events
            .iter()
            .filter(|e| e["type"] == "student_joined")
            .map(|e| e["data"]["name"].as_str().unwrap())
            .collect();
        for (_, guest) in &self.guests {
            assert_eq!(names.iter().filter(|name| *name == guest).count(), 1, "{guest} came in once: {names:?}");
        }
        let doubled = names.iter().find(|name| name.contains('('));
        assert_eq!(doubled, None, "somebody came in twice by one request");
    }
}

async fn asks(seen: &Seen, person: &Person, path: &str, body: Value) -> Option<Reply> {
    let http = reqwest::Client::builder().timeout(Duration::from_secs(35)).no_proxy().build().unwrap();
    let mut request = http.post(format!("{}{path}", person.base())).json(&body);
    if let Some(token) = &person.token {
        request = request.bearer_auth(token);
    }
    let Ok(response) = request.send().await else {
        // The server has gone.
        *seen.statuses.lock().unwrap().entry(0).or_default() += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
        return None;
    };
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    *seen.statuses.lock().unwrap().entry(status).or_default() += 1;
    let json = response.json().await.unwrap_or(Value::Null);
    if status >= 500 {
        if !headers.contains_key("retry-after") {
            seen.without_retry_after.lock().unwrap().push(format!("{path}: {status} {json}"));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Some(Reply { status, json, headers, asked: format!("POST {path}") })
}

/// Each step is sent until it is acknowledged.
async fn finishes_steps(seen: Arc<Seen>, student: Person, steps: Vec<i64>) {
    let mut done = 0;
    while !seen.over.load(Ordering::Relaxed) {
        let step = steps[done % steps.len()];
        let status = if done < steps.len() { "COMPLETED" } else { "IN_PROGRESS" };
        let body = json!({ "subtask_id": step, "status": status });
        if asks(&seen, &student, "/api/progress/update", body).await.is_some_and(|r| r.status == 200) {
            done += 1;
            if status == "COMPLETED" {
                seen.finished.lock().unwrap().push((student.id, step));
            }
        }
        if done >= steps.len() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A guest comes in once, without a key: who hears «not now» goes away.
async fn brings_guests(seen: Arc<Seen>, address: std::net::SocketAddr, session: Session) {
    let nobody = Person::nobody_at(address);
    for n in 0.. {
        if seen.over.load(Ordering::Relaxed) {
            return;
        }
        let name = format!("손님{n}번");
        let path = format!("/api/sessions/{}/guest", session.code);
        if let Some(reply) = asks(&seen, &nobody, &path, json!({ "name": name })).await
            && reply.status == 201
        {
            let id = reply.json["user"]["id"].as_i64().unwrap();
            seen.guests.lock().unwrap().push((id, name));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn moves_on(seen: Arc<Seen>, (teacher, session, steps): (Person, Session, Vec<i64>)) {
    let path = format!("/api/sessions/{}/next-step", session.id);
    for step in steps.iter().cycle() {
        if seen.over.load(Ordering::Relaxed) {
            return;
        }
        asks(&seen, &teacher, &path, json!({ "next_subtask_id": step })).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
