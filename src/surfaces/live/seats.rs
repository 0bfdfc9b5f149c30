//! Handles one client's socket and the messages it may send. Each message calls the same verb as the REST endpoint like it.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::frames;
use super::help::rate;
use super::refusal::Refusal;
use super::wire::buttons::{Ended, Moved, NextStep, Paused, Resumed, SaidToAll, SayToAll, Start, Started, WithMessage};
use super::wire::entry::{StateOfInstructor, StateOfStudent};
use super::wire::learning::{AskHelp, HelpAsked, Log, LogsSaved, ProgressUpdated, UpdateProgress, checked_logs};
use crate::app::School;
use crate::error::{Error, Result};
use crate::live::{Connection, Entry, Frame, RoomKey, Seat};
use crate::school::help::{self, Request, answers};
use crate::school::once::Key;
use crate::school::rights::Caller;
use crate::school::sessions::control::{self, Command};
use crate::school::sessions::state::{self, Arrival, Side};
use crate::school::sessions::{presence, room};
use crate::school::{activity, logins, progress};
use crate::surfaces::extract::{parse, parse_object};
use crate::surfaces::language::{Language, speaking};
use crate::surfaces::refusals::status;

/// Kind of a socket: one of the five of the seed (the session has two, one for each side).
#[derive(Debug, Clone, Copy)]
pub enum Place {
    Class(i64, Side),
    Board(i64),
    Desk,
    Help(i64),
}

pub struct Chair {
    pub app: School,
    pub caller: Caller,
    pub place: Place,
    /// Whether the person counts as present in the session while the socket is open.
    pub present: bool,
    pub language: Option<Language>,
}

/// A message of a client: `id` pairs the answer, `key` makes it happen once.
#[derive(Deserialize)]
struct Message {
    #[serde(rename = "type")]
    kind: String,
    id: Option<Value>,
    key: Option<String>,
    data: Option<Box<RawValue>>,
}

impl Message {
    fn data<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        parse(self.data.as_ref().map_or(b"{}", |data| data.get().as_bytes()))
    }

    fn key(&self) -> Result<Option<Key>> {
        self.key.as_deref().map(Key::parse).transpose()
    }
}

#[derive(Deserialize)]
struct Acked {
    seq: Option<i64>,
    help_request_id: Option<i64>,
}

#[derive(Deserialize)]
struct Resume {
    seq: Option<i64>,
}

#[derive(Deserialize)]
struct Withdraw {
    help_request_id: i64,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

impl Place {
    pub fn home(&self, caller: &Caller) -> RoomKey {
        match self {
            Place::Class(session, _) => room::session(*session),
            Place::Board(course) => room::board(*course),
            Place::Desk => room::desk(caller.id),
            Place::Help(person) => room::person(*person),
        }
    }

