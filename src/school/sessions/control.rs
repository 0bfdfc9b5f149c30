//! Commands of the instructor: start, next step, pause, resume, message, end. Each is a guarded change of one row: the
//! database puts two at once in an order, and a command that the state forbids changes nothing and fails with that state.

use super::{Session, SessionStatus, by_id, find_taught, find_taught_to_read, messages, presence, staff, timing};
use crate::app::School;
use crate::clock::MINUTE_MS;
use crate::db::{HeldTable, Tx, args, retry};
use crate::error::{Error, Field, Result};
use crate::event::{Event, NewEvent, StoredAnswer};
use crate::live::CloseSockets;
use crate::live::presence::OpenRoom;
use crate::patch::Patch;
use crate::school::attendance;
use crate::school::help;
use crate::school::once::{self, Key};
use crate::school::outline::{self, Item};
use crate::school::rights::Caller;
use crate::school::step_questions;

/// Command of the instructor.
#[derive(Debug, Clone)]
pub enum Command {
    Start {
        first: Option<i64>,
        message: Option<String>,
    },
    NextStep {
        next: Option<i64>,
        message: Option<String>,
    },
    Pause {
        message: Option<String>,
    },
    Resume {
        message: Option<String>,
    },
    /// Shows a message to all, and changes nothing else.
    ShowMessage {
        message: String,
    },
    /// Starts a timer of so many seconds in place of the one before, or ends it.
    SetTimer {
        seconds: Option<i64>,
    },
    End {
        message: Option<String>,
    },
}

/// Result of a command: its event, and the steps that the event names.
#[derive(Debug, Clone)]
pub struct CommandOutcome {
    pub session: i64,
    pub at_ms: i64,
    pub event: Event,
    pub started_ms: Option<i64>,
    pub previous: Option<Item>,
    pub current: Option<Item>,
    /// Number of people present when a start is answered; 0 for the other commands.
    pub active: i64,
}

pub async fn command(
    app: &School,
    caller: &Caller,
    session: i64,
    command: Command,
    key: Option<Key>,
) -> Result<CommandOutcome> {
    let mut outcome = retry(|| try_command(app, caller, session, command.clone(), key.as_ref())).await?;
    if matches!(outcome.event, Event::SessionStarted { .. }) {
        // The command is done, whether or not this can be asked.
        let active = presence::count(app, outcome.session).await;
        outcome.active = active.unwrap_or_else(|_| app.presence.people.count(outcome.session));
    }
    Ok(outcome)
}

async fn try_command(
    app: &School,
    caller: &Caller,
    session: i64,
    command: Command,
    key: Option<&Key>,
) -> Result<CommandOutcome> {
    let mut tx = app.db.begin().await?;
    let now_ms = app.now_ms();
    tx.hold(HeldTable::Sessions, session).await?;
    // The «end» of a host may be sent again. All other commands are refused by the state of an ended session.
    let at = find_taught_to_read(&mut tx, caller, session).await?;
    tx.run("update live_sessions set taught_ms = $2 where id = $1", args![session, now_ms]).await?;
    if let Some(done) = once::claim(&mut tx, caller.id, key, (session, &command), now_ms).await? {
        let StoredAnswer::Command { at_ms, event } = done else { return Err(Error::KeyReused) };
        return make_outcome(&mut tx, &at, at_ms, event).await;
    }
    let (event, events, closed) = apply(app, &mut tx, &at, command, now_ms).await?;
    let done = StoredAnswer::Command { at_ms: now_ms, event: event.clone() };
    once::settle(&mut tx, caller.id, key, &done).await?;
    let outcome = make_outcome(&mut tx, &at, now_ms, event).await?;
    app.commit_and_close(tx, events, closed).await?;
    Ok(outcome)
}

