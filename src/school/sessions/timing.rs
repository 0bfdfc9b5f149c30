//! The timer of a session: how long everyone has for something. It ends with the step, and nothing follows from its end.

use super::Session;
use crate::clock::SECOND_MS;
use crate::db::{Tx, args};
use crate::error::Result;
use crate::event::{Event, Timer};

/// Starts a timer in place of the one before, or ends it. The transaction must hold the row of the session. Fails if it has ended.
pub(super) async fn set(tx: &mut Tx, at: &Session, seconds: Option<i64>, now_ms: i64) -> Result<Event> {
    at.must_be_open()?;
    let timer = seconds.map(|seconds| Timer { ends_ms: now_ms + seconds * SECOND_MS, seconds });
    let sql = "update live_sessions set timer_ends_ms = $2, timer_seconds = $3 where id = $1";
    tx.run(sql, args![at.id, timer.map(|timer| timer.ends_ms), seconds]).await?;
    Ok(Event::TimerChanged(timer))
}

impl Session {
    /// Returns the timer that was started last, if it was not ended since. Its time may be over.
    pub fn timer(&self) -> Option<Timer> {
        Some(Timer { ends_ms: self.timer_ends_ms?, seconds: self.timer_seconds? })
    }
}
