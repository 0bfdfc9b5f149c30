//! Demands after all faults: nothing is lost, nothing is doubled, everybody knows the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use tokio::time::{Instant, sleep, timeout};

use crate::cluster::Cluster;
use crate::known::Known;
use crate::run::Run;
use crate::school::Class;
use crate::writes::{Kind, Write};

/// The promise: all clients are at the head so soon after the last repair.
pub const AT_HEAD_WITHIN: Duration = Duration::from_secs(5);
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(100);
const SHOWN_MAX: usize = 5;
const FOR_STUDENTS: [&str; 6] =
    ["session_started", "step_changed", "session_paused", "session_resumed", "session_ended", "instructor_message"];

/// Demands that were not met.
#[derive(Debug)]
pub enum Failure {
    /// Demands that may be met later: the nodes are too slow, or have too little of the machine.
    Late(Vec<String>),
    Wrong(Vec<String>),
}

impl Failure {
    pub fn lines(&mut self) -> &mut Vec<String> {
        match self {
            Failure::Late(lines) | Failure::Wrong(lines) => lines,
        }
    }
}

pub type Verdict<T> = Result<T, Failure>;

pub struct Judge<'a> {
    pub cluster: &'a Cluster,
    pub run: &'a Arc<Run>,
    pub clients: &'a [Arc<Known>],
}

impl Judge<'_> {
    /// Waits until nothing is wrong any more. Fails with what is.
    async fn waits(&self, within: Duration, mut wrong: impl AsyncFnMut() -> Vec<String>) -> Verdict<Duration> {
        let begun = Instant::now();
        loop {
            let now = wrong().await;
            let found = self.run.wrong();
            if !found.is_empty() {
                return Err(Failure::Wrong(found));
            }
            if now.is_empty() {
                return Ok(begun.elapsed());
            }
            if begun.elapsed() > within {
                let count = now.len();
                let mut shown: Vec<String> = now.into_iter().take(SHOWN_MAX).collect();
                shown.insert(0, format!("after {within:?} {count} are wrong:"));
                return Err(Failure::Late(shown));
            }
            sleep(ASK_AGAIN_AFTER).await;
        }
    }

    /// Every client has a socket and knows the state of its session.
    pub async fn all_are_in(&self, within: Duration) -> Verdict<Duration> {
        self.waits(within, async || self.clients.iter().filter_map(|client| client.lacks(1)).collect()).await
    }

    /// Every client has a socket and knows the newest event of its session.
    pub async fn all_are_at_the_head(&self, within: Duration) -> Verdict<Duration> {
        self.waits(within, async || {
            let Some(heads) = timeout(Duration::from_secs(2), self.heads()).await.ok().flatten() else {
                return vec!["the database does not answer".into()];
            };
            let head = |client: &Known| {
                let (all, students) = heads[&self.run.classes[client.class].session.id];
                if client.is_instructor { all } else { students }
            };
            self.clients.iter().filter_map(|client| client.lacks(head(client))).collect()
        })
        .await
    }

    async fn heads(&self) -> Option<BTreeMap<i64, (i64, i64)>> {
        let mut connection = PgConnection::connect(&self.cluster.postgres.database()).await.ok()?;
        let sql = "select id, last_seq, last_student_seq from live_sessions";
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(sql).fetch_all(&mut connection).await.ok()?;
        Some(rows.into_iter().map(|(id, all, students)| (id, (all, students))).collect())
    }

    /// Nobody waits for the answer to a write.
    pub async fn all_writes_are_answered(&self) -> Verdict<Duration> {
        self.waits(ANSWERED_WITHIN, async || self.clients.iter().filter_map(|client| client.waits_for()).collect())
            .await
    }

    /// Checks that each write is in the log and the tables once, and that all clients saw what the log has.
    pub async fn nothing_is_lost_or_doubled(&self) -> Verdict<usize> {
        let mut wrong = Vec::new();
        let mut times: BTreeMap<String, usize> = self.calls().await;
        for (n, class) in self.run.classes.iter().enumerate() {
            let log = self.log(class, n).await;
            for event in &log {
                wrong.extend(self.run.events.must_be_the_same(class.session.id, event).err());
                if let Some(mark) = mark(event) {
                    *times.entry(mark).or_default() += 1;
                }
            }
            let numbers = |is_for: &dyn Fn(&Value) -> bool| -> Vec<i64> {
                log.iter().filter(|event| is_for(event)).filter_map(|event| event["seq"].as_i64()).collect()
            };
            let all = numbers(&|_| true);
            if !all.iter().copied().eq(1..=all.len() as i64) {
                wrong.push(format!("the log of session {} has a hole or a double: {all:?}", class.session.id));
            }
            let students = numbers(&|event| FOR_STUDENTS.iter().any(|kind| event["type"] == *kind));
            let of_class = self.clients.iter().filter(|client| client.class == n);
            wrong.extend(
                of_class.filter_map(|client| {
                    client.must_have_seen(if client.is_instructor { &all } else { &students }).err()
                }),
            );
        }
        let writes = self.run.ledger.all();
        for write in &writes {
            let count = times.get(&expected_mark(write)).copied().unwrap_or(0);
            let is_wrong = count > 1 || (count == 0 && write.is_acknowledged);
            wrong.extend(is_wrong.then(|| format!("{write:?} is there {count} times")));
        }
        let doubled = times.iter().filter(|(mark, count)| **count > 1 && mark.starts_with('['));
        wrong.extend(doubled.map(|(mark, count)| format!("{mark} is in the log {count} times")));
        let acknowledged = writes.iter().filter(|write| write.is_acknowledged).count();
        wrong.truncate(SHOWN_MAX);
        if wrong.is_empty() { Ok(acknowledged) } else { Err(Failure::Wrong(wrong)) }
    }

    /// The calls for help, by the key that stands in them.
    async fn calls(&self) -> BTreeMap<String, usize> {
        let mut connection = PgConnection::connect(&self.cluster.postgres.database()).await.unwrap();
        let sql = "select context from help_requests where is_own";
        let rows: Vec<(String,)> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
        let mut calls = BTreeMap::new();
        for (context,) in rows {
            let context: Value = serde_json::from_str(&context).unwrap();
            let key = context["current_screen"].as_str().unwrap_or_default().to_owned();
            *calls.entry(key).or_default() += 1;
        }
        calls
    }

    /// The log of a session, as its instructor reads it at one of the nodes.
    async fn log(&self, class: &Class, n: usize) -> Vec<Value> {
        let mut events: Vec<Value> = Vec::new();
        let node = self.run.nodes[n % self.run.nodes.len()];
        loop {
            let after = events.last().map_or(0, |last| last["seq"].as_i64().unwrap());
            let path = format!("/api/sessions/{}/events?limit=1000&after={after}", class.session.id);
            let asked = self.run.http.get(format!("http://{node}{path}")).bearer_auth(&class.instructor.token);
            let page: Value = asked.send().await.unwrap().json().await.unwrap();
            let page = page["events"].as_array().unwrap_or_else(|| panic!("{page}")).clone();
            if page.is_empty() {
                return events;
            }
            events.extend(page);
        }
    }

    /// On every node, and by the log, those are connected who have a socket.
    pub async fn rosters_are_right(&self) -> Verdict<Duration> {
        self.waits(self.cluster.settings.settled_within(), async || {
            let mut wrong = Vec::new();
            for (n, class) in self.run.classes.iter().enumerate() {
                let here: BTreeSet<i64> = self.here(n);
                for (node, address) in self.run.nodes.iter().enumerate() {
                    let path = format!("http://{address}/api/sessions/{}/participants", class.session.id);
                    let asked = self.run.http.get(path).bearer_auth(&class.instructor.token);
                    let Some(roster) = roster(asked).await else {
                        wrong.push(format!("node {node} tells no roster of class {n}"));
                        continue;
                    };
                    wrong.extend(difference(&here, &roster).map(|d| format!("class {n} at node {node}: {d}")));
                }
            }
            if wrong.is_empty() {
                for (n, class) in self.run.classes.iter().enumerate() {
                    let folded = fold(&self.log(class, n).await);
                    wrong.extend(difference(&self.here(n), &folded).map(|d| format!("class {n} by its log: {d}")));
                }
            }
            wrong
        })
        .await
    }

    /// The students of a class who have a socket.
    fn here(&self, class: usize) -> BTreeSet<i64> {
        let students = self.clients.iter().filter(|client| client.class == class && !client.is_instructor);
        students.filter(|client| !client.has_left()).map(|client| client.person).collect()
    }
}