/// Applies a command. The transaction must hold the row of the session, so that `at` stays true until the commit. Returns the event of
/// the command, all events, and the sockets to close.
async fn apply(
    app: &School,
    tx: &mut Tx,
    at: &Session,
    command: Command,
    now_ms: i64,
) -> Result<(Event, Vec<NewEvent>, Vec<CloseSockets>)> {
    let mut closed = Vec::new();
    let (event, mut more) = match command {
        Command::Start { first, message } => (start(app, tx, at, first, message, now_ms).await?, Vec::new()),
        Command::NextStep { next, message } => match next_step(tx, at, next, message, now_ms).await? {
            StepMove::To(event, withdrawn) => (event, withdrawn),
            // The session is on that step already: someone gave the same command a moment ago.
            StepMove::AlreadyThere(event) => return Ok((event, Vec::new(), closed)),
        },
        Command::Pause { message } => {
            must_be(at, SessionStatus::InProgress)?;
            set(tx, at, SessionStatus::Paused, message.as_deref()).await?;
            (Event::SessionPaused { message }, Vec::new())
        }
        Command::Resume { message } => {
            must_be(at, SessionStatus::Paused)?;
            set(tx, at, SessionStatus::InProgress, message.as_deref()).await?;
            (Event::SessionResumed { step: at.step, message }, Vec::new())
        }
        Command::ShowMessage { message } => (show_message(tx, at, message).await?, Vec::new()),
        Command::SetTimer { seconds } => (timing::set(tx, at, seconds, now_ms).await?, Vec::new()),
        Command::End { message } => {
            let (event, mut follows) = end(tx, at, message, now_ms).await?;
            let (mut ended, sockets) = staff::end_helpers(tx, at, now_ms).await?;
            follows.append(&mut ended);
            closed = sockets;
            (event, follows)
        }
    };
    let mut events = vec![NewEvent { session: Some(at.id), course: at.course, at_ms: now_ms, event: event.clone() }];
    events.append(&mut more);
    Ok((event, events, closed))
}

/// Shows a message on every phone until the next command. Fails if the session has ended.
async fn show_message(tx: &mut Tx, at: &Session, message: String) -> Result<Event> {
    if at.has_status(SessionStatus::Review) {
        return Err(Error::wrong_state(at.status.clone()));
    }
    tx.run("update live_sessions set message = $2 where id = $1", args![at.id, &message]).await?;
    Ok(Event::InstructorMessage { message })
}

fn must_be(at: &Session, status: SessionStatus) -> Result<()> {
    if at.has_status(status) { Ok(()) } else { Err(Error::wrong_state(at.status.clone())) }
}

async fn set(tx: &mut Tx, at: &Session, to: SessionStatus, message: Option<&str>) -> Result<()> {
    let sql = "update live_sessions set status = $2, message = $3 where id = $1";
    tx.run(sql, args![at.id, to.word(), message]).await?;
    Ok(())
}

async fn start(
    app: &School,
    tx: &mut Tx,
    at: &Session,
    first: Option<i64>,
    message: Option<String>,
    now_ms: i64,
) -> Result<Event> {
    must_be(at, SessionStatus::Waiting)?;
    let step = match first {
        Some(id) => outline::find_step(tx, at.course, Field::FirstStep, id).await?,
        None => outline::first_step(tx, at.course)
            .await?
            .ok_or_else(|| Error::bad(Field::FirstStep, "the lecture has no steps yet"))?,
    };
    let sql = "update live_sessions set status = 'IN_PROGRESS', started_ms = $2, step = $3, step_ms = $2,
        step_seq = last_seq + 1, message = $4, timer_ends_ms = null, timer_seconds = null where id = $1";
    tx.run(sql, args![at.id, now_ms, step.id, message.as_deref()]).await?;
    attendance::automatic::set_meeting_date(app, tx, at, now_ms).await?;
    Ok(Event::SessionStarted { step: step.id, message })
}

enum StepMove {
    To(Event, Vec<NewEvent>),
    AlreadyThere(Event),
}

