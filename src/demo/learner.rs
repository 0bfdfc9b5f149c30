//! A simulated learner: joins, follows the steps, gets stuck, asks for help, loses the connection and comes back.
//!
//! The learner has a plan of future acts with their times. Frames from the server change the plan.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use tungstenite::Message;
use tungstenite::protocol::CloseFrame;

use super::phone::{ConnectError, Phone, PhoneSocket, close};
use super::school::DemoSession;
use super::temper::{GuestNames, Temperament, between, happens, uuid};

/// The learners join at random times within this many seconds.
const ARRIVE_WITHIN_S: f64 = 5.0;
/// The bound of a plan. Further acts are dropped.
const PLAN_MAX_ACTS: usize = 32;
const FAR_AWAY: Duration = Duration::from_secs(86_400);

#[derive(Debug, Clone, PartialEq)]
enum Action {
    /// Acknowledge that the step is on the screen.
    Show(i64),
    Begin,
    Finish,
    Ask,
    /// Acknowledge that the answer to a call for help is on the screen.
    Read(i64),
    Rate(i64),
    LoseSignal,
    /// Ask for the events that were missed.
    CatchUp,
    RenewToken,
}

impl Action {
    fn is_work(&self) -> bool {
        matches!(self, Action::Begin | Action::Finish | Action::Ask)
    }

    fn is_of_step(&self) -> bool {
        self.is_work() || matches!(self, Action::Show(_))
    }
}

#[derive(Default)]
struct Plan {
    acts: Vec<(Instant, Action)>,
    stopped: Option<Instant>,
}

impl Plan {
    fn add(&mut self, after_s: f64, act: Action) {
        if self.acts.len() < PLAN_MAX_ACTS {
            self.acts.push((Instant::now() + Duration::from_secs_f64(after_s), act));
        }
    }

    fn drop_all(&mut self, is_meant: impl Fn(&Action) -> bool) {
        self.acts.retain(|(_, act)| !is_meant(act));
    }

    /// Returns the next act and its time. While the session is paused, acts of work on a step are left out, and all others go on.
    fn next(&self) -> Option<(usize, Instant)> {
        let ready = self.acts.iter().enumerate().filter(|(_, (_, act))| self.stopped.is_none() || !act.is_work());
        ready.map(|(n, (at, _))| (n, *at)).min_by_key(|(_, at)| *at)
    }

    fn next_at(&self) -> Instant {
        self.next().map_or_else(|| Instant::now() + FAR_AWAY, |(_, at)| at)
    }

    fn take_due(&mut self) -> Option<Action> {
        let (n, at) = self.next()?;
        (at <= Instant::now()).then(|| self.acts.swap_remove(n).1)
    }

    /// Stops the work on the step, since the session is paused.
    fn pause(&mut self) {
        self.stopped.get_or_insert_with(Instant::now);
    }

    fn resume(&mut self) {
        if let Some(since) = self.stopped.take() {
            let rested = since.elapsed();
            let work = self.acts.iter_mut().filter(|(_, act)| act.is_work());
            work.for_each(|(at, _)| *at += rested);
        }
    }
}

/// A frame from the server.
#[derive(Deserialize)]
struct ServerFrame {
    #[serde(rename = "type")]
    kind: String,
    seq: Option<i64>,
    prev: Option<i64>,
    #[serde(default)]
    data: Value,
    help_request_id: Option<i64>,
    #[serde(default)]
    help_response: Value,
}

/// The way in which a connection ended.
enum ConnectionEnd {
    BackIn(f64),
    SignedOut,
    Removed,
}

/// Runs one learner after the other: a new one joins each new session.
pub async fn run_learners(server: SocketAddr, guests: Arc<GuestNames>, mut sessions: watch::Receiver<DemoSession>) {
    loop {
        let session = sessions.borrow_and_update().clone();
        tokio::select! {
            () = run_learner(server, &session, guests.next()) => if sessions.changed().await.is_err() { return },
            changed = sessions.changed() => if changed.is_err() { return },
        }
    }
}