async fn roster(request: reqwest::RequestBuilder) -> Option<BTreeSet<i64>> {
    let roster: Value = request.send().await.ok()?.json().await.ok()?;
    let people = roster["participants"].as_array()?;
    Some(people.iter().filter(|one| one["connected"] == true).filter_map(|one| one["user_id"].as_i64()).collect())
}

/// People who are connected after all these events.
fn fold(log: &[Value]) -> BTreeSet<i64> {
    let mut here = BTreeSet::new();
    for event in log {
        let Some(person) = event["data"]["user_id"].as_i64() else { continue };
        match event["type"].as_str() {
            Some("student_connected") => drop(here.insert(person)),
            Some("student_disconnected" | "student_left" | "student_merged") => drop(here.remove(&person)),
            _ => {}
        }
    }
    here
}

fn difference(here: &BTreeSet<i64>, told: &BTreeSet<i64>) -> Option<String> {
    let missing: Vec<_> = here.difference(told).collect();
    let extra: Vec<_> = told.difference(here).collect();
    (here != told).then(|| format!("missing are {missing:?}, and {extra:?} have no socket"))
}

/// Events that may be in the log once at most: a text with a key in it, a step that somebody began or completed, a call and each of
/// its states.
fn mark(event: &Value) -> Option<String> {
    let data = &event["data"];
    match event["type"].as_str()? {
        "instructor_message" | "step_changed" => data["instructor_message"].as_str().map(str::to_owned),
        "student_progress" => Some(json!([data["user_id"], data["subtask_id"], data["status"]]).to_string()),
        "student_help_request" => Some(json!(["call", data["help_request_id"]]).to_string()),
        "help_updated" => Some(json!(["call", data["help_request_id"], data["status"]]).to_string()),
        _ => None,
    }
}

fn expected_mark(write: &Write) -> String {
    match write.kind {
        Kind::Progress { step, is_completed } => {
            json!([write.person, step, if is_completed { "COMPLETED" } else { "IN_PROGRESS" }]).to_string()
        }
        _ => write.key.clone(),
    }
}