/// Moves the session to any step of the course, also back. Without `next`, moves to the step after the current one.
async fn next_step(
    tx: &mut Tx,
    at: &Session,
    next: Option<i64>,
    message: Option<String>,
    now_ms: i64,
) -> Result<StepMove> {
    must_be(at, SessionStatus::InProgress)?;
    let to = match (next, at.step) {
        (Some(id), _) => outline::find_step(tx, at.course, Field::NextStep, id).await?,
        (None, Some(step)) => outline::step_after(tx, at.course, step)
            .await?
            .ok_or_else(|| Error::bad(Field::NextStep, "this is the last step"))?,
        (None, None) => return Err(Error::bad(Field::NextStep, "it is needed")),
    };
    let event = Event::StepChanged { previous: at.step, step: to.id, message: message.clone() };
    if at.step == Some(to.id) && (message.is_none() || message == at.message) {
        return Ok(StepMove::AlreadyThere(event));
    }
    let sql = "update live_sessions set step = $2, step_ms = $3, step_seq = last_seq + 1, message = $4,
        timer_ends_ms = null, timer_seconds = null where id = $1";
    tx.run(sql, args![at.id, to.id, now_ms, message]).await?;
    let withdrawn = help::withdraw_auto(tx, at, now_ms).await?;
    Ok(StepMove::To(event, withdrawn))
}

async fn end(tx: &mut Tx, at: &Session, message: Option<String>, now_ms: i64) -> Result<(Event, Vec<NewEvent>)> {
    if at.has_status(SessionStatus::Review) {
        return Err(Error::wrong_state(at.status.clone()));
    }
    let sql = "update live_sessions set status = 'REVIEW_MODE', ended_ms = $2, message = $3,
        timer_ends_ms = null, timer_seconds = null where id = $1";
    tx.run(sql, args![at.id, now_ms, message.as_deref()]).await?;
    tx.run("delete from screen_counts where session = $1", args![at.id]).await?;
    messages::forget(tx, at.id, None).await?;
    step_questions::keep_questions(tx, at).await?;
    let (completed, total) = count_finished(tx, at).await?;
    let minutes = at.started_ms.map_or(0, |started| (now_ms - started + MINUTE_MS / 2) / MINUTE_MS);
    let mut follows = help::withdraw_auto(tx, at, now_ms).await?;
    follows.append(&mut attendance::automatic::complete_marks(tx, at, now_ms).await?);
    Ok((Event::SessionEnded { message, completed, total, minutes }, follows))
}

/// Counts the participants who finished the last step of the course in this session, and all participants.
async fn count_finished(tx: &mut Tx, at: &Session) -> Result<(i64, i64)> {
    let last = outline::steps(tx, at.course).await?.last().map(|item| item.id);
    let sql = "select cast(count(ip.id) as bigint), count(*) from participants p
        left join item_progress ip on ip.enrollment = p.enrollment and ip.item = $2 and ip.status = 'COMPLETED'
            and ip.done_ms >= $3
        where p.session = $1 and p.removed_ms is null";
    tx.one(sql, args![at.id, last.unwrap_or(0), at.started_ms.unwrap_or(0)]).await
}

async fn make_outcome(tx: &mut Tx, at: &Session, at_ms: i64, event: Event) -> Result<CommandOutcome> {
    let (previous, current) = match &event {
        Event::StepChanged { previous, step, .. } => (*previous, Some(*step)),
        other => (None, other.item()),
    };
    let steps = outline::items(tx, previous, current).await?;
    let named = |id: Option<i64>| steps.iter().find(|item| Some(item.id) == id).cloned();
    let started_ms = at.started_ms.or(Some(at_ms));
    let (previous, current) = (named(previous), named(current));
    Ok(CommandOutcome { session: at.id, at_ms, event, started_ms, previous, current, active: 0 })
}

pub struct SessionChanges {
    pub title: Option<String>,
    pub scheduled_ms: Patch<i64>,
    /// The door.
    pub open: Option<bool>,
}

