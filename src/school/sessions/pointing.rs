//! The finger of an instructor on a picture. What it shows is gone after seconds, so it is in no log and no row, and each frame
//! may be lost.
//!
//! An instructor who draws sends many messages a second. Whether they teach the session, and whether it is in progress, is read
//! from the database only once a second. That is soon enough: a socket whose login or role has ended is closed by those who end it.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio::time::timeout;

use super::{SessionStatus, find_taught, room};
use crate::app::{News, School};
use crate::error::{Error, Result};
use crate::live::newest::{NextSend, SendPermit};
use crate::live::{Frame, RoomFrame, RoomKey};
use crate::school::rights::Caller;

const CHECKED_FOR_MS: i64 = 1_000;

/// Shows everyone in a session where its instructor points. Of frames that come faster than they are sent, only the newest counts.
pub async fn point(app: &School, caller: &Caller, session: i64, frame: Frame) -> Result<()> {
    let (room, now_ms) = (room::session(session), app.clock.monotonic_ms());
    let permit = match app.pointing.permit(room, caller.id, now_ms) {
        Some(permit) => permit,
        None => {
            must_lead(app, caller, session).await?;
            SendPermit { person: caller.id, until_ms: now_ms + CHECKED_FOR_MS }
        }
    };
    if let Some(has_frame) = app.pointing.put(room, permit, frame, now_ms) {
        tokio::spawn(send_newest(app.clone(), room, has_frame));
    }
    Ok(())
}

/// Fails unless the caller teaches the session and it is in progress: otherwise no step is shown on which to point.
async fn must_lead(app: &School, caller: &Caller, session: i64) -> Result<()> {
    let mut tx = app.db.read().await?;
    let at = find_taught(&mut tx, caller, session).await?;
    if at.has_status(SessionStatus::InProgress) { Ok(()) } else { Err(Error::wrong_state(at.status)) }
}

/// Sends the frames of a room for as long as its instructor points.
async fn send_newest(app: School, room: RoomKey, has_frame: Arc<Notify>) {
    loop {
        match app.pointing.next(room, app.clock.monotonic_ms()) {
            NextSend::Send(frame) => app.bus.send(News::from(RoomFrame::droppable(room, frame))).await,
            NextSend::Wait(pause) => drop(timeout(pause, has_frame.notified()).await),
            NextSend::End => return,
        }
    }
}
