//! Writes of the clients: each has a key, is sent until it is acknowledged or given up, and is looked for in the database
//! afterwards.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};

use crate::random::Random;
use crate::school::{Class, Login};

const ANSWERED_WITHIN: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Progress { step: i64, is_completed: bool },
    Help { step: i64 },
    Message,
    NextStep { step: i64 },
}

/// A write that was sent at least once.
#[derive(Debug, Clone)]
pub struct Write {
    /// It stands in what is written too, but for progress: the text of a message, the screen of a call for help.
    pub key: String,
    pub person: i64,
    pub kind: Kind,
    pub is_acknowledged: bool,
}

impl Write {
    fn data(&self) -> Value {
        let key = &self.key;
        match self.kind {
            Kind::Progress { step, is_completed } => {
                json!({ "subtask_id": step, "status": if is_completed { "COMPLETED" } else { "IN_PROGRESS" } })
            }
            Kind::Help { step } => {
                json!({ "subtask_id": step, "request_type": "MANUAL", "context_data": { "current_screen": key } })
            }
            Kind::Message => json!({ "message": key }),
            Kind::NextStep { step } => json!({ "next_subtask_id": step, "message": key }),
        }
    }

    /// As a message on a socket. Its answer has the key as its id.
    pub fn message(&self) -> String {
        let kind = match self.kind {
            Kind::Progress { .. } => "progress",
            Kind::Help { .. } => "help",
            Kind::Message => "message",
            Kind::NextStep { .. } => "next_step",
        };
        json!({ "type": kind, "id": self.key, "key": self.key, "data": self.data() }).to_string()
    }

    fn path(&self, class: &Class) -> String {
        let session = class.session.id;
        match self.kind {
            Kind::Progress { .. } => "/api/progress/update".into(),
            Kind::Help { .. } => "/api/help/request".into(),
            Kind::Message => format!("/api/sessions/{session}/message"),
            Kind::NextStep { .. } => format!("/api/sessions/{session}/next-step"),
        }
    }

    /// Sends it by HTTP. No answer may mean anything.
    pub async fn posts(&self, http: &reqwest::Client, base: &str, class: &Class, login: &Login) -> Answer {
        let request = http.post(format!("{base}{}", self.path(class))).bearer_auth(&login.token);
        let request = request.header("idempotency-key", &self.key).json(&self.data()).timeout(ANSWERED_WITHIN);
        match request.send().await {
            Ok(response) => {
                let status = response.status().as_u16();
                let text = response.text().await.unwrap_or_default();
                Answer::of(status, &text)
            }
            Err(error) => Answer::Again(error.to_string()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Done,
    /// Not written, or not known to be: it is sent again with its key.
    Again(String),
    Refused(String),
}

impl Answer {
    pub fn of(status: u16, text: &str) -> Answer {
        match status {
            200..300 => Answer::Done,
            400..500 if ![401, 408, 425, 429].contains(&status) => Answer::Refused(format!("{status} {text}")),
            _ => Answer::Again(format!("{status} {text}")),
        }
    }
}

/// All writes of a run.
#[derive(Default)]
pub struct Ledger(Mutex<Vec<Write>>);

impl Ledger {
    /// Notes a write before it is sent for the first time.
    pub fn begins(&self, write: &Write) -> usize {
        let mut writes = self.0.lock().unwrap();
        writes.push(write.clone());
        writes.len() - 1
    }

    pub fn is_acknowledged(&self, number: usize) {
        self.0.lock().unwrap()[number].is_acknowledged = true;
    }

    pub fn all(&self) -> Vec<Write> {
        self.0.lock().unwrap().clone()
    }
}

/// The next writes of one client.
pub struct Author {
    pub class: usize,
    pub classes: &'static [Class],
    pub person: i64,
    pub is_instructor: bool,
    /// Number of reports of progress that it has made: each step is begun, then completed.
    reports: usize,
    calls: usize,
    step: usize,
}

/// One student may have ten calls open.
const CALLS_MAX: usize = 8;

impl Author {
    pub fn new(classes: &'static [Class], class: usize, person: i64, is_instructor: bool) -> Author {
        Author { class, classes, person, is_instructor, reports: 0, calls: 0, step: 0 }
    }

    pub fn pause(&self, random: &mut Random) -> Duration {
        if self.is_instructor { random.millis(500, 1_200) } else { random.millis(3_000, 9_000) }
    }

    pub fn writes(&mut self, random: &mut Random) -> Write {
        let steps = &self.classes[self.class].steps;
        let kind = if self.is_instructor {
            if random.one_in(2) {
                Kind::Message
            } else {
                self.step = (self.step + 1) % steps.len();
                Kind::NextStep { step: steps[self.step] }
            }
        } else if (random.one_in(3) && self.calls < CALLS_MAX) || self.reports / 2 >= steps.len() {
            self.calls += 1;
            Kind::Help { step: steps[random.below(steps.len())] }
        } else {
            self.reports += 1;
            Kind::Progress { step: steps[(self.reports - 1) / 2], is_completed: self.reports.is_multiple_of(2) }
        };
        Write { key: random.uuid(), person: self.person, kind, is_acknowledged: false }
    }
}
