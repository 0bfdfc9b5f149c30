//! Handles one client's socket and the messages it may send. Each message calls the same verb as the REST endpoint like it.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde::Serialize;
use serde_json::{Value, json};

use super::frames;
use super::help::rate;
use super::refusal::Refusal;
use super::wire::answers::AnswerTaken;
use super::wire::buttons::*;
use super::wire::entry::*;
use super::wire::learning::*;
use super::wire::pointer::Pointer;
use super::wire::staff::{MessageRead, PhoneTold};
use super::wire::step_questions::Answer;
use crate::app::School;
use crate::error::{Error, Result};
use crate::event::ProgressStatus;
use crate::live::{Connection, Entry, Frame, RoomKey, SocketHandler};
use crate::school::help::{self, HelpRequest, answers};
use crate::school::once::Key;
use crate::school::rights::Caller;
use crate::school::sessions::control::{self, Command};
use crate::school::sessions::state::{self, EntryContent, InstructorState, Side};
use crate::school::sessions::{messages, pointing, presence, room, staff_presence};
use crate::school::step_questions::answering;
use crate::school::{activity, logins, progress};
use crate::surfaces::body::SentValue;
use crate::surfaces::extract::parse_object;
use crate::surfaces::language::{Language, speaking};
use crate::surfaces::refusals::status;
use crate::surfaces::sent_tree::SentTree;

/// Kind of a socket: one of the five of the seed (the session has two, one for each side), or a helper's.
#[derive(Debug, Clone, Copy)]
pub enum SocketKind {
    Session(i64, Side),
    Board(i64),
    Desk,
    Help(i64),
}

pub struct LiveSocket {
    pub app: School,
    pub caller: Caller,
    pub kind: SocketKind,
    /// Whether the person counts as present in the session while the socket is open.
    pub present: bool,
    pub language: Option<Language>,
}

/// A message of a client: `id` pairs the answer, `key` makes it happen once.
#[derive(Deserialize)]
struct ClientMessage {
    #[serde(rename = "type")]
    kind: String,
    id: Option<Value>,
    key: Option<String>,
    data: Option<SentTree>,
}

impl ClientMessage {
    fn data<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        const NOTHING: &SentTree = &SentTree::Object(Vec::new());
        Ok(self.data.as_ref().unwrap_or(NOTHING).read()?)
    }

    /// Whether the client is told that the message failed. A finger moves on, and the next message says where it is.
    fn wants_error(&self) -> bool {
        self.kind != "pointer" || self.id.is_some()
    }

    fn key(&self) -> Result<Option<Key>> {
        self.key.as_deref().map(Key::parse).transpose()
    }
}

#[derive(Deserialize)]
struct AckMessage {
    seq: Option<i64>,
    help_request_id: Option<i64>,
}

#[derive(Deserialize)]
struct ResumeMessage {
    seq: Option<i64>,
}

#[derive(Deserialize)]
struct WithdrawMessage {
    help_request_id: i64,
}

#[derive(Deserialize)]
struct AnswerMessage {
    subtask_id: i64,
    answer: Answer,
}

#[derive(Deserialize)]
struct TokenMessage {
    access_token: String,
}

impl SocketKind {
    pub fn home(&self, caller: &Caller) -> RoomKey {
        match self {
            SocketKind::Session(session, _) => room::session(*session),
            SocketKind::Board(course) => room::board(*course),
            SocketKind::Desk => room::desk(caller.id),
            SocketKind::Help(person) => room::person(*person),
        }
    }

    pub fn session(&self) -> Option<i64> {
        match self {
            SocketKind::Session(session, _) => Some(*session),
            _ => None,
        }
    }
}

impl SocketHandler for LiveSocket {
    fn read_entry(&self) -> BoxFuture<'_, Result<Entry>> {
        Box::pin(async move {
            // Checked again: if the login ended after the upgrade, this socket was not in its room yet and was not closed.
            logins::must_be_valid(&self.app, &self.caller).await?;
            match self.kind {
                SocketKind::Session(session, side) => self.enter_session(session, side).await,
                SocketKind::Board(_) | SocketKind::Desk => Ok(Entry { frames: vec![Frame::resync()], seq: 0 }),
                SocketKind::Help(_) => Ok(Entry { frames: self.unseen_answers().await?, seq: 0 }),
            }
        })
    }

    fn read_own_frames(&self) -> BoxFuture<'_, Result<Option<Vec<Frame>>>> {
        Box::pin(async move {
            logins::must_be_valid(&self.app, &self.caller).await?;
            let SocketKind::Session(session, side) = self.kind else { return Ok(None) };
            state::must_not_be_removed(&self.app, &self.caller, session, side).await?;
            match side {
                Side::Student => {
                    let mut frames = self.waiting_frames(session).await?;
                    frames.extend(self.missed_frames(session).await?);
                    Ok(Some(frames))
                }
                Side::Instructor | Side::Helper => Ok(Some(Vec::new())),
            }
        })
    }

    fn handle<'a>(&'a self, connection: &'a Arc<Connection>, text: String) -> BoxFuture<'a, ()> {
        Box::pin(speaking(self.language, async move {
            let message = match parse_object::<ClientMessage>(text.as_bytes()) {
                Ok(message) => message,
                Err(error) => return connection.reply(&error_frame(None, &error)),
            };
            match self.answer(connection, &message).await {
                Ok(None) => {}
                Ok(Some(data)) if message.id.is_some() => {
                    let reply = json!({ "type": "reply", "id": message.id, "data": data });
                    connection.reply(&Frame::text(reply.to_string()));
                }
                Ok(Some(_)) => {}
                Err(error) => {
                    let frame = error_frame(message.id.as_ref(), &error);
                    if message.wants_error() {
                        connection.reply(&frame);
                    }
                }
            }
        }))
    }

    fn closed(&self, connection: &Connection) {
        match self.kind {
            SocketKind::Session(session, Side::Student) if self.present => {
                presence::note_closed_socket(&self.app, session, self.caller.id, connection.id);
            }
            SocketKind::Session(session, Side::Instructor | Side::Helper) => {
                staff_presence::note_closed(&self.app, session, self.caller.id);
            }
            _ => {}
        }
    }

    fn token_warning(&self) -> Frame {
        Frame::text(r#"{"type":"token_expiring"}"#)
    }
}