/// Changes the title, the planned time or the door of a session. A closed door refuses new participants; those inside stay.
pub async fn change(app: &School, caller: &Caller, session: i64, changes: SessionChanges) -> Result<Session> {
    let mut tx = app.db.begin().await?;
    tx.hold(HeldTable::Sessions, session).await?;
    let at = find_taught(&mut tx, caller, session).await?;
    let door = changes.open.map_or(at.door.as_str(), |open| if open { "OPEN" } else { "CLOSED" });
    let moved = door != at.door;
    let sql = "update live_sessions set title = $2, scheduled_ms = $3, door = $4 where id = $1";
    let scheduled_ms = changes.scheduled_ms.over(at.scheduled_ms);
    tx.run(sql, args![session, changes.title.unwrap_or(at.title), scheduled_ms, door]).await?;
    let event = Event::DoorMoved { open: door == "OPEN" };
    let event = NewEvent { session: Some(session), course: at.course, at_ms: app.now_ms(), event };
    let changed = by_id(&mut tx, session).await?;
    app.commit(tx, if moved { vec![event] } else { Vec::new() }).await?;
    Ok(changed)
}

/// Time after which a session ends by itself if its instructor neither gave a command nor was connected. Only time in which
/// this process runs counts: neither a changed clock nor a night with the server off ends a session.
pub const FORGOTTEN_AFTER_MS: i64 = 3 * crate::clock::HOUR_MS;
/// Age of the time at which an instructor was last seen, from which on it is written anew while they are connected.
const SEEN_AGAIN_AFTER_MS: i64 = 10 * MINUTE_MS;

/// Time at which an instructor last gave a command in a session or was connected to it.
const LED_MS: &str = "case when attended_ms > taught_ms then attended_ms else taught_ms end";

/// Notes that an instructor is connected to a session by this node, for the node that ends the forgotten ones.
async fn note_attended(app: &School, session: i64) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let sql = "update live_sessions set attended_ms = $2 where id = $1 and status <> 'REVIEW_MODE'";
    tx.run(sql, args![session, app.now_ms()]).await?;
    app.commit(tx, Vec::new()).await
}

/// Ends the sessions that nobody leads any more. One node does it, and the others tell it whom they see.
pub async fn end_forgotten(app: &School) -> Result<()> {
    let sql = format!("select id, {LED_MS} from live_sessions where status <> 'REVIEW_MODE'");
    let open = app.db.all::<(i64, i64)>(sql, args![]).await?;
    let open: Vec<OpenRoom> = open.into_iter().map(|(room, led_ms)| OpenRoom { room, led_ms }).collect();
    app.presence.recount_screens_all_but(&open);
    let (mut outcome, mut patience_ms) = (Ok(()), FORGOTTEN_AFTER_MS);
    if !app.nodes.is_alone() {
        patience_ms += SEEN_AGAIN_AFTER_MS + MINUTE_MS;
        let now_ms = app.now_ms();
        // Someone may have set the clock back.
        let is_due = |open: &&OpenRoom| (now_ms - open.led_ms).abs() >= SEEN_AGAIN_AFTER_MS;
        let due: Vec<i64> = open.iter().filter(is_due).map(|open| open.room).collect();
        for session in app.presence.led_of(&due) {
            // A session whose row somebody holds keeps no other waiting for the end of this transaction.
            outcome = note_attended(app, session).await.and(outcome);
        }
    }
    if app.nodes.is_mine("forgotten sessions") {
        for OpenRoom { room, led_ms } in app.presence.find_unattended(app.clock.now(), &open, patience_ms) {
            outcome = end_untouched(app, room, led_ms).await.and(outcome);
        }
    }
    outcome
}

/// Ends a session, unless its instructor has given a command or was connected since `led_ms`.
async fn end_untouched(app: &School, session: i64, led_ms: i64) -> Result<()> {
    let mut tx = app.db.begin().await?;
    tx.hold(HeldTable::Sessions, session).await?;
    let untouched = format!("select id from live_sessions where id = $1 and {LED_MS} = $2 and status <> 'REVIEW_MODE'");
    if tx.maybe::<(i64,)>(untouched, args![session, led_ms]).await?.is_some() {
        let at = by_id(&mut tx, session).await?;
        let (_, events, closed) = apply(app, &mut tx, &at, Command::End { message: None }, app.now_ms()).await?;
        app.commit_and_close(tx, events, closed).await?;
    }
    Ok(())
}
