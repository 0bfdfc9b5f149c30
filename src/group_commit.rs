//! The queue of the group commit: writes that arrive together share a transaction, and each is answered after the commit that
//! holds it. `group_writer` writes them.

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::event::NewEvent;

const WAITING_MAX_WRITES: usize = 16_384;

pub struct GroupCommit {
    sender: mpsc::Sender<QueueEntry>,
}

pub struct WriteQueue(pub mpsc::Receiver<QueueEntry>);

pub enum QueueEntry {
    Write(Box<dyn QueuedWrite>),
    /// Answered when every write before it has been.
    Flush(oneshot::Sender<()>),
}

/// The result of a write, and the events that it causes.
pub type WriteResult<T> = Result<(T, Vec<NewEvent>)>;

/// A write that can be tried again.
pub trait QueuedWrite: Send {
    fn write<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<Vec<NewEvent>>>;
    /// The session whose rows the write holds before it is over; 0 if there is none.
    fn held_session(&self) -> i64;
    /// The sessions to whose logs the last try wrote.
    fn sessions(&self) -> &[i64];
    fn answer(self: Box<Self>, failed: Option<Error>);
}

struct PendingWrite<T, F> {
    write: F,
    held_session: i64,
    outcome: Option<T>,
    sessions: Vec<i64>,
    caller: oneshot::Sender<Result<T>>,
}

impl<T, F> QueuedWrite for PendingWrite<T, F>
where
    T: Send,
    F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, WriteResult<T>> + Send,
{
    fn write<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<Vec<NewEvent>>> {
        Box::pin(async move {
            let (outcome, events) = (self.write)(tx).await?;
            self.outcome = Some(outcome);
            self.sessions = events.iter().filter_map(|event| event.session).collect();
            Ok(events)
        })
    }

    fn held_session(&self) -> i64 {
        self.held_session
    }

    fn sessions(&self) -> &[i64] {
        &self.sessions
    }

    fn answer(self: Box<Self>, failed: Option<Error>) {
        let lost = || Error::internal("a write without an outcome");
        // A caller who hung up gets no answer; what was written stays.
        let _ = self.caller.send(match failed {
            Some(error) => Err(error),
            None => self.outcome.ok_or_else(lost),
        });
    }
}

impl GroupCommit {
    pub fn new() -> (GroupCommit, WriteQueue) {
        let (sender, writes) = mpsc::channel(WAITING_MAX_WRITES);
        (GroupCommit { sender }, WriteQueue(writes))
    }

    pub async fn record<T, F>(&self, write: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, WriteResult<T>> + Send + 'static,
    {
        self.record_for(0, write).await
    }

    /// Records a write that holds rows of a session for which others of the session wait, such as a join. The writes of a
    /// group run in the order of these sessions, so that the groups of two nodes do not wait for each other in a circle.
    pub async fn record_for<T, F>(&self, session: i64, write: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, WriteResult<T>> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let write = PendingWrite { write, held_session: session, outcome: None, sessions: Vec::new(), caller };
        let entry = QueueEntry::Write(Box::new(write));
        self.sender.try_send(entry).map_err(|_| Error::Busy { retry_after_s: 1 })?;
        answer.await.map_err(|_| Error::internal("the group commit is closed"))?
    }

    /// Waits until every write accepted before is written, or has failed.
    pub async fn flush(&self) {
        let (caller, written) = oneshot::channel();
        if self.sender.send(QueueEntry::Flush(caller)).await.is_ok() {
            let _ = written.await;
        }
    }
}