fn error_frame(id: Option<&Value>, error: &Error) -> Frame {
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

fn to_json(data: impl Serialize) -> Result<Option<Value>> {
    serde_json::to_value(data).map(Some).map_err(Error::internal)
}

impl LiveSocket {
    async fn enter_session(&self, session: i64, side: Side) -> Result<Entry> {
        let entered = state::enter(&self.app, &self.caller, session, side).await?;
        let frames = match entered.content {
            EntryContent::ForStudent(seen, mine) => {
                let state = state_frame(seen.session.last_student_seq, &StateOfStudent::new(&seen, mine))?;
                [vec![state], self.waiting_frames(session).await?].concat()
            }
            EntryContent::ForInstructor(seen) => {
                let InstructorState { state, roster, screens } = *seen;
                vec![state_frame(entered.seq, &StateOfInstructor::new(&state, roster, screens, &self.app.public_url))?]
            }
        };
        Ok(Entry { frames, seq: entered.seq })
    }

    /// Reads what waits for a student until their screen has shown it: answers, and a message.
    async fn waiting_frames(&self, session: i64) -> Result<Vec<Frame>> {
        let mut frames = self.unseen_answers().await?;
        if let Some(waiting) = messages::waiting(&self.app, session, self.caller.id).await? {
            frames.push(frames::message_to_me(
                Some(session),
                waiting.id,
                &waiting.text,
                &waiting.from_name,
                waiting.at_ms,
            ));
        }
        Ok(frames)
    }

    /// Reads what staff may have done for a student while their phone was away: no log that students read has it.
    async fn missed_frames(&self, session: i64) -> Result<Vec<Frame>> {
        let mine = state::own(&self.app, session, self.caller.id).await?;
        let claimed = |request| frames::help_claimed(request, mine.helper_name.as_deref());
        let mut frames: Vec<Frame> = mine.open_help.map(claimed).into_iter().collect();
        if let Some(step) = mine.step.filter(|_| mine.status == ProgressStatus::Completed.word()) {
            frames.push(frames::progress_marked(step, &mine.status, mine.done_ms, None));
        }
        Ok(frames)
    }

    async fn unseen_answers(&self) -> Result<Vec<Frame>> {
        let events = answers::unseen_answers(&self.app, self.caller.id).await?;
        Ok(events.iter().filter_map(|new| frames::help_available(&new.event)).collect())
    }

    /// Carries out a message, and returns the data of the reply; `None` if there is no reply.
    async fn answer(&self, connection: &Arc<Connection>, message: &ClientMessage) -> Result<Option<Value>> {
        if !matches!(message.kind.as_str(), "ping" | "token" | "ack" | "pointer") {
            logins::must_be_valid(&self.app, &self.caller).await?;
        }
        match (message.kind.as_str(), self.kind) {
            ("ping", _) => to_json(json!({})),
            ("token", _) => self.renew(connection, message.data()?).await,
            // «resume» with a `seq` asks for missed events; without one it is the instructor's button.
            ("resume", _) if message.data::<ResumeMessage>()?.seq.is_some() => {
                let ResumeMessage { seq } = message.data()?;
                self.app.hub.clone().enter(connection, seq).await;
                Ok(None)
            }
            ("ack", SocketKind::Session(_, Side::Student) | SocketKind::Help(_)) => self.ack(message.data()?).await,
            ("log", _) => self.log(message).await,
            ("progress", SocketKind::Session(session, Side::Student)) => {
                let sent: UpdateProgress = message.data()?;
                self.caller.must_be(sent.user_id)?;
                let (item, status) = (sent.subtask_id, sent.status.plain());
                let report = progress::report(&self.app, &self.caller, item, status, Some(session), message.key()?);
                to_json(ProgressUpdated::from(report.await?))
            }
            ("answer", SocketKind::Session(session, Side::Student)) => {
                let AnswerMessage { subtask_id: item, answer } = message.data()?;
                let value = answer.plain();
                let taken = answering::answer(&self.app, &self.caller, session, item, value, message.key()?).await?;
                to_json(AnswerTaken::from((taken, value)))
            }
            ("help", SocketKind::Session(session, Side::Student)) => {
                let sent: AskHelp = message.data()?;
                self.caller.must_be(sent.user_id)?;
                let asked = help::ask(&self.app, &self.caller, sent.request(Some(session)), message.key()?).await?;
                to_json(HelpAsked::from(asked))
            }
            ("help_withdraw", SocketKind::Session(_, Side::Student)) => {
                let WithdrawMessage { help_request_id } = message.data()?;
                let HelpRequest { id, status, .. } =
                    answers::withdraw(&self.app, &self.caller, help_request_id).await?.request;
                to_json(json!({ "help_request_id": id, "status": status }))
            }
            ("help_feedback", SocketKind::Session(_, Side::Student)) => {
                to_json(rate(&self.app, &self.caller, message.data()?, message.key()?).await?)
            }
            ("message_read", SocketKind::Session(session, Side::Student)) => {
                let MessageRead { message_id } = message.data()?;
                messages::put_away(&self.app, &self.caller, session, message_id).await?;
                to_json(json!({}))
            }
            ("phone", SocketKind::Session(session, Side::Student)) => {
                let PhoneTold { kind } = message.data()?;
                messages::note_phone(&self.app, &self.caller, session, kind.into()).await?;
                to_json(json!({}))
            }
            ("pointer", SocketKind::Session(session, Side::Instructor)) => {
                pointing::point(&self.app, &self.caller, session, message.data::<Pointer>()?.into()).await?;
                to_json(json!({}))
            }
            (word, SocketKind::Session(session, Side::Instructor)) => self.command(session, word, message).await,
            (word, _) => Err(unknown_message(word)),
        }
    }

    async fn command(&self, session: i64, word: &str, message: &ClientMessage) -> Result<Option<Value>> {
        let message_text = |sent: WithMessage| sent.message.plain();
        let command = match word {
            "start" => {
                let sent: Start = message.data()?;
                Command::Start { first: sent.first_subtask_id, message: sent.message.plain() }
            }
            "next_step" => {
                let sent: NextStep = message.data()?;
                Command::NextStep { next: sent.next_subtask_id, message: sent.message.plain() }
            }
            "pause" => Command::Pause { message: message_text(message.data()?) },
            "resume" => Command::Resume { message: message_text(message.data()?) },
            "message" => Command::ShowMessage { message: message.data::<SayToAll>()?.message.into() },
            "end" => Command::End { message: message_text(message.data()?) },
            other => return Err(unknown_message(other)),
        };
        let outcome = control::command(&self.app, &self.caller, session, command, message.key()?).await?;
        match word {
            "start" => to_json(Started::from(outcome)),
            "next_step" => to_json(StepChanged::from(outcome)),
            "pause" => to_json(Paused::from(outcome)),
            "message" => to_json(MessageSent::from(outcome)),
            "end" => to_json(Ended::from(outcome)),
            _ => to_json(Resumed::from(outcome)),
        }
    }

    async fn ack(&self, ack: AckMessage) -> Result<Option<Value>> {
        if let Some(request) = ack.help_request_id {
            answers::ack(&self.app, &self.caller, request).await?;
        }
        if let (Some(seq), SocketKind::Session(session, _)) = (ack.seq, self.kind) {
            self.app.presence.screens.ack(session, seq, self.caller.id);
        }
        to_json(json!({}))
    }

    async fn log(&self, message: &ClientMessage) -> Result<Option<Value>> {
        let sent: Vec<Log> = message.data()?;
        sent.iter().try_for_each(|log| self.caller.must_be(log.user_id))?;
        let logs = checked_logs(sent, "")?;
        let saved_count = activity::log(&self.app, &self.caller, logs, message.key()?).await?.count;
        to_json(LogsSaved::from(saved_count))
    }

    /// Replaces the access token by a new one. It must be of the same login, since the socket is closed when that login ends.
    async fn renew(&self, connection: &Arc<Connection>, token: TokenMessage) -> Result<Option<Value>> {
        let caller = logins::caller(&self.app, &token.access_token).await?;
        if (caller.id, caller.login) != (self.caller.id, self.caller.login) {
            return Err(Error::NotYours);
        }
        connection.renew(self.app.clock.monotonic_at(caller.expires_ms));
        to_json(json!({ "expires_at": crate::clock::rfc3339(caller.expires_ms) }))
    }
}

fn unknown_message(word: &str) -> Error {
    let word: String = word.chars().take(50).collect();
    Error::bad_as_sent("type", format!("‘{word}’ is no message for this socket"))
}

fn state_frame(seq: i64, state: &impl Serialize) -> Result<Frame> {
    let data = serde_json::to_string(state).map_err(Error::internal)?;
    Ok(Frame::text(format!(r#"{{"type":"session_state","seq":{seq},"data":{data}}}"#)))
}