    pub fn session(&self) -> Option<i64> {
        match self {
            Place::Class(session, _) => Some(*session),
            _ => None,
        }
    }
}

impl Seat for Chair {
    fn enter(&self, since: Option<i64>) -> BoxFuture<'_, Result<Entry>> {
        Box::pin(async move {
            // Checked again: if the login ended after the upgrade, this socket was not in its room yet and was not closed.
            logins::must_stand(&self.app, &self.caller).await?;
            match self.place {
                Place::Class(session, side) => self.enter_class(session, side, since).await,
                Place::Board(_) | Place::Desk => {
                    Ok(Entry { frames: vec![Frame::text(r#"{"type":"resync"}"#)], seq: 0 })
                }
                Place::Help(_) => Ok(Entry { frames: self.unseen_answers().await?, seq: 0 }),
            }
        })
    }

    fn heard<'a>(&'a self, connection: &'a Arc<Connection>, text: String) -> BoxFuture<'a, ()> {
        Box::pin(speaking(self.language, async move {
            let message = match parse_object::<Message>(text.as_bytes()) {
                Ok(message) => message,
                Err(error) => return connection.reply(&refusal(None, &error)),
            };
            match self.answer(connection, &message).await {
                Ok(None) => {}
                Ok(Some(data)) if message.id.is_some() => {
                    let reply = json!({ "type": "reply", "id": message.id, "data": data });
                    connection.reply(&Frame::text(reply.to_string()));
                }
                Ok(Some(_)) => {}
                Err(error) => connection.reply(&refusal(message.id.as_ref(), &error)),
            }
        }))
    }

    fn gone(&self) {
        if let (Place::Class(session, _), true) = (self.place, self.present) {
            presence::departed(&self.app, session, self.caller.id);
        }
    }

    fn token_expiring(&self) -> Frame {
        Frame::text(r#"{"type":"token_expiring"}"#)
    }
}

fn refusal(id: Option<&Value>, error: &Error) -> Frame {
    if let Error::Internal(what) = error {
        tracing::error!(what, "a message failed on our side");
    }
    let mut frame = json!({ "type": "error", "id": id, "status": status(error.kind()).as_u16() });
    if let Some(seconds) = error.retry_after_s() {
        frame["retry_after_s"] = seconds.into();
    }
    frame["error"] = json!(Refusal::from(error).error);
    Frame::text(frame.to_string())
}

fn said(data: impl Serialize) -> Result<Option<Value>> {
    serde_json::to_value(data).map(Some).map_err(Error::internal)
}

impl Chair {
    async fn enter_class(&self, session: i64, side: Side, since: Option<i64>) -> Result<Entry> {
        let entered = state::enter(&self.app, session, self.caller.id, side, since).await?;
        let seq = entered.seq;
        let mut frames = match entered.arrival {
            Arrival::Missed(events, names) => events.iter().map(|e| Frame::text(frames::session_frame_json(e, &names))).collect(),
            Arrival::ForStudent(seen, mine) => {
                vec![state_frame(seen.session.last_student_seq, &StateOfStudent::new(&seen, mine))?]
            }
            Arrival::ForInstructor(seen, attendees) => {
                let here = self.app.hub.presence.everyone(session);
                let (first, last) = (seen.session.step_seq, seen.session.last_student_seq);
                let shown = self.app.hub.shown.count(session, first, last, |person| here.contains_key(&person));
                vec![state_frame(seq, &StateOfInstructor::new(&seen, attendees, &here, shown, &self.app.public_url))?]
            }
        };
        if side == Side::Student {
            frames.extend(self.unseen_answers().await?);
        }
        Ok(Entry { frames, seq })
    }

    async fn unseen_answers(&self) -> Result<Vec<Frame>> {
        let events = answers::unseen(&self.app, self.caller.id).await?;
        Ok(events.iter().filter_map(|n| frames::help_available(&n.event)).collect())
    }

    /// Carries out a message, and returns the data of the reply; `None` if there is no reply.
    async fn answer(&self, connection: &Arc<Connection>, message: &Message) -> Result<Option<Value>> {
        if !matches!(message.kind.as_str(), "ping" | "token" | "ack") {
            logins::must_stand(&self.app, &self.caller).await?;
        }
        match (message.kind.as_str(), self.place) {
            ("ping", _) => said(json!({})),
            ("token", _) => self.renew(connection, message.data()?).await,
            // «resume» with a `seq` asks for missed events; without one it is the instructor's button.
            ("resume", _) if message.data::<Resume>()?.seq.is_some() => {
                let Resume { seq } = message.data()?;
                self.app.hub.clone().enter(connection, seq).await;
                Ok(None)
            }
            ("ack", Place::Class(_, Side::Student) | Place::Help(_)) => self.ack(message.data()?).await,
            ("log", _) => self.log(message).await,
            ("progress", Place::Class(session, Side::Student)) => {
                let sent: UpdateProgress = message.data()?;
                self.caller.must_be(sent.user_id)?;
                let (item, status) = (sent.subtask_id, sent.status.into());
                let report = progress::report(&self.app, &self.caller, item, status, Some(session), message.key()?);
                said(ProgressUpdated::from(report.await?))
            }
            ("help", Place::Class(session, Side::Student)) => {
                let sent: AskHelp = message.data()?;
                self.caller.must_be(sent.user_id)?;
                let asked = help::ask(&self.app, &self.caller, sent.request(Some(session)), message.key()?).await?;
                said(HelpAsked::from(asked))
            }
            ("help_withdraw", Place::Class(_, Side::Student)) => {
                let Withdraw { help_request_id } = message.data()?;
                let Request { id, status, .. } = answers::withdraw(&self.app, &self.caller, help_request_id).await?;
                said(json!({ "help_request_id": id, "status": status }))
            }
            ("help_feedback", Place::Class(_, Side::Student)) => {
                said(rate(&self.app, &self.caller, message.data()?, message.key()?).await?)
            }
            (word, Place::Class(session, Side::Instructor)) => self.command(session, word, message).await,
            (word, _) => Err(unknown(word)),
        }
    }

    async fn command(&self, session: i64, word: &str, message: &Message) -> Result<Option<Value>> {
        let told = |sent: WithMessage| sent.message.map(String::from);
        let command = match word {
            "start" => {
                let sent: Start = message.data()?;
                Command::Start { first: sent.first_subtask_id, message: sent.message.map(String::from) }
            }
            "next_step" => {
                let sent: NextStep = message.data()?;
                Command::NextStep { next: sent.next_subtask_id, message: sent.message.map(String::from) }
            }
            "pause" => Command::Pause { message: told(message.data()?) },
            "resume" => Command::Resume { message: told(message.data()?) },
            "message" => Command::Say { message: message.data::<SayToAll>()?.message.into() },
            "end" => Command::End { message: told(message.data()?) },
            other => return Err(unknown(other)),
        };
        let outcome = control::command(&self.app, &self.caller, session, command, message.key()?).await?;
        match word {
            "start" => said(Started::from(outcome)),
            "next_step" => said(Moved::from(outcome)),
            "pause" => said(Paused::from(outcome)),
            "message" => said(SaidToAll::from(outcome)),
            "end" => said(Ended::from(outcome)),
            _ => said(Resumed::from(outcome)),
        }
    }

    async fn ack(&self, acked: Acked) -> Result<Option<Value>> {
        if let Some(request) = acked.help_request_id {
            answers::ack(&self.app, &self.caller, request).await?;
        }
        if let (Some(seq), Place::Class(session, _)) = (acked.seq, self.place) {
            self.app.hub.shown.ack(session, seq, self.caller.id);
        }
        said(json!({}))
    }

    async fn log(&self, message: &Message) -> Result<Option<Value>> {
        let sent: Vec<Log> = message.data()?;
        sent.iter().try_for_each(|log| self.caller.must_be(log.user_id))?;
        let logs = checked_logs(sent, "")?;
        let saved_count = activity::log(&self.app, &self.caller, logs, message.key()?).await?.count;
        said(LogsSaved { saved_count, message: "Logs saved successfully".into() })
    }

    /// Replaces the access token by a new one. It must be of the same login, since the socket is closed when that login ends.
    async fn renew(&self, connection: &Arc<Connection>, token: Token) -> Result<Option<Value>> {
        let caller = logins::caller(&self.app, &token.access_token).await?;
        if (caller.id, caller.login) != (self.caller.id, self.caller.login) {
            return Err(Error::NotYours);
        }
        connection.renew(self.app.clock.monotonic_at(caller.expires_ms));
        said(json!({ "expires_at": crate::clock::rfc3339(caller.expires_ms) }))
    }
}

fn unknown(word: &str) -> Error {
    let word: String = word.chars().take(50).collect();
    Error::bad("type", format!("‘{word}’ is no message for this socket"))
}

fn state_frame(seq: i64, state: &impl Serialize) -> Result<Frame> {
    let data = serde_json::to_string(state).map_err(Error::internal)?;
    Ok(Frame::text(format!(r#"{{"type":"session_state","seq":{seq},"data":{data}}}"#)))
}
