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

use super::Class;
use super::phone::{Line, Phone, Refused, close};
use super::temper::{Roll, Temper, between, happens, uuid};

/// The learners join at random times within this many seconds.
const ARRIVE_WITHIN_S: f64 = 5.0;
/// The bound of a plan. Further acts are dropped.
const PLAN_MAX_ACTS: usize = 32;
const FAR_AWAY: Duration = Duration::from_secs(86_400);

#[derive(Debug, Clone, PartialEq)]
enum Act {
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

impl Act {
    fn is_work(&self) -> bool {
        matches!(self, Act::Begin | Act::Finish | Act::Ask)
    }

    fn is_of_step(&self) -> bool {
        self.is_work() || matches!(self, Act::Show(_))
    }
}

#[derive(Default)]
struct Plan {
    acts: Vec<(Instant, Act)>,
    stopped: Option<Instant>,
}

impl Plan {
    fn add(&mut self, after_s: f64, act: Act) {
        if self.acts.len() < PLAN_MAX_ACTS {
            self.acts.push((Instant::now() + Duration::from_secs_f64(after_s), act));
        }
    }

    fn drop_all(&mut self, which: impl Fn(&Act) -> bool) {
        self.acts.retain(|(_, act)| !which(act));
    }

    /// Returns the next act and its time. While the session is paused, acts of work on a step are left out, and all others go on.
    fn next(&self) -> Option<(usize, Instant)> {
        let ready = self.acts.iter().enumerate().filter(|(_, (_, act))| self.stopped.is_none() || !act.is_work());
        ready.map(|(n, (at, _))| (n, *at)).min_by_key(|(_, at)| *at)
    }

    fn next_at(&self) -> Instant {
        self.next().map_or_else(|| Instant::now() + FAR_AWAY, |(_, at)| at)
    }

    fn take_due(&mut self) -> Option<Act> {
        let (n, at) = self.next()?;
        (at <= Instant::now()).then(|| self.acts.swap_remove(n).1)
    }

    /// Stops the work on the step, since the session is paused.
    fn stop(&mut self) {
        self.stopped.get_or_insert_with(Instant::now);
    }

    fn go_on(&mut self) {
        if let Some(since) = self.stopped.take() {
            let rested = since.elapsed();
            let work = self.acts.iter_mut().filter(|(_, act)| act.is_work());
            work.for_each(|(at, _)| *at += rested);
        }
    }
}

/// A frame from the server.
#[derive(Deserialize)]
struct Heard {
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
enum Parting {
    BackIn(f64),
    SignedOut,
    Removed,
}

/// Runs one learner after the other: a new one joins each new session.
pub async fn sit(server: SocketAddr, roll: Arc<Roll>, mut classes: watch::Receiver<Class>) {
    loop {
        let class = classes.borrow_and_update().clone();
        tokio::select! {
            () = attend(server, &class, roll.next()) => if classes.changed().await.is_err() { return },
            changed = classes.changed() => if changed.is_err() { return },
        }
    }
}

/// Joins a session and stays in it. Ends only if the learner was removed or the session is gone.
async fn attend(server: SocketAddr, class: &Class, guest: Value) {
    pause(0.0, ARRIVE_WITHIN_S).await;
    let phone = loop {
        match Phone::join(server, class, &guest).await {
            Ok(phone) => break phone,
            Err(error) => tracing::debug!(%error, "a learner could not join; they try again"),
        }
        pause(2.0, 6.0).await;
    };
    let mut learner =
        Learner { phone, temper: Temper::drawn(), seq: None, step: None, answers: 0, plan: Plan::default() };
    loop {
        match learner.phone.open(class, learner.seq).await {
            Ok(line) => match learner.follow(line).await {
                Parting::BackIn(seconds) => sleep(Duration::from_secs_f64(seconds)).await,
                Parting::SignedOut => learner.sign_in_again().await,
                Parting::Removed => return,
            },
            Err(Refused::SignedOut) => learner.sign_in_again().await,
            Err(Refused::NotWelcome) => return,
            Err(Refused::NoAnswer) => pause(1.0, 4.0).await,
        }
    }
}

async fn pause(low_s: f64, high_s: f64) {
    sleep(Duration::from_secs_f64(between(low_s, high_s))).await;
}

struct Learner {
    phone: Phone,
    temper: Temper,
    /// The last event that the learner knows.
    seq: Option<i64>,
    step: Option<i64>,
    /// How many answers the learner got on this step.
    answers: u32,
    plan: Plan,
}

impl Learner {
    async fn follow(&mut self, mut line: Line) -> Parting {
        self.plan.drop_all(|act| *act == Act::LoseSignal);
        if let Some(seconds) = self.temper.signal_s() {
            self.plan.add(seconds, Act::LoseSignal);
        }
        loop {
            tokio::select! {
                frame = line.next() => match frame {
                    Some(Ok(Message::Text(text))) => self.hear(&text),
                    Some(Ok(Message::Close(reason))) => return parting(reason),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Parting::BackIn(between(0.5, 3.0)),
                },
                () = sleep_until(self.plan.next_at()) => {
                    let Some(act) = self.plan.take_due() else { continue };
                    if act == Act::LoseSignal {
                        return Parting::BackIn(between(2.0, 20.0));
                    }
                    if !self.act(act, &mut line).await {
                        return Parting::BackIn(between(0.5, 3.0));
                    }
                }
            }
        }
    }