/// Joins a session and stays in it. Ends only if the learner was removed or the session is gone.
async fn run_learner(server: SocketAddr, session: &DemoSession, guest: Value) {
    pause(0.0, ARRIVE_WITHIN_S).await;
    let phone = loop {
        match Phone::join(server, session, &guest).await {
            Ok(phone) => break phone,
            Err(error) => tracing::debug!(%error, "a learner could not join; they try again"),
        }
        pause(2.0, 6.0).await;
    };
    let mut learner =
        Learner { phone, temper: Temperament::drawn(), seq: None, step: None, answers: 0, plan: Plan::default() };
    loop {
        match learner.phone.open(session, learner.seq).await {
            Ok(socket) => match learner.follow(socket).await {
                ConnectionEnd::BackIn(seconds) => sleep(Duration::from_secs_f64(seconds)).await,
                ConnectionEnd::SignedOut => learner.sign_in_again().await,
                ConnectionEnd::Removed => return,
            },
            Err(ConnectError::SignedOut) => learner.sign_in_again().await,
            Err(ConnectError::NotWelcome) => return,
            Err(ConnectError::NoAnswer) => pause(1.0, 4.0).await,
        }
    }
}

async fn pause(low_s: f64, high_s: f64) {
    sleep(Duration::from_secs_f64(between(low_s, high_s))).await;
}

struct Learner {
    phone: Phone,
    temper: Temperament,
    /// The last event that the learner knows.
    seq: Option<i64>,
    step: Option<i64>,
    /// Number of answers that the learner got on this step.
    answers: u32,
    plan: Plan,
}

impl Learner {
    async fn follow(&mut self, mut socket: PhoneSocket) -> ConnectionEnd {
        self.plan.drop_all(|act| *act == Action::LoseSignal);
        if let Some(seconds) = self.temper.signal_s() {
            self.plan.add(seconds, Action::LoseSignal);
        }
        loop {
            tokio::select! {
                frame = socket.next() => match frame {
                    Some(Ok(Message::Text(text))) => self.handle_frame(&text),
                    Some(Ok(Message::Close(reason))) => return connection_end(reason),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return ConnectionEnd::BackIn(between(0.5, 3.0)),
                },
                () = sleep_until(self.plan.next_at()) => {
                    let Some(act) = self.plan.take_due() else { continue };
                    if act == Action::LoseSignal {
                        return ConnectionEnd::BackIn(between(2.0, 20.0));
                    }
                    if !self.act(act, &mut socket).await {
                        return ConnectionEnd::BackIn(between(0.5, 3.0));
                    }
                }
            }
        }
    }

    /// Does one act. Returns `false` if the connection is gone.
    async fn act(&mut self, act: Action, socket: &mut PhoneSocket) -> bool {
        let message = match act {
            Action::Show(seq) => json!({ "type": "ack", "data": { "seq": seq } }),
            Action::Begin => self.report("IN_PROGRESS"),
            Action::Finish => {
                self.plan.drop_all(|act| *act == Action::Ask);
                self.report("COMPLETED")
            }
            Action::Ask => self.call_for_help(),
            Action::Read(request) => json!({ "type": "ack", "data": { "help_request_id": request } }),
            Action::CatchUp => json!({ "type": "resume", "data": { "seq": self.seq.unwrap_or(0) } }),
            Action::RenewToken => match self.phone.renew().await {
                Ok(token) => json!({ "type": "token", "data": { "access_token": token } }),
                Err(_) => return false,
            },
            Action::Rate(response) => {
                self.rate(response).await;
                return true;
            }
            Action::LoseSignal => return false,
        };
        socket.send(Message::text(message.to_string())).await.is_ok()
    }

    fn report(&self, status: &str) -> Value {
        let data = json!({ "subtask_id": self.step, "status": status });
        json!({ "type": "progress", "id": status, "key": uuid(), "data": data })
    }

    fn call_for_help(&self) -> Value {
        let elsewhere = happens(0.3);
        let screen = if elsewhere { "com.sec.android.app.launcher.Launcher" } else { "kr.dorantalk.MainActivity" };
        let tried: &[&str] = if elsewhere { &["CLICK", "HOME"] } else { &["CLICK", "SCROLL", "BACK", "CLICK"] };
        let data = json!({ "subtask_id": self.step, "request_type": "MANUAL",
            "context_data": { "current_screen": screen, "recent_actions": tried } });
        json!({ "type": "help", "id": "help", "key": uuid(), "data": data })
    }

    /// Rates an answer. The first answer helps most learners; later ones, which come from a person, help nearly all.
    async fn rate(&mut self, response: i64) {
        self.answers += 1;
        let helped = happens(if self.answers == 1 { 0.7 } else { 0.95 });
        let rating = between(0.0, 2.0) as i64 + if helped { 4 } else { 1 };
        let body = json!({ "help_response_id": response, "rating": rating });
        if let Err(error) = self.phone.post("/api/help/feedback", &body).await {
            tracing::debug!(%error, "a learner could not say whether it helped");
        }
        let was_at_it = self.plan.acts.iter().any(|(_, act)| *act == Action::Finish);
        if helped && was_at_it {
            self.plan.drop_all(|act| *act == Action::Finish);
            self.plan.add(between(2.0, 6.0), Action::Finish);
        }
    }

    async fn sign_in_again(&mut self) {
        if self.phone.renew().await.is_err() {
            pause(2.0, 6.0).await;
        }
    }

    fn handle_frame(&mut self, text: &str) {
        let Ok(frame) = serde_json::from_str::<ServerFrame>(text) else {
            tracing::warn!(text, "a learner could not read a frame");
            return;
        };
        if let (Some(seq), Some(prev)) = (frame.seq, frame.prev) {
            match self.seq {
                Some(known) if seq <= known => return,
                Some(known) if prev != known => {
                    tracing::warn!(known, prev, seq, "a learner missed something and asks for it");
                    return self.plan.add(0.0, Action::CatchUp);
                }
                _ => {}
            }
        }
        self.seq = frame.seq.or(self.seq);
        match frame.kind.as_str() {
            "session_state" => self.apply_state(&frame.data),
            "session_started" | "step_changed" => {
                self.plan.resume();
                self.begin_step(&frame.data["current_subtask"]);
            }
            "session_paused" => self.plan.pause(),
            "session_resumed" => self.plan.resume(),
            "session_ended" => self.drop_step(),
            "HELP_AVAILABLE" => self.handle_answer(&frame),
            "token_expiring" => self.plan.add(0.0, Action::RenewToken),
            "error" => tracing::debug!(text, "a learner was refused"),
            _ => {}
        }
    }

    /// Takes over the state of the session, which may have begun before the learner joined.
    fn apply_state(&mut self, state: &Value) {
        match state["status"].as_str() {
            Some("IN_PROGRESS") => {
                self.plan.resume();
                self.begin_step(&state["current_subtask"]);
            }
            Some("PAUSED") => {
                self.begin_step(&state["current_subtask"]);
                self.plan.pause();
            }
            _ => self.drop_step(),
        }
    }

    fn begin_step(&mut self, step: &Value) {
        let Some(id) = step["id"].as_i64() else { return };
        let seq = self.seq.unwrap_or(0);
        if self.step == Some(id) {
            return self.plan.add(between(0.05, 0.3), Action::Show(seq));
        }
        (self.step, self.answers) = (Some(id), 0);
        let attempt = self.temper.attempt(step["guide_text"].as_str().unwrap_or_default());
        self.plan.drop_all(Action::is_of_step);
        self.plan.add(between(0.05, 0.3), Action::Show(seq));
        self.plan.add(attempt.looks_for_s, Action::Begin);
        self.plan.add(attempt.takes_s, Action::Finish);
        if let Some(seconds) = attempt.asks_after_s {
            self.plan.add(seconds, Action::Ask);
        }
    }

    /// Drops the step, since the session is over or has not begun.
    fn drop_step(&mut self) {
        self.step = None;
        self.plan.resume();
        self.plan.drop_all(Action::is_of_step);
    }

    fn handle_answer(&mut self, frame: &ServerFrame) {
        let (Some(request), Some(response)) = (frame.help_request_id, frame.help_response["id"].as_i64()) else {
            return;
        };
        if self.plan.acts.iter().any(|(_, act)| *act == Action::Rate(response)) {
            return;
        }
        self.plan.add(between(0.3, 1.0), Action::Read(request));
        self.plan.add(between(4.0, 9.0), Action::Rate(response));
    }
}

fn connection_end(reason: Option<CloseFrame>) -> ConnectionEnd {
    match reason.map(|reason| u16::from(reason.code)) {
        Some(close::TOKEN) => ConnectionEnd::SignedOut,
        Some(close::REMOVED | close::GONE) => ConnectionEnd::Removed,
        _ => ConnectionEnd::BackIn(between(0.5, 3.0)),
    }
}