    /// Does one act. Returns `false` if the connection is gone.
    async fn act(&mut self, act: Act, line: &mut Line) -> bool {
        let said = match act {
            Act::Show(seq) => json!({ "type": "ack", "data": { "seq": seq } }),
            Act::Begin => self.report("IN_PROGRESS"),
            Act::Finish => {
                self.plan.drop_all(|act| *act == Act::Ask);
                self.report("COMPLETED")
            }
            Act::Ask => self.call_for_help(),
            Act::Read(request) => json!({ "type": "ack", "data": { "help_request_id": request } }),
            Act::CatchUp => json!({ "type": "resume", "data": { "seq": self.seq.unwrap_or(0) } }),
            Act::RenewToken => match self.phone.renew().await {
                Ok(token) => json!({ "type": "token", "data": { "access_token": token } }),
                Err(_) => return false,
            },
            Act::Rate(response) => {
                self.rate(response).await;
                return true;
            }
            Act::LoseSignal => return false,
        };
        line.send(Message::text(said.to_string())).await.is_ok()
    }

    fn report(&self, status: &str) -> Value {
        let data = json!({ "subtask_id": self.step, "status": status });
        json!({ "type": "progress", "id": status, "key": uuid(), "data": data })
    }

    fn call_for_help(&self) -> Value {
        let elsewhere = happens(0.3);
        let screen = if elsewhere { "com.sec.android.app.launcher.Launcher" } else { "com.kakao.talk.MainActivity" };
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
        let was_at_it = self.plan.acts.iter().any(|(_, act)| *act == Act::Finish);
        if helped && was_at_it {
            self.plan.drop_all(|act| *act == Act::Finish);
            self.plan.add(between(2.0, 6.0), Act::Finish);
        }
    }

    async fn sign_in_again(&mut self) {
        if self.phone.renew().await.is_err() {
            pause(2.0, 6.0).await;
        }
    }

    fn hear(&mut self, text: &str) {
        let Ok(heard) = serde_json::from_str::<Heard>(text) else {
            tracing::warn!(text, "a learner could not read a frame");
            return;
        };
        if let (Some(seq), Some(prev)) = (heard.seq, heard.prev) {
            match self.seq {
                Some(known) if seq <= known => return,
                Some(known) if prev != known => {
                    tracing::warn!(known, prev, seq, "a learner missed something and asks for it");
                    return self.plan.add(0.0, Act::CatchUp);
                }
                _ => {}
            }
        }
        self.seq = heard.seq.or(self.seq);
        match heard.kind.as_str() {
            "session_state" => self.look_around(&heard.data),
            "session_started" | "step_changed" => {
                self.plan.go_on();
                self.turn_to(&heard.data["current_subtask"]);
            }
            "session_paused" => self.plan.stop(),
            "session_resumed" => self.plan.go_on(),
            "session_ended" => self.put_down(),
            "HELP_AVAILABLE" => self.be_helped(&heard),
            "token_expiring" => self.plan.add(0.0, Act::RenewToken),
            "error" => tracing::debug!(text, "a learner was refused"),
            _ => {}
        }
    }

    /// Takes over the state of the session, which may have begun before the learner joined.
    fn look_around(&mut self, state: &Value) {
        match state["status"].as_str() {
            Some("IN_PROGRESS") => {
                self.plan.go_on();
                self.turn_to(&state["current_subtask"]);
            }
            Some("PAUSED") => {
                self.turn_to(&state["current_subtask"]);
                self.plan.stop();
            }
            _ => self.put_down(),
        }
    }

    fn turn_to(&mut self, step: &Value) {
        let Some(id) = step["id"].as_i64() else { return };
        let seq = self.seq.unwrap_or(0);
        if self.step == Some(id) {
            return self.plan.add(between(0.05, 0.3), Act::Show(seq));
        }
        (self.step, self.answers) = (Some(id), 0);
        let attempt = self.temper.attempt(step["guide_text"].as_str().unwrap_or_default());
        self.plan.drop_all(Act::is_of_step);
        self.plan.add(between(0.05, 0.3), Act::Show(seq));
        self.plan.add(attempt.looks_for_s, Act::Begin);
        self.plan.add(attempt.takes_s, Act::Finish);
        if let Some(seconds) = attempt.asks_after_s {
            self.plan.add(seconds, Act::Ask);
        }
    }

    /// Drops the step, since the session is over or has not begun.
    fn put_down(&mut self) {
        self.step = None;
        self.plan.go_on();
        self.plan.drop_all(Act::is_of_step);
    }

    fn be_helped(&mut self, heard: &Heard) {
        let (Some(request), Some(response)) = (heard.help_request_id, heard.help_response["id"].as_i64()) else {
            return;
        };
        if self.plan.acts.iter().any(|(_, act)| *act == Act::Rate(response)) {
            return;
        }
        self.plan.add(between(0.3, 1.0), Act::Read(request));
        self.plan.add(between(4.0, 9.0), Act::Rate(response));
    }
}

fn parting(reason: Option<CloseFrame>) -> Parting {
    match reason.map(|reason| u16::from(reason.code)) {
        Some(close::TOKEN) => Parting::SignedOut,
        Some(close::REMOVED | close::GONE) => Parting::Removed,
        _ => Parting::BackIn(between(0.5, 3.0)),
    }
}
